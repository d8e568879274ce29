// Runs the tiles of a plan on a few workers. Each worker makes its buffers once and takes the next tile until none is
// left, so memory is bounded by workers, not by tiles, and a slow core never holds the others up. Workers are threads of
// their own: the thread pool may be busy with, or starved by, whatever the host does.
using System.Runtime.ExceptionServices;

namespace RsrPlugins.Core.Tiling;

/// <summary>Parallel execution of tiles with per-worker state.</summary>
public static class TileScheduler
{
    /// <summary>Processes every tile once, in no particular order, and returns when all are done.</summary>
    /// <typeparam name="TWorker">A worker's buffers; disposed at the end if disposable.</typeparam>
    /// <param name="tiles">The work.</param>
    /// <param name="workers">Tiles at once, at least 1; the calling thread is one of the workers.</param>
    /// <param name="createWorker">Makes one worker's buffers; called on the worker's thread, at most once per worker.</param>
    /// <param name="process">Does one tile. The token also trips when another tile has failed.</param>
    /// <param name="progress">Fraction of tiles done, ascending, ending with 1.</param>
    /// <param name="cancellationToken">Checked before every tile.</param>
    /// <exception cref="OperationCanceledException">The caller's token tripped.</exception>
    /// <remarks>The first exception of a worker stops the others and is thrown as it was.</remarks>
    public static void Run<TWorker>(
        IReadOnlyList<PlannedTile> tiles,
        int workers,
        Func<TWorker> createWorker,
        Action<TWorker, PlannedTile, CancellationToken> process,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tiles);
        ArgumentNullException.ThrowIfNull(createWorker);
        ArgumentNullException.ThrowIfNull(process);
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        cancellationToken.ThrowIfCancellationRequested();

        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Lock gate = new Lock();
        ExceptionDispatchInfo? failure = null;
        int taken = -1;
        int done = 0;

        void Work()
        {
            int next = Interlocked.Increment(ref taken);
            if (next >= tiles.Count)
            {
                return;
            }

            IDisposable? owned = null;
            try
            {
                TWorker worker = createWorker();
                owned = worker as IDisposable;
                for (; next < tiles.Count && !stop.IsCancellationRequested; next = Interlocked.Increment(ref taken))
                {
                    process(worker, tiles[next], stop.Token);
                    lock (gate)
                    {
                        done++;
                        progress?.Report((double)done / tiles.Count);
                    }
                }
            }
#pragma warning disable CA1031 // Whatever a tile throws must reach the caller, from whichever thread.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                lock (gate)
                {
                    // A run that was stopped because another tile failed is no failure of its own.
                    if (failure is null && !(exception is OperationCanceledException && stop.IsCancellationRequested))
                    {
                        failure = ExceptionDispatchInfo.Capture(exception);
                    }
                }

                stop.Cancel();
            }
            finally
            {
                owned?.Dispose();
            }
        }

        Thread[] others = new Thread[Math.Min(workers, tiles.Count) - 1];
        for (int i = 0; i < others.Length; i++)
        {
            others[i] = new Thread(Work) { IsBackground = true, Name = "RSR tile worker" };
            others[i].Start();
        }

        Work();
        foreach (Thread other in others)
        {
            other.Join();
        }

        // A caller who cancelled is told so, whatever the cancelled tiles said.
        cancellationToken.ThrowIfCancellationRequested();
        failure?.Throw();
    }
}
