// Where the product's own files (runtime library, models) are looked for: beside the code that uses them, never in the
// current directory and never on a search path.
namespace RsrPlugins.Core;

/// <summary>Folders of this installation.</summary>
internal static class InstallLocation
{
    /// <summary>The folder of the engine's assembly, then the program's: the same but for plugins and single-file programs.</summary>
    public static IReadOnlyList<string> Folders()
    {
#pragma warning disable IL3000 // Empty in a single-file program, which is why the program's folder follows.
        string? engine = Path.GetDirectoryName(typeof(InstallLocation).Assembly.Location);
#pragma warning restore IL3000
        string program = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        return string.IsNullOrEmpty(engine) || engine == program ? [program] : [engine, program];
    }
}
