// A PNG text chunk, kept as its bytes: kind, language and character set stay what they were.
using System.Text;
using RsrPlugins.Cli.Files.Containers;

namespace RsrPlugins.Cli.Files.Metadata;

/// <param name="Chunk">tEXt (Latin-1), zTXt (Latin-1, compressed) or iTXt (UTF-8).</param>
/// <param name="Keyword">1 to 79 characters of Latin-1.</param>
internal sealed record PngText(PngChunk Chunk, string Keyword)
{
    private const int MaxKeyword = 79;

    /// <summary>Null for a chunk no writer may write: its keyword is missing, too long, or of other characters.</summary>
    public static PngText? Of(PngChunk chunk)
    {
        int end = Array.IndexOf(chunk.Data, (byte)0);
        if (
            end is < 1 or > MaxKeyword
            || chunk.Data.AsSpan(0, end).ContainsAnyExceptInRange((byte)0x20, (byte)0xFF)
            || chunk.Data.AsSpan(0, end).ContainsAnyInRange((byte)0x7F, (byte)0xA0)
        )
        {
            return null;
        }

        string keyword = Encoding.Latin1.GetString(chunk.Data.AsSpan(0, end));
        return keyword.Trim(' ') == keyword && !keyword.Contains("  ", StringComparison.Ordinal) ? new PngText(chunk, keyword) : null;
    }

    /// <summary>A text of our own: Latin-1 where that holds it, else UTF-8.</summary>
    public static PngText Create(string keyword, string text)
    {
        byte[] key = Encoding.Latin1.GetBytes(keyword);
        return text.All(character => character is >= ' ' and <= '~' or >= '\u00A1' and <= '\u00FF' or '\n')
            ? new PngText(new PngChunk("tEXt", [.. key, 0, .. Encoding.Latin1.GetBytes(text)]), keyword)
            : new PngText(International(keyword, Encoding.UTF8.GetBytes(text)), keyword);
    }

    /// <summary>An uncompressed iTXt without a language.</summary>
    public static PngChunk International(string keyword, byte[] utf8) =>
        new("iTXt", [.. Encoding.Latin1.GetBytes(keyword), 0, 0, 0, 0, 0, .. utf8]);

    /// <summary>The text; null where it is damaged or too large when expanded.</summary>
    public string? Text() => TextBytes() is { } bytes ? (Chunk.Type == "iTXt" ? Encoding.UTF8 : Encoding.Latin1).GetString(bytes) : null;

    /// <summary>The text's bytes in its chunk's character set, expanded.</summary>
    public byte[]? TextBytes()
    {
        ReadOnlySpan<byte> rest = Chunk.Data.AsSpan(Keyword.Length + 1);
        switch (Chunk.Type)
        {
            case "tEXt":
                return rest.ToArray();
            case "zTXt":
                return rest.IsEmpty ? null : PngFile.Expand(rest[1..]);
            default:
                if (rest.Length < 4)
                {
                    return null;
                }

                bool compressed = rest[0] == 1;
                rest = rest[2..];
                for (int part = 0; part < 2; part++) // Language, translated keyword.
                {
                    int end = rest.IndexOf((byte)0);
                    if (end < 0)
                    {
                        return null;
                    }

                    rest = rest[(end + 1)..];
                }

                return compressed ? PngFile.Expand(rest) : rest.ToArray();
        }
    }
}
