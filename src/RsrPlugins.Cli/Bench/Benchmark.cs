// Measures the engine as the product uses it: whole luma planes through plan, scheduler and sessions, at the product's tile
// sizes. Every figure, the peak's too, is the fastest of the repetitions: other work on the machine only ever slows.
using System.Diagnostics;
using RsrPlugins.Core;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Refinement;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Cli.Bench;

/// <param name="Side">Side of the small picture in pixels, at most; the large one is the scale times that.</param>
/// <param name="Seconds">Time for each row's repetitions.</param>
/// <param name="Threads">0: 1, 2, 4 ... up to one per core. Else that many alone.</param>
/// <param name="TileSize">0: the product's.</param>
internal sealed record BenchSettings(int Side, double Seconds, int Threads, int TileSize);

internal sealed class Benchmark(BenchSettings settings, CancellationToken cancellationToken)
{
    /// <summary>Thread counts to measure, ascending; the last is the most.</summary>
    public int[] ThreadCounts { get; } =
        settings.Threads > 0 ? [settings.Threads] : [.. PowersOfTwoBelow(Environment.ProcessorCount), Environment.ProcessorCount];

    public Dictionary<int, double> Peaks() =>
        ThreadCounts.ToDictionary(threads => threads, threads => PeakArithmetic.MeasureGflops(threads, cancellationToken));

    public NetworkResult Measure(INetwork network, int threads, double peak)
    {
        ModelDescriptor model = network.Model;
        bool reduces = network.Shape.Reduces;
        ResizeSettings resize = new ResizeSettings(threads, settings.TileSize);
        int tileSize = TileDefaults.TileSize(network, resize);
        LumaTiler tiler = new LumaTiler(network, resize);
        int smallSide = AffordableSide(probe => Fastest(Pass(probe), repeatFor: 0));
        double seconds = Fastest(Pass(smallSide), settings.Seconds);
        int side = LargeOrSmall(smallSide);
        TilePlan plan = TilePlan.Create(network.Shape, side, side, tileSize);

        int LargeOrSmall(int small) => reduces ? small * model.Scale : small;

        Action Pass(int small)
        {
            int length = LargeOrSmall(small);
            float[] plane = Plane(length);
            if (!network.Shape.MakesPictures)
            {
                LumaRefiner refiner = new LumaRefiner(network, 1, resize);
                float[] large = Plane(length * model.Scale);
                return () => refiner.Refine((float[])plane.Clone(), large, length, length, [], cancellationToken: cancellationToken);
            }

            return () => tiler.Resize(plane, length, length, cancellationToken: cancellationToken);
        }

        double pixels = (double)side * side;
        double perPixel = network.Shape.OperationsPerInputPixel;

        // Of a tile's halo ONNX Runtime computes every layer; our own engine only what the tile needs of each, which is not counted at all.
        double computed = network.Engine == EngineKind.Own ? pixels : (double)plan.SourceLength * plan.Tiles.Count;
        double gflops = perPixel * computed / seconds / 1e9;
        bool onCpu = network.Device == DeviceKind.Cpu;
        return new NetworkResult(
            model.Network,
            model.Kind.ToString().ToLowerInvariant(),
            model.Scale,
            network.Device.ToString().ToLowerInvariant(),
            InstalledModels.NameOf(network.Engine),
            TileDefaults.Workers(network, resize),
            tileSize,
            smallSide,
            (reduces ? pixels : pixels * model.Scale * model.Scale) / seconds / 1e6,
            gflops,
            perPixel * pixels / seconds / 1e9,
            onCpu ? gflops / peak : null
        );
    }

    public BaselineResult Measure(ResamplingKernel kernel, bool reduces, int scale)
    {
        int small = settings.Side,
            large = small * scale;
        (int from, int to) = reduces ? (large, small) : (small, large);
        float[] plane = Plane(from);
        double seconds = Fastest(() => Resampler.Resize(plane, from, from, to, to, kernel, cancellationToken), settings.Seconds);
        return new BaselineResult(
            kernel.ToString().ToLowerInvariant(),
            reduces ? "down" : "up",
            scale,
            1,
            (double)large * large / seconds / 1e6
        );
    }

    private static IEnumerable<int> PowersOfTwoBelow(int limit)
    {
        for (int power = 1; power < limit; power *= 2)
        {
            yield return power;
        }
    }

    /// <summary>A plane with something in it: the networks take as long on any.</summary>
    private static float[] Plane(int side)
    {
        float[] plane = new float[side * side];
        for (int i = 0; i < plane.Length; i++)
        {
            plane[i] = (16 + (i * 31 % 220)) / 255f;
        }

        return plane;
    }

    /// <summary>The side asked for, or a smaller one where a single pass would take very much longer than a row may: a GPU in
    /// software.</summary>
    private int AffordableSide(Func<int, double> secondsOfPass)
    {
        const int ProbeSide = 32;
        double longest = Math.Max(2, 4 * settings.Seconds);
        if (settings.Side <= ProbeSide)
        {
            return settings.Side;
        }

        double sideInTime = ProbeSide * Math.Sqrt(longest / secondsOfPass(ProbeSide));
        return (int)Math.Clamp(sideInTime, ProbeSide, settings.Side);
    }

    /// <summary>Seconds of the fastest of the passes that fit the time, after one to warm up; at least one.</summary>
    private static double Fastest(Action work, double repeatFor)
    {
        work();
        double best = double.PositiveInfinity;
        Stopwatch all = Stopwatch.StartNew();
        do
        {
            Stopwatch one = Stopwatch.StartNew();
            work();
            best = Math.Min(best, one.Elapsed.TotalSeconds);
        } while (all.Elapsed.TotalSeconds < repeatFor);
        return best;
    }
}
