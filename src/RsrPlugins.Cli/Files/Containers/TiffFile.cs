// The directories of a TIFF or of an EXIF block, read without its pixels. Strangers write offsets: every one is checked, no directory
// is read twice, and what leads outside is left out and counted.
using System.Buffers.Binary;

namespace RsrPlugins.Cli.Files.Containers;

internal sealed class TiffFile
{
    private const int MaxDirectories = 512;

    // A value that is looked at here is metadata; strip tables of large pictures and depth maps stay below.
    private const long MaxValueBytes = 64L << 20;
    private const long MaxTotalBytes = 256L << 20;

    private readonly Stream _stream;
    private readonly HashSet<long> _seen = [];
    private long _total;

    private TiffFile(Stream stream, bool littleEndian, bool big)
    {
        _stream = stream;
        LittleEndian = littleEndian;
        Big = big;
    }

    public bool LittleEndian { get; }

    /// <summary>BigTIFF: offsets of 64 bits.</summary>
    public bool Big { get; }

    /// <summary>Pages in their order; sub-directories hang on their entries.</summary>
    public List<TiffDirectory> Directories { get; } = [];

    /// <summary>Entries and directories that lead outside the file, or in circles.</summary>
    public int Damaged { get; private set; }

    /// <summary>Offset of the first directory.</summary>
    public long FirstDirectory { get; private set; }

    /// <summary>Null where the stream is no TIFF.</summary>
    public static TiffFile? Read(Stream stream)
    {
        Span<byte> header = stackalloc byte[16];
        stream.Position = 0;
        header = header[..stream.ReadAtLeast(header, 16, throwOnEndOfStream: false)];
        if (header.Length < 8)
        {
            return null;
        }

        bool little = header[0] == 'I' && header[1] == 'I';
        if (!little && !(header[0] == 'M' && header[1] == 'M'))
        {
            return null;
        }

        int version = little ? BinaryPrimitives.ReadUInt16LittleEndian(header[2..]) : BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        bool big = version == 43;
        if (version is not (42 or 43) || (big && header.Length < 16))
        {
            return null;
        }

        TiffFile file = new TiffFile(stream, little, big);
        file.FirstDirectory = big ? file.Long8(header[8..]) : file.Long(header[4..]);
        long next = file.FirstDirectory;
        while (next != 0 && file.ReadDirectory(next, out next) is { } directory)
        {
            file.Directories.Add(directory);
        }

        return file;
    }

    private TiffDirectory? ReadDirectory(long offset, out long next)
    {
        next = 0;
        int countSize = Big ? 8 : 2;
        int entrySize = Big ? 20 : 12;
        if (_seen.Count >= MaxDirectories || !_seen.Add(offset) || Bytes(offset, countSize) is not { } countBytes)
        {
            Damaged++;
            return null;
        }

        long count = Big ? Long8(countBytes) : Short(countBytes);
        if (count is < 0 or > ushort.MaxValue || Bytes(offset + countSize, (count * entrySize)) is not { } table)
        {
            Damaged++;
            return null;
        }

        if (Bytes(offset + countSize + table.Length, Big ? 8 : 4) is { } following)
        {
            next = Big ? Long8(following) : Long(following);
        }

        TiffDirectory directory = new TiffDirectory();
        for (int index = 0; index < count; index++)
        {
            if (ReadEntry(table.AsSpan(index * entrySize, entrySize)) is { } entry && directory.Find(entry.Tag) is null)
            {
                directory.Entries.Add(entry);
            }
            else
            {
                Damaged++;
            }
        }

        return directory;
    }

    private TiffEntry? ReadEntry(ReadOnlySpan<byte> bytes)
    {
        ushort tag = Short(bytes);
        ushort type = Short(bytes[2..]);
        long count = Big ? Long8(bytes[4..]) : Long(bytes[4..]);
        ReadOnlySpan<byte> field = Big ? bytes[12..] : bytes[8..];
        long length = count * TiffType.Size(type);
        if (TiffType.Size(type) == 0 || count is < 0 or > MaxValueBytes || length > MaxValueBytes)
        {
            return null;
        }

        bool inside = length <= field.Length;
        long offset =
            inside ? 0
            : Big ? Long8(field)
            : Long(field);
        byte[]? data = inside ? field[..(int)length].ToArray() : Bytes(offset, length);
        if (data is null)
        {
            return null;
        }

        bool pointsToDirectory = tag is TiffTags.ExifDirectory or TiffTags.GpsDirectory or TiffTags.InteroperabilityDirectory && count == 1;
        if (!pointsToDirectory)
        {
            return new TiffEntry(tag, type, data, offset);
        }

        long? place = new TiffEntry(tag, type, data).Number(LittleEndian);
        return place is { } found && ReadDirectory(found, out _) is { } directory
            ? new TiffEntry(tag, type, data) { Directory = directory }
            : null;
    }

    /// <summary>The directories a SubIFDs entry points to.</summary>
    public List<TiffDirectory> SubDirectories(TiffDirectory directory)
    {
        List<TiffDirectory> found = [];
        TiffEntry? entry = directory.Find(TiffTags.SubDirectories);
        for (int index = 0; index < (entry?.Count ?? 0) && entry!.Number(LittleEndian, index) is { } offset; index++)
        {
            if (ReadDirectory(offset, out _) is { } sub)
            {
                found.Add(sub);
            }
            else
            {
                break;
            }
        }

        return found;
    }

    private byte[]? Bytes(long offset, long length)
    {
        if (offset < 0 || length < 0 || offset > _stream.Length - length || (_total += length) > MaxTotalBytes)
        {
            return null;
        }

        byte[] bytes = new byte[length];
        _stream.Position = offset;
        return _stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length ? bytes : null;
    }

    private ushort Short(ReadOnlySpan<byte> bytes) =>
        LittleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private long Long(ReadOnlySpan<byte> bytes) =>
        LittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);

    private long Long8(ReadOnlySpan<byte> bytes) =>
        LittleEndian ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : BinaryPrimitives.ReadInt64BigEndian(bytes);
}
