// Finds the runtime library and always gives a full path: a bare name would let Windows take the old onnxruntime.dll of
// its own System32. The library that came with the product is checked before it is loaded; who names another one answers for it.
using System.Reflection;

namespace RsrPlugins.Core.Inference.OnnxRuntime;

/// <summary>Where the ONNX Runtime library is.</summary>
internal static class RuntimeLocator
{
    /// <summary>Names another library than the one beside the engine, by full path.</summary>
    public const string EnvironmentVariable = "RSR_ONNXRUNTIME";

    public static string FileName =>
        OperatingSystem.IsWindows() ? "onnxruntime.dll"
        : OperatingSystem.IsMacOS() ? "libonnxruntime.dylib"
        : "libonnxruntime.so";

    private const string DirectML = "DirectML.dll";

    /// <summary>The path asked for, else RSR_ONNXRUNTIME, else the one of this installation.</summary>
    /// <exception cref="RuntimeLibraryException">Nowhere there, and where it was looked for; or not the library this build came
    /// with.</exception>
    public static string Find(string? runtimePath)
    {
        string? asked = runtimePath ?? Environment.GetEnvironmentVariable(EnvironmentVariable);
        if (!string.IsNullOrEmpty(asked))
        {
            if (!File.Exists(asked))
            {
                throw new RuntimeLibraryException(
                    $"ONNX Runtime was expected at {asked}; there is no such file. Correct the path{(runtimePath is null ? $" in {EnvironmentVariable}" : "")}."
                );
            }

            return Path.GetFullPath(asked);
        }

        Assembly engine = typeof(RuntimeLocator).Assembly;
        string path = ShippedLibrary.Find(engine, FileName, OnnxRuntimeApi.Product);
        // ONNX Runtime loads DirectML by its name alone. Where the one that came with it is gone, Windows would give its own.
        if (OperatingSystem.IsWindows() && (ShippedLibrary.Knows(engine, DirectML) || File.Exists(DirectMLBeside(path))))
        {
            ShippedLibrary.Verify(engine, DirectMLBeside(path), "DirectML");
        }

        return path;
    }

    /// <summary>Where the DirectML of a runtime library has to be.</summary>
    public static string DirectMLBeside(string runtime) => Path.Combine(Path.GetDirectoryName(runtime)!, DirectML);
}
