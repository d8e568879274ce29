// A PNG around its pixels: its chunks, byte for byte, and what they say of the picture and of the file.
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using RsrPlugins.Cli.Files.Metadata;

namespace RsrPlugins.Cli.Files.Containers;

/// <summary>One chunk; its checksum is made anew when it is written.</summary>
internal sealed record PngChunk(string Type, byte[] Data);

/// <summary>What a PNG's chunks say of the file.</summary>
internal sealed class PngFile
{
    public const string XmpKeyword = "XML:com.adobe.xmp";
    private const int MaxChunkBytes = 64 << 20;
    private const long MaxTotalBytes = 128L << 20;
    private const int MaxTexts = 10_000;
    private const int MaxExpandedBytes = 32_000_000;

    // About the old file's coding or its own making; nothing a picture lacks without them.
    private static readonly HashSet<string> _ofTheOldFile =
    [
        "PLTE",
        "tRNS",
        "hIST",
        "sPLT",
        "sBIT",
        "bKGD",
        "tIME",
        "acTL",
        "fcTL",
        "fdAT",
        "iDOT",
        "vpAg",
    ];

    private static readonly uint[] _table = CreateTable();

    private readonly List<PngChunk> _chunks = [];

    private PngFile() { }

    public static ReadOnlySpan<byte> Signature => PngPixels.Signature;

    public int Width { get; private set; }

    public int Height { get; private set; }

    public int BitDepth { get; private set; }

    /// <summary>0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha.</summary>
    public int ColourType { get; private set; }

    public bool IsPalette => ColourType == 3;

    /// <summary>More than one picture (APNG).</summary>
    public bool IsAnimated { get; private set; }

    /// <summary>Apple's own variant, which only its devices read.</summary>
    public bool IsApples { get; private set; }

    /// <summary>There is an IEND.</summary>
    public bool HasEnd { get; private set; }

    /// <summary>Bytes behind IEND.</summary>
    public long Trailing { get; private set; }

    /// <summary>A pixel chunk's checksum is wrong or missing.</summary>
    public bool DamagedPixelChunk { get; private set; }

    /// <summary>Chunks that are not pixels, as far as they are sound.</summary>
    public IReadOnlyList<PngChunk> Chunks => _chunks;

    /// <summary>Chunks left out because they are damaged or too large.</summary>
    public int Dropped { get; private set; }

    /// <summary>What is impossible in the header (IHDR), or null. The decoder refuses such a file without a reason.</summary>
    public string? HeaderProblem =>
        this switch
        {
            { Width: < 1 } or { Height: < 1 } => $"its header says {(uint)Width} x {(uint)Height} pixels",
            { ColourType: not (0 or 2 or 3 or 4 or 6) } => $"its header names the colour type {ColourType}, which does not exist",
            { BitDepth: not (1 or 2 or 4 or 8 or 16) } or { BitDepth: < 8, ColourType: not (0 or 3) } or { BitDepth: 16, ColourType: 3 } =>
                $"its header says {BitDepth} bits per sample, which colour type {ColourType} does not allow",
            _ => null,
        };

    /// <summary>Goes through the chunks.</summary>
    /// <param name="stream">At its start; it has to be seekable.</param>
    /// <param name="checkPixels">Read the pixel chunks too and compare their checksums.</param>
    public static PngFile Read(Stream stream, bool checkPixels)
    {
        PngFile file = new PngFile();
        BufferedStream buffered = new BufferedStream(stream, 1 << 16); // Not disposed of: that would close the caller's stream.
        buffered.Position = Signature.Length;
        Span<byte> head = stackalloc byte[8];
        Span<byte> sum = stackalloc byte[4];
        long total = 0;
        while (buffered.ReadAtLeast(head, 8, throwOnEndOfStream: false) == 8)
        {
            long length = BinaryPrimitives.ReadUInt32BigEndian(head);
            string type = Encoding.ASCII.GetString(head[4..]);
            if (type == "IDAT")
            {
                file.DamagedPixelChunk |= checkPixels
                    ? !IsSound(buffered, head[4..], length)
                    : buffered.Length - buffered.Position < length + 4;
                if (!checkPixels)
                {
                    buffered.Position = Math.Min(buffered.Length, buffered.Position + length + 4);
                }

                continue;
            }

            if (length > MaxChunkBytes || (total += length) > MaxTotalBytes)
            {
                file.Dropped++;
                buffered.Position = Math.Min(buffered.Length, buffered.Position + length + 4);
                continue;
            }

            byte[] data = new byte[length];
            bool whole =
                buffered.ReadAtLeast(data, data.Length, throwOnEndOfStream: false) == data.Length
                && buffered.ReadAtLeast(sum, 4, throwOnEndOfStream: false) == 4;
            if (type == "IEND")
            {
                file.HasEnd = whole;
                file.Trailing = buffered.Length - buffered.Position;
                break;
            }

            if (!whole)
            {
                break;
            }

            if (Checksum(head[4..], data) != BinaryPrimitives.ReadUInt32BigEndian(sum))
            {
                file.Dropped++;
                continue;
            }

            file.Take(new PngChunk(type, data));
        }

        return file;
    }

