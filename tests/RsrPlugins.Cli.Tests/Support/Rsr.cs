// Runs the real tool as its users do: a process of its own, with its output and exit code.
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RsrPlugins.Cli.Tests.Support;

/// <summary>What a run said.</summary>
internal sealed record RsrResult(int ExitCode, string Output, string Error)
{
    /// <summary>The only line of stderr.</summary>
    public string OnlyErrorLine => Assert.Single(Error.TrimEnd().Split('\n'));
}

internal static partial class Rsr
{
    private static readonly string _tool = Path.Combine(AppContext.BaseDirectory, "rsr.dll");

    public static RsrResult Run(TestFolder folder, params string[] arguments) => Run(folder, new Dictionary<string, string>(), arguments);

    public static RsrResult Run(TestFolder folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using Process process = Start(folder, environment, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)), "rsr did not end within a minute");
        return new RsrResult(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Runs a line of shell in which $RSR is the tool: for redirections, pipes and closed streams.</summary>
    public static RsrResult Shell(TestFolder folder, string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a POSIX shell");
        ProcessStartInfo start = new ProcessStartInfo("bash", ["-c", script])
        {
            WorkingDirectory = folder.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["RSR"] = $"dotnet {_tool}";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"did not end within a minute: {script}");
        }

        return new RsrResult(process.ExitCode, output.Result, error.Result);
    }

    public static Process Start(TestFolder folder, params string[] arguments) => Start(folder, new Dictionary<string, string>(), arguments);

    private static Process Start(TestFolder folder, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        // A test run started in the background inherits an ignored SIGINT, and .NET respects that; env puts the default back.
        string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet", _tool] : ["dotnet", _tool];
        ProcessStartInfo start = new ProcessStartInfo(command[0], [.. command[1..], .. arguments])
        {
            WorkingDirectory = folder.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    public static void Interrupt(Process process)
    {
        const int sigint = 2;
        Assert.Equal(0, Kill(process.Id, sigint));
    }

    public static void Terminate(Process process)
    {
        const int sigterm = 15;
        Assert.Equal(0, Kill(process.Id, sigterm));
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
