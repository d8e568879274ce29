// Tells files by their first bytes, those that are not read too: whoever tries one should hear what it is and what to do.
using System.Text;
using RsrPlugins.Cli.Files.Containers;

namespace RsrPlugins.Cli.Files;

internal static class FormatSignatures
{
    /// <summary>Enough for every signature here, the one that starts at byte 128 (DICOM) too.</summary>
    public const int HeadLength = 512;

    private const string SaveAsPng = "save it as PNG first";
    private const string Develop = "develop it first, to TIFF or PNG";
    private const string Export = "export it as PNG or TIFF first";

    private static readonly (byte[] Start, string What)[] _others =
    [
        ("BM"u8.ToArray(), $"a BMP; {SaveAsPng}"),
        ("icns"u8.ToArray(), $"an Apple icon (ICNS); {Export}"),
        ("%PDF"u8.ToArray(), "a PDF; export its page as PNG first"),
        ("%!PS"u8.ToArray(), $"a PostScript file; {Export}"),
        ([0xC5, 0xD0, 0xD3, 0xC6], $"a PostScript file (EPS); {Export}"),
        ([0, 0, 0, 0x0C, (byte)'j', (byte)'P', (byte)' ', (byte)' '], $"a JPEG 2000 picture; {SaveAsPng}"),
        ([0xFF, 0x4F, 0xFF, 0x51], $"a JPEG 2000 codestream; {SaveAsPng}"),
        ([(byte)'I', (byte)'I', 0xBC], $"a JPEG XR picture; {SaveAsPng}"),
        ("8BPS"u8.ToArray(), "a Photoshop document (PSD); save it as TIFF or PNG first"),
        ("gimp xcf"u8.ToArray(), $"a GIMP document (XCF); {Export}"),
        ("PDN3"u8.ToArray(), $"a Paint.NET document (PDN); {SaveAsPng}"),
        ("CSFCHUNK"u8.ToArray(), $"a Clip Studio document; {Export}"),
        ("DDS "u8.ToArray(), $"a DirectDraw texture (DDS); {SaveAsPng}"),
        ([0xAB, (byte)'K', (byte)'T', (byte)'X'], $"a Khronos texture (KTX); {SaveAsPng}"),
        ([0x76, 0x2F, 0x31, 0x01], "an OpenEXR picture; save it as 16-bit TIFF or PNG first"),
        ("#?RADIANCE"u8.ToArray(), "a Radiance HDR picture; save it as 16-bit TIFF or PNG first"),
        ("#?RGBE"u8.ToArray(), "a Radiance HDR picture; save it as 16-bit TIFF or PNG first"),
        ("SDPX"u8.ToArray(), "a DPX film frame; save it as 16-bit TIFF or PNG first"),
        ("XPDS"u8.ToArray(), "a DPX film frame; save it as 16-bit TIFF or PNG first"),
        ([0x80, 0x2A, 0x5F, 0xD7], "a Cineon film frame; save it as 16-bit TIFF or PNG first"),
        ("id=ImageMagick"u8.ToArray(), $"ImageMagick's own format (MIFF); {SaveAsPng}"),
        ("qoif"u8.ToArray(), $"a QOI picture; {SaveAsPng}"),
        ("farbfeld"u8.ToArray(), $"a farbfeld picture; {SaveAsPng}"),
        ("AT&TFORM"u8.ToArray(), "a DjVu document; export its page as PNG first"),
        ("SIMPLE  ="u8.ToArray(), "a FITS picture; save it as 16-bit TIFF or PNG first"),
        ("/* XPM */"u8.ToArray(), $"an XPM picture; {SaveAsPng}"),
        ([0x01, 0xDA], $"an SGI picture; {SaveAsPng}"),
        ([0x59, 0xA6, 0x6A, 0x95], $"a Sun raster picture; {SaveAsPng}"),
        ([0x8A, (byte)'M', (byte)'N', (byte)'G'], "an MNG animation; split it into single pictures first"),
        ([0x8B, (byte)'J', (byte)'N', (byte)'G'], $"a JNG picture; {SaveAsPng}"),
        ([0xD7, 0xCD, 0xC6, 0x9A], $"a Windows metafile (WMF); {Export}"),
        ("BPG"u8.ToArray(), $"a BPG picture; {SaveAsPng}"),
        ("FLIF"u8.ToArray(), $"a FLIF picture; {SaveAsPng}"),
        ("FUJIFILMCCD-RAW"u8.ToArray(), $"a Fujifilm camera raw (RAF); {Develop}"),
        ("FOVb"u8.ToArray(), $"a Sigma camera raw (X3F); {Develop}"),
        ([0, (byte)'M', (byte)'R', (byte)'M'], $"a Minolta camera raw (MRW); {Develop}"),
        ("IIRO"u8.ToArray(), $"an Olympus camera raw (ORF); {Develop}"),
        ("IIRS"u8.ToArray(), $"an Olympus camera raw (ORF); {Develop}"),
        ("MMOR"u8.ToArray(), $"an Olympus camera raw (ORF); {Develop}"),
        ([(byte)'I', (byte)'I', (byte)'U', 0], $"a Panasonic camera raw (RW2); {Develop}"),
        ([0, 0, 0, 0, (byte)'I', (byte)'I'], "a file that starts with four zero bytes; copy it again from where it came"),
        (
            "PK\u0003\u0004"u8.ToArray(),
            "a ZIP archive or a document stored as one (Krita, OpenRaster, Sketch, Office); export a picture from it first"
        ),
        ([0x1F, 0x8B], "a gzip file; unpack it first"),
        ("Rar!"u8.ToArray(), "a RAR archive; unpack it first"),
        ([(byte)'7', (byte)'z', 0xBC, 0xAF], "a 7-Zip archive; unpack it first"),
        ([0x1A, 0x45, 0xDF, 0xA3], "a Matroska or WebM video; export a frame of it first"),
    ];

