// An output appears under its name only when it is whole: it is written beside its place and renamed. This is the list of
// files that are still being written, so that a process that has to stop at once (libvips can be deep in a decoder that
// does not look up) still leaves nothing behind.
//
// A process that was killed, or whose machine stopped, could not clean up. So the next run that writes into a folder removes such
// files there, if it can be sure that nobody writes them any more. A folder may be shared by machines and containers, whose
// process numbers mean nothing here; the name therefore says on which machine, since which start of it, and in which
// namespace of process numbers the process lives.
using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace RsrPlugins.Cli;

internal sealed partial class TemporaryFiles : IDisposable
{
    // Of a process that can no longer be asked for: another start of this machine, or another container on it.
    private static readonly TimeSpan _surelyAbandoned = TimeSpan.FromHours(24);

    private static readonly Lazy<string> _host = new(() => Short(Environment.MachineName + ReadLine("/etc/machine-id")));
    private static readonly Lazy<string> _session = new(() =>
        Short(ReadLine("/proc/sys/kernel/random/boot_id") + new FileInfo("/proc/self/ns/pid").LinkTarget)
    );

    private readonly ConcurrentDictionary<string, byte> _paths = new();
    private readonly ConcurrentDictionary<string, byte> _swept = new();

    /// <summary>Names a file in the folder of <paramref name="target"/> that does not exist yet; it is on the list from now on.</summary>
    public string NameFor(string target)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(target))!;
        if (_swept.TryAdd(folder, 0))
        {
            Sweep(folder);
        }

        string path = Path.Combine(folder, NameOf(_host.Value, _session.Value, Environment.ProcessId));
        _paths[path] = 0;
        return path;
    }

    /// <summary>Takes a file off the list because it has been renamed to its real name.</summary>
    public void Forget(string path) => _paths.TryRemove(path, out _);

    /// <summary>Deletes one file if it exists and takes it off the list.</summary>
    public void Delete(string path)
    {
        DeleteIfPossible(path);
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

    /// <summary>A new name; the parts are there for <see cref="IsAbandoned"/>.</summary>
    internal static string NameOf(string host, string session, int process) =>
        string.Create(CultureInfo.InvariantCulture, $".rsr-{host}-{session}-{process}-{Guid.NewGuid():N}.tmp");

    /// <summary>Whether a file of such a name is left over from a process that has ended.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="lastWritten">When it was last written, in UTC.</param>
    /// <param name="isOurs">The file is on this process's own list.</param>
    internal static bool IsAbandoned(string name, DateTime lastWritten, bool isOurs)
    {
        Match parts = Name().Match(name);
        if (isOurs || !parts.Success || parts.Groups["host"].Value != _host.Value)
        {
            return false; // Not ours, or another machine's: nobody here can know.
        }

        return
            parts.Groups["session"].Value == _session.Value
            && int.TryParse(parts.Groups["process"].Value, CultureInfo.InvariantCulture, out int process)
            ? !IsRunning(process, lastWritten)
            : DateTime.UtcNow - lastWritten > _surelyAbandoned;
    }

    private void Sweep(string folder)
    {
        try
        {
            EnumerationOptions all = new EnumerationOptions { AttributesToSkip = FileAttributes.Directory, IgnoreInaccessible = true };
            foreach (string path in Directory.EnumerateFiles(folder, ".rsr-*.tmp", all))
            {
                if (IsAbandoned(Path.GetFileName(path), File.GetLastWriteTimeUtc(path), _paths.ContainsKey(path)))
                {
                    DeleteIfPossible(path);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A folder that cannot be listed can still be written to; what lies in it is not ours to remove then.
        }
    }

    /// <summary>A process of that number that is old enough to have written the file: numbers are given again.</summary>
    private static bool IsRunning(int number, DateTime fileWritten)
    {
        try
        {
            using Process process = Process.GetProcessById(number);
            return process.StartTime.ToUniversalTime() <= fileWritten + TimeSpan.FromSeconds(1);
        }
        catch (ArgumentException)
        {
            return false;
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or NotSupportedException)
        {
            return true; // It runs, and says no more than that.
        }
    }

    private static void DeleteIfPossible(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is still open (Windows) or its folder has gone; there is nothing better to do on the way out.
        }
    }

    private static string ReadLine(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault() ?? string.Empty;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return string.Empty; // Not this system, or not for us.
        }
    }

    private static string Short(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];

    [GeneratedRegex(
        @"^\.rsr-(?<host>[0-9a-f]{8})-(?<session>[0-9a-f]{8})-(?<process>[0-9]+)-[0-9a-f]{32}\.tmp$",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Name();
}
