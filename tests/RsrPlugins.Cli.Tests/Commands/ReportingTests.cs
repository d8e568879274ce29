// Standard output and standard error full, closed, refused or without a reader: the pictures are made all the same, the exit code
// tells, and nothing aborts.
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Commands;

public class ReportingTests
{
    [Theory]
    [InlineData(">/dev/full", 1)]
    [InlineData(">&-", 1)]
    [InlineData("1</dev/null", 1)]
    [InlineData("2>/dev/full", 0)]
    [InlineData("2>&-", 0)]
    [InlineData(">/dev/full 2>/dev/full", 1)]
    [InlineData("<&- >&- 2>&-", 1)]
    [InlineData("--json >/dev/full", 1)]
    [InlineData("| true", 0)]
    public void Pictures_are_made_and_the_exit_code_tells(string redirection, int exitCode)
    {
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(8, 8).Save(folder["a.png"]);
        Pictures.Rgb(9, 9).Save(folder["b.png"]);
        RsrResult result = Rsr.Shell(folder, $"$RSR upscale a.png b.png -s 2 {redirection}; exit ${{PIPESTATUS[0]}}");
        Assert.True(result.ExitCode == exitCode, $"expected {exitCode}, found {result.ExitCode}: {result.Error}");
        Assert.Equal(["a-x2.png", "a.png", "b-x2.png", "b.png"], folder.Files);
        Assert.Equal(16, RsrPlugins.Cli.Files.PictureReader.ReadHeader(folder["a-x2.png"]).Width);
    }

    [Theory]
    [InlineData("2>/dev/full")]
    [InlineData("2>&-")]
    [InlineData(">&- 2>&-")]
    public void A_failure_that_cannot_be_said_still_sets_the_exit_code(string redirection)
    {
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(8, 8).Save(folder["a.png"]);
        Assert.Equal(3, Rsr.Shell(folder, $"$RSR upscale nothing.png a.png -s 2 {redirection}").ExitCode);
        Assert.Equal(["a-x2.png", "a.png"], folder.Files);
        Assert.Equal(2, Rsr.Shell(folder, $"$RSR upscale a.png --scale two {redirection}").ExitCode);
    }

    [Fact]
    public void Other_commands_too()
    {
        using TestFolder folder = new TestFolder();
        RsrResult result = Rsr.Shell(folder, "$RSR models list >/dev/full");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("the report could not be written to standard output", result.OnlyErrorLine, StringComparison.Ordinal);
        Assert.Equal(1, Rsr.Shell(folder, "$RSR --help >/dev/full").ExitCode);
        Assert.Equal(string.Empty, Rsr.Shell(folder, "$RSR models list | true").Error);
    }
}
