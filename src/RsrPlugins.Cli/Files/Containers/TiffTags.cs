// Which TIFF tags are about the picture and which about the layout of the file they stand in.
using RsrPlugins.Cli.Files.Metadata;

namespace RsrPlugins.Cli.Files.Containers;

internal static class TiffTags
{
    public const ushort NewSubfileType = 254;
    public const ushort SubfileType = 255;
    public const ushort ImageWidth = 256;
    public const ushort ImageLength = 257;
    public const ushort BitsPerSample = 258;
    public const ushort Compression = 259;
    public const ushort Photometric = 262;
    public const ushort ImageDescription = 270;
    public const ushort Make = 271;
    public const ushort SamplesPerPixel = 277;
    public const ushort SubDirectories = 330;
    public const ushort SampleFormat = 339;
    public const ushort Xmp = 700;
    public const ushort Iptc = 33723;
    public const ushort Photoshop = 34377;
    public const ushort ExifDirectory = 34665;
    public const ushort IccProfile = 34675;
    public const ushort GpsDirectory = 34853;
    public const ushort InteroperabilityDirectory = 0xA005;
    public const ushort DngVersion = 50706;

    // Read and written by themselves: orientation and resolution.
    private static readonly HashSet<ushort> _handled =
    [
        ExifBlock.Orientation,
        ExifBlock.XResolution,
        ExifBlock.YResolution,
        ExifBlock.ResolutionUnit,
    ];

    // Layout and coding of the samples: true of that file's pixels alone. WhitePoint and its like (301, 318, 319, 532) are not here:
    // they say what the colours mean.
    private static readonly HashSet<ushort> _layout =
    [
        254,
        255,
        256,
        257,
        258,
        259,
        262,
        263,
        264,
        265,
        266,
        273,
        274,
        277,
        278,
        279,
        280,
        281,
        284,
        288,
        289,
        290,
        291,
        292,
        293,
        297,
        317,
        320,
        321,
        322,
        323,
        324,
        325,
        326,
        327,
        328,
        330,
        332,
        333,
        334,
        336,
        337,
        338,
        339,
        340,
        341,
        342,
        343,
        344,
        345,
        346,
        347,
        351,
        512,
        513,
        514,
        515,
        517,
        518,
        519,
        520,
        521,
        529,
        530,
        531,
        559,
        32781,
        32932,
        32995,
        32996,
        32997,
        32998,
        34232,
        37679,
        37680,
        37681,
        42112,
        42113,
    ];

    // Blocks that are handled as such.
    private static readonly HashSet<ushort> _blocks = [Xmp, Iptc, Photoshop, IccProfile];

    // What EXIF 2.32 (with TIFF 6.0) has in its main directory, Windows' XP tags, ratings, and the two sub-directories.
    private static readonly HashSet<ushort> _descriptive =
    [
        269,
        270,
        271,
        272,
        285,
        286,
        287,
        301,
        305,
        306,
        315,
        316,
        318,
        319,
        532,
        18246,
        18249,
        33432,
        36867,
        40091,
        40092,
        40093,
        40094,
        40095,
        ExifDirectory,
        GpsDirectory,
        50341,
    ];

    public static bool BelongsToExif(ushort tag) => _descriptive.Contains(tag);

    /// <summary>A tag of an EXIF block's main directory that a TIFF's own writer has to say.</summary>
    public static bool IsLayout(ushort tag) => _layout.Contains(tag);

    /// <summary>Neither kept nor about the layout: what a user should hear of.</summary>
    public static bool IsDropped(ushort tag) =>
        !_layout.Contains(tag) && !_handled.Contains(tag) && !_blocks.Contains(tag) && !_descriptive.Contains(tag);

    public static string NameOf(ushort tag) =>
        tag switch
        {
            33550 or 33920 or 33922 or 34264 or 34735 or 34736 or 34737 => $"{tag} (GeoTIFF)",
            37724 => "37724 (Photoshop layers)",
            50838 or 50839 => $"{tag} (ImageJ)",
            _ => FormattableString.Invariant($"{tag}"),
        };

    public static ushort UnitOf(ResolutionUnit unit) =>
        unit switch
        {
            ResolutionUnit.Aspect => 1,
            ResolutionUnit.Inch => 2,
            _ => 3,
        };
}
