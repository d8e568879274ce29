// What the document says of its pixels' colours and size on paper, so that a result outside it means the same. All of it is optional: 5.0
// has no colour contexts, and what cannot be read is left to whoever opens the picture.
using System.Runtime.CompilerServices;
using PaintDotNet;
using PaintDotNet.Effects;

namespace RsrPlugins.PaintDotNet.Saving;

/// <summary>Colour and resolution of a document.</summary>
/// <param name="Profile">ICC profile; empty for none, which means sRGB.</param>
/// <param name="DpiX">Dots per inch across; 0 where the document does not say.</param>
/// <param name="DpiY">Dots per inch down; 0 where the document does not say.</param>
internal sealed record DocumentFacts(ReadOnlyMemory<byte> Profile, double DpiX, double DpiY)
{
    private const double CentimetresPerInch = 2.54;

    // What is shorter is no profile: its header has 128 bytes.
    private const int LeastProfile = 128;

    /// <summary>Asks Paint.NET.</summary>
    public static DocumentFacts Read(IBitmapEffectEnvironment environment)
    {
        byte[]? profile = OptionalService.Get(() => ReadProfile(environment));
        double[]? dpi = OptionalService.Get(() => ReadDpi(environment));
        return new DocumentFacts(profile is { Length: >= LeastProfile } ? profile : default, dpi?[0] ?? 0, dpi?[1] ?? 0);
    }

    /// <summary>Whether the document says how large it is on paper.</summary>
    public bool HasDpi => DpiX > 0 && DpiY > 0;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte[]? ReadProfile(IBitmapEffectEnvironment environment) =>
        environment.Document.ColorContext?.GetProfileBytes().ToArray();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double[]? ReadDpi(IBitmapEffectEnvironment environment)
    {
        Resolution resolution = environment.Document.Resolution;
        double perUnit = resolution.Units switch
        {
            MeasurementUnit.Inch => 1,
            MeasurementUnit.Centimeter => CentimetresPerInch,
            _ => 0,
        };
        return [Sane(resolution.X * perUnit), Sane(resolution.Y * perUnit)];
    }

    private static double Sane(double dpi) => double.IsFinite(dpi) && dpi is > 0 and < 1e6 ? dpi : 0;
}