    public PngChunk? Find(string type) => _chunks.Find(chunk => chunk.Type == type);

    /// <inheritdoc cref="PngPixels.AreAllThere"/>
    public bool HasEveryPixel(Stream stream) => PngPixels.AreAllThere(stream, Find("IHDR")?.Data ?? []);

    /// <summary>The file with its pixels in one sound chunk and an end, for a decoder that checks what surrounds them.</summary>
    public byte[] Mend(Stream stream)
    {
        using MemoryStream mended = new MemoryStream();
        mended.Write(Signature);
        foreach (PngChunk chunk in _chunks.Where(chunk => chunk.Type is "IHDR" or "PLTE" or "tRNS"))
        {
            Write(mended, chunk);
        }

        using MemoryStream pixels = new MemoryStream();
        using (ZLibStream rows = new ZLibStream(pixels, CompressionLevel.Fastest, leaveOpen: true))
        {
            PngPixels.CopyRows(stream, Find("IHDR")!.Data, rows);
        }

        Write(mended, new PngChunk("IDAT", pixels.ToArray()));
        Write(mended, new PngChunk("IEND", []));
        return mended.ToArray();
    }

    /// <summary>Collects what the chunks say of the picture.</summary>
    public void ReadMetadata(RawMetadata metadata)
    {
        double? gamma = null;
        double[]? chromaticities = null;
        byte[]? codePoints = null;
        bool srgb = false;
        SortedSet<string> others = new(StringComparer.Ordinal);
        int unfit = Dropped;
        foreach (PngChunk chunk in _chunks)
        {
            byte[] data = chunk.Data;
            switch (chunk.Type)
            {
                case "IHDR":
                    break;
                case "tEXt" or "zTXt" or "iTXt":
                    if (PngText.Of(chunk) is { } text && metadata.Texts.Count < MaxTexts)
                    {
                        TakeText(text, metadata);
                    }
                    else
                    {
                        unfit++;
                    }

                    break;
                case "iCCP":
                    metadata.Icc =
                        Array.IndexOf(data, (byte)0) is int end and >= 0 && end + 2 < data.Length ? Expand(data.AsSpan(end + 2)) : null;
                    if (metadata.Icc is null)
                    {
                        metadata.Notes.Add("colour profile dropped: it is damaged");
                    }

                    break;
                case "eXIf":
                    metadata.Exif ??= data.AsSpan().StartsWith("Exif\0\0"u8) ? data[6..] : data;
                    break;
                case "pHYs" when data.Length == 9:
                    bool metres = data[8] == 1;
                    double scale = metres ? 100 : 1;
                    metadata.Resolution = Resolution.Of(
                        BinaryPrimitives.ReadUInt32BigEndian(data) / scale,
                        BinaryPrimitives.ReadUInt32BigEndian(data.AsSpan(4)) / scale,
                        metres ? ResolutionUnit.Centimetre : ResolutionUnit.Aspect
                    );
                    metadata.PhysicalPixels = data;
                    break;
                case "gAMA" when data.Length == 4:
                    gamma = BinaryPrimitives.ReadUInt32BigEndian(data) / 100_000.0;
                    gamma = gamma > 0 ? gamma : null;
                    metadata.Chunks.Add(chunk);
                    break;
                case "cHRM" when data.Length == 32:
                    chromaticities =
                    [
                        .. Enumerable.Range(0, 8).Select(index => BinaryPrimitives.ReadUInt32BigEndian(data.AsSpan(4 * index)) / 100_000.0),
                    ];
                    metadata.Chunks.Add(chunk);
                    break;
                case "sRGB" when data.Length == 1:
                    srgb = true;
                    metadata.Chunks.Add(chunk);
                    break;
                case "cICP" when data.Length == 4:
                    codePoints = data;
                    metadata.Chunks.Add(chunk);
                    break;
                case "mDCV" or "mDCv" or "cLLI" or "cLLi":
                    metadata.Chunks.Add(chunk);
                    break;
                case "caBX":
                    metadata.HasContentCredentials = true;
                    break;
                default:
                    if (
                        char.IsAsciiLetterLower(chunk.Type[0])
                        && char.IsAsciiLetterLower(chunk.Type[3])
                        && !_ofTheOldFile.Contains(chunk.Type)
                    )
                    {
                        metadata.Chunks.Add(chunk); // Its name says that it may be copied whatever is done to the pixels.
                    }
                    else if (!_ofTheOldFile.Contains(chunk.Type))
                    {
                        others.Add(chunk.Type);
                    }

                    break;
            }
        }

        metadata.Colour = new PngColour(gamma, chromaticities, codePoints, srgb);
        if (others.Count > 0)
        {
            metadata.Notes.Add($"PNG chunks dropped: {string.Join(", ", others)}");
        }

        if (unfit > 0)
        {
            metadata.Notes.Add($"{unfit} damaged or overlong PNG chunk{(unfit == 1 ? string.Empty : "s")} dropped");
        }
    }

