// The trainer measures with ONNX Runtime, whose telemetry keeps its events in the user's folders. The whole proof, with the network, is
// in the tool's NoTelemetryTests; here, that the trainer's process takes the same precaution.
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RsrPlugins.Trainer.Tests.Runtime;

public sealed class NoTelemetryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rsr-train-").FullName;

    [Fact]
    public async Task A_run_on_onnx_runtime_leaves_nothing_in_home_and_temporary_folder()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64,
            "HOME, LD_DEBUG and a switch for fused multiply-add are of Linux on x64"
        );
        string home = Directory.CreateDirectory(Path.Combine(_folder, "home")).FullName,
            temporary = Directory.CreateDirectory(Path.Combine(_folder, "tmp")).FullName;
        string models = Path.Combine(AppContext.BaseDirectory, "models");
        // The networks are opened, so the runtime is loaded and its environment made; then there is nothing to measure.
        ProcessStartInfo start = new ProcessStartInfo(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "rsr-train.dll"), "evaluate", models, "--scale", "2", "--data", _folder]
        )
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
        // Without fused multiply-add the engine of our own is not used, so ONNX Runtime is; the system's loader says that it was.
        start.Environment["DOTNET_EnableAVX2"] = "0";
        start.Environment["DOTNET_EnableFMA"] = "0";
        start.Environment["LD_DEBUG"] = "files";
        using Process process = Process.Start(start)!;
        Task<string> reading = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        string error = await reading;
        Assert.Contains("PNG pictures of a test set expected, found none", error, StringComparison.Ordinal);
        Assert.Matches("calling init: .*libonnxruntime", error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(home));
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
