using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Core.Tests.Imaging;

public sealed class PixelImageTests
{
    [Theory]
    [InlineData(PixelLayout.Grey, 1, false, false)]
    [InlineData(PixelLayout.GreyAlpha, 2, true, false)]
    [InlineData(PixelLayout.Rgb, 3, false, true)]
    [InlineData(PixelLayout.Rgba, 4, true, true)]
    public void A_new_picture_has_its_layout_and_is_zero(PixelLayout layout, int channels, bool hasAlpha, bool hasColour)
    {
        PixelImage eight = PixelImage.Create(3, 2, layout, 8),
            sixteen = PixelImage.Create(3, 2, layout, 16);
        Assert.Equal(
            (channels, hasAlpha, hasColour, 8, 255),
            (eight.Channels, eight.HasAlpha, eight.HasColour, eight.BitsPerSample, eight.MaxValue)
        );
        Assert.Equal((16, 65535), (sixteen.BitsPerSample, sixteen.MaxValue));
        Assert.Equal(new byte[6 * channels], eight.Samples8);
        Assert.Equal(new ushort[6 * channels], sixteen.Samples16);
        Assert.Throws<InvalidOperationException>(() => eight.Samples16.Length);
        Assert.Throws<InvalidOperationException>(() => sixteen.Samples8.Length);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(-3, 5)]
    [InlineData(1 << 20, 1 << 20)]
    [InlineData(int.MaxValue, 1)]
    public void A_size_that_no_picture_has_is_refused(int width, int height) =>
        Assert.Throws<ImageSizeException>(() => PixelImage.Create(width, height, PixelLayout.Rgba, 8));

    [Fact]
    public void A_depth_that_is_neither_8_nor_16_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PixelImage.Create(1, 1, PixelLayout.Rgb, 12));
}
