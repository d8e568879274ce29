// What a container said, as bytes, before anybody looked into them.
using RsrPlugins.Cli.Files.Containers;

namespace RsrPlugins.Cli.Files.Metadata;

internal sealed class RawMetadata
{
    public byte[]? Icc { get; set; }

    /// <summary>A TIFF's own; null for formats that say it in EXIF.</summary>
    public int? Orientation { get; set; }

    /// <summary>From the byte order mark on.</summary>
    public byte[]? Exif { get; set; }

    public byte[]? Xmp { get; set; }

    /// <summary>Extensions of a JPEG's XMP by their GUID; null for one that is not whole.</summary>
    public Dictionary<string, byte[]?> ExtendedXmp { get; } = [];

    /// <summary>Bare IIM.</summary>
    public byte[]? Iptc { get; set; }

    public List<PhotoshopResource> Photoshop { get; set; } = [];

    /// <summary>JPEG comments.</summary>
    public List<byte[]> Comments { get; } = [];

    public List<PngText> Texts { get; } = [];

    /// <summary>What a PNG says of its colours beside a profile, and unknown chunks that may be copied.</summary>
    public List<PngChunk> Chunks { get; } = [];

    public PngColour Colour { get; set; } = PngColour.None;

    public Resolution? Resolution { get; set; }

    /// <summary>A PNG's pHYs, to be written back to the digit.</summary>
    public byte[]? PhysicalPixels { get; set; }

    public bool HasGainMap { get; set; }

    public bool HasContentCredentials { get; set; }

    /// <summary>What was dropped while reading.</summary>
    public List<string> Notes { get; } = [];
}
