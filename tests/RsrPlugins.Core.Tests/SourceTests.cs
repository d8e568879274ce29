// What the sources must be like and the compiler does not check.
using System.Text.RegularExpressions;

namespace RsrPlugins.Core.Tests;

public partial class SourceTests
{
    /// <summary>Columns of a line of code, as .csharpierrc.yaml has them for the formatter.</summary>
    private const int MaxColumns = 140;

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("sdk")]
    [InlineData("installer")]
    [InlineData("samples")]
    [InlineData("docs")]
    public void Lines_of_code_are_at_most_140_columns_but_for_the_text_of_literals(string folder)
    {
        Assert.SkipWhen(Sources.Root is null, Sources.Missing);
        string[] tooLong = [.. Sources.Of(Path.Combine(Sources.Root!, folder)).SelectMany(TooLong)];
        Assert.Empty(tooLong);
    }

    [Theory]
    [InlineData(140, false)]
    [InlineData(141, true)]
    public void A_line_is_measured_without_the_text_of_its_literals(int columns, bool isTooLong)
    {
        string call = "Write(\"\", \"\");";
        string line = new string(' ', columns - call.Length) + "Write(\"" + new string('a', 200) + "\", \"it says \\\"b\\\"\");";
        Assert.Equal(isTooLong, IsTooLong(line));
        Assert.Equal(isTooLong, IsTooLong("// " + new string('a', columns - 3)));
    }

    /// <summary>Raw literals are left out: their lines are text.</summary>
    private static IEnumerable<string> TooLong(string file)
    {
        bool isRaw = false;
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            bool wasRaw = isRaw;
            isRaw ^= RawQuotes().Count(line) % 2 == 1;
            if (!wasRaw && !isRaw && RawQuotes().Count(line) == 0 && IsTooLong(line))
            {
                yield return $"{Path.GetRelativePath(Sources.Root!, file)}:{number}";
            }
        }
    }

    private static bool IsTooLong(string line) => line.Length > MaxColumns && Literals().Replace(line, "\"\"").Length > MaxColumns;

    [GeneratedRegex("\"\"\"+")]
    private static partial Regex RawQuotes();

    [GeneratedRegex(
        """
            "(?:[^"\\]|\\.)*"
            """
    )]
    private static partial Regex Literals();

    [Fact]
    public void Every_file_of_the_product_says_at_its_top_why_it_is_the_way_it_is()
    {
        Assert.SkipWhen(Sources.Root is null, Sources.Missing);
        string sources = Path.Combine(Sources.Root!, "src");
        string[] silent =
        [
            .. Sources
                .Of(sources)
                .Where(file => !File.ReadLines(file).First().StartsWith("// ", StringComparison.Ordinal))
                .Select(file => Path.GetRelativePath(sources, file)),
        ];
        Assert.Empty(silent);
    }

    /// <summary>Where an error is hard to see in a whole picture or a trained network, every file has tests of its own.</summary>
    [Theory]
    [InlineData("RsrPlugins.Core", "Imaging")]
    [InlineData("RsrPlugins.Core", "Colour")]
    [InlineData("RsrPlugins.Trainer", "Kernels")]
    public void Every_file_has_a_file_of_tests_at_the_same_place(string project, string folder)
    {
        Assert.SkipWhen(Sources.Root is null, Sources.Missing);
        string tests = Path.Combine(Sources.Root!, "tests", $"{project}.Tests", folder);
        string[] untested =
        [
            .. Sources
                .Of(Path.Combine(Sources.Root!, "src", project, folder))
                .Select(file => $"{Path.GetFileNameWithoutExtension(file)}Tests.cs")
                .Where(name =>
                    !File.Exists(Path.Combine(tests, name))
                    || !File.ReadAllText(Path.Combine(tests, name)).Contains("Assert", StringComparison.Ordinal)
                ),
        ];
        Assert.Empty(untested);
    }
}
