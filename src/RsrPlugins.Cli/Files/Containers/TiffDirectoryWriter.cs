// Lays directories and their values out one after the other, as a block of EXIF or behind the last byte of a TIFF that exists.
using System.Buffers.Binary;

namespace RsrPlugins.Cli.Files.Containers;

internal sealed class TiffDirectoryWriter
{
    private readonly bool _littleEndian;
    private readonly bool _big;
    private readonly TiffEntry? _fixed;
    private readonly List<(long Offset, byte[] Bytes)> _parts = [];
    private long _cursor;

    /// <param name="start">Offset of the first byte this may use.</param>
    /// <param name="littleEndian">Byte order.</param>
    /// <param name="big">BigTIFF.</param>
    /// <param name="fixedEntry">Its values go where they were, everything else around them.</param>
    private TiffDirectoryWriter(long start, bool littleEndian, bool big, TiffEntry? fixedEntry)
    {
        _littleEndian = littleEndian;
        _big = big;
        _fixed = fixedEntry is { Offset: > 0 } && fixedEntry.Offset >= start ? fixedEntry : null;
        _cursor = start;
    }

    /// <summary>Writes a whole block: byte order mark, directory, values.</summary>
    public static void WriteBlock(Stream stream, TiffDirectory main, bool littleEndian, TiffEntry? fixedEntry)
    {
        const int headerLength = 8;
        TiffDirectoryWriter writer = new TiffDirectoryWriter(headerLength, littleEndian, big: false, fixedEntry);
        long place = writer.Add(main);
        byte[] header = [.. littleEndian ? "II"u8 : "MM"u8, 0, 0, 0, 0, 0, 0];
        writer.Put(header.AsSpan(2), 42, 2);
        writer.Put(header.AsSpan(4), place, 4);
        stream.Write(header);
        writer.WriteTo(stream);
    }

    /// <summary>Gives a TIFF another first directory, written behind its end; the old one stays as unused bytes.</summary>
    public static void ReplaceFirst(Stream file, TiffFile tiff, TiffDirectory directory)
    {
        TiffDirectoryWriter writer = new TiffDirectoryWriter(file.Length + (file.Length & 1), tiff.LittleEndian, tiff.Big, null);
        long place = writer.Add(directory);
        writer.WriteTo(file);
        byte[] pointer = new byte[tiff.Big ? 8 : 4];
        writer.Put(pointer, place, pointer.Length);
        file.Position = tiff.Big ? 8 : 4;
        file.Write(pointer);
    }

    private long Add(TiffDirectory directory)
    {
        int inline = _big ? 8 : 4;
        int countSize = _big ? 8 : 2;
        int entrySize = _big ? 20 : 12;
        TiffEntry[] entries = [.. directory.Entries.OrderBy(entry => entry.Tag)];
        byte[] table = new byte[countSize + (entries.Length * entrySize) + inline];
        long place = Allocate(table);
        Put(table, entries.Length, countSize);
        for (int index = 0; index < entries.Length; index++)
        {
            TiffEntry entry = entries[index];
            Span<byte> row = table.AsSpan(countSize + (index * entrySize), entrySize);
            Put(row, entry.Tag, 2);
            if (entry.Directory is { } sub)
            {
                Put(row[2..], _big ? TiffType.Directory8 : TiffType.Long, 2);
                Put(row[4..], 1, inline);
                Put(row[(4 + inline)..], Add(sub), inline);
                continue;
            }

            Put(row[2..], entry.Type, 2);
            Put(row[4..], entry.Count, inline);
            if (entry.Data.Length <= inline)
            {
                entry.Data.CopyTo(row[(4 + inline)..]);
            }
            else
            {
                Put(row[(4 + inline)..], entry == _fixed ? Fix(entry) : Allocate(entry.Data), inline);
            }
        }

        return place;
    }

    private long Fix(TiffEntry entry)
    {
        _parts.Add((entry.Offset, entry.Data));
        return entry.Offset;
    }

    private long Allocate(byte[] bytes)
    {
        if (_fixed is not null && _cursor < _fixed.Offset + _fixed.Data.Length && _cursor + bytes.Length > _fixed.Offset)
        {
            _cursor = _fixed.Offset + _fixed.Data.Length;
        }

        long place = _cursor + (_cursor & 1); // On a word boundary, as TIFF wants.
        _cursor = place + bytes.Length;
        _parts.Add((place, bytes));
        return place;
    }

    private void WriteTo(Stream stream)
    {
        foreach ((long offset, byte[] bytes) in _parts.OrderBy(part => part.Offset))
        {
            stream.Position = offset; // Gaps become zeros.
            stream.Write(bytes);
        }
    }

    private void Put(Span<byte> target, long value, int size)
    {
        Span<byte> bytes = stackalloc byte[8];
        if (_littleEndian)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            bytes[..size].CopyTo(target);
        }
        else
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes, value);
            bytes[(8 - size)..].CopyTo(target);
        }
    }
}
