// A JPEG around its pixels: what its segments say, whether the file goes on to its end, and what lies behind it.
using System.Buffers.Binary;
using System.Text;
using RsrPlugins.Cli.Files.Metadata;

namespace RsrPlugins.Cli.Files.Containers;

/// <summary>How a JPEG's file ends.</summary>
/// <param name="HasEnd">There is an end marker.</param>
/// <param name="Strays">Bytes between segments that belong to none.</param>
/// <param name="Trailing">Bytes behind the end marker.</param>
/// <param name="MissingScans">A component has no scan, or a progressive file ends before the last bits of its coefficients.</param>
/// <param name="Attached">What the trailing bytes are, for a note; null for nothing known.</param>
internal sealed record JpegEnding(bool HasEnd, long Strays, long Trailing, bool MissingScans, string? Attached);

internal static class JpegFile
{
    private const byte App1 = 0xE1;
    private const byte App2 = 0xE2;
    private const byte App11 = 0xEB;
    private const byte App12 = 0xEC;
    private const byte App13 = 0xED;
    private const byte App14 = 0xEE;
    private const byte App15 = 0xEF;

    // Further pictures are JPEGs whose first kilobytes say what they are.
    private const int AttachedBytes = 64 * 1024;

    private static ReadOnlySpan<byte> Jfif => "JFIF\0"u8;

    private static ReadOnlySpan<byte> Exif => "Exif\0\0"u8;

    private static ReadOnlySpan<byte> Xmp => "http://ns.adobe.com/xap/1.0/\0"u8;

    private static ReadOnlySpan<byte> ExtendedXmp => "http://ns.adobe.com/xmp/extension/\0"u8;

    private static ReadOnlySpan<byte> Icc => "ICC_PROFILE\0"u8;

    private static ReadOnlySpan<byte> Photoshop => "Photoshop 3.0\0"u8;

    /// <summary>Collects what the segments say.</summary>
    public static void ReadMetadata(IReadOnlyList<JpegSegment> segments, RawMetadata metadata)
    {
        SortedDictionary<int, byte[]> icc = [];
        int iccParts = 0;
        List<(string Guid, uint Length, uint Offset, byte[] Data)> extensions = [];
        List<byte> photoshop = [];
        SortedSet<string> others = new(StringComparer.Ordinal);
        foreach (JpegSegment segment in segments)
        {
            ReadOnlySpan<byte> payload = segment.Payload;
            switch (segment.Marker)
            {
                case JpegSegment.App0 when payload.StartsWith(Jfif) && payload.Length >= 12:
                    metadata.Resolution = Resolution.Of(
                        BinaryPrimitives.ReadUInt16BigEndian(payload[8..]),
                        BinaryPrimitives.ReadUInt16BigEndian(payload[10..]),
                        payload[7] switch
                        {
                            1 => ResolutionUnit.Inch,
                            2 => ResolutionUnit.Centimetre,
                            _ => ResolutionUnit.Aspect,
                        }
                    );
                    break;
                case App1 when payload.StartsWith(Exif):
                    metadata.Exif ??= payload[Exif.Length..].ToArray();
                    break;
                case App1 when payload.StartsWith(Xmp):
                    metadata.Xmp ??= payload[Xmp.Length..].ToArray();
                    break;
                case App1 when payload.StartsWith(ExtendedXmp) && payload.Length >= ExtendedXmp.Length + 40:
                    ReadOnlySpan<byte> rest = payload[ExtendedXmp.Length..];
                    extensions.Add(
                        (
                            Encoding.ASCII.GetString(rest[..32]),
                            BinaryPrimitives.ReadUInt32BigEndian(rest[32..]),
                            BinaryPrimitives.ReadUInt32BigEndian(rest[36..]),
                            rest[40..].ToArray()
                        )
                    );
                    break;
                case App2 when payload.StartsWith(Icc) && payload.Length > Icc.Length + 2:
                    icc[payload[Icc.Length]] = payload[(Icc.Length + 2)..].ToArray();
                    iccParts = payload[Icc.Length + 1];
                    break;
                case App2 when payload.StartsWith("urn:iso:std:iso:ts:21496"u8):
                    metadata.HasGainMap = true;
                    break;
                case App13 when payload.StartsWith(Photoshop):
                    photoshop.AddRange(payload[Photoshop.Length..]);
                    break;
                case JpegSegment.Comment:
                    metadata.Comments.Add(segment.Payload);
                    break;
                case App11 when payload.StartsWith("JP"u8):
                    metadata.HasContentCredentials = true;
                    break;
                // The colour transform, thumbnails, previews' index, and the quality Photoshop noted for itself: true of the old file
                // alone.
                case App14 or App15 or JpegSegment.App0 or App12:
                case App2 when payload.StartsWith("MPF\0"u8) || payload.StartsWith("FPXR\0"u8):
                    break;
                case >= JpegSegment.App0 and <= App15:
                    int end = payload[..Math.Min(payload.Length, 24)].IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E);
                    string name = Encoding.ASCII.GetString(payload[..Math.Max(0, end)]);
                    others.Add($"APP{segment.Marker - JpegSegment.App0}{(name.Length == 0 ? string.Empty : $" ({name})")}");
                    break;
                default:
                    break;
            }
        }