    /// <summary>One of our formats, or null.</summary>
    public static PictureFormat? Find(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith(PngFile.Signature))
        {
            return PictureFormat.Png;
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
        {
            return PictureFormat.Jpeg;
        }

        if (head.StartsWith("RIFF"u8) && head.Length >= 12 && head[8..12].SequenceEqual("WEBP"u8))
        {
            return PictureFormat.WebP;
        }

        if (head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8) || head.StartsWith("II+\0"u8) || head.StartsWith("MM\0+"u8))
        {
            return PictureFormat.Tiff;
        }

        if (head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8))
        {
            return PictureFormat.Gif;
        }

        if (head.StartsWith("\0\0\0\x0cJXL "u8) || head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]))
        {
            return VipsLibrary.Has("jxlload_source") ? PictureFormat.JpegXl : null;
        }

        return Brand(head) switch
        {
            "avif" or "avis" => PictureFormat.Avif,
            "heic" or "heix" or "heim" or "heis" or "hevc" or "hevx" or "mif1" or "msf1" => PictureFormat.Heic,
            _ => null,
        };
    }

    /// <summary>Names a file that is none of ours, and what to do with it.</summary>
    public static string Describe(ReadOnlySpan<byte> head, Stream file, string name)
    {
        foreach ((byte[] start, string what) in _others)
        {
            if (head.StartsWith(start))
            {
                return what;
            }
        }

        if (head.StartsWith("\0\0\0\x0cJXL "u8) || head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]))
        {
            return "a JPEG XL picture, which this build cannot read; save it as PNG first";
        }

        if (Brand(head) is { } brand)
        {
            return brand == "crx "
                ? $"a Canon camera raw (CR3); {Develop}"
                : "a video file (MP4, MOV or its like); export a frame of it first";
        }

        if (head.StartsWith("RIFF"u8) && head.Length >= 12)
        {
            string kind = Encoding.ASCII.GetString(head[8..12]);
            return kind switch
            {
                "AVI " => "an AVI video; export a frame of it first",
                "ACON" => $"an animated cursor (ANI); {Export}",
                _ => "a RIFF file that is no WebP",
            };
        }

        if (head.Length >= 132 && head[128..132].SequenceEqual("DICM"u8))
        {
            return "a DICOM picture; export it as 16-bit TIFF or PNG first";
        }

        if (
            head.Length > 2
            && head[0] == 'P'
            && head[1] is >= (byte)'1' and <= (byte)'7'
            && head[2] is (byte)'\n' or (byte)'\r' or (byte)' ' or (byte)'\t' or (byte)'#'
        )
        {
            return $"a PPM, PGM, PBM or PAM picture; {SaveAsPng}";
        }

        if (head.Length > 3 && head[0] == 'P' && head[1] is (byte)'F' or (byte)'f' && head[2] is (byte)'\n' or (byte)'\r')
        {
            return "a PFM picture; save it as 16-bit TIFF or PNG first";
        }

        // A number of pictures follows; in a TGA that starts alike there are zeros.
        if (head.Length > 6 && head[0] == 0 && head[1] == 0 && head[2] is 1 or 2 && head[3] == 0 && head[4] > 0 && head[5] == 0)
        {
            return $"a Windows {(head[2] == 1 ? "icon (ICO)" : "cursor (CUR)")}; {Export}";
        }

        if (IsTarga(head, file, name))
        {
            return $"a TGA picture; {SaveAsPng}";
        }

        if (head.Length > 3 && head[0] == 0x0A && head[1] <= 5 && head[2] <= 1 && head[3] is 1 or 2 or 4 or 8)
        {
            return $"a PCX picture; {SaveAsPng}";
        }

        return DescribeText(head);
    }

    private static string DescribeText(ReadOnlySpan<byte> head)
    {
        foreach (byte value in head)
        {
            if (value is not (>= 0x20 or (byte)'\t' or (byte)'\r' or (byte)'\n' or 0x0C))
            {
                return $"a file that starts with the bytes {Convert.ToHexString(head[..Math.Min(8, head.Length)])}";
            }
        }

        string text = Encoding.UTF8.GetString(head).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (text.Contains("<svg", StringComparison.OrdinalIgnoreCase))
        {
            return "an SVG drawing; export it as PNG first, at the size you want";
        }

        if (text.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase))
        {
            return "an SVG or XML file; export it as PNG first";
        }

        if (
            text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
        )
        {
            return "a web page (HTML), not the picture; download the picture itself";
        }

        return $"text (it starts with \"{OneLine.Of(text.Length > 16 ? text[..16] : text)}\")";
    }

    /// <summary>The main brand of an ISO media file; for the general HEIF brand the first known one of its list.</summary>
    private static string? Brand(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12 || !head[4..8].SequenceEqual("ftyp"u8))
        {
            return null;
        }

        string main = Encoding.ASCII.GetString(head[8..12]);
        if (main is not ("mif1" or "msf1" or "miaf"))
        {
            return main;
        }

        int end = Math.Min(head.Length, (int)Math.Min(int.MaxValue, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(head)));
        for (int place = 16; place + 4 <= end; place += 4)
        {
            string brand = Encoding.ASCII.GetString(head.Slice(place, 4));
            if (brand is "avif" or "avis" or "heic" or "heix")
            {
                return brand;
            }
        }

        return main;
    }

    // TGA has no signature at its start. New files end with one; old ones are believed where name and header agree.
    private static bool IsTarga(ReadOnlySpan<byte> head, Stream file, string name)
    {
        ReadOnlySpan<byte> signature = "TRUEVISION-XFILE.\0"u8;
        if (file.Length > 44)
        {
            byte[] end = new byte[signature.Length];
            file.Position = file.Length - end.Length;
            if (file.ReadAtLeast(end, end.Length, throwOnEndOfStream: false) == end.Length && signature.SequenceEqual(end))
            {
                return true;
            }
        }

        return head.Length >= 18
            && head[1] <= 1
            && head[2] is 1 or 2 or 3 or 9 or 10 or 11
            && head[16] is 8 or 15 or 16 or 24 or 32
            && Path.GetExtension(name).ToUpperInvariant() is ".TGA" or ".VDA" or ".ICB" or ".VST";
    }
}
