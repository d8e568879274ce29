// One session for the life of the process. It makes its engines at first use: in Paint.NET that is a render thread, never the UI
// thread. When the GPU fails, the CPU takes over without a word; why is kept, and the dialog says it the next time it opens.
using RsrPlugins.Core;
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;

namespace RsrPlugins.PaintDotNet;

/// <summary>The session of this process, in Paint.NET's words. Thread-safe.</summary>
internal sealed class PluginRuntime(Func<InferenceOptions, IInferenceEngine> createEngine, Func<ModelCatalogue> loadModels) : IDisposable
{
    private readonly ResizeSession _session = new(loadModels, createEngine);

    /// <summary>What the effects use when Paint.NET makes them.</summary>
    public static PluginRuntime Shared { get; } = new(options => new InferenceEngine(options), ModelCatalogue.LoadDefault);

    /// <summary>What Learned Downscale has made lately.</summary>
    public LearnedPictures Learned { get; } = new();

    /// <summary>What the automatic choices were last, for the dialog; null before the first.</summary>
    public EffectOptions? LastResolved { get; set; }

    /// <summary>The installed models, read anew each time: an installer may have run meanwhile.</summary>
    /// <exception cref="ModelException">The folder or its list is missing or not understood.</exception>
    public ModelCatalogue Models() => _session.Models();

    /// <summary>What the last picture was computed on and why; null before the first.</summary>
    public string? DeviceReport => _session.DeviceReport;

    /// <summary>Resizes a picture on the device asked for, or on the CPU where that fails.</summary>
    /// <param name="device">The dialog's choice.</param>
    /// <param name="adapter">The GPU Paint.NET uses, where it says so.</param>
    /// <param name="picture">The picture.</param>
    /// <param name="way">Networks and sizes.</param>
    /// <param name="cancellationToken">Stops within a tile.</param>
    /// <exception cref="RsrException">The CPU failed too, or was asked for and failed.</exception>
    public PixelImage Resize(
        ProcessingDevice device,
        Func<GraphicsAdapter?> adapter,
        PixelImage picture,
        ResizeWay way,
        CancellationToken cancellationToken
    ) => _session.Resize(picture, way, Settings(device, adapter), cancellationToken: cancellationToken).Picture;

    /// <summary>Runs work with networks; see <see cref="ResizeSession.Run{T}"/>.</summary>
    internal T Run<T>(ProcessingDevice device, Func<GraphicsAdapter?> adapter, Func<Func<ModelDescriptor, INetwork>, T> work) =>
        _session.Run(Settings(device, adapter), work);

    /// <summary>Closes the engines. The shared runtime lives as long as the process.</summary>
    public void Dispose() => _session.Dispose();

    private static SessionSettings Settings(ProcessingDevice device, Func<GraphicsAdapter?> adapter) =>
        new(
            device switch
            {
                ProcessingDevice.DirectML => DeviceChoice.DirectML,
                ProcessingDevice.Cpu => DeviceChoice.Cpu,
                _ => DeviceChoice.Auto,
            },
            Gpu: () => adapter() is { } found ? new GpuPreference(found.Luid, found.IsSoftware) : null
        );
}
