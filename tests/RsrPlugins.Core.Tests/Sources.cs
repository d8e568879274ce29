// Tests of the sources run where the sources are: below the folder of the solution.
namespace RsrPlugins.Core.Tests;

/// <summary>The repository's files.</summary>
internal static class Sources
{
    public const string Missing = "needs the sources: no RsrPlugins.sln above the tests";

    /// <summary>The folder of RsrPlugins.sln; null where there is none above the tests.</summary>
    public static string? Root { get; } = Find();

    /// <summary>The C# files below a folder, without what builds make.</summary>
    public static IEnumerable<string> Of(string folder) =>
        Directory
            .EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));

    private static string? Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "RsrPlugins.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder;
    }
}
