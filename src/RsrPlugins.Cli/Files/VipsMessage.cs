// libvips answers with all messages since the last error, each line prefixed with its operation.
using NetVips;

namespace RsrPlugins.Cli.Files;

internal static class VipsMessage
{
    private const string SystemError = "system error: ";
    private const int MostCharacters = 400; // libtiff names every odd tag of a damaged file.

    /// <summary>What went wrong, on one line: the system's own first word on it if it had one, else all that libvips says.</summary>
    public static string Of(VipsException error)
    {
        string[] lines = error.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.FirstOrDefault(line => line.Contains(SystemError, StringComparison.Ordinal)) is { } system)
        {
            return system[(system.IndexOf(SystemError, StringComparison.Ordinal) + SystemError.Length)..];
        }

        // Which call failed says nothing to a user; where that is all, the decoder has kept its reason to itself. Seeks beyond the end are
        // how libheif asks for a length.
        string[] useful =
        [
            .. lines
                .Where(line =>
                    !line.StartsWith("unable to", StringComparison.Ordinal)
                    && !line.Contains("bad seek to", StringComparison.Ordinal)
                    && !line.Contains("tag is not read from file", StringComparison.Ordinal)
                )
                .Distinct(),
        ];
        return useful.Length == 0 ? "the decoder reports no reason" : OneLine.Quote(string.Join("; ", useful), MostCharacters).TrimEnd('.');
    }
}
