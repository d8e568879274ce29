// The seam inside the engine: above it the rules (which device, what when one fails), below it the runtime. Tests put
// failing devices here. Buffers are addresses, not spans, because a mock cannot take a span.
using RsrPlugins.Core.Models;

namespace RsrPlugins.Core.Inference;

/// <summary>Makes sessions on one loaded runtime.</summary>
internal interface ISessionFactory : IDisposable
{
    string RuntimeVersion { get; }

    /// <summary>Whether the loaded library has DirectML compiled in; says nothing about a device.</summary>
    bool HasDirectML { get; }

    /// <summary>Finds the first adapter that answers to DirectML, for later sessions, and names it.</summary>
    /// <param name="adapterLuid">The adapter to try before all others; null begins with the high-performance one.</param>
    /// <exception cref="InferenceException">No device answers.</exception>
    string FindDirectMLAdapter(long? adapterLuid);

    /// <summary>Makes a session.</summary>
    /// <exception cref="ModelException">The bytes are no ONNX model, or its inputs and outputs are not a network's of ours.</exception>
    /// <exception cref="InferenceException">The device refuses it.</exception>
    ISession Create(ModelDescriptor model, byte[] bytes, DeviceKind device);
}

/// <summary>One network on one device.</summary>
internal interface ISession : IDisposable
{
    /// <summary>Runs on float planes in memory of the caller, as many as the model's input has; the output has the planes and the size the
    /// model's shape gives. Thread-safe on the CPU.</summary>
    /// <exception cref="InferenceException">The run failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    void Run(nint input, int width, int height, nint output, int outputWidth, int outputHeight, CancellationToken cancellationToken);
}

/// <summary>A session that computes no more of a tile than the tile owns.</summary>
internal interface ITileSession : ISession
{
    /// <summary>The model's shape with the halo and the alignment this session needs.</summary>
    NetworkShape Shape { get; }

    /// <summary>Runs on a tile's source; of the result only what the tile owns is written, in its place.</summary>
    /// <exception cref="InferenceException">The run failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    void Run(nint input, Tiling.PlannedTile tile, nint output, CancellationToken cancellationToken);
}
