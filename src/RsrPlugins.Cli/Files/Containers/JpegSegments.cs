// The marker segments in front of a JPEG's pixels, as bytes: tables, frame header, metadata. libvips gives some of them away in a form
// that cannot be written back (several APP segments of one kind, comments) and others not at all (quantisation tables).
namespace RsrPlugins.Cli.Files.Containers;

/// <summary>One marker segment.</summary>
/// <param name="Marker">Second byte of the marker: 0xE1 is APP1.</param>
/// <param name="Payload">What follows the length, at most 65,533 bytes.</param>
internal readonly record struct JpegSegment(byte Marker, byte[] Payload)
{
    public const byte StartOfImage = 0xD8;
    public const byte EndOfImage = 0xD9;
    public const byte StartOfScan = 0xDA;
    public const byte QuantisationTables = 0xDB;
    public const byte App0 = 0xE0;
    public const byte Comment = 0xFE;

    /// <summary>SOF0 to SOF15 without the three markers between them that mean something else (DHT, JPG, DAC).</summary>
    public bool IsFrameHeader => Marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    /// <summary>Markers without a length: TEM, RST0 to RST7, SOI, EOI.</summary>
    public static bool StandsAlone(int marker) => marker is 0x01 or (>= 0xD0 and <= 0xD9);
}

internal static class JpegSegments
{
    // Metadata of real files stays far below; a file of nothing but segments would otherwise be read into memory whole.
    private const long MaxBytes = 256L << 20;

    /// <summary>
    /// The segments from the start of <paramref name="stream"/> to the first scan, the scan's header included. Ends early, without an
    /// error, where the file is cut or no JPEG: whether the pixels can be read is the decoder's to say.
    /// </summary>
    public static List<JpegSegment> ReadToFirstScan(Stream stream)
    {
        List<JpegSegment> segments = [];
        long total = 0;
        if (stream.ReadByte() != 0xFF || stream.ReadByte() != JpegSegment.StartOfImage)
        {
            return segments;
        }

        while (total < MaxBytes && NextMarker(stream) is int marker and >= 0 && marker != JpegSegment.EndOfImage)
        {
            if (JpegSegment.StandsAlone(marker))
            {
                continue;
            }

            if (ReadPayload(stream) is not { } payload)
            {
                break;
            }

            segments.Add(new JpegSegment((byte)marker, payload));
            total += payload.Length;
            if (marker == JpegSegment.StartOfScan)
            {
                break;
            }
        }

        return segments;
    }

    /// <summary>Skips to the next marker and over its fill bytes; -1 at the end of the stream.</summary>
    internal static int NextMarker(Stream stream)
    {
        int value = stream.ReadByte();
        while (value >= 0)
        {
            if (value != 0xFF)
            {
                value = stream.ReadByte();
                continue;
            }

            do
            {
                value = stream.ReadByte();
            } while (value == 0xFF);
            if (value > 0)
            {
                return value;
            }

            value = stream.ReadByte();
        }

        return -1;
    }

    /// <summary>The bytes after a marker's length; null where the file ends before them.</summary>
    internal static byte[]? ReadPayload(Stream stream)
    {
        int high = stream.ReadByte();
        int low = stream.ReadByte();
        int length = (high << 8) | low;
        if (low < 0 || length < 2)
        {
            return null;
        }

        byte[] payload = new byte[length - 2];
        return stream.ReadAtLeast(payload, payload.Length, throwOnEndOfStream: false) == payload.Length ? payload : null;
    }
}
