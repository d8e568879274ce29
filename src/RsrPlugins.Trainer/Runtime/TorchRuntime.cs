// What must be true of the process and of the native libraries before the first Torch call. Kept apart from training,
// because all of it is about the machine and none of it about networks.
//
// Memory: a training step allocates and frees the same few hundred megabytes again and again. glibc by default gives such
// blocks back to the system at once, and page faults then take more time than the convolutions. The settings that keep the
// memory are read by the C library when a process starts, so the program sets them and executes itself again (same process
// id, same arguments).
using System.Collections;
using System.Runtime.InteropServices;

namespace RsrPlugins.Trainer.Runtime;

/// <summary>Prepares the process and the native libraries for Torch.</summary>
internal static partial class TorchRuntime
{
    private const string LibraryFile = "libLibTorchSharp.so";

    /// <summary>Environment of a training process on Linux; a variable the user has set is left alone.</summary>
    private static readonly (string Name, string Value)[] _environment =
    [
        ("OMP_WAIT_POLICY", "PASSIVE"), // waiting threads sleep: keeps its speed beside other programs
        (
            "GLIBC_TUNABLES",
            "glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=17179869184:"
                + "glibc.malloc.top_pad=268435456:glibc.malloc.arena_max=1"
        ),
    ];

    /// <summary>
    /// On Linux executes this program again with the memory settings in its environment; does not return then. Elsewhere,
    /// or when they are already set, does nothing.
    /// </summary>
    internal static void EnsureProcessSettings()
    {
        if (!OperatingSystem.IsLinux() || _environment.All(setting => Environment.GetEnvironmentVariable(setting.Name) is not null))
        {
            return;
        }

        Dictionary<string, string?> variables = Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value);
        foreach ((string? name, string? value) in _environment)
        {
            variables.TryAdd(name, value);
        }

        string[] arguments = File.ReadAllText("/proc/self/cmdline").Split('\0')[..^1];
        Execute(Environment.ProcessPath!, arguments, [.. variables.Select(variable => $"{variable.Key}={variable.Value}")]);
    }

    /// <summary>
    /// Makes TorchSharp loadable where libstdc++ is older than the one it was built with, by editing the copy of its
    /// library in the folder of this program. Leaves the file alone everywhere else.
    /// </summary>
    /// <returns>True if a file was changed.</returns>
    internal static bool EnsureLoadable() =>
        OperatingSystem.IsLinux()
        && !SystemHasWantedSymbol()
        && FindLibraries(AppContext.BaseDirectory).Aggregate(false, (changed, path) => PatchFile(path) || changed);

    internal static IEnumerable<string> FindLibraries(string folder) =>
        Directory.EnumerateFiles(folder, LibraryFile, SearchOption.AllDirectories);

    internal static bool PatchFile(string path)
    {
        byte[] image = File.ReadAllBytes(path);
        if (!ElfSymbolPatch.Apply(image))
        {
            return false;
        }

        // A new file under the old name, so that another process that has loaded the old one keeps it.
        string temporary = $"{path}.{Environment.ProcessId}";
        File.WriteAllBytes(temporary, image);
        File.Move(temporary, path, overwrite: true);
        return true;
    }

    private static bool SystemHasWantedSymbol() =>
        NativeLibrary.TryLoad("libstdc++.so.6", out nint library)
        && NativeLibrary.TryGetExport(library, ElfSymbolPatch.WantedSymbol, out _);

    private static unsafe void Execute(string path, string[] arguments, string[] environment)
    {
        byte*[] argumentPointers = ToPointers(arguments);
        byte*[] environmentPointers = ToPointers(environment);
        fixed (byte** argv = argumentPointers)
        fixed (byte** envp = environmentPointers)
        {
            _ = ExecuteNative(path, argv, envp);
        }

        // Only reached when the system refused: train more slowly rather than not at all.
        Console.Error.WriteLine(
            $"Warning: could not restart with memory settings (error {Marshal.GetLastPInvokeError()}); training will be slower."
        );
    }

    private static unsafe byte*[] ToPointers(string[] texts)
    {
        byte*[] pointers = new byte*[texts.Length + 1];
        for (int i = 0; i < texts.Length; i++)
        {
            pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        }

        return pointers;
    }

    [LibraryImport("libc", EntryPoint = "execve", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static unsafe partial int ExecuteNative(string path, byte** arguments, byte** environment);
}
