// What statistics are for: they must tell ways of making a picture small from one another, and nothing that has no part in that may
// change them.
using System.Diagnostics;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Strength;

namespace RsrPlugins.Core.Tests.Strength;

public sealed class PictureStatisticsTests
{
    [Theory]
    [InlineData(PixelLayout.Grey)]
    [InlineData(PixelLayout.Rgb)]
    [InlineData(PixelLayout.Rgba)]
    public void Layout_and_depth_change_nothing(PixelLayout layout)
    {
        float[] plane = Scene(90, 70);
        float[] of = PictureStatistics.Of(Picture(plane, 90, 70, layout, 8))!;
        float[] deep = PictureStatistics.Of(Picture(plane, 90, 70, layout, 16))!;
        float[] luma = PictureStatistics.Of(Array.ConvertAll(plane, value => Luma.Bt601Studio(value, value, value)), 90, 70)!;
        Assert.Equal(PictureStatistics.Count, of.Length);
        for (int i = 0; i < of.Length; i++)
        {
            Assert.True(float.IsFinite(of[i]));
            Assert.Equal(luma[i], of[i], 1e-3);
            Assert.Equal(of[i], deep[i], 1e-3);
        }
    }

    [Fact]
    public void What_nobody_sees_has_no_part()
    {
        PixelImage picture = Picture(Scene(100, 80), 100, 80, PixelLayout.Rgba, 8);
        PixelImage other = Picture(Scene(100, 80), 100, 80, PixelLayout.Rgba, 8);
        for (int y = 20; y < 50; y++)
        {
            for (int x = 0; x < 60; x++)
            {
                int at = ((y * 100) + x) * 4;
                picture.Samples8[at + 3] = other.Samples8[at + 3] = 0;
                other.Samples8[at] = (byte)((x * 97) + y);
            }
        }

        Assert.Equal(PictureStatistics.Of(picture), PictureStatistics.Of(other));
        picture.Samples8.Clear();
        Assert.Null(PictureStatistics.Of(picture));
    }

    [Fact]
    public void A_picture_that_is_too_small_says_nothing()
    {
        Assert.Null(PictureStatistics.Of(PixelImage.Create(11, 200, PixelLayout.Rgb, 8)));
        Assert.NotNull(PictureStatistics.Of(PixelImage.Create(12, 12, PixelLayout.Rgb, 8)));
    }

    [Fact]
    public void Sizes_of_every_kind_are_read()
    {
        foreach ((int width, int height) in new[] { (12, 12), (31, 95), (96, 32), (97, 33), (127, 129), (1000, 13), (160, 160) })
        {
            Assert.All(
                PictureStatistics.Of(Picture(Scene(width, height), width, height, PixelLayout.Rgb, 8))!,
                value => Assert.True(float.IsFinite(value))
            );
        }
    }

