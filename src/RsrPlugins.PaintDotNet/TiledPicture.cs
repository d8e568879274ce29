// A resized picture whose parts are computed when somebody asks for them: Paint.NET asks for the part on the screen first, and counts the
// tiles that are done for its progress bar. The engine's tiles are exact, so the order changes nothing. Every part is computed once, by the
// thread that asks first; others that need it wait for that part alone.
using System.Collections.Concurrent;
using RsrPlugins.Core;
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Refinement;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.PaintDotNet;

/// <summary>One network over one picture, computed part by part. Thread-safe.</summary>
internal sealed class TiledPicture
{
    private readonly PixelImage _source;
    private readonly WayStep _step;
    private readonly int _strength;
    private readonly ResampledPicture? _classical;
    private readonly ConcurrentDictionary<INetwork, LearnedResizer> _resizers = new();
    private readonly PluginRuntime _runtime;
    private readonly ProcessingDevice _device;
    private readonly Func<GraphicsAdapter?> _adapter;
    private readonly int _partWidth;
    private readonly int _partHeight;
    private readonly int _columns;
    private readonly Part[] _parts;
    private int _missing;

    /// <summary>Opens the network: what is missing or damaged is known before the first part is asked for.</summary>
    /// <param name="source">The picture to resize.</param>
    /// <param name="way">One that is taken (<see cref="Takes"/>).</param>
    /// <param name="runtime">Opens and runs it.</param>
    /// <param name="device">What it runs on.</param>
    /// <param name="adapter">The GPU Paint.NET uses, where it says so.</param>
    /// <exception cref="RsrException">The network cannot be opened, or the picture does not fit it.</exception>
    public TiledPicture(PixelImage source, ResizeWay way, PluginRuntime runtime, ProcessingDevice device, Func<GraphicsAdapter?> adapter)
    {
        (_source, _step, _strength, _runtime, _device, _adapter) = (source, way.Steps[0], way.Strength, runtime, device, adapter);
        (int width, int height) = _step.Model.Shape.OutputSize(source.Width, source.Height);
        Picture = PixelImage.Create(width, height, source.Layout, source.BitsPerSample);
        _classical = way.Strength == PixelBlend.Whole ? null : new ResampledPicture(source, width, height, way.RestKernel);
        (_partWidth, _partHeight) = runtime.Run(
            device,
            adapter,
            open =>
            {
                if (_step.MeanWith is not null)
                {
                    open(_step.MeanWith);
                }

                return ResizerFor(open).RegionSize(width, height);
            }
        );
        _columns = Divide(width, _partWidth);
        _parts = [.. Enumerable.Range(0, _columns * Divide(height, _partHeight)).Select(_ => new Part())];
        _missing = _parts.Length;
    }

    /// <summary>Whether a way can be computed part by part: one network, whose tiles are exact, and nothing after it.</summary>
    public static bool Takes(ResizeWay way) =>
        way is { ClassicalStep: false, Steps: [var only], Strength: > 0 }
        && LearnedResizer.MakesRegions(only.Model.Shape)
        && (only.MeanWith is null || LearnedResizer.MakesRegions(only.MeanWith.Shape));

    /// <summary>Called once, with the picture, when nothing is missing any more.</summary>
    public Action<PixelImage>? Completed { get; init; }

    /// <summary>The result; only what has been completed is in it.</summary>
    public PixelImage Picture { get; }

    /// <summary>Computes what is missing of a rectangle.</summary>
    /// <param name="rect">Pixels of the result; what is outside is ignored.</param>
    /// <exception cref="RsrException">The engine failed, on the CPU too.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, within a part.</exception>
    public void Complete(TileRect rect, CancellationToken cancellationToken)
    {
        TileRect inside = Geometry.Intersect(rect, new TileRect(0, 0, Picture.Width, Picture.Height));
        if (inside.Width == 0 || inside.Height == 0)
        {
            return;
        }

        for (int row = inside.Y / _partHeight; row < Divide(inside.Bottom, _partHeight); row++)
        {
            for (int column = inside.X / _partWidth; column < Divide(inside.Right, _partWidth); column++)
            {
                Complete((row * _columns) + column, cancellationToken);
            }
        }
    }

    /// <summary>Computes all that is missing, on all cores.</summary>
    /// <exception cref="RsrException">The engine failed, on the CPU too.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, within a part.</exception>
    public void CompleteAll(CancellationToken cancellationToken)
    {
        try
        {
            Parallel.For(
                0,
                _parts.Length,
                new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount },
                index => Complete(index, cancellationToken)
            );
        }
        catch (AggregateException exception)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
    }

    private void Complete(int index, CancellationToken cancellationToken)
    {
        Part part = _parts[index];
        if (part.IsDone)
        {
            return;
        }

        lock (part)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (part.IsDone)
            {
                return;
            }

            (int left, int top) = (index % _columns * _partWidth, index / _columns * _partHeight);
            TileRect rect = new TileRect(
                left,
                top,
                Math.Min(_partWidth, Picture.Width - left),
                Math.Min(_partHeight, Picture.Height - top)
            );
            PixelImage computed = PixelImage.Create(rect.Width, rect.Height, Picture.Layout, Picture.BitsPerSample);
            _runtime.Run(
                _device,
                _adapter,
                open =>
                {
                    ResizerFor(open).ResizeRegion(_source, rect, computed, cancellationToken);
                    if (_step.MeanWith is not null)
                    {
                        PixelImage with = PixelImage.Create(rect.Width, rect.Height, Picture.Layout, Picture.BitsPerSample);
                        _resizers
                            .GetOrAdd(open(_step.MeanWith), static network => new LearnedResizer(network))
                            .ResizeRegion(_source, rect, with, cancellationToken);
                        PixelMean.Of(computed, with);
                    }

                    return true;
                }
            );
            if (_classical is not null)
            {
                PixelBlend.Into(computed, 0, 0, _classical.Part(rect, cancellationToken), _strength);
            }

            int pixel = Picture.Channels;
            for (int y = 0; y < rect.Height; y++)
            {
                computed
                    .Samples8.Slice(y * rect.Width * pixel, rect.Width * pixel)
                    .CopyTo(Picture.Samples8[((((rect.Y + y) * Picture.Width) + rect.X) * pixel)..]);
            }

            part.IsDone = true;
            if (Interlocked.Decrement(ref _missing) == 0)
            {
                Completed?.Invoke(Picture);
            }
        }
    }

    // A resizer keeps tables for the picture's size; other networks come only when the CPU takes over from the GPU.
    private LearnedResizer ResizerFor(Func<ModelDescriptor, INetwork> open) =>
        _resizers.GetOrAdd(
            open(_step.Model),
            network => new LearnedResizer(
                network,
                null,
                _step.Gradient is null ? null : new LumaRefiner(open(_step.Gradient), _step.Passes)
            )
        );

    private static int Divide(int length, int by) => (length + by - 1) / by;

    private sealed class Part
    {
        private volatile bool _isDone;

        public bool IsDone
        {
            get => _isDone;
            set => _isDone = value;
        }
    }
}
