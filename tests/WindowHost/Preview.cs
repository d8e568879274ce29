// What Paint.NET does behind the dialog: after every change the render that runs is cancelled and a new one begins, on a worker
// thread; the dialog stays usable. The tiles are rendered on threads that outlive the dialog, as Paint.NET's do.
using RsrPlugins.EffectHost;

namespace RsrPlugins.WindowHost;

/// <summary>Renders an effect again after every change of its dialog.</summary>
internal sealed class Preview : IDisposable
{
    private readonly EffectSession _session;
    private readonly RenderThreads _threads;
    private readonly int _threadCount;
    private readonly Thread _worker;
    private readonly Lock _lock = new();
    private readonly AutoResetEvent _changed = new(false);
    private CancellationTokenSource _running = new();
    private int _wanted;
    private int _answered;
    private int _finished;
    private bool _closing;

    /// <param name="threads">Not disposed here.</param>
    public Preview(EffectSession session, RenderThreads threads, int threadCount)
    {
        (_session, _threads, _threadCount) = (session, threads, threadCount);
        _worker = new Thread(Work) { IsBackground = true, Name = "Preview" };
        _worker.Start();
    }

    /// <summary>The last whole picture; null before there is one.</summary>
    public Picture? Result { get; private set; }

    /// <summary>Renders that were not cancelled.</summary>
    public int Finished => Volatile.Read(ref _finished);

    /// <summary>Whether every change has been answered.</summary>
    public bool IsIdle => Volatile.Read(ref _answered) == Volatile.Read(ref _wanted);

    /// <summary>The dialog has changed.</summary>
    public void Restart()
    {
        lock (_lock)
        {
            _wanted++;
            _running.Cancel();
        }

        _changed.Set();
    }

    /// <summary>Stops what runs. The UI thread goes on working meanwhile: an error dialog may be on its way to it.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _closing = true;
            _running.Cancel();
        }

        _changed.Set();
        Messages.Until(() => !_worker.IsAlive, TimeSpan.FromMinutes(2));
        _changed.Dispose();
        _running.Dispose();
    }

    private void Work()
    {
        while (true)
        {
            _changed.WaitOne();
            int wanted;
            CancellationToken cancellation;
            lock (_lock)
            {
                if (_closing)
                {
                    return;
                }

                _running.Dispose();
                _running = new CancellationTokenSource();
                (wanted, cancellation) = (_wanted, _running.Token);
            }

            try
            {
                Result = _session.Render(new RenderSchedule(Threads: _threadCount, Pool: _threads), cancellation);
                Interlocked.Increment(ref _finished);
            }
            catch (OperationCanceledException)
            {
                // Whoever cancelled it wants another one, or none.
            }

            Volatile.Write(ref _answered, wanted);
        }
    }
}
