// A folder of its own for each test, gone afterwards.
namespace RsrPlugins.Cli.Tests.Support;

internal sealed class TestFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("rsr-test-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    /// <summary>Names of all files below, hidden ones too, sorted.</summary>
    public string[] Files =>
        [
            .. Directory
                .EnumerateFiles(Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
                .Select(path => Path.GetRelativePath(Root, path))
                .Order(StringComparer.Ordinal),
        ];

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>A path of the repository these tests were built in.</summary>
    public static string InRepository(string path)
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "RsrPlugins.sln")))
        {
            folder =
                System.IO.Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("RsrPlugins.sln is in no folder above the tests.");
        }

        return System.IO.Path.Combine(folder, path);
    }
}
