// TIFF 6.0 as this needs it: one page, 8 bits, RGB or RGBA, strips with Deflate and horizontal differences, profile and resolution kept.
// Print shops and layout programs ask for it. Offsets have 32 bits, so what gets longer than 4 GB is refused.
using System.Buffers.Binary;
using System.IO.Compression;
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.PaintDotNet.Saving;

/// <summary>Writes pictures as TIFF.</summary>
internal static class TiffWriter
{
    private const int StripBytes = 1 << 20;

    // What follows the strips: the directory, its tables and a profile of any sane length.
    private const long Margin = 64 << 20;

    private const ushort ShortType = 3;
    private const ushort LongType = 4;
    private const ushort RationalType = 5;
    private const ushort UndefinedType = 7;

    /// <summary>Writes a picture of 8-bit RGBA; without its alpha where all of it is opaque.</summary>
    /// <param name="stream">Where to; can seek, and is empty.</param>
    /// <param name="picture">The picture.</param>
    /// <param name="facts">Profile and resolution.</param>
    /// <param name="cancellationToken">Stops within a strip.</param>
    /// <exception cref="ResultFileException">Longer than TIFF can be.</exception>
    public static void Write(Stream stream, PixelImage picture, DocumentFacts facts, CancellationToken cancellationToken)
    {
        int channels = RgbaRows.IsOpaque(picture) ? 3 : 4;
        int rowsPerStrip = Math.Clamp(StripBytes / (picture.Width * channels), 1, picture.Height);
        int strips = (picture.Height + rowsPerStrip - 1) / rowsPerStrip;
        (uint[] offsets, uint[] lengths) = (new uint[strips], new uint[strips]);
        stream.Write([(byte)'I', (byte)'I', 42, 0, 0, 0, 0, 0]);
        byte[] row = new byte[picture.Width * channels];
        for (int strip = 0; strip < strips; strip++)
        {
            long start = stream.Position;
            using (ZLibStream compressed = new ZLibStream(stream, CompressionLevel.Optimal, leaveOpen: true))
            {
                for (int y = strip * rowsPerStrip; y < Math.Min(picture.Height, (strip + 1) * rowsPerStrip); y++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    RgbaRows.Copy(picture, y, channels, row);
                    for (int i = row.Length - 1; i >= channels; i--)
                    {
                        row[i] -= row[i - channels];
                    }

                    compressed.Write(row);
                }
            }

            if (stream.Position > uint.MaxValue - Margin)
            {
                throw new ResultFileException(
                    "a TIFF file holds at most 4 GB, and the picture takes more. Choose a name that ends in .png."
                );
            }

            (offsets[strip], lengths[strip]) = ((uint)start, (uint)(stream.Position - start));
        }

        WriteDirectory(stream, picture, channels, rowsPerStrip, offsets, lengths, facts);
    }

    private static void WriteDirectory(
        Stream stream,
        PixelImage picture,
        int channels,
        int rowsPerStrip,
        uint[] offsets,
        uint[] lengths,
        DocumentFacts facts
    )
    {
        // In the order of their numbers, as readers expect.
        List<(ushort Tag, ushort Type, int Count, byte[] Value)> entries =
        [
            (256, LongType, 1, Longs((uint)picture.Width)),
            (257, LongType, 1, Longs((uint)picture.Height)),
            (258, ShortType, channels, Shorts([.. Enumerable.Repeat((ushort)8, channels)])),
            (259, ShortType, 1, Shorts(8)), // Deflate
            (262, ShortType, 1, Shorts(2)), // RGB
            (273, LongType, offsets.Length, Longs(offsets)),
            (277, ShortType, 1, Shorts((ushort)channels)),
            (278, LongType, 1, Longs((uint)rowsPerStrip)),
            (279, LongType, lengths.Length, Longs(lengths)),
        ];
        if (facts.HasDpi)
        {
            entries.Add((282, RationalType, 1, Rational(facts.DpiX)));
            entries.Add((283, RationalType, 1, Rational(facts.DpiY)));
            entries.Add((296, ShortType, 1, Shorts(2))); // per inch
        }

        entries.Add((317, ShortType, 1, Shorts(2))); // differences
        if (channels == 4)
        {
            entries.Add((338, ShortType, 1, Shorts(2))); // alpha, not multiplied in
        }

        if (!facts.Profile.IsEmpty)
        {
            entries.Add((34675, UndefinedType, facts.Profile.Length, facts.Profile.ToArray()));
        }

        byte[] directory = new byte[2 + (entries.Count * 12) + 4];
        BinaryPrimitives.WriteUInt16LittleEndian(directory, (ushort)entries.Count);
        for (int i = 0; i < entries.Count; i++)
        {
            (ushort tag, ushort type, int count, byte[] value) = entries[i];
            Span<byte> entry = directory.AsSpan(2 + (i * 12), 12);
            BinaryPrimitives.WriteUInt16LittleEndian(entry, tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], type);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], count);
            if (value.Length <= 4)
            {
                value.CopyTo(entry[8..]);
                continue;
            }

            Align(stream);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], checked((uint)stream.Position));
            stream.Write(value);
        }

        Align(stream);
        byte[] place = Longs(checked((uint)stream.Position));
        stream.Write(directory);
        stream.Position = 4;
        stream.Write(place);
    }

    /// <summary>Offsets of values are even.</summary>
    private static void Align(Stream stream)
    {
        if ((stream.Position & 1) != 0)
        {
            stream.WriteByte(0);
        }
    }

    private static byte[] Rational(double value)
    {
        const uint Denominator = 1000;
        return Longs((uint)Math.Round(value * Denominator), Denominator);
    }

    private static byte[] Longs(params uint[] values)
    {
        byte[] bytes = new byte[values.Length * 4];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), values[i]);
        }

        return bytes;
    }

    private static byte[] Shorts(params ushort[] values)
    {
        byte[] bytes = new byte[values.Length * 2];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i * 2), values[i]);
        }

        return bytes;
    }
}
