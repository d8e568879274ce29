// A record of a reduction is read out of any file: it must not make anything a reduction of ours cannot have made, nor reach the terminal.
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Tests.Support;
using RsrPlugins.Core;

namespace RsrPlugins.Cli.Tests.Files;

public class StrangersRecordTests
{
    private static byte[] Recorded(string json, int width = 24, int height = 16) =>
        Bytes.WithPngChunks(
            FileCopy.Plain("png", width, height),
            ("tEXt", [.. "RsrPlugins.Downscale\0"u8, .. System.Text.Encoding.Latin1.GetBytes(json)])
        );

    private static string Json(int width, int height, params int[] scales) =>
        $"{{\"scale\":{scales.Aggregate(1L, (product, scale) => product * scale)},\"width\":{width},\"height\":{height},\"steps\":[{string.Join(',', scales.Select(scale => $"{{\"scale\":{scale},\"model\":\"rrnet-x2-learned\",\"sha256\":\"ab\"}}"))}]}}";

    [Theory]
    [InlineData(65536, 65536, 2, 2, 2, 2, 2, 2, 2, 2)]
    [InlineData(24 * 32, 16 * 32, 2, 4, 4)]
    [InlineData(24 * 17, 16 * 17, 17)]
    public void A_product_above_sixteen_is_no_record(int width, int height, params int[] scales)
    {
        PictureHeader header = PictureReader.ReadHeader(PictureSource.OfBytes("a", Recorded(Json(width, height, scales))));
        Assert.Null(header.Record);
        Assert.Contains("its record of how it was made is invalid and was ignored", header.Metadata.Notes);
        Assert.NotNull(PictureReader.ReadHeader(PictureSource.OfBytes("a", Recorded(Json(48, 32, 2)))).Record);
    }

    [Fact]
    public void A_factor_that_is_not_installed_and_a_size_that_does_not_fit_are_not_used()
    {
        using TestFolder folder = new TestFolder();
        File.WriteAllBytes(folder["five.png"], Recorded(Json(120, 80, 5)));
        RsrResult five = Rsr.Run(folder, "upscale", "five.png", "-s", "2");
        Assert.Equal(0, five.ExitCode);
        Assert.Contains("reduced to 1/5, for which no network is installed; the record is ignored", five.Output, StringComparison.Ordinal);
        Assert.Contains("(48 x 32)", five.Output, StringComparison.Ordinal);

        File.WriteAllBytes(folder["large.png"], Recorded(Json(65536, 65536, 4, 4)));
        RsrResult large = Rsr.Run(folder, "upscale", "large.png", "-s", "2", "--dry-run");
        Assert.Contains("(48 x 32)", large.Output, StringComparison.Ordinal);
        Assert.Contains("the record is ignored", large.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_comes_out_of_a_file_is_cut_and_reaches_the_terminal_as_visible_text()
    {
        using TestFolder folder = new TestFolder();
        string model = "\\u001b[2J\\u202e" + new string('m', 180);
        File.WriteAllBytes(folder["a.png"], Recorded(Json(48, 32, 2).Replace("rrnet-x2-learned", model, StringComparison.Ordinal)));
        RsrResult result = Rsr.Run(folder, "upscale", "a.png", "-s", "2");
        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain('\u001b', result.Output + result.Error);
        Assert.DoesNotContain('\u202e', result.Output + result.Error);
        Assert.Contains("\\u{1B}[2J", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(new string('m', 100), result.Output, StringComparison.Ordinal);

        if (OperatingSystem.IsLinux())
        {
            File.WriteAllText(folder["b\u001b[31m.png"], "no picture");
            RsrResult named = Rsr.Run(folder, "upscale", "b\u001b[31m.png", "-s", "2");
            Assert.DoesNotContain('\u001b', named.Output + named.Error);
        }
    }

    [Fact]
    public void One_line_keeps_what_people_write()
    {
        Assert.Equal("Zoë 東京 👩‍👧", OneLine.Of("Zoë 東京 👩‍👧"));
        Assert.Equal("a; b\\u{7}", OneLine.Of("a\n  b\a"));
        Assert.Equal(new string('x', 77) + "...", OneLine.Quote(new string('x', 1_000_000)));
    }
}
