// Each worker is a thread that computes with one core. Two half batches on one core each are faster than one batch on two
// cores: nothing waits inside a convolution, element-wise operations are parallel too, and when another program takes a core
// the workers lose one step's balance instead of every operation's.
using TorchSharp;

namespace RsrPlugins.Trainer.Training;

/// <summary>Runs the same action on several threads, with one Torch thread each, and waits for all.</summary>
internal sealed class WorkerPool : IDisposable
{
    private readonly Barrier _start;
    private readonly Barrier _end;
    private readonly Thread[] _threads;
    private readonly Exception?[] _errors;
    private Action<int>? _action;

    internal WorkerPool(int workers)
    {
        _start = new Barrier(workers);
        _end = new Barrier(workers);
        _errors = new Exception?[workers];
        if (workers > 1)
        {
            torch.set_num_threads(1);
        }

        _threads =
        [
            .. Enumerable
                .Range(1, workers - 1)
                .Select(index => new Thread(() => Loop(index)) { IsBackground = true, Name = $"worker {index}" }),
        ];
        foreach (Thread thread in _threads)
        {
            thread.Start();
        }
    }

    internal int Count => _errors.Length;

    /// <summary>Calls action(0) on this thread and action(1), action(2), ... on the others.</summary>
    /// <exception cref="AggregateException">What the actions threw.</exception>
    internal void Run(Action<int> action)
    {
        _action = action;
        _start.SignalAndWait();
        RunOne(0);
        _end.SignalAndWait();
        Exception[] errors = _errors.OfType<Exception>().ToArray();
        Array.Clear(_errors);
        if (errors.Length > 0)
        {
            throw new AggregateException(errors);
        }
    }

    public void Dispose()
    {
        _action = null;
        _start.SignalAndWait();
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _start.Dispose();
        _end.Dispose();
    }

    private void Loop(int index)
    {
        torch.set_num_threads(1);
        while (true)
        {
            _start.SignalAndWait();
            if (_action is null)
            {
                return;
            }

            RunOne(index);
            _end.SignalAndWait();
        }
    }

    private void RunOne(int index)
    {
        try
        {
            _action!(index);
        }
        catch (Exception error)
        {
            _errors[index] = error;
        }
    }
}
