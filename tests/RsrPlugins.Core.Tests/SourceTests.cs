// What the sources must be like and the compiler does not check.
namespace RsrPlugins.Core.Tests;

public class SourceTests
{
    [Fact]
    public void Every_file_of_the_product_says_at_its_top_why_it_is_the_way_it_is()
    {
        Assert.SkipWhen(Sources.Root is null, Sources.Missing);
        string sources = Path.Combine(Sources.Root!, "src");
        string[] silent = [.. Sources.Of(sources)
            .Where(file => !File.ReadLines(file).First().StartsWith("// ", StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(sources, file))];
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
        string[] untested = [.. Sources.Of(Path.Combine(Sources.Root!, "src", project, folder)).Select(file => $"{Path.GetFileNameWithoutExtension(file)}Tests.cs")
            .Where(name => !File.Exists(Path.Combine(tests, name)) || !File.ReadAllText(Path.Combine(tests, name)).Contains("Assert", StringComparison.Ordinal))];
        Assert.Empty(untested);
    }
}
