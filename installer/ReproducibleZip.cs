// Same files, same bytes: entries in ordinal order, one fixed time, access rights decided here and not by the file system.
// .NET brings its own deflate on every system, so the compressed bytes agree too.
using System.IO.Compression;

namespace RsrPlugins.Release;

/// <summary>Zip files that depend on names and contents alone.</summary>
internal static class ReproducibleZip
{
    /// <summary>The earliest time a zip can hold.</summary>
    private static readonly DateTimeOffset _time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const int UnixFile = 0x8000;
    private const int Readable = 0x1A4; // rw-r--r--
    private const int Runnable = 0x1ED; // rwxr-xr-x

    /// <summary>Packs a folder; the folder's own name is the first part of every entry.</summary>
    /// <param name="programs">Names of the files (without folder) that may be run on Unix.</param>
    public static void Create(string folder, string zip, params string[] programs)
    {
        string parent = Path.GetDirectoryName(Path.GetFullPath(folder))!;
        using ZipArchive archive = new ZipArchive(File.Create(zip), ZipArchiveMode.Create);
        foreach (string name in FolderTree.Files(parent, folder))
        {
            ZipArchiveEntry entry = archive.CreateEntry(name, CompressionLevel.SmallestSize);
            entry.LastWriteTime = _time;
            int rights = programs.Contains(Path.GetFileName(name)) ? Runnable : Readable;
            entry.ExternalAttributes = (UnixFile | rights) << 16;
            using Stream target = entry.Open();
            using Stream source = File.OpenRead(Path.Combine(parent, name));
            source.CopyTo(target);
        }
    }
}
