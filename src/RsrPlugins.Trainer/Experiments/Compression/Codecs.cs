// The codecs of Section 4.4 and those that came after it, each given the time it wants. Files are counted whole, so no metadata is
// kept, and nothing is said about the pixels but what the format must say.
using System.Globalization;
using NetVips;

namespace RsrPlugins.Trainer.Experiments.Compression;

/// <summary>Stores a plane without loss.</summary>
/// <param name="Name">As the tables show it.</param>
/// <param name="Tools">Programs it needs; none where libvips does it.</param>
/// <param name="Encode">Gives the bytes of the whole file.</param>
/// <param name="Decode">Gives the plane back.</param>
internal sealed record LosslessCodec(
    string Name,
    IReadOnlyList<ExternalTool> Tools,
    Func<GreyPicture, CancellationToken, byte[]> Encode,
    Func<byte[], CancellationToken, GreyPicture> Decode
)
{
    internal bool IsInstalled => Tools.All(tool => tool.IsInstalled);
}

/// <summary>Stores a plane with a loss.</summary>
/// <param name="Name">As the tables show it.</param>
/// <param name="Tools">Programs it needs; none where libvips does it.</param>
/// <param name="Settings">What its quality can be set to, from the smallest files to the best, in steps of about one or two percent of the
/// bytes.</param>
/// <param name="Curve">The few of them a rate-distortion curve is drawn through.</param>
/// <param name="Encode">Gives the bytes of the whole file at a setting.</param>
/// <param name="Decode">Gives a plane back.</param>
internal sealed record LossyCodec(
    string Name,
    IReadOnlyList<ExternalTool> Tools,
    IReadOnlyList<double> Settings,
    IReadOnlyList<double> Curve,
    Func<GreyPicture, double, CancellationToken, byte[]> Encode,
    Func<byte[], CancellationToken, GreyPicture> Decode
)
{
    internal bool IsInstalled => Tools.All(tool => tool.IsInstalled);
}

/// <summary>All of them.</summary>
internal static class Codecs
{
    private const double BitsPerSample = 8;
    private const int SlowestWebP = 6;

    // The slowest three of libvips' efforts take up to ten times as long for one or two percent.
    private const int AvifEffort = 6;
    private const string SlowestJxl = "9";
    private const int DefaultResolutions = 6;

    private static readonly double[] _qualities = [.. Enumerable.Range(1, 100).Select(quality => (double)quality)];

    /// <summary>JPEG as most programs write it: the tables of the standard's annex K, for the quantisation and for the codes.</summary>
    internal static readonly LossyCodec PlainJpeg = new(
        "JPEG",
        [],
        _qualities,
        [5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 88],
        (picture, quality, _) =>
            WithVips(picture, image => image.JpegsaveBuffer(q: (int)quality, optimizeCoding: false, keep: Enums.ForeignKeep.None)),
        FromVips
    );

    /// <summary>The best JPEG there is: progressive, fitted codes, trellis quantisation, tables made for what the eye sees.</summary>
    internal static readonly LossyCodec MozJpeg = PlainJpeg with
    {
        Name = "mozjpeg",
        Encode = (picture, quality, _) =>
            WithVips(
                picture,
                image =>
                    image.JpegsaveBuffer(
                        q: (int)quality,
                        optimizeCoding: true,
                        interlace: true,
                        trellisQuant: true,
                        overshootDeringing: true,
                        optimizeScans: true,
                        quantTable: 3,
                        keep: Enums.ForeignKeep.None
                    )
            ),
    };

    internal static readonly LossyCodec WebP = new(
        "WebP",
        [],
        _qualities,
        [1, 5, 15, 30, 45, 60, 75, 85, 90],
        (picture, quality, _) =>
            WithVips(picture, image => image.WebpsaveBuffer(q: (int)quality, effort: SlowestWebP, keep: Enums.ForeignKeep.None)),
        FromVips
    );

    /// <summary>AV1, told to go for SSIM: it is what the table compares.</summary>
    internal static readonly LossyCodec Avif = new(
        "AVIF",
        [],
        _qualities,
        [10, 20, 30, 40, 50, 60, 70, 78],
        (picture, quality, _) =>
            WithVips(
                picture,
                image =>
                    image.HeifsaveBuffer(
                        q: (int)quality,
                        compression: Enums.ForeignHeifCompression.Av1,
                        effort: AvifEffort,
                        tune: "ssim",
                        keep: Enums.ForeignKeep.None
                    )
            ),
        FromVips
    );

