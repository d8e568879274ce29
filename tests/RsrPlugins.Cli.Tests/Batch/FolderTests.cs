// A folder is somebody's folder: pipes, devices, links, hidden files, other files, folders that cannot be read. None of them stops
// the batch or waits, and each is said.
using System.Diagnostics;
using System.Text.Json;
using RsrPlugins.Cli.Batch;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Batch;

public class FolderTests
{
    private static TestFolder WithFiles(params string[] names)
    {
        TestFolder folder = new TestFolder();
        foreach (string name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            File.WriteAllText(folder[name], "x");
        }

        return folder;
    }

    private static string[] Names(FoundInputs found) => [.. found.Files.Select(file => file.RelativeName.Replace('\\', '/'))];

    private static Dictionary<string, string> Reasons(FoundInputs found) =>
        found.PassedOver.ToDictionary(one => Path.GetFileName(one.Path), one => one.Reason, StringComparer.Ordinal);

    [Fact]
    public void Hidden_and_other_files_are_passed_over_with_a_word()
    {
        using TestFolder folder = WithFiles("a.png", "b.JFIF", "._a.png", ".hidden/c.png", "notes.txt", ".DS_Store", "deep/d.png");
        Pictures.Rgb(2, 2).Save(folder["picture.png"]);
        File.Move(folder["picture.png"], folder["picture.v2"]);
        FoundInputs found = InputFinder.Find([folder.Root]);
        Assert.Equal(["a.png", "b.JFIF"], Names(found));
        Assert.Empty(found.Failures);
        Assert.Equal("hidden", Reasons(found)["._a.png"]);
        Assert.Equal("hidden", Reasons(found)[".hidden"]);
        Assert.Equal("not a picture by its name", Reasons(found)["notes.txt"]);
        Assert.Contains("a PNG file by its content", Reasons(found)["picture.v2"], StringComparison.Ordinal);
        Assert.Contains("--recursive", Reasons(found)["deep"], StringComparison.Ordinal);
        Assert.Equal(5, found.PassedOver.Count); // .DS_Store is nothing anybody misses.

        Assert.Equal(["a.png", "b.JFIF", "deep/d.png"], Names(InputFinder.Find([folder.Root], new InputSearch(Recursive: true))));
        Assert.Equal(["._a.png"], Names(InputFinder.Find([folder["._*.png"]])));
        Assert.Equal(["._a.png"], Names(InputFinder.Find([folder["._a.png"]])));
    }

    [Fact]
    public void Results_of_an_earlier_run_are_not_taken_from_a_folder()
    {
        using TestFolder folder = WithFiles("a.png", "a-x2.png", "a-down3.png", "a-640x480.jpg", "b-x2.png", "a-x2-x2.png");
        FoundInputs found = InputFinder.Find([folder.Root]);
        Assert.Equal(["a.png", "b-x2.png"], Names(found)); // There is no b: somebody named it so.
        Assert.Equal("named like a result of a (give its name to include it)", Reasons(found)["a-x2.png"]);
        Assert.Equal(["a-down3.png", "a.png", "b-x2.png"], Names(InputFinder.Find([folder.Root], new InputSearch(TakeReductions: true))));
        Assert.Equal(["a-x2.png"], Names(InputFinder.Find([folder["a-x2.png"]])));
    }

    [Fact]
    public void A_result_of_a_picture_without_an_extension_is_known_too()
    {
        using TestFolder folder = WithFiles("name.with.dots", "name.with.dots-x2.png", "noext", "noext-x4.png", "noextension-x4.png");
        FoundInputs found = InputFinder.Find([folder.Root]);
        Assert.Equal(["noextension-x4.png"], Names(found));
        Assert.Equal("named like a result of name.with.dots (give its name to include it)", Reasons(found)["name.with.dots-x2.png"]);
    }

    [Fact]
    public void Links_are_followed_to_files_and_not_to_folders()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a privilege on Windows");
        using TestFolder folder = WithFiles("in/a.png", "in/deep/b.png", "out/c.png");
        File.CreateSymbolicLink(folder["in/link.png"], folder["out/c.png"]);
        File.CreateSymbolicLink(folder["in/gone.png"], folder["nothing"]);
        Directory.CreateSymbolicLink(folder["in/deep/circle"], folder["in"]);
        FoundInputs found = InputFinder.Find([folder["in"]], new InputSearch(Recursive: true));
        Assert.Equal(["a.png", "deep/b.png", "link.png"], Names(found));
        Assert.Equal("a link to nothing", Reasons(found)["gone.png"]);
        Assert.Equal("a link to a folder", Reasons(found)["circle"]);
        Assert.Contains(
            "it is a link to",
            Assert.Single(InputFinder.Find([folder["in/gone.png"]]).Failures).Problem,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Nothing_waits_for_a_pipe()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs mkfifo");
        using TestFolder folder = WithFiles("in/notes.txt");
        Pictures.Rgb(8, 8).Save(folder["in/a.png"]);
        RunToEnd("mkfifo", folder["in/pipe.png"]);
        File.CreateSymbolicLink(folder["in/link.png"], folder["in/pipe.png"]);
        File.CreateSymbolicLink(folder["in/zero.png"], "/dev/zero");
        RsrResult result = Rsr.Run(folder, "upscale", "in", "-s", "2", "-o", "out");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("passed over link.png, pipe.png: a pipe (FIFO)", result.Error, StringComparison.Ordinal);
        Assert.Contains("passed over zero.png: a device", result.Error, StringComparison.Ordinal);
        Assert.Contains("passed over notes.txt: not a picture by its name", result.Error, StringComparison.Ordinal);

        RsrResult json = Rsr.Run(folder, "upscale", "in", "-s", "2", "-o", "out2", "--json");
        Assert.Equal(4, JsonDocument.Parse(json.Output).RootElement.GetProperty("passedOver").GetArrayLength());

        RsrResult named = Rsr.Run(folder, "compare", "in/a.png", "in/pipe.png");
        Assert.Equal(3, named.ExitCode);
        Assert.Contains("this is a pipe (FIFO)", named.OnlyErrorLine, StringComparison.Ordinal);
        Assert.Contains("found a device", Rsr.Run(folder, "upscale", "/dev/zero", "-s", "2").OnlyErrorLine, StringComparison.Ordinal);

        RunToEnd("mkfifo", folder["models.json"]);
        RsrResult models = Rsr.Run(folder, new Dictionary<string, string> { ["RSR_MODELS"] = folder.Root }, "models", "list");
        Assert.Equal(4, models.ExitCode);
        Assert.Contains(
            "models.json is not a list of models: it is empty, a pipe or a device",
            models.OnlyErrorLine,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_folder_that_cannot_be_read_is_one_line_and_the_rest_is_done()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess,
            "needs Linux and root, to run the tool as somebody else"
        );
        using TestFolder folder = WithFiles("in/locked/b.png");
        Pictures.Rgb(8, 8).Save(folder["in/a.png"]);
        Directory.CreateDirectory(folder["out"]);
        RunToEnd("chmod", "-R", "a+rwX", folder.Root);
        RunToEnd("chmod", "0", folder["in/locked"]);
        RsrResult result = Rsr.Shell(
            folder,
            "export DOTNET_CLI_HOME=$PWD HOME=$PWD; setpriv --reuid 65534 --clear-groups $RSR upscale 'in/**/*.png' -s 2 -o out"
        );
        RunToEnd("chmod", "700", folder["in/locked"]);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("rsr: in/locked: this folder cannot be read: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("out/a.png", folder.Files);
    }

    private static void RunToEnd(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} failed");
    }
}
