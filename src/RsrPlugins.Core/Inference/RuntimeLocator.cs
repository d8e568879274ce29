// Finds the runtime library and always gives a full path: a bare name would let Windows take the old onnxruntime.dll of
// its own System32.
using System.Runtime.InteropServices;

namespace RsrPlugins.Core.Inference;

/// <summary>Where the ONNX Runtime library is.</summary>
internal static class RuntimeLocator
{
    /// <summary>Names another library than the one beside the engine, by full path.</summary>
    public const string EnvironmentVariable = "RSR_ONNXRUNTIME";

    public static string FileName =>
        OperatingSystem.IsWindows() ? "onnxruntime.dll" : OperatingSystem.IsMacOS() ? "libonnxruntime.dylib" : "libonnxruntime.so";

    /// <summary>The path asked for, else RSR_ONNXRUNTIME, else beside the engine or the program, flat or in runtimes/RID/native.</summary>
    /// <exception cref="RuntimeLibraryException">Nowhere there; says where it was looked for.</exception>
    public static string Find(string? runtimePath)
    {
        string? asked = runtimePath ?? Environment.GetEnvironmentVariable(EnvironmentVariable);
        if (!string.IsNullOrEmpty(asked))
        {
            if (!File.Exists(asked))
            {
                throw new RuntimeLibraryException($"ONNX Runtime was expected at {asked}; there is no such file. Correct the path{(runtimePath is null ? $" in {EnvironmentVariable}" : "")}.");
            }

            return Path.GetFullPath(asked);
        }

        string[] folders = [.. InstallLocation.Folders()];
        string inPackage = Path.Combine("runtimes", PortableRuntimeIdentifier, "native");
        return folders.SelectMany(folder => new[] { Path.Combine(folder, FileName), Path.Combine(folder, inPackage, FileName) }).FirstOrDefault(File.Exists)
            ?? throw new RuntimeLibraryException($"ONNX Runtime is missing: {FileName} was expected in {string.Join(" or ", folders)}, or in {inPackage} there. Reinstall RsrPlugins.");
    }

    private static string PortableRuntimeIdentifier
    {
        get
        {
            string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
            return $"{system}-{RuntimeInformation.ProcessArchitecture switch { Architecture.X64 => "x64", Architecture.Arm64 => "arm64", var other => $"{other}" }}";
        }
    }
}
