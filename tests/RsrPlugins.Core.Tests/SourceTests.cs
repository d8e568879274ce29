// What the sources must be like and the compiler does not check.
namespace RsrPlugins.Core.Tests;

public class SourceTests
{
    [Fact]
    public void Every_file_of_the_product_says_at_its_top_why_it_is_the_way_it_is()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "RsrPlugins.sln")))
        {
            root = Path.GetDirectoryName(root);
        }

        Assert.SkipWhen(root is null, "needs the sources: no RsrPlugins.sln above the tests");
        string sources = Path.Combine(root!, "src");
        string[] silent = [.. Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(sources, file).Split(Path.DirectorySeparatorChar).Any(folder => folder is "obj" or "bin"))
            .Where(file => !File.ReadLines(file).First().StartsWith("// ", StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(sources, file))];
        Assert.Empty(silent);
    }
}
