// What a process that was killed left behind goes with the next run in that folder; what somebody may still be writing stays.
using System.Diagnostics;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests;

public class TemporaryFilesTests
{
    private static string[] PartsOfOurs()
    {
        using TemporaryFiles files = new TemporaryFiles();
        return Path.GetFileName(files.NameFor(Path.Combine(Path.GetTempPath(), "x"))).Split('-', '.');
    }

    [Fact]
    public void Only_ours_and_only_where_the_process_has_gone()
    {
        string[] ours = PartsOfOurs(); // "", "rsr", host, session, process, unique, "tmp"
        (string host, string session) = (ours[2], ours[3]);
        using Process running = Process.Start(new ProcessStartInfo("dotnet", ["--version"]) { RedirectStandardOutput = true })!;
        int gone = running.Id;
        running.WaitForExit();
        DateTime now = DateTime.UtcNow;
        Assert.True(TemporaryFiles.IsAbandoned(TemporaryFiles.NameOf(host, session, gone), now, isOurs: false));
        Assert.False(TemporaryFiles.IsAbandoned(TemporaryFiles.NameOf(host, session, Environment.ProcessId), now, isOurs: true));
        // Somebody else's list.
        Assert.False(TemporaryFiles.IsAbandoned(TemporaryFiles.NameOf(host, session, Environment.ProcessId), now, isOurs: false));
        Assert.True(
            TemporaryFiles.IsAbandoned(TemporaryFiles.NameOf(host, session, Environment.ProcessId), now.AddDays(-1000), isOurs: false)
        ); // Older than the process of that number.
        // Another machine's.
        Assert.False(TemporaryFiles.IsAbandoned(TemporaryFiles.NameOf("00000000", session, gone), now.AddDays(-1000), isOurs: false));
        // Another container's, perhaps.
        Assert.False(TemporaryFiles.IsAbandoned(TemporaryFiles.NameOf(host, "00000000", gone), now.AddHours(-1), isOurs: false));
        Assert.True(TemporaryFiles.IsAbandoned(TemporaryFiles.NameOf(host, "00000000", gone), now.AddDays(-2), isOurs: false));
        Assert.False(TemporaryFiles.IsAbandoned(".rsr-1234.tmp", now.AddDays(-1000), isOurs: false));
    }

    [Fact]
    public void What_a_kill_left_goes_with_the_next_run()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent with kill(2)");
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(7000, 5000).Save(folder["a.png"], new NetVips.VOption { { "compression", 1 } });
        Pictures.Rgb(8, 8).Save(folder["b.png"]);
        using (Process process = Rsr.Start(folder, "downscale", "a.png", "--scale", "1.05", "-o", "c.png"))
        {
            Assert.True(
                SpinWait.SpinUntil(
                    () =>
                        process.HasExited
                        || folder.Files.Any(name =>
                            name.StartsWith(".rsr-", StringComparison.Ordinal) && !name.StartsWith(".rsr-probe", StringComparison.Ordinal)
                        ),
                    TimeSpan.FromSeconds(50)
                )
            );
            process.Kill();
            process.WaitForExit();
        }

        string left = Assert.Single(folder.Files, name => name.StartsWith(".rsr-", StringComparison.Ordinal));
        string foreign = TemporaryFiles.NameOf("00000000", "00000000", 1);
        File.WriteAllText(folder[foreign], "x");
        File.WriteAllText(folder[".rsr-notes.tmp"], "x");
        RsrResult next = Rsr.Run(folder, "upscale", "b.png", "-s", "2");
        Assert.True(next.ExitCode == 0, next.Error);
        Assert.DoesNotContain(left, folder.Files);
        Assert.Equal(new[] { foreign, ".rsr-notes.tmp", "a.png", "b-x2.png", "b.png" }.Order(StringComparer.Ordinal), folder.Files);
    }
}
