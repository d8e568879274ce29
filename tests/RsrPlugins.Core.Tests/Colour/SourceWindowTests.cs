using RsrPlugins.Core.Colour;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Colour;

public sealed class SourceWindowTests
{
    [Theory]
    [InlineData(PixelLayout.Grey, 8)]
    [InlineData(PixelLayout.GreyAlpha, 16)]
    [InlineData(PixelLayout.Rgb, 16)]
    [InlineData(PixelLayout.Rgba, 8)]
    public void Planes_hold_luma_differences_and_alpha_and_repeat_the_last_column_and_row(PixelLayout layout, int bits)
    {
        PixelImage image = TestData.Noise(11, 7, layout, bits);
        SourceWindow window = new SourceWindow();
        TileRect rect = new TileRect(3, 2, 10, 8);
        window.Load(image, rect, ignoreAlpha: false);
        for (int y = rect.Y; y < rect.Bottom; y++)
        {
            for (int x = rect.X; x < rect.Right; x++)
            {
                (int red, int green, int blue, int alpha) = DrawnPictures.Get(image, Math.Min(x, 10), Math.Min(y, 6));
                double max = image.MaxValue;
                int at = window.At(x, y);
                Assert.Equal(((0.299 * red) + (0.587 * green) + (0.114 * blue)) / max, window.FullRangeLuma[at], 1e-6);
                if (image.HasColour)
                {
                    Assert.Equal((red - green) / max, window.RedDifference[at], 1e-6);
                    Assert.Equal((blue - green) / max, window.BlueDifference[at], 1e-6);
                }

                if (image.HasAlpha)
                {
                    Assert.Equal(alpha / max, window.Alpha[at], 1e-6);
                }
            }
        }
    }

    [Fact]
    public void Opacity_is_that_of_the_rectangle_and_not_of_the_picture()
    {
        PixelImage image = PixelImage.Create(4, 1, PixelLayout.GreyAlpha, 8);
        (image.Samples8[5], image.Samples8[7]) = (255, 255);
        SourceWindow window = new SourceWindow();
        Assert.Equal(WindowOpacity.Transparent, Opacity(0, false));
        Assert.Equal(WindowOpacity.Mixed, Opacity(1, false));
        Assert.Equal(WindowOpacity.Opaque, Opacity(2, false));
        Assert.Equal(WindowOpacity.Opaque, Opacity(0, true));
        window.Load(image, new TileRect(0, 0, 4, 1), ignoreAlpha: false);
        Assert.True(window.IsAlphaConstant(new TileRect(2, 0, 2, 1)));
        Assert.False(window.IsAlphaConstant(new TileRect(1, 0, 2, 1)));

        WindowOpacity Opacity(int x, bool ignoreAlpha)
        {
            window.Load(image, new TileRect(x, 0, 2, 1), ignoreAlpha);
            return window.Opacity;
        }
    }
}
