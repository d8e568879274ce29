// Hosts ask for many regions of one picture, and a picture has many tiles: workers and their buffers are kept and used again.
using System.Collections.Concurrent;
using RsrPlugins.Core.Colour;
using RsrPlugins.Core.Inference;

namespace RsrPlugins.Core.Resizing;

/// <summary>Idle workers for pictures of one size. Thread-safe.</summary>
internal sealed class TilerPool(INetwork network, int width, int height, ColourOptions options)
{
    // A stack, not a ConcurrentBag: a bag keeps a queue per thread, and as workers refer back to their geometry, a thread that lives on
    // (the tool's, a host's pool) would keep the buffers of every picture it ever took part in.
    private readonly ConcurrentStack<PictureTiler> _idle = [];

    public PictureGeometry Geometry { get; } = new(network.Model.Shape, width, height, options);

    public Lease Rent() => new(this, _idle.TryPop(out PictureTiler? worker) ? worker : new PictureTiler(network, Geometry, options));

    /// <summary>A worker for the time of one run.</summary>
    public sealed class Lease(TilerPool owner, PictureTiler worker) : IDisposable
    {
        public PictureTiler Worker => worker;

        public void Dispose() => owner._idle.Push(worker);
    }
}
