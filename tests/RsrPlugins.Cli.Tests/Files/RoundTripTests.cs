// Reading and writing without the engine in between: what goes through must come out as it was.
using NetVips;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Tests.Support;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Cli.Tests.Files;

public class RoundTripTests
{
    private static Picture Copy(string from, string to, DownscaleRecord? record = null, int? quality = null)
    {
        Picture picture = PictureReader.Read(from);
        using TemporaryFiles temporaryFiles = new TemporaryFiles();
        new PictureWriter(temporaryFiles).Write(
            to,
            picture.Pixels,
            picture.Pixels.Width,
            picture.Pixels.Height,
            PictureFormat.OfExtension(to)!,
            picture.Metadata,
            record,
            new WriteOptions(quality)
        );
        return picture;
    }

    private static double[] Pixel(Image image, int x, int y) => image.Getpoint(x, y);

    private static double MeanDifference(Image expected, Image actual)
    {
        using Image difference = (expected - actual).Abs();
        return difference.Avg();
    }

    [Theory]
    [InlineData("png", false, false)]
    [InlineData("png", true, false)]
    [InlineData("png", false, true)]
    [InlineData("png", true, true)]
    [InlineData("tif", false, false)]
    [InlineData("tif", true, false)]
    [InlineData("tif", false, true)]
    [InlineData("tif", true, true)]
    public void Lossless_formats_give_back_every_sample(string extension, bool sixteenBit, bool grey)
    {
        using TestFolder folder = new TestFolder();
        string source = folder[$"a.{extension}"];
        string target = folder[$"b.{extension}"];
        (grey ? Pictures.Grey(37, 23, sixteenBit) : Pictures.Rgb(37, 23, sixteenBit)).Save(source);
        Picture picture = Copy(source, target);

        Assert.Equal(grey ? PixelLayout.Grey : PixelLayout.Rgb, picture.Pixels.Layout);
        Assert.Equal(sixteenBit ? 16 : 8, picture.Pixels.BitsPerSample);
        using Image expected = Image.NewFromFile(source);
        using Image actual = Image.NewFromFile(target);
        Assert.Equal(expected.Format, actual.Format);
        Assert.Equal(expected.Bands, actual.Bands);
        Assert.Equal(0, MeanDifference(expected, actual));
        Assert.Equal([$"a.{extension}", $"b.{extension}"], folder.Files);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("tif")]
    [InlineData("webp")]
    public void Straight_alpha_and_the_colour_under_it_are_kept(string extension)
    {
        using TestFolder folder = new TestFolder();
        string source = Pictures.Disc(32).Save(folder[$"a.{extension}"], extension == "webp" ? new VOption { { "lossless", true } } : null);
        Picture picture = Copy(source, folder[$"b.{extension}"], quality: 100);
        Assert.Equal(PixelLayout.Rgba, picture.Pixels.Layout);
        using Image actual = Image.NewFromFile(folder[$"b.{extension}"]);
        Assert.Equal([255, 0, 0, 255], Pixel(actual, 16, 16));
        Assert.Equal(0, Pixel(actual, 0, 0)[3]);
    }

