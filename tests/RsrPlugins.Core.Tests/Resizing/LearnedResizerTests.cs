using RsrPlugins.Core.Colour;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Core.Tests.Resampling;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Resizing;

public sealed class LearnedResizerTests
{
    public static TheoryData<NetworkTask, int> Networks()
    {
        TheoryData<NetworkTask, int> data = new TheoryData<NetworkTask, int>();
        foreach (NetworkTask kind in new[] { NetworkTask.Reduce, NetworkTask.Enlarge })
        {
            foreach (int scale in new[] { 2, 3, 4 })
            {
                data.Add(kind, scale);
            }
        }

        return data;
    }

    public static TheoryData<NetworkTask, int, PixelLayout, int> NetworksAndPictures()
    {
        TheoryData<NetworkTask, int, PixelLayout, int> data = new TheoryData<NetworkTask, int, PixelLayout, int>();
        foreach (NetworkTask kind in new[] { NetworkTask.Reduce, NetworkTask.Enlarge })
        {
            foreach (int scale in new[] { 2, 3, 4 })
            {
                foreach (PixelLayout layout in Enum.GetValues<PixelLayout>())
                {
                    data.Add(kind, scale, layout, 8);
                    data.Add(kind, scale, layout, 16);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(NetworksAndPictures))]
    public void Tiled_equals_whole(NetworkTask kind, int scale, PixelLayout layout, int bits)
    {
        SmoothNetwork network = new SmoothNetwork(kind, scale);
        (int width, int height) = kind == NetworkTask.Enlarge ? (29, 23) : (61, 47);
        PixelImage source = Patchwork(width, height, layout, bits);
        PixelImage whole = new LearnedResizer(network, new ResizeSettings(1, 1000)).Resize(
            source,
            null,
            TestContext.Current.CancellationToken
        );
        foreach (int tileSize in new[] { 1, 2, 5, 8, 16 })
        {
            PixelImage tiled = new LearnedResizer(network, new ResizeSettings(3, tileSize)).Resize(
                source,
                null,
                TestContext.Current.CancellationToken
            );
            ResamplerTests.AssertSame(whole, tiled);
        }
    }

    [Theory]
    [MemberData(nameof(NetworksAndPictures))]
    public void A_region_is_that_part_of_the_whole(NetworkTask kind, int scale, PixelLayout layout, int bits)
    {
        SmoothNetwork network = new SmoothNetwork(kind, scale);
        (int width, int height) = kind == NetworkTask.Enlarge ? (29, 23) : (61, 47);
        PixelImage source = Patchwork(width, height, layout, bits);
        LearnedResizer resizer = new LearnedResizer(network, new ResizeSettings(1, 6));
        PixelImage whole = resizer.Resize(source, null, TestContext.Current.CancellationToken);
        Random random = new Random(7);
        for (int i = 0; i < 8; i++)
        {
            int x = random.Next(whole.Width),
                y = random.Next(whole.Height);
            TileRect tile = new TileRect(x, y, 1 + random.Next(whole.Width - x), 1 + random.Next(whole.Height - y));
            PixelImage part = PixelImage.Create(tile.Width, tile.Height, layout, bits);
            resizer.ResizeRegion(source, tile, part, TestContext.Current.CancellationToken);
            ResamplerTests.AssertSame(Crop(whole, tile), part);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_size_down_to_one_pixel_gives_the_promised_size(NetworkTask kind, int scale)
    {
        LearnedResizer resizer = new LearnedResizer(new SmoothNetwork(kind, scale), new ResizeSettings(1, 3));
        for (int width = 1; width <= 9; width++)
        {
            for (int height = 1; height <= 9; height += 4)
            {
                PixelImage result = resizer.Resize(
                    TestData.Noise(width, height, PixelLayout.Rgba, 8),
                    null,
                    TestContext.Current.CancellationToken
                );
                (int, int) expected =
                    kind == NetworkTask.Enlarge
                        ? (width * scale, height * scale)
                        : ((int)Math.Ceiling(width / (double)scale), (int)Math.Ceiling(height / (double)scale));
                Assert.Equal(expected, (result.Width, result.Height));
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Reducing_extends_an_odd_size_by_its_last_column_and_row(int scale)
    {
        LearnedResizer resizer = new LearnedResizer(new SmoothNetwork(NetworkTask.Reduce, scale));
        PixelImage odd = TestData.Noise((4 * scale) + 1, (3 * scale) + 1, PixelLayout.Rgba, 8);
        PixelImage extended = PixelImage.Create(5 * scale, 4 * scale, PixelLayout.Rgba, 8);
        for (int y = 0; y < extended.Height; y++)
        {
            for (int x = 0; x < extended.Width; x++)
            {
                (int red, int green, int blue, int alpha) = DrawnPictures.Get(odd, Math.Min(x, odd.Width - 1), Math.Min(y, odd.Height - 1));
                DrawnPictures.Set(extended, x, y, red, green, blue, alpha);
            }
        }

        ResamplerTests.AssertSame(
            resizer.Resize(extended, null, TestContext.Current.CancellationToken),
            resizer.Resize(odd, null, TestContext.Current.CancellationToken)
        );
    }

    [Theory]
    [MemberData(nameof(NetworksAndPictures))]
    public void A_constant_picture_comes_back_equal(NetworkTask kind, int scale, PixelLayout layout, int bits)
    {
        SmoothNetwork network = new SmoothNetwork(kind, scale, bias: 0.01f);
        foreach (
            (int Red, int Green, int Blue, int Alpha) colour in new[]
            {
                (0, 0, 0, 255),
                (255, 255, 255, 255),
                (255, 0, 0, 255),
                (0, 0, 255, 128),
                (201, 17, 90, 3),
                (77, 200, 13, 254),
            }
        )
        {
            PixelImage source = PixelImage.Create(13, 7, layout, bits);
            for (int i = 0; i < 13 * 7; i++)
            {
                DrawnPictures.Set(source, i % 13, i / 13, colour.Red, colour.Green, colour.Blue, colour.Alpha);
            }

            PixelImage result = new LearnedResizer(network).Resize(source, null, TestContext.Current.CancellationToken);
            (int, int, int, int) expected = DrawnPictures.Get(source, 0, 0);
            for (int i = 0; i < result.Width * result.Height; i++)
            {
                Assert.Equal(expected, DrawnPictures.Get(result, i % result.Width, i / result.Width));
            }
        }

        Assert.Equal(0, network.Runs);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Grey_stays_grey(NetworkTask kind, int scale)
    {
        foreach (int bits in new[] { 8, 16 })
        {
            PixelImage grey = TestData.Noise(31, 26, PixelLayout.GreyAlpha, bits);
            PixelImage source = PixelImage.Create(31, 26, PixelLayout.Rgba, bits);
            CopyGreyTo(grey, source);
            LearnedResizer resizer = new LearnedResizer(new SmoothNetwork(kind, scale));
            PixelImage result = resizer.Resize(source, null, TestContext.Current.CancellationToken);

            // And it is the same grey as that of a picture without colour.
            PixelImage expected = PixelImage.Create(result.Width, result.Height, PixelLayout.Rgba, bits);
            CopyGreyTo(resizer.Resize(grey, null, TestContext.Current.CancellationToken), expected);
            ResamplerTests.AssertSame(expected, result);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void No_green_comes_out_of_transparent_pixels(NetworkTask kind, int scale)
    {
        foreach (int bits in new[] { 8, 16 })
        {
            PixelImage disc = DrawnPictures.RedDiscOnTransparentGreen(48, bits);
            DrawnPictures.AssertOnlyRed(
                new LearnedResizer(new SmoothNetwork(kind, scale, bias: 0), new ResizeSettings(1, 7)).Resize(
                    disc,
                    null,
                    TestContext.Current.CancellationToken
                ),
                colourTolerance: 4
            );
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void What_lies_under_transparent_pixels_changes_nothing(NetworkTask kind, int scale)
    {
        PixelImage first = Patchwork(41, 37, PixelLayout.Rgba, 8);
        PixelImage second = PixelImage.Create(41, 37, PixelLayout.Rgba, 8);
        first.Samples8.CopyTo(second.Samples8);
        Random random = new Random(3);
        for (int i = 0; i < 41 * 37; i++)
        {
            if (second.Samples8[(4 * i) + 3] == 0)
            {
                random.NextBytes(second.Samples8.Slice(4 * i, 3));
            }
        }

        Assert.False(first.Samples8.SequenceEqual(second.Samples8));
        LearnedResizer resizer = new LearnedResizer(new SmoothNetwork(kind, scale));
        ResamplerTests.AssertSame(
            resizer.Resize(first, null, TestContext.Current.CancellationToken),
            resizer.Resize(second, null, TestContext.Current.CancellationToken)
        );
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void An_opaque_alpha_channel_changes_no_colour(NetworkTask kind, int scale)
    {
        PixelImage rgb = TestData.Noise(33, 21, PixelLayout.Rgb, 8);
        PixelImage rgba = PixelImage.Create(33, 21, PixelLayout.Rgba, 8);
        for (int i = 0; i < 33 * 21; i++)
        {
            rgb.Samples8.Slice(3 * i, 3).CopyTo(rgba.Samples8[(4 * i)..]);
            rgba.Samples8[(4 * i) + 3] = 255;
        }

        SmoothNetwork network = new SmoothNetwork(kind, scale);
        LearnedResizer resizer = new LearnedResizer(network, new ResizeSettings(1, 5));
        PixelImage plain = resizer.Resize(rgb, null, TestContext.Current.CancellationToken);
        int runs = network.Runs;
        PixelImage withAlpha = resizer.Resize(rgba, null, TestContext.Current.CancellationToken);
        Assert.Equal(2 * runs, network.Runs);
        for (int i = 0; i < plain.Width * plain.Height; i++)
        {
            Assert.Equal(plain.Samples8.Slice(3 * i, 3), withAlpha.Samples8.Slice(4 * i, 3));
            Assert.Equal(255, withAlpha.Samples8[(4 * i) + 3]);
        }
    }

    /// <summary>Red left of the middle, green of the same luma right of it: only the colour differences have an edge.</summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void A_coloured_edge_does_not_shift(NetworkTask kind, int scale)
    {
        int size = 12 * scale;
        PixelImage source = PixelImage.Create(size, size, PixelLayout.Rgb, 16);
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                bool left = x < size / 2;
                DrawnPictures.Set(source, x, y, left ? 200 : 80, left ? 60 : 121, 100);
            }
        }

        PixelImage result = new LearnedResizer(new SmoothNetwork(kind, scale, bias: 0)).Resize(
            source,
            null,
            TestContext.Current.CancellationToken
        );
        int row = result.Height / 2;
        double middle = 0.5 * (200 - 60 + 80 - 121) * 257;
        for (int x = 0; x < result.Width; x++)
        {
            (int red, int green, _, _) = DrawnPictures.Get(result, x, row);
            (int mirroredRed, int mirroredGreen, _, _) = DrawnPictures.Get(result, result.Width - 1 - x, row);
            Assert.Equal(2 * middle, red - green + mirroredRed - mirroredGreen, 0.02 * 65535);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Sixteen_bits_keep_their_precision(NetworkTask kind, int scale)
    {
        // A ramp within two 8-bit levels: 8-bit rounding anywhere would leave at most three values.
        PixelImage source = PixelImage.Create(64, 8, PixelLayout.Rgb, 16);
        for (int i = 0; i < 64 * 8; i++)
        {
            source.Samples16.Slice(3 * i, 3).Fill((ushort)(30000 + (i % 64 * 8)));
        }

        PixelImage result = new LearnedResizer(new SmoothNetwork(kind, scale, bias: 0)).Resize(
            source,
            null,
            TestContext.Current.CancellationToken
        );
        int values = result.Samples16[..(3 * result.Width)].ToArray().Distinct().Count();
        Assert.InRange(values, 12, result.Width);
    }

    /// <summary>Red on white. Some error is luma's own, as the stand-in network overshoots.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Enlarged_colour_is_as_sharp_as_luma(int scale)
    {
        PixelImage source = PixelImage.Create(16, 16, PixelLayout.Rgb, 8);
        for (int i = 0; i < 256; i++)
        {
            DrawnPictures.Set(source, i % 16, i / 16, 255, i % 16 < 8 ? 0 : 255, i % 16 < 8 ? 0 : 255);
        }

        PixelImage guided = new LearnedResizer(new SmoothNetwork(NetworkTask.Enlarge, scale, bias: 0)).Resize(
            source,
            null,
            TestContext.Current.CancellationToken
        );
        PixelImage kernelAlone = new LearnedResizer(
            new SmoothNetwork(NetworkTask.Enlarge, scale, bias: 0),
            null,
            new ColourOptions { GuideChroma = false }
        ).Resize(source, null, TestContext.Current.CancellationToken);
        int ErrorAtEdge(PixelImage image)
        {
            int sum = 0;
            for (int x = 7 * scale; x < 9 * scale; x++)
            {
                (int red, int green, int blue, _) = DrawnPictures.Get(image, x, image.Height / 2);
                sum += 255 - red + Math.Abs(green - (x < 8 * scale ? 0 : 255)) + Math.Abs(blue - (x < 8 * scale ? 0 : 255));
            }

            return sum;
        }

        Assert.InRange(ErrorAtEdge(guided), 0, ErrorAtEdge(kernelAlone) * 3 / 4);
    }

    [Fact]
    public void Luma_out_of_gamut_is_kept_by_giving_up_colour()
    {
        // Blue at luma 0.5 would need B' far above 1.
        PixelImage image = PixelImage.Create(1, 1, PixelLayout.Rgb, 16);
        new ColourRows().Write(image, 0, 0, new float[] { 0.5f }, [0f], [1f], [], ColourRounding.Plain);
        (int red, int green, int blue, _) = DrawnPictures.Get(image, 0, 0);
        Assert.Equal(65535, blue);
        Assert.Equal(red, green);
        Assert.Equal(0.5 * 65535, (0.299 * red) + (0.587 * green) + (0.114 * blue), 1.0);
    }

    [Fact]
    public void Nearest_luma_rounding_is_never_further_in_luma_than_plain_rounding()
    {
        Random random = new Random(5);
        PixelImage plain = PixelImage.Create(1, 1, PixelLayout.Rgb, 8),
            nearest = PixelImage.Create(1, 1, PixelLayout.Rgb, 8);
        double plainError = 0,
            nearestError = 0;
        for (int i = 0; i < 2000; i++)
        {
            float luma = 0.2f + (0.6f * random.NextSingle()),
                red = 0.2f * (random.NextSingle() - 0.5f),
                blue = 0.2f * (random.NextSingle() - 0.5f);
            new ColourRows().Write(plain, 0, 0, new[] { luma }, [red], [blue], [], ColourRounding.Plain);
            new ColourRows().Write(nearest, 0, 0, new[] { luma }, [red], [blue], [], ColourRounding.NearestLuma);
            plainError += Math.Abs(LumaOf(plain) - (255 * luma));
            nearestError += Math.Abs(LumaOf(nearest) - (255 * luma));
            for (int c = 0; c < 3; c++)
            {
                Assert.InRange(nearest.Samples8[c] - plain.Samples8[c], -1, 1);
            }
        }

        Assert.InRange(nearestError, 0, plainError / 2);
    }

    [Fact]
    public void Colours_that_differ_in_their_last_bits_round_at_most_one_level_apart()
    {
        // What two machines' networks differ by, tried around colours on and between whole levels, where choices tip over.
        Random random = new Random(6);
        PixelImage one = PixelImage.Create(1, 1, PixelLayout.Rgb, 8),
            other = PixelImage.Create(1, 1, PixelLayout.Rgb, 8);
        int different = 0;
        for (int i = 0; i < 20000; i++)
        {
            float green = random.Next(40, 200) / 255f,
                red = random.Next(-80, 80) / 510f,
                blue = random.Next(-80, 80) / 510f;
            float luma = green + (0.299f * red) + (0.114f * blue);
            new ColourRows().Write(one, 0, 0, new[] { luma - 2e-6f }, [red], [blue], [], ColourRounding.NearestLuma);
            new ColourRows().Write(other, 0, 0, new[] { luma + 2e-6f }, [red], [blue], [], ColourRounding.NearestLuma);
            different += one.Samples8.SequenceEqual(other.Samples8) ? 0 : 1;
            for (int c = 0; c < 3; c++)
            {
                Assert.InRange(one.Samples8[c] - other.Samples8[c], -1, 1);
            }
        }

        Assert.NotEqual(0, different);
    }

    [Fact]
    public void Progress_and_cancellation()
    {
        ProgressRecorder recorder = new ProgressRecorder();
        LearnedResizer resizer = new LearnedResizer(new SmoothNetwork(NetworkTask.Enlarge, 2), new ResizeSettings(2, 4));
        PixelImage source = TestData.Noise(40, 40, PixelLayout.Rgb, 8);
        resizer.Resize(source, recorder, TestContext.Current.CancellationToken);
        recorder.AssertComplete();

        using CancellationTokenSource cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            resizer.Resize(source, new Callback(_ => cancellation.Cancel()), cancellation.Token)
        );
    }

    [Fact]
    public void A_destination_of_another_shape_is_refused()
    {
        LearnedResizer resizer = new LearnedResizer(new SmoothNetwork(NetworkTask.Enlarge, 2));
        PixelImage source = PixelImage.Create(4, 4, PixelLayout.Rgb, 8);
        Assert.Throws<ArgumentException>(() =>
            resizer.ResizeRegion(
                source,
                new TileRect(0, 0, 4, 4),
                PixelImage.Create(4, 4, PixelLayout.Rgba, 8),
                TestContext.Current.CancellationToken
            )
        );
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            resizer.ResizeRegion(
                source,
                new TileRect(5, 5, 4, 4),
                PixelImage.Create(4, 4, PixelLayout.Rgb, 8),
                TestContext.Current.CancellationToken
            )
        );
    }

    private static double LumaOf(PixelImage pixel) =>
        (0.299 * pixel.Samples8[0]) + (0.587 * pixel.Samples8[1]) + (0.114 * pixel.Samples8[2]);

    /// <summary>Noise, flat areas, a part that is wholly transparent and one that is opaque: every path of the tiler.</summary>
    internal static PixelImage Patchwork(int width, int height, PixelLayout layout, int bits)
    {
        PixelImage image = TestData.Noise(width, height, layout, bits);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                if (x < width / 2 && y < height / 2)
                {
                    DrawnPictures.Set(image, x, y, 120, 30, 220);
                }
                else if (x > width * 2 / 3 && y < height * 2 / 3)
                {
                    DrawnPictures.Set(image, x, y, 0, 255, 0, 0);
                }
            }
        }

        return image;
    }

    private static PixelImage Crop(PixelImage image, TileRect rect)
    {
        PixelImage part = PixelImage.Create(rect.Width, rect.Height, image.Layout, image.BitsPerSample);
        for (int y = 0; y < rect.Height; y++)
        {
            int from = (((rect.Y + y) * image.Width) + rect.X) * image.Channels,
                to = y * rect.Width * image.Channels,
                count = rect.Width * image.Channels;
            if (image.BitsPerSample == 8)
            {
                image.Samples8.Slice(from, count).CopyTo(part.Samples8[to..]);
            }
            else
            {
                image.Samples16.Slice(from, count).CopyTo(part.Samples16[to..]);
            }
        }

        return part;
    }

    private static void CopyGreyTo(PixelImage grey, PixelImage rgba)
    {
        for (int i = 0; i < grey.Width * grey.Height; i++)
        {
            for (int c = 0; c < 4; c++)
            {
                if (grey.BitsPerSample == 8)
                {
                    rgba.Samples8[(4 * i) + c] = grey.Samples8[(2 * i) + (c == 3 ? 1 : 0)];
                }
                else
                {
                    rgba.Samples16[(4 * i) + c] = grey.Samples16[(2 * i) + (c == 3 ? 1 : 0)];
                }
            }
        }
    }

    private sealed class Callback(Action<double> action) : IProgress<double>
    {
        public void Report(double value) => action(value);
    }
}
