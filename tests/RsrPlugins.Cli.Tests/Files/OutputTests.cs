// Results are stored as their inputs were: as coarsely, as losslessly, with as few colours.
using NetVips;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Files.Containers;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Files;

public class OutputTests
{
    private static byte[] Jpeg(int quality, Enums.ForeignSubsample subsampling)
    {
        using Image image = Pictures.Rgb(40, 24);
        return image.JpegsaveBuffer(q: quality, subsampleMode: subsampling, keep: Enums.ForeignKeep.None);
    }

    [Theory]
    [InlineData(60, Enums.ForeignSubsample.On, "4:2:0")]
    [InlineData(75, Enums.ForeignSubsample.Off, "4:4:4")]
    [InlineData(95, Enums.ForeignSubsample.On, "4:2:0")]
    [InlineData(98, Enums.ForeignSubsample.Off, "4:4:4")]
    public void A_jpegs_quality_and_subsampling_follow_the_inputs(int quality, Enums.ForeignSubsample subsampling, string expected)
    {
        CopiedFile copy = FileCopy.As(Jpeg(quality, subsampling), "jpg", enlarge: 2);
        JpegEncoding written = JpegEncoding.Estimate(new MemoryStream(copy.Bytes))!;
        Assert.Equal((quality, expected), (written.Quality, written.Subsampling));
        Assert.Equal($"quality {quality}, {expected}", copy.Written.Coding);
        Assert.Equal(quality, copy.Written.Quality);
    }

    [Fact]
    public void Chroma_halved_one_way_is_not_halved_the_other_way_too()
    {
        byte[] jpeg = Jpeg(80, Enums.ForeignSubsample.Off);
        int frame = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        Assert.Equal(0x11, jpeg[frame + 11]);
        CopiedFile copy = FileCopy.As(jpeg, "jpg");
        CarriedMetadata halved = copy.Picture.Metadata with
        {
            Encoding = copy.Picture.Metadata.Encoding with { Jpeg = new JpegEncoding(80, true, 2, 1) },
        };
        using MemoryStream stream = new MemoryStream();
        Assert.Equal(
            "quality 80, 4:4:4",
            PictureWriter.Encode(stream, "a", copy.Picture.Pixels, 40, 24, PictureFormat.Jpeg, halved, null, new WriteOptions()).Coding
        );
    }

    [Fact]
    public void What_was_asked_for_and_what_was_no_jpeg_do_not_follow()
    {
        Assert.Equal(50, FileCopy.As(Jpeg(95, Enums.ForeignSubsample.Off), "jpg", options: new WriteOptions(50)).Written.Quality);
        Assert.Equal(PictureWriter.DefaultJpegQuality, FileCopy.As(FileCopy.Plain("png"), "jpg").Written.Quality);
    }

    [Fact]
    public void Lossless_webp_stays_lossless_and_lossy_stays_lossy()
    {
        byte[] lossless = FileCopy.Plain("webp", options: new VOption { { "lossless", true } });
        CopiedFile copy = FileCopy.As(lossless, "webp");
        Assert.Equal("lossless", copy.Written.Coding);
        Assert.Equal("VP8L", Assert.Single(Bytes.WebPChunks(copy.Bytes)).Type);
        Assert.True(copy.Picture.Pixels.Samples8.SequenceEqual(FileCopy.As(copy.Bytes, "png").Picture.Pixels.Samples8));
        Assert.Equal("VP8 ", Assert.Single(Bytes.WebPChunks(FileCopy.As(FileCopy.Plain("webp"), "webp").Bytes)).Type);
        Assert.Equal("VP8 ", Assert.Single(Bytes.WebPChunks(FileCopy.As(FileCopy.Plain("png"), "webp").Bytes)).Type);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 2)]
    [InlineData(16, 4)]
    [InlineData(200, 8)]
    public void A_palette_goes_back_to_a_palette_with_exactly_its_colours(int colours, int bits)
    {
        using Image index = (Image.Xyz(20, 10)[0] + (Image.Xyz(20, 10)[1] * 20)) % colours;
        using Image rgba = index
            .Bandjoin(index * 1, 255 - index, (index > 0).Ifthenelse(255, 90))
            .Cast(Enums.BandFormat.Uchar)
            .Copy(interpretation: Enums.Interpretation.Srgb);
        byte[] palette = rgba.PngsaveBuffer(palette: true, dither: 0, q: 100);
        Assert.Equal(3, Bytes.PngChunks(palette)[0].Data[9]);
        CopiedFile copy = FileCopy.As(palette, "png", enlarge: 2);
        byte[] header = Bytes.PngChunks(copy.Bytes)[0].Data;
        Assert.Equal((bits, 3), (header[8], header[9]));
        Assert.Equal(
            $"palette of {Bytes.PngChunks(copy.Bytes).Single(chunk => chunk.Type == "PLTE").Data.Length / 3}",
            copy.Written.Coding
        );

        using Image written = Image.NewFromBuffer(copy.Bytes);
        using Image before = Image.NewFromBuffer(palette);
        using Image expected = before.Zoom(2, 2);
        using Image difference = (written - expected).Abs();
        Assert.Equal(0, difference.Max());
    }

    [Fact]
    public void More_colours_than_a_palette_holds_and_pictures_without_one_are_stored_in_full()
    {
        using Image many = Pictures.Rgb(40, 30);
        Assert.Null(PaletteImage.Of(many));
        Assert.Equal(2, Bytes.PngChunks(FileCopy.As(FileCopy.Plain("png", 4, 4), "png").Bytes)[0].Data[9]);
    }

    [Fact]
    public void The_result_says_quality_and_bytes_and_quality_for_png_is_refused()
    {
        using TestFolder folder = new TestFolder();
        File.WriteAllBytes(folder["a.jpg"], Jpeg(85, Enums.ForeignSubsample.On));
        RsrResult result = Rsr.Run(folder, "upscale", "a.jpg", "-s", "2");
        Assert.Contains($"quality 85, 4:2:0, {new FileInfo(folder["a-x2.jpg"]).Length:N0} bytes", result.Output, StringComparison.Ordinal);
        File.WriteAllBytes(folder["coarse.jpg"], Jpeg(30, Enums.ForeignSubsample.On));
        Assert.Contains(
            "quality 30, 4:2:0",
            Rsr.Run(folder, "upscale", "coarse.jpg", "-s", "2", "-o", "off.jpg", "--cleanup", "off").Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "quality 75, 4:2:0",
            Rsr.Run(folder, "upscale", "coarse.jpg", "-s", "2", "-o", "high.jpg", "--cleanup", "high").Output,
            StringComparison.Ordinal
        );
        RsrResult json = Rsr.Run(folder, "upscale", "a.jpg", "-s", "2", "-f", "--json");
        Assert.Contains("\"quality\": 85", json.Output, StringComparison.Ordinal);
        Assert.Contains($"\"bytes\": {new FileInfo(folder["a-x2.jpg"]).Length}", json.Output, StringComparison.Ordinal);

        RsrResult refused = Rsr.Run(folder, "upscale", "a.jpg", "-s", "2", "-o", "b.png", "--quality", "80");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--quality does not apply to b.png", refused.Error, StringComparison.Ordinal);
    }
}
