// Files taken apart and put together by hand, so that what the tool writes is not judged by what it reads with.
using System.Buffers.Binary;
using System.Text;

namespace RsrPlugins.Cli.Tests.Support;

/// <summary>The value of an entry that points to another directory.</summary>
internal sealed record DirectoryAt(int Index);

internal static class Bytes
{
    /// <summary>Type and data of every chunk of a PNG.</summary>
    public static List<(string Type, byte[] Data)> PngChunks(byte[] png)
    {
        List<(string Type, byte[] Data)> chunks = [];
        for (int place = 8; place < png.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(place));
            string type = Encoding.ASCII.GetString(png, place + 4, 4);
            Assert.Equal(Crc(png.AsSpan(place + 4, 4 + length)), BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(place + 8 + length)));
            chunks.Add((type, png.AsSpan(place + 8, length).ToArray()));
            place += 12 + length;
        }

        return chunks;
    }

    /// <summary>A PNG with chunks put in behind its header.</summary>
    public static byte[] WithPngChunks(byte[] png, params (string Type, byte[] Data)[] chunks)
    {
        const int afterHeader = 33;
        return [.. png[..afterHeader], .. chunks.SelectMany(chunk => PngChunk(chunk.Type, chunk.Data)), .. png[afterHeader..]];
    }

    public static byte[] PngChunk(string type, byte[] data)
    {
        byte[] typed = [.. Encoding.ASCII.GetBytes(type), .. data];
        byte[] length = new byte[4];
        byte[] crc = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(crc, Crc(typed));
        return [.. length, .. typed, .. crc];
    }

    /// <summary>Marker and payload of every segment of a JPEG up to its first scan.</summary>
    public static List<(byte Marker, byte[] Payload)> JpegSegments(byte[] jpeg)
    {
        List<(byte Marker, byte[] Payload)> segments = [];
        for (int place = 2; place < jpeg.Length;)
        {
            Assert.Equal(0xFF, jpeg[place]);
            byte marker = jpeg[place + 1];
            int length = BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(place + 2));
            segments.Add((marker, jpeg.AsSpan(place + 4, length - 2).ToArray()));
            place += 2 + length;
            if (marker == 0xDA)
            {
                break;
            }
        }

        return segments;
    }

    /// <summary>A JPEG with segments put in behind its start marker.</summary>
    public static byte[] WithJpegSegments(byte[] jpeg, params (byte Marker, byte[] Payload)[] segments) =>
        [
            .. jpeg[..2],
            .. segments.SelectMany(segment =>
                (byte[])
                    [
                        0xFF,
                        segment.Marker,
                        (byte)((segment.Payload.Length + 2) >> 8),
                        (byte)(segment.Payload.Length + 2),
                        .. segment.Payload,
                    ]
            ),
            .. jpeg[2..],
        ];

    /// <summary>Type and data of every chunk of a WebP.</summary>
    public static List<(string Type, byte[] Data)> WebPChunks(byte[] webp)
    {
        List<(string Type, byte[] Data)> chunks = [];
        Assert.Equal(webp.Length - 8, BinaryPrimitives.ReadInt32LittleEndian(webp.AsSpan(4)));
        for (int place = 12; place < webp.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(webp.AsSpan(place + 4));
            chunks.Add((Encoding.ASCII.GetString(webp, place, 4), webp.AsSpan(place + 8, length).ToArray()));
            place += 8 + length + (length & 1);
        }

        return chunks;
    }

    /// <summary>Entries of a directory of a little- or big-endian classic TIFF: tag to type, count and the bytes of its values.</summary>
    public static Dictionary<int, (int Type, int Count, byte[] Data)> TiffDirectory(byte[] tiff, int? offset = null)
    {
        bool little = tiff[0] == 'I';
        int place = offset ?? Long(4);
        Dictionary<int, (int Type, int Count, byte[] Data)> entries = [];
        int previous = -1;
        for (int index = 0, count = Short(place); index < count; index++)
        {
            int row = place + 2 + (12 * index);
            (int tag, int type, int number) = (Short(row), Short(row + 2), Long(row + 4));
            Assert.True(tag > previous, "tags stand in ascending order");
            previous = tag;
            int bytes =
                number
                * type switch
                {
                    1 or 2 or 6 or 7 => 1,
                    3 or 8 => 2,
                    5 or 10 or 12 => 8,
                    _ => 4,
                };
            int start = bytes <= 4 ? row + 8 : Long(row + 8);
            entries[tag] = (type, number, tiff.AsSpan(start, bytes).ToArray());
        }

        return entries;

        int Short(int at) =>
            little ? BinaryPrimitives.ReadUInt16LittleEndian(tiff.AsSpan(at)) : BinaryPrimitives.ReadUInt16BigEndian(tiff.AsSpan(at));

        int Long(int at) =>
            little ? BinaryPrimitives.ReadInt32LittleEndian(tiff.AsSpan(at)) : BinaryPrimitives.ReadInt32BigEndian(tiff.AsSpan(at));
    }

    /// <summary>A little-endian EXIF block or TIFF: directories in order, the values of each behind it. A <see cref="DirectoryAt"/> points
    /// to another of them.</summary>
    public static byte[] Tiff(params (int Tag, int Type, object Value)[][] directories)
    {
        using MemoryStream stream = new MemoryStream();
        using BinaryWriter writer = new BinaryWriter(stream);
        writer.Write("II*\0"u8);
        writer.Write(8);
        List<(long Place, int Directory)> pointers = [];
        List<int> places = [];
        foreach ((int Tag, int Type, object Value)[] directory in directories)
        {
            int start = (int)stream.Length;
            places.Add(start);
            int behind = start + 2 + (12 * directory.Length) + 4;
            using MemoryStream values = new MemoryStream();
            writer.Write((ushort)directory.Length);
            foreach ((int tag, int type, object value) in directory.OrderBy(entry => entry.Tag))
            {
                byte[] data = value switch
                {
                    string text => [.. Encoding.Latin1.GetBytes(text), 0],
                    byte[] bytes => bytes,
                    ushort number => BitConverter.GetBytes(number),
                    ushort[] numbers => [.. numbers.SelectMany(BitConverter.GetBytes)],
                    uint[] numbers => [.. numbers.SelectMany(BitConverter.GetBytes)],
                    DirectoryAt => new byte[4],
                    _ => throw new ArgumentException($"no form for {value.GetType()}", nameof(directories)),
                };
                int size = type switch
                {
                    3 => 2,
                    4 => 4,
                    5 => 8,
                    _ => 1,
                };
                writer.Write((ushort)tag);
                writer.Write((ushort)type);
                writer.Write(data.Length / size);
                if (value is DirectoryAt pointer)
                {
                    pointers.Add((stream.Position, pointer.Index));
                }

                if (data.Length <= 4)
                {
                    writer.Write([.. data, .. new byte[4 - data.Length]]);
                }
                else
                {
                    writer.Write(behind + (int)values.Length);
                    values.Write(data);
                    values.Write(new byte[data.Length & 1]);
                }
            }

            writer.Write(0);
            writer.Write(values.ToArray());
        }

        foreach ((long place, int directory) in pointers)
        {
            stream.Position = place;
            writer.Write(places[directory]);
        }

        return stream.ToArray();
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
