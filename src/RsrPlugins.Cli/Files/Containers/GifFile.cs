// Whether a GIF has every pixel, and where it ends. Its decoder fills what a damaged file lacks with background and says nothing, so the
// codes of the first picture are counted here, not decoded: how many pixels each stands for is all that is asked.
using System.Buffers.Binary;

namespace RsrPlugins.Cli.Files.Containers;

/// <summary>What a GIF's blocks say of the file.</summary>
/// <param name="MissingPixels">Of the first picture; 0 where every pixel is there.</param>
/// <param name="HasEnd">There is a trailer, and everything in front of it is whole.</param>
/// <param name="Trailing">Bytes behind the trailer.</param>
/// <param name="Ending">What a decoder wants behind the last byte where there is no end.</param>
internal sealed record GifFile(long MissingPixels, bool HasEnd, long Trailing, byte[] Ending)
{
    private const int HeaderLength = 13;
    private const int MaxCodes = 4096;
    private const byte Trailer = 0x3B;

    /// <summary>Goes through the blocks.</summary>
    /// <param name="stream">It has to be seekable.</param>
    public static GifFile Read(Stream stream)
    {
        BufferedStream file = new BufferedStream(stream, 1 << 16); // Not disposed of: that would close the caller's stream.
        file.Position = 0;
        Span<byte> header = stackalloc byte[HeaderLength];
        if (file.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength)
        {
            return new GifFile(1, false, 0, []);
        }

        file.Position += TableBytes(header[10]);
        long? missing = null;
        Span<byte> frame = stackalloc byte[9];
        while (true)
        {
            switch (file.ReadByte())
            {
                case Trailer:
                    return new GifFile(missing ?? 1, true, file.Length - file.Position, []);
                case 0x2C when file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length:
                    file.Position += TableBytes(frame[8]);
                    int codeBits = file.ReadByte();
                    SubBlocks data = new SubBlocks(file);
                    long pixels =
                        (long)BinaryPrimitives.ReadUInt16LittleEndian(frame[4..]) * BinaryPrimitives.ReadUInt16LittleEndian(frame[6..]);
                    missing ??= pixels - CountPixels(data, codeBits, pixels);
                    if (!data.SkipToEnd())
                    {
                        return new GifFile(missing.Value, false, 0, [.. new byte[data.Lacking + 1], Trailer]);
                    }

                    break;
                case 0x21 when file.ReadByte() >= 0:
                    SubBlocks extension = new SubBlocks(file);
                    if (!extension.SkipToEnd())
                    {
                        return new GifFile(missing ?? 1, false, 0, [.. new byte[extension.Lacking + 1], Trailer]);
                    }

                    break;
                default:
                    return new GifFile(missing ?? 1, false, 0, [Trailer]); // Cut, or no block of a GIF.
            }
        }
    }

    // A colour table's flag and size stand in one byte.
    private static int TableBytes(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    // LZW as of GIF89a, appendix F; every code's length is one more than that of the code it continues.
    private static long CountPixels(SubBlocks data, int firstBits, long wanted)
    {
        if (firstBits is < 1 or > 11)
        {
            return 0;
        }

        int clear = 1 << firstBits;
        int end = clear + 1;
        int[] lengths = new int[MaxCodes];
        lengths.AsSpan(0, clear).Fill(1);
        (int next, int size, int previous) = (end + 1, firstBits + 1, -1);
        (int bits, int held) = (0, 0);
        long count = 0;
        while (count < wanted)
        {
            while (held < size)
            {
                int value = data.Next();
                if (value < 0)
                {
                    return count;
                }

                bits |= value << held;
                held += 8;
            }

            int code = bits & ((1 << size) - 1);
            bits >>= size;
            held -= size;
            if (code == clear)
            {
                (next, size, previous) = (end + 1, firstBits + 1, -1);
                continue;
            }

            bool known = code < next && (previous >= 0 || code < clear);
            if (code == end || !(known || (code == next && previous >= 0 && next < MaxCodes)))
            {
                return count;
            }

            count += known ? lengths[code] : lengths[previous] + 1;
            if (previous >= 0 && next < MaxCodes)
            {
                lengths[next++] = lengths[previous] + 1;
                if (next == 1 << size && size < 12)
                {
                    size++;
                }
            }

            previous = code;
        }

        return wanted;
    }

    /// <summary>Bytes in blocks of up to 255, each with its length in front; a length of 0 ends them.</summary>
    private sealed class SubBlocks(Stream file)
    {
        private int _left;
        private bool _ended;

        /// <summary>Bytes the last block says it has and the file does not.</summary>
        public int Lacking { get; private set; }

        /// <summary>The next byte, or -1 at the end.</summary>
        public int Next()
        {
            if (_left == 0 && !Advance())
            {
                return -1;
            }

            int value = file.ReadByte();
            (Lacking, _left) = value < 0 ? (_left, 0) : (0, _left - 1);
            _ended |= value < 0;
            return value;
        }

        /// <summary>False where the file ends first.</summary>
        public bool SkipToEnd()
        {
            while (!_ended)
            {
                long rest = file.Length - file.Position;
                if (rest < _left)
                {
                    (Lacking, _ended) = ((int)(_left - rest), true);
                    return false;
                }

                file.Position += _left;
                if (!Advance())
                {
                    break;
                }
            }

            return Whole;
        }

        private bool Whole { get; set; }

        private bool Advance()
        {
            if (_ended)
            {
                return false;
            }

            int length = file.ReadByte();
            Whole = length == 0;
            _ended = length <= 0;
            _left = Math.Max(0, length);
            return length > 0;
        }
    }
}
