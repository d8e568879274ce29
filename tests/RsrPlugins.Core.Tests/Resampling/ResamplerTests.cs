using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Resampling;

namespace RsrPlugins.Core.Tests.Resampling;

public sealed class ResamplerTests
{
    /// <summary>Published means of the field for bicubic down and up again, whose LR stays float.</summary>
    [Theory]
    [InlineData("test/set5", 2, 33.66)]
    [InlineData("test/set5", 3, 30.39)]
    [InlineData("test/set5", 4, 28.42)]
    [InlineData("test/set14", 2, 30.23)]
    [InlineData("test/set14", 3, 27.54)]
    [InlineData("test/set14", 4, 26.00)]
    public void Bicubic_gives_the_published_figures(string set, int scale, double expected)
    {
        double sum = 0;
        IReadOnlyList<(string Name, PixelImage Image)> images = TestData.Load(set);
        foreach ((_, PixelImage image) in images)
        {
            sum += EvaluationProtocol
                .Evaluate(image, EvaluationMethod.Bicubic, scale, null, null, null, null, null, TestContext.Current.CancellationToken)
                .Psnr;
        }

        Assert.Equal(expected, sum / images.Count, 0.02);
    }

    [Fact]
    public void Bicubic_halving_of_an_impulse_has_the_weights_of_a_widened_Keys_kernel()
    {
        // Keys at 0.25, 0.75, 1.25, 1.75 is 0.8671875, 0.2265625, -0.0703125, -0.0234375 (their sum is 1); widened to half height.
        float[] impulse = new float[32];
        impulse[15] = 1;
        float[] half = Resampler.Resize(impulse, 32, 1, 16, 1, ResamplingKernel.Bicubic, TestContext.Current.CancellationToken);
        float[] expected = [-0.03515625f, 0.43359375f, 0.11328125f, -0.01171875f];
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(expected[i], half[6 + i], 6);
        }