    /// <summary>Set by its butteraugli distance.</summary>
    internal static readonly LossyCodec JpegXl = new(
        "JPEG XL",
        [ExternalTool.Cjxl, ExternalTool.Djxl],
        Geometric(25, 0.1, 0.97),
        [15, 10, 7, 5, 3.5, 2.5, 1.8, 1.2],
        EncodeJxl,
        DecodeJxl
    );

    /// <summary>Set by its compression ratio, raw bytes over file bytes, with the 9/7 wavelet, which is the one for lossy files.</summary>
    internal static readonly LossyCodec Jpeg2000 = new(
        "JPEG 2000",
        [ExternalTool.OpjCompress, ExternalTool.OpjDecompress],
        Geometric(160, 2, 0.99),
        [
            BitsPerSample / 0.08,
            BitsPerSample / 0.12,
            BitsPerSample / 0.18,
            BitsPerSample / 0.27,
            BitsPerSample / 0.4,
            BitsPerSample / 0.6,
            BitsPerSample / 0.9,
            BitsPerSample / 1.35,
        ],
        (picture, ratio, token) => EncodeJpeg2000(picture, ["-I", "-r", Text(ratio)], token),
        DecodeJpeg2000
    );

    /// <summary>The same with the reversible 5/3 wavelet, which the tool takes when nothing is said.</summary>
    internal static readonly LossyCodec ReversibleJpeg2000 = Jpeg2000 with
    {
        Name = "JPEG 2000, 5/3",
        Encode = (picture, ratio, token) => EncodeJpeg2000(picture, ["-r", Text(ratio)], token),
    };

    internal static readonly LosslessCodec LosslessJpeg2000 = new(
        "JPEG 2000",
        [ExternalTool.OpjCompress, ExternalTool.OpjDecompress],
        (picture, token) => EncodeJpeg2000(picture, [], token),
        DecodeJpeg2000
    );

    /// <summary>An archive of the raw pixels as PGM, by the strongest LZMA: on small pictures better than PPMd, and near the published
    /// size.</summary>
    internal static readonly LosslessCodec SevenZip = new(
        "7-Zip",
        [ExternalTool.SevenZip],
        (picture, token) =>
            InFolder(folder =>
            {
                File.WriteAllBytes(Path.Combine(folder, "a.pgm"), picture.ToPgm());
                ExternalTool.SevenZip.Run(folder, ["a", "-t7z", "-mx=9", "-m0=LZMA", "a.7z", "a.pgm"], token);
                return Result(folder, "a.7z");
            }),
        (file, token) =>
            InFolder(folder =>
            {
                File.WriteAllBytes(Path.Combine(folder, "a.7z"), file);
                ExternalTool.SevenZip.Run(folder, ["x", "-y", "a.7z"], token);
                return GreyPicture.FromPgm(Result(folder, "a.pgm"), "a.7z");
            })
    );

    internal static readonly LosslessCodec Png = new("PNG", [], (picture, _) => EncodePng(picture), FromVips);

    internal static readonly LosslessCodec LosslessWebP = new(
        "WebP",
        [],
        (picture, _) =>
            WithVips(picture, image => image.WebpsaveBuffer(q: 100, lossless: true, effort: SlowestWebP, keep: Enums.ForeignKeep.None)),
        FromVips
    );

    internal static readonly LosslessCodec LosslessJpegXl = new(
        "JPEG XL",
        [ExternalTool.Cjxl, ExternalTool.Djxl],
        (picture, token) => EncodeJxl(picture, 0, token),
        DecodeJxl
    );

    /// <summary>For small pictures, in the order of the tables.</summary>
    internal static readonly IReadOnlyList<LosslessCodec> Lossless = [Png, SevenZip, LosslessJpeg2000, LosslessWebP, LosslessJpegXl];

    /// <summary>For pictures of full size, in the order of their age.</summary>
    internal static readonly IReadOnlyList<LossyCodec> Lossy = [PlainJpeg, MozJpeg, Jpeg2000, WebP, Avif, JpegXl];

