using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Metrics;

namespace RsrPlugins.Core.Tests.Metrics;

public sealed class ImageMetricsTests
{
    [Fact]
    public void Psnr_by_hand()
    {
        // One error of 16 in a 4 x 4 plane: MSE 16, so 10 log10(65025 / 16).
        float[] reference = new float[16];
        float[] actual = new float[16];
        actual[0] = 16;
        Assert.Equal(36.0896, ImageMetrics.Psnr(reference, actual, 4, 4, 0), 4);

        // The error is in the border; inside it the planes are equal.
        Assert.Equal(double.PositiveInfinity, ImageMetrics.Psnr(reference, actual, 4, 4, 1));
        actual[5] = 3;
        Assert.Equal(10 * Math.Log10(65025 / (9.0 / 4)), ImageMetrics.Psnr(reference, actual, 4, 4, 1), 10);
    }

    [Fact]
    public void Ssim_of_two_constants_is_the_luminance_term()
    {
        float[] reference = new float[144],
            actual = new float[144];
        Array.Fill(reference, 100);
        Array.Fill(actual, 120);
        Assert.Equal(((2 * 100 * 120) + 6.5025) / ((100 * 100) + (120 * 120) + 6.5025), ImageMetrics.Ssim(reference, actual, 12, 12, 0), 9);
        Assert.Equal(1, ImageMetrics.Ssim(reference, reference, 12, 12, 0), 12);
    }

    /// <summary>Expected values from the definition written down directly in another language: 121 weights, two-pass variances.</summary>
    [Theory]
    [InlineData(0, 0.9571494270215162)]
    [InlineData(1, 0.9577041041843654)]
    public void Ssim_equals_the_direct_sum(int cropBorder, double expected)
    {
        const int Width = 17,
            Height = 14;
        float[] reference = new float[Width * Height],
            actual = new float[Width * Height];
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                int value = ((x * 37) + (y * 59)) % 256;
                reference[(y * Width) + x] = value;
                actual[(y * Width) + x] = (value * 3 / 4) + (x * y % 61);
            }
        }

        Assert.Equal(expected, ImageMetrics.Ssim(reference, actual, Width, Height, cropBorder), 10);
    }

    [Fact]
    public void Planes_too_small_for_the_protocol_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ImageMetrics.Ssim(new float[110], new float[110], 11, 10, 0));
        Assert.Throws<ArgumentException>(() => ImageMetrics.Psnr(new float[16], new float[16], 4, 4, 2));
        Assert.Throws<ArgumentException>(() => ImageMetrics.Psnr(new float[16], new float[15], 4, 4, 0));
    }

    [Fact]
    public void Two_grey_pictures_are_compared_by_their_values_and_grey_with_colour_by_luma()
    {
        PixelImage a = PixelImage.Create(12, 12, PixelLayout.Grey, 8),
            b = PixelImage.Create(12, 12, PixelLayout.Grey, 8);
        a.Samples8.Fill(100);
        b.Samples8.Fill(120);
        Assert.Equal(10 * Math.Log10(255.0 * 255 / 400), ImageMetrics.Compare(a, b, 0).LumaPsnr, 6);

        PixelImage colour = PixelImage.Create(12, 12, PixelLayout.Rgb, 8);
        colour.Samples8.Fill(120);
        double lumaDifference = Math.Round(16 + (120 * 219 / 255.0)) - Math.Round(16 + (100 * 219 / 255.0));
        Assert.Equal(10 * Math.Log10(255.0 * 255 / (lumaDifference * lumaDifference)), ImageMetrics.Compare(a, colour, 0).LumaPsnr, 6);
    }

    [Fact]
    public void Compare_sees_colour_alpha_and_depth()
    {
        PixelImage grey = PixelImage.Create(12, 12, PixelLayout.Grey, 8);
        grey.Samples8.Fill(100);
        PixelImage deep = PixelImage.Create(12, 12, PixelLayout.Rgb, 16);
        deep.Samples16.Fill(100 * 257);
        Assert.Equal(new PictureDifference(double.PositiveInfinity, 1, double.PositiveInfinity, 0), ImageMetrics.Compare(grey, deep, 0));

        deep.Samples16[0] = 110 * 257;
        PictureDifference difference = ImageMetrics.Compare(grey, deep, 0);
        Assert.Equal(10, difference.MaxDifference, 4);
        Assert.Equal(10 * Math.Log10(65025 * 432 / 100.0), difference.RgbPsnr, 4);

        // What is invisible in both counts only as alpha does.
        PixelImage hidden = PixelImage.Create(12, 12, PixelLayout.Rgba, 8);
        PixelImage other = PixelImage.Create(12, 12, PixelLayout.Rgba, 8);
        other.Samples8[1] = 255;
        Assert.Equal(0, ImageMetrics.Compare(hidden, other, 0).MaxDifference);
        other.Samples8[3] = 9;
        Assert.Equal(9, ImageMetrics.Compare(hidden, other, 0).MaxDifference, 4);

        Assert.Throws<ImageSizeException>(() => ImageMetrics.Compare(grey, PixelImage.Create(12, 11, PixelLayout.Grey, 8), 0));
    }
}
