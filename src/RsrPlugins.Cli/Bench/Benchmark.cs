// Measures the engine as the product uses it: whole luma planes through plan, scheduler and sessions, at the product's tile
// sizes. Every figure, the peak's too, is the fastest of the repetitions: other work on the machine only ever slows.
using System.Diagnostics;
using RsrPlugins.Core;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Cli.Bench;

/// <param name="Side">Side of the small picture in pixels; the large one is the scale times that.</param>
/// <param name="Seconds">Time for each row's repetitions; at least two are made.</param>
/// <param name="Threads">0: 1, 2, 4 ... up to one per core. Else that many alone.</param>
/// <param name="TileSize">0: the product's.</param>
internal sealed record BenchSettings(int Side, double Seconds, int Threads, int TileSize);

internal sealed class Benchmark(BenchSettings settings, CancellationToken cancellationToken)
{
    /// <summary>Thread counts to measure, ascending; the last is the most.</summary>
    public int[] ThreadCounts { get; } = settings.Threads > 0 ? [settings.Threads] : [.. PowersOfTwoBelow(Environment.ProcessorCount), Environment.ProcessorCount];

    public Dictionary<int, double> Peaks() =>
        ThreadCounts.ToDictionary(threads => threads, threads => PeakArithmetic.MeasureGflops(threads, cancellationToken));

    public NetworkResult Measure(INetwork network, int threads, double peak)
    {
        ModelDescriptor model = network.Model;
        bool reduces = model.Network == NetworkKind.RRNet;
        int side = reduces ? settings.Side * model.Scale : settings.Side;
        float[] plane = Plane(side);
        var resize = new ResizeSettings(threads, settings.TileSize);
        int tileSize = TileDefaults.TileSize(network, resize);
        TilePlan plan = TilePlan.Create(model, side, side, tileSize);
        var tiler = new LumaTiler(network, resize);
        double seconds = Fastest(() => tiler.Resize(plane, side, side, cancellationToken: cancellationToken));

        double pixels = (double)side * side;
        double perPixel = NetworkArithmetic.OperationsPerInputPixel(model);
        double gflops = perPixel * plan.SourceLength * plan.Tiles.Count / seconds / 1e9;
        bool onCpu = network.Device == DeviceKind.Cpu;
        return new NetworkResult(
            model.Network.ToString(),
            model.Kind.ToString().ToLowerInvariant(),
            model.Scale,
            network.Device.ToString().ToLowerInvariant(),
            TileDefaults.Workers(network, resize),
            tileSize,
            (reduces ? pixels : pixels * model.Scale * model.Scale) / seconds / 1e6,
            gflops,
            perPixel * pixels / seconds / 1e9,
            onCpu ? gflops / peak : null);
    }

    public BaselineResult Measure(ResamplingKernel kernel, bool reduces, int scale)
    {
        int small = settings.Side, large = small * scale;
        (int from, int to) = reduces ? (large, small) : (small, large);
        float[] plane = Plane(from);
        double seconds = Fastest(() => Resampler.Resize(plane, from, from, to, to, kernel, cancellationToken));
        return new BaselineResult(kernel.ToString().ToLowerInvariant(), reduces ? "down" : "up", scale, 1, (double)large * large / seconds / 1e6);
    }

    private static IEnumerable<int> PowersOfTwoBelow(int limit)
    {
        for (int power = 1; power < limit; power *= 2)
            yield return power;
    }

    /// <summary>A plane with something in it: the networks take as long on any.</summary>
    private static float[] Plane(int side)
    {
        var plane = new float[side * side];
        for (int i = 0; i < plane.Length; i++)
            plane[i] = (16 + (i * 31 % 220)) / 255f;
        return plane;
    }

    private double Fastest(Action work)
    {
        work();
        double best = double.PositiveInfinity;
        var all = Stopwatch.StartNew();
        do
        {
            var one = Stopwatch.StartNew();
            work();
            best = Math.Min(best, one.Elapsed.TotalSeconds);
        }
        while (all.Elapsed.TotalSeconds < settings.Seconds);
        return best;
    }
}
