// Which page of a TIFF is the picture, and whether it can be read: said before libvips tries, because it calls everything it cannot read
// damaged, and takes the thumbnail of a camera raw for the picture.
using System.Globalization;

namespace RsrPlugins.Cli.Files.Containers;

/// <param name="Page">The page to read.</param>
/// <param name="Photometric">What its samples are (TIFF tag 262).</param>
/// <param name="Bits">Per sample.</param>
/// <param name="Notes">What is left out.</param>
internal sealed record TiffPages(int Page, int Photometric, int Bits, IReadOnlyList<string> Notes)
{
    /// <summary>L 0 to 100, a and b signed.</summary>
    public const int CieLab = 8;

    /// <summary>L 0 to 100, a and b around the middle of their range.</summary>
    public const int IccLab = 9;

    private const int ColourFilterArray = 32803;
    private const int LinearRaw = 34892;

    /// <summary>Lab in a form libvips does not read: it reads signed 16 bits alone.</summary>
    public bool IsLab => Photometric == IccLab || (Photometric == CieLab && Bits == 8);

    // Codings only cameras use: packed raw (Sony 32767, Nikon 34713, Pentax 65535, Samsung 32769 and 32770, Kodak 65000, lossy DNG 34892).
    private static readonly int[] _rawCodings = [32767, 32769, 32770, 32772, 34713, 65000, 65535];

    // Those of the libtiff in the bundled libvips: none, fax, LZW, JPEG, Deflate, NeXT, PackBits, ThunderScan, SGILog (refused as LogLuv),
    // WebP.
    private static readonly long[] _readableCodings = [1, 2, 3, 4, 5, 7, 8, 32766, 32771, 32773, 32809, 32946, 34676, 34677, 50001];

    private const int MostSamples = 64;

