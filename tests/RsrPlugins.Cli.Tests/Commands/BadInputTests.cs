// Everything that can be wrong with inputs, outputs and the installation, on the real executable: one line on stderr, the
// documented exit code, nothing left behind; and in a batch the others are still done.
using System.Diagnostics;
using System.Text.Json;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Commands;

public class BadInputTests
{
    private static readonly string _installedModels = Path.Combine(AppContext.BaseDirectory, "models");

    private static void Fails(TestFolder folder, int exitCode, string expected, params string[] arguments)
    {
        string[] before = folder.Files;
        RsrResult result = Rsr.Run(folder, arguments);
        Assert.True(result.ExitCode == exitCode, $"expected exit code {exitCode}, found {result.ExitCode}: {result.Error}");
        Assert.Empty(result.Output);
        Assert.Contains(expected, result.OnlyErrorLine, StringComparison.Ordinal);
        Assert.Equal(before, folder.Files);
    }

    [Fact]
    public void A_missing_file() => InFolder(folder => Fails(folder, 3, "nothing.png: no such file", "upscale", "nothing.png", "-s", "2"));

    [Fact]
    public void A_folder_without_pictures() =>
        InFolder(folder =>
        {
            File.WriteAllText(folder["notes.txt"], "x");
            Fails(
                folder,
                3,
                "expected at least one PNG, JPEG, WebP, TIFF, AVIF or GIF file in this folder, found none",
                "upscale",
                ".",
                "-s",
                "2"
            );
        });

    [Fact]
    public void A_truncated_png() =>
        InFolder(folder =>
        {
            byte[] whole = File.ReadAllBytes(Pictures.Rgb(300, 200).Save(folder["a.png"]));
            File.WriteAllBytes(folder["a.png"], whole[..(whole.Length * 2 / 3)]);
            Fails(folder, 3, "a.png: expected a whole PNG, found a damaged or truncated file", "upscale", "a.png", "-s", "2");
        });

    [Fact]
    public void An_empty_file() =>
        InFolder(folder =>
        {
            File.WriteAllText(folder["a.png"], string.Empty);
            Fails(
                folder,
                3,
                "a.png: expected PNG, JPEG, WebP, TIFF, AVIF or GIF, found an empty file (0 bytes)",
                "downscale",
                "a.png",
                "-s",
                "2"
            );
        });

    [Fact]
    public void Text_named_png() =>
        InFolder(folder =>
        {
            File.WriteAllText(folder["a.png"], "Dear Sir,\n");
            Fails(
                folder,
                3,
                "a.png: expected PNG, JPEG, WebP, TIFF, AVIF or GIF, found text (it starts with \"Dear Sir,\")",
                "downscale",
                "a.png",
                "-s",
                "2"
            );
        });

    [Fact]
    public void An_output_that_is_the_input() =>
        InFolder(folder =>
        {
            Pictures.Rgb(8, 8).Save(folder["a.png"]);
            Fails(folder, 2, "would replace its own input", "upscale", "a.png", "-s", "2", "-o", "./a.png", "--force");
            if (OperatingSystem.IsWindows())
            {
                return;
            }

            File.CreateSymbolicLink(folder["link.png"], folder["a.png"]);
            Fails(folder, 2, "would replace its own input", "upscale", "a.png", "-s", "2", "-o", "link.png", "--force");
        });

    [Fact]
    public void A_folder_that_cannot_be_written() =>
        InFolder(folder =>
        {
            Pictures.Rgb(8, 8).Save(folder["a.png"]);
            File.WriteAllText(folder["file"], "x");
            Fails(folder, 3, "b.png: cannot be written", "upscale", "a.png", "-s", "2", "-o", "file/b.png");
            Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc, which nobody can write");
            Fails(folder, 3, "/proc/b.png: cannot be written", "upscale", "a.png", "-s", "2", "-o", "/proc/b.png");
        });

    [Fact]
    public void A_full_disk() =>
        InFolder(folder =>
        {
            Assert.SkipUnless(
                OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess,
                "needs Linux and root, to mount a small file system"
            );
            Pictures.Rgb(600, 400).Save(folder["a.png"]);
            Directory.CreateDirectory(folder["small"]);
            RunToEnd("mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", folder["small"]);
            try
            {
                foreach (string extension in (string[])["png", "jpg", "webp", "tif"])
                {
                    string[] quality = extension is "jpg" or "webp" ? ["--quality", "100"] : [];
                    Fails(
                        folder,
                        3,
                        "No space left on device",
                        ["upscale", "a.png", "-s", "1.1", "--strength", "100", "-o", $"small/b.{extension}", .. quality]
                    );
                }
            }
            finally
            {
                RunToEnd("umount", folder["small"]);
            }
        });

    [Fact]
    public void A_picture_too_large_for_its_format_is_refused_before_the_work() =>
        InFolder(folder =>
        {
            Pictures.Rgb(5000, 1).Save(folder["a.png"]);
            Fails(
                folder,
                3,
                "WebP holds at most 16383 pixels per side, the result has 20000 x 4",
                "upscale",
                "a.png",
                "-s",
                "4",
                "-o",
                "b.webp"
            );
        });

