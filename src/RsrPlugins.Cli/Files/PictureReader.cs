// Reads a picture into the engine's type a strip at a time: libvips decodes top to bottom (sequential access) and each strip
// goes straight to its place, turned upright. At no time are there two copies of the picture.
using System.Runtime.InteropServices;
using NetVips;
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Cli.Files;

/// <summary>A picture as read.</summary>
/// <param name="Pixels">Upright; 8 or 16 bits; grey or RGB, with or without alpha.</param>
/// <param name="Format">What the file is, by its content.</param>
/// <param name="Metadata">To be written with the result.</param>
/// <param name="Notes">What had to be converted, for the user.</param>
internal sealed record Picture(PixelImage Pixels, PictureFormat Format, PictureMetadata Metadata, IReadOnlyList<string> Notes);

/// <summary>What a picture's header says.</summary>
/// <param name="Width">Pixels across, as seen.</param>
/// <param name="Height">Pixels down, as seen.</param>
/// <param name="Format">What the file is, by its content.</param>
/// <param name="Record">How `rsr downscale` made it, or null.</param>
internal sealed record PictureHeader(int Width, int Height, PictureFormat Format, DownscaleRecord? Record);

internal static class PictureReader
{
    // Below 85,000 bytes a strip's buffer is an ordinary small object; larger ones would pile up until a full collection.
    private const int StripBytes = 64 * 1024;

    /// <summary>Reads what is needed to decide what to do, without decoding pixels.</summary>
    /// <exception cref="PictureFileException">Not a picture of ours.</exception>
    public static PictureHeader ReadHeader(string path)
    {
        PictureFormat format = PictureFormat.OfFile(path);
        return Guarded(path, format, () =>
        {
            using Source source = Source.NewFromFile(path);
            using Image image = Open(source, path, format);
            Orientation orientation = OrientationOf(image);
            return new PictureHeader(orientation.Width, orientation.Height, format, PictureMetadata.Of(image, orientation).Record);
        });
    }

    /// <summary>Reads a whole picture.</summary>
    /// <exception cref="PictureFileException">Missing, damaged, cut short, animated, or of a kind the engine has no place for.</exception>
    public static Picture Read(string path, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        PictureFormat format = PictureFormat.OfFile(path);
        return Guarded(path, format, () =>
        {
            using Source source = Source.NewFromFile(path);
            using Image stored = Open(source, path, format);
            List<string> notes = [];
            using Image image = ToGreyOrRgb(stored, path, notes);
            Orientation orientation = OrientationOf(image);
            PixelImage pixels = PixelImage.Create(orientation.Width, orientation.Height, LayoutOf(image, path), image.Format == Enums.BandFormat.Uchar ? 8 : 16);
            ReadStrips(image, orientation, pixels, progress, cancellationToken);
            return new Picture(pixels, format, PictureMetadata.Of(image, orientation, notes), notes);
        });
    }

    private static void ReadStrips(Image image, Orientation orientation, PixelImage pixels, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        int rowBytes = image.Width * pixels.Channels * (pixels.BitsPerSample / 8);
        int rowsPerStrip = Math.Max(1, StripBytes / rowBytes);
        using Region region = Region.New(image);
        for (int y = 0; y < image.Height; y += rowsPerStrip)
        {
            cancellationToken.ThrowIfCancellationRequested();
            byte[] strip = region.Fetch(0, y, image.Width, Math.Min(rowsPerStrip, image.Height - y));
            if (pixels.BitsPerSample == 8)
            {
                orientation.CopyRows<byte>(strip, y, image.Width, pixels.Channels, pixels.Samples8);
            }
            else
            {
                orientation.CopyRows(MemoryMarshal.Cast<byte, ushort>(strip), y, image.Width, pixels.Channels, pixels.Samples16);
            }

            progress?.Report((double)y / image.Height);
        }
    }

    private static Image Open(Source source, string path, PictureFormat format)
    {
        // A source, not a path: libvips reads "[...]" at the end of a path as options.
        Image image = Image.NewFromSource(source, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);
        try
        {
            if (image.Contains("n-pages") && (int)image.Get("n-pages") > 1)
            {
                throw PictureFormat.Animated(path, format.Name);
            }

            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>CMYK through its profile (or a general one) to sRGB, Lab and its like to sRGB; grey and RGB stay in their own profile.</summary>
    private static Image ToGreyOrRgb(Image image, string path, List<string> notes)
    {
        if (image.Interpretation == Enums.Interpretation.Labs) // Lab in signed 16-bit integers, which TIFF can have.
        {
            notes.Add("Lab converted to sRGB");
            return image.Colourspace(Enums.Interpretation.Rgb16);
        }

        if (image.Format is not (Enums.BandFormat.Uchar or Enums.BandFormat.Ushort))
        {
            throw new PictureFileException(path, $"expected 8 or 16 bits per sample, found {Describe(image.Format)}; convert it first");
        }

        int depth = image.Format == Enums.BandFormat.Uchar ? 8 : 16;
        switch (image.Interpretation)
        {
            case Enums.Interpretation.Cmyk:
                bool tagged = image.Contains("icc-profile-data");
                notes.Add(tagged ? "CMYK converted to sRGB through its profile" : "CMYK without a profile converted to sRGB through a general one");
                return image.IccTransform("srgb", embedded: tagged, inputProfile: "cmyk", intent: Enums.Intent.Relative, blackPointCompensation: true, depth: depth);
            case Enums.Interpretation.Bw or Enums.Interpretation.Grey16 or Enums.Interpretation.Srgb or Enums.Interpretation.Rgb or Enums.Interpretation.Rgb16:
                return image.Copy();
            case Enums.Interpretation.Multiband when image.Bands <= 2:
                return image.Copy();
            default:
                notes.Add($"{image.Interpretation} converted to sRGB");
                return image.Colourspace(depth == 8 ? Enums.Interpretation.Srgb : Enums.Interpretation.Rgb16);
        }
    }

    private static PixelLayout LayoutOf(Image image, string path) => image.Bands is >= 1 and <= 4
        ? (PixelLayout)image.Bands
        : throw new PictureFileException(path, $"expected grey or RGB with at most one alpha channel, found {image.Bands} channels");

    private static Orientation OrientationOf(Image image) =>
        new(image.Contains("orientation") ? (int)image.Get("orientation") : 1, image.Width, image.Height);

    private static string Describe(Enums.BandFormat format) => format switch
    {
        Enums.BandFormat.Float or Enums.BandFormat.Double => "floating point",
        Enums.BandFormat.Uint or Enums.BandFormat.Int => "32-bit integers",
        _ => format.ToString(),
    };

    private static T Guarded<T>(string path, PictureFormat format, Func<T> read)
    {
        VipsLibrary.EnsureReady();
        try
        {
            return read();
        }
        catch (VipsException error)
        {
            throw new PictureFileException(path, $"expected a whole {format.Name}, found a damaged or cut-off file ({VipsMessage.Of(error)})", error);
        }
    }
}
