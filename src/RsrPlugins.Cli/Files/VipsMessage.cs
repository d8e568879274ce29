// libvips answers with all messages since the last error, each line prefixed with its operation.
using NetVips;

namespace RsrPlugins.Cli.Files;

internal static class VipsMessage
{
    private const string SystemError = "system error: ";

    /// <summary>What went wrong, on one line: the system's own first word on it if it had one, else all that libvips says.</summary>
    public static string Of(VipsException error)
    {
        string[] lines = error.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.FirstOrDefault(line => line.Contains(SystemError, StringComparison.Ordinal)) is { } system)
        {
            return system[(system.IndexOf(SystemError, StringComparison.Ordinal) + SystemError.Length)..];
        }

        IEnumerable<string> useful = lines.Skip(lines.Length > 1 ? 1 : 0).Distinct(); // The first says only which call failed.
        return string.Join("; ", useful).TrimEnd('.');
    }
}
