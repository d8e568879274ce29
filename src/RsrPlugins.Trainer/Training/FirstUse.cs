// Torch computes convolutions with oneDNN, which compiles code for each shape when it is first used and keeps it. Two threads that want the
// same new code at the same time may end the process: its cache hands the second one an object that is not finished (seen with Torch 2.10;
// not where the shapes differ, the cache is off, or one thread comes first). So the first use of a shape is one thread's alone.
using System.Collections.Concurrent;

namespace RsrPlugins.Trainer.Training;

/// <summary>Has threads of a run wait for each other where they compute with a shape for the first time.</summary>
internal sealed class FirstUse
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<object, bool> _known = [];

    /// <summary>Calls the function: alone if none with the same key has ended yet, otherwise beside others.</summary>
    /// <param name="key">Equal for computations with the same shapes throughout.</param>
    /// <param name="compute">Must not wait for another thread.</param>
    internal T Run<T>(object key, Func<T> compute)
    {
        if (_known.ContainsKey(key))
        {
            return compute();
        }

        lock (_lock)
        {
            T? result = compute();
            _known[key] = true;
            return result;
        }
    }
}
