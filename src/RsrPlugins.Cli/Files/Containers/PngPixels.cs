// Whether every pixel of a PNG is there, told from its bytes alone. Plain managed code with nothing else of this tool in it: the effect
// host, which decodes with another library, is compiled with this file too and so refuses the same files.
using System.Buffers.Binary;
using System.IO.Compression;

namespace RsrPlugins.Cli.Files.Containers;

internal static class PngPixels
{
    private const int HeaderLength = 13;

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Why a stream is no PNG of one picture with every pixel, in words that follow "expected a whole PNG, found"; null if it is
    /// one.</summary>
    /// <param name="stream">To be read from its start; seekable.</param>
    public static string? Problem(Stream stream)
    {
        byte[] head = new byte[8];
        stream.Position = 0;
        if (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length || !Signature.SequenceEqual(head))
        {
            return "a file of another kind";
        }

        byte[]? header = null;
        while (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length)
        {
            long length = BinaryPrimitives.ReadUInt32BigEndian(head);
            ReadOnlySpan<byte> type = head.AsSpan(4);
            if (type.SequenceEqual("IDAT"u8))
            {
                break;
            }

            byte[] data = new byte[type.SequenceEqual("IHDR"u8) || type.SequenceEqual("acTL"u8) ? Math.Min(length, HeaderLength) : 0];
            if (stream.ReadAtLeast(data, data.Length, throwOnEndOfStream: false) < data.Length)
            {
                break;
            }

            if (type.SequenceEqual("IHDR"u8))
            {
                header = data;
            }
            else if (type.SequenceEqual("acTL"u8) && data.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(data) > 1)
            {
                return "an animation";
            }

            stream.Position = Math.Min(stream.Length, stream.Position + length - data.Length + 4);
        }

        return header is not null && AreAllThere(stream, header) ? null : "a damaged or truncated file";
    }

    /// <summary>
    /// The pixels' compressed stream has as many bytes as the picture and fits its checksum, as far as that is there; checksums of chunks
    /// and a missing end do not matter.
    /// </summary>
    /// <param name="stream">The whole file; seekable.</param>
    /// <param name="header">The 13 bytes of its IHDR.</param>
    public static bool AreAllThere(Stream stream, byte[] header) => header.Length >= HeaderLength && CopyRows(stream, header, Stream.Null);

    /// <summary>Unpacks the rows of the picture, each with its filter byte in front.</summary>
    /// <param name="stream">The whole file; seekable.</param>
    /// <param name="header">The 13 bytes of its IHDR.</param>
    /// <param name="target">Gets the rows.</param>
    /// <returns>False where some are missing, or do not fit the checksum behind them.</returns>
    public static bool CopyRows(Stream stream, byte[] header, Stream target)
    {
        long expected = RowBytes(header);
        long found = 0;
        PixelChunks chunks = new PixelChunks(stream);
        try
        {
            using ZLibStream pixels = new ZLibStream(chunks, CompressionMode.Decompress);
            byte[] buffer = new byte[1 << 16];
            while (found <= expected && pixels.Read(buffer) is int read and > 0)
            {
                target.Write(buffer, 0, (int)Math.Min(read, Math.Max(0, expected - found)));
                found += read;
            }

            return found >= expected;
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            return found >= expected && chunks.AtEnd; // Cut within the checksum, behind the last row.
        }
    }

    // Of the filtered rows, as they are compressed: a filter byte before each.
    private static long RowBytes(byte[] header)
    {
        int width = BinaryPrimitives.ReadInt32BigEndian(header);
        int height = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4));
        int bits =
            header[8]
            * header[9] switch
            {
                2 => 3,
                4 => 2,
                6 => 4,
                _ => 1,
            };
        if (header[12] == 0)
        {
            return Rows(width, height);
        }

        // Adam7: start and step of each pass, across and down.
        (int X, int Y, int StepX, int StepY)[] passes =
        [
            (0, 0, 8, 8),
            (4, 0, 8, 8),
            (0, 4, 4, 8),
            (2, 0, 4, 4),
            (0, 2, 2, 4),
            (1, 0, 2, 2),
            (0, 1, 1, 2),
        ];
        return passes.Sum(pass => Rows((width - pass.X + pass.StepX - 1) / pass.StepX, (height - pass.Y + pass.StepY - 1) / pass.StepY));

        long Rows(int across, int down) => across <= 0 || down <= 0 ? 0 : down * (1 + ((((long)across * bits) + 7) / 8));
    }

    private sealed class PixelChunks : Stream
    {
        private readonly Stream _file;
        private long _left;

        public PixelChunks(Stream file)
        {
            _file = file;
            _file.Position = Signature.Length;
        }

        /// <summary>More was asked for than there is.</summary>
        public bool AtEnd { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Span<byte> head = stackalloc byte[8];
            while (_left == 0)
            {
                if (_file.ReadAtLeast(head, 8, throwOnEndOfStream: false) < 8)
                {
                    AtEnd = true;
                    return 0;
                }

                long length = BinaryPrimitives.ReadUInt32BigEndian(head);
                if (head[4..].SequenceEqual("IDAT"u8))
                {
                    _left = length;
                    if (length == 0)
                    {
                        _file.Position += 4;
                    }

                    continue;
                }

                if (head[4..].SequenceEqual("IEND"u8))
                {
                    AtEnd = true;
                    return 0;
                }

                _file.Position = Math.Min(_file.Length, _file.Position + length + 4);
            }

            int read = _file.Read(buffer, offset, (int)Math.Min(count, _left));
            _left = read == 0 ? 0 : _left - read;
            AtEnd |= read == 0;
            if (read > 0 && _left == 0)
            {
                _file.Position = Math.Min(_file.Length, _file.Position + 4); // The checksum.
            }

            return read;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
