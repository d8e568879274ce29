// The rule for damage: missing pixels are refused (or filled in where that is asked for), a file with every pixel is taken with a note.
using NetVips;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Files.Containers;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Files;

public class DamageTests
{
    private static byte[] Jpeg(bool progressive = false)
    {
        using Image image = Pictures.Drawing(96, 64);
        return image.JpegsaveBuffer(q: 90, interlace: progressive, keep: Enums.ForeignKeep.None);
    }

    private static void HasEveryPixel(byte[] file, byte[] damaged, string note)
    {
        CopiedFile expected = FileCopy.As(file, "png");
        CopiedFile actual = FileCopy.As(damaged, "png");
        Assert.Contains(note, Assert.Single(actual.Notes), StringComparison.Ordinal);
        Assert.True(expected.Picture.Pixels.Samples8.SequenceEqual(actual.Picture.Pixels.Samples8));
    }

    private static void LacksPixels(byte[] damaged)
    {
        string problem = FileCopy.ErrorOf(damaged);
        Assert.Contains("damaged or truncated", problem, StringComparison.Ordinal);
        Assert.Contains("--salvage", problem, StringComparison.Ordinal);
        Assert.Contains(
            FileCopy.As(damaged, "png", salvage: true).Notes,
            note => note.Contains("missing pixels were filled in (--salvage)", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_jpeg_without_its_end_or_with_more_behind_it_has_every_pixel()
    {
        byte[] jpeg = Jpeg();
        HasEveryPixel(jpeg, jpeg[..^2], "no end marker");
        HasEveryPixel(jpeg, [.. jpeg, .. new byte[1000]], "1000 bytes after");
        HasEveryPixel(jpeg, [.. jpeg[..2], 0xFF, 0xEC, 0, 4, 1, 2, 7, 7, 7, .. jpeg[2..]], "3 stray bytes");
        Assert.True(
            FileCopy
                .As(jpeg, "png")
                .Picture.Pixels.Samples8.SequenceEqual(
                    FileCopy.As([.. jpeg[..^2], 0, 0, 0, 0, 0, 0xFF, 0xD9], "png").Picture.Pixels.Samples8
                )
        );
    }

    [Theory]
    [InlineData(0.4)]
    [InlineData(0.7)]
    [InlineData(0.95)]
    public void A_jpeg_cut_within_its_pixels_is_refused_with_and_without_an_end(double part)
    {
        byte[] jpeg = Jpeg();
        int scan = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]) + 14;
        byte[] cut = jpeg[..(scan + (int)((jpeg.Length - scan) * part))];
        LacksPixels(cut);
        LacksPixels([.. cut, 0xFF, 0xD9]);
    }

    [Fact]
    public void A_progressive_jpeg_cut_between_scans_lacks_bits_no_decoder_misses()
    {
        byte[] jpeg = Jpeg(progressive: true);
        List<int> scans = [];
        for (int place = 0; jpeg.AsSpan(place).IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]) is int found and >= 0; place = scans[^1] + 2)
        {
            scans.Add(place + found);
        }

