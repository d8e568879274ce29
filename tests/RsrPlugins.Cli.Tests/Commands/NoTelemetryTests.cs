// "Nothing is ever sent", shown from outside: the tool runs longer than ONNX Runtime's collector waits, in a network namespace where
// the only answer comes from a resolver and web servers of the test, and neither a packet nor a file is left. With the variable that
// build servers set (CI) and without, because the collector behaves differently there. The control loads the same library without
// our precaution and must be caught: it shows that the trap works and that the precaution is still needed.
using System.Diagnostics;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Commands;

public class NoTelemetryTests
{
    /// <summary>The collector first calls after about ten seconds.</summary>
    private static readonly TimeSpan _longEnough = TimeSpan.FromSeconds(12);

    private static readonly string _trap = Path.Combine(AppContext.BaseDirectory, "networktrap.dll");

    [Fact]
    public async Task No_packet_and_no_file_in_a_long_run()
    {
        SkipWithoutNamespaces();
        // The measuring of eight rows for two seconds each; all three at once, because they mostly wait for the clock.
        string[] tool =
        [
            Path.Combine(AppContext.BaseDirectory, "rsr.dll"),
            "bench",
            "--device",
            "cpu",
            "--engine",
            "onnxruntime",
            "--threads",
            "1",
            "--scale",
            "2",
            "--size",
            "64",
            "--seconds",
            "2",
        ];
        string[] careless = [_trap, "load", Path.Combine(AppContext.BaseDirectory, "libonnxruntime.so"), "14"];
        using Watched plain = new Watched(ci: false, tool);
        using Watched onBuildServer = new Watched(ci: true, tool);
        using Watched control = new Watched(ci: false, careless);
        foreach (Watched run in new[] { plain, onBuildServer, control })
        {
            await run.Ended(TestContext.Current.CancellationToken);
        }

        Assert.True(
            control.Packets > 0 && control.Files.Any(file => file.Contains(".onnxruntime", StringComparison.Ordinal)),
            $"The control, ONNX Runtime without our precaution, was not caught ({control.Log}); so this test shows nothing about the tool any more."
        );
        Assert.Contains("query mobile.events.data.microsoft.com", control.Log, StringComparison.Ordinal);

        foreach (Watched run in new[] { plain, onBuildServer })
        {
            Assert.True(run.Duration > _longEnough, $"rsr bench took {run.Duration}; the collector would not have called yet.");
            Assert.Equal("packets 0", run.Log.Trim());
            Assert.Empty(run.Files);
        }
    }

    private static void SkipWithoutNamespaces()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs network namespaces, which are Linux's");
        using Process process = Process.Start(
            new ProcessStartInfo("unshare", [.. Watched.Namespaces, "true"]) { RedirectStandardError = true }
        )!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.SkipUnless(process.ExitCode == 0, $"needs network namespaces: {error.Trim()}");
    }

    /// <summary>A program in the trap, with a home and a temporary folder of its own.</summary>
    private sealed class Watched : IDisposable
    {
        private readonly TestFolder _folder = new();
        private readonly Process _process;
        private readonly DateTime _start = DateTime.Now;

        /// <param name="ci">Whether the environment says that this is a build server.</param>
        /// <param name="program">A .dll for `dotnet`, and its arguments.</param>
        public Watched(bool ci, string[] program)
        {
            Directory.CreateDirectory(_folder["home"]);
            Directory.CreateDirectory(_folder["tmp"]);
            File.WriteAllText(_folder["resolv.conf"], "nameserver 127.0.0.1\n");
            string[] arguments =
            [
                .. Namespaces,
                "sh",
                "-c",
                "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"",
                _folder["resolv.conf"],
                "dotnet",
                _trap,
                "watch",
                _folder["log"],
                "dotnet",
                .. program,
            ];
            ProcessStartInfo start = new ProcessStartInfo("unshare", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["HOME"] = _folder["home"];
            start.Environment["TMPDIR"] = _folder["tmp"];
            start.Environment.Remove("ORT_DISABLE_TELEMETRY");
            start.Environment.Remove("XDG_CACHE_HOME");
            foreach (string name in new[] { "CI", "TF_BUILD", "GITHUB_ACTIONS" })
            {
                start.Environment.Remove(name);
            }

            if (ci)
            {
                start.Environment["CI"] = "true";
            }

            _process = Process.Start(start)!;
        }

        /// <summary>Options of unshare; who is not root needs a user namespace besides.</summary>
        public static string[] Namespaces { get; } =
        [.. Environment.IsPrivilegedProcess ? Array.Empty<string>() : ["--user", "--map-root-user"], "--net", "--mount"];

        public TimeSpan Duration { get; private set; }

        public string Log => File.ReadAllText(_folder["log"]);

        public long Packets =>
            long.Parse(Log.Trim().Split('\n')[^1]["packets ".Length..], System.Globalization.CultureInfo.InvariantCulture);

        /// <summary>Everything in the home and the temporary folder, hidden or not.</summary>
        public string[] Files =>
            [
                .. _folder.Files.Where(file =>
                    file.StartsWith("home/", StringComparison.Ordinal) || file.StartsWith("tmp/", StringComparison.Ordinal)
                ),
            ];

        public async Task Ended(CancellationToken cancellationToken)
        {
            Task<string> output = _process.StandardOutput.ReadToEndAsync(cancellationToken);
            string error = await _process.StandardError.ReadToEndAsync(cancellationToken);
            await output;
            await _process.WaitForExitAsync(cancellationToken);
            Duration = _process.ExitTime - _start;
            Assert.True(_process.ExitCode == 0, error);
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
                _process.WaitForExit();
            }

            _process.Dispose();
            _folder.Dispose();
        }
    }
}
