// Writes a picture straight out of the engine's memory (libvips reads it in place, strip by strip) to a temporary file beside
// the target, and renames it when it is whole: nobody ever sees half a picture, and an old file survives a failed run.
using NetVips;
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Cli.Files;

/// <summary>How to encode.</summary>
/// <param name="Quality">1 to 100 for JPEG and WebP (where 100 is lossless), null for the defaults.</param>
/// <param name="Overwrite">Replace an existing file.</param>
/// <param name="Smallest">Take all the time the lossless codecs want.</param>
internal sealed record WriteOptions(int? Quality = null, bool Overwrite = false, bool Smallest = false);

internal sealed class PictureWriter(TemporaryFiles temporaryFiles)
{
    public const int DefaultJpegQuality = 92;
    public const int DefaultWebPQuality = 90;
    public const int LosslessWebPQuality = 100;

    // From here on JPEG keeps colour at full resolution: halved chroma shows at the coloured edges resizing is judged by.
    private const int FullChromaQuality = 90;

    // Up to here JPEG's code tables are fitted to the picture, which saves some percent but holds all coefficients in memory:
    // 6 bytes a pixel.
    private const long FittedTablesPixels = 16_000_000;

    // Level 6 of zlib; higher levels cost minutes on large pictures for a few percent.
    private const int DeflateLevel = 6;
    private const int SmallestDeflateLevel = 9;
    private const int WebPEffort = 4;
    private const int SmallestWebPEffort = 6;

