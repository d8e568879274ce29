// What this machine's arithmetic units can do at most, measured in the same run as the networks, because a figure from a data
// sheet knows neither the clock nor the neighbours. Independent chains of fused multiply-adds on the widest vectors,
// enough of them to hide the latency of each; no memory is touched.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RsrPlugins.Cli.Bench;

internal static class PeakArithmetic
{
    private const int Chains = 12;
    private const int Rounds = 5;

    /// <summary>Single-precision GFLOP/s of so many threads at once: the fastest of some rounds; a multiply-add counts two.</summary>
    public static double MeasureGflops(int threads, CancellationToken cancellationToken)
    {
        (Action<long> chains, int lanes) = Widest();
        chains(1);

        // As many steps as take about 50 ms on one thread.
        Stopwatch once = Stopwatch.StartNew();
        const long Trial = 2_000_000;
        chains(Trial);
        long steps = Math.Max(Trial, (long)(Trial * 0.05 / once.Elapsed.TotalSeconds));

        double best = 0;
        for (int round = 0; round < Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            best = Math.Max(best, (double)threads * steps * Chains * lanes * 2 / Together(threads, () => chains(steps)).TotalSeconds / 1e9);
        }

        return best;
    }

    /// <summary>Time from the moment all threads are ready until the last is done.</summary>
    private static TimeSpan Together(int threads, Action work)
    {
        using Barrier start = new Barrier(threads + 1);
        Thread[] workers =
        [
            .. Enumerable
                .Range(0, threads)
                .Select(_ => new Thread(() =>
                {
                    start.SignalAndWait();
                    work();
                })),
        ];
        foreach (Thread worker in workers)
        {
            worker.Start();
        }

        start.SignalAndWait();
        Stopwatch time = Stopwatch.StartNew();
        foreach (Thread worker in workers)
        {
            worker.Join();
        }

        return time.Elapsed;
    }

    private static (Action<long> Chains, int Lanes) Widest() =>
        Vector512.IsHardwareAccelerated ? (Chains512, Vector512<float>.Count)
        : Vector256.IsHardwareAccelerated ? (Chains256, Vector256<float>.Count)
        : (Chains128, Vector128<float>.Count);

    // The three differ in the type alone; the library has no common type above them that the compiler keeps in registers. The
    // values stay near 1 for ever, and are returned to nowhere through a static so that the loop is not removed.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Chains512(long steps)
    {
        Vector512<float> factor = Vector512.Create(0.999999f),
            term = Vector512.Create(1e-6f),
            one = Vector512.Create(1f);
        Vector512<float> a = one,
            b = one,
            c = one,
            d = one,
            e = one,
            f = one,
            g = one,
            h = one,
            i = one,
            j = one,
            k = one,
            l = one;
        for (long step = 0; step < steps; step++)
        {
            a = Vector512.FusedMultiplyAdd(a, factor, term);
            b = Vector512.FusedMultiplyAdd(b, factor, term);
            c = Vector512.FusedMultiplyAdd(c, factor, term);
            d = Vector512.FusedMultiplyAdd(d, factor, term);
            e = Vector512.FusedMultiplyAdd(e, factor, term);
            f = Vector512.FusedMultiplyAdd(f, factor, term);
            g = Vector512.FusedMultiplyAdd(g, factor, term);
            h = Vector512.FusedMultiplyAdd(h, factor, term);
            i = Vector512.FusedMultiplyAdd(i, factor, term);
            j = Vector512.FusedMultiplyAdd(j, factor, term);
            k = Vector512.FusedMultiplyAdd(k, factor, term);
            l = Vector512.FusedMultiplyAdd(l, factor, term);
        }

        Keep(Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Chains256(long steps)
    {
        Vector256<float> factor = Vector256.Create(0.999999f),
            term = Vector256.Create(1e-6f),
            one = Vector256.Create(1f);
        Vector256<float> a = one,
            b = one,
            c = one,
            d = one,
            e = one,
            f = one,
            g = one,
            h = one,
            i = one,
            j = one,
            k = one,
            l = one;
        for (long step = 0; step < steps; step++)
        {
            a = Vector256.FusedMultiplyAdd(a, factor, term);
            b = Vector256.FusedMultiplyAdd(b, factor, term);
            c = Vector256.FusedMultiplyAdd(c, factor, term);
            d = Vector256.FusedMultiplyAdd(d, factor, term);
            e = Vector256.FusedMultiplyAdd(e, factor, term);
            f = Vector256.FusedMultiplyAdd(f, factor, term);
            g = Vector256.FusedMultiplyAdd(g, factor, term);
            h = Vector256.FusedMultiplyAdd(h, factor, term);
            i = Vector256.FusedMultiplyAdd(i, factor, term);
            j = Vector256.FusedMultiplyAdd(j, factor, term);
            k = Vector256.FusedMultiplyAdd(k, factor, term);
            l = Vector256.FusedMultiplyAdd(l, factor, term);
        }

        Keep(Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Chains128(long steps)
    {
        Vector128<float> factor = Vector128.Create(0.999999f),
            term = Vector128.Create(1e-6f),
            one = Vector128.Create(1f);
        Vector128<float> a = one,
            b = one,
            c = one,
            d = one,
            e = one,
            f = one,
            g = one,
            h = one,
            i = one,
            j = one,
            k = one,
            l = one;
        for (long step = 0; step < steps; step++)
        {
            a = Vector128.FusedMultiplyAdd(a, factor, term);
            b = Vector128.FusedMultiplyAdd(b, factor, term);
            c = Vector128.FusedMultiplyAdd(c, factor, term);
            d = Vector128.FusedMultiplyAdd(d, factor, term);
            e = Vector128.FusedMultiplyAdd(e, factor, term);
            f = Vector128.FusedMultiplyAdd(f, factor, term);
            g = Vector128.FusedMultiplyAdd(g, factor, term);
            h = Vector128.FusedMultiplyAdd(h, factor, term);
            i = Vector128.FusedMultiplyAdd(i, factor, term);
            j = Vector128.FusedMultiplyAdd(j, factor, term);
            k = Vector128.FusedMultiplyAdd(k, factor, term);
            l = Vector128.FusedMultiplyAdd(l, factor, term);
        }

        Keep(Vector128.Sum(a + b + c + d + e + f + g + h + i + j + k + l));
    }

    /// <summary>A use the compiler cannot see through.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Keep(float _) { }
}
