using RsrPlugins.Core.Imaging;
using RsrPlugins.Gimp.Document;

namespace RsrPlugins.Gimp.Tests;

public sealed class WorkFormatTests
{
    // What is 8 or 16 bits gamma-coded passes unchanged; linear values are coded; an indexed layer's encoding is a palette's name.
    [Theory]
    [InlineData("R'G'B'A u8", false, true, "R'G'B'A u8", PixelLayout.Rgba, false)]
    [InlineData("R'G'B' u16", false, false, "R'G'B' u16", PixelLayout.Rgb, false)]
    [InlineData("R~G~B~ u8", false, false, "R~G~B~ u8", PixelLayout.Rgb, false)]
    [InlineData("Y'A u16", true, true, "Y'A u16", PixelLayout.GreyAlpha, false)]
    [InlineData("Y u8", true, false, "Y~ u16", PixelLayout.Grey, false)]
    [InlineData("RGBA half", false, true, "R~G~B~A u16", PixelLayout.Rgba, true)]
    [InlineData("R'G'B'A u32", false, true, "R'G'B'A u16", PixelLayout.Rgba, false)]
    [InlineData("RGB double", false, false, "R~G~B~ u16", PixelLayout.Rgb, true)]
    [InlineData("_babl-int-1", false, true, "R'G'B'A u8", PixelLayout.Rgba, false)]
    public void Pixels_are_read_with_as_little_conversion_as_can_be(
        string stored,
        bool grey,
        bool alpha,
        string expected,
        PixelLayout layout,
        bool isFloat
    )
    {
        WorkFormat format = WorkFormat.For(stored, grey, alpha);
        Assert.Equal((expected, layout, isFloat), (format.Encoding, format.Layout, format.IsFloat));
    }
}
