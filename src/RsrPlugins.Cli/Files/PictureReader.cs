// Reads a picture into the engine's type a strip at a time: libvips decodes top to bottom (sequential access) and each strip
// goes straight to its place, turned upright. At no time are there two copies of the picture.
//
// One rule for damage: a file that lacks pixels is refused, or made with what there is where the user asks for it (salvage); a file that
// has every pixel is taken, whatever else is wrong with it, and a note says what.
using System.Runtime.InteropServices;
using NetVips;
using RsrPlugins.Cli.Files.Containers;
using RsrPlugins.Cli.Files.Metadata;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Cli.Files;

/// <summary>A picture as read.</summary>
/// <param name="Pixels">Upright; 8 or 16 bits; grey or RGB, with or without alpha.</param>
/// <param name="Format">What the file is, by its content.</param>
/// <param name="Metadata">To be written with the result.</param>
/// <param name="Notes">What had to be converted or left out, for the user.</param>
internal sealed record Picture(PixelImage Pixels, PictureFormat Format, CarriedMetadata Metadata, IReadOnlyList<string> Notes);

/// <summary>What to write with a result: what the input said, and how the input was stored.</summary>
/// <param name="Said">EXIF, XMP and so on.</param>
/// <param name="Icc">The profile of the pixels as read, or null.</param>
/// <param name="Orientation">How it was stored; its size is the picture's as seen.</param>
/// <param name="Encoding">How coarsely.</param>
internal sealed record CarriedMetadata(PictureMetadata Said, byte[]? Icc, Orientation Orientation, PictureEncoding Encoding)
{
    // Below this, blocks and ringing show at once.
    private const int LeastCleanQuality = 75;

    /// <summary>What `rsr downscale` wrote about the picture, or null.</summary>
    public DownscaleRecord? Record => Said.Record;

    /// <summary>For a picture whose artefacts were taken out: a coarse JPEG is not followed down to where they come back.</summary>
    public CarriedMetadata CleanedUp() =>
        Encoding.Jpeg is { Quality: < LeastCleanQuality } jpeg
            ? this with
            {
                Encoding = Encoding with { Jpeg = jpeg with { Quality = LeastCleanQuality } },
            }
            : this;
}

/// <summary>How a picture's samples were coded, for results that follow it.</summary>
/// <param name="Format">The input's.</param>
/// <param name="Jpeg">A JPEG's quality and subsampling; null for other formats.</param>
/// <param name="IsLossless">The samples are exactly those of the file.</param>
/// <param name="IsPalette">The file has a palette.</param>
internal sealed record PictureEncoding(PictureFormat Format, JpegEncoding? Jpeg, bool IsLossless, bool IsPalette);

/// <summary>What a picture's header says.</summary>
/// <param name="Width">Pixels across, as seen.</param>
/// <param name="Height">Pixels down, as seen.</param>
/// <param name="Format">What the file is, by its content.</param>
/// <param name="Record">How `rsr downscale` made it, or null.</param>
internal sealed record PictureHeader(int Width, int Height, PictureFormat Format, DownscaleRecord? Record)
{
    /// <summary>Where the picture is.</summary>
    public required PictureSource Source { get; init; }

    /// <summary>What it says beside its pixels; read once.</summary>
    public required PictureMetadata Metadata { get; init; }

    /// <summary>How its samples are coded.</summary>
    public required PictureEncoding Encoding { get; init; }

    /// <summary>Channels in memory, 1 to 4.</summary>
    public required int Channels { get; init; }

    /// <summary>Bytes of a sample in memory, 1 or 2.</summary>
    public required int BytesPerSample { get; init; }

    /// <summary>What a TIFF holds; null for other formats.</summary>
    internal TiffPages? Tiff { get; init; }

    /// <summary>A PNG's chunks; null for other formats.</summary>
    internal PngFile? Png { get; init; }

    /// <summary>A GIF's blocks; null for other formats.</summary>
    internal GifFile? Gif { get; init; }

    /// <summary>Bytes behind the picture's end, as far as its container says where that is.</summary>
    internal long Trailing { get; init; }
}

internal static class PictureReader
{
    // Below 85,000 bytes a strip's buffer is an ordinary small object; larger ones would pile up until a full collection.
    private const int StripBytes = 64 * 1024;