    [Fact]
    public void A_large_picture_takes_no_longer_than_a_small_one_and_says_the_same()
    {
        // One scene repeated: a thirtieth of its squares is as good as all of them.
        PixelImage small = Picture(Scene(1024, 1024), 1024, 1024, PixelLayout.Rgb, 8);
        PixelImage large = PixelImage.Create(4096, 4096, PixelLayout.Rgb, 8);
        for (int y = 0; y < 4096; y++)
        {
            for (int x = 0; x < 4; x++)
            {
                small.Samples8.Slice(y % 1024 * 3072, 3072).CopyTo(large.Samples8[(((y * 4096) + (x * 1024)) * 3)..]);
            }
        }

        Stopwatch clock = Stopwatch.StartNew();
        float[] of = PictureStatistics.Of(small)!;
        TimeSpan megapixel = clock.Elapsed;
        clock.Restart();
        float[] ofLarge = PictureStatistics.Of(large)!;
        Assert.True(
            clock.Elapsed < (4 * megapixel) + TimeSpan.FromSeconds(1),
            $"{megapixel} for one megapixel, {clock.Elapsed} for sixteen"
        );
        for (int i = 0; i < of.Length; i++)
        {
            Assert.Equal(of[i], ofLarge[i], 0.25);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_large_picture_is_sampled_in_both_directions(bool columns)
    {
        // Every other band of 64 pixels is flat; the seventh statistic after the first is the part that is.
        const int Side = 4096;
        PixelImage picture = PixelImage.Create(Side, Side, PixelLayout.Grey, 8);
        for (int i = 0; i < Side * Side; i++)
        {
            (int x, int y) = (i % Side, i / Side);
            picture.Samples8[i] = (columns ? x : y) / 64 % 2 == 0 ? (byte)90 : (byte)((x * 37) ^ (y * 11));
        }

        Assert.InRange(PictureStatistics.Of(picture)![7], 0.4, 0.6);
    }

    [Theory]
    [InlineData(ResamplingKernel.Bicubic, 0.2)]
    [InlineData(ResamplingKernel.Bilinear, 0.04)]
    public void Flat_shapes_show_whether_they_were_reduced_in_linear_light(ResamplingKernel kernel, double least)
    {
        // A dark disc on a light ground, made small by values and by light.
        const int Side = 128,
            Large = 4 * Side,
            AtEdges = 80;
        float[] disc = new float[Large * Large];
        for (int i = 0; i < disc.Length; i++)
        {
            double x = (i % Large) - 250.3,
                y = (i / Large) - 261.8;
            disc[i] = (x * x) + (y * y) < 170 * 170 ? 51 : 235;
        }

        float[] ofValues = Statistics(Small(disc)),
            ofLight = Statistics(
                Array.ConvertAll(
                    Small(Array.ConvertAll(disc, value => MathF.Pow(value / 255, 2.2f))),
                    light => 255 * MathF.Pow(Math.Clamp(light, 0, 1), 1 / 2.2f)
                )
            );
        Assert.InRange(ofValues[AtEdges], -0.03, 0.03);
        Assert.InRange(ofLight[AtEdges], least, 1);
        Assert.Equal(ofValues[AtEdges + 2], ofLight[AtEdges + 2], 0.7);
        Assert.Equal([0, 0], Statistics(new float[Side * Side])[AtEdges..(AtEdges + 2)]);

        float[] Small(float[] plane) => Resampler.Resize(plane, Large, Large, Side, Side, kernel, TestContext.Current.CancellationToken);

        static float[] Statistics(float[] plane) => PictureStatistics.Of(plane, Side, Side)!;
    }

    [Fact]
    public void Ways_of_making_a_picture_small_differ()
    {
        float[] scene = Scene(512, 512);
        double[] Energies(ResamplingKernel kernel)
        {
            float[] small = Resampler.Resize(scene, 512, 512, 128, 128, kernel, TestContext.Current.CancellationToken);
            float[] of = PictureStatistics.Of(small, 128, 128)!;
            return [of[0], of[1]];
        }

        // The share of the highest frequencies: most where nothing was smoothed, least after the widest kernel.
        double[] nearest = Energies(ResamplingKernel.Nearest),
            bicubic = Energies(ResamplingKernel.Bicubic),
            triangle = Energies(ResamplingKernel.Bilinear);
        for (int i = 0; i < 2; i++)
        {
            Assert.True(nearest[i] > bicubic[i] + 0.1, $"{nearest[i]} {bicubic[i]}");
            Assert.True(bicubic[i] > triangle[i] + 0.1, $"{bicubic[i]} {triangle[i]}");
        }
    }

    // Discs, stripes and a gradient, full-range grey.
    private static float[] Scene(int width, int height)
    {
        float[] plane = new float[width * height];
        for (int i = 0; i < plane.Length; i++)
        {
            (int x, int y) = (i % width, i / width);
            double disc = Math.Sqrt(Math.Pow((x % 37) - 18, 2) + Math.Pow((y % 29) - 14, 2));
            bool isStripe = ((x + (2 * y)) % 61) < 9;
            plane[i] = (float)
                Math.Round(
                    60 + (0.08 * (x % 512)) + (disc < 9.3 ? 90 : 0) + (isStripe ? 30 : 0) + (10 * Math.Sin(x * 0.9) * Math.Cos(y * 0.7))
                );
        }

        return plane;
    }

    private static PixelImage Picture(float[] plane, int width, int height, PixelLayout layout, int bits)
    {
        PixelImage picture = PixelImage.Create(width, height, layout, bits);
        int channels = picture.Channels;
        for (int i = 0; i < plane.Length * channels; i++)
        {
            bool isAlpha = picture.HasAlpha && i % channels == channels - 1;
            int value = isAlpha ? 255 : (int)plane[i / channels];
            if (bits == 8)
            {
                picture.Samples8[i] = (byte)value;
            }
            else
            {
                picture.Samples16[i] = (ushort)(value * 257);
            }
        }

        return picture;
    }
}
