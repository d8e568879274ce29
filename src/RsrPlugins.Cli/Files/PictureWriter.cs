// Writes a picture straight out of the engine's memory (libvips reads it in place, strip by strip); OutputFile brings it
// to its place. Only the pixels and the profile are libvips'; what else the file says is put in on the way (HeadEditingStream) or behind
// (TIFF).
using System.Runtime.InteropServices;
using NetVips;
using RsrPlugins.Cli.Files.Containers;
using RsrPlugins.Cli.Files.Metadata;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Cli.Files;

/// <summary>How to encode.</summary>
/// <param name="Quality">1 to 100 for JPEG, WebP (where 100 is lossless) and AVIF; null follows the input, else takes the defaults.</param>
/// <param name="Overwrite">Replace an existing file.</param>
/// <param name="Smallest">Take all the time the lossless codecs want.</param>
/// <param name="PermissionsOf">A file whose permissions a new file gets at most.</param>
internal sealed record WriteOptions(int? Quality = null, bool Overwrite = false, bool Smallest = false, string? PermissionsOf = null);

/// <summary>What was written.</summary>
/// <param name="Coding">For the user, for example "quality 85, 4:2:0", "lossless", "palette of 12"; null where there was no choice.</param>
/// <param name="Quality">1 to 100, or null for lossless formats.</param>
/// <param name="Bytes">Length of the file.</param>
/// <param name="Notes">What had to be given up for the format, for the user.</param>
internal sealed record WrittenPicture(string? Coding, int? Quality, long Bytes, IReadOnlyList<string> Notes);

internal sealed class PictureWriter(TemporaryFiles temporaryFiles)
{
    public const int DefaultJpegQuality = 92;
    public const int DefaultWebPQuality = 90;
    public const int DefaultAvifQuality = 75;
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
    private const int AvifBits = 12;

