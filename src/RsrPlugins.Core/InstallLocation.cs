// Where the product's own files (runtime library, models) are looked for: beside the code that uses them, never in the
// current directory and never on a search path.
using System.Diagnostics.CodeAnalysis;

namespace RsrPlugins.Core;

/// <summary>Folders of this installation.</summary>
internal static class InstallLocation
{
    /// <summary>The folder of the engine's assembly, then the program's: the same but for plugins and single-file programs.</summary>
    [UnconditionalSuppressMessage(
        "SingleFile",
        "IL3000",
        Justification = "Empty in a single-file or native program, which is why the program's folder follows."
    )]
    public static IReadOnlyList<string> Folders()
    {
        string? engine = Path.GetDirectoryName(typeof(InstallLocation).Assembly.Location);
        string program = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        return string.IsNullOrEmpty(engine) || engine == program ? [program] : [engine, program];
    }
}
