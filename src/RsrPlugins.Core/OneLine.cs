// Errors are one line, whoever worded them: libraries like to answer in paragraphs. And what is printed may come out of a file or be a
// file's name: sequences that move a terminal's cursor, or turn the reading direction, reach the screen as visible text.
using System.Globalization;
using System.Text;

namespace RsrPlugins.Core;

/// <summary>Texts of others, fit for one line of an error.</summary>
public static class OneLine
{
    private const int QuoteLength = 80;
    private const string Ellipsis = "...";

    /// <summary>The text with line breaks and the blanks around them made "; ", and characters that do not print made visible.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Visible(string.Join("; ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)));
    }

    /// <summary>A text taken from a file: one line, and cut where it goes on for long.</summary>
    public static string Quote(string text, int maxLength = QuoteLength)
    {
        ArgumentNullException.ThrowIfNull(text);
        // Cut first: what is cut off may be megabytes.
        string start = text.Length <= maxLength ? text : string.Concat(text.AsSpan(0, maxLength - Ellipsis.Length), Ellipsis);
        return Of(start);
    }

    private static string Visible(string text)
    {
        if (!text.EnumerateRunes().Any(IsInvisible))
        {
            return text;
        }

        StringBuilder visible = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            visible.Append(IsInvisible(rune) ? string.Create(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X}}}") : rune.ToString());
        }

        return visible.ToString();
    }

    // Joiners (U+200C, U+200D) are part of words and emoji.
    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
            UnicodeCategory.Format => rune.Value is not (0x200C or 0x200D),
            _ => false,
        };
}
