// Paint.NET renders on threads of a pool that live as long as it does. Whatever a plugin ties to a thread stays there then, so a leak
// of that kind shows only on threads like these.
using System.Collections.Concurrent;

namespace RsrPlugins.EffectHost;

/// <summary>Threads that live for many renders.</summary>
public sealed class RenderThreads : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread[] _threads;

    public RenderThreads(int count)
    {
        _threads =
        [
            .. Enumerable.Range(0, count).Select(number => new Thread(Work) { IsBackground = true, Name = $"Pooled render {number}" }),
        ];
        foreach (Thread thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Does the same work so many times at once, and returns when all are done. The work must not throw.</summary>
    public void Run(int times, Action work)
    {
        using CountdownEvent left = new CountdownEvent(times);
        for (int i = 0; i < times; i++)
        {
            _work.Add(() =>
            {
                work();
                left.Signal();
            });
        }

        left.Wait();
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _work.Dispose();
    }

    private void Work()
    {
        foreach (Action action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }
}
