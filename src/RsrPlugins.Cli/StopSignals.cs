// Ctrl-C, SIGTERM and a terminal that is closed (SIGHUP): the work is asked to stop, and does so between tiles and strips. A decoder that
// builds a whole picture before it answers (interlaced PNG, progressive JPEG) cannot be asked, so after a grace time the process ends
// itself.
using System.Runtime.InteropServices;
using RsrPlugins.Cli.Terminal;

namespace RsrPlugins.Cli;

internal sealed class StopSignals : IDisposable
{
    // Users are promised "within a second".
    private static readonly TimeSpan _grace = TimeSpan.FromMilliseconds(700);

    private readonly CancellationTokenSource _source = new();
    private readonly TemporaryFiles _temporaryFiles;
    private readonly PosixSignalRegistration[] _registrations;
    private int _said;

    public StopSignals(TemporaryFiles temporaryFiles)
    {
        _temporaryFiles = temporaryFiles;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop),
        ];
    }

    public CancellationToken Token => _source.Token;

    /// <summary>
    /// Stops the work when standard input ends. A program that starts this one holds the other end: however it ends, a crash
    /// included, the system closes it, and no work goes on for nobody.
    /// </summary>
    public void StopWithStandardInput() =>
        new Thread(() =>
        {
            try
            {
                using Stream input = StandardStreams.OpenInput();
                Span<byte> ignored = stackalloc byte[256];
                while (input.Read(ignored) > 0) { }
            }
            catch (IOException)
            {
                // As good as closed.
            }

            Request();
        })
        {
            IsBackground = true,
            Name = "parent",
        }.Start();

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        Request();
    }

    private void Request()
    {
        if (!_source.IsCancellationRequested)
        {
            new Thread(EndAfterGrace) { IsBackground = true, Name = "stop" }.Start();
            _source.Cancel();
        }
    }

    private void EndAfterGrace()
    {
        Thread.Sleep(_grace);
        _temporaryFiles.Dispose();
        if (!Console.IsErrorRedirected)
        {
            Console.Error.Write("\e[?25h"); // A progress bar hides the cursor.
        }

        SayOnce(Console.Error);
        Environment.Exit(ExitCode.Cancelled);
    }

    /// <summary>Says that the work was cancelled, if nobody has yet: work that stops just as the grace ends meets the thread that ends
    /// it.</summary>
    public void SayOnce(TextWriter error)
    {
        if (Interlocked.Exchange(ref _said, 1) == 0)
        {
            error.WriteLine("rsr: cancelled; no incomplete file was left");
        }
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }
}