        if (icc.Count > 0 && icc.Count == iccParts && icc.Keys.First() == 1 && icc.Keys.Last() == iccParts)
        {
            metadata.Icc = [.. icc.Values.SelectMany(part => part)];
        }
        else if (icc.Count > 0)
        {
            metadata.Notes.Add($"colour profile dropped: only {icc.Count} of its {iccParts} parts are present");
        }

        if (photoshop.Count > 0)
        {
            (metadata.Iptc, metadata.Photoshop) = PhotoshopResources.Parse(photoshop.ToArray());
        }

        if (others.Count > 0)
        {
            metadata.Notes.Add($"dropped, of unknown use: {string.Join(", ", others)}");
        }

        foreach (IGrouping<string, (string Guid, uint Length, uint Offset, byte[] Data)> group in extensions.GroupBy(part => part.Guid))
        {
            metadata.ExtendedXmp[group.Key] = Assemble([.. group.OrderBy(part => part.Offset)]);
        }
    }

    /// <summary>Goes through the whole file from marker to marker. The stream stands anywhere.</summary>
    public static JpegEnding ReadEnding(Stream stream)
    {
        BufferedStream buffered = new BufferedStream(stream, 1 << 16); // Not disposed of: that would close the caller's stream.
        buffered.Position = 2;
        long strays = 0;
        Dictionary<(int Component, int Coefficient), int> pending = [];
        while (true)
        {
            long before = buffered.Position;
            int marker = JpegSegments.NextMarker(buffered);
            if (marker < 0)
            {
                return new JpegEnding(false, strays, 0, Misses(pending), null);
            }

            strays += JpegSegment.StandsAlone(marker) && marker != JpegSegment.EndOfImage ? 0 : Strays(buffered, before);
            if (marker == JpegSegment.EndOfImage)
            {
                long trailing = buffered.Length - buffered.Position;
                return new JpegEnding(true, strays, trailing, Misses(pending), trailing == 0 ? null : Attached(buffered));
            }

            if (JpegSegment.StandsAlone(marker))
            {
                continue;
            }

            byte[]? payload = JpegSegments.ReadPayload(buffered);
            if (payload is null)
            {
                return new JpegEnding(false, strays, 0, Misses(pending), null);
            }

            JpegSegment segment = new JpegSegment((byte)marker, payload);
            if (segment.IsFrameHeader && payload.Length >= 6)
            {
                for (int component = 0; component < payload[5] && 6 + (3 * component) < payload.Length; component++)
                {
                    for (int coefficient = 0; coefficient < 64; coefficient++)
                    {
                        pending[(payload[6 + (3 * component)], coefficient)] = int.MaxValue;
                    }
                }
            }
            else if (marker == JpegSegment.StartOfScan)
            {
                Note(payload, pending);
                SkipScan(buffered);
            }
        }
    }

    /// <summary>The file with an end marker and without stray bytes, so that a decoder has nothing to complain of but missing
    /// pixels.</summary>
    public static byte[] Mend(Stream stream)
    {
        BufferedStream buffered = new BufferedStream(stream, 1 << 16); // Not disposed of: that would close the caller's stream.
        using MemoryStream mended = new MemoryStream();
        buffered.Position = 2;
        mended.Write([0xFF, JpegSegment.StartOfImage]);
        while (JpegSegments.NextMarker(buffered) is int marker and >= 0 && marker != JpegSegment.EndOfImage)
        {
            if (JpegSegment.StandsAlone(marker))
            {
                continue;
            }

            if (JpegSegments.ReadPayload(buffered) is not { } payload)
            {
                break;
            }

            mended.Write([0xFF, (byte)marker, (byte)((payload.Length + 2) >> 8), (byte)(payload.Length + 2)]);
            mended.Write(payload);
            if (marker == JpegSegment.StartOfScan)
            {
                CopyScan(buffered, mended);
            }
        }

        mended.Write([0xFF, JpegSegment.EndOfImage]);
        return mended.ToArray();
    }

    private static byte[]? Assemble(List<(string Guid, uint Length, uint Offset, byte[] Data)> parts)
    {
        List<byte> whole = [];
        foreach ((string _, uint _, uint offset, byte[] data) in parts)
        {
            if (offset != whole.Count)
            {
                return null;
            }

            whole.AddRange(data);
        }

        return whole.Count == parts[0].Length ? [.. whole] : null;
    }

    // Zeros behind a segment are as common as fill bytes and count as such.
    private static long Strays(Stream stream, long before)
    {
        long after = stream.Position;
        if (after - before == 2)
        {
            return 0;
        }

        stream.Position = before;
        byte[] skipped = new byte[Math.Min(after - before - 2, 1 << 20)];
        stream.ReadExactly(skipped);
        stream.Position = after;
        return skipped.AsSpan().IndexOfAnyExcept((byte)0xFF) < 0 ? 0 : after - before - 2;
    }

    // A scan of a progressive file says bits down to Al of the coefficients Ss to Se of its components.
    private static void Note(byte[] scan, Dictionary<(int Component, int Coefficient), int> pending)
    {
        int count = scan.Length > 0 ? scan[0] : 0;
        if (scan.Length < 4 + (2 * count))
        {
            return;
        }

        (int first, int last, int low) = (scan[1 + (2 * count)], Math.Min((byte)63, scan[2 + (2 * count)]), scan[3 + (2 * count)] & 15);
        for (int component = 0; component < count; component++)
        {
            for (int coefficient = first; coefficient <= last; coefficient++)
            {
                pending[(scan[1 + (2 * component)], coefficient)] = low;
            }
        }
    }

    // Chroma's higher coefficients may never be sent by frugal encoders; nobody stops half-way through a coefficient's bits.
    private static bool Misses(Dictionary<(int Component, int Coefficient), int> pending) =>
        pending.Any(pair => pair.Value is > 0 and < int.MaxValue || (pair.Key.Coefficient == 0 && pair.Value != 0));

    private static void SkipScan(Stream stream)
    {
        int value = stream.ReadByte();
        while (value >= 0)
        {
            if (value == 0xFF)
            {
                value = stream.ReadByte();
                if (value is not (0 or (>= 0xD0 and <= 0xD7) or 0xFF) && value >= 0)
                {
                    stream.Position -= 2;
                    return;
                }

                if (value == 0xFF)
                {
                    continue;
                }
            }

            value = stream.ReadByte();
        }
    }

    private static void CopyScan(Stream stream, Stream target)
    {
        long start = stream.Position;
        SkipScan(stream);
        long end = stream.Position;
        stream.Position = start;
        byte[] buffer = new byte[1 << 16];
        for (long left = end - start; left > 0;)
        {
            int read = stream.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            target.Write(buffer, 0, read);
            left -= read;
        }
    }

    private static string? Attached(Stream stream)
    {
        byte[] bytes = new byte[Math.Min(stream.Length - stream.Position, AttachedBytes)];
        stream.ReadExactly(bytes);
        ReadOnlySpan<byte> start = bytes;
        return Has(start, "hdr-gain-map/"u8)
            || Has(start, "hdrgainmap"u8)
            || Has(start, "HDRGainMap"u8)
            || Has(start, "urn:iso:std:iso:ts:21496"u8)
                ? "gain map"
            : start.Length > 8 && start[4..8].SequenceEqual("ftyp"u8) ? "video of a motion photo"
            : start.IndexOf((ReadOnlySpan<byte>)[0xFF, JpegSegment.StartOfImage, 0xFF]) >= 0
                ? "further picture (a preview or a second view)"
            : null;

        static bool Has(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part) => text.IndexOf(part) >= 0;
    }
}
