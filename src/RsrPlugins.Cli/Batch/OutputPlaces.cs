// Whether results will find room, asked before any network runs: an hour of work that ends with "permission denied" or "no space
// left" could have been known to be in vain. A folder is tried by making and deleting a file in it, because permissions alone do
// not tell (read-only file systems, quotas, network folders). How large a compressed picture becomes is not known before;
// what is asked for is a part of what it will likely take, so that nothing is refused that might have fitted.
using RsrPlugins.Cli.Files;

namespace RsrPlugins.Cli.Batch;

internal sealed class OutputPlaces
{
    private readonly Dictionary<string, string?> _folders = new(SamePath.Comparer);
    private readonly Dictionary<string, long> _freeOn = new(SamePath.Comparer);

    /// <summary>Checks one result's place; results checked before count as written.</summary>
    /// <param name="output">Its file.</param>
    /// <param name="leastBytes">It will hardly be smaller.</param>
    /// <exception cref="PictureFileException">The folder cannot be written to, or its disk is full.</exception>
    public void Check(string output, long leastBytes)
    {
        bool toStandardOutput = output == OutputFile.StandardOutput;
        string folder = ExistingFolder(toStandardOutput ? Path.GetTempPath() : Path.GetDirectoryName(OutputFile.TargetOf(output))!);
        string shown = toStandardOutput ? "standard output" : output;
        if (!_folders.TryGetValue(folder, out string? problem))
        {
            _folders[folder] = problem = Try(folder);
        }

        if (problem is not null)
        {
            throw new PictureFileException(shown, $"cannot be written: {problem}");
        }

        if (FreeSpace(folder) is not { } free)
        {
            return;
        }

        string disk = free.Disk;
        long left = _freeOn.TryGetValue(disk, out long known) ? known : free.Bytes;
        if (left < leastBytes)
        {
            throw new PictureFileException(
                shown,
                $"cannot be written: No space left on device: expected at least {Describe(leastBytes)} free in {folder}, found {Describe(Math.Max(0, left))}{(known != 0 && left < free.Bytes ? " after the other results" : string.Empty)}"
            );
        }

        _freeOn[disk] = left - leastBytes;
    }

    /// <summary>A size a result will hardly be below.</summary>
    /// <param name="inputBytes">The input file's length.</param>
    /// <param name="inputPixels">Its pixels.</param>
    /// <param name="outputPixels">The result's.</param>
    /// <param name="sameFormat">Input and result are of one format; else the result may be packed far tighter.</param>
    public static long LeastBytes(long inputBytes, long inputPixels, long outputPixels, bool sameFormat)
    {
        // Estimates, on the low side: pictures enlarged are smoother than their sources, so bytes grow less than pixels do, and another
        // format may pack the same picture many times tighter. A disk that is nearly full can pass here
        // and fail while the result is written; that costs the work on that picture and leaves nothing behind.
        const double sameShare = 0.25,
            otherShare = 0.02;
        return (long)(inputBytes * ((double)outputPixels / inputPixels) * (sameFormat ? sameShare : otherShare));
    }

    private static string ExistingFolder(string folder)
    {
        string? existing = folder;
        while (!Path.Exists(existing) && Path.GetDirectoryName(existing) is { } above)
        {
            existing = above;
        }

        return existing;
    }

    private static string? Try(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return $"{folder} is a file, not a folder";
        }

        string probe = Path.Combine(folder, $".rsr-probe-{Guid.NewGuid():N}.tmp");
        try
        {
            using FileStream file = new FileStream(
                probe,
                FileMode.CreateNew,
                FileAccess.Write,
                FileShare.None,
                bufferSize: 1,
                FileOptions.DeleteOnClose
            );
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message.Replace(probe, folder, StringComparison.Ordinal);
        }
    }

    private static (string Disk, long Bytes)? FreeSpace(string folder)
    {
        try
        {
            DriveInfo drive = new DriveInfo(folder);
            return (drive.Name, drive.AvailableFreeSpace);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null; // A network folder may have no such figure.
        }
    }

    private static string Describe(long bytes) =>
        bytes < 10_000_000 ? FormattableString.Invariant($"{bytes / 1000.0:0.0} kB") : FormattableString.Invariant($"{bytes / 1e6:0} MB");
}