        Assert.True(scans.Count > 3);
        int tables = jpeg.AsSpan(0, scans[^1]).LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xC4]); // Tables of the last scan belong to it.
        LacksPixels([.. jpeg[..Math.Min(scans[^1], tables > scans[^2] ? tables : scans[^1])], 0xFF, 0xD9]);
        HasEveryPixel(jpeg, jpeg[..^2], "no end marker");
    }

    [Fact]
    public void A_png_without_its_end_or_with_wrong_checksums_has_every_pixel()
    {
        byte[] png = FileCopy.Plain("png", 96, 64);
        HasEveryPixel(png, png[..^12], "no end (IEND)");
        HasEveryPixel(png, png[..^14], "every pixel is present"); // The pixels' checksum is cut too.
        HasEveryPixel(png, [.. png, .. new byte[77]], "77 bytes after");
        byte[] wrong = [.. png];
        wrong[^13] ^= 1; // The last byte of the pixels' checksum.
        HasEveryPixel(png, wrong, "damaged checksum");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(11)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(20)]
    public void A_png_cut_anywhere_behind_its_last_row_has_every_pixel(int bytes)
    {
        byte[] png = FileCopy.Plain("png", 96, 64);
        HasEveryPixel(png, png[..^bytes], "every pixel is present"); // IEND has 12 bytes, the chunk's checksum 4, that of the rows 4.
    }

    [Fact]
    public void A_png_that_is_cut_or_altered_within_its_pixels_is_refused()
    {
        byte[] png = FileCopy.Plain("png", 96, 64);
        int pixels = png.AsSpan().IndexOf("IDAT"u8) + 4;
        LacksPixels(png[..(pixels + 40)]);
        byte[] altered = [.. png];
        altered[^20] ^= 0x55; // Within the compressed rows: their own checksum no longer fits.
        Assert.Contains("damaged", FileCopy.ErrorOf(altered), StringComparison.Ordinal);
    }

    [Fact]
    public void A_gif_without_its_end_or_with_more_behind_it_has_every_pixel()
    {
        byte[] gif = Gif();
        Assert.Equal((byte[])[0, 0x3B], gif[^2..]);
        HasEveryPixel(gif, gif[..^1], "no end (trailer)");
        HasEveryPixel(gif, gif[..^2], "no end (trailer)");
        HasEveryPixel(gif, [.. gif, 9], "1 byte after");
        HasEveryPixel(gif, [.. gif, .. new byte[77]], "77 bytes after");
    }

    [Fact]
    public void A_gif_that_is_cut_or_altered_within_its_pixels_is_refused()
    {
        byte[] gif = Gif();
        LacksPixels(gif[..^40]);
        LacksPixels(gif[..(gif.Length * 3 / 4)]);
        // The decoder fills in what it cannot decode and says nothing.
        byte[] altered = [.. gif];
        altered.AsSpan(gif.Length * 3 / 4, 64).Clear();
        LacksPixels(altered);
    }

    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(7, 300, 2)]
    [InlineData(640, 480, 256)]
    [InlineData(33, 17, 5)]
    public void Whole_gifs_of_every_size_are_whole(int width, int height, int colours)
    {
        using Image noise = Image.Gaussnoise(width, height, mean: 128, sigma: 60);
        using Image grey = (noise / (256.0 / colours)).Rint() * (256.0 / colours);
        using Image bytes = grey.Cast(Enums.BandFormat.Uchar);
        GifFile file = GifFile.Read(new MemoryStream(bytes.WriteToBuffer(".gif")));
        Assert.Equal((0, true, 0), (file.MissingPixels, file.HasEnd, file.Trailing));
    }

    [Fact]
    public void An_avif_with_more_behind_it_is_taken_with_a_note()
    {
        using Image image = Pictures.Rgb(40, 24);
        byte[] avif = image.HeifsaveBuffer(q: 80, compression: Enums.ForeignHeifCompression.Av1);
        HasEveryPixel(avif, [.. avif, .. "junk and more"u8], "13 bytes after");
        string problem = FileCopy.ErrorOf(avif[..^10]);
        Assert.Contains("damaged or truncated", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("--salvage", problem, StringComparison.Ordinal); // Of AVIF and WebP there is nothing to be had.
    }

    private static byte[] Gif()
    {
        using Image image = Pictures.Rgb(96, 64);
        return image.GifsaveBuffer(keep: Enums.ForeignKeep.None);
    }

    [Fact]
    public void A_webp_with_more_behind_it_is_taken_and_a_cut_one_refused()
    {
        byte[] webp = FileCopy.Plain("webp", 96, 64);
        HasEveryPixel(webp, [.. webp, .. new byte[10]], "10 bytes after");
        string problem = FileCopy.ErrorOf(webp[..(webp.Length / 2)]);
        Assert.Contains("damaged or truncated", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("--salvage", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_option_takes_what_there_is_and_says_so()
    {
        using TestFolder folder = new TestFolder();
        byte[] jpeg = Jpeg();
        File.WriteAllBytes(folder["a.jpg"], [.. jpeg[..(jpeg.Length / 2)], 0xFF, 0xD9]);
        Assert.Equal(3, Rsr.Run(folder, "upscale", "a.jpg", "-s", "2").ExitCode);
        RsrResult salvaged = Rsr.Run(folder, "upscale", "a.jpg", "-s", "2", "--salvage", "--json");
        Assert.Equal(0, salvaged.ExitCode);
        Assert.Contains("--salvage", salvaged.Output, StringComparison.Ordinal);
    }
}
