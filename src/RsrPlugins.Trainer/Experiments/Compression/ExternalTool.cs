// Codecs that no package of ours brings are programs of the system. They are found on the PATH, started without a shell, and
// ended with everything they started when the experiment is cancelled.
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace RsrPlugins.Trainer.Experiments.Compression;

/// <summary>A program of the system.</summary>
/// <param name="DebianPackage">What brings it on Debian.</param>
/// <param name="VersionArgument">Makes it print its version; empty where it does without being asked.</param>
/// <param name="Names">The names it goes by; the first that is there is taken.</param>
internal sealed partial record ExternalTool(string DebianPackage, string VersionArgument, params string[] Names)
{
    internal static readonly ExternalTool OpjCompress = new("libopenjp2-tools", "-h", "opj_compress");
    internal static readonly ExternalTool OpjDecompress = new("libopenjp2-tools", "-h", "opj_decompress");
    internal static readonly ExternalTool SevenZip = new("7zip", string.Empty, "7zz", "7z");
    internal static readonly ExternalTool Cjxl = new("libjxl-tools", "--version", "cjxl");
    internal static readonly ExternalTool Djxl = new("libjxl-tools", "--version", "djxl");

    /// <summary>Whether it can be started here.</summary>
    internal bool IsInstalled => Find() is not null;

    /// <summary>For the user, where it cannot.</summary>
    internal string MissingMessage => $"{Names[0]} is not on the PATH; on Debian: apt-get install {DebianPackage}";

    /// <summary>The first version number it prints.</summary>
    internal string Version(CancellationToken cancellationToken)
    {
        (int _, string? output) = Start(VersionArgument.Length == 0 ? [] : [VersionArgument], Path.GetTempPath(), cancellationToken);
        return VersionNumber().Match(output).Value is { Length: > 0 } version
            ? version
            : throw new TrainerException($"{Names[0]} prints no version number.");
    }

    /// <summary>Runs it to its end.</summary>
    /// <param name="folder">Its working folder.</param>
    /// <param name="arguments">Handed over one by one, so nothing in them needs quoting.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TrainerException">It is missing, or it failed: with the last line it printed.</exception>
    internal void Run(string folder, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        (int exitCode, string? output) = Start(arguments, folder, cancellationToken);
        if (exitCode != 0)
        {
            string lastLine = output
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .LastOrDefault("nothing printed");
            throw new TrainerException($"{Names[0]} ended with exit code {exitCode}: {lastLine}");
        }
    }

    private (int ExitCode, string Output) Start(IEnumerable<string> arguments, string folder, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ProcessStartInfo start = new ProcessStartInfo(Find() ?? throw new TrainerException(MissingMessage + "."), arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new TrainerException($"{start.FileName} cannot be started.");
        process.StandardInput.Close(); // A question it might ask is answered with the end of the file.
        Task<string> printed = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> complained = process.StandardError.ReadToEndAsync(CancellationToken.None);
        using (cancellationToken.Register(() => End(process)))
        {
            process.WaitForExit();
        }

        cancellationToken.ThrowIfCancellationRequested();
        return (process.ExitCode, printed.Result + complained.Result);
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in the same moment.
        }
    }

    private string? Find() =>
        (
            from folder in (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(
                Path.PathSeparator,
                StringSplitOptions.RemoveEmptyEntries
            )
            from name in Names
            let path = Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name)
            where File.Exists(path)
            select path
        ).FirstOrDefault();

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?")]
    private static partial Regex VersionNumber();
}
