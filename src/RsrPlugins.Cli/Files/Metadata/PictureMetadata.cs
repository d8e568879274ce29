// What a file says beside its pixels, carried from the input to the output: colour profile, EXIF, XMP, IPTC, texts, comments, resolution.
// Everything is kept as bytes and written where the output's format has a place for it; what has none is told in XMP where that can be
// done, and else named in a note. libvips is not asked: it loses parts of it in every format and invents others.
using System.Security.Cryptography;
using System.Text;
using RsrPlugins.Cli.Files.Containers;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Cli.Files.Metadata;

/// <summary>Metadata in the form an output's format takes.</summary>
internal sealed class OutgoingMetadata
{
    public byte[]? Icc { get; set; }

    public ExifBlock? Exif { get; set; }

    public byte[]? Xmp { get; set; }

    /// <summary>JPEG: what does not fit into one segment, and its GUID.</summary>
    public (string Guid, byte[] Bytes)? ExtendedXmp { get; set; }

    public byte[]? Iptc { get; set; }

    public List<PhotoshopResource> Photoshop { get; } = [];

    public List<byte[]> Comments { get; } = [];

    /// <summary>PNG: in the order to be written, before the palette and the pixels.</summary>
    public List<PngChunk> Chunks { get; } = [];

    public Resolution? Resolution { get; set; }
}

internal sealed class PictureMetadata
{
    private const int JpegSegmentBytes = 65_533;
    private const int JpegXmpBytes = JpegSegmentBytes - 29;
    private const int JpegExifBytes = JpegSegmentBytes - 6;

    private static readonly (string Keyword, System.Xml.Linq.XName Name, XmpKind Kind)[] _textProperties =
    [
        ("Title", XmpPacket.Dc + "title", XmpKind.Language),
        ("Author", XmpPacket.Dc + "creator", XmpKind.Sequence),
        ("Description", XmpPacket.Dc + "description", XmpKind.Language),
        ("Copyright", XmpPacket.Dc + "rights", XmpKind.Language),
        ("Software", XmpPacket.Xap + "CreatorTool", XmpKind.Text),
    ];

    private readonly RawMetadata _raw;
    private readonly PictureFormat _format;
    private readonly byte[]? _exif;
    private readonly XmpPacket? _xmp;
    private readonly List<string> _notes;
    private byte[]? _rawXmp;

    private PictureMetadata(RawMetadata raw, PictureFormat format)
    {
        _raw = raw;
        _format = format;
        _notes = raw.Notes;
        OrientationTag = raw.Orientation is { } orientation and >= 1 and <= 8 ? orientation : 1;
        _exif = CheckedExif();
        _xmp = ReadXmp();
        byte[]? before = _xmp?.ToBytes();
        string? record = _xmp?.RecordText ?? _raw.Texts.Find(text => text.Keyword == DownscaleRecord.PngKeyword)?.Text();
        Record = record is null ? null : DownscaleRecord.FromJson(record);
        if (record is not null && Record is null)
        {
            _notes.Add("its record of how it was made is invalid and was ignored");
        }

        _xmp?.RemoveRecord();
        raw.Texts.RemoveAll(text => text.Keyword == DownscaleRecord.PngKeyword);
        if (raw.HasGainMap || _xmp is { HasGainMap: true })
        {
            _notes.Add("gain map (HDR) dropped: it fits only the original picture");
            raw.HasGainMap = true;
        }

        _xmp?.RemoveAttachedFiles();
        if (before is not null && !_xmp!.ToBytes().AsSpan().SequenceEqual(before))
        {
            _rawXmp = null;
        }

        if (raw.HasContentCredentials)
        {
            _notes.Add("content credentials (C2PA) dropped: they are valid only for the original picture");
        }
    }

    /// <summary>What `rsr downscale` wrote about the picture, or null.</summary>
    public DownscaleRecord? Record { get; }

    /// <summary>The file is no JPEG and says that the picture was one.</summary>
    public bool SaysItWasJpeg => _format != PictureFormat.Jpeg && _xmp is { SaysJpeg: true };

    /// <summary>EXIF's orientation, 1 to 8.</summary>
    public int OrientationTag { get; private set; }

    /// <summary>The file's colour profile.</summary>
    public byte[]? Icc => _raw.Icc;

    /// <summary>The file brought a gain map, which has been noted.</summary>
    public bool HasGainMap => _raw.HasGainMap;

