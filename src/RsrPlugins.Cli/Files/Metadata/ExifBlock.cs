// EXIF as a tree of directories that can be written anew: as a block of its own (JPEG, PNG, WebP) or as directories of a TIFF, where
// it comes from. libvips gives every tag as a text that cannot be written back exactly, invents blocks, and has none in TIFF.
using RsrPlugins.Cli.Files.Containers;

namespace RsrPlugins.Cli.Files.Metadata;

internal sealed class ExifBlock
{
    public const ushort Orientation = 0x0112;
    public const ushort XResolution = 0x011A;
    public const ushort YResolution = 0x011B;
    public const ushort ResolutionUnit = 0x0128;
    public const ushort MakerNote = 0x927C;

    private const ushort ImageWidth = 0x0100;
    private const ushort ImageLength = 0x0101;
    private const ushort PixelXDimension = 0xA002;
    private const ushort PixelYDimension = 0xA003;
    private const ushort FocalPlaneXResolution = 0xA20E;
    private const ushort FocalPlaneYResolution = 0xA20F;
    private const ushort SubjectArea = 0x9214;
    private const ushort SubjectLocation = 0xA214;
    private const ushort RelatedImageWidth = 0x1001;
    private const ushort RelatedImageLength = 0x1002;

    private readonly bool _isBlock;

    private ExifBlock(bool littleEndian, TiffDirectory main, bool isBlock)
    {
        LittleEndian = littleEndian;
        Main = main;
        _isBlock = isBlock;
    }

    public bool LittleEndian { get; }

    /// <summary>IFD0; its sub-directories hang on their entries.</summary>
    public TiffDirectory Main { get; }

    /// <summary>EXIF's own directory, or null.</summary>
    public TiffDirectory? Photo => Main.Find(TiffTags.ExifDirectory)?.Directory;

    public TiffDirectory? Gps => Main.Find(TiffTags.GpsDirectory)?.Directory;

    /// <summary>1 to 8, or null where it is not said.</summary>
    public int? OrientationValue => Main.Find(Orientation)?.Number(LittleEndian) is { } value and >= 1 and <= 8 ? (int)value : null;

    public static ExifBlock Empty() => new(littleEndian: false, new TiffDirectory(), isBlock: true);

    /// <summary>EXIF from the directories of a TIFF: what is said of the picture, without what is said of that file's own layout.</summary>
    public static ExifBlock? FromTiff(TiffFile file, int page)
    {
        TiffDirectory main = new TiffDirectory();
        foreach (TiffEntry entry in file.Directories[page].Entries.Where(entry => TiffTags.BelongsToExif(entry.Tag)))
        {
            main.Entries.Add(entry);
        }

        return main.Entries.Count == 0 ? null : new ExifBlock(file.LittleEndian, main, isBlock: false);
    }

    /// <summary>Null where the bytes are no EXIF. Damaged parts are left out and counted.</summary>
    /// <param name="bytes">From the byte order mark on, without "Exif\0\0".</param>
    /// <param name="dropped">Number of entries and directories that lead outside the block.</param>
    public static ExifBlock? Parse(byte[] bytes, out int dropped)
    {
        using MemoryStream stream = new MemoryStream(bytes, writable: false);
        TiffFile? file = TiffFile.Read(stream);
        dropped = file?.Damaged ?? 0;
        // The second directory is the thumbnail's: it shows the old picture the old way round.
        return file is null || file.Big || file.Directories.Count == 0
            ? null
            : new ExifBlock(file.LittleEndian, file.Directories[0], isBlock: true);
    }

    /// <summary>Brings what EXIF says of sizes and places up to date with a picture that was turned upright and resized.</summary>
    public void Update(PictureChange change)
    {
        Main.Find(Orientation)?.SetNumber(1, LittleEndian);
        Main.Find(ImageWidth)?.SetNumber((uint)change.Width, LittleEndian);
        Main.Find(ImageLength)?.SetNumber((uint)change.Height, LittleEndian);
        if (change.Orientation.SwapsSides)
        {
            Main.Exchange(XResolution, YResolution);
        }

        if (Photo is not { } photo)
        {
            return;
        }

        photo.Find(PixelXDimension)?.SetNumber((uint)change.Width, LittleEndian);
        photo.Find(PixelYDimension)?.SetNumber((uint)change.Height, LittleEndian);
        if (change.Orientation.SwapsSides)
        {
            photo.Exchange(FocalPlaneXResolution, FocalPlaneYResolution);
        }

        photo.Find(FocalPlaneXResolution)?.ScaleRational(change.ScaleX, LittleEndian);
        photo.Find(FocalPlaneYResolution)?.ScaleRational(change.ScaleY, LittleEndian);
        UpdatePlace(photo.Find(SubjectArea), change);
        UpdatePlace(photo.Find(SubjectLocation), change);
        TiffDirectory? interoperability = photo.Find(TiffTags.InteroperabilityDirectory)?.Directory;
        interoperability?.Find(RelatedImageWidth)?.SetNumber((uint)change.Width, LittleEndian);
        interoperability?.Find(RelatedImageLength)?.SetNumber((uint)change.Height, LittleEndian);
    }

    /// <summary>Sets the resolution, in pixels per inch or centimetre.</summary>
    public void SetResolution(Resolution resolution)
    {
        Main.Set(TiffEntry.Rational(XResolution, resolution.X, LittleEndian));
        Main.Set(TiffEntry.Rational(YResolution, resolution.Y, LittleEndian));
        Main.Set(TiffEntry.Short(ResolutionUnit, TiffTags.UnitOf(resolution.Unit), LittleEndian));
    }

    /// <summary>What the main directory says of resolution, or null.</summary>
    public Resolution? ResolutionValue => Resolution.FromTags(Main, LittleEndian);

    /// <summary>The block, from the byte order mark on. The maker's note stays where it was: many makers count from the block's
    /// start.</summary>
    public byte[] ToBytes()
    {
        using MemoryStream stream = new MemoryStream();
        TiffEntry? note = _isBlock ? Photo?.Find(MakerNote) : null;
        TiffDirectoryWriter.WriteBlock(stream, Main, LittleEndian, note);
        return stream.ToArray();
    }

    // x, y; x, y, diameter; or x, y, width, height, in pixels of the stored picture.
    private void UpdatePlace(TiffEntry? entry, PictureChange change)
    {
        if (entry is null || entry.Type != TiffType.Short || entry.Data.Length is < 4 or > 8)
        {
            return;
        }

        (double x, double y) = change.Orientation.PlaceOf(entry.Short(0, LittleEndian), entry.Short(1, LittleEndian));
        entry.SetShort(0, Whole(x * change.ScaleX), LittleEndian);
        entry.SetShort(1, Whole(y * change.ScaleY), LittleEndian);
        if (entry.Data.Length == 6)
        {
            entry.SetShort(2, Whole(entry.Short(2, LittleEndian) * Math.Min(change.ScaleX, change.ScaleY)), LittleEndian);
        }
        else if (entry.Data.Length == 8)
        {
            (int first, int second) = change.Orientation.SwapsSides ? (3, 2) : (2, 3);
            (int width, int height) = (entry.Short(first, LittleEndian), entry.Short(second, LittleEndian));
            entry.SetShort(2, Whole(width * change.ScaleX), LittleEndian);
            entry.SetShort(3, Whole(height * change.ScaleY), LittleEndian);
        }

        static ushort Whole(double value) => (ushort)Math.Clamp(Math.Round(value), 0, ushort.MaxValue);
    }
}