    /// <summary>
    /// Writes the top-left <paramref name="width"/> x <paramref name="height"/> of <paramref name="pixels"/>. The crop is done
    /// here because it is free here.
    /// </summary>
    /// <exception cref="PictureFileException">The folder cannot be written, the disk is full, the file exists, or the format cannot hold
    /// the picture.</exception>
    public WrittenPicture Write(
        string path,
        PixelImage pixels,
        int width,
        int height,
        PictureFormat format,
        CarriedMetadata? metadata,
        DownscaleRecord? record,
        WriteOptions options,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        VipsLibrary.EnsureReady();
        CheckSize(path, format, width, height);

        // Made here first: the system's own words for "permission denied" beat libvips'.
        using OutputFile file = OutputFile.Begin(temporaryFiles, path, options.Overwrite, options.PermissionsOf);
        WrittenPicture written;
        try
        {
            using FileStream stream = new FileStream(file.TemporaryPath, FileMode.Open, FileAccess.ReadWrite);
            written = Encode(stream, path, pixels, width, height, format, metadata, record, options, progress, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw file.CannotBeWritten(error);
        }

        cancellationToken.ThrowIfCancellationRequested();
        file.Commit();
        return written;
    }

    /// <summary>Writes a picture's file to a stream.</summary>
    /// <param name="stream">Empty, to be read, written and sought in.</param>
    /// <param name="name">For errors.</param>
    /// <exception cref="PictureFileException">The format cannot hold the picture.</exception>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public static unsafe WrittenPicture Encode(
        Stream stream,
        string name,
        PixelImage pixels,
        int width,
        int height,
        PictureFormat format,
        CarriedMetadata? metadata,
        DownscaleRecord? record,
        WriteOptions options,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        VipsLibrary.EnsureReady();
        CheckSize(name, format, width, height);
        List<string> notes = [];
        try
        {
            fixed (byte* start = pixels.BitsPerSample == 8 ? pixels.Samples8 : MemoryMarshal.AsBytes(pixels.Samples16))
            {
                using Image memory = Image.NewFromMemory(
                    (nint)start,
                    (ulong)pixels.Width * (ulong)pixels.Height * (ulong)pixels.Channels * (ulong)(pixels.BitsPerSample / 8),
                    pixels.Width,
                    pixels.Height,
                    pixels.Channels,
                    pixels.BitsPerSample == 8 ? Enums.BandFormat.Uchar : Enums.BandFormat.Ushort
                );
                using Image typed = memory.Copy(interpretation: InterpretationOf(pixels));
                using Image cropped = typed.ExtractArea(0, 0, width, height);
                using Image fitted = FitTo(format, cropped, notes);
                OutgoingMetadata said = Prepare(metadata, format, width, height, pixels, record, notes);
                using Image image =
                    said.Icc is null && format != PictureFormat.Avif
                        ? fitted.Copy()
                        : fitted.Mutate(mutable => Attach(mutable, format, said));
                image.SetProgress(new PercentToFraction(progress), cancellationToken);
                (string? coding, int? quality) = EncodeAs(format, image, stream, said, metadata?.Encoding, options);
                stream.Flush();
                return new WrittenPicture(coding, quality, stream.Length, notes);
            }
        }
        catch (VipsException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (VipsException error)
        {
            throw new PictureFileException(name, $"cannot be written as {format.Name}: {VipsMessage.Of(error)}", error);
        }
    }

    /// <summary>Fails where a format cannot hold the size, to be asked before minutes of work.</summary>
    public static void CheckSize(string path, PictureFormat format, int width, int height)
    {
        if (Math.Max(width, height) > format.MaxSide)
        {
            throw new PictureFileException(
                path,
                $"{format.Name} holds at most {format.MaxSide} pixels per side, the result has {width} x {height}; choose PNG or TIFF with -o"
            );
        }
    }

    private static OutgoingMetadata Prepare(
        CarriedMetadata? metadata,
        PictureFormat format,
        int width,
        int height,
        PixelImage pixels,
        DownscaleRecord? record,
        List<string> notes
    )
    {
        PictureChange change = new PictureChange(metadata?.Orientation ?? new Orientation(1, width, height), width, height);
        PictureMetadata said = metadata?.Said ?? PictureMetadata.Of(new RawMetadata(), format);
        return said.For(format, change, metadata?.Icc, !pixels.HasColour, record, notes);
    }

    // AVIF's boxes are libvips' to write; the other formats get theirs from us.
    private static void Attach(MutableImage image, PictureFormat format, OutgoingMetadata said)
    {
        if (said.Icc is { } icc)
        {
            image.Set(GValue.BlobType, "icc-profile-data", icc);
        }

        if (format == PictureFormat.Avif && said.Exif is { } exif)
        {
            image.Set(GValue.BlobType, "exif-data", (byte[])[.. "Exif\0\0"u8, .. exif.ToBytes()]);
        }

        if (format == PictureFormat.Avif && said.Xmp is { } xmp)
        {
            image.Set(GValue.BlobType, "xmp-data", xmp);
        }
    }

    private static Enums.Interpretation InterpretationOf(PixelImage pixels) =>
        (pixels.HasColour, pixels.BitsPerSample) switch
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
            notes.Add($"{format.Name} does not hold transparency: flattened onto white");
            double white = result.Format == Enums.BandFormat.Ushort ? 65535 : 255;
            result = Replace(result, result.Flatten(background: [white]));
        }

        if (result.Format == Enums.BandFormat.Ushort && !format.Holds16Bit)
        {
            notes.Add($"{format.Name} holds 8 bits per sample: rounded from 16");
            Enums.Interpretation interpretation = result.Bands >= 3 ? Enums.Interpretation.Srgb : Enums.Interpretation.Bw;
            result = Replace(result, result.Linear([1 / 257.0], [0]));
            result = Replace(result, result.Rint());
            result = Replace(result, result.Cast(Enums.BandFormat.Uchar));
            result = Replace(result, result.Copy(interpretation: interpretation));
        }
        else if (result.Format == Enums.BandFormat.Ushort && format == PictureFormat.Avif)
        {
            notes.Add($"AVIF holds {AvifBits} bits per sample: reduced from 16");
        }

