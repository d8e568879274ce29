// One set of options on one layer is one computation, however many tiles ask for it. The first tile to ask computes the whole
// picture, on all cores, and the others wait: a tile that is out cannot be taken back, so none goes out before the last has
// succeeded, and a failure in the middle leaves the layer as it was.
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;

namespace RsrPlugins.PaintDotNet;

/// <summary>Computes what the options ask for, once. Thread-safe.</summary>
internal sealed class ResizeJob(EffectOptions options, Layer layer, PluginRuntime runtime, Func<GraphicsAdapter?> adapter)
{
    private readonly Lock _lock = new();
    private PlacedPicture? _result;

    /// <summary>What is computed.</summary>
    public EffectOptions Options => options;

    /// <summary>What it is computed from.</summary>
    public Layer Layer => layer;

    /// <summary>Why it cannot be computed; null as long as nothing has failed.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The layer's new content; computed by the first to ask. Null when the computation has failed.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, within a tile; the next to ask begins again.</exception>
    public PlacedPicture? Result(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_result is not null || Failure is not null)
            {
                return _result;
            }

            try
            {
                LayerSource source = options.Read(layer);
                PixelImage resized = Resize(source.Picture, source.FitTo, cancellationToken);
                return _result = options.Place(layer, resized);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Failure = exception;
                return null;
            }
        }
    }

    /// <summary>The picture for the clipboard, at its full size.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, within a tile.</exception>
    public PixelImage ForClipboard(PlacedPicture result, CancellationToken cancellationToken)
        => options.ReadForClipboard(layer) is PixelImage whole ? Resize(whole, null, cancellationToken) : result.Picture;

    private PixelImage Resize(PixelImage picture, (int Width, int Height)? fitTo, CancellationToken cancellationToken)
    {
        ModelCatalogue models = runtime.Models();
        ModelDescriptor model = options.FindModel(models);
        ModelDescriptor? gradient = options.Passes == 0 ? null : models.GradientFor(model);
        return runtime.Resize(options.Device, adapter, picture, ResizeWay.Of(model, picture.Width, picture.Height, gradient, options.Passes, fitTo), cancellationToken);
    }
}