    /// <summary>What reading dropped, for the user.</summary>
    public IReadOnlyList<string> Notes => _notes;

    public static PictureMetadata Of(RawMetadata raw, PictureFormat format) => new(raw, format);

    /// <summary>Brings everything up to date with the result and into the form its format takes.</summary>
    /// <param name="format">The output's.</param>
    /// <param name="change">What was done to the picture.</param>
    /// <param name="icc">The profile of the result's pixels, or null.</param>
    /// <param name="grey">The result has no colour.</param>
    /// <param name="record">To be written, or null.</param>
    /// <param name="notes">Gets what the format has no place for.</param>
    public OutgoingMetadata For(
        PictureFormat format,
        PictureChange change,
        byte[]? icc,
        bool grey,
        DownscaleRecord? record,
        List<string> notes
    )
    {
        OutgoingMetadata result = new OutgoingMetadata { Icc = icc };
        ExifBlock? exif = _exif is null ? null : ExifBlock.Parse(_exif, out _);
        exif?.Update(change);
        XmpPacket? xmp = _xmp?.Clone();
        byte[]? before = xmp?.ToBytes();
        xmp?.Update(change, notes);
        if (xmp is null && _rawXmp is null)
        {
            xmp = XmpPacket.Empty();
        }

        PlaceIptc(format, result, xmp, notes);
        PlaceTexts(format, result, xmp, exif, notes);
        PlaceColour(format, result, grey, notes);
        PlaceResolution(format, result, change, ref exif);
        PlaceRecord(format, result, xmp, record, notes);
        result.Exif = exif;
        result.Xmp =
            xmp is null ? _rawXmp
            : xmp.IsEmpty && before is null ? null
            : xmp.ToBytes();
        if (before is not null && result.Xmp.AsSpan().SequenceEqual(before) && _rawXmp is not null)
        {
            result.Xmp = _rawXmp; // Nothing to bring up to date: the bytes stay.
        }

        if (format == PictureFormat.Jpeg)
        {
            FitJpeg(result, notes);
        }

        if (format == PictureFormat.Png && result.Xmp is not null)
        {
            result.Chunks.Add(PngText.International(PngFile.XmpKeyword, result.Xmp));
        }

        return result;
    }

    private byte[]? CheckedExif()
    {
        if (_raw.Exif is null)
        {
            return null;
        }

        if (ExifBlock.Parse(_raw.Exif, out int dropped) is not { } exif)
        {
            _notes.Add("EXIF dropped: it is damaged");
            return null;
        }

        if (dropped > 0)
        {
            _notes.Add($"{dropped} damaged EXIF entr{(dropped == 1 ? "y" : "ies")} dropped");
        }

        OrientationTag = exif.OrientationValue ?? OrientationTag;
        return _raw.Exif;
    }

    private XmpPacket? ReadXmp()
    {
        if (_raw.Xmp is null)
        {
            return null;
        }

        try
        {
            XmpPacket? packet = XmpPacket.Parse(_raw.Xmp);
            _rawXmp = _raw.Xmp;
            if (packet is null)
            {
                _notes.Add("XMP is not well-formed XML: kept unchanged, including any sizes in it");
                return null;
            }

            if (packet.ExtensionGuid is { } guid)
            {
                _rawXmp = null;
                if (_raw.ExtendedXmp.GetValueOrDefault(guid) is { } bytes && XmpPacket.Parse(bytes) is { } extension)
                {
                    packet.Merge(extension);
                }
                else
                {
                    packet.RemoveExtensionPointer();
                    _notes.Add("extended XMP dropped: it is incomplete");
                }
            }

            return packet;
        }
        catch (XmpLimitException error)
        {
            _rawXmp = null;
            _notes.Add($"XMP dropped: it is {error.Message}");
            return null;
        }
    }

