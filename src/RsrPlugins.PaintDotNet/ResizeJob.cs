// One set of options on one layer is one computation, however many tiles ask for it. Where one network makes the result, its parts are
// computed as Paint.NET asks for them (TiledPicture), also with effort; where each pixel may depend on all of the picture - a fit to
// another size, a network that looks at the whole - the first tile to ask computes the whole picture, on all cores, and the others wait.
//
// A tile that is out cannot be taken back. So nothing goes out after a failure, and a failure after the first tile is thrown out of the
// render: Paint.NET then throws the render away, and the layer is as it was.
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.PaintDotNet;

/// <summary>Computes what the options ask for, once. Thread-safe.</summary>
internal sealed class ResizeJob(EffectOptions options, Layer layer, PluginRuntime runtime, Func<GraphicsAdapter?> adapter)
{
    private readonly Lock _lock = new();
    private EffectOptions? _resolved;
    private PlacedPicture? _result;
    private TiledPicture? _tiled;
    private bool _isOut;

    /// <summary>What is computed, as the dialog has it.</summary>
    public EffectOptions Options => options;

    /// <summary>What it is computed from.</summary>
    public Layer Layer => layer;

    /// <summary>Why it cannot be computed; null as long as nothing has failed.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The layer's new content, computed as far as a tile needs it; null when the computation has failed, for this tile or
    /// another.</summary>
    /// <param name="tile">Pixels of the layer.</param>
    /// <param name="cancellationToken">Stops within a part; the next to ask begins again.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public PlacedPicture? Result(TileRect tile, CancellationToken cancellationToken)
    {
        try
        {
            if (Begin(cancellationToken) is not { } result)
            {
                return null;
            }

            _tiled?.Complete(new TileRect(tile.X - result.X, tile.Y - result.Y, tile.Width, tile.Height), cancellationToken);
            return result;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            lock (_lock)
            {
                Failure ??= exception;
            }

            return null;
        }
    }

    /// <summary>Asks to give a tile out.</summary>
    /// <returns>False where something has failed meanwhile: the tile must not go out.</returns>
    public bool TryGiveOut()
    {
        lock (_lock)
        {
            _isOut |= Failure is null;
            return Failure is null;
        }
    }

    /// <summary>True if tiles are out that can be taken back only by failing.</summary>
    public bool IsOut
    {
        get
        {
            lock (_lock)
            {
                return _isOut;
            }
        }
    }

    /// <summary>The picture for the clipboard, at its full size.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, within a tile.</exception>
    public PixelImage ForClipboard(PlacedPicture result, CancellationToken cancellationToken)
    {
        if (Resolved.ReadForClipboard(layer) is PixelImage whole)
        {
            return Resize(whole, Way(whole, null), cancellationToken);
        }

        _tiled?.CompleteAll(cancellationToken);
        Resolved.Remember(result.Picture, runtime.Learned);
        return result.Picture;
    }

    /// <summary>The options with every automatic choice made, from the first tile on.</summary>
    private EffectOptions Resolved => _resolved ?? options;

    /// <summary>Reads the layer and opens the network, or computes the whole where that is needed; null after a failure.</summary>
    private PlacedPicture? Begin(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_result is not null || Failure is not null)
            {
                return Failure is null ? _result : null;
            }

            _resolved = options.Resolve(layer, runtime.Learned);
            runtime.LastResolved = _resolved;
            LayerSource source = _resolved.Read(layer);
            ResizeWay way = Way(source.Picture, source.FitTo);
            if (TiledPicture.Takes(way))
            {
                TiledPicture tiled = new TiledPicture(source.Picture, way, runtime, options.Device, adapter)
                {
                    Completed = picture => Resolved.Remember(picture, runtime.Learned),
                };
                _result = _resolved.Place(layer, tiled.Picture);
                _tiled = tiled;
            }
            else
            {
                PixelImage resized = Resize(source.Picture, way, cancellationToken);
                _resolved.Remember(resized, runtime.Learned);
                _result = _resolved.Place(layer, resized);
            }

            return _result;
        }
    }

    private ResizeWay Way(PixelImage picture, (int Width, int Height)? fitTo) => Resolved.Way(runtime.Models(), picture, fitTo);

    private PixelImage Resize(PixelImage picture, ResizeWay way, CancellationToken cancellationToken) =>
        runtime.Resize(options.Device, adapter, picture, way, cancellationToken);
}
