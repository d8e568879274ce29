// One directory of a TIFF or of EXIF: entries with their values as bytes, in the file's byte order.
using System.Buffers.Binary;

namespace RsrPlugins.Cli.Files.Containers;

/// <summary>TIFF 6.0 and BigTIFF field types that are looked into here.</summary>
internal static class TiffType
{
    public const ushort Byte = 1;
    public const ushort Ascii = 2;
    public const ushort Short = 3;
    public const ushort Long = 4;
    public const ushort Rational = 5;
    public const ushort Undefined = 7;
    public const ushort Directory = 13;
    public const ushort Long8 = 16;
    public const ushort Directory8 = 18;

    /// <summary>Bytes of one value; 0 for a type nobody has defined.</summary>
    public static int Size(ushort type) =>
        type switch
        {
            1 or 2 or 6 or 7 => 1,
            3 or 8 => 2,
            4 or 9 or 11 or 13 => 4,
            5 or 10 or 12 or 16 or 17 or 18 => 8,
            _ => 0,
        };

    /// <summary>Bytes that stand in the file's byte order together: a fraction is two numbers.</summary>
    public static int ElementSize(ushort type) => type is 5 or 10 ? 4 : Size(type);
}

/// <summary>One entry.</summary>
internal sealed class TiffEntry(ushort tag, ushort type, byte[] data, long offset = 0)
{
    public ushort Tag { get; } = tag;

    public ushort Type { get; private set; } = type;

    /// <summary>The values, one after the other, in the file's byte order.</summary>
    public byte[] Data { get; private set; } = data;

    /// <summary>Where the values stood in the file they were read from; 0 for values in the entry itself and new ones.</summary>
    public long Offset { get; } = offset;

    /// <summary>The directory this entry points to; its data are then of no meaning.</summary>
    public TiffDirectory? Directory { get; init; }

    public uint Count => (uint)(Data.Length / TiffType.Size(Type));

    public static TiffEntry Short(ushort tag, ushort value, bool littleEndian)
    {
        TiffEntry entry = new TiffEntry(tag, TiffType.Short, new byte[2]);
        entry.SetShort(0, value, littleEndian);
        return entry;
    }

    /// <summary>A positive number as a fraction of 32-bit integers: whole where it is whole, else to about seven digits.</summary>
    public static TiffEntry Rational(ushort tag, double value, bool littleEndian)
    {
        uint denominator = 1;
        while (value * denominator != Math.Round(value * denominator) && denominator < 10_000 && value * denominator * 10 < uint.MaxValue)
        {
            denominator *= 10;
        }

        byte[] data = new byte[8];
        Write(data, (uint)Math.Clamp(Math.Round(value * denominator), 0, uint.MaxValue), littleEndian);
        Write(data.AsSpan(4), denominator, littleEndian);
        return new TiffEntry(tag, TiffType.Rational, data);
    }

    public ushort Short(int index, bool littleEndian) =>
        littleEndian
            ? BinaryPrimitives.ReadUInt16LittleEndian(Data.AsSpan(2 * index))
            : BinaryPrimitives.ReadUInt16BigEndian(Data.AsSpan(2 * index));

    public void SetShort(int index, ushort value, bool littleEndian)
    {
        if (littleEndian)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(Data.AsSpan(2 * index), value);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(Data.AsSpan(2 * index), value);
        }
    }

    /// <summary>The value at <paramref name="index"/> of a type of whole numbers; null otherwise.</summary>
    public long? Number(bool littleEndian, int index = 0)
    {
        int size = TiffType.Size(Type);
        if (size == 0 || index < 0 || (index + 1) * size > Data.Length)
        {
            return null;
        }

        ReadOnlySpan<byte> value = Data.AsSpan(index * size, size);
        return Type switch
        {
            TiffType.Byte => value[0],
            TiffType.Short => Short(index, littleEndian),
            TiffType.Long or TiffType.Directory => littleEndian
                ? BinaryPrimitives.ReadUInt32LittleEndian(value)
                : BinaryPrimitives.ReadUInt32BigEndian(value),
            TiffType.Long8 or TiffType.Directory8 => littleEndian
                ? BinaryPrimitives.ReadInt64LittleEndian(value)
                : BinaryPrimitives.ReadInt64BigEndian(value),
            _ => null,
        };
    }

    /// <summary>Replaces the value by one whole number, in the type it has if it fits, else as LONG.</summary>
    public void SetNumber(uint value, bool littleEndian)
    {
        if (Type == TiffType.Short && value <= ushort.MaxValue)
        {
            Data = new byte[2];
            SetShort(0, (ushort)value, littleEndian);
            return;
        }

        Type = TiffType.Long;
        Data = new byte[4];
        Write(Data, value, littleEndian);
    }

    /// <summary>The first value of type RATIONAL as a number; null otherwise or with a denominator of 0.</summary>
    public double? RationalValue(bool littleEndian)
    {
        if (Type != TiffType.Rational || Data.Length < 8)
        {
            return null;
        }

        uint numerator = Read(Data, littleEndian);
        uint denominator = Read(Data.AsSpan(4), littleEndian);
        return denominator == 0 ? null : (double)numerator / denominator;
    }

    public void ScaleRational(double factor, bool littleEndian)
    {
        if (RationalValue(littleEndian) is { } value)
        {
            Data = Rational(Tag, value * factor, littleEndian).Data;
        }
    }

    private static uint Read(ReadOnlySpan<byte> data, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(data) : BinaryPrimitives.ReadUInt32BigEndian(data);

    private static void Write(Span<byte> data, uint value, bool littleEndian)
    {
        if (littleEndian)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(data, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(data, value);
        }
    }
}

/// <summary>A directory: entries, each tag once.</summary>
internal sealed class TiffDirectory
{
    public List<TiffEntry> Entries { get; } = [];

    public TiffEntry? Find(ushort tag) => Entries.Find(entry => entry.Tag == tag);

    public void Set(TiffEntry entry)
    {
        Remove(entry.Tag);
        Entries.Add(entry);
    }

    public void Remove(ushort tag) => Entries.RemoveAll(entry => entry.Tag == tag);

    /// <summary>Two tags exchange their values, where both are there.</summary>
    public void Exchange(ushort first, ushort second)
    {
        if (Find(first) is { } one && Find(second) is { } other)
        {
            Set(new TiffEntry(first, other.Type, other.Data));
            Set(new TiffEntry(second, one.Type, one.Data));
        }
    }
}
