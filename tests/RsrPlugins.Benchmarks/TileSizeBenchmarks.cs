// What the tile sizes of TileDefaults rest on. The networks are the installed ones; the picture is drawn, and its content does
// not matter to them.
using BenchmarkDotNet.Attributes;
using RsrPlugins.Core;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Benchmarks;

[MemoryDiagnoser]
public class TileSizeBenchmarks : IDisposable
{
    private const int Scale = 2;
    private const int SmallSide = 384;
    private const int LargeSide = SmallSide * Scale;

    private readonly float[] _small = Plane(SmallSide);
    private readonly float[] _large = Plane(LargeSide);
    private InferenceEngine _engine = null!;
    private LumaTiler _enlarge = null!;
    private LumaTiler _reduce = null!;

    /// <summary>In LR pixels; 0 is the product's.</summary>
    [Params(0, 16, 32, 48, 64, 128)]
    public int TileSize { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        ModelCatalogue catalogue = ModelCatalogue.LoadDefault();
        ResizeSettings settings = new ResizeSettings(TileSize: TileSize);
        _enlarge = new LumaTiler(_engine.Open(catalogue.Find(NetworkTask.Enlarge, ModelKind.Learned, Scale)), settings);
        _reduce = new LumaTiler(_engine.Open(catalogue.Find(NetworkTask.Reduce, ModelKind.Learned, Scale)), settings);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _engine.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public float[] BicubicUp() => Resampler.Resize(_small, SmallSide, SmallSide, LargeSide, LargeSide, ResamplingKernel.Bicubic);

    [Benchmark]
    public float[] SRNetUp() => _enlarge.Resize(_small, SmallSide, SmallSide);

    [Benchmark]
    public float[] RRNetDown() => _reduce.Resize(_large, LargeSide, LargeSide);

    private static float[] Plane(int side) => [.. Enumerable.Range(0, side * side).Select(i => (16 + (i * 31 % 220)) / 255f)];
}
