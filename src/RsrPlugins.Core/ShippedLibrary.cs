// Native code runs with all the rights of the host, so what is loaded is what was built with: found beside the program and nowhere else (a
// system's own library of the same name is another version at best), and compared by hash with what the build saw
// (src/NativeLibraries.targets writes that into the assembly). This finds damaged and mixed up installations. It is no defence against
// somebody who may write into the installation's folder: they could replace the program as well.
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace RsrPlugins.Core;

/// <summary>Native libraries that come with the product.</summary>
public static class ShippedLibrary
{
    /// <summary>Key of the assemblies' metadata; each value is a file's name, a space, and its SHA-256 in hex.</summary>
    internal const string MetadataKey = "ShippedNativeLibrary";

    private const string VisualCpp =
        "Install the Microsoft Visual C++ 2015-2022 Redistributable, which it needs; if it is installed, reinstall RsrPlugins for this system.";

    /// <summary>Finds a library beside the engine or the program, flat or in runtimes/RID/native, and checks it.</summary>
    /// <param name="builtWith">The assembly whose build knew the library.</param>
    /// <param name="fileName">For example "libonnxruntime.so".</param>
    /// <param name="product">What a user knows it as.</param>
    /// <returns>The full path; safe to load.</returns>
    /// <exception cref="RuntimeLibraryException">Missing, damaged, or not the one this build came with.</exception>
    public static string Find(Assembly builtWith, string fileName, string product)
    {
        IReadOnlyList<string> folders = InstallLocation.Folders();
        string inPackage = Path.Combine("runtimes", PortableRuntimeIdentifier, "native");
        string path =
            folders
                .SelectMany(folder => new[] { Path.Combine(folder, fileName), Path.Combine(folder, inPackage, fileName) })
                .FirstOrDefault(File.Exists)
            ?? throw new RuntimeLibraryException(
                $"{product} is missing: {fileName} was expected in {string.Join(" or ", folders)}, or in {inPackage} there. Reinstall RsrPlugins."
            );
        Verify(builtWith, path, product);
        return path;
    }

    /// <summary>Finds, checks and loads a library; other code that then asks for it by its name gets this one.</summary>
    /// <inheritdoc cref="Find"/>
    public static nint Load(Assembly builtWith, string fileName, string product) => Load(Find(builtWith, fileName, product), product);

    /// <exception cref="RuntimeLibraryException">It does not load here.</exception>
    internal static nint Load(string path, string product)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            throw new RuntimeLibraryException(
                $"{path} does not load as {product} for {RuntimeInformation.OSDescription} on {RuntimeInformation.ProcessArchitecture}: {OneLine.Of(exception.Message)} {(OperatingSystem.IsWindows() && exception is DllNotFoundException ? VisualCpp : "Reinstall RsrPlugins for this system.")}",
                exception
            );
        }
    }

    /// <summary>Compares a file with those of its name that the build knew.</summary>
    /// <exception cref="RuntimeLibraryException">It is none of them.</exception>
    internal static void Verify(Assembly builtWith, string path, string product)
    {
        string name = Path.GetFileName(path);
        string[] expected = [.. Expected(builtWith, name)];
        if (expected.Length == 0)
        {
            throw new RuntimeLibraryException(
                $"{path} is not loaded as {product}: {builtWith.GetName().Name} was built without {name}, so this file cannot be verified. Reinstall RsrPlugins."
            );
        }

        string found;
        long length;
        try
        {
            using FileStream file = File.OpenRead(path);
            length = file.Length;
            found = Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RuntimeLibraryException($"{path} ({product}) cannot be read: {exception.Message} Reinstall RsrPlugins.", exception);
        }

        if (!expected.Contains(found))
        {
            throw new RuntimeLibraryException(
                $"{path} ({product}) is damaged or from another release: expected SHA-256 {(expected.Length == 1 ? expected[0] : $"of one of the {expected.Length} this build knows")}, found {found} in {length:N0} bytes. Reinstall RsrPlugins."
            );
        }
    }

    /// <summary>Whether the build had a library of this name.</summary>
    internal static bool Knows(Assembly builtWith, string fileName) => Expected(builtWith, fileName).Any();

    private static IEnumerable<string> Expected(Assembly builtWith, string fileName) =>
        builtWith
            .GetCustomAttributes<AssemblyMetadataAttribute>()
            .Where(attribute => attribute.Key == MetadataKey)
            .Select(attribute => attribute.Value!.Split(' '))
            .Where(parts => parts[0] == fileName)
            .Select(parts => parts[1].ToLowerInvariant());

    /// <summary>The folder's name in runtimes, for example "linux-x64" or "linux-musl-x64".</summary>
    private static string PortableRuntimeIdentifier
    {
        get
        {
            string system =
                OperatingSystem.IsWindows() ? "win"
                : OperatingSystem.IsMacOS() ? "osx"
                : RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? "linux-musl"
                : "linux";
            return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        }
    }
}