    [Fact]
    public void Jpeg_has_no_transparency_and_puts_it_on_white()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Disc(32).Save(folder["a.png"]);
        Picture picture = PictureReader.Read(folder["a.png"]);
        using TemporaryFiles temporaryFiles = new TemporaryFiles();
        IReadOnlyList<string> notes = new PictureWriter(temporaryFiles)
            .Write(folder["b.jpg"], picture.Pixels, 32, 32, PictureFormat.Jpeg, picture.Metadata, null, new WriteOptions())
            .Notes;
        Assert.Contains("white", Assert.Single(notes), StringComparison.Ordinal);
        using Image actual = Image.NewFromFile(folder["b.jpg"]);
        Assert.All(Pixel(actual, 0, 0), value => Assert.InRange(value, 250, 255));
    }

    [Fact]
    public void Sixteen_bits_are_rounded_not_cut_for_a_format_of_eight()
    {
        using TestFolder folder = new TestFolder();
        // 0x01FF is 1.988 on the 8-bit scale: cutting the low byte would give 1.
        using (Image flat = (Image.Black(8, 8) + 0x01FF).Cast(Enums.BandFormat.Ushort).Copy(interpretation: Enums.Interpretation.Grey16))
        {
            flat.WriteToFile(folder["a.png"]);
        }

        Copy(folder["a.png"], folder["b.jpg"], quality: 100);
        using Image actual = Image.NewFromFile(folder["b.jpg"]);
        Assert.Equal(2, actual.Avg());
    }

    [Fact]
    public void A_palette_and_a_one_bit_picture_are_read_as_what_they_show()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(16, 16).Save(folder["palette.png"], new VOption { { "palette", true } });
        Assert.Equal(PixelLayout.Rgb, PictureReader.Read(folder["palette.png"]).Pixels.Layout);

        using (Image black = Image.Black(16, 8))
        using (Image white = (Image.Black(16, 8) + 255).Cast(Enums.BandFormat.Uchar))
        {
            black
                .Join(white, Enums.Direction.Vertical)
                .Copy(interpretation: Enums.Interpretation.Bw)
                .Save(folder["one.png"], new VOption { { "bitdepth", 1 } });
        }

        PixelImage oneBit = PictureReader.Read(folder["one.png"]).Pixels;
        Assert.Equal((PixelLayout.Grey, 8), (oneBit.Layout, oneBit.BitsPerSample));
        Assert.Equal(0, oneBit.Samples8[0]);
        Assert.Equal(255, oneBit.Samples8[^1]);
    }

    [Fact]
    public void A_cmyk_jpeg_goes_through_its_profile_to_srgb()
    {
        using TestFolder folder = new TestFolder();
        using Image original = Pictures.Rgb(64, 64);
        using (Image cmyk = original.IccTransform("cmyk", inputProfile: "srgb"))
        {
            cmyk.WriteToFile(folder["a.jpg"], new VOption { { "Q", 100 } });
        }

        using (Image check = Image.NewFromFile(folder["a.jpg"]))
        {
            Assert.Equal(Enums.Interpretation.Cmyk, check.Interpretation);
        }

        Picture picture = Copy(folder["a.jpg"], folder["b.png"]);
        Assert.Equal(PixelLayout.Rgb, picture.Pixels.Layout);
        Assert.Contains("CMYK", Assert.Single(picture.Notes), StringComparison.Ordinal);
        using Image actual = Image.NewFromFile(folder["b.png"]);
        // The gamut of the press is smaller than sRGB's; inverted or unconverted CMYK would be off by about 100.
        Assert.InRange(MeanDifference(original, actual), 0, 20);
        Assert.NotEqual(CmykProfile(folder["a.jpg"]), actual.Contains("icc-profile-data") ? (byte[])actual.Get("icc-profile-data") : []);

        static byte[] CmykProfile(string path)
        {
            using Image image = Image.NewFromFile(path);
            return (byte[])image.Get("icc-profile-data");
        }
    }

    [Theory]
    [InlineData("interlaced.png", 0)]
    [InlineData("progressive.jpg", 3)]
    [InlineData("tiled.tif", 0)]
    [InlineData("lab.tif", 1.5)]
    public void Other_ways_to_store_a_picture_are_read_the_same(string name, double tolerance)
    {
        using TestFolder folder = new TestFolder();
        using Image original = Pictures.Rgb(70, 50);
        switch (name)
        {
            case "interlaced.png":
                original.Pngsave(folder[name], interlace: true);
                break;
            case "progressive.jpg":
                original.Jpegsave(folder[name], q: 95, interlace: true);
                break;
            case "tiled.tif":
                original.Tiffsave(folder[name], tile: true, compression: Enums.ForeignTiffCompression.Lzw);
                break;
            default:
                original.Colourspace(Enums.Interpretation.Labs).Tiffsave(folder[name]);
                break;
        }

        Copy(folder[name], folder["b.png"]);
        using Image written = Image.NewFromFile(folder["b.png"]);
        using Image actual = written.Format == Enums.BandFormat.Ushort ? written / 257 : written.Copy();
        Assert.InRange(MeanDifference(original, actual), 0, tolerance);
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("tif")]
    public void Profile_exif_xmp_and_resolution_are_kept(string extension)
    {
        using TestFolder folder = new TestFolder();
        byte[] profile = P3Profile();
        byte[] xmp =
            "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" dc:format=\"tested\"/></rdf:RDF></x:xmpmeta>"u8.ToArray();
        using (Image plain = Pictures.Rgb(24, 16).Copy(xres: 300 / 25.4, yres: 300 / 25.4))
        using (
            Image tagged = plain.Mutate(mutable =>
            {
                mutable.Set(GValue.BlobType, "icc-profile-data", profile);
                mutable.Set(GValue.BlobType, "xmp-data", xmp);
                mutable.Set(GValue.GStrType, "exif-ifd0-Artist", "Ada Lovelace (Ada Lovelace, ASCII, 13 components, 13 bytes)");
            })
        )
        {
            tagged.WriteToFile(folder[$"a.{extension}"]);
        }

        Copy(folder[$"a.{extension}"], folder[$"b.{extension}"]);
        using Image expected = Image.NewFromFile(folder[$"a.{extension}"]);
        using Image actual = Image.NewFromFile(folder[$"b.{extension}"]);
        Assert.Equal(profile, (byte[])actual.Get("icc-profile-data"));
        Assert.Contains(
            "dc:format=\"tested\"",
            System.Text.Encoding.UTF8.GetString((byte[])actual.Get("xmp-data")),
            StringComparison.Ordinal
        );
        if (extension == "webp") // Its only place for a resolution is EXIF, which libvips does not turn into Xres.
        {
            Assert.Equal((string)expected.Get("exif-ifd0-XResolution"), (string)actual.Get("exif-ifd0-XResolution"));
        }
        else
        {
            Assert.Equal(300 / 25.4, actual.Xres, 0.05);
            Assert.Equal(300 / 25.4, actual.Yres, 0.05);
        }

        if (extension != "tif") // libvips writes no EXIF block into TIFF.
        {
            Assert.StartsWith("Ada Lovelace", (string)actual.Get("exif-ifd0-Artist"), StringComparison.Ordinal);
        }
    }

    private static byte[] P3Profile()
    {
        using Image p3 = Pictures.Rgb(4, 4).IccTransform("p3", inputProfile: "srgb");
        return (byte[])p3.Get("icc-profile-data");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Every_exif_orientation_is_applied_once(int orientation)
    {
        using TestFolder folder = new TestFolder();
        using (
            Image tagged = Pictures
                .Rgb(12, 7)
                .Copy(xres: 10, yres: 5)
                .Mutate(mutable => mutable.Set(GValue.GIntType, "orientation", orientation))
        )
        {
            tagged.WriteToFile(folder["a.png"]);
        }

        using Image expected = Image.NewFromFile(folder["a.png"]).Autorot();

        PictureHeader header = PictureReader.ReadHeader(folder["a.png"]);
        Assert.Equal((expected.Width, expected.Height), (header.Width, header.Height));
        Copy(folder["a.png"], folder["b.png"]);
        using Image actual = Image.NewFromFile(folder["b.png"]);
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        Assert.Equal(0, MeanDifference(expected, actual));
        Assert.Equal(1, actual.Contains("orientation") ? (int)actual.Get("orientation") : 1);
        Assert.Equal(orientation >= 5 ? 5 : 10, actual.Xres, 0.05);
    }

    [Theory]
    [InlineData("png", 100)]
    [InlineData("tif", null)]
    [InlineData("jpg", null)]
    [InlineData("webp", null)]
    public void The_record_of_a_reduction_is_written_read_and_replaced(string extension, int? quality)
    {
        using TestFolder folder = new TestFolder();
        DownscaleRecord first = new DownscaleRecord(2, 99, 65, [new DownscaleRecordStep(2, "rrnet-x2-learned", "ab12")]);
        DownscaleRecord second = new DownscaleRecord(
            6,
            300,
            200,
            [new DownscaleRecordStep(3, "rrnet-x3-learned", "cd34"), new DownscaleRecordStep(2, "rrnet-x2-learned", "ab12")]
        );
        Pictures.Rgb(50, 33).Save(folder["a.png"]);
        Copy(folder["a.png"], folder[$"b.{extension}"], first, quality);
        Same(first, PictureReader.ReadHeader(folder[$"b.{extension}"]).Record);
        Copy(folder[$"b.{extension}"], folder[$"c.{extension}"], second, quality);
        Same(second, PictureReader.ReadHeader(folder[$"c.{extension}"]).Record);
        Copy(folder[$"c.{extension}"], folder[$"d.{extension}"], null, quality);
        Assert.Null(PictureReader.ReadHeader(folder[$"d.{extension}"]).Record);

        static void Same(DownscaleRecord expected, DownscaleRecord? actual)
        {
            Assert.NotNull(actual);
            Assert.Equal(expected.ToJson(), actual.ToJson());
        }
    }

    [Fact]
    public void The_record_in_a_png_is_a_text_any_tool_can_show()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(5, 5).Save(folder["a.png"]);
        Copy(folder["a.png"], folder["b.png"], new DownscaleRecord(2, 10, 9, [new DownscaleRecordStep(2, "rrnet-x2-learned", "ab12")]));
        using Image actual = Image.NewFromFile(folder["b.png"]);
        string name = Assert.Single(actual.GetFields(), field => field.StartsWith("png-comment-", StringComparison.Ordinal));
        Assert.Equal("png-comment-0-RsrPlugins.Downscale", name);
        Assert.Equal(
            "{\"scale\":2,\"width\":10,\"height\":9,\"steps\":[{\"scale\":2,\"model\":\"rrnet-x2-learned\",\"sha256\":\"ab12\"}]}",
            (string)actual.Get(name)
        );
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("{\"scale\":3,\"width\":10,\"height\":9,\"steps\":[{\"scale\":2,\"model\":\"m\",\"sha256\":\"s\"}]}")]
    [InlineData("{\"scale\":2,\"width\":0,\"height\":9,\"steps\":[{\"scale\":2,\"model\":\"m\",\"sha256\":\"s\"}]}")]
    public void A_record_that_makes_no_sense_is_none(string json) => Assert.Null(DownscaleRecord.FromJson(json));
}
