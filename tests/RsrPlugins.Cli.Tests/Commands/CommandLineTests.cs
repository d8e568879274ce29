// The command line itself, on the real executable: help that helps, and mistakes answered in one line with exit code 2.
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Commands;

public class CommandLineTests
{
    [Theory]
    [InlineData("downscale")]
    [InlineData("upscale")]
    [InlineData("compress")]
    [InlineData("restore")]
    [InlineData("compare")]
    [InlineData("evaluate")]
    [InlineData("models")]
    [InlineData("bench")]
    public void Help_shows_examples(string command)
    {
        using TestFolder folder = new TestFolder();
        RsrResult result = Rsr.Run(folder, command, "--help");
        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Error);
        Assert.Contains("Examples:", result.Output, StringComparison.Ordinal);
        Assert.Contains($"  rsr {command} ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_main_help_lists_commands_and_exit_codes()
    {
        using TestFolder folder = new TestFolder();
        RsrResult result = Rsr.Run(folder, "--help");
        Assert.Equal(0, result.ExitCode);
        foreach (string word in (string[])["downscale", "upscale", "compare", "evaluate", "models", "bench", "130 cancelled"])
        {
            Assert.Contains(word, result.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", "command is missing")]
    [InlineData("enlarge", "enlarge")]
    [InlineData("upscale", "upscale --help")]
    [InlineData("upscale a.png --scale 17", "found '17'")]
    [InlineData("upscale a.png --scale 1", "found '1'")]
    [InlineData("upscale a.png --scale 0", "found '0'")]
    [InlineData("upscale a.png --scale -2", "found '-2'")]
    [InlineData("upscale a.png --scale two", "found 'two'")]
    [InlineData("upscale a.png --scale 2 --width 100", "not both")]
    [InlineData("upscale a.png --source photo", "size is missing")]
    [InlineData("upscale a.png --scale 2 --source film", "auto, learned, photo, drawing, pixel; found 'film'")]
    [InlineData("upscale a.png --scale 2 --device gpu", "auto, cpu, directml; found 'gpu'")]
    [InlineData("upscale a.png --scale 2 --quality 101", "1 to 100; found 101")]
    [InlineData("upscale a.png --scale 2 --threads -1", "0 to 1024")]
    [InlineData("upscale a.png --scale 2 -o a.gif", "found '.gif'")]
    [InlineData("upscale a.png b.png --scale 2 -o c.png", "expected a folder")]
    [InlineData("upscale a.png --scale 2 --colour", "--colour")]
    [InlineData("downscale a.png", "size is missing")]
    [InlineData("downscale a.png --width 0", "at least 1; found 0")]
    [InlineData("downscale a.png --width wide", "--width takes a whole number; found 'wide'")]
    [InlineData("upscale a.png --width 3000000000", "--width takes a whole number; found '3000000000'")]
    [InlineData("upscale a.png --scale 2 --quality 8.5", "--quality takes a whole number; found '8.5'")]
    [InlineData("evaluate .", "--scale")]
    [InlineData("evaluate . --scale 5", "2, 3 or 4; found 5")]
    [InlineData("evaluate . --scale 2 --method magic", "found 'magic'")]
    [InlineData("compress a.png a.jpg", "expected a lossless format")]
    [InlineData("compress a.png --scale 5", "2, 3 or 4; found 5")]
    [InlineData("compare a.png", "compare --help")]
    [InlineData("models", "models list")]
    public void Mistakes_are_answered_in_one_line(string arguments, string expected)
    {
        using TestFolder folder = new TestFolder();
        RsrResult result = Rsr.Run(folder, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.StartsWith("rsr: ", result.OnlyErrorLine, StringComparison.Ordinal);
        Assert.Contains(expected, result.OnlyErrorLine, StringComparison.Ordinal);
        Assert.Empty(folder.Files);
    }
}
