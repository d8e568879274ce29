// Gives a TIFF that libvips has written its metadata: the first directory is written anew behind the pixels, with EXIF's own directories.
using System.Text;
using RsrPlugins.Cli.Files.Metadata;

namespace RsrPlugins.Cli.Files.Containers;

internal static class TiffMetadata
{
    /// <summary>Collects what a TIFF's first (or <paramref name="page"/>'s) directory says of the picture.</summary>
    public static void Read(TiffFile file, int page, RawMetadata metadata)
    {
        TiffDirectory directory = file.Directories[page];
        ExifBlock? exif = ExifBlock.FromTiff(file, page);
        if (exif is not null)
        {
            if (exif.Photo?.Find(ExifBlock.MakerNote) is { Data.Length: > 0 })
            {
                metadata.Notes.Add("EXIF maker note moved; offsets inside it may no longer be valid");
            }

            metadata.Exif = exif.ToBytes();
        }

        metadata.Orientation = (int?)directory.Find(ExifBlock.Orientation)?.Number(file.LittleEndian);
        metadata.Resolution = Resolution.FromTags(directory, file.LittleEndian);
        metadata.Icc = directory.Find(TiffTags.IccProfile)?.Data;
        metadata.Xmp = directory.Find(TiffTags.Xmp)?.Data;
        if (directory.Find(TiffTags.Photoshop) is { } photoshop)
        {
            (metadata.Iptc, metadata.Photoshop) = PhotoshopResources.Parse(photoshop.Data);
        }

        if (directory.Find(TiffTags.Iptc) is { } iptc)
        {
            metadata.Iptc = FromTag(iptc, file.LittleEndian) ?? metadata.Iptc;
        }

        string[] others = [.. directory.Entries.Where(entry => TiffTags.IsDropped(entry.Tag)).Select(entry => TiffTags.NameOf(entry.Tag))];
        if (others.Length > 0)
        {
            metadata.Notes.Add(
                $"TIFF tags dropped: {string.Join(", ", others.Take(12))}{(others.Length > 12 ? $" and {others.Length - 12} more" : string.Empty)}"
            );
        }
    }

    /// <summary>Adds metadata to a TIFF.</summary>
    /// <param name="stream">The whole file, to be read and written.</param>
    /// <param name="metadata">What to add.</param>
    public static void Write(Stream stream, OutgoingMetadata metadata)
    {
        TiffFile file = TiffFile.Read(stream) ?? throw new InvalidDataException("the encoder's output is no TIFF");
        TiffDirectory directory = file.Directories[0];
        directory.Remove(ExifBlock.XResolution);
        directory.Remove(ExifBlock.YResolution);
        directory.Remove(ExifBlock.ResolutionUnit);
        if (metadata.Exif is { } exif)
        {
            foreach (TiffEntry entry in exif.Main.Entries.Where(entry => !TiffTags.IsLayout(entry.Tag)))
            {
                directory.Set(InOrder(entry, exif.LittleEndian, file.LittleEndian));
            }
        }

        if (metadata.Resolution is { } resolution)
        {
            directory.Set(TiffEntry.Rational(ExifBlock.XResolution, resolution.X, file.LittleEndian));
            directory.Set(TiffEntry.Rational(ExifBlock.YResolution, resolution.Y, file.LittleEndian));
            directory.Set(TiffEntry.Short(ExifBlock.ResolutionUnit, TiffTags.UnitOf(resolution.Unit), file.LittleEndian));
        }

        if (metadata.Xmp is { } xmp)
        {
            directory.Set(new TiffEntry(TiffTags.Xmp, TiffType.Byte, xmp));
        }

        if (metadata.Iptc is { } iptc)
        {
            directory.Set(new TiffEntry(TiffTags.Iptc, TiffType.Undefined, iptc));
        }

        if (metadata.Photoshop.Count > 0)
        {
            directory.Set(new TiffEntry(TiffTags.Photoshop, TiffType.Undefined, PhotoshopResources.ToBytes(null, metadata.Photoshop)));
        }

        foreach (byte[] comment in metadata.Comments)
        {
            directory.Set(new TiffEntry(TiffTags.ImageDescription, TiffType.Ascii, [.. comment.AsSpan().TrimEnd((byte)0), 0]));
        }

        TiffDirectoryWriter.ReplaceFirst(stream, file, directory);
    }

    // Some writers store IIM as 32-bit numbers in the file's byte order, and libtiff's users swap them back; others wrap it as 8BIM.
    private static byte[]? FromTag(TiffEntry entry, bool littleEndian)
    {
        byte[] data = entry.Data;
        if (IptcRecords.IsIptc(data))
        {
            return IptcRecords.Trimmed(data);
        }

        if (data.AsSpan().StartsWith("8BIM"u8))
        {
            return PhotoshopResources.Parse(data).Iptc;
        }

        if (entry.Type == TiffType.Long && !littleEndian)
        {
            byte[] swapped = [.. data];
            for (int place = 0; place + 4 <= swapped.Length; place += 4)
            {
                swapped.AsSpan(place, 4).Reverse();
            }

            return IptcRecords.IsIptc(swapped) ? IptcRecords.Trimmed(swapped) : null;
        }

        return null;
    }

    /// <summary>An entry whose values, and those of its directories, stand in the other byte order.</summary>
    private static TiffEntry InOrder(TiffEntry entry, bool littleEndian, bool wanted)
    {
        if (littleEndian == wanted && entry.Directory is null)
        {
            return entry;
        }

        if (entry.Directory is { } directory)
        {
            TiffDirectory copy = new TiffDirectory();
            copy.Entries.AddRange(directory.Entries.Select(one => InOrder(one, littleEndian, wanted)));
            return new TiffEntry(entry.Tag, entry.Type, entry.Data) { Directory = copy };
        }

        byte[] data = [.. entry.Data];
        int size = TiffType.ElementSize(entry.Type);
        for (int place = 0; size > 1 && place + size <= data.Length; place += size)
        {
            data.AsSpan(place, size).Reverse();
        }

        return new TiffEntry(entry.Tag, entry.Type, data, entry.Offset);
    }
}
