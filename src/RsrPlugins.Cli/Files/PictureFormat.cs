// The formats the tool reads and writes. A file's content decides what it is, never its name: names lie, and libvips
// would happily open formats nobody has tested here.
namespace RsrPlugins.Cli.Files;

/// <summary>A picture format: how it is named and what it can hold.</summary>
/// <param name="Name">As users write it.</param>
/// <param name="Extensions">Its files' names end so; the first is the usual one.</param>
/// <param name="MaxSide">Largest width or height its header can say.</param>
/// <param name="Holds16Bit">16 bits per sample can be written.</param>
/// <param name="HoldsAlpha">Transparency can be written.</param>
/// <param name="IsLossless">It can be written without loss.</param>
/// <param name="CanWrite">Results can be written in it; the results of other pictures are PNGs.</param>
/// <param name="HasQuality">It is written with a quality.</param>
internal sealed record PictureFormat(
    string Name,
    IReadOnlyList<string> Extensions,
    int MaxSide,
    bool Holds16Bit,
    bool HoldsAlpha,
    bool IsLossless,
    bool CanWrite = true,
    bool HasQuality = false
)
{
    public static readonly PictureFormat Png = new("PNG", [".png"], int.MaxValue, Holds16Bit: true, HoldsAlpha: true, IsLossless: true);

    public static readonly PictureFormat Jpeg = new(
        "JPEG",
        [".jpg", ".jpeg", ".jpe", ".jfif", ".jif"],
        65500,
        Holds16Bit: false,
        HoldsAlpha: false,
        IsLossless: false,
        HasQuality: true
    );

    public static readonly PictureFormat WebP = new(
        "WebP",
        [".webp"],
        16383,
        Holds16Bit: false,
        HoldsAlpha: true,
        IsLossless: true,
        HasQuality: true
    );
    public static readonly PictureFormat Tiff = new(
        "TIFF",
        [".tif", ".tiff"],
        int.MaxValue,
        Holds16Bit: true,
        HoldsAlpha: true,
        IsLossless: true
    );

    // libvips' limit; written without loss only with features other readers lack.
    public static readonly PictureFormat Avif = new(
        "AVIF",
        [".avif"],
        16384,
        Holds16Bit: true,
        HoldsAlpha: true,
        IsLossless: false,
        HasQuality: true
    );
    public static readonly PictureFormat Gif = new(
        "GIF",
        [".gif"],
        65535,
        Holds16Bit: false,
        HoldsAlpha: true,
        IsLossless: false,
        CanWrite: false
    );
    public static readonly PictureFormat Heic = new(
        "HEIC",
        [".heic", ".heif", ".hif"],
        65535,
        Holds16Bit: true,
        HoldsAlpha: true,
        IsLossless: false,
        CanWrite: false
    );
    public static readonly PictureFormat JpegXl = new(
        "JPEG XL",
        [".jxl"],
        int.MaxValue,
        Holds16Bit: true,
        HoldsAlpha: true,
        IsLossless: true,
        CanWrite: false
    );

    public const string Supported = "PNG, JPEG, WebP, TIFF, AVIF or GIF";

    /// <summary>What an output's name may end in.</summary>
    public const string WritableExtensions = ".png, .jpg, .webp, .tif or .avif";

    private static readonly PictureFormat[] _all = [Png, Jpeg, WebP, Tiff, Avif, Gif, Heic, JpegXl];

    /// <summary>The format results of such a picture are written in, if nothing else is asked for.</summary>
    public PictureFormat Output => CanWrite ? this : Png;

    /// <summary>The format an output name asks for, or null where its extension is none that can be written.</summary>
    public static PictureFormat? OfExtension(string path) => OfInputExtension(path) is { CanWrite: true } format ? format : null;

    /// <summary>The format a file's name promises, or null.</summary>
    public static PictureFormat? OfInputExtension(string path)
    {
        string extension = Path.GetExtension(path);
        return _all.FirstOrDefault(format => format.Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>The format of a word such as "png" or "jpeg", or null.</summary>
    public static PictureFormat? OfName(string name) => OfExtension("." + name);

    /// <inheritdoc cref="Of(PictureSource)"/>
    public static PictureFormat OfFile(string path) => Of(PictureSource.OfFile(path));

    /// <summary>Reads a picture's first bytes.</summary>
    /// <exception cref="PictureFileException">Missing, empty, unreadable, or not one of our formats: says what it is.</exception>
    public static PictureFormat Of(PictureSource source)
    {
        if (source.IsFile && Directory.Exists(source.Name))
        {
            throw new PictureFileException(source.Name, "a picture file was expected, this is a folder");
        }

        FileKind kind = source.IsFile ? FileKinds.Of(source.Name) : FileKind.File;
        if (FileKinds.IsNoFile(kind))
        {
            throw new PictureFileException(source.Name, $"a picture file was expected, this is {FileKinds.Describe(kind)}");
        }

        try
        {
            using Stream file = source.Open();
            byte[] head = new byte[FormatSignatures.HeadLength];
            int length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            if (length == 0)
            {
                throw new PictureFileException(source.Name, $"expected {Supported}, found an empty file (0 bytes)");
            }

            return FormatSignatures.Find(head.AsSpan(0, length))
                ?? throw new PictureFileException(
                    source.Name,
                    $"expected {Supported}, found {FormatSignatures.Describe(head.AsSpan(0, length), file, source.Name)}"
                );
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PictureFileException(source.Name, "no such file", error);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new PictureFileException(source.Name, $"cannot be read: {error.Message}", error);
        }
    }

    public static PictureFileException Animated(string path, string what) =>
        new(path, $"expected one picture, found an animated or multi-page {what}; split it into single pictures first");
}
