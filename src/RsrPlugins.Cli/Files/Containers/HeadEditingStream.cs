// libvips writes the pixels; what its writer says beside them is replaced on the way to the file. A format's head is gathered until it
// is whole, written anew with the metadata in it, and everything behind it passes through.
using System.Buffers.Binary;
using System.Text;
using RsrPlugins.Cli.Files.Metadata;

namespace RsrPlugins.Cli.Files.Containers;

internal abstract class HeadEditingStream(Stream target) : Stream
{
    private readonly MemoryStream _head = new();
    private bool _passing;

    /// <summary>The first exception of the target: libvips knows only that a write failed.</summary>
    public Exception? Failure { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    protected Stream Target { get; } = target;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            if (_passing)
            {
                Target.Write(buffer);
                return;
            }

            _head.Write(buffer);
            int consumed = TryWriteHead(_head.GetBuffer().AsSpan(0, (int)_head.Length));
            if (consumed >= 0)
            {
                Target.Write(_head.GetBuffer().AsSpan(consumed, (int)_head.Length - consumed));
                _passing = true;
            }
        }
        catch (Exception error)
        {
            Failure ??= error;
            throw;
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>To be called when everything has been written.</summary>
    public virtual void Complete()
    {
        if (!_passing)
        {
            throw new InvalidDataException("the encoder's output ended within its head");
        }
    }

    public override void Flush() => Target.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Writes the new head if the old one is whole.</summary>
    /// <returns>How many bytes of the old head it stands for; -1 if it is not whole yet.</returns>
    protected abstract int TryWriteHead(ReadOnlySpan<byte> head);

    protected override void Dispose(bool disposing)
    {
        _head.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>JFIF, EXIF, XMP, IPTC and comments between the start marker and the tables.</summary>
internal sealed class JpegMetadataStream(Stream target, OutgoingMetadata metadata) : HeadEditingStream(target)
{
    private const int MaxSegment = 65_533;
    private const int ExtensionPart = 65_400;

    protected override int TryWriteHead(ReadOnlySpan<byte> head)
    {
        int end = 2;
        while (true)
        {
            if (head.Length < end + 4)
            {
                return -1;
            }

            // Our own stands for the JFIF of libvips; its profile and Adobe's marker stay.
            if (head[end + 1] != JpegSegment.App0)
            {
                break;
            }

            end += 2 + BinaryPrimitives.ReadUInt16BigEndian(head[(end + 2)..]);
        }

        Target.Write([0xFF, JpegSegment.StartOfImage]);
        WriteSegment(JpegSegment.App0, "JFIF\0\u0001\u0001"u8, Density());
        if (metadata.Exif is { } exif)
        {
            WriteSegment(0xE1, "Exif\0\0"u8, exif.ToBytes());
        }

        if (metadata.Xmp is { } xmp)
        {
            WriteSegment(0xE1, "http://ns.adobe.com/xap/1.0/\0"u8, xmp);
        }

        if (metadata.ExtendedXmp is { } extension)
        {
            for (int offset = 0; offset < extension.Bytes.Length; offset += ExtensionPart)
            {
                byte[] place = new byte[40];
                Encoding.ASCII.GetBytes(extension.Guid, place);
                BinaryPrimitives.WriteInt32BigEndian(place.AsSpan(32), extension.Bytes.Length);
                BinaryPrimitives.WriteInt32BigEndian(place.AsSpan(36), offset);
                WriteSegment(
                    0xE1,
                    "http://ns.adobe.com/xmp/extension/\0"u8,
                    [.. place, .. extension.Bytes.AsSpan(offset, Math.Min(ExtensionPart, extension.Bytes.Length - offset))]
                );
            }
        }

        byte[] photoshop = PhotoshopResources.ToBytes(metadata.Iptc, metadata.Photoshop);
        ReadOnlySpan<byte> name = "Photoshop 3.0\0"u8;
        for (int offset = 0; offset < photoshop.Length; offset += MaxSegment - name.Length)
        {
            WriteSegment(0xED, name, photoshop.AsSpan(offset, Math.Min(MaxSegment - name.Length, photoshop.Length - offset)));
        }

        foreach (byte[] comment in metadata.Comments)
        {
            WriteSegment(JpegSegment.Comment, [], comment);
        }

        return end;
    }

    // Units 0 (shape), 1 (inch) or 2 (centimetre), two numbers of 16 bits, no thumbnail. Whole numbers only: 300 dpi said in pixels per
    // centimetre is said in inches.
    private byte[] Density()
    {
        byte[] bytes = [0, 0, 1, 0, 1, 0, 0];
        if (metadata.Resolution is { } resolution)
        {
            bool whole = resolution.X == Math.Round(resolution.X) && resolution.Y == Math.Round(resolution.Y);
            bool aspect = resolution.Unit == ResolutionUnit.Aspect;
            bool centimetre = resolution.Unit == ResolutionUnit.Centimetre && whole;
            double scale = aspect && !whole ? 1000 : 1;
            bytes[0] =
                aspect ? (byte)0
                : centimetre ? (byte)2
                : (byte)1;
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(1), Whole(aspect || centimetre ? resolution.X * scale : resolution.InchesX));
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(3), Whole(aspect || centimetre ? resolution.Y * scale : resolution.InchesY));
        }

        return bytes;

        static ushort Whole(double value) => (ushort)Math.Clamp(Math.Round(value), 1, ushort.MaxValue);
    }

    private void WriteSegment(byte marker, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        int length = name.Length + data.Length + 2;
        Target.Write([0xFF, marker, (byte)(length >> 8), (byte)length]);
        Target.Write(name);
        Target.Write(data);
    }
}

/// <summary>Colour, EXIF and texts behind the header; the profile and the palette stay libvips'.</summary>
internal sealed class PngMetadataStream(Stream target, OutgoingMetadata metadata) : HeadEditingStream(target)
{
    // Of what libvips writes before the pixels, this is kept.
    private static readonly string[] _kept = ["iCCP", "PLTE", "tRNS", "sBIT"];

