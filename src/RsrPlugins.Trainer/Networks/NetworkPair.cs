// RRNet and SRNet over one vector of parameters: what one worker holds.
using RsrPlugins.Trainer.Training;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Networks;

/// <summary>A network that makes the large picture.</summary>
internal interface IEnlargingNetwork
{
    /// <summary>Luma [N, 1, h, w] of Y/255, small or already interpolated, to HR luma, neither clamped nor rounded.</summary>
    Tensor Forward(Tensor low);
}

/// <summary>The networks of a run over one set of parameters: RRNet and SRNet of a learned pair, SRNet alone, or SRCNN.</summary>
internal sealed class NetworkPair(TrainingConfig config, ParameterViews parameters)
{
    /// <summary>The layers a run trains.</summary>
    internal static IReadOnlyList<ConvolutionSpec> Layers(TrainingConfig config) => config.Kind switch
    {
        RunKind.Learned => [.. NetworkTable.RRNet(config.Scale), .. NetworkTable.SRNet(config.Scale, config.Units)],
        RunKind.Photo or RunKind.Cleanup => NetworkTable.SRNet(config.Scale, config.Units),
        RunKind.Srcnn => NetworkTable.Srcnn(config.Interpolation == Interpolation.None ? config.Scale * config.Scale : 1),
        _ => throw new ArgumentOutOfRangeException(nameof(config)),
    };

    /// <summary>RRNet, null where small pictures are given.</summary>
    internal RRNet? Reducing { get; } = config.Kind == RunKind.Learned ? new RRNet(config.Scale, parameters, config.QBRelu) : null;

    internal IEnlargingNetwork Enlarging { get; } = config.Kind == RunKind.Srcnn ? new Srcnn(config.Scale, config.Interpolation, parameters) : new SRNet(config.Scale, config.Units, parameters);
}
