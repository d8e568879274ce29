// compress and restore on the real executable: a small ordinary picture, its bytes counted, the full size back.
using System.Text.Json;
using RsrPlugins.Cli.Commands;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Commands;

public class CompressTests
{
    [Theory]
    [InlineData("png", 2)]
    [InlineData("webp", 3)]
    public void A_compressed_picture_is_a_small_picture_that_comes_back(string extension, int scale)
    {
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(91, 64).Save(folder["a.png"]);
        RsrResult compressed = Rsr.Run(folder, "compress", "a.png", $"a.rsr.{extension}", "--scale", $"{scale}", "--json");
        Assert.True(compressed.ExitCode == 0, compressed.Error);
        JsonElement report = JsonDocument.Parse(compressed.Output).RootElement;
        long bytes = new FileInfo(folder[$"a.rsr.{extension}"]).Length;
        Assert.Equal(bytes, report.GetProperty("bytes").GetInt64());
        Assert.Equal(bytes * 8 / (91.0 * 64), report.GetProperty("bitsPerPixel").GetDouble(), 0.001);
        Assert.Equal((91 + scale - 1) / scale, PictureReader.ReadHeader(folder[$"a.rsr.{extension}"]).Width);

        RsrResult restored = Rsr.Run(folder, "restore", $"a.rsr.{extension}", "b.png");
        Assert.True(restored.ExitCode == 0, restored.Error);
        RsrResult compared = Rsr.Run(folder, "compare", "a.png", "b.png", "--json");
        JsonElement difference = JsonDocument.Parse(compared.Output).RootElement;
        Assert.True(difference.GetProperty("lumaPsnr").GetDouble() > 30, compared.Output);
        // The colour comes back too: grey in its place would be below 15 dB.
        Assert.True(difference.GetProperty("rgbPsnr").GetDouble() > 28, compared.Output);
    }

    [Fact]
    public void An_ordinary_picture_cannot_be_restored()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(8, 8).Save(folder["a.png"]);
        RsrResult result = Rsr.Run(folder, "restore", "a.png");
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("a.png: expected a picture made by 'rsr compress'", result.OnlyErrorLine, StringComparison.Ordinal);
        Assert.Equal(["a.png"], folder.Files);
    }

    [Theory]
    [InlineData("compress", ".", "rsr downscale")]
    [InlineData("compress", "*.png", "rsr downscale")]
    [InlineData("restore", ".", "rsr upscale")]
    public void They_take_one_picture_and_say_what_takes_many(string command, string input, string other)
    {
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(16, 16).Save(folder["a.png"]);
        RsrResult result = Rsr.Run(folder, command, input);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(
            $"{input}: expected one picture, found a folder or a pattern; '{other}' takes several.",
            result.OnlyErrorLine,
            StringComparison.Ordinal
        );
        Assert.Equal(["a.png"], folder.Files);
    }

    [Theory]
    [InlineData("x/photo.rsr.png", "x/photo-restored.png")]
    [InlineData("photo.webp", "photo-restored.webp")]
    public void Default_name_of_a_restored_picture(string path, string expected) =>
        Assert.Equal(expected, CompressCommand.RestoredName(path).Replace('\\', '/'));
}