    private void PlaceIptc(PictureFormat format, OutgoingMetadata result, XmpPacket? xmp, List<string> notes)
    {
        if (format == PictureFormat.Jpeg || format == PictureFormat.Tiff)
        {
            result.Iptc = _raw.Iptc;
            result.Photoshop.AddRange(_raw.Photoshop);
            return;
        }

        if (_raw.Iptc is not null)
        {
            if (xmp is null)
            {
                notes.Add($"IPTC dropped: {format.Name} cannot hold it");
            }
            else
            {
                (int untold, int contradicted) = IptcRecords.AddTo(xmp, _raw.Iptc);
                string rare = untold == 0 ? string.Empty : $"; {untold} rare entries dropped";
                string others = contradicted == 0 ? string.Empty : $"; {contradicted} dropped that contradict the XMP there is";
                notes.Add($"IPTC written as XMP: {format.Name} cannot hold it{rare}{others}");
            }
        }

        if (_raw.Photoshop.Count > 0)
        {
            bool paths = _raw.Photoshop.Exists(resource => resource.Id is >= 2000 and <= 2997);
            notes.Add($"Photoshop's {(paths ? "paths and settings" : "print settings")} dropped: {format.Name} cannot hold them");
        }
    }

    private void PlaceTexts(PictureFormat format, OutgoingMetadata result, XmpPacket? xmp, ExifBlock? exif, List<string> notes)
    {
        if (format == PictureFormat.Png)
        {
            result.Chunks.AddRange(_raw.Texts.Select(text => text.Chunk));
            result.Chunks.AddRange(_raw.Comments.Select(comment => PngText.Create("Comment", Decoded(comment)).Chunk));
            return;
        }

        List<string> told = [];
        List<string> dropped = [];
        foreach (PngText text in _raw.Texts)
        {
            (string keyword, System.Xml.Linq.XName? name, XmpKind kind) = _textProperties.FirstOrDefault(property =>
                property.Keyword == text.Keyword
            );
            string? value = text.Text();
            if (
                value is not null
                && text.Keyword == "Comment"
                && format == PictureFormat.Jpeg
                && Encoding.UTF8.GetByteCount(value) <= JpegSegmentBytes
            )
            {
                result.Comments.Add(Encoding.UTF8.GetBytes(value));
            }
            else if (value is not null && name is not null && xmp is not null && xmp.Add(name, kind, value) == 0)
            {
                told.Add(keyword);
            }
            else
            {
                dropped.Add(OneLine.Quote(text.Keyword));
            }
        }

        if (told.Count > 0)
        {
            notes.Add($"PNG texts written as XMP: {string.Join(", ", told)}");
        }

        if (dropped.Count > 0)
        {
            notes.Add($"PNG texts dropped: {format.Name} cannot hold {Listed([.. dropped.Distinct()])}");
        }

        if (format == PictureFormat.Jpeg)
        {
            result.Comments.AddRange(_raw.Comments);
        }
        else if (_raw.Comments.Count > 0)
        {
            bool free = format == PictureFormat.Tiff && _raw.Comments.Count == 1 && exif?.Main.Find(TiffTags.ImageDescription) is null;
            if (free)
            {
                result.Comments.AddRange(_raw.Comments);
                notes.Add("comment written as ImageDescription");
            }
            else
            {
                notes.Add($"comment dropped: {format.Name} cannot hold it");
            }
        }
    }

    private void PlaceColour(PictureFormat format, OutgoingMetadata result, bool grey, List<string> notes)
    {
        PngColour colour = _raw.Colour;
        if (format == PictureFormat.Png)
        {
            // Before the texts, and in any case before the palette.
            result.Chunks.InsertRange(0, _raw.Chunks);
            if (colour.CodePoints is { } points && !_raw.Chunks.Exists(chunk => chunk.Type == "cICP") && colour.IsUnusual)
            {
                result.Chunks.Insert(0, new PngChunk("cICP", [points[0], points[1], 0, 1]));
            }

            return;
        }

        if (colour.IsUnusual && (result.Icc is null || colour.CodePoints is not null))
        {
            if (colour.ToProfile(grey) is { } profile)
            {
                result.Icc = profile;
                notes.Add($"{colour.Describe()} written as a colour profile: {format.Name} cannot hold it directly");
            }
            else
            {
                notes.Add($"{colour.Describe()} dropped: {format.Name} cannot hold it here; colours will look different");
            }
        }

        string[] others =
        [
            .. _raw.Chunks.Select(chunk => chunk.Type).Where(type => type is not ("gAMA" or "cHRM" or "sRGB" or "cICP")).Distinct(),
        ];
        if (others.Length > 0)
        {
            notes.Add($"PNG chunks dropped: {format.Name} cannot hold {string.Join(", ", others)}");
        }
    }

