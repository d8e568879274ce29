using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Networks;

/// <summary>The networks of a run over one set of parameters: RRNet and SRNet of a learned pair, or SRNet alone.</summary>
internal sealed class NetworkPair(TrainingConfig config, ParameterViews parameters)
{
    /// <summary>RRNet, null where small pictures are given.</summary>
    internal RRNet? Reducing { get; } = config.Kind == RunKind.Learned ? new RRNet(config.Scale, parameters, config.QBRelu) : null;

    internal SRNet Enlarging { get; } = new(config.Scale, parameters);
}