        Assert.Equal(1.0 / 2, half.Sum(), 6);
    }

    [Theory]
    [InlineData(ResamplingKernel.Area)]
    [InlineData(ResamplingKernel.Bilinear)]
    [InlineData(ResamplingKernel.Bicubic)]
    [InlineData(ResamplingKernel.Lanczos3)]
    public void A_centred_picture_stays_centred(ResamplingKernel kernel)
    {
        // A symmetric step pair around the middle: any shift by a part of a pixel breaks the symmetry of the result.
        float[] plane = new float[24];
        plane.AsSpan(8, 8).Fill(1);
        foreach (int length in new[] { 7, 8, 12, 24, 31, 48, 72 })
        {
            float[] result = Resampler.Resize(plane, 24, 1, length, 1, kernel, TestContext.Current.CancellationToken);
            for (int i = 0; i < length; i++)
            {
                Assert.Equal(result[length - 1 - i], result[i], 5);
            }

            Assert.Equal(1.0 / 3, result.Average(), 2);
        }
    }

    [Fact]
    public void Area_averages_exactly_what_an_output_pixel_covers()
    {
        // 5 to 2: each output pixel covers two whole pixels and half of the middle one.
        Assert.Equal(
            [(1 + 2 + (0.5f * 4)) / 2.5f, ((0.5f * 4) + 8 + 16) / 2.5f],
            Resampler.Resize([1, 2, 4, 8, 16], 5, 1, 2, 1, ResamplingKernel.Area, TestContext.Current.CancellationToken),
            new Near(1e-6f)
        );
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Nearest_repeats_and_takes_back(int scale)
    {
        float[] plane = [3, 1, 4, 1, 5, 9];
        float[] large = Resampler.Resize(
            plane,
            3,
            2,
            3 * scale,
            2 * scale,
            ResamplingKernel.Nearest,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(5, large[(((2 * scale) - 1) * 3 * scale) + (2 * scale) - 1]);
        Assert.Equal(
            plane,
            Resampler.Resize(large, 3 * scale, 2 * scale, 3, 2, ResamplingKernel.Nearest, TestContext.Current.CancellationToken)
        );
    }

    [Theory]
    [InlineData(PixelLayout.Grey, 8)]
    [InlineData(PixelLayout.GreyAlpha, 16)]
    [InlineData(PixelLayout.Rgb, 8)]
    [InlineData(PixelLayout.Rgba, 16)]
    public void A_constant_picture_stays_constant(PixelLayout layout, int bits)
    {
        PixelImage image = PixelImage.Create(13, 9, layout, bits);
        Fill(image, 201, 17, 90, 128);
        foreach (ResamplingKernel kernel in Enum.GetValues<ResamplingKernel>())
        {
            PixelImage result = Resampler.Resize(image, 31, 4, kernel, null, TestContext.Current.CancellationToken);
            PixelImage expected = PixelImage.Create(31, 4, layout, bits);
            Fill(expected, 201, 17, 90, 128);
            AssertSame(expected, result);
        }
    }

    [Fact]
    public void An_opaque_alpha_channel_changes_no_colour()
    {
        PixelImage rgb = TestData.Noise(37, 23, PixelLayout.Rgb, 8);
        PixelImage rgba = PixelImage.Create(37, 23, PixelLayout.Rgba, 8);
        for (int i = 0; i < 37 * 23; i++)
        {
            rgb.Samples8.Slice(3 * i, 3).CopyTo(rgba.Samples8[(4 * i)..]);
            rgba.Samples8[(4 * i) + 3] = 255;
        }

        PixelImage plain = Resampler.Resize(rgb, 53, 11, ResamplingKernel.Lanczos3, null, TestContext.Current.CancellationToken);
        PixelImage withAlpha = Resampler.Resize(rgba, 53, 11, ResamplingKernel.Lanczos3, null, TestContext.Current.CancellationToken);
        for (int i = 0; i < 53 * 11; i++)
        {
            Assert.Equal(plain.Samples8.Slice(3 * i, 3), withAlpha.Samples8.Slice(4 * i, 3));
            Assert.Equal(255, withAlpha.Samples8[(4 * i) + 3]);
        }
    }

    [Theory]
    [InlineData(ResamplingKernel.Area, 20)]
    [InlineData(ResamplingKernel.Bicubic, 31)]
    [InlineData(ResamplingKernel.Lanczos3, 150)]
    public void Transparent_pixels_give_away_no_colour(ResamplingKernel kernel, int size)
    {
        PixelImage disc = DrawnPictures.RedDiscOnTransparentGreen(64, 8);
        PixelImage result = Resampler.Resize(disc, size, size, kernel, null, TestContext.Current.CancellationToken);
        DrawnPictures.AssertOnlyRed(result);
    }

    [Fact]
    public void Sixteen_bits_are_not_rounded_to_eight()
    {
        PixelImage image = PixelImage.Create(2, 1, PixelLayout.Grey, 16);
        image.Samples16[1] = 1;
        PixelImage large = Resampler.Resize(image, 2, 1, ResamplingKernel.Area, null, TestContext.Current.CancellationToken);
        Assert.Equal([0, 1], large.Samples16.ToArray());
        image.Samples16[0] = 1000;
        Assert.Equal(501, Resampler.Resize(image, 1, 1, ResamplingKernel.Area, null, TestContext.Current.CancellationToken).Samples16[0]);
    }

    [Fact]
    public void Progress_ends_at_one_and_never_goes_back()
    {
        ProgressRecorder recorder = new ProgressRecorder();
        Resampler.Resize(
            TestData.Noise(40, 400, PixelLayout.Rgb, 8),
            80,
            800,
            ResamplingKernel.Bicubic,
            recorder,
            TestContext.Current.CancellationToken
        );
        recorder.AssertComplete();
    }

    [Fact]
    public void A_cancelled_resize_stops()
    {
        using CancellationTokenSource cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Resampler.Resize(TestData.Noise(40, 40, PixelLayout.Rgb, 8), 80, 80, ResamplingKernel.Bicubic, null, cancelled.Token)
        );
    }

    private static void Fill(PixelImage image, params int[] pixel)
    {
        for (int i = 0; i < image.Width * image.Height * image.Channels; i++)
        {
            bool alpha = image.HasAlpha && i % image.Channels == image.Channels - 1;
            int value = (alpha ? pixel[3] : pixel[i % image.Channels]) * (image.MaxValue / 255);
            if (image.BitsPerSample == 8)
            {
                image.Samples8[i] = (byte)value;
            }
            else
            {
                image.Samples16[i] = (ushort)value;
            }
        }
    }

    internal static void AssertSame(PixelImage expected, PixelImage actual)
    {
        Assert.Equal(
            (expected.Width, expected.Height, expected.Layout, expected.BitsPerSample),
            (actual.Width, actual.Height, actual.Layout, actual.BitsPerSample)
        );
        if (expected.BitsPerSample == 8)
        {
            Assert.Equal(expected.Samples8, actual.Samples8);
        }
        else
        {
            Assert.Equal(expected.Samples16, actual.Samples16);
        }
    }

    private sealed class Near(float tolerance) : IEqualityComparer<float>
    {
        public bool Equals(float x, float y) => Math.Abs(x - y) <= tolerance;

        public int GetHashCode(float obj) => 0;
    }
}
