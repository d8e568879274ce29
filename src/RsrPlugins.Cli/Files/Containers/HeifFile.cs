// What an AVIF or HEIC says of its colours without a profile: the code points of its "colr" box. libvips decodes through them and does
// not tell them. And where its boxes end: what lies behind, libvips passes over without a word.
using System.Buffers.Binary;
using System.Text;

namespace RsrPlugins.Cli.Files.Containers;

internal static class HeifFile
{
    // The box lies in the properties in front of the pixels.
    private const int Searched = 256 * 1024;

    // Of the outermost level, ISO/IEC 14496-12 and 23008-12.
    private static readonly HashSet<string> _boxes =
    [
        "ftyp",
        "meta",
        "mdat",
        "moov",
        "moof",
        "mfra",
        "free",
        "skip",
        "uuid",
        "idat",
        "styp",
        "sidx",
        "pdin",
        "jumb",
    ];

    /// <summary>Primaries, transfer, matrix, range as PNG's cICP has them (always R, G, B of full range); null where they are not
    /// said.</summary>
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

    /// <summary>Bytes behind the last box of a picture file.</summary>
    public static long Trailing(Stream stream)
    {
        Span<byte> head = stackalloc byte[16];
        for (long place = 0; place < stream.Length;)
        {
            stream.Position = place;
            int length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            if (length < 8 || !_boxes.Contains(Encoding.Latin1.GetString(head[4..8])))
            {
                return stream.Length - place;
            }

            long size = BinaryPrimitives.ReadUInt32BigEndian(head) switch
            {
                0 => stream.Length - place, // To the end of the file.
                1 when length == 16 => BinaryPrimitives.ReadInt64BigEndian(head[8..]),
                uint stated => stated,
            };
            if (size < 8 || size > stream.Length - place)
            {
                return 0; // Damaged; its decoder says so.
            }

            place += size;
        }

        return 0;
    }
}
