// The seam's other side: the CPU engine as a session. Memory of a run is taken from idle runs and given back, so no tile allocates. Idle
// runs are in a plain stack under a lock: ConcurrentBag keeps a list for every thread that ever added to it, as long as that thread lives.
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Inference.Cpu;

/// <summary>One network on the CPU engine. Thread-safe: every run takes a worker's memory, and gives it back.</summary>
internal sealed class CpuSession : ITileSession
{
    private readonly CpuKernels _kernels;
    private readonly Stack<StreamedNetwork> _idle = new();
    private readonly ModelDescriptor _model;
    private readonly PreparedNetwork _network;
    private bool _disposed;

    private CpuSession(ModelDescriptor model, CpuKernels kernels, PreparedNetwork network)
    {
        (_model, _kernels, _network) = (model, kernels, network);
        StreamedNetwork first = new StreamedNetwork(kernels, network);
        Halo = first.Reach();
        _idle.Push(first);

        // Tiles that begin at whole cells and whole blocks are the least work, and so do those between two halos if the halo is a number of
        // both.
        int unit = CpuKernels.CellSide;
        while (unit % network.BlockSide != 0)
        {
            unit += CpuKernels.CellSide;
        }

        Shape = model.Shape with { Halo = (Halo + unit - 1) / unit * unit, Alignment = CpuKernels.CellSide };
    }

    public NetworkShape Shape { get; }

    /// <summary>Input pixels on every side that a pixel's bits depend on, wherever it lies among the cells.</summary>
    public int Halo { get; }

    /// <summary>Makes a session.</summary>
    /// <param name="model">What the file is said to be.</param>
    /// <param name="bytes">The ONNX file.</param>
    /// <param name="width">Of the vectors; null for the best here.</param>
    /// <returns>Null if the engine does not know the network, or this processor has no fused multiply-add.</returns>
    public static CpuSession? TryCreate(ModelDescriptor model, ReadOnlyMemory<byte> bytes, VectorWidth? width = null)
    {
        if (!CpuKernels.IsSupported || !KnownNetwork.TryRead(bytes, model, out KnownNetwork? network))
        {
            return null;
        }

        CpuKernels kernels = CpuKernels.Of(width ?? CpuKernels.BestWidth);
        return new CpuSession(model, kernels, PreparedNetwork.Create(kernels, network));
    }

    public void Run(
        nint input,
        int width,
        int height,
        nint output,
        int outputWidth,
        int outputHeight,
        CancellationToken cancellationToken
    ) =>
        Run(
            input,
            new TileSource(width, height, 0, 0),
            new Area(0, 0, width / _network.BlockSide, height / _network.BlockSide),
            output,
            outputWidth,
            cancellationToken
        );

    public void Run(nint input, PlannedTile tile, nint output, CancellationToken cancellationToken)
    {
        // Output pixels of one small pixel: d for SRNet.
        int enlarged = tile.Result.Width / (tile.Source.Width / _network.BlockSide);
        int left = tile.Tile.X - tile.Result.X,
            top = tile.Tile.Y - tile.Result.Y;
        Area wanted = new Area(
            left / enlarged,
            top / enlarged,
            (left + tile.Tile.Width + enlarged - 1) / enlarged,
            (top + tile.Tile.Height + enlarged - 1) / enlarged
        );
        Run(
            input,
            new TileSource(tile.Source.Width, tile.Source.Height, tile.Source.X, tile.Source.Y),
            wanted,
            output,
            tile.Result.Width,
            cancellationToken
        );
    }

    public void Dispose()
    {
        lock (_idle)
        {
            _disposed = true;
            _idle.Clear();
        }
    }

    private unsafe void Run(nint input, TileSource source, Area wanted, nint output, int outputWidth, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        StreamedNetwork? worker;
        lock (_idle)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _idle.TryPop(out worker);
        }

        worker ??= new StreamedNetwork(_kernels, _network);
        try
        {
            worker.Run(source, wanted, (float*)input, (float*)output, outputWidth, cancellationToken);
        }
        catch (OutOfMemoryException exception)
        {
            throw new InferenceException(
                $"{_model.Id} does not have enough memory for a tile of {source.Width} x {source.Height} pixels. Take smaller tiles or fewer threads.",
                exception
            );
        }
        finally
        {
            lock (_idle)
            {
                if (!_disposed)
                {
                    _idle.Push(worker);
                }
            }
        }
    }
}
