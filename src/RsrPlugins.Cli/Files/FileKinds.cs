// What a name in the file system stands for. .NET opens whatever it is given, and opening a named pipe (FIFO) waits for a writer
// that may never come; so everything that reads a file by a name somebody else chose asks here first. Linux is asked through
// statx, whose layout is the same on every processor. Windows keeps pipes and devices out of folders, and a system that
// is neither is taken at its word.
using System.Runtime.InteropServices;

namespace RsrPlugins.Cli.Files;

/// <summary>What a path leads to, links followed.</summary>
internal enum FileKind
{
    /// <summary>Nothing, or a link to nothing.</summary>
    Missing,

    /// <summary>An ordinary file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A pipe, named or not.</summary>
    Pipe,

    /// <summary>A device of the system.</summary>
    Device,

    /// <summary>A socket.</summary>
    Socket,

    /// <summary>Its folder does not say: no permission, or a file system that failed.</summary>
    Unknown,
}

/// <summary>Looks at files without opening them.</summary>
internal static partial class FileKinds
{
    private const int CurrentFolder = -100;
    private const uint TypeWanted = 1;

    /// <summary>The kind of a file; never waits and never throws.</summary>
    public static FileKind Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return File.Exists(path) ? FileKind.File
                : Directory.Exists(path) ? FileKind.Folder
                : FileKind.Missing;
        }

        const int noEntry = 2,
            notAFolder = 20;
        if (Statx(CurrentFolder, path, 0, TypeWanted, out StatxBuffer found) != 0)
        {
            return Marshal.GetLastPInvokeError() is noEntry or notAFolder ? FileKind.Missing : FileKind.Unknown;
        }

        return (found.Mode & 0xF000) switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Folder,
            0x1000 => FileKind.Pipe,
            0x2000 or 0x6000 => FileKind.Device,
            0xC000 => FileKind.Socket,
            _ => FileKind.Unknown,
        };
    }

    /// <summary>As users know it, for example "a pipe (FIFO)".</summary>
    public static string Describe(FileKind kind) =>
        kind switch
        {
            FileKind.Missing => "nothing",
            FileKind.File => "a file",
            FileKind.Folder => "a folder",
            FileKind.Pipe => "a pipe (FIFO)",
            FileKind.Device => "a device",
            FileKind.Socket => "a socket",
            _ => "something that cannot be examined",
        };

    /// <summary>True for what waits, or never ends, when it is read.</summary>
    public static bool IsNoFile(FileKind kind) => kind is FileKind.Pipe or FileKind.Device or FileKind.Socket;

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, out StatxBuffer buffer);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatxBuffer
    {
        [FieldOffset(28)]
        public ushort Mode;
    }
}
