// libvips answers with all messages since the last error, each line prefixed with its operation.
using NetVips;

namespace RsrPlugins.Cli.Files;

internal static class VipsMessage
{
    /// <summary>The libvips part of an exception's message, on one line.</summary>
    public static string Of(VipsException error)
    {
        string[] lines = error.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        IEnumerable<string> useful = lines.Skip(lines.Length > 1 ? 1 : 0).Distinct(); // The first says only which call failed.
        return string.Join("; ", useful).TrimEnd('.');
    }
}
