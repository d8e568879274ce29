// Ctrl-C and SIGTERM in the middle of long work: gone within a second, exit code 130, nothing half-written left.
using System.Diagnostics;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Commands;

public class CancelTests
{
    // A second is promised; the machine that tests may be busy with something else.
    private static readonly TimeSpan _promised = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _busyMachine = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Long_work_stops_when_asked(bool interrupt)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent with kill(2)");
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(2400, 1600).Save(folder["a.png"]);
        using Process process = Rsr.Start(folder, "upscale", "a.png", "--scale", "4");
        Thread.Sleep(TimeSpan.FromSeconds(2)); // In the middle of the networks' work, which takes tens of seconds.
        Assert.False(process.HasExited);
        Stopwatch clock = Stopwatch.StartNew();
        if (interrupt)
        {
            Rsr.Interrupt(process);
        }
        else
        {
            Rsr.Terminate(process);
        }

        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, _promised + _busyMachine);
        Assert.Equal(130, process.ExitCode);
        Assert.Equal("rsr: cancelled; no incomplete file was left", process.StandardError.ReadToEnd().TrimEnd());
        Assert.Equal(["a.png"], folder.Files);
    }

    [Fact]
    public void Stopping_while_a_file_is_written_leaves_no_part_of_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent with kill(2)");
        using TestFolder folder = new TestFolder();
        // Bicubic alone, so that the time goes into writing.
        Pictures.Rgb(7000, 5000).Save(folder["a.png"], new NetVips.VOption { { "compression", 1 } });
        using Process process = Rsr.Start(folder, "downscale", "a.png", "--scale", "1.05", "-o", "b.png");
        Assert.True(
            SpinWait.SpinUntil(
                () => process.HasExited || folder.Files.Any(name => name.StartsWith(".rsr-", StringComparison.Ordinal)),
                TimeSpan.FromSeconds(50)
            )
        );
        Rsr.Interrupt(process);
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.Equal(130, process.ExitCode);
        Assert.Equal(["a.png"], folder.Files);
    }
}
