// JSON has no infinity: the PSNR of equal pictures is written as null.
namespace RsrPlugins.Cli.Terminal;

internal static class JsonNumber
{
    /// <summary>The value rounded for reading, or null where JSON has no number for it.</summary>
    public static double? Of(double value, int digits) => double.IsFinite(value) ? Math.Round(value, digits) : null;
}