    // What libjpeg warns of though every pixel is there.
    private static readonly string[] _harmlessJpegWarnings =
    [
        "extraneous bytes before marker 0xd9",
        "Unknown Adobe color transform",
        "unknown JFIF revision",
        "Invalid SOS parameters",
    ];

    // What decoders say of files that are sound and of a kind they do not know.
    private static readonly string[] _unsupported =
    [
        "nsupported",
        "not supported",
        "not configured",
        "not implemented",
        "an not handle",
        "an't handle",
        "No decoding plugin",
        "not been built in",
        "unknown compression",
        "No codec",
    ];

    private const string SalvageHint = "; --salvage processes the part that can be read";
    private const string Salvaged = "the file is damaged or truncated: missing pixels were filled in (--salvage)";

    /// <inheritdoc cref="ReadHeader(PictureSource)"/>
    public static PictureHeader ReadHeader(string path) => ReadHeader(PictureSource.OfFile(path));

    /// <summary>Reads what is needed to decide what to do, without decoding pixels.</summary>
    /// <exception cref="PictureFileException">Not a picture of ours.</exception>
    public static PictureHeader ReadHeader(PictureSource source)
    {
        PictureFormat format = PictureFormat.Of(source);
        return Guarded(
            source.Name,
            format,
            canSalvage: false,
            () =>
            {
                RawMetadata raw = new RawMetadata();
                PictureEncoding encoding = new PictureEncoding(
                    format,
                    null,
                    format == PictureFormat.Png || format == PictureFormat.Tiff,
                    false
                );
                TiffPages? tiff = null;
                PngFile? png = null;
                GifFile? gif = null;
                long trailing = 0;
                using (Stream stream = source.Open())
                {
                    if (format == PictureFormat.Jpeg)
                    {
                        List<JpegSegment> segments = JpegSegments.ReadToFirstScan(stream);
                        CheckJpeg(segments, source.Name);
                        JpegFile.ReadMetadata(segments, raw);
                        encoding = encoding with { Jpeg = JpegEncoding.Estimate(segments) };
                    }
                    else if (format == PictureFormat.Png)
                    {
                        png = PngFile.Read(stream, checkPixels: false);
                        CheckPng(png, source.Name);
                        png.ReadMetadata(raw);
                        encoding = encoding with { IsPalette = png.IsPalette };
                        trailing = png.Trailing;
                    }
                    else if (format == PictureFormat.WebP)
                    {
                        WebPFile webp = WebPFile.Read(stream, raw);
                        if (webp.Frames > 1)
                        {
                            throw PictureFormat.Animated(source.Name, format.Name);
                        }

                        encoding = encoding with { IsLossless = webp.IsLossless };
                        trailing = webp.Trailing;
                    }
                    else if (format == PictureFormat.Tiff && TiffFile.Read(stream) is { } file)
                    {
                        tiff = TiffPages.Choose(file, source.Name);
                        TiffMetadata.Read(file, tiff.Page, raw);
                    }
                    else if (format == PictureFormat.Gif)
                    {
                        gif = GifFile.Read(stream);
                        trailing = gif.Trailing;
                    }
                    else if (format == PictureFormat.Avif || format == PictureFormat.Heic)
                    {
                        trailing = HeifFile.Trailing(stream);
                        raw.Colour = PngColour.None with { CodePoints = HeifFile.CodePoints(stream) };
                    }
                }

                PictureSource readable = Readable(source, tiff, gif);
                using Source bytes = readable.OpenForVips();
                using Image image = Open(bytes, format, tiff, Enums.FailOn.Error);
                if (
                    format == PictureFormat.Gif
                    || format == PictureFormat.Avif
                    || format == PictureFormat.Heic
                    || format == PictureFormat.JpegXl
                )
                {
                    CheckPages(image, source.Name, format);
                    if (format == PictureFormat.Heic)
                    {
                        _ = image.Getpoint(0, 0); // Its codec is not built into every libvips, which only decoding tells.
                    }

                    TakeFields(image, raw);
                }

                CheckChannels(image, source.Name);
                PictureMetadata metadata = PictureMetadata.Of(raw, format);
                Orientation orientation = OrientationOf(image.Width, image.Height, format, metadata);
                return new PictureHeader(orientation.Width, orientation.Height, format, metadata.Record)
                {
                    Source = source,
                    Metadata = metadata,
                    Encoding = encoding,
                    Channels = Math.Clamp(image.Bands, 1, 4),
                    BytesPerSample = image.Format == Enums.BandFormat.Uchar ? 1 : 2,
                    Tiff = tiff,
                    Png = png,
                    Gif = gif,
                    Trailing = trailing,
                };
            }
        );
    }