    private static double[] Geometric(double first, double last, double factor) =>
        [
            .. Enumerable
                .Range(0, 1 + (int)Math.Ceiling(Math.Log(last / first) / Math.Log(factor)))
                .Select(step => first * Math.Pow(factor, step)),
        ];

    // Which filter is best for a picture only trying tells.
    private static byte[] EncodePng(GreyPicture picture) =>
        new[]
        {
            Enums.ForeignPngFilter.None,
            Enums.ForeignPngFilter.Sub,
            Enums.ForeignPngFilter.Up,
            Enums.ForeignPngFilter.Avg,
            Enums.ForeignPngFilter.Paeth,
            Enums.ForeignPngFilter.All,
        }
            .Select(filter => WithVips(picture, image => image.PngsaveBuffer(compression: 9, filter: filter, keep: Enums.ForeignKeep.None)))
            .MinBy(file => file.Length)!;

    private static byte[] EncodeJpeg2000(GreyPicture picture, string[] options, CancellationToken cancellationToken) =>
        InFolder(folder =>
        {
            File.WriteAllBytes(Path.Combine(folder, "a.pgm"), picture.ToPgm());
            // The tool's own number of resolutions, but for pictures too small to be halved so often, which it refuses.
            int resolutions = Math.Min(DefaultResolutions, 1 + (int)Math.Log2(Math.Min(picture.Width, picture.Height)));
            ExternalTool.OpjCompress.Run(folder, ["-i", "a.pgm", "-o", "a.jp2", "-n", $"{resolutions}", .. options], cancellationToken);
            return Result(folder, "a.jp2");
        });

    private static GreyPicture DecodeJpeg2000(byte[] file, CancellationToken cancellationToken) =>
        InFolder(folder =>
        {
            File.WriteAllBytes(Path.Combine(folder, "a.jp2"), file);
            ExternalTool.OpjDecompress.Run(folder, ["-i", "a.jp2", "-o", "a.pgm"], cancellationToken);
            return GreyPicture.FromPgm(Result(folder, "a.pgm"), "a.jp2");
        });

    private static byte[] EncodeJxl(GreyPicture picture, double distance, CancellationToken cancellationToken) =>
        InFolder(folder =>
        {
            File.WriteAllBytes(Path.Combine(folder, "a.pgm"), picture.ToPgm());
            ExternalTool.Cjxl.Run(folder, ["-d", Text(distance), "-e", SlowestJxl, "a.pgm", "a.jxl"], cancellationToken);
            return Result(folder, "a.jxl");
        });

    private static GreyPicture DecodeJxl(byte[] file, CancellationToken cancellationToken) =>
        InFolder(folder =>
        {
            File.WriteAllBytes(Path.Combine(folder, "a.jxl"), file);
            ExternalTool.Djxl.Run(folder, ["a.jxl", "a.pgm"], cancellationToken);
            return GreyPicture.FromPgm(Result(folder, "a.pgm"), "a.jxl");
        });

    private static byte[] WithVips(GreyPicture picture, Func<Image, byte[]> save)
    {
        using Image memory = Image.NewFromMemory(picture.Samples, picture.Width, picture.Height, 1, Enums.BandFormat.Uchar);
        using Image grey = memory.Copy(interpretation: Enums.Interpretation.Bw);
        return save(grey);
    }

    // WebP and AVIF come back as three equal bands.
    private static GreyPicture FromVips(byte[] file, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using Image image = Image.NewFromBuffer(file);
        using Image band = image.ExtractBand(image.Bands < 3 ? 0 : 1);
        return new GreyPicture(band.Width, band.Height, band.WriteToMemory<byte>());
    }

    // Files of tools live in a folder of their own that is gone afterwards, whatever happens.
    private static T InFolder<T>(Func<string, T> work)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("rsr-train-codec-");
        try
        {
            return work(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Some tools fail with exit code 0.
    private static byte[] Result(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        return File.Exists(path)
            ? File.ReadAllBytes(path)
            : throw new TrainerException($"{name}: a codec ended without an error and without writing this file.");
    }

    private static string Text(double value) => value.ToString("0.#####", CultureInfo.InvariantCulture);
}