        return result;
    }

    private static Image Replace(Image old, Image replacement)
    {
        old.Dispose();
        return replacement;
    }

    private static (string? Coding, int? Quality) EncodeAs(
        PictureFormat format,
        Image image,
        Stream stream,
        OutgoingMetadata said,
        PictureEncoding? input,
        WriteOptions options
    )
    {
        const Enums.ForeignKeep profileOnly = Enums.ForeignKeep.Icc;
        if (format == PictureFormat.Png)
        {
            if (input is { IsPalette: true } && PaletteImage.Of(image) is { } palette)
            {
                Through(new PngMetadataStream(stream, said), target => palette.WritePng(target, said.Icc, options.Smallest));
                return ($"palette of {palette.Colours}", null);
            }

            Through(
                new PngMetadataStream(stream, said),
                target =>
                    image.PngsaveStream(
                        target,
                        compression: options.Smallest ? SmallestDeflateLevel : DeflateLevel,
                        filter: Enums.ForeignPngFilter.All,
                        keep: profileOnly
                    )
            );
            return (null, null);
        }

        if (format == PictureFormat.Jpeg)
        {
            int quality = options.Quality ?? input?.Jpeg?.Quality ?? DefaultJpegQuality;
            // As the input has it; of a picture that was no JPEG, or for a quality that was asked for, by the quality.
            // libvips halves both ways or not at all: what was halved one way (4:2:2, 4:4:0) is not halved the other way too.
            bool fullChroma =
                options.Quality is null && input?.Jpeg is { } jpeg
                    ? jpeg.ChromaDividerX == 1 || jpeg.ChromaDividerY == 1
                    : quality >= FullChromaQuality;
            Through(
                new JpegMetadataStream(stream, said),
                target =>
                    image.JpegsaveStream(
                        target,
                        q: quality,
                        optimizeCoding: (long)image.Width * image.Height <= FittedTablesPixels,
                        subsampleMode: fullChroma ? Enums.ForeignSubsample.Off : Enums.ForeignSubsample.On,
                        keep: profileOnly
                    )
            );
            return ($"quality {quality}{(image.Bands < 3 ? string.Empty : fullChroma ? ", 4:4:4" : ", 4:2:0")}", quality);
        }

        if (format == PictureFormat.WebP)
        {
            int quality =
                options.Quality ?? (input is { Format.Name: "WebP", IsLossless: true } ? LosslessWebPQuality : DefaultWebPQuality);
            bool lossless = quality == LosslessWebPQuality;
            // smartSubsample: WebP always halves chroma; this at least does it where it shows least. exact: colour under transparent
            // pixels is part of a lossless picture.
            Through(
                new WebPMetadataStream(stream, said, image.Width, image.Height, image.HasAlpha()),
                target =>
                    image.WebpsaveStream(
                        target,
                        q: quality,
                        lossless: lossless,
                        exact: lossless,
                        smartSubsample: true,
                        effort: options.Smallest ? SmallestWebPEffort : WebPEffort,
                        keep: profileOnly
                    )
            );
            return (lossless ? "lossless" : $"quality {quality}", quality);
        }

        if (format == PictureFormat.Avif)
        {
            int quality = options.Quality ?? DefaultAvifQuality;
            bool fullChroma = quality >= FullChromaQuality;
            image.HeifsaveStream(
                stream,
                q: quality,
                bitdepth: image.Format == Enums.BandFormat.Ushort ? AvifBits : 8,
                compression: Enums.ForeignHeifCompression.Av1,
                subsampleMode: fullChroma ? Enums.ForeignSubsample.Off : Enums.ForeignSubsample.On,
                keep: profileOnly | Enums.ForeignKeep.Xmp | (said.Exif is null ? 0 : Enums.ForeignKeep.Exif)
            );
            return ($"quality {quality}{(fullChroma ? ", 4:4:4" : ", 4:2:0")}", quality);
        }

        long bytes = (long)image.Width * image.Height * image.Bands * (image.Format == Enums.BandFormat.Ushort ? 2 : 1);
        image.TiffsaveStream(
            stream,
            compression: Enums.ForeignTiffCompression.Deflate,
            predictor: Enums.ForeignTiffPredictor.Horizontal,
            bigtiff: bytes > 3_500_000_000,
            keep: profileOnly
        );
        TiffMetadata.Write(stream, said);
        return (null, null);
    }

    // libvips knows only that a write failed; the stream knows why.
    private static void Through(HeadEditingStream target, Action<HeadEditingStream> write)
    {
        using (target)
        {
            try
            {
                write(target);
            }
            catch (VipsException) when (target.Failure is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(target.Failure);
            }

            target.Complete();
        }
    }

    private sealed class PercentToFraction(IProgress<double>? progress) : IProgress<int>
    {
        public void Report(int value) => progress?.Report(value / 100.0);
    }
}
