// Batches on the real executable: folders mirrored, runs resumed, parts that together make the same files as one run, sizes that
// mix, names with dots, permissions, and what is known before any network runs.
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Commands;

public class BatchTests
{
    private static RsrResult Good(TestFolder folder, params string[] arguments)
    {
        RsrResult result = Rsr.Run(folder, arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }

    private static TestFolder WithPictures(params string[] names)
    {
        TestFolder folder = new TestFolder();
        for (int index = 0; index < names.Length; index++)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[names[index]])!);
            Pictures.Rgb(8 + index, 9).Save(folder[names[index]]);
        }

        return folder;
    }

    private static string[] FilesOf(TestFolder folder, string below) =>
        [.. folder.Files.Where(name => name.StartsWith(below, StringComparison.Ordinal)).Select(name => name.Replace('\\', '/'))];

    [Fact]
    public void Recursive_mirrors_folders_and_a_second_run_goes_on_where_the_first_stopped()
    {
        using TestFolder folder = WithPictures("in/a.png", "in/deep/b.png", "in/deep/er/c.jpg");
        Good(folder, "upscale", "in", "-r", "-s", "2", "-o", "in/out");
        string[] all = ["in/out/a.png", "in/out/deep/b.png", "in/out/deep/er/c.jpg"];
        Assert.Equal(all, FilesOf(folder, "in/out"));
        DateTime first = File.GetLastWriteTimeUtc(folder[all[0]]);
        File.Delete(folder[all[1]]);

        RsrResult again = Good(folder, "upscale", "in", "-r", "-s", "2", "-o", "in/out", "--skip-existing", "--json");
        JsonElement report = JsonDocument.Parse(again.Output).RootElement;
        Assert.Equal("in/deep/b.png", report.GetProperty("results").EnumerateArray().Single().GetProperty("input").GetString());
        Assert.Equal(
            2,
            report
                .GetProperty("passedOver")
                .EnumerateArray()
                .Count(one => one.GetProperty("reason").GetString() == "the result already exists")
        );
        Assert.Contains("passed over out: the results' own folder", again.Error, StringComparison.Ordinal);
        Assert.Equal(all, FilesOf(folder, "in/out"));
        Assert.Equal(first, File.GetLastWriteTimeUtc(folder[all[0]]));

        Assert.Equal(3, Rsr.Run(folder, "upscale", "in", "-r", "-s", "2", "-o", "in/out").ExitCode); // Without it they are in the way.
    }

    [Fact]
    public void Beside_the_inputs_a_second_run_finds_nothing_new()
    {
        using TestFolder folder = WithPictures("a.png", "b.png");
        Good(folder, "upscale", ".", "-s", "2");
        RsrResult again = Good(folder, "upscale", ".", "-s", "2", "--skip-existing");
        Assert.Contains("a-x2.png: named like a result of a", again.Error, StringComparison.Ordinal);
        Assert.Contains("passed over a.png, b.png: the result already exists", again.Error, StringComparison.Ordinal);
        Assert.Equal(["a-x2.png", "a.png", "b-x2.png", "b.png"], folder.Files);
    }

    [Fact]
    public void Results_that_the_shell_names_as_inputs_are_not_enlarged_again()
    {
        using TestFolder folder = WithPictures("a.png", "b.png");
        Good(folder, "upscale", "a.png", "b.png", "-s", "2");
        RsrResult again = Good(folder, "upscale", "a-x2.png", "a.png", "b-x2.png", "b.png", "-s", "2", "--skip-existing");
        Assert.Contains(
            "passed over a-x2.png, b-x2.png: a result of an earlier run of this command",
            again.Error,
            StringComparison.Ordinal
        );
        Assert.Equal(["a-x2.png", "a.png", "b-x2.png", "b.png"], folder.Files);
        byte[] before = File.ReadAllBytes(folder["a-x2.png"]);
        RsrResult forced = Rsr.Run(folder, "upscale", "a.png", "a-x2.png", "-s", "2", "--force");
        Assert.Equal(3, forced.ExitCode);
        Assert.Contains("would replace another input", forced.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(folder["a-x2.png"]));
    }

    [Fact]
    public void Parts_together_make_the_same_files_as_one_run()
    {
        using TestFolder folder = WithPictures("in/a.png", "in/b.png", "in/c.jpg", "in/d.png", "in/deep/e.png");
        Good(folder, "upscale", "in", "-r", "-s", "2", "-o", "whole");
        foreach (string part in (string[])["1/3", "2/3", "3/3"])
        {
            Good(folder, "upscale", "in", "-r", "-s", "2", "-o", "parts", "--shard", part);
        }

        string[] whole = FilesOf(folder, "whole"),
            parts = FilesOf(folder, "parts");
        Assert.Equal(5, whole.Length);
        Assert.Equal(whole.Select(name => name.Replace("whole", "parts", StringComparison.Ordinal)), parts);
        Assert.Equal(whole.Select(HashOf), parts.Select(HashOf));
        Assert.Empty(
            JsonDocument
                .Parse(Good(folder, "upscale", "in/a.png", "-s", "2", "--shard", "2/2", "--json").Output)
                .RootElement.GetProperty("results")
                .EnumerateArray()
        );
        Assert.Equal(2, Rsr.Run(folder, "upscale", "in", "-s", "2", "--shard", "4/3").ExitCode);

        string HashOf(string name) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(folder[name])));
    }

    [Fact]
    public void Parts_agree_on_whose_a_common_name_is()
    {
        using TestFolder folder = WithPictures("x/a.png", "y/a.png");
        RsrResult second = Rsr.Run(folder, "upscale", "x/a.png", "y/a.png", "-s", "2", "-o", "out", "--shard", "2/2");
        Assert.Equal(3, second.ExitCode);
        Assert.Contains("same name", second.Error, StringComparison.Ordinal);
        Good(folder, "upscale", "x/a.png", "y/a.png", "-s", "2", "-o", "out", "--shard", "1/2");
        Assert.Equal(16, PictureReader.ReadHeader(folder["out/a.png"]).Width);
    }

    [Fact]
    public void Mixed_sizes_are_said_before_any_work_or_done_either_way()
    {
        using TestFolder folder = new TestFolder();
        foreach ((string name, int width) in ((string, int)[])[("small", 10), ("same", 20), ("large", 45)])
        {
            Pictures
                .Rgb(width, width)
                .Save(
                    folder[
                        $"in/{name}.png".Replace("in/", Directory.CreateDirectory(folder["in"]).FullName + "/", StringComparison.Ordinal)
                    ]
                );
        }

        RsrResult dry = Rsr.Run(folder, "upscale", "in", "--width", "20", "-o", "out", "--dry-run");
        Assert.Equal(3, dry.ExitCode);
        Assert.Contains("in/large.png: expected a size above 45 x 45", dry.Error, StringComparison.Ordinal);
        Assert.Contains("--either-way enlarges or reduces each picture", dry.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));

        RsrResult done = Good(folder, "upscale", "in", "--width", "20", "-o", "out", "--either-way");
        Assert.Contains("already has this size", done.Output, StringComparison.Ordinal);
        Assert.Contains("learned 1/2, then bicubic to 20 x 20", done.Output, StringComparison.Ordinal);
        Good(folder, "downscale", "in", "--width", "20", "-o", "down", "--either-way");
        foreach (string name in FilesOf(folder, "out").Concat(FilesOf(folder, "down")))
        {
            Assert.Equal(20, PictureReader.ReadHeader(folder[name]).Width);
        }

        Assert.Equal(File.ReadAllBytes(folder["out/large.png"]), File.ReadAllBytes(folder["down/large.png"]));
    }

    [Fact]
    public void Names_with_dots_keep_them()
    {
        using TestFolder folder = WithPictures("a.png", "b.png");
        File.Move(folder["a.png"], folder["shot 12.30"]);
        Good(folder, "upscale", "shot 12.30", "-s", "2");
        Good(folder, "upscale", "shot 12.30", "b.png", "-s", "2", "-o", "results.v2");
        Assert.Equal(
            ["b.png", "results.v2/b.png", "results.v2/shot 12.30.png", "shot 12.30", "shot 12.30-x2.png"],
            FilesOf(folder, string.Empty)
        );
    }

    [Fact]
    public void A_result_is_readable_by_no_more_people_than_its_picture_and_a_replaced_file_keeps_its_permissions()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Unix permissions");
            return;
        }

        using TestFolder folder = WithPictures("a.png", "b.png");
        File.SetUnixFileMode(folder["a.png"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Good(folder, "upscale", "a.png", "-s", "2");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["a-x2.png"]));

        const UnixFileMode readOnlyForAll = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        File.WriteAllText(folder["old.png"], "old");
        File.SetUnixFileMode(folder["old.png"], readOnlyForAll);
        Directory.CreateDirectory(folder["place"]);
        File.CreateSymbolicLink(folder["link.png"], folder["old.png"]);
        File.CreateSymbolicLink(folder["new.png"], folder["place/new.png"]);
        Good(folder, "upscale", "a.png", "-s", "2", "-o", "link.png", "--force");
        Assert.NotNull(new FileInfo(folder["link.png"]).LinkTarget);
        Assert.Equal(16, PictureReader.ReadHeader(folder["old.png"]).Width);
        Assert.Equal(readOnlyForAll, File.GetUnixFileMode(folder["old.png"]));
        Good(folder, "upscale", "b.png", "-s", "2", "-o", "new.png");
        Assert.NotNull(new FileInfo(folder["new.png"]).LinkTarget);
        Assert.Equal(18, PictureReader.ReadHeader(folder["place/new.png"]).Width);
    }

    [Fact]
    public void What_cannot_be_written_is_known_before_the_work_also_by_a_dry_run()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess,
            "needs Linux and root, to mount a small file system"
        );
        using TestFolder folder = new TestFolder();
        using (NetVips.Image noise = NetVips.Image.Gaussnoise(600, 400, sigma: 60, mean: 128))
        using (NetVips.Image grey = noise.Cast(NetVips.Enums.BandFormat.Uchar))
        {
            grey.WriteToFile(folder["a.png"]);
        }

        File.WriteAllText(folder["file"], "x");
        Directory.CreateDirectory(folder["small"]);
        RunToEnd("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder["small"]);
        try
        {
            foreach (
                (string output, string expected) in ((string, string)[])
                    [
                        ("small/b.png", "No space left on device: expected at least"),
                        ("file/b.png", "is a file, not a folder"),
                        ("/proc/b.png", "/proc/b.png: cannot be written"),
                        ("/dev/null", "expected a file name, this is a device"),
                    ]
            )
            {
                string target = output == "/dev/null" ? Link("null.png", "/dev/null") : output;
                RsrResult dry = Rsr.Run(folder, "upscale", "a.png", "-s", "2", "-o", target, "--dry-run", "--force");
                Assert.True(dry.ExitCode == 3, $"{output}: {dry.ExitCode} {dry.Error}");
                Assert.Contains(expected, dry.OnlyErrorLine, StringComparison.Ordinal);
            }

            Assert.Empty(Directory.EnumerateFileSystemEntries(folder["small"]));
        }
        finally
        {
            RunToEnd("umount", folder["small"]);
        }

        string Link(string name, string target)
        {
            File.CreateSymbolicLink(folder[name], target);
            return name;
        }
    }

    private static void RunToEnd(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} failed");
    }
}
