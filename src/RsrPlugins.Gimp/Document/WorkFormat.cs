// In which form pixels go to the engine. GIMP stores 8, 16 and 32 bits, integers and floats, linear or gamma-coded, in any RGB or grey
// space; the engine takes 8 or 16 bits of gamma-coded values. What is 8 or 16 bits gamma-coded already passes as it is, in the
// layer's own space, so its bytes are those that `rsr` would see in a file. Linear values are coded by sRGB's curve ("perceptual" in
// GIMP's words), because the networks learned on such values, and come back linear.
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Gimp.Document;

/// <summary>The form in which a layer is read and written.</summary>
/// <param name="Components">babl's components, for example "R'G'B'A".</param>
/// <param name="Layout">The same for the engine.</param>
/// <param name="Bits">8 or 16 bits per sample for the engine.</param>
/// <param name="IsFloat">The layer stores floats, whose values may lie outside 0 to 1.</param>
internal sealed record WorkFormat(string Components, PixelLayout Layout, int Bits, bool IsFloat)
{
    /// <summary>babl's name of the integer form.</summary>
    public string Encoding => $"{Components} u{Bits}";

    /// <summary>babl's name of the same components as floats.</summary>
    public string FloatEncoding => $"{Components} float";

    /// <summary>Chooses the form.</summary>
    /// <param name="encoding">How the layer stores its pixels, for example "RGBA half"; an indexed layer's is a palette's name.</param>
    public static WorkFormat For(string encoding, bool isGrey, bool hasAlpha)
    {
        int space = encoding.LastIndexOf(' ');
        string components = space < 0 ? string.Empty : encoding[..space];
        string type = encoding[(space + 1)..];
        bool perceptual = components.Contains('~');
        bool linear = components.Length > 0 && !perceptual && !components.Contains('\'') && components[0] is 'R' or 'Y';
        char mark = perceptual || linear ? '~' : '\'';
        string colour = isGrey ? $"Y{mark}" : $"R{mark}G{mark}B{mark}";
        return new WorkFormat(
            hasAlpha ? colour + "A" : colour,
            (isGrey, hasAlpha) switch
            {
                (true, false) => PixelLayout.Grey,
                (true, true) => PixelLayout.GreyAlpha,
                (false, false) => PixelLayout.Rgb,
                (false, true) => PixelLayout.Rgba,
            },
            type is "u16" or "u32" or "half" or "float" or "double" || linear ? 16 : 8,
            type is "half" or "float" or "double"
        );
    }
}
