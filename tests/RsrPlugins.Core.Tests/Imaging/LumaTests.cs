using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Core.Tests.Imaging;

public sealed class LumaTests
{
    /// <summary>MATLAB's rgb2ycbcr of the primaries.</summary>
    [Theory]
    [InlineData(0, 0, 0, 16)]
    [InlineData(255, 255, 255, 235)]
    [InlineData(255, 0, 0, 81)]
    [InlineData(0, 255, 0, 145)]
    [InlineData(0, 0, 255, 41)]
    [InlineData(128, 128, 128, 126)]
    public void Rounded_luma_of_known_colours(byte red, byte green, byte blue, float expected)
    {
        foreach (int bits in new[] { 8, 16 })
        {
            PixelImage image = PixelImage.Create(1, 1, PixelLayout.Rgba, bits);
            DrawnPictures.Set(image, 0, 0, red, green, blue, 77);
            Assert.Equal([expected], Luma.Bt601StudioRounded(image));
        }
    }

    [Fact]
    public void Grey_is_full_range()
    {
        PixelImage image = PixelImage.Create(2, 1, PixelLayout.Grey, 8);
        image.Samples8[1] = 255;
        Assert.Equal([16, 235], Luma.Bt601StudioRounded(image));
    }
}
