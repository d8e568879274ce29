// Listing, copying and hashing folders the same way on every system.
using System.Security.Cryptography;

namespace RsrPlugins.Release;

/// <summary>Operations on whole folders.</summary>
internal static class FolderTree
{
    /// <summary>All files of a folder, relative to <paramref name="root"/>, with forward slashes, in ordinal order.</summary>
    public static IReadOnlyList<string> Files(string root, string? folder = null) =>
        [
            .. Directory
                .EnumerateFiles(folder ?? root, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Makes <paramref name="target"/> anew with the files the filter lets through.</summary>
    public static void Copy(string source, string target, Func<string, bool> filter)
    {
        if (Directory.Exists(target))
        {
            Directory.Delete(target, recursive: true);
        }

        foreach (string name in Files(source).Where(filter))
        {
            CopyFile(Path.Combine(source, name), Path.Combine(target, name));
        }
    }

    public static void CopyFile(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(source, target, overwrite: true);
    }

    /// <summary>SHA-256 in lower-case hex.</summary>
    public static string Sha256(string file)
    {
        using Stream stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