    /// <summary>Reads a whole picture.</summary>
    /// <exception cref="PictureFileException">Missing, damaged, cut short, animated, or of a kind the engine has no place for.</exception>
    public static Picture Read(string path, IProgress<double>? progress = null, CancellationToken cancellationToken = default) =>
        Read(ReadHeader(path), salvage: false, progress, cancellationToken);

    /// <summary>Reads the pixels of a picture whose header has been read.</summary>
    /// <param name="header">Of this picture.</param>
    /// <param name="salvage">Take a damaged picture with what there is of it.</param>
    /// <param name="progress">From 0 to 1.</param>
    /// <param name="cancellationToken">Looked at between strips.</param>
    /// <exception cref="PictureFileException">Damaged, cut short, or of a kind the engine has no place for.</exception>
    public static Picture Read(
        PictureHeader header,
        bool salvage,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        long bytes = (long)header.Width * header.Height * header.Channels * header.BytesPerSample;
        if (bytes > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
        {
            throw new PictureFileException(
                header.Source.Name,
                $"{header.Width} x {header.Height} pixels take {bytes / 1_000_000_000} GB, more than the available memory"
            );
        }

        bool canSalvage =
            !salvage && (header.Format == PictureFormat.Jpeg || header.Format == PictureFormat.Png || header.Format == PictureFormat.Tiff);
        return Guarded(
            header.Source.Name,
            header.Format,
            canSalvage,
            () =>
            {
                List<string> notes = [.. header.Metadata.Notes];
                if (header.Format == PictureFormat.Jpeg)
                {
                    return ReadJpeg(header, salvage, notes, progress, cancellationToken);
                }

                if (header.Tiff is { } tiff)
                {
                    notes.AddRange(tiff.Notes);
                }

                if (header.Png?.Find("fdAT") is not null)
                {
                    notes.Add("an animation with one frame that differs from the still picture was dropped");
                }

                if (header.Trailing > 0)
                {
                    notes.Add(BytesBehind(header.Trailing));
                }

                if (header.Gif is { } gif)
                {
                    if (gif.MissingPixels > 0)
                    {
                        notes.Add(
                            salvage
                                ? Salvaged
                                : throw new PictureFileException(
                                    header.Source.Name,
                                    $"expected a whole GIF, found a damaged or truncated file ({gif.MissingPixels} of its pixels are missing){SalvageHint}"
                                )
                        );
                    }
                    else if (!gif.HasEnd)
                    {
                        notes.Add("the file has no end (trailer), but every pixel is present");
                    }
                }

                PictureSource source = Readable(header.Source, header.Tiff, header.Gif);
                try
                {
                    string[] noEnd = header.Png is { HasEnd: false } ? ["the file has no end (IEND), but every pixel is present"] : [];
                    return Decode(header, source, Enums.FailOn.Error, [.. notes, .. noEnd], progress, cancellationToken);
                }
                catch (VipsException) when (header.Png is { } png && HasEveryPixel(png, source))
                {
                    notes.Add("the file has a damaged checksum or no end, but every pixel is present");
                    return Decode(header, Mended(png, source), Enums.FailOn.Error, notes, progress, cancellationToken);
                }
                catch (VipsException) when (salvage && !cancellationToken.IsCancellationRequested)
                {
                    notes.Add(Salvaged);
                    return Decode(header, source, Enums.FailOn.None, notes, progress, cancellationToken);
                }
            }
        );
    }

    private static Picture ReadJpeg(
        PictureHeader header,
        bool salvage,
        List<string> notes,
        IProgress<double>? progress,
        CancellationToken cancellationToken
    )
    {
        PictureSource source = header.Source;
        JpegEnding ending;
        using (Stream stream = source.Open())
        {
            ending = JpegFile.ReadEnding(stream);
            if (!ending.HasEnd || ending.Strays > 0)
            {
                source = PictureSource.OfBytes(source.Name, JpegFile.Mend(stream));
            }
        }

        if (!ending.MissingScans)
        {
            List<string> heard = [.. notes];
            if (!ending.HasEnd)
            {
                heard.Add("the file has no end marker, but every pixel is present");
            }

            if (ending.Strays > 0)
            {
                heard.Add($"{ending.Strays} stray {(ending.Strays == 1 ? "byte" : "bytes")} between its segments ignored");
            }

            AddTrailing(header, ending, heard);
            try
            {
                return ReadWhole();
            }
            catch (VipsException) when (salvage && !cancellationToken.IsCancellationRequested)
            {
                // Below, without checks.
            }

            Picture ReadWhole()
            {
                Picture picture = null!;
                IReadOnlyList<string> warnings = VipsLibrary.Hear(() =>
                    picture = Decode(header, source, Enums.FailOn.Error, heard, progress, cancellationToken)
                );
                // The newest is the last line of the last warning.
                string? warning = warnings
                    .SelectMany(lines => lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                    .LastOrDefault(line => line.StartsWith("VipsJpeg:", StringComparison.Ordinal));
                if (warning is null)
                {
                    return picture;
                }

                return Array.Exists(_harmlessJpegWarnings, harmless => warning.Contains(harmless, StringComparison.OrdinalIgnoreCase))
                    ? picture with
                    {
                        Notes = [.. picture.Notes, $"the decoder warns ({warning}), but every pixel is present"],
                    }
                    : throw new VipsException(warning);
            }
        }
        else if (!salvage)
        {
            throw new PictureFileException(
                source.Name,
                $"expected a whole JPEG, found a damaged or truncated file (its last scans are missing){SalvageHint}"
            );
        }

        notes.Add(Salvaged);
        AddTrailing(header, ending, notes);
        return Decode(header, source, Enums.FailOn.None, notes, progress, cancellationToken);
    }

    private static string BytesBehind(long count) => $"{count} {(count == 1 ? "byte" : "bytes")} after the end of the picture ignored";

    private static void AddTrailing(PictureHeader header, JpegEnding ending, List<string> notes)
    {
        if (ending.Attached == "gain map")
        {
            if (!header.Metadata.HasGainMap)
            {
                notes.Add("gain map (HDR) dropped: it fits only the original picture");
            }
        }
        else if (ending.Attached is { } attached)
        {
            notes.Add($"{attached} after the picture dropped");
        }
        else if (ending.Trailing > 0)
        {
            notes.Add(BytesBehind(ending.Trailing));
        }
    }

    private static Picture Decode(
        PictureHeader header,
        PictureSource source,
        Enums.FailOn failOn,
        List<string> notes,
        IProgress<double>? progress,
        CancellationToken cancellationToken
    )
    {
        List<string> heard = [.. notes];
        using Source bytes = source.OpenForVips();
        using Image stored = Open(bytes, header.Format, header.Tiff, failOn);
        byte[]? icc = header.Metadata.Icc;
        using Image image = ToGreyOrRgb(stored, header, heard, ref icc);
        Orientation orientation = OrientationOf(image.Width, image.Height, header.Format, header.Metadata);
        PixelImage pixels = PixelImage.Create(
            orientation.Width,
            orientation.Height,
            LayoutOf(image, source.Name),
            image.Format == Enums.BandFormat.Uchar ? 8 : 16
        );
        icc = Fitting(icc, pixels.HasColour, heard);
        ReadStrips(image, orientation, pixels, progress, cancellationToken);
        return new Picture(pixels, header.Format, new CarriedMetadata(header.Metadata, icc, orientation, header.Encoding), heard);
    }

    private static void ReadStrips(
        Image image,
        Orientation orientation,
        PixelImage pixels,
        IProgress<double>? progress,
        CancellationToken cancellationToken
    )
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

    // Each format by its own loader: what libvips would choose by itself may be another (a JPEG with a gain map), and need not be tested.
    private static Image Open(Source source, PictureFormat format, TiffPages? tiff, Enums.FailOn failOn)
    {
        const Enums.Access sequential = Enums.Access.Sequential;
        return format.Name switch
        {
            "PNG" => Image.PngloadSource(source, access: sequential, failOn: failOn),
            "JPEG" => Image.JpegloadSource(source, access: sequential, failOn: failOn),
            "WebP" => Image.WebploadSource(source, access: sequential, failOn: failOn),
            "TIFF" => Image.TiffloadSource(
                source,
                page: tiff is null or { IsLab: true } ? null : tiff.Page,
                access: sequential,
                failOn: failOn
            ),
            "GIF" => Image.GifloadSource(source, access: sequential, failOn: failOn),
            "AVIF" or "HEIC" => Image.HeifloadSource(source, access: sequential, failOn: failOn),
            _ => Image.NewFromSource(source, access: sequential, failOn: failOn),
        };
    }

    private static void CheckPages(Image image, string path, PictureFormat format)
    {
        if (image.Contains("n-pages") && (int)image.Get("n-pages") > 1)
        {
            throw PictureFormat.Animated(path, format.Name);
        }
    }

    private static void CheckJpeg(List<JpegSegment> segments, string path)
    {
        JpegSegment frame = segments.FirstOrDefault(segment => segment.IsFrameHeader);
        string? found = frame.Marker switch
        {
            0xC3 or 0xC7 or 0xCB or 0xCF => "a lossless JPEG",
            0xC5 or 0xC6 or 0xCD or 0xCE => "a hierarchical JPEG",
            _ when frame.Payload is { Length: > 0 } && frame.Payload[0] != 8 => $"a JPEG of {frame.Payload[0]} bits per sample",
            _ => null,
        };
        if (found is not null)
        {
            throw new PictureFileException(
                path,
                $"expected an ordinary JPEG with 8 bits per sample, found {found}; save it as PNG or TIFF first"
            );
        }
    }

    private static void CheckPng(PngFile png, string path)
    {
        if (png.IsAnimated)
        {
            throw PictureFormat.Animated(path, "PNG");
        }

        if (png.HeaderProblem is { } problem)
        {
            throw new PictureFileException(path, $"expected a whole PNG, found a damaged file: {problem}");
        }

        if (png.IsApples)
        {
            throw new PictureFileException(
                path,
                "expected a PNG, found Apple's CgBI variant from an iOS app; save it as an ordinary PNG first"
            );
        }
    }

    private static void TakeFields(Image image, RawMetadata raw)
    {
        if (image.Contains("exif-data") && image.Get("exif-data") is byte[] exif)
        {
            raw.Exif = exif.AsSpan().StartsWith("Exif\0\0"u8) ? exif[6..] : exif;
        }

        if (image.Contains("xmp-data") && image.Get("xmp-data") is byte[] xmp)
        {
            raw.Xmp = xmp;
        }

        if (image.Contains("icc-profile-data") && image.Get("icc-profile-data") is byte[] icc)
        {
            raw.Icc = icc;
        }

        if (image.Contains("gif-comment") && image.Get("gif-comment") is string comment)
        {
            raw.Comments.Add(System.Text.Encoding.UTF8.GetBytes(comment));
        }
    }

    /// <summary>CMYK through its profile (or a general one) to sRGB, Lab and its like to sRGB; grey and RGB stay in their own
    /// profile.</summary>
    private static Image ToGreyOrRgb(Image image, PictureHeader header, List<string> notes, ref byte[]? icc)
    {
        if (header.Tiff is { IsLab: true } tiff)
        {
            notes.Add("Lab converted to sRGB");
            icc = null;
            return FromLab(image, tiff.Photometric == TiffPages.IccLab);
        }

        if (image.Interpretation == Enums.Interpretation.Labs) // Lab in signed 16-bit integers, which TIFF can have.
        {
            notes.Add("Lab converted to sRGB");
            icc = null;
            return image.Colourspace(Enums.Interpretation.Rgb16);
        }

        if (image.Format is not (Enums.BandFormat.Uchar or Enums.BandFormat.Ushort))
        {
            throw new PictureFileException(
                header.Source.Name,
                $"expected 8 or 16 bits per sample, found {Describe(image.Format)}; convert it to 16 bits first"
            );
        }

        int depth = image.Format == Enums.BandFormat.Uchar ? 8 : 16;
        switch (image.Interpretation)
        {
            case Enums.Interpretation.Cmyk:
                bool tagged = image.Contains("icc-profile-data") && ProfileSpace(icc) == "CMYK";
                notes.Add(
                    tagged ? "CMYK converted to sRGB with its profile" : "CMYK without a profile converted to sRGB with a generic profile"
                );
                Image converted = image.IccTransform(
                    "srgb",
                    embedded: tagged,
                    inputProfile: "cmyk",
                    intent: Enums.Intent.Relative,
                    blackPointCompensation: true,
                    depth: depth
                );
                icc = converted.Contains("icc-profile-data") ? (byte[])converted.Get("icc-profile-data") : null;
                return converted;
            case Enums.Interpretation.Bw
            or Enums.Interpretation.Grey16
            or Enums.Interpretation.Srgb
            or Enums.Interpretation.Rgb
            or Enums.Interpretation.Rgb16:
                return FullRange(image, header.Format);
            case Enums.Interpretation.Multiband when image.Bands <= 2:
                return image.Copy();
            default:
                notes.Add($"{image.Interpretation} converted to sRGB");
                icc = null;
                return image.Colourspace(depth == 8 ? Enums.Interpretation.Srgb : Enums.Interpretation.Rgb16);
        }
    }

    // libheif's 10 and 12 bits are shifted up to 16: their white is not quite white.
    private static Image FullRange(Image image, PictureFormat format)
    {
        bool shifted = format == PictureFormat.Avif || format == PictureFormat.Heic;
        int bits =
            shifted && image.Format == Enums.BandFormat.Ushort && image.Contains("bits-per-sample")
                ? (int)image.Get("bits-per-sample")
                : 16;
        if (bits is < 9 or > 15)
        {
            return image.Copy();
        }

        double white = ((1 << bits) - 1) << (16 - bits);
        using Image scaled = image.Linear([65535 / white], [0]);
        using Image rounded = scaled.Rint();
        using Image cast = rounded.Cast(Enums.BandFormat.Ushort);
        return cast.Copy(interpretation: image.Interpretation);
    }

    // libvips reads signed 16-bit Lab alone, so other Lab is opened as RGB (see AsRgb) and told apart here. CIELab has signed a and b,
    // ICCLab has them around the middle of their range.
    private static Image FromLab(Image image, bool offset)
    {
        bool wide = image.Format == Enums.BandFormat.Ushort;
        double unit = wide ? 256 : 1;
        using Image l = image.ExtractBand(0);
        using Image lightness = l.Linear([100 / (wide ? 65280.0 : 255.0)], [0]);
        using Image ab = image.ExtractBand(1, n: 2);
        using Image colours = offset ? ab.Linear([1 / unit], [-128]) : Signed(ab);
        using Image lab = lightness.Bandjoin(colours);
        using Image typed = lab.Copy(interpretation: Enums.Interpretation.Lab);
        using Image rgb = typed.Colourspace(wide ? Enums.Interpretation.Rgb16 : Enums.Interpretation.Srgb);
        if (image.Bands <= 3)
        {
            return rgb.Copy();
        }

        using Image alpha = image.ExtractBand(3);
        using Image joined = rgb.Bandjoin(alpha);
        return joined.Copy();

        static Image Signed(Image ab)
        {
            using Image signed = ab.Copy(format: Enums.BandFormat.Char);
            return signed.Cast(Enums.BandFormat.Float);
        }
    }

    // What libvips gets instead of the file: samples it knows, or an end.
    private static PictureSource Readable(PictureSource source, TiffPages? tiff, GifFile? gif)
    {
        if (tiff is { IsLab: true })
        {
            return AsRgb(source, tiff.Page);
        }

        if (gif is null or { HasEnd: true })
        {
            return source;
        }

        using Stream stream = source.Open();
        byte[] whole = new byte[stream.Length + gif.Ending.Length];
        stream.ReadExactly(whole, 0, (int)stream.Length);
        gif.Ending.CopyTo(whole.AsSpan((int)stream.Length));
        return PictureSource.OfBytes(source.Name, whole);
    }

    // The same file with one number changed: the samples of its page are called RGB. The page becomes the only one.
    private static PictureSource AsRgb(PictureSource source, int page)
    {
        using Stream stream = source.Open();
        using MemoryStream copy = new MemoryStream();
        stream.CopyTo(copy);
        TiffFile file = TiffFile.Read(copy)!;
        TiffDirectory directory = file.Directories[page];
        directory.Find(TiffTags.Photometric)!.SetNumber(2, file.LittleEndian);
        TiffDirectoryWriter.ReplaceFirst(copy, file, directory);
        return PictureSource.OfBytes(source.Name, copy.ToArray());
    }

    private static bool HasEveryPixel(PngFile png, PictureSource source)
    {
        using Stream stream = source.Open();
        return png.HasEveryPixel(stream);
    }

    private static PictureSource Mended(PngFile png, PictureSource source)
    {
        using Stream stream = source.Open();
        return PictureSource.OfBytes(source.Name, png.Mend(stream));
    }

    // A profile for other channels than the picture's says nothing of it; most programs ignore it without a word.
    private static byte[]? Fitting(byte[]? profile, bool hasColour, List<string> notes)
    {
        string? space = ProfileSpace(profile);
        if (profile is null || space == (hasColour ? "RGB" : "GRAY"))
        {
            return profile;
        }

        notes.Add(
            space is null
                ? "colour profile dropped: it is damaged"
                : $"colour profile dropped: it is for {space}, the picture is {(hasColour ? "RGB" : "grey")}"
        );
        return null;
    }

    /// <summary>The colour space an ICC profile is for ("RGB", "GRAY", "CMYK"); null where it is no profile.</summary>
    private static string? ProfileSpace(byte[]? profile)
    {
        const int headerLength = 128;
        bool sound =
            profile is { Length: > headerLength }
            && profile.AsSpan(36, 4).SequenceEqual("acsp"u8)
            && System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(profile) <= profile.Length;
        return sound ? OneLine.Of(System.Text.Encoding.ASCII.GetString(profile!, 16, 4).TrimEnd()) : null;
    }

    // Inks become three channels.
    private static void CheckChannels(Image image, string path)
    {
        bool cmyk = image.Interpretation == Enums.Interpretation.Cmyk;
        if (image.Bands > (cmyk ? 5 : 4))
        {
            throw new PictureFileException(
                path,
                $"expected grey, RGB or CMYK with at most one alpha channel, found {image.Bands} channels; save it without the others first"
            );
        }
    }

    private static PixelLayout LayoutOf(Image image, string path) =>
        image.Bands is >= 1 and <= 4
            ? (PixelLayout)image.Bands
            : throw new PictureFileException(path, $"expected grey or RGB with at most one alpha channel, found {image.Bands} channels");

    // libheif turns pictures itself, by their own boxes; EXIF must not turn them again.
    private static Orientation OrientationOf(int width, int height, PictureFormat format, PictureMetadata metadata) =>
        new(
            format == PictureFormat.Avif || format == PictureFormat.Heic || format == PictureFormat.JpegXl ? 1 : metadata.OrientationTag,
            width,
            height
        );

    private static string Describe(Enums.BandFormat format) =>
        format switch
        {
            Enums.BandFormat.Float or Enums.BandFormat.Double => "floating point",
            Enums.BandFormat.Uint or Enums.BandFormat.Int => "32-bit integers",
            Enums.BandFormat.Char or Enums.BandFormat.Short => "signed samples",
            _ => format.ToString(),
        };

    private static T Guarded<T>(string path, PictureFormat format, bool canSalvage, Func<T> read)
    {
        VipsLibrary.EnsureReady();
        VipsLibrary.ForgetErrors();
        try
        {
            return read();
        }
        catch (VipsException error)
            when (Array.Exists(_unsupported, word => error.Message.Contains(word, StringComparison.OrdinalIgnoreCase)))
        {
            string todo = format == PictureFormat.Heic ? "save it as JPEG or PNG first" : "save it as PNG first";
            throw new PictureFileException(
                path,
                $"expected a {format.Name} that this build can decode, found one that it cannot ({VipsMessage.Of(error)}); {todo}",
                error
            );
        }
        catch (VipsException error)
        {
            throw new PictureFileException(
                path,
                $"expected a whole {format.Name}, found a damaged or truncated file ({VipsMessage.Of(error)}){(canSalvage ? SalvageHint : string.Empty)}",
                error
            );
        }
        catch (IOException error)
        {
            throw new PictureFileException(path, $"cannot be read: {error.Message}", error);
        }
    }
}
