// What a file says beside its pixels, carried from the input to the output: colour profile, EXIF, XMP, IPTC, PNG texts,
// resolution. Taken by libvips' field names, and only those known to be about the picture and not about the old file.
using NetVips;

namespace RsrPlugins.Cli.Files;

internal sealed class PictureMetadata
{
    private const string Xmp = "xmp-data";
    private const string PngText = "png-comment-";
    private const string OrientationTag = "orientation";

    // libvips says 1 pixel per millimetre where a file says nothing; written out that would be an odd 25.4 dpi.
    private const double UnknownResolution = 1.0;
    private const double Dpi72 = 72 / 25.4;

    private static readonly string[] Kept = ["icc-profile-data", "exif-data", Xmp, "iptc-data", "photoshop-data", "image-description", "resolution-unit"];

    private readonly List<(nint Type, string Name, object Value)> _fields = [];
    private double _horizontalResolution;
    private double _verticalResolution;
    private bool _swapsSides;

    private PictureMetadata()
    {
    }

    /// <summary>What `rsr downscale` wrote about the picture, or null.</summary>
    public DownscaleRecord? Record { get; private init; }

    /// <summary>Takes over an image's metadata; the pixels are taken to be turned upright by the caller.</summary>
    public static PictureMetadata Of(Image image, Orientation orientation, List<string>? notes = null)
    {
        List<(nint Type, string Name, object Value)> fields = new List<(nint Type, string Name, object Value)>();
        foreach (string name in image.GetFields())
        {
            // The EXIF thumbnail (and its IFD 1) shows the old picture the old way round: not kept.
            bool kept = Kept.Contains(name) || name.StartsWith(PngText, StringComparison.Ordinal)
                || (name.StartsWith("exif-ifd", StringComparison.Ordinal) && !name.StartsWith("exif-ifd1-", StringComparison.Ordinal) && name != "exif-ifd0-Orientation");
            if (kept)
            {
                fields.Add((image.GetTypeOf(name), name, image.Get(name)));
            }
        }

        DownscaleRecord? record = null;
        for (int index = fields.Count - 1; index >= 0; index--)
        {
            (nint type, string name, object value) = fields[index];
            if (name.StartsWith(PngText, StringComparison.Ordinal) && name.EndsWith('-' + DownscaleRecord.PngKeyword, StringComparison.Ordinal))
            {
                record ??= DownscaleRecord.FromJson((string)value);
                fields.RemoveAt(index);
            }
            else if (name == Xmp)
            {
                try
                {
                    if (XmpPacket.Parse((byte[])value) is { } xmp)
                    {
                        record ??= xmp.Record;
                        if (xmp.Record is not null || orientation.Turns)
                        {
                            xmp.RemoveRecord();
                            xmp.ResetOrientation();
                            fields[index] = (type, name, xmp.ToBytes());
                        }
                    }
                }
                catch (XmpLimitException error)
                {
                    notes?.Add($"XMP dropped: it is {error.Message}");
                    fields.RemoveAt(index);
                }
            }
        }

        if (image.Contains(OrientationTag))
        {
            fields.Add((image.GetTypeOf(OrientationTag), OrientationTag, 1));
        }

        PictureMetadata metadata = new PictureMetadata { Record = record };
        metadata._fields.AddRange(fields);
        (metadata._horizontalResolution, metadata._verticalResolution, metadata._swapsSides) = (image.Xres, image.Yres, orientation.SwapsSides);
        return metadata;
    }

    /// <summary>The image with this metadata, and with <paramref name="record"/> if there is one to write.</summary>
    public Image AttachTo(Image image, PictureFormat format, DownscaleRecord? record)
    {
        using Image tagged = image.Mutate(mutable =>
        {
            foreach ((nint type, string name, object value) in _fields)
            {
                mutable.Set(type, name, value);
            }

            if (record is null)
            {
                return;
            }

            if (format == PictureFormat.Png)
            {
                int next = _fields.Count(field => field.Name.StartsWith(PngText, StringComparison.Ordinal));
                mutable.Set(GValue.GStrType, $"{PngText}{next}-{DownscaleRecord.PngKeyword}", record.ToJson());
                return;
            }

            object? present = _fields.FirstOrDefault(field => field.Name == Xmp).Value;
            XmpPacket? packet = present is null ? XmpPacket.Empty() : XmpPacket.Parse((byte[])present);
            if (packet is null)
            {
                return; // Unreadable XMP is the user's; it is not replaced for the sake of a record.
            }

            packet.SetRecord(record);
            mutable.Set(GValue.BlobType, Xmp, packet.ToBytes());
        });
        (double horizontal, double vertical) = ResolutionOf(tagged);
        return tagged.Copy(xres: horizontal, yres: vertical);
    }

    // Set last: taking over an EXIF block sets the image's resolution to the block's. That is welcome where the file's own
    // header has no place for one (WebP), and wrong where it has.
    private (double Horizontal, double Vertical) ResolutionOf(Image tagged)
    {
        (double horizontal, double vertical) = _horizontalResolution == UnknownResolution && _verticalResolution == UnknownResolution
            ? (tagged.Xres, tagged.Yres)
            : (_horizontalResolution, _verticalResolution);
        if (horizontal == UnknownResolution && vertical == UnknownResolution)
        {
            return (Dpi72, Dpi72);
        }

        return _swapsSides ? (vertical, horizontal) : (horizontal, vertical);
    }
}
