using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Tests.Training;

public class FirstUseTests
{
    private const int Threads = 2;

    private readonly FirstUse _firstUse = new();

    [Fact]
    public void With_a_new_key_one_computes_at_a_time()
    {
        (int inside, int max) = (0, 0);
        OnThreads(index =>
            _firstUse.Run(
                $"key {index}",
                () =>
                {
                    int now = Interlocked.Increment(ref inside);
                    max = Math.Max(max, now);
                    Thread.Sleep(50);
                    return Interlocked.Decrement(ref inside);
                }
            )
        );
        Assert.Equal(1, max);
    }

    [Fact]
    public void With_a_known_key_all_compute_side_by_side()
    {
        _firstUse.Run("key", () => 0);
        using Barrier everyone = new Barrier(Threads);
        bool[] met = OnThreads(_ =>
            _firstUse.Run("key", () => everyone.SignalAndWait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken))
        );
        Assert.All(met, Assert.True);
    }

    [Fact]
    public void A_key_whose_computation_failed_is_still_new()
    {
        Assert.Throws<InvalidDataException>(() => _firstUse.Run<int>("key", () => throw new InvalidDataException()));
        bool isInside = false;
        Thread other = new Thread(() => _firstUse.Run("key", () => isInside = true));
        _firstUse.Run(
            "key",
            () =>
            {
                other.Start();
                Assert.False(other.Join(TimeSpan.FromMilliseconds(100)));
                Assert.False(isInside);
                return 0;
            }
        );
        other.Join();
        Assert.True(isInside);
    }

    private static T[] OnThreads<T>(Func<int, T> compute)
    {
        T[] results = new T[Threads];
        Thread[] threads = Enumerable.Range(0, Threads).Select(index => new Thread(() => results[index] = compute(index))).ToArray();
        foreach (Thread? thread in threads)
        {
            thread.Start();
        }

        foreach (Thread? thread in threads)
        {
            thread.Join();
        }

        return results;
    }
}