    protected override int TryWriteHead(ReadOnlySpan<byte> head)
    {
        List<PngChunk> chunks = [];
        int place = PngFile.Signature.Length;
        while (true)
        {
            if (head.Length < place + 8)
            {
                return -1;
            }

            int length = BinaryPrimitives.ReadInt32BigEndian(head[place..]);
            string type = Encoding.ASCII.GetString(head.Slice(place + 4, 4));
            if (type == "IDAT")
            {
                break;
            }

            if (head.Length < place + 12 + length)
            {
                return -1;
            }

            chunks.Add(new PngChunk(type, head.Slice(place + 8, length).ToArray()));
            place += 12 + length;
        }

        Target.Write(PngFile.Signature);
        PngFile.Write(Target, chunks[0]);
        foreach (
            PngChunk chunk in metadata
                .Chunks.Where(chunk => !(chunk.Type == "sRGB" && metadata.Icc is not null))
                .Concat(metadata.Exif is { } exif ? [new PngChunk("eXIf", exif.ToBytes())] : [])
                .Concat(chunks.Where(chunk => _kept.Contains(chunk.Type)))
                .OrderBy(chunk => Rank(chunk.Type))
        )
        {
            PngFile.Write(Target, chunk);
        }

        return place;
    }

    // Colour before the palette, the palette before what refers to it; the order within a rank stays.
    private static int Rank(string type) =>
        type switch
        {
            "cICP" or "iCCP" or "sRGB" or "gAMA" or "cHRM" or "mDCV" or "mDCv" or "cLLI" or "cLLi" or "sBIT" => 0,
            "PLTE" => 1,
            "tRNS" => 2,
            _ => 3,
        };
}

/// <summary>The extended header in front, EXIF and XMP behind the pixels.</summary>
internal sealed class WebPMetadataStream(Stream target, OutgoingMetadata metadata, int width, int height, bool alpha)
    : HeadEditingStream(target)
{
    private const int RiffHeader = 12;
    private const int ExtendedHeader = 18;
    private const int FlagsPlace = RiffHeader + 8;
    private const byte HasProfile = 0x20;
    private const byte HasAlpha = 0x10;
    private const byte HasExif = 0x08;
    private const byte HasXmp = 0x04;

    private bool Extends => metadata.Exif is not null || metadata.Xmp is not null;

    public override void Complete()
    {
        base.Complete();
        if (!Extends)
        {
            return;
        }

        if (metadata.Exif is { } exif)
        {
            WriteChunk("EXIF"u8, exif.ToBytes());
        }

        if (metadata.Xmp is { } xmp)
        {
            WriteChunk("XMP "u8, xmp);
        }

        byte[] length = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)(Target.Position - 8));
        Target.Position = 4;
        Target.Write(length);
    }

    protected override int TryWriteHead(ReadOnlySpan<byte> head)
    {
        if (head.Length < RiffHeader + ExtendedHeader)
        {
            return -1;
        }

        if (!Extends)
        {
            return 0;
        }

        bool extended = head[RiffHeader..].StartsWith("VP8X"u8);
        byte[] header = new byte[ExtendedHeader];
        if (extended)
        {
            head.Slice(RiffHeader, ExtendedHeader).CopyTo(header);
        }
        else
        {
            "VP8X"u8.CopyTo(header);
            header[4] = ExtendedHeader - 8;
            header[8] = alpha ? HasAlpha : (byte)0;
            Put24(header.AsSpan(12), width - 1);
            Put24(header.AsSpan(15), height - 1);
        }

        header[FlagsPlace - RiffHeader] |= (byte)(
            (metadata.Exif is null ? 0 : HasExif) | (metadata.Xmp is null ? 0 : HasXmp) | (metadata.Icc is null ? 0 : HasProfile)
        );
        Target.Write(head[..RiffHeader]);
        Target.Write(header);
        return extended ? RiffHeader + ExtendedHeader : RiffHeader;

        static void Put24(Span<byte> place, int value)
        {
            (place[0], place[1], place[2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));
        }
    }

    private void WriteChunk(ReadOnlySpan<byte> type, byte[] data)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, data.Length);
        Target.Write(type);
        Target.Write(length);
        Target.Write(data);
        if ((data.Length & 1) == 1)
        {
            Target.WriteByte(0);
        }
    }
}