    [Fact]
    public void The_wrong_direction() =>
        InFolder(folder =>
        {
            Pictures.Rgb(20, 20).Save(folder["a.png"]);
            Fails(folder, 3, "a.png: expected a size above 20 x 20, found 10 x 10; 'rsr downscale'", "upscale", "a.png", "--width", "10");
            Fails(folder, 3, "a.png: expected a size below 20 x 20, found 30 x 30; 'rsr upscale'", "downscale", "a.png", "--width", "30");
        });

    [Fact]
    public void Missing_and_damaged_models() =>
        InFolder(folder =>
        {
            Pictures.Rgb(8, 8).Save(folder["a.png"]);
            Directory.CreateDirectory(folder["none"]);
            Directory.CreateDirectory(folder["some"]);
            foreach (string file in Directory.GetFiles(_installedModels))
            {
                string name = Path.GetFileName(file);
                if (!name.StartsWith("srnet-x3", StringComparison.Ordinal))
                {
                    File.Copy(file, folder[Path.Combine("some", name)]);
                }
            }

            byte[] network = File.ReadAllBytes(folder["some/srnet-x2-photo.onnx"]);
            network[network.Length / 2] ^= 1;
            File.WriteAllBytes(folder["some/srnet-x2-photo.onnx"], network);

            WithModels("none", 4, "models.json is missing", "upscale", "a.png", "-s", "2");
            WithModels("some", 4, "enlarges x3 (photo) is not installed", "upscale", "a.png", "-s", "3");
            WithModels("some", 4, "corrects reductions x3 (learned) is not installed", "downscale", "a.png", "-s", "3", "--effort", "1");
            WithModels("some", 4, "srnet-x2-photo.onnx is damaged: expected SHA-256", "upscale", "a.png", "-s", "2");

            RsrResult verified = Rsr.Run(folder, new Dictionary<string, string> { ["RSR_MODELS"] = folder["some"] }, "models", "verify");
            Assert.Equal(4, verified.ExitCode);
            Assert.Contains("rsr: srnet-x2-photo:", verified.OnlyErrorLine, StringComparison.Ordinal);
            Assert.Contains("good (hash, runs on CPU)", verified.Output, StringComparison.Ordinal);

            void WithModels(string models, int exitCode, string expected, params string[] arguments)
            {
                RsrResult result = Rsr.Run(folder, new Dictionary<string, string> { ["RSR_MODELS"] = folder[models] }, arguments);
                Assert.Equal(exitCode, result.ExitCode);
                Assert.Contains(expected, result.OnlyErrorLine, StringComparison.Ordinal);
                Assert.DoesNotContain(folder.Files, name => name.StartsWith("a-", StringComparison.Ordinal));
            }
        });

    [Fact]
    public void In_a_batch_the_others_are_done_and_the_summary_names_what_failed() =>
        InFolder(folder =>
        {
            Directory.CreateDirectory(folder["in"]);
            Pictures.Rgb(8, 8).Save(folder["in/a.png"]);
            File.WriteAllText(folder["in/b.png"], "not a picture");
            Pictures.Rgb(8, 8).Save(folder["in/c.jpg"]);
            RsrResult result = Rsr.Run(folder, "upscale", "in", "gone.png", "-s", "2", "-o", "out");
            Assert.Equal(3, result.ExitCode);
            Assert.Equal(["a.png", "c.jpg"], Directory.GetFiles(folder["out"]).Select(path => Path.GetFileName(path)).Order());
            string[] lines = result.Error.TrimEnd().Split('\n');
            Assert.Equal(3, lines.Length);
            Assert.Equal("rsr: gone.png: no such file", lines[0]);
            Assert.Contains("in/b.png: expected PNG", lines[1].Replace('\\', '/'), StringComparison.Ordinal);
            Assert.Equal("rsr: 2 of 4 failed: gone.png, in/b.png", lines[2].Replace('\\', '/'));

            RsrResult json = Rsr.Run(folder, "upscale", "in", "-s", "2", "-o", "out2", "--json");
            Assert.Equal(3, json.ExitCode);
            JsonElement root = JsonDocument.Parse(json.Output).RootElement;
            Assert.Equal(2, root.GetProperty("results").GetArrayLength());
            Assert.EndsWith("b.png", root.GetProperty("failures")[0].GetProperty("input").GetString(), StringComparison.Ordinal);
        });

    [Fact]
    public void Two_results_of_one_name_do_not_replace_each_other() =>
        InFolder(folder =>
        {
            Directory.CreateDirectory(folder["x"]);
            Pictures.Rgb(8, 8).Save(folder["a.png"]);
            Pictures.Rgb(12, 12).Save(folder["x/a.png"]);
            RsrResult result = Rsr.Run(folder, "upscale", "a.png", "x/a.png", "-s", "2", "-o", "out", "--force");
            Assert.Equal(3, result.ExitCode);
            Assert.Contains("have the same name", result.Error, StringComparison.Ordinal);
            Assert.Equal(16, RsrPlugins.Cli.Files.PictureReader.ReadHeader(folder["out/a.png"]).Width);
        });

    private static void InFolder(Action<TestFolder> test)
    {
        using TestFolder folder = new TestFolder();
        test(folder);
    }

    private static void RunToEnd(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} failed");
    }
}
