// How large a picture is on paper, or only how wide its pixels are for their height. Files say it in several places and units, and
// most say nothing: then nothing is written.
using RsrPlugins.Cli.Files.Containers;

namespace RsrPlugins.Cli.Files.Metadata;

/// <summary>What X and Y count.</summary>
internal enum ResolutionUnit
{
    /// <summary>X to Y is the shape of a pixel; no size.</summary>
    Aspect,

    /// <summary>Pixels per inch.</summary>
    Inch,

    /// <summary>Pixels per centimetre.</summary>
    Centimetre,
}

/// <param name="X">Pixels per unit across, above 0.</param>
/// <param name="Y">Pixels per unit down, above 0.</param>
internal sealed record Resolution(double X, double Y, ResolutionUnit Unit)
{
    private const double CentimetresPerInch = 2.54;

    public double InchesX => Unit == ResolutionUnit.Centimetre ? X * CentimetresPerInch : X;

    public double InchesY => Unit == ResolutionUnit.Centimetre ? Y * CentimetresPerInch : Y;

    public double MetresX => Unit == ResolutionUnit.Centimetre ? X * 100 : X * 100 / CentimetresPerInch;

    public double MetresY => Unit == ResolutionUnit.Centimetre ? Y * 100 : Y * 100 / CentimetresPerInch;

    /// <summary>After a quarter turn.</summary>
    public Resolution Swapped => this with { X = Y, Y = X };

    /// <summary>Null where it says nothing: not positive, or a shape of 1 to 1.</summary>
    public static Resolution? Of(double x, double y, ResolutionUnit unit) =>
        x > 0 && y > 0 && double.IsFinite(x) && double.IsFinite(y) && !(unit == ResolutionUnit.Aspect && x == y)
            ? new Resolution(x, y, unit)
            : null;

    /// <summary>From the TIFF tags XResolution, YResolution and ResolutionUnit (1 aspect, 2 inch and the default, 3 centimetre).</summary>
    public static Resolution? FromTags(TiffDirectory directory, bool littleEndian)
    {
        double? x = directory.Find(ExifBlock.XResolution)?.RationalValue(littleEndian);
        double? y = directory.Find(ExifBlock.YResolution)?.RationalValue(littleEndian) ?? x;
        if (x is null || y is null)
        {
            return null;
        }

        ResolutionUnit unit = directory.Find(ExifBlock.ResolutionUnit)?.Number(littleEndian) switch
        {
            1 => ResolutionUnit.Aspect,
            3 => ResolutionUnit.Centimetre,
            _ => ResolutionUnit.Inch,
        };
        return Of(x.Value, y.Value, unit);
    }
}
