// Where things are, and how the release program starts the tools it needs. All paths are derived from the repository's root,
// so that the program may be started from anywhere.
using System.Diagnostics;
using System.Reflection;

namespace RsrPlugins.Release;

/// <summary>The repository's folders, and its version.</summary>
internal sealed class Repository(string root)
{
    public string Root { get; } = root;

    /// <summary>From Directory.Build.props, as every assembly of the product has it.</summary>
    public static string Version { get; } =
        typeof(Repository).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public string Artifacts => Path.Combine(Root, "artifacts");

    public string Installer => Path.Combine(Root, "installer");

    /// <summary>Searches the folder and those above it.</summary>
    /// <exception cref="ReleaseException">No RsrPlugins.sln on the way up.</exception>
    public static Repository Find(string start)
    {
        for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "RsrPlugins.sln")))
            {
                return new Repository(folder.FullName);
            }
        }

        throw new ReleaseException($"RsrPlugins.sln was expected in {start} or above it; start the program inside the repository.");
    }

    public string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Runs a tool in the root, its output going where ours goes.</summary>
    /// <exception cref="ReleaseException">It cannot be started, or fails.</exception>
    public void Run(string tool, params string[] arguments)
    {
        ProcessStartInfo start = new ProcessStartInfo(tool, arguments) { WorkingDirectory = Root };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new ReleaseException($"{tool} cannot be started ({error.Message}); install it, see docs/release.md.", error);
        }

        using (process)
        {
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new ReleaseException($"{tool} {string.Join(' ', arguments)}: exit code {process.ExitCode}, expected 0.");
            }
        }
    }
}

/// <summary>The release cannot be made; the message says why and what to do.</summary>
internal sealed class ReleaseException(string message, Exception? inner = null) : Exception(message, inner);
