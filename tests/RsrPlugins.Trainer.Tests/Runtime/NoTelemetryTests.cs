// The trainer measures with ONNX Runtime, whose telemetry keeps its events in the user's folders. The whole proof, with the network, is
// in the tool's NoTelemetryTests; here, that the trainer's process takes the same precaution.
using System.Diagnostics;

namespace RsrPlugins.Trainer.Tests.Runtime;

public sealed class NoTelemetryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rsr-train-").FullName;

    [Fact]
    public async Task A_run_leaves_nothing_in_home_and_temporary_folder()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the folders are named by HOME and TMPDIR on Linux");
        string home = Directory.CreateDirectory(Path.Combine(_folder, "home")).FullName, temporary = Directory.CreateDirectory(Path.Combine(_folder, "tmp")).FullName;
        string models = Path.Combine(AppContext.BaseDirectory, "models");
        // A scale that is not there: the runtime is loaded, its environment made, and there is nothing to measure.
        ProcessStartInfo start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "rsr-train.dll"), "evaluate", models, "--scale", "7", "--data", _folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = home;
        start.Environment["TMPDIR"] = temporary;
        start.Environment.Remove("ORT_DISABLE_TELEMETRY");
        start.Environment.Remove("CI");
        // The trainer executes itself again, and .NET leaves the debugger's socket of the first in the temporary folder.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output + await error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(home));
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
