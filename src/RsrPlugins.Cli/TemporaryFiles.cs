// An output appears under its name only when it is whole: it is written beside its place and renamed. This is the list of
// files that are still being written, so that a process that has to stop at once (libvips can be deep in a decoder that
// does not look up) still leaves nothing behind.
using System.Collections.Concurrent;

namespace RsrPlugins.Cli;

internal sealed class TemporaryFiles : IDisposable
{
    private readonly ConcurrentDictionary<string, byte> _paths = new();

    /// <summary>Names a file in the folder of <paramref name="target"/> that does not exist yet; it is on the list from now on.</summary>
    public string NameFor(string target)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(target))!;
        string path = Path.Combine(folder, $".rsr-{Environment.ProcessId}-{Guid.NewGuid():N}.tmp");
        _paths[path] = 0;
        return path;
    }

    /// <summary>Takes a file off the list because it has been renamed to its real name.</summary>
    public void Forget(string path) => _paths.TryRemove(path, out _);

    /// <summary>Deletes one file if it exists and takes it off the list.</summary>
    public void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is still open (Windows) or its folder has gone; there is nothing better to do on the way out.
        }

        Forget(path);
    }

    /// <summary>Deletes whatever is still being written.</summary>
    public void Dispose()
    {
        foreach (string path in _paths.Keys)
        {
            Delete(path);
        }
    }
}
