// A WebP around its pixels: a RIFF of chunks. Tells whether it is lossless, which libvips does not say.
using System.Buffers.Binary;
using System.Text;
using RsrPlugins.Cli.Files.Metadata;

namespace RsrPlugins.Cli.Files.Containers;

/// <param name="IsLossless">The pixels are coded without loss (VP8L).</param>
/// <param name="Frames">Pictures in it.</param>
/// <param name="Trailing">Bytes behind what its header says is its end.</param>
internal sealed record WebPFile(bool IsLossless, int Frames, long Trailing)
{
    private const int HeaderLength = 12;
    private const int MaxChunkBytes = 64 << 20;

    /// <summary>Goes through the chunks and collects what they say of the picture.</summary>
    public static WebPFile Read(Stream stream, RawMetadata metadata)
    {
        Span<byte> head = stackalloc byte[HeaderLength];
        stream.Position = 0;
        if (stream.ReadAtLeast(head, HeaderLength, throwOnEndOfStream: false) < HeaderLength)
        {
            return new WebPFile(false, 0, 0);
        }

        long end = Math.Min(stream.Length, 8L + BinaryPrimitives.ReadUInt32LittleEndian(head[4..]));
        bool lossless = false;
        int frames = 0;
        SortedSet<string> others = new(StringComparer.Ordinal);
        while (stream.Position + 8 <= end && stream.ReadAtLeast(head[..8], 8, throwOnEndOfStream: false) == 8)
        {
            string type = Encoding.Latin1.GetString(head[..4]);
            long length = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            long next = Math.Min(stream.Length, stream.Position + length + (length & 1));
            switch (type)
            {
                case "VP8L":
                    lossless = true;
                    break;
                case "ANMF":
                    frames++;
                    break;
                case "ICCP" or "EXIF" or "XMP ":
                    if (length > MaxChunkBytes || Bytes(stream, length) is not { } data)
                    {
                        metadata.Notes.Add($"{type.Trim()} dropped: damaged or too large");
                        break;
                    }

                    if (type == "ICCP")
                    {
                        metadata.Icc ??= data;
                    }
                    else if (type == "EXIF")
                    {
                        metadata.Exif ??= data.AsSpan().StartsWith("Exif\0\0"u8) ? data[6..] : data;
                    }
                    else
                    {
                        metadata.Xmp ??= data;
                    }

                    break;
                case "C2PA":
                    metadata.HasContentCredentials = true;
                    break;
                case "VP8 " or "VP8X" or "ALPH" or "ANIM":
                    break;
                default:
                    others.Add(type.Trim());
                    break;
            }

            stream.Position = next;
        }

        if (others.Count > 0)
        {
            metadata.Notes.Add($"WebP chunks dropped: {OneLine.Quote(string.Join(", ", others))}");
        }

        return new WebPFile(lossless, Math.Max(1, frames), Math.Max(0, stream.Length - end));
    }

    private static byte[]? Bytes(Stream stream, long length)
    {
        byte[] data = new byte[length];
        return stream.ReadAtLeast(data, data.Length, throwOnEndOfStream: false) == data.Length ? data : null;
    }
}
