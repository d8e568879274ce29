// The four formats the tool reads and writes. A file's content decides what it is, never its name: names lie, and libvips
// would happily open formats nobody has tested here.
using System.Buffers.Binary;
using System.Text;

namespace RsrPlugins.Cli.Files;

/// <summary>A picture format: how it is recognised, named, and what it can hold.</summary>
/// <param name="Name">As users write it.</param>
/// <param name="Extensions">Accepted for output names; the first is the usual one.</param>
/// <param name="MaxSide">Largest width or height its header can say.</param>
/// <param name="Holds16Bit">16 bits per sample can be written.</param>
/// <param name="HoldsAlpha">Transparency can be written.</param>
/// <param name="IsLossless">It can be written without loss.</param>
internal sealed record PictureFormat(string Name, IReadOnlyList<string> Extensions, int MaxSide, bool Holds16Bit, bool HoldsAlpha, bool IsLossless)
{
    public static readonly PictureFormat Png = new("PNG", [".png"], int.MaxValue, Holds16Bit: true, HoldsAlpha: true, IsLossless: true);
    public static readonly PictureFormat Jpeg = new("JPEG", [".jpg", ".jpeg", ".jpe", ".jfif"], 65500, Holds16Bit: false, HoldsAlpha: false, IsLossless: false);
    public static readonly PictureFormat WebP = new("WebP", [".webp"], 16383, Holds16Bit: false, HoldsAlpha: true, IsLossless: true);
    public static readonly PictureFormat Tiff = new("TIFF", [".tif", ".tiff"], int.MaxValue, Holds16Bit: true, HoldsAlpha: true, IsLossless: true);

    public const string Supported = "PNG, JPEG, WebP or TIFF";

    private static readonly PictureFormat[] All = [Png, Jpeg, WebP, Tiff];

    // Long enough for every signature below.
    private const int HeaderLength = 16;

    /// <summary>The format an output name asks for, or null where its extension is none of ours.</summary>
    public static PictureFormat? OfExtension(string path)
    {
        string extension = Path.GetExtension(path);
        return All.FirstOrDefault(format => format.Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Reads a file's first bytes.</summary>
    /// <exception cref="PictureFileException">Missing, empty, unreadable, animated, or not one of our formats: says what it is.</exception>
    public static PictureFormat OfFile(string path)
    {
        if (Directory.Exists(path))
        {
            throw new PictureFileException(path, "a picture file was expected, this is a folder");
        }

        FileKind kind = FileKinds.Of(path);
        if (FileKinds.IsNoFile(kind))
        {
            throw new PictureFileException(path, $"a picture file was expected, this is {FileKinds.Describe(kind)}");
        }

        try
        {
            using FileStream file = File.OpenRead(path);
            Span<byte> header = stackalloc byte[HeaderLength];
            header = header[..file.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false)];
            if (header.Length == 0)
            {
                throw new PictureFileException(path, $"expected {Supported}, found an empty file (0 bytes)");
            }

            if (header.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]))
            {
                return IsAnimatedPng(file) ? throw Animated(path, "PNG") : Png;
            }

            if (header.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            {
                return Jpeg;
            }

            if (header.StartsWith("RIFF"u8) && header.Length >= 12 && header[8..12].SequenceEqual("WEBP"u8))
            {
                return WebP;
            }

            if (header.StartsWith("II*\0"u8) || header.StartsWith("MM\0*"u8) || header.StartsWith("II+\0"u8) || header.StartsWith("MM\0+"u8))
            {
                return Tiff;
            }

            throw new PictureFileException(path, $"expected {Supported}, found {Describe(header)}");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PictureFileException(path, "no such file", error);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new PictureFileException(path, $"cannot be read: {error.Message}", error);
        }
    }

    public static PictureFileException Animated(string path, string what) =>
        new(path, $"expected one picture, found an animated or multi-page {what}; split it into single pictures first");

    // Names what people most often try, so that they need not guess why it was refused.
    private static string Describe(ReadOnlySpan<byte> header)
    {
        if (header.StartsWith("GIF8"u8))
        {
            return "a GIF; save it as PNG first";
        }

        if (header.StartsWith("BM"u8))
        {
            return "a BMP; save it as PNG first";
        }

        if (header.StartsWith("%PDF"u8))
        {
            return "a PDF; export its page as PNG first";
        }

        if (header.StartsWith("\0\0\0\x0cJXL "u8) || header.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]))
        {
            return "a JPEG XL picture; save it as PNG first";
        }

        if (header.Length >= 12 && header[4..8].SequenceEqual("ftyp"u8))
        {
            return "a HEIF, AVIF or video file; save it as PNG or TIFF first";
        }

        if (header.StartsWith("<svg"u8) || header.StartsWith("<?xml"u8))
        {
            return "an SVG or XML file; export it as PNG first";
        }

        if (header.StartsWith("8BPS"u8))
        {
            return "a Photoshop document; save it as TIFF or PNG first";
        }

        foreach (byte value in header)
        {
            if (value is not (>= 0x20 or (byte)'\t' or (byte)'\r' or (byte)'\n'))
            {
                return $"a file that starts with the bytes {Convert.ToHexString(header[..Math.Min(8, header.Length)])}";
            }
        }

        string text = Encoding.UTF8.GetString(header);
        return $"text (it starts with \"{OneLine.Of(text)}\")";
    }

    // An animated PNG is an ordinary PNG with an acTL chunk before its pixels; libvips shows its first frame without a word.
    private static bool IsAnimatedPng(FileStream file)
    {
        Span<byte> chunk = stackalloc byte[8];
        file.Position = 8;
        while (file.ReadAtLeast(chunk, 8, throwOnEndOfStream: false) == 8)
        {
            if (chunk[4..].SequenceEqual("acTL"u8))
            {
                return true;
            }

            if (chunk[4..].SequenceEqual("IDAT"u8))
            {
                return false;
            }

            file.Position += BinaryPrimitives.ReadUInt32BigEndian(chunk) + 4L; // Its data and its checksum.
        }

        return false;
    }
}
