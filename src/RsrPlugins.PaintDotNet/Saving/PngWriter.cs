// PNG (ISO/IEC 15948) as this needs it: 8 bits, RGB or RGBA, profile and resolution kept. The plugin's folder holds no picture library: a
// DLL there can shadow one of Paint.NET's own, and Paint.NET's own encoders are not for plugins. Rows are filtered and compressed one after
// the other, so nothing but the picture itself is in memory.
using System.Buffers.Binary;
using System.IO.Compression;
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.PaintDotNet.Saving;

/// <summary>Writes pictures as PNG.</summary>
internal static class PngWriter
{
    private const double InchesPerMetre = 1 / 0.0254;
    private const int ChunkBytes = 1 << 16;

    private static readonly uint[] _crcTable = [.. Enumerable.Range(0, 256).Select(index => CrcOf((uint)index))];

    /// <summary>Writes a picture of 8-bit RGBA; without its alpha where all of it is opaque.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="picture">The picture.</param>
    /// <param name="facts">Profile and resolution.</param>
    /// <param name="level">Fast for a clipboard, small for a file.</param>
    /// <param name="cancellationToken">Stops within a row.</param>
    public static void Write(
        Stream stream,
        PixelImage picture,
        DocumentFacts facts,
        CompressionLevel level,
        CancellationToken cancellationToken
    )
    {
        int channels = RgbaRows.IsOpaque(picture) ? 3 : 4;
        stream.Write([0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n']);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), picture.Height);
        (header[8], header[9]) = (8, (byte)(channels == 3 ? 2 : 6));
        Chunk(stream, "IHDR"u8, header);
        if (!facts.Profile.IsEmpty)
        {
            Chunk(stream, "iCCP"u8, [.. "ICC profile"u8, 0, 0, .. Compressed(facts.Profile.Span)]);
        }

        if (facts.HasDpi)
        {
            byte[] physical = new byte[9];
            BinaryPrimitives.WriteUInt32BigEndian(physical, (uint)Math.Round(facts.DpiX * InchesPerMetre));
            BinaryPrimitives.WriteUInt32BigEndian(physical.AsSpan(4), (uint)Math.Round(facts.DpiY * InchesPerMetre));
            physical[8] = 1; // per metre
            Chunk(stream, "pHYs"u8, physical);
        }

        using (DataChunks data = new DataChunks(stream))
        using (ZLibStream compressed = new ZLibStream(data, level))
        {
            WriteRows(compressed, picture, channels, cancellationToken);
        }

        Chunk(stream, "IEND"u8, []);
    }

    private static void WriteRows(Stream stream, PixelImage picture, int channels, CancellationToken cancellationToken)
    {
        int length = picture.Width * channels;
        (byte[] row, byte[] above) = (new byte[length], new byte[length]);
        (byte[] best, byte[] tried) = (new byte[length + 1], new byte[length + 1]);
        for (int y = 0; y < picture.Height; y++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            RgbaRows.Copy(picture, y, channels, row);
            long least = long.MaxValue;
            for (byte filter = 0; filter <= 4; filter++)
            {
                // The usual rule: the filter whose signed differences add up to least compresses best.
                long sum = Filter(filter, row, above, channels, tried);
                if (sum < least)
                {
                    least = sum;
                    (best, tried) = (tried, best);
                }
            }

            stream.Write(best);
            (row, above) = (above, row);
        }
    }

    private static long Filter(byte filter, byte[] row, byte[] above, int channels, byte[] filtered)
    {
        filtered[0] = filter;
        long sum = 0;
        for (int i = 0; i < row.Length; i++)
        {
            int left = i < channels ? 0 : row[i - channels],
                up = above[i],
                upLeft = i < channels ? 0 : above[i - channels];
            int predicted = filter switch
            {
                0 => 0,
                1 => left,
                2 => up,
                3 => (left + up) / 2,
                _ => Paeth(left, up, upLeft),
            };
            byte difference = (byte)(row[i] - predicted);
            filtered[i + 1] = difference;
            sum += Math.Abs((int)(sbyte)difference);
        }

        return sum;
    }

    private static int Paeth(int left, int up, int upLeft)
    {
        int estimate = left + up - upLeft;
        (int toLeft, int toUp, int toUpLeft) = (Math.Abs(estimate - left), Math.Abs(estimate - up), Math.Abs(estimate - upLeft));
        return toLeft <= toUp && toLeft <= toUpLeft ? left
            : toUp <= toUpLeft ? up
            : upLeft;
    }

    private static byte[] Compressed(ReadOnlySpan<byte> bytes)
    {
        using MemoryStream memory = new MemoryStream();
        using (ZLibStream compressed = new ZLibStream(memory, CompressionLevel.Optimal))
        {
            compressed.Write(bytes);
        }

        return memory.ToArray();
    }

    private static void Chunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        stream.Write(number);
        stream.Write(type);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        stream.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            crc = _crcTable[(byte)crc ^ value] ^ (crc >> 8);
        }

        return crc;
    }

    private static uint CrcOf(uint value)
    {
        for (int bit = 0; bit < 8; bit++)
        {
            value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
        }

        return value;
    }

    /// <summary>Cuts what is written into IDAT chunks.</summary>
    private sealed class DataChunks(Stream stream) : Stream
    {
        private readonly byte[] _pending = new byte[ChunkBytes];
        private int _count;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            while (!buffer.IsEmpty)
            {
                int taken = Math.Min(buffer.Length, _pending.Length - _count);
                buffer[..taken].CopyTo(_pending.AsSpan(_count));
                _count += taken;
                buffer = buffer[taken..];
                if (_count == _pending.Length)
                {
                    Empty();
                }
            }
        }

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                Empty();
            }

            base.Dispose(disposing);
        }

        private void Empty()
        {
            if (_count > 0)
            {
                Chunk(stream, "IDAT"u8, _pending.AsSpan(0, _count));
                _count = 0;
            }
        }
    }
}