    /// <exception cref="PictureFileException">Camera raw, several pictures, or samples of a kind that is not read; said by its
    /// name.</exception>
    public static TiffPages Choose(TiffFile file, string path)
    {
        if (file.Directories.Count == 0)
        {
            throw new PictureFileException(
                path,
                "expected a whole TIFF, found a damaged or truncated file (its first directory cannot be read)"
            );
        }

        TiffDirectory[] pages = [.. file.Directories];
        if (IsRaw(file, pages))
        {
            throw new PictureFileException(
                path,
                "expected a picture, found a camera raw (DNG, NEF, CR2, ARW or its like); develop it first, to TIFF or PNG"
            );
        }

        List<string> notes = [];
        int[] full = [.. Enumerable.Range(0, pages.Length).Where(index => !IsReduced(pages[index]) && !IsMask(pages[index]))];
        if (full.Length > 1 && IsPyramid(full))
        {
            full = full[..1];
        }

        if (full.Length > 1)
        {
            throw PictureFormat.Animated(path, $"TIFF ({full.Length} pages)");
        }

        // Where every page is tagged as reduced the largest is meant.
        int page = full.Length == 1 ? full[0] : Enumerable.Range(0, pages.Length).MaxBy(index => Size(pages[index]));
        int others = pages.Length - 1;
        if (others > 0)
        {
            notes.Add(
                others == 1
                    ? "a reduced copy (thumbnail or mask) in the file is ignored"
                    : $"{others} reduced copies (thumbnails, masks, pyramid) in the file are ignored"
            );
        }

        Check(path, pages[page]);
        return new TiffPages(
            page,
            (int)(Value(TiffTags.Photometric, pages[page]) ?? 0),
            (int)(Value(TiffTags.BitsPerSample, pages[page]) ?? 1),
            notes
        );

        long? Value(ushort tag, TiffDirectory directory) => directory.Find(tag)?.Number(file.LittleEndian);

        bool IsReduced(TiffDirectory directory) =>
            (Value(TiffTags.NewSubfileType, directory) & 1) == 1 || Value(TiffTags.SubfileType, directory) == 2;

        bool IsMask(TiffDirectory directory) => (Value(TiffTags.NewSubfileType, directory) & 4) == 4;

        long Size(TiffDirectory directory) => (Value(TiffTags.ImageWidth, directory) ?? 0) * (Value(TiffTags.ImageLength, directory) ?? 0);

        // Each page half the one before, give or take a pixel: a pyramid whose pages are not tagged.
        bool IsPyramid(int[] indices)
        {
            for (int level = 1; level < indices.Length; level++)
            {
                foreach (ushort tag in (ushort[])[TiffTags.ImageWidth, TiffTags.ImageLength])
                {
                    long above = Value(tag, pages[indices[level - 1]]) ?? 0;
                    long here = Value(tag, pages[indices[level]]) ?? 0;
                    if (here < 1 || Math.Abs((above / 2.0) - here) > 1)
                    {
                        return false;
                    }
                }
            }

            return Value(TiffTags.ImageWidth, pages[indices[0]]) >= 4;
        }

        void Check(string name, TiffDirectory directory)
        {
            if (Value(TiffTags.Compression, directory) is { } coding && !_readableCodings.Contains(coding))
            {
                throw new PictureFileException(
                    name,
                    $"expected a TIFF that this build can decode, found compression {NameOfCoding(coding)}; save it without compression, with LZW or as PNG first"
                );
            }

            long samples = Value(TiffTags.SamplesPerPixel, directory) ?? 1;
            long[] bits = Values(TiffTags.BitsPerSample, directory, samples);
            long[] formats = Values(TiffTags.SampleFormat, directory, samples);
            long photometric = Value(TiffTags.Photometric, directory) ?? 1;
            string? found = formats[0] switch
            {
                2 when photometric is not CieLab => $"signed {bits[0]}-bit samples",
                3 => $"floating point samples ({bits[0]} bits)",
                5 or 6 => "complex numbers",
                _ when photometric is 32844 or 32845 => "LogLuv samples",
                _ when bits.Distinct().Count() > 1 || formats.Distinct().Count() > 1 =>
                    $"samples of different kinds ({string.Join(", ", bits)} bits)",
                _ when bits[0] is not (1 or 2 or 4 or 8 or 16) => string.Create(CultureInfo.InvariantCulture, $"{bits[0]} bits per sample"),
                _ when bits[0] < 8 && samples > 1 => string.Create(
                    CultureInfo.InvariantCulture,
                    $"{samples} samples of {bits[0]} bits a pixel"
                ),
                _ => null,
            };
            if (found is not null)
            {
                throw new PictureFileException(name, $"expected 8 or 16 bits per sample, found {found}; convert it to 16 bits first");
            }

            string? kind = photometric switch
            {
                4 => "only a transparency mask",
                5 when samples < 4 => $"{samples} printing inks",
                CieLab or IccLab when samples < 3 => $"Lab of {samples} channels",
                10 => "ITU Lab",
                0 or 1 or 2 or 3 or 5 or 6 or CieLab or IccLab => null,
                _ => $"samples of an unknown kind (photometric interpretation {photometric})",
            };
            if (kind is not null)
            {
                throw new PictureFileException(name, $"expected grey, RGB, CMYK or Lab, found {kind}; convert it to RGB first");
            }
        }

        // One value for each sample; a file that has fewer means the same for all.
        long[] Values(ushort tag, TiffDirectory directory, long samples)
        {
            TiffEntry? entry = directory.Find(tag);
            long first = entry?.Number(file.LittleEndian) ?? 1;
            int count = (int)Math.Clamp(samples, 1, MostSamples);
            return [.. Enumerable.Range(0, count).Select(index => entry?.Number(file.LittleEndian, index) ?? first)];
        }
    }

    private static string NameOfCoding(long coding) =>
        coding switch
        {
            6 => "old-style JPEG",
            9 or 10 or 34661 or 34663 => "JBIG",
            32908 or 32909 => "Pixar's",
            33003 or 33005 or 34712 => "JPEG 2000",
            34718 => "Microsoft's fax coding",
            34887 => "LERC",
            34892 => "lossy JPEG of a camera raw file",
            34925 => "LZMA",
            34926 or 50000 => "Zstandard",
            50002 or 52546 => "JPEG XL",
            _ => string.Create(CultureInfo.InvariantCulture, $"number {coding}"),
        };

    private static bool IsRaw(TiffFile file, TiffDirectory[] pages)
    {
        if (pages[0].Find(TiffTags.DngVersion) is not null)
        {
            return true;
        }

        foreach (TiffDirectory page in pages.SelectMany(page => file.SubDirectories(page).Prepend(page)))
        {
            int photometric = (int)(page.Find(TiffTags.Photometric)?.Number(file.LittleEndian) ?? -1);
            int coding = (int)(page.Find(TiffTags.Compression)?.Number(file.LittleEndian) ?? -1);
            if (photometric is ColourFilterArray or LinearRaw || _rawCodings.Contains(coding) || page.Find(50752) is not null)
            {
                return true; // 50752: slices of Canon's CR2.
            }
        }

        return false;
    }
}
