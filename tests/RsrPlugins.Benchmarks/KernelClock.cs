// What the measurements of single kernels have in common.
using System.Diagnostics;
using RsrPlugins.Core.Inference.Cpu;

namespace RsrPlugins.Benchmarks;

/// <summary>Times of kernels, and something for them to work on.</summary>
internal static class KernelClock
{
    private const int Rounds = 7;

    /// <summary>The vectors that one argument names (512, 256 or 128 bits), without one the widest that are fast here; null for anything
    /// else.</summary>
    internal static VectorWidth? WidthOf(string[] arguments) =>
        arguments.Length == 0 ? CpuKernels.BestWidth
        : arguments.Length == 1 && Enum.TryParse("Bits" + arguments[0], out VectorWidth width) && Enum.IsDefined(width) ? width
        : null;

    /// <summary>Time of one call, the least of some rounds of about 20 ms.</summary>
    internal static double Seconds(Action action)
    {
        Stopwatch trial = Stopwatch.StartNew();
        int calls = 0;
        for (; trial.ElapsedMilliseconds < 20; calls++)
        {
            action();
        }

        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            Stopwatch clock = Stopwatch.StartNew();
            for (int i = 0; i < calls; i++)
            {
                action();
            }

            best = Math.Min(best, clock.Elapsed.TotalSeconds / calls);
        }

        return best;
    }

    /// <summary>Values from -0.5 to 0.5, pinned.</summary>
    internal static float[] Noise(int count)
    {
        Random random = new Random(1);
        float[] values = GC.AllocateUninitializedArray<float>(count, pinned: true);
        for (int i = 0; i < count; i++)
        {
            values[i] = random.NextSingle() - 0.5f;
        }

        return values;
    }
}
