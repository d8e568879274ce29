using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Core.Tests.Resizing;

namespace RsrPlugins.Core.Tests.Metrics;

public sealed class EvaluationProtocolTests
{
    [Theory]
    [InlineData(2, 22, 18)]
    [InlineData(3, 21, 18)]
    [InlineData(4, 20, 16)]
    public void Crops_the_right_and_the_bottom(int scale, int width, int height)
    {
        PixelImage image = TestData.Noise(23, 19, PixelLayout.Rgba, 16);
        PixelImage cropped = EvaluationProtocol.CropToMultiple(image, scale);
        Assert.Equal((width, height), (cropped.Width, cropped.Height));
        Assert.Equal(DrawnPictures.Get(image, 0, 0), DrawnPictures.Get(cropped, 0, 0));
        Assert.Equal(DrawnPictures.Get(image, width - 1, height - 1), DrawnPictures.Get(cropped, width - 1, height - 1));
    }

    [Fact]
    public void Grey_values_are_taken_as_they_are_and_colour_as_studio_luma()
    {
        PixelImage grey = PixelImage.Create(1, 1, PixelLayout.Grey, 8),
            colour = PixelImage.Create(1, 1, PixelLayout.Rgb, 8);
        grey.Samples8.Fill(255);
        colour.Samples8.Fill(255);
        Assert.Equal([255f], EvaluationProtocol.LumaPlane(grey));
        Assert.Equal([235f], EvaluationProtocol.LumaPlane(colour));
    }

    [Fact]
    public void The_restored_plane_is_rounded_clamped_and_shaved()
    {
        float[] reference = new float[17 * 17];
        Array.Fill(reference, 255);
        float[] restored = [.. reference];
        restored[0] = 0;
        restored[8 * 17] = 0;
        restored[(5 * 17) + 5] = 999;
        restored[(6 * 17) + 6] = 254.6f;
        Assert.Equal(double.PositiveInfinity, EvaluationProtocol.Score(reference, restored, 17, 17, 3).Psnr);
        restored[(8 * 17) + 8] = 254.4f;
        Assert.Equal(10 * Math.Log10(65025 * 121), EvaluationProtocol.Score(reference, restored, 17, 17, 3).Psnr, 9);
    }

    /// <summary>Each method against its own steps written out.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Methods_do_what_they_say(int scale)
    {
        SmoothNetwork rrNet = new SmoothNetwork(NetworkTask.Reduce, scale);
        SmoothNetwork srNet = new SmoothNetwork(NetworkTask.Enlarge, scale);
        PixelImage image = TestData.Noise(50, 41, PixelLayout.Rgb, 8);
        PixelImage cropped = EvaluationProtocol.CropToMultiple(image, scale);
        (int width, int height) = (cropped.Width, cropped.Height);
        float[] luma = Luma.Bt601StudioRounded(cropped);
        CancellationToken token = TestContext.Current.CancellationToken;
        EvaluationScore Score(EvaluationMethod method) =>
            EvaluationProtocol.Evaluate(image, method, scale, rrNet, srNet, null, null, null, token);

        float[] input = new float[width * height];
        for (int i = 0; i < input.Length; i++)
        {
            input[i] = luma[i] / 255;
        }

        float[] small = new float[input.Length / scale / scale],
            large = new float[input.Length];
        rrNet.Run(input, width, height, small, token);
        for (int i = 0; i < small.Length; i++)
        {
            small[i] = MathF.Round(Math.Clamp(small[i] * 255, 0, 255)) / 255;
        }

        srNet.Run(small, width / scale, height / scale, large, token);
        Assert.Equal(Restored(), Score(EvaluationMethod.Learned).Psnr, 3);

        float[] bicubic = Resampler.Resize(luma, width, height, width / scale, height / scale, ResamplingKernel.Bicubic, token);
        for (int i = 0; i < small.Length; i++)
        {
            small[i] = MathF.Round(Math.Clamp(bicubic[i], 0, 255)) / 255;
        }

        srNet.Run(small, width / scale, height / scale, large, token);
        Assert.Equal(Restored(), Score(EvaluationMethod.Photo).Psnr, 3);

        PixelImage file = new LearnedResizer(rrNet).Resize(cropped, null, token);
        float[] edited = Luma.Bt601StudioRounded(new LearnedResizer(srNet).Resize(file, null, token));
        Assert.Equal(ImageMetrics.Psnr(luma, edited, width, height, scale), Score(EvaluationMethod.LearnedEditor).Psnr, 9);

        PixelImage reduced = Resampler.Resize(cropped, width / scale, height / scale, ResamplingKernel.Bicubic, null, token);
        float[] enlarged = Luma.Bt601StudioRounded(new LearnedResizer(srNet).Resize(reduced, null, token));
        Assert.Equal(ImageMetrics.Psnr(luma, enlarged, width, height, scale), Score(EvaluationMethod.PhotoEditor).Psnr, 9);

        double Restored()
        {
            float[] rounded = [.. large.Select(value => MathF.Round(Math.Clamp(value * 255, 0, 255)))];
            return ImageMetrics.Psnr(luma, rounded, width, height, scale);
        }
    }

    [Fact]
    public void A_missing_network_and_a_tiny_picture_are_named()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        PixelImage image = TestData.Noise(30, 30, PixelLayout.Rgb, 8);
        Assert.Throws<ArgumentNullException>(
            "rrNet",
            () => EvaluationProtocol.Evaluate(image, EvaluationMethod.Learned, 2, null, null, null, null, null, token)
        );
        PixelImage tiny = TestData.Noise(14, 30, PixelLayout.Rgb, 8);
        Assert.Contains(
            "14 x 30",
            Assert
                .Throws<ImageSizeException>(() =>
                    EvaluationProtocol.Evaluate(tiny, EvaluationMethod.Bicubic, 2, null, null, null, null, null, token)
                )
                .Message,
            StringComparison.Ordinal
        );
    }
}