    private void PlaceResolution(PictureFormat format, OutgoingMetadata result, PictureChange change, ref ExifBlock? exif)
    {
        Resolution? resolution = change.Orientation.SwapsSides ? _raw.Resolution?.Swapped : _raw.Resolution;
        if (resolution is null && _format != format)
        {
            resolution = exif?.ResolutionValue; // Turned already.
        }

        result.Resolution = resolution;
        if (format == PictureFormat.Png && resolution is not null)
        {
            result.Chunks.Add(
                new PngChunk(
                    "pHYs",
                    _raw.PhysicalPixels is { } bytes && !change.Orientation.SwapsSides ? bytes : PhysicalPixels(resolution)
                )
            );
        }

        bool headerHasPlace = format == PictureFormat.Png || format == PictureFormat.Jpeg || format == PictureFormat.Tiff;
        if (!headerHasPlace && resolution is not null)
        {
            exif ??= ExifBlock.Empty();
            exif.SetResolution(resolution);
        }
    }

    private static void PlaceRecord(
        PictureFormat format,
        OutgoingMetadata result,
        XmpPacket? xmp,
        DownscaleRecord? record,
        List<string> notes
    )
    {
        if (record is null)
        {
            return;
        }

        if (format == PictureFormat.Png)
        {
            result.Chunks.Add(PngText.Create(DownscaleRecord.PngKeyword, record.ToJson()).Chunk);
        }
        else if (xmp is not null)
        {
            xmp.SetRecord(record);
        }
        else
        {
            // Unreadable XMP is the user's; it is not replaced for the sake of a record.
            notes.Add("no record of how it was made was written, because its XMP cannot be edited; use --source learned to enlarge it");
        }
    }

    private static void FitJpeg(OutgoingMetadata result, List<string> notes)
    {
        if (result.Xmp is { Length: > JpegXmpBytes } xmp)
        {
            try
            {
                XmpPacket? packet = XmpPacket.Parse(xmp);
                XmpPacket? extension = packet?.SplitOff(JpegXmpBytes - 1000);
                if (packet is null || extension is null || extension.IsEmpty)
                {
                    throw new XmpLimitException("more than a JPEG holds");
                }

                byte[] bytes = extension.ToBytes();
#pragma warning disable CA5351 // The XMP specification names MD5; nothing is secured by it.
                string guid = Convert.ToHexString(MD5.HashData(bytes));
#pragma warning restore CA5351
                packet.SetExtensionPointer(guid);
                result.Xmp = packet.ToBytes();
                if (result.Xmp.Length > JpegXmpBytes)
                {
                    throw new XmpLimitException("more than a JPEG holds");
                }

                result.ExtendedXmp = (guid, bytes);
            }
            catch (XmpLimitException error)
            {
                result.Xmp = null;
                notes.Add($"XMP dropped: it is {error.Message}");
            }
        }

        if (result.Exif is { } exif && exif.ToBytes().Length > JpegExifBytes)
        {
            exif.Photo?.Remove(ExifBlock.MakerNote);
            bool fits = exif.ToBytes().Length <= JpegExifBytes;
            notes.Add(fits ? "EXIF's maker note dropped: a JPEG holds 64 kB" : "EXIF dropped: a JPEG holds 64 kB");
            result.Exif = fits ? exif : null;
        }
    }

    private static byte[] PhysicalPixels(Resolution resolution)
    {
        bool aspect = resolution.Unit == ResolutionUnit.Aspect;
        byte[] data = new byte[9];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(
            data,
            (uint)Math.Clamp(Math.Round(aspect ? resolution.X * Fine(resolution) : resolution.MetresX), 1, int.MaxValue)
        );
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(
            data.AsSpan(4),
            (uint)Math.Clamp(Math.Round(aspect ? resolution.Y * Fine(resolution) : resolution.MetresY), 1, int.MaxValue)
        );
        data[8] = aspect ? (byte)0 : (byte)1;
        return data;

        // A shape of 1.5 to 1 has to be said in whole numbers.
        static double Fine(Resolution shape) => shape.X == Math.Round(shape.X) && shape.Y == Math.Round(shape.Y) ? 1 : 1000;
    }

    private static string Listed(string[] names)
    {
        const int MaxNames = 8;
        return names.Length <= MaxNames
            ? string.Join(", ", names)
            : $"{string.Join(", ", names[..MaxNames])} and {names.Length - MaxNames} more";
    }

    private static string Decoded(byte[] text)
    {
        ReadOnlySpan<byte> bytes = text.AsSpan().TrimEnd((byte)0);
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);
    }
}
