// The seam between the engine and whatever runs networks. Hosts and tests see only these two interfaces; the ONNX Runtime
// binding implements them, and tests of failures (a GPU that dies in the middle) replace them.
using RsrPlugins.Core.Models;

namespace RsrPlugins.Core.Inference;

/// <summary>What the user asked for.</summary>
public enum DeviceChoice
{
    /// <summary>DirectML where the loaded runtime has it and a device answers, else CPU.</summary>
    Auto,
    Cpu,
    DirectML,
}

/// <summary>What a network runs on.</summary>
public enum DeviceKind
{
    Cpu,
    DirectML,
}

/// <summary>Whose code runs a network.</summary>
public enum EngineKind
{
    /// <summary>Ours (Inference/Cpu), for the networks it knows, on the CPU: the same bits on every machine.</summary>
    Own,

    /// <summary>ONNX Runtime: DirectML, networks ours does not know, processors without fused multiply-add.</summary>
    OnnxRuntime,
}

/// <summary>What was taken and why, in words fit for a user ("CPU: this ONNX Runtime has no DirectML").</summary>
public sealed record DeviceDecision(DeviceKind Device, string Reason);

/// <summary>Settings of an engine.</summary>
/// <param name="Device">auto, cpu or directml.</param>
/// <param name="RuntimePath">Full path of the ONNX Runtime library; null looks beside the engine's assembly.</param>
/// <param name="DirectMLAdapterLuid">LUID of the DXGI adapter to prefer, null for the high-performance one.</param>
/// <param name="CpuEngine">What runs networks on the CPU: Own leaves to ONNX Runtime what it does not know; OnnxRuntime runs everything
/// there.</param>
public sealed record InferenceOptions(
    DeviceChoice Device = DeviceChoice.Auto,
    string? RuntimePath = null,
    long? DirectMLAdapterLuid = null,
    EngineKind CpuEngine = EngineKind.Own
);

/// <summary>Opens networks; one per process is enough. Keeps one session per model and device. Thread-safe.</summary>
public interface IInferenceEngine : IDisposable
{
    /// <summary>Version of ONNX Runtime, for example "1.31.1"; null as long as it is not loaded, because nothing has needed it.</summary>
    string? RuntimeVersion { get; }

    /// <summary>What new networks run on and why; changes when a GPU has failed and the engine went over to the CPU.</summary>
    DeviceDecision Decision { get; }

    /// <summary>Opens a network, or gives the one already open. The engine owns it.</summary>
    /// <exception cref="ModelException">File missing, damaged, or not the network its descriptor says.</exception>
    /// <exception cref="InferenceException">The runtime refused it on every permitted device.</exception>
    INetwork Open(ModelDescriptor model);
}

/// <summary>A network ready to run. Thread-safe: on the CPU runs go in parallel, on a GPU one at a time.</summary>
public interface INetwork
{
    ModelDescriptor Model { get; }

    /// <summary>
    /// The model's shape as this engine runs it: halo and alignment may be larger than the model's own, where the engine's arithmetic works
    /// in blocks of several pixels. Tiles are planned with this one; what a pixel depends on is the model's.
    /// </summary>
    NetworkShape Shape => Model.Shape;

    /// <summary>What the last run used, or the next will use.</summary>
    DeviceKind Device { get; }

    /// <summary>Whose code the last run used, or the next will use.</summary>
    EngineKind Engine => EngineKind.OnnxRuntime;

    /// <summary>
    /// Runs the network on planes of <paramref name="width"/> x <paramref name="height"/> values, row by row, one plane after the other;
    /// what they are and what their values are counted in, <see cref="NetworkShape.Input"/> says. Both sides are multiples of
    /// <see cref="NetworkShape.InputStep"/>. The output has <see cref="NetworkShape.OutputStep"/> pixels for every such step. Not rounded.
    /// </summary>
    /// <exception cref="InferenceException">Wrong size, or the device failed and the CPU failed too.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, also in the middle of a run.</exception>
    void Run(ReadOnlySpan<float> input, int width, int height, Span<float> output, CancellationToken cancellationToken);

    /// <summary>
    /// Runs the network on a tile's source. Of the result the part is sure to be written that the tile owns; an engine that can computes no
    /// more. Where the source lies in the picture matters to an engine whose arithmetic works in blocks of pixels.
    /// </summary>
    /// <param name="input">The source's planes.</param>
    /// <param name="tile">From a plan with this network's <see cref="Shape"/>.</param>
    /// <param name="output">The whole source's result.</param>
    /// <exception cref="InferenceException">As for <see cref="Run"/>.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, also in the middle of a run.</exception>
    void RunTile(ReadOnlySpan<float> input, Tiling.PlannedTile tile, Span<float> output, CancellationToken cancellationToken) =>
        Run(input, tile.Source.Width, tile.Source.Height, output, cancellationToken);
}
