// Errors are one line, whoever worded them: libraries like to answer in paragraphs.
namespace RsrPlugins.Cli;

internal static class OneLine
{
    /// <summary>The text with line breaks and runs of blanks made single blanks or "; ".</summary>
    public static string Of(string text) =>
        string.Join("; ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