    /// <summary>
    /// Writes the top-left <paramref name="width"/> x <paramref name="height"/> of <paramref name="pixels"/>. The crop is done
    /// here because it is free here.
    /// </summary>
    /// <returns>What had to be given up for the format, for the user.</returns>
    /// <exception cref="PictureFileException">The folder cannot be written, the disk is full, the file exists, or the format cannot hold the picture.</exception>
    public unsafe IReadOnlyList<string> Write(
        string path,
        PixelImage pixels,
        int width,
        int height,
        PictureFormat format,
        PictureMetadata? metadata,
        DownscaleRecord? record,
        WriteOptions options,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        VipsLibrary.EnsureReady();
        CheckSize(path, format, width, height);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string temporary = temporaryFiles.NameFor(path);
        List<string> notes = [];
        try
        {
            Directory.CreateDirectory(folder);
            // Opened here first: the system's own words for "permission denied" beat libvips'.
            File.Create(temporary).Dispose();
            fixed (byte* start = pixels.BitsPerSample == 8 ? pixels.Samples8 : System.Runtime.InteropServices.MemoryMarshal.AsBytes(pixels.Samples16))
            {
                using Image memory = Image.NewFromMemory(
                    (nint)start,
                    (ulong)pixels.Width * (ulong)pixels.Height * (ulong)pixels.Channels * (ulong)(pixels.BitsPerSample / 8),
                    pixels.Width,
                    pixels.Height,
                    pixels.Channels,
                    pixels.BitsPerSample == 8 ? Enums.BandFormat.Uchar : Enums.BandFormat.Ushort);
                using Image typed = memory.Copy(interpretation: InterpretationOf(pixels));
                using Image cropped = typed.ExtractArea(0, 0, width, height);
                using Image fitted = FitTo(format, cropped, notes);
                using Image image = metadata?.AttachTo(fitted, format, record) ?? fitted.Copy();
                image.SetProgress(new PercentToFraction(progress), cancellationToken);
                Encode(image, temporary, format, options);
            }

            cancellationToken.ThrowIfCancellationRequested();
            MoveIntoPlace(temporary, path, options.Overwrite);
            temporaryFiles.Forget(temporary);
            return notes;
        }
        catch (VipsException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (VipsException error)
        {
            throw new PictureFileException(path, $"cannot be written as {format.Name}: {VipsMessage.Of(error).Replace(temporary, path, StringComparison.Ordinal)}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PictureFileException(path, $"cannot be written: {error.Message.Replace(temporary, path, StringComparison.Ordinal)}", error);
        }
        finally
        {
            temporaryFiles.Delete(temporary);
        }
    }

    /// <summary>Fails where a format cannot hold the size, to be asked before minutes of work.</summary>
    public static void CheckSize(string path, PictureFormat format, int width, int height)
    {
        if (Math.Max(width, height) > format.MaxSide)
        {
            throw new PictureFileException(path, $"{format.Name} holds at most {format.MaxSide} pixels a side, the result is {width} x {height}; choose PNG or TIFF with -o");
        }
    }

    private static void MoveIntoPlace(string temporary, string path, bool overwrite)
    {
        if (!overwrite && File.Exists(path))
        {
            throw new PictureFileException(path, "exists already; --force replaces it");
        }

        File.Move(temporary, path, overwrite);
    }

    private static Enums.Interpretation InterpretationOf(PixelImage pixels) => (pixels.HasColour, pixels.BitsPerSample) switch
    {
        (true, 8) => Enums.Interpretation.Srgb,
        (true, _) => Enums.Interpretation.Rgb16,
        (false, 8) => Enums.Interpretation.Bw,
        (false, _) => Enums.Interpretation.Grey16,
    };

    private static Image FitTo(PictureFormat format, Image image, List<string> notes)
    {
        Image result = image.Copy();
        if (result.HasAlpha() && !format.HoldsAlpha)
        {
            notes.Add($"{format.Name} holds no transparency: put on white");
            double white = result.Format == Enums.BandFormat.Ushort ? 65535 : 255;
            result = Replace(result, result.Flatten(background: [white]));
        }

        if (result.Format == Enums.BandFormat.Ushort && !format.Holds16Bit)
        {
            notes.Add($"{format.Name} holds 8 bits: rounded from 16");
            Enums.Interpretation interpretation = result.Bands >= 3 ? Enums.Interpretation.Srgb : Enums.Interpretation.Bw;
            result = Replace(result, result.Linear([1 / 257.0], [0]));
            result = Replace(result, result.Rint());
            result = Replace(result, result.Cast(Enums.BandFormat.Uchar));
            result = Replace(result, result.Copy(interpretation: interpretation));
        }

        return result;
    }

    private static Image Replace(Image old, Image replacement)
    {
        old.Dispose();
        return replacement;
    }

    private static void Encode(Image image, string temporary, PictureFormat format, WriteOptions options)
    {
        // A target, not a path: libvips reads "[...]" at the end of a path as options.
        using Target target = Target.NewToFile(temporary);
        if (format == PictureFormat.Png)
        {
            image.PngsaveTarget(target, compression: options.Smallest ? SmallestDeflateLevel : DeflateLevel, filter: Enums.ForeignPngFilter.All);
        }
        else if (format == PictureFormat.Jpeg)
        {
            int quality = options.Quality ?? DefaultJpegQuality;
            image.JpegsaveTarget(target, q: quality, optimizeCoding: (long)image.Width * image.Height <= FittedTablesPixels, subsampleMode: quality >= FullChromaQuality ? Enums.ForeignSubsample.Off : Enums.ForeignSubsample.On);
        }
        else if (format == PictureFormat.WebP)
        {
            int quality = options.Quality ?? DefaultWebPQuality;
            // smartSubsample: WebP always halves chroma; this at least does it where it shows least.
            image.WebpsaveTarget(target, q: quality, lossless: quality == LosslessWebPQuality, smartSubsample: true, effort: options.Smallest ? SmallestWebPEffort : WebPEffort);
        }
        else
        {
            long bytes = (long)image.Width * image.Height * image.Bands * (image.Format == Enums.BandFormat.Ushort ? 2 : 1);
            image.TiffsaveTarget(target, compression: Enums.ForeignTiffCompression.Deflate, predictor: Enums.ForeignTiffPredictor.Horizontal, bigtiff: bytes > 3_500_000_000);
        }
    }

    private sealed class PercentToFraction(IProgress<double>? progress) : IProgress<int>
    {
        public void Report(int value) => progress?.Report(value / 100.0);
    }
}
