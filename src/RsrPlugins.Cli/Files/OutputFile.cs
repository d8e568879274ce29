// A result on its way to its place. It is written under another name beside its place, brought to the disk, and renamed when it is
// whole: nobody ever sees half a picture, and an old file survives a failed run, a kill and a power cut. What belongs to the
// place and not to the picture stays: a link stays a link (its target is replaced), a replaced file keeps its permissions, and
// a new one is never readable by more people than the picture it was made from. Pipes and devices are not replaced by
// a rename, which would put a file where /dev/null was.
//
// Standard output is a place like any other: the result is made in the system's temporary folder and then copied, so that a
// failure gives no half a picture to the program that reads.
using Microsoft.Win32.SafeHandles;
using RsrPlugins.Cli.Terminal;

namespace RsrPlugins.Cli.Files;

internal sealed class OutputFile : IDisposable
{
    /// <summary>The name that means standard output.</summary>
    public const string StandardOutput = "-";

    private const int BrokenPipe = 32; // EPIPE on every Unix.

    private const UnixFileMode OwnerReadsAndWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode WithoutExecution =
        OwnerReadsAndWrites | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly TemporaryFiles _temporaryFiles;
    private readonly string _target;
    private readonly bool _overwrite;

    private OutputFile(TemporaryFiles temporaryFiles, string path, string target, bool overwrite)
    {
        _temporaryFiles = temporaryFiles;
        _target = target;
        _overwrite = overwrite;
        Path = path;
        TemporaryPath = temporaryFiles.NameFor(target);
    }

    /// <summary>The name the user gave.</summary>
    public string Path { get; }

    /// <summary>Where to write; the file exists and is empty.</summary>
    public string TemporaryPath { get; }

    /// <summary>Makes the folder and the temporary file.</summary>
    /// <param name="temporaryFiles">Deletes it if the process ends.</param>
    /// <param name="path">Where the result shall be, or <see cref="StandardOutput"/>.</param>
    /// <param name="overwrite">Replace an existing file.</param>
    /// <param name="permissionsOf">A file whose permissions a new file gets at most; null for the system's usual ones.</param>
    /// <exception cref="PictureFileException">It is no place for a file, or the folder or the file cannot be made.</exception>
    public static OutputFile Begin(TemporaryFiles temporaryFiles, string path, bool overwrite, string? permissionsOf = null)
    {
        string target = path == StandardOutput ? System.IO.Path.Combine(System.IO.Path.GetTempPath(), "standard-output") : TargetOf(path);
        OutputFile file = new OutputFile(temporaryFiles, path, target, overwrite);
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            FileStreamOptions options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows() && permissionsOf is not null)
            {
                options.UnixCreateMode = (File.GetUnixFileMode(permissionsOf) & WithoutExecution) | OwnerReadsAndWrites;
            }

            new FileStream(file.TemporaryPath, options).Dispose();
            return file;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            file.Dispose();
            throw file.CannotBeWritten(error);
        }
    }

    /// <summary>The file a name stands for: links followed, also those that lead to nothing yet.</summary>
    /// <exception cref="PictureFileException">A pipe, a device, or a folder.</exception>
    public static string TargetOf(string path)
    {
        FileKind kind = FileKinds.Of(path);
        if (kind == FileKind.Folder || FileKinds.IsNoFile(kind))
        {
            throw new PictureFileException(path, $"expected a file name, this is {FileKinds.Describe(kind)}");
        }

        string full = System.IO.Path.GetFullPath(path);
        return new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
    }

    /// <summary>Whether there is a file to be replaced; a link to nothing is none.</summary>
    public static bool Exists(string path) => FileKinds.Of(path) == FileKind.File;

    /// <summary>Brings the written file to the disk and to its place.</summary>
    /// <exception cref="PictureFileException">The file exists and may not be replaced, the disk is full, or the place has gone.</exception>
    /// <exception cref="ReaderGoneException">Nobody reads standard output any more.</exception>
    public void Commit()
    {
        try
        {
            CommitOrThrow();
        }
        catch (IOException error) when (Path == StandardOutput && error.HResult == BrokenPipe)
        {
            throw new ReaderGoneException();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotBeWritten(error);
        }
    }

    private void CommitOrThrow()
    {
        if (Path == StandardOutput)
        {
            using FileStream written = File.OpenRead(TemporaryPath);
            using Stream output = StandardStreams.OpenOutput();
            written.CopyTo(output);
            output.Flush();
            return;
        }

        bool exists = Exists(_target);
        if (exists && !_overwrite)
        {
            throw new PictureFileException(Path, "exists already; --force replaces it");
        }

        using (SafeFileHandle written = File.OpenHandle(TemporaryPath, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.FlushToDisk(written);
            if (exists && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(written, File.GetUnixFileMode(_target));
            }
        }

        File.Move(TemporaryPath, _target, _overwrite);
        _temporaryFiles.Forget(TemporaryPath);
    }

    /// <summary>Deletes what was not committed.</summary>
    public void Dispose() => _temporaryFiles.Delete(TemporaryPath);

    /// <summary>An error of writing in the user's words.</summary>
    public PictureFileException CannotBeWritten(Exception error) =>
        new(
            Path == StandardOutput ? "standard output" : Path,
            $"cannot be written: {error.Message.Replace(TemporaryPath, Path, StringComparison.Ordinal)}",
            error
        );
}
