// Whole pictures with colour and alpha through the product's front door, against the classical kernels.
using BenchmarkDotNet.Attributes;
using RsrPlugins.Core;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Resizing;

namespace RsrPlugins.Benchmarks;

[MemoryDiagnoser]
public class PictureBenchmarks : IDisposable
{
    private const int Side = 384;

    private InferenceEngine _engine = null!;
    private LearnedResizer _enlarge = null!;
    private PixelImage _picture = null!;

    [Params(2, 4)]
    public int Scale { get; set; }

    [Params(PixelLayout.Rgb, PixelLayout.Rgba)]
    public PixelLayout Layout { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        _enlarge = new LearnedResizer(_engine.Open(ModelCatalogue.LoadDefault().Find(NetworkTask.Enlarge, ModelKind.Photo, Scale)));
        _picture = PixelImage.Create(Side, Side, Layout, 8);
        new Random(1).NextBytes(_picture.Samples8);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _engine.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public PixelImage Bicubic() => Resampler.Resize(_picture, Side * Scale, Side * Scale, ResamplingKernel.Bicubic);

    [Benchmark]
    public PixelImage Lanczos3() => Resampler.Resize(_picture, Side * Scale, Side * Scale, ResamplingKernel.Lanczos3);

    [Benchmark]
    public PixelImage LearnedUpscale() => _enlarge.Resize(_picture);
}
