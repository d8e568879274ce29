using RsrPlugins.Cli.Batch;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Tests.Support;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Cli.Tests.Batch;

public class InputAndOutputNameTests
{
    private static TestFolder Tree()
    {
        TestFolder folder = new TestFolder();
        foreach (string name in (string[])["b.png", "a.JPG", "notes.txt", "deep/c.webp", "deep/deeper/d.tiff"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            File.WriteAllText(folder[name], "x");
        }

        return folder;
    }

    [Theory]
    [InlineData("", "a.JPG b.png")]
    [InlineData("*.png", "b.png")]
    [InlineData("**/*", "a.JPG b.png deep/c.webp deep/deeper/d.tiff")]
    [InlineData("deep/**/*.tiff", "deeper/d.tiff")]
    [InlineData("notes.txt", "notes.txt")]
    public void Folders_patterns_and_files(string argument, string expected)
    {
        using TestFolder folder = Tree();
        FoundInputs found = InputFinder.Find([folder[argument]]);
        Assert.Empty(found.Failures);
        Assert.Equal(expected, string.Join(' ', found.Files.Select(file => file.RelativeName.Replace('\\', '/'))));
        Assert.All(found.Files, file => Assert.True(File.Exists(file.Path)));
    }

    [Fact]
    public void Each_file_comes_once_and_each_empty_argument_fails_alone()
    {
        using TestFolder folder = Tree();
        Directory.CreateDirectory(folder["empty"]);
        FoundInputs found = InputFinder.Find([folder["b.png"], folder.Root, folder["*.gif"], folder["empty"], folder["nothing.png"]]);
        Assert.Equal(["b.png", "a.JPG"], found.Files.Select(file => file.RelativeName));
        Assert.Equal(3, found.Failures.Count);
        Assert.Contains("to match", found.Failures[0].Problem, StringComparison.Ordinal);
        Assert.Contains("in this folder", found.Failures[1].Problem, StringComparison.Ordinal);
        Assert.Equal("no such file", found.Failures[2].Problem);
    }

    [Theory]
    [InlineData(null, "x/photo.png", "x/photo-x2.png")]
    [InlineData(null, "x/photo.jpeg", "x/photo-x2.png")]
    [InlineData("y/out.webp", "x/photo.png", "y/out.webp")]
    [InlineData("y/", "x/photo.png", "y/photo.png")]
    [InlineData("y", "x/photo.png", "y/photo.png")]
    public void Names_of_results(string? output, string input, string expected)
    {
        string actual = new OutputNames(output, namesOneFile: true).For(
            new InputFile(input, Path.GetFileName(input)),
            PictureFormat.Png,
            "-x2"
        );
        Assert.Equal(expected, actual.Replace('\\', '/'));
    }

    [Theory]
    [InlineData("out.gif", true)]
    [InlineData("out.png", false)]
    public void Names_no_result_can_have(string output, bool namesOneFile) =>
        Assert.Throws<UsageException>(() => new OutputNames(output, namesOneFile));

    [Theory]
    [InlineData(2.0, "-x2")]
    [InlineData(2.5, "-x2.5")]
    [InlineData(null, "-640x480")]
    public void Suffixes(double? scale, string expected) =>
        Assert.Equal(expected, OutputNames.Suffix("x", new SizeRequest((decimal?)scale, scale is null ? 640 : null, null), null, 640, 480));
}
