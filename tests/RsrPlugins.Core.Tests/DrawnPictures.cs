// Pictures the tests draw themselves.
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Core.Tests;

internal static class DrawnPictures
{
    /// <summary>An opaque, antialiased red disc; everything outside it is green with alpha 0, as editors leave it behind.</summary>
    public static PixelImage RedDiscOnTransparentGreen(int size, int bits)
    {
        PixelImage image = PixelImage.Create(size, size, PixelLayout.Rgba, bits);
        double centre = (size - 1) / 2.0,
            radius = size * 0.37;
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                double distance = Math.Sqrt(((x - centre) * (x - centre)) + ((y - centre) * (y - centre)));
                double coverage = Math.Clamp(radius - distance + 0.5, 0, 1);
                Set(image, x, y, coverage > 0 ? 255 : 0, coverage > 0 ? 0 : 255, 0, (int)Math.Round(coverage * 255));
            }
        }

        return image;
    }

    /// <summary>
    /// Every pixel that can be seen is red, however thin; what cannot be seen is 0 in every channel. A network's luma may make
    /// the red a little darker, or lighter towards white, but never greenish.
    /// </summary>
    /// <param name="colourTolerance">Levels of 8 bits that luma may shift the colour by.</param>
    public static void AssertOnlyRed(PixelImage image, int colourTolerance = 0)
    {
        int visible = 0;
        for (int y = 0; y < image.Height; y++)
        {
            for (int x = 0; x < image.Width; x++)
            {
                (int red, int green, int blue, int alpha) = Get(image, x, y);
                visible += alpha > 0 ? 1 : 0;
                int tolerance = colourTolerance * (image.MaxValue / 255);
                bool expected =
                    alpha > 0
                        ? Math.Abs(green - blue) <= (tolerance > 0 ? image.MaxValue / 255 : 0)
                            && green <= tolerance
                            && red >= image.MaxValue - tolerance
                        : red == 0 && green == 0 && blue == 0;
                Assert.True(expected, $"At ({x}, {y}) the colour is ({red}, {green}, {blue}) with alpha {alpha}.");
            }
        }

        Assert.InRange(visible, image.Width * image.Height / 3, image.Width * image.Height * 2 / 3);
    }

    /// <summary>Sets a pixel of any layout and depth from 8-bit values; a grey picture takes the red one.</summary>
    public static void Set(PixelImage image, int x, int y, int red, int green, int blue, int alpha = 255)
    {
        Span<int> values = image.HasColour ? [red, green, blue, alpha] : [red, alpha];
        int at = ((y * image.Width) + x) * image.Channels;
        for (int c = 0; c < image.Channels; c++)
        {
            if (image.BitsPerSample == 8)
            {
                image.Samples8[at + c] = (byte)values[c];
            }
            else
            {
                image.Samples16[at + c] = (ushort)(values[c] * 257);
            }
        }
    }

    /// <summary>The samples of a pixel as they are; grey counts for all three, no alpha as full.</summary>
    public static (int Red, int Green, int Blue, int Alpha) Get(PixelImage image, int x, int y)
    {
        int at = ((y * image.Width) + x) * image.Channels;
        int Sample(int c) => image.BitsPerSample == 8 ? image.Samples8[at + c] : image.Samples16[at + c];
        int alpha = image.HasAlpha ? Sample(image.Channels - 1) : image.MaxValue;
        return image.HasColour ? (Sample(0), Sample(1), Sample(2), alpha) : (Sample(0), Sample(0), Sample(0), alpha);
    }
}
