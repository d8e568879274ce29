using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Core.Tests.Imaging;

public sealed class CroppingTests
{
    [Theory]
    [InlineData(PixelLayout.Grey, 8)]
    [InlineData(PixelLayout.Rgba, 16)]
    public void The_top_left_part_is_copied(PixelLayout layout, int bits)
    {
        PixelImage source = TestData.Noise(9, 6, layout, bits);
        PixelImage part = Cropping.TopLeft(source, 5, 4);
        Assert.Equal((5, 4, layout, bits), (part.Width, part.Height, part.Layout, part.BitsPerSample));
        for (int i = 0; i < 5 * 4; i++)
        {
            Assert.Equal(DrawnPictures.Get(source, i % 5, i / 5), DrawnPictures.Get(part, i % 5, i / 5));
        }
    }

    [Fact]
    public void All_of_a_picture_is_the_picture_itself()
    {
        PixelImage source = PixelImage.Create(3, 2, PixelLayout.Rgb, 8);
        Assert.Same(source, Cropping.TopLeft(source, 3, 2));
    }
}