    /// <summary>Writes a chunk with its length and checksum.</summary>
    public static void Write(Stream stream, PngChunk chunk)
    {
        Span<byte> number = stackalloc byte[4];
        byte[] type = Encoding.ASCII.GetBytes(chunk.Type);
        BinaryPrimitives.WriteInt32BigEndian(number, chunk.Data.Length);
        stream.Write(number);
        stream.Write(type);
        stream.Write(chunk.Data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Checksum(type, chunk.Data));
        stream.Write(number);
    }

    /// <summary>Expands a zlib stream; null where it is damaged or too large.</summary>
    public static byte[]? Expand(ReadOnlySpan<byte> compressed)
    {
        try
        {
            using MemoryStream input = new MemoryStream(compressed.ToArray(), writable: false);
            using ZLibStream expanding = new ZLibStream(input, CompressionMode.Decompress);
            using MemoryStream output = new MemoryStream();
            byte[] buffer = new byte[1 << 14];
            while (expanding.Read(buffer) is int read and > 0)
            {
                output.Write(buffer, 0, read);
                if (output.Length > MaxExpandedBytes)
                {
                    return null;
                }
            }

            return output.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private void Take(PngChunk chunk)
    {
        switch (chunk.Type)
        {
            case "IHDR" when chunk.Data.Length == 13:
                Width = BinaryPrimitives.ReadInt32BigEndian(chunk.Data);
                Height = BinaryPrimitives.ReadInt32BigEndian(chunk.Data.AsSpan(4));
                (BitDepth, ColourType) = (chunk.Data[8], chunk.Data[9]);
                break;
            case "acTL" when chunk.Data.Length == 8:
                IsAnimated = BinaryPrimitives.ReadUInt32BigEndian(chunk.Data) > 1;
                break;
            case "CgBI":
                IsApples = true;
                break;
            default:
                break;
        }

        _chunks.Add(chunk);
    }

    private static void TakeText(PngText text, RawMetadata metadata)
    {
        const string rawProfile = "Raw profile type ";
        if (text.Keyword == XmpKeyword)
        {
            if (text.TextBytes() is { } xmp)
            {
                metadata.Xmp ??= xmp;
            }
            else
            {
                metadata.Notes.Add("XMP dropped: damaged or more than 32 MB");
            }

            return;
        }

        if (!text.Keyword.StartsWith(rawProfile, StringComparison.Ordinal))
        {
            metadata.Texts.Add(text);
            return;
        }

        // ImageMagick's way of storing blocks as text, from before PNG had eXIf; libpng's own iCCP stands beside.
        string kind = text.Keyword[rawProfile.Length..];
        byte[]? block = text.Text() is { } lines ? RawProfile(lines) : null;
        switch (kind)
        {
            case "exif" or "APP1" when block.AsSpan().StartsWith("Exif\0\0"u8):
                metadata.Exif ??= block![6..];
                break;
            case "exif" when block is not null:
                metadata.Exif ??= block;
                break;
            case "xmp" when block is not null:
                metadata.Xmp ??= block;
                break;
            case "APP1" when block.AsSpan().StartsWith("http://ns.adobe.com/xap/1.0/\0"u8):
                metadata.Xmp ??= block![29..];
                break;
            case "iptc" or "8bim" when block is not null:
                (byte[]? iptc, List<PhotoshopResource> others) = PhotoshopResources.Parse(block);
                metadata.Iptc ??= iptc ?? (IptcRecords.IsIptc(block) ? block : null);
                metadata.Photoshop = others;
                break;
            default:
                metadata.Notes.Add($"dropped, not readable: {OneLine.Quote(text.Keyword)}");
                break;
        }
    }

    // "\nexif\n     180\n4578696600..." in lines of 72 digits.
    private static byte[]? RawProfile(string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        try
        {
            return lines.Length < 3 ? null : Convert.FromHexString(string.Concat(lines[2..]));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static bool IsSound(Stream stream, ReadOnlySpan<byte> type, long length)
    {
        uint sum = Update(uint.MaxValue, type);
        byte[] buffer = new byte[Math.Min(length, 1 << 16)];
        while (length > 0)
        {
            int read = stream.Read(buffer, 0, (int)Math.Min(length, buffer.Length));
            if (read == 0)
            {
                return false;
            }

            sum = Update(sum, buffer.AsSpan(0, read));
            length -= read;
        }

        Span<byte> stored = stackalloc byte[4];
        return stream.ReadAtLeast(stored, 4, throwOnEndOfStream: false) == 4 && ~sum == BinaryPrimitives.ReadUInt32BigEndian(stored);
    }

    internal static uint Checksum(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data) => ~Update(Update(uint.MaxValue, type), data);

    private static uint Update(uint sum, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            sum = _table[(byte)(sum ^ value)] ^ (sum >> 8);
        }

        return sum;
    }

    private static uint[] CreateTable()
    {
        uint[] table = new uint[256];
        for (uint value = 0; value < 256; value++)
        {
            uint entry = value;
            for (int bit = 0; bit < 8; bit++)
            {
                entry = (entry & 1) == 1 ? 0xEDB88320 ^ (entry >> 1) : entry >> 1;
            }

            table[value] = entry;
        }

        return table;
    }
}
