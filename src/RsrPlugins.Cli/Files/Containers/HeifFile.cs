// What an AVIF or HEIC says of its colours without a profile: the code points of its "colr" box. libvips decodes through them and does
// not tell them.
namespace RsrPlugins.Cli.Files.Containers;

internal static class HeifFile
{
    // The box lies in the properties in front of the pixels.
    private const int Searched = 256 * 1024;

    /// <summary>Primaries, transfer, matrix, range as PNG's cICP has them (always R, G, B of full range); null where they are not said.</summary>
    public static byte[]? CodePoints(Stream stream)
    {
        stream.Position = 0;
        byte[] head = new byte[Math.Min(stream.Length, Searched)];
        int length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        int place = head.AsSpan(0, length).IndexOf("colrnclx"u8);
        if (place < 0 || place + 12 > length)
        {
            return null;
        }

        // Two numbers of 16 bits.
        (byte primaries, byte transfer) = (head[place + 9], head[place + 11]);
        return primaries == 2 || transfer == 2 ? null : [primaries, transfer, 0, 1];
    }
}
