// Which files are read, and that those that are not are refused by their name and by their true reason.
using System.Text;
using NetVips;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Tests.Support;
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Cli.Tests.Files;

public class FormatTests
{
    private const int Short = 3,
        Long = 4,
        Byte = 1;

    [Theory]
    [InlineData("424D3600", "a BMP")]
    [InlineData("00000100010010100000", "icon (ICO)")]
    [InlineData("00000200010010100000", "cursor (CUR)")]
    [InlineData("3842505300010000", "Photoshop document (PSD)")]
    [InlineData("67696D702078636620", "GIMP document (XCF)")]
    [InlineData("50444E33", "Paint.NET document")]
    [InlineData("444453207C000000", "texture (DDS)")]
    [InlineData("762F310102000000", "OpenEXR")]
    [InlineData("233F52414449414E4345", "Radiance HDR")]
    [InlineData("0000000C6A5020200D0A870A", "JPEG 2000")]
    [InlineData("FF4FFF51", "JPEG 2000")]
    [InlineData("4949BC01", "JPEG XR")]
    [InlineData("0000000C4A584C200D0A870A", "JPEG XL")]
    [InlineData("FF0A0000", "JPEG XL")]
    [InlineData("716F6966", "QOI")]
    [InlineData("50360A3820380A323535", "PPM")]
    [InlineData("50460A3820380A", "PFM")]
    [InlineData("25504446", "PDF")]
    [InlineData("25215053", "PostScript")]
    [InlineData("46554A4946494C4D4343442D524157", "camera raw (RAF)")]
    [InlineData("4949524F08000000", "camera raw (ORF)")]
    [InlineData("49495500", "camera raw (RW2)")]
    [InlineData("000000186674797063727820", "camera raw (CR3)")]
    [InlineData("0000001866747970697361006D", "video")]
    [InlineData("524946460000000041564920", "AVI video")]
    [InlineData("504B0304", "ZIP archive")]
    [InlineData("1F8B0800", "gzip")]
    [InlineData("3C73766720786D6C6E733D", "SVG")]
    [InlineData("3C3F786D6C2076657273696F6E3D22312E30223F3E0A3C73766720", "SVG")]
    [InlineData("3C21444F43545950452068746D6C3E", "web page")]
    [InlineData("53494D504C4520203D", "FITS")]
    public void What_is_not_read_is_refused_by_its_name_and_with_what_to_do(string head, string name)
    {
        string problem = FileCopy.ErrorOf([
            .. Convert.FromHexString(head),
            .. new byte[head.StartsWith("3C", StringComparison.Ordinal) || head.StartsWith("53494D", StringComparison.Ordinal) ? 0 : 300],
        ]);
        Assert.StartsWith($"expected {PictureFormat.Supported}, found ", problem, StringComparison.Ordinal);
        Assert.Contains(name, problem, StringComparison.Ordinal);
        Assert.Contains(
            "first",
            problem.Replace("download the picture itself", "first", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("bytes", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tga_is_known_by_its_end_or_by_header_and_name()
    {
        byte[] old = [0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 4, 0, 24, 0, .. new byte[48]];
        Assert.Contains("TGA", FileCopy.ErrorOf(old, "x.tga"), StringComparison.Ordinal);
        Assert.Contains("TGA", FileCopy.ErrorOf([.. old, .. new byte[8], .. "TRUEVISION-XFILE.\0"u8], "x"), StringComparison.Ordinal);
        Assert.Contains("starts with the bytes", FileCopy.ErrorOf(old, "x.dat"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_gif_of_one_picture_is_read_and_an_animation_refused()
    {
        using Image image = Pictures.Disc(20);
        byte[] one = image.WriteToBuffer(".gif");
        CopiedFile copy = FileCopy.As(one, "png");
        Assert.Equal(PictureFormat.Png, copy.Picture.Format.Output);
        Assert.Equal(PixelLayout.Rgba, copy.Picture.Pixels.Layout);
        Assert.Equal((20, 20), (copy.Picture.Pixels.Width, copy.Picture.Pixels.Height));

        using Image strip = Pictures.Rgb(20, 40).Mutate(mutable => mutable.Set(GValue.GIntType, "page-height", 20));
        Assert.Contains("animated", FileCopy.ErrorOf(strip.WriteToBuffer(".gif")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_png_whose_animation_is_another_picture_is_taken_with_a_note()
    {
        byte[] png = Bytes.WithPngChunks(FileCopy.Plain("png"), ("acTL", [0, 0, 0, 1, 0, 0, 0, 0]));
        Assert.Empty(FileCopy.As(png, "png").Notes); // The still picture is the only frame.
        byte[] other = [.. png[..^12], .. Bytes.PngChunk("fcTL", new byte[26]), .. Bytes.PngChunk("fdAT", new byte[20]), .. png[^12..]];
        Assert.Contains("animation with one frame", Assert.Single(FileCopy.As(other, "png").Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(12)]
    public void Avif_is_read_in_its_full_range_and_written(int bits)
    {
        using Image source = Pictures.Rgb(40, 24, sixteenBit: bits > 8);
        byte[] avif = source.HeifsaveBuffer(
            q: 95,
            bitdepth: bits,
            compression: Enums.ForeignHeifCompression.Av1,
            subsampleMode: Enums.ForeignSubsample.Off
        );
        CopiedFile copy = FileCopy.As(avif, "avif", options: new WriteOptions(95));
        PixelImage pixels = copy.Picture.Pixels;
        Assert.Equal((40, 24, bits > 8 ? 16 : 8), (pixels.Width, pixels.Height, pixels.BitsPerSample));
        int last = ((24 * 40) - 1) * 3;
        double white = bits > 8 ? pixels.Samples16[last] / 65535.0 : pixels.Samples8[last] / 255.0;
        Assert.InRange(white, 0.985, 1);
        Assert.Equal(PictureFormat.Avif, PictureReader.ReadHeader(PictureSource.OfBytes("a", copy.Bytes)).Format);
        Assert.Equal("quality 95, 4:4:4", copy.Written.Coding);
    }

    [Fact]
    public void A_heic_that_cannot_be_decoded_is_not_called_damaged_by_its_kind()
    {
        byte[] heic = [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8, .. new byte[100]];
        Assert.Contains("HEIC", FileCopy.ErrorOf(heic), StringComparison.Ordinal);
    }

    private static byte[] Tiff(
        int bits,
        int format = 1,
        int photometric = 2,
        int samples = 3,
        params (int Tag, int Type, object Value)[] more
    ) =>
        TiffPages(
            [
                [.. Page(bits, format, photometric, samples, 16, 8), .. more],
            ],
            samples * 16 * 8 * Math.Max(1, bits / 8)
        );

    private static (int Tag, int Type, object Value)[] Page(int bits, int format, int photometric, int samples, int width, int height) =>
        [
            (256, Short, (ushort)width),
            (257, Short, (ushort)height),
            (258, Short, Enumerable.Repeat((ushort)bits, samples).ToArray()),
            (259, Short, (ushort)1),
            (262, Short, (ushort)photometric),
            (273, Long, new uint[] { 0xAAAAAAAA }),
            (277, Short, (ushort)samples),
            (278, Short, (ushort)height),
            (279, Long, new uint[] { (uint)(width * height * samples * ((bits + 7) / 8)) }),
            (284, Short, (ushort)1),
            (339, Short, Enumerable.Repeat((ushort)format, samples).ToArray()),
        ];

    /// <summary>A TIFF of several pages in a chain; all strips point to the same pixels at the end.</summary>
    private static byte[] TiffPages((int Tag, int Type, object Value)[][] pages, int pixelBytes, byte fill = 100)
    {
        byte[] tiff = Bytes.Tiff(pages);
        byte[] marker = [0xAA, 0xAA, 0xAA, 0xAA];
        while (tiff.AsSpan().IndexOf(marker) is int place and >= 0)
        {
            BitConverter.TryWriteBytes(tiff.AsSpan(place), tiff.Length);
        }

        int offset = 8;
        foreach ((int Tag, int Type, object Value)[] page in pages.SkipLast(1))
        {
            int end = offset + 2 + (12 * page.Length);
            int next = FindDirectory(tiff, end + 4, pages);
            BitConverter.TryWriteBytes(tiff.AsSpan(end), next);
            offset = next;
        }

        return [.. tiff, .. Enumerable.Repeat(fill, pixelBytes)];

        // The next directory: its first entry is the width (or what stands before it).
        static int FindDirectory(byte[] tiff, int from, (int Tag, int Type, object Value)[][] pages)
        {
            for (int place = from; place + 4 < tiff.Length; place++)
            {
                int count = BitConverter.ToUInt16(tiff, place);
                int tag = BitConverter.ToUInt16(tiff, place + 2);
                if (
                    pages.Any(page => page.Length == count && page.Min(entry => entry.Tag) == tag)
                    && tiff[place + 4] is 3 or 4
                    && tiff[place + 5] == 0
                )
                {
                    return place;
                }
            }

            throw new InvalidOperationException("no further directory");
        }
    }

    [Theory]
    [InlineData(12, 1, "12 bits per sample")]
    [InlineData(10, 1, "10 bits per sample")]
    [InlineData(8, 2, "signed 8-bit samples")]
    [InlineData(16, 2, "signed 16-bit samples")]
    [InlineData(32, 3, "floating point samples (32 bits)")]
    [InlineData(16, 3, "floating point samples (16 bits)")]
    [InlineData(32, 1, "32 bits per sample")]
    [InlineData(64, 6, "complex numbers")]
    public void Tiff_samples_that_are_not_read_are_refused_by_their_kind(int bits, int format, string found)
    {
        string problem = FileCopy.ErrorOf(Tiff(bits, format));
        Assert.Contains($"found {found}; convert it", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("damaged", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Tiff_samples_below_a_byte_and_of_different_kinds_are_not_called_damaged()
    {
        Refused(Tiff(4), "3 samples of 4 bits a pixel");
        Refused(Tiff(2, photometric: 1, samples: 2), "2 samples of 2 bits a pixel");
        Refused(
            TiffPages([Replaced(Page(8, 1, 2, 3, 16, 8), (258, Short, new ushort[] { 5, 6, 5 }))], 16 * 8 * 3),
            "samples of different kinds (5, 6, 5 bits)"
        );
        Refused(
            TiffPages([Replaced(Page(8, 1, 2, 3, 16, 8), (258, Short, new ushort[] { 8, 8, 16 }))], 16 * 8 * 4),
            "samples of different kinds"
        );
        Refused(
            TiffPages([Replaced(Page(8, 1, 2, 3, 16, 8), (339, Short, new ushort[] { 1, 1, 3 }))], 16 * 8 * 3),
            "samples of different kinds"
        );

        static (int Tag, int Type, object Value)[] Replaced(
            (int Tag, int Type, object Value)[] page,
            (int Tag, int Type, object Value) entry
        ) => [.. page.Select(old => old.Tag == entry.Tag ? entry : old)];
    }

    [Theory]
    [InlineData(4, 1, "a transparency mask")]
    [InlineData(5, 3, "3 printing inks")]
    [InlineData(8, 1, "Lab of 1 channels")]
    [InlineData(10, 3, "ITU Lab")]
    [InlineData(99, 3, "unknown kind (photometric interpretation 99)")]
    public void Tiff_colours_that_are_not_read_are_refused_by_their_kind_and_never_taken_for_rgb(
        int photometric,
        int samples,
        string found
    ) => Refused(Tiff(8, 1, photometric, samples), found);

    [Theory]
    [InlineData(6, "old-style JPEG")]
    [InlineData(34661, "JBIG")]
    [InlineData(34712, "JPEG 2000")]
    [InlineData(34887, "LERC")]
    [InlineData(34925, "LZMA")]
    [InlineData(50000, "Zstandard")]
    [InlineData(1234, "number 1234")]
    public void Tiff_codings_the_decoder_lacks_are_refused_by_their_name(int coding, string found) =>
        Refused(
            TiffPages(
                [
                    [.. Page(8, 1, 2, 3, 16, 8).Where(entry => entry.Tag != 259), (259, Short, (ushort)coding)],
                ],
                16 * 8 * 3
            ),
            found
        );

    [Fact]
    public void Every_coding_taken_for_readable_is_one_of_the_decoders()
    {
        foreach (int coding in (int[])[5, 7, 8, 50001])
        {
            string problem = FileCopy.ErrorOf(
                TiffPages(
                    [
                        [.. Page(8, 1, 2, 3, 16, 8).Where(entry => entry.Tag != 259), (259, Short, (ushort)coding)],
                    ],
                    16 * 8 * 3
                )
            );
            Assert.DoesNotContain("found compression", problem, StringComparison.Ordinal);
            Assert.DoesNotContain("not configured", problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Too_many_channels_are_refused_from_the_header()
    {
        PictureFileException error = Assert.Throws<PictureFileException>(() =>
            PictureReader.ReadHeader(PictureSource.OfBytes("input", Tiff(8, 1, 2, 5)))
        );
        Assert.Contains("found 5 channels", error.Problem, StringComparison.Ordinal);
        Assert.Contains("found 6 channels", FileCopy.ErrorOf(Tiff(8, 1, 5, 6)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reason_is_that_of_its_own_file_whatever_was_read_before()
    {
        byte[] cut = FileCopy.Plain("png")[..100];
        string alone = FileCopy.ErrorOf(cut);
        // Libvips warns of each in a buffer that is emptied when a call fails, and goes on.
        byte[] odd = Tiff(8, 1, 2, 3, (64000, Byte, new byte[] { 1 }), (64001, Byte, new byte[] { 1 }));
        _ = FileCopy.As(odd, "png");
        Assert.Equal(alone, FileCopy.ErrorOf(cut));
    }

    private static void Refused(byte[] tiff, string found)
    {
        // From the header, so that a dry run says so too.
        PictureFileException error = Assert.Throws<PictureFileException>(() =>
            PictureReader.ReadHeader(PictureSource.OfBytes("input", tiff))
        );
        Assert.Contains(found, error.Problem, StringComparison.Ordinal);
        Assert.Contains(" first", error.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("damaged", error.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    public void Eight_bit_lab_is_converted(int photometric)
    {
        using Image rgb = Pictures.Rgb(16, 8);
        using Image lab = rgb.Colourspace(Enums.Interpretation.Lab);
        byte[] pixels = new byte[16 * 8 * 3];
        for (int index = 0; index < 16 * 8; index++)
        {
            double[] point = lab.Getpoint(index % 16, index / 16);
            pixels[3 * index] = (byte)Math.Round(point[0] * 2.55);
            pixels[(3 * index) + 1] = (byte)((int)Math.Round(point[1]) + (photometric == 9 ? 128 : 0));
            pixels[(3 * index) + 2] = (byte)((int)Math.Round(point[2]) + (photometric == 9 ? 128 : 0));
        }

        byte[] tiff = Tiff(8, 1, photometric);
        pixels.CopyTo(tiff.AsSpan(tiff.Length - pixels.Length));
        CopiedFile copy = FileCopy.As(tiff, "png");
        Assert.Equal(["Lab converted to sRGB"], copy.Notes);
        byte[] expected = rgb.WriteToMemory<byte>();
        // A step of 8-bit a or b is several levels of a saturated sRGB colour.
        byte[] actual = copy.Picture.Pixels.Samples8.ToArray();
        Assert.InRange(expected.Zip(actual).Average(pair => Math.Abs(pair.First - pair.Second)), 0, 2);
    }

    [Fact]
    public void Alpha_that_colour_was_multiplied_by_becomes_straight()
    {
        byte[] tiff = Tiff(8, 1, 2, 4, (338, Short, (ushort)1));
        byte[] pixel = [64, 0, 128, 128];
        for (int index = 0; index < 16 * 8; index++)
        {
            pixel.CopyTo(tiff.AsSpan(tiff.Length - ((index + 1) * 4)));
        }

        byte[] read = FileCopy.As(tiff, "png").Picture.Pixels.Samples8[..4].ToArray();
        Assert.InRange(read[0], 127, 128); // 64 * 255 / 128 is 127.5.
        Assert.Equal((byte[])[0, 255, 128], read[1..]);
        byte[] straight = Tiff(8, 1, 2, 4, (338, Short, (ushort)2));
        Assert.Equal((byte[])[100, 100, 100, 100], FileCopy.As(straight, "png").Picture.Pixels.Samples8[..4].ToArray());
    }

    [Fact]
    public void A_camera_raw_is_no_picture_though_it_holds_a_preview()
    {
        byte[][] raws =
        [
            Tiff(8, 1, 2, 3, (254, Long, new uint[] { 1 }), (50706, Byte, new byte[] { 1, 4, 0, 0 })), // DNG
            TiffPages([Page(8, 1, 2, 3, 16, 8), Page(16, 1, 32803, 1, 16, 8)], 16 * 8 * 3), // a second page of sensor samples
            Tiff(8, 1, 32803, 1),
        ];
        foreach (byte[] raw in raws)
        {
            Assert.Contains("camera raw", FileCopy.ErrorOf(raw), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Reduced_pages_are_left_out_and_several_pictures_refused()
    {
        (int Tag, int Type, object Value) reduced = (254, Long, new uint[] { 1 });
        byte[] thumbnailFirst = TiffPages(
            [
                [reduced, .. Page(8, 1, 2, 3, 4, 2)],
                Page(8, 1, 2, 3, 16, 8),
            ],
            16 * 8 * 3
        );
        CopiedFile copy = FileCopy.As(thumbnailFirst, "png");
        Assert.Equal((16, 8), (copy.Picture.Pixels.Width, copy.Picture.Pixels.Height));
        Assert.Contains("reduced copy", Assert.Single(copy.Notes), StringComparison.Ordinal);

        byte[] pyramid = TiffPages([Page(8, 1, 2, 3, 16, 8), Page(8, 1, 2, 3, 8, 4), Page(8, 1, 2, 3, 4, 2)], 16 * 8 * 3);
        Assert.Equal(16, FileCopy.As(pyramid, "png").Picture.Pixels.Width);

        byte[] onlyReduced = Tiff(8, 1, 2, 3, reduced);
        Assert.Equal(16, FileCopy.As(onlyReduced, "png").Picture.Pixels.Width);

        byte[] pages = TiffPages([Page(8, 1, 2, 3, 16, 8), Page(8, 1, 2, 3, 16, 8)], 16 * 8 * 3);
        Assert.Contains("2 pages", FileCopy.ErrorOf(pages), StringComparison.Ordinal);
    }

    [Fact]
    public void Jpegs_of_other_kinds_are_refused_by_their_kind()
    {
        byte[] jpeg = FileCopy.Plain("jpg");
        int frame = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        byte[] twelve = [.. jpeg];
        twelve[frame + 4] = 12;
        Assert.Contains("12 bits per sample", FileCopy.ErrorOf(twelve), StringComparison.Ordinal);
        byte[] lossless = [.. jpeg];
        lossless[frame + 1] = 0xC3;
        Assert.Contains("lossless JPEG", FileCopy.ErrorOf(lossless), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_is_a_readable_one_or_a_writable_one()
    {
        Assert.Equal(PictureFormat.Jpeg, PictureFormat.OfExtension("a.JFIF"));
        Assert.Equal(PictureFormat.Avif, PictureFormat.OfExtension("a.avif"));
        Assert.Null(PictureFormat.OfExtension("a.gif"));
        Assert.Equal(PictureFormat.Gif, PictureFormat.OfInputExtension("a.gif"));
        Assert.Equal(PictureFormat.Png, PictureFormat.Gif.Output);
        Assert.Equal(PictureFormat.Jpeg, PictureFormat.OfName("jpeg"));
    }

    [Fact]
    public void A_stream_that_cannot_be_sought_is_read_as_well()
    {
        using System.IO.Compression.GZipStream pipe = new System.IO.Compression.GZipStream(
            new MemoryStream(Zipped(FileCopy.Plain("webp"))),
            System.IO.Compression.CompressionMode.Decompress
        );
        PictureSource source = PictureSource.OfStream("-", pipe, TestContext.Current.CancellationToken);
        Assert.Equal(
            PictureFormat.WebP,
            PictureReader.Read(PictureReader.ReadHeader(source), salvage: false, null, TestContext.Current.CancellationToken).Format
        );

        static byte[] Zipped(byte[] bytes)
        {
            using MemoryStream output = new MemoryStream();
            using (
                System.IO.Compression.GZipStream zip = new System.IO.Compression.GZipStream(
                    output,
                    System.IO.Compression.CompressionLevel.Fastest,
                    leaveOpen: true
                )
            )
            {
                zip.Write(bytes);
            }

            return output.ToArray();
        }
    }
}
