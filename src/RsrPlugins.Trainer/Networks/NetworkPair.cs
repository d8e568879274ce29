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

/// <summary>A network that makes the small picture.</summary>
internal interface IReducingNetwork
{
    /// <summary>HR luma [N, 1, H, W] of Y/255, sides multiples of the scale factor, to LR luma before it is bounded and rounded.</summary>
    Tensor ForwardUnbounded(Tensor high);

    /// <summary>What makes a picture of those values.</summary>
    Tensor Bound(Tensor unbounded);

    /// <summary>The small picture.</summary>
    Tensor Forward(Tensor high) => Bound(ForwardUnbounded(high));
}

/// <summary>The networks of a run over one set of parameters: RRNet and SRNet of a learned pair, SRNet alone, SRCNN, or one invertible
/// network.</summary>
internal sealed class NetworkPair
{
    internal NetworkPair(TrainingConfig config, ParameterViews parameters)
    {
        if (config.Kind == RunKind.Invertible)
        {
            InvertibleNetwork both = new InvertibleNetwork(config.Scale, parameters);
            (Reducing, Enlarging) = (both, both);
            return;
        }

        Reducing = config.Kind == RunKind.Learned ? new RRNet(config.Scale, parameters, config.QBRelu) : null;
        Enlarging =
            config.Kind == RunKind.Srcnn
                ? new Srcnn(config.Scale, config.Interpolation, parameters)
                : new SRNet(config.Scale, config.Units, parameters);
    }

    /// <summary>The layers a run trains.</summary>
    internal static IReadOnlyList<ConvolutionSpec> Layers(TrainingConfig config) =>
        config.Kind switch
        {
            RunKind.Learned => [.. NetworkTable.RRNet(config.Scale), .. NetworkTable.SRNet(config.Scale, config.Units)],
            RunKind.Photo or RunKind.Antialiased or RunKind.Cleanup => NetworkTable.SRNet(config.Scale, config.Units),
            RunKind.Invertible => InvertibleNetwork.Layers(config.Scale),
            RunKind.Srcnn => NetworkTable.Srcnn(config.Interpolation == Interpolation.None ? config.Scale * config.Scale : 1),
            _ => throw new ArgumentOutOfRangeException(nameof(config)),
        };

    /// <summary>What makes the small picture; null where small pictures are given.</summary>
    internal IReducingNetwork? Reducing { get; }

    internal IEnlargingNetwork Enlarging { get; }
}
