// Standard input and output as pictures, progress for programs, and a tool that ends with the program that started it.
using System.Diagnostics;
using System.Text.Json;
using NetVips;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Commands;

public class PipeTests
{
    [Fact]
    public void A_picture_comes_and_goes_through_pipes()
    {
        using TestFolder folder = new TestFolder();
        foreach (string extension in (string[])["png", "jpg", "webp", "tif"])
        {
            Pictures.Rgb(9, 8).Save(folder[$"a.{extension}"]);
            RsrResult result = Rsr.Shell(folder, $"cat a.{extension} | $RSR upscale - -s 2 > out.{extension}");
            Assert.True(result.ExitCode == 0, result.Error);
            Assert.Contains("standard input (9 x 8) -> - (18 x 16): ", result.Error, StringComparison.Ordinal);
            PictureHeader header = PictureReader.ReadHeader(folder[$"out.{extension}"]);
            Assert.Equal((18, 16, PictureFormat.OfExtension($"a.{extension}")), (header.Width, header.Height, header.Format));
        }

        // The same bytes as with files, whichever way in and out.
        Rsr.Run(folder, "upscale", "a.png", "-s", "2", "-o", "file.png");
        byte[] expected = File.ReadAllBytes(folder["file.png"]);
        Assert.Equal(expected, File.ReadAllBytes(folder["out.png"]));
        Assert.Equal(
            0,
            Rsr.Shell(
                folder,
                "cat a.png | $RSR upscale /dev/stdin -s 2 -o b.png && $RSR upscale a.png -s 2 -o - | cat > c.png && $RSR upscale <(cat a.png) -s 2 -o d.png && $RSR upscale - -s 2 -o e.png < a.png"
            ).ExitCode
        );
        foreach (string name in (string[])["b.png", "c.png", "d.png", "e.png"])
        {
            Assert.Equal(expected, File.ReadAllBytes(folder[name]));
        }

        Assert.Equal(
            0,
            Rsr.Shell(
                folder,
                "cat a.png | $RSR upscale - -s 2 --format jpeg | cat > f.jpg; cat a.png | $RSR upscale - -s 2 -o out/"
            ).ExitCode
        );
        Assert.Equal(PictureFormat.Jpeg, PictureReader.ReadHeader(folder["f.jpg"]).Format);
        Assert.Contains("out/standard-input.png", folder.Files.Select(name => name.Replace('\\', '/')));
    }

    [Fact]
    public void Closed_pipes_end_quietly_and_empty_ones_are_said()
    {
        // Noise: enlarged, it is larger than what a pipe holds, whatever is chosen for it.
        using TestFolder folder = new TestFolder();
        Image.Gaussnoise(200, 200, mean: 128, sigma: 40, seed: 1).Cast(Enums.BandFormat.Uchar).Save(folder["a.png"]);
        RsrResult closed = Rsr.Shell(folder, "$RSR upscale a.png -s 4 -o - | head -c 10 >/dev/null; exit ${PIPESTATUS[0]}");
        Assert.Equal(3, closed.ExitCode);
        Assert.Empty(closed.Error);
        RsrResult full = Rsr.Shell(folder, "$RSR upscale a.png -s 2 -o - > /dev/full");
        Assert.Equal(3, full.ExitCode);
        Assert.Contains("standard output: cannot be written: No space left", full.OnlyErrorLine, StringComparison.Ordinal);
        RsrResult empty = Rsr.Shell(folder, "$RSR upscale - -s 2 -o b.png </dev/null");
        Assert.Equal(3, empty.ExitCode);
        Assert.Contains("rsr: standard input: expected", empty.OnlyErrorLine, StringComparison.Ordinal);
        Assert.Contains("empty file", empty.OnlyErrorLine, StringComparison.Ordinal);
        Assert.Contains("standard input is closed", Rsr.Shell(folder, "$RSR upscale - -s 2 -o b.png <&-").Error, StringComparison.Ordinal);
        Assert.Equal(2, Rsr.Shell(folder, "cat a.png | $RSR upscale - a.png -s 2 -o -").ExitCode);
        Assert.Equal(["a.png"], folder.Files);
        Assert.DoesNotContain(
            Directory
                .EnumerateFiles(Path.GetTempPath(), ".rsr-*")
                .Where(path => File.GetLastWriteTimeUtc(path) > DateTime.UtcNow.AddSeconds(-5)),
            _ => false
        );
    }

    [Fact]
    public void Progress_for_programs_is_one_object_per_line()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(300, 200).Save(folder["a.png"]);
        File.WriteAllText(folder["b.png"], "no picture");
        RsrResult result = Rsr.Run(folder, "upscale", "a.png", "b.png", "-s", "2", "--progress", "json");
        Assert.Equal(3, result.ExitCode);
        JsonElement[] lines =
        [
            .. result.Error.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement),
        ];
        Assert.Equal(["failed", "start"], lines.Take(2).Select(line => line.GetProperty("event").GetString())); // Known before the work.
        Assert.Equal("b.png", lines[0].GetProperty("input").GetString());
        JsonElement[] a = lines[1..];
        Assert.All(
            a,
            line =>
                Assert.Equal(
                    ("a.png", 1, 2),
                    (line.GetProperty("input").GetString(), line.GetProperty("index").GetInt32(), line.GetProperty("count").GetInt32())
                )
        );
        Assert.Equal("done", a[^1].GetProperty("event").GetString());
        Assert.Equal("a-x2.png", a[^1].GetProperty("output").GetString());
        double[] fractions = [.. a[1..^1].Select(line => line.GetProperty("fraction").GetDouble())];
        Assert.True(fractions.Length >= 3, result.Error);
        Assert.Equal(fractions.Order(), fractions);
        Assert.All(fractions, fraction => Assert.InRange(fraction, 0, 1));
    }

    [Fact]
    public void The_tool_ends_with_its_parent()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(2400, 1600).Save(folder["a.png"]);
        // The parent is a shell that holds the other end of the pipe and is killed without a chance to say so.
        RsrResult result = Rsr.Shell(
            folder,
            "mkfifo held; sleep 100 > held & parent=$!; $RSR upscale a.png -s 4 --parent-stdin < held & rsr=$!; sleep 3; kill -9 $parent; wait $rsr"
        );
        Assert.Equal(130, result.ExitCode);
        Assert.Contains("rsr: cancelled", result.Error, StringComparison.Ordinal);
        Assert.Equal(["a.png", "held"], folder.Files);

        Pictures.Rgb(8, 8).Save(folder["small.png"]);
        Assert.Equal(
            0,
            Rsr.Shell(
                folder,
                "sleep 50 >held 2>/dev/null & parent=$!; $RSR upscale small.png -s 2 --parent-stdin <held; code=$?; kill $parent; exit $code"
            ).ExitCode
        );
        Assert.Equal(2, Rsr.Shell(folder, "$RSR upscale - -s 2 --parent-stdin < small.png").ExitCode);
    }
}
