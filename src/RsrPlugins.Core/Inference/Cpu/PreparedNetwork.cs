// Weights are transformed once for a session and shared by its threads; what a run changes is in the stages, one set for each worker.
namespace RsrPlugins.Core.Inference.Cpu;

/// <summary>A network with its weights as the kernels want them; shared by all threads of a session.</summary>
internal abstract class PreparedNetwork(int scale)
{
    public int Scale => scale;

    /// <summary>Input pixels across that make one pixel of the small picture: d for RRNet, else 1.</summary>
    public virtual int BlockSide => 1;

    /// <summary>One worker's stages, in the order they are made; the first reads the luma, the last writes the result.</summary>
    public abstract Stage[] CreateStages(RunContext context);

    /// <summary>Transforms the weights.</summary>
    public static PreparedNetwork Create(CpuKernels kernels, KnownNetwork network) =>
        network switch
        {
            ReducingNetwork reducing => new PreparedReduction(kernels, reducing),
            EnlargingNetwork enlarging => new PreparedEnlargement(kernels, enlarging),
            GradientNetwork gradient => new PreparedGradient(kernels, gradient),
            _ => throw new ArgumentException($"{network.GetType().Name} has no stages.", nameof(network)),
        };
}

/// <summary>RRNet.</summary>
internal sealed class PreparedReduction(CpuKernels kernels, ReducingNetwork network) : PreparedNetwork(network.Scale)
{
    private readonly LumaWeights _first = LumaWeights.Create(kernels, network.First);
    private readonly CellWeights[] _hidden = [.. network.Hidden.Select(layer => CellWeights.Create(kernels, layer))];
    private readonly WindowWeights _last = WindowWeights.Create(network.Last, othersByTap: true);

    public override int BlockSide => Scale;

    public override Stage[] CreateStages(RunContext context)
    {
        List<Stage> stages = [new LumaStage(context, _first, network.Slope)];
        foreach (CellWeights layer in _hidden)
        {
            stages.Add(new CellStage(context, layer, network.Slope, null, 1, stages[^1]));
        }

        stages.Add(new ReducingStage(context, _last, network.Minimum, network.Maximum, stages[^1]));
        return [.. stages];
    }
}

/// <summary>The dense trunk of SRNet and of its gradient.</summary>
internal sealed class PreparedTrunk(CpuKernels kernels, DenseTrunk trunk, float slope)
{
    private readonly LumaWeights _first = LumaWeights.Create(kernels, trunk.First);
    private readonly PointwiseWeights[] _bottlenecks =
    [
        .. trunk.Bottlenecks.Select((layer, unit) => PointwiseWeights.Create(kernels, layer, MapDepths(unit + 1))),
    ];
    private readonly CellWeights[] _hidden = [.. trunk.Hidden.Select(layer => CellWeights.Create(kernels, layer))];

    /// <summary>Adds the trunk's stages; the features are the first layer's and every unit's.</summary>
    public (Stage[] Features, Stage[] Bottlenecks) AddTo(List<Stage> stages, RunContext context)
    {
        (List<Stage> features, List<Stage> bottlenecks) = ([new LumaStage(context, _first, slope)], []);
        stages.Add(features[0]);
        for (int unit = 0; unit < _hidden.Length; unit++)
        {
            bottlenecks.Add(new PointwiseStage(context, _bottlenecks[unit], slope, null, 1, [.. features]));
            features.Add(new CellStage(context, _hidden[unit], slope, null, 1, bottlenecks[^1]));
            stages.Add(bottlenecks[^1]);
            stages.Add(features[^1]);
        }

        return ([.. features], [.. bottlenecks]);
    }

    private static int[] MapDepths(int maps) => [.. Enumerable.Repeat(CpuKernels.Channels, maps)];
}

/// <summary>SRNet.</summary>
internal sealed class PreparedEnlargement(CpuKernels kernels, EnlargingNetwork network) : PreparedNetwork(network.Scale)
{
    private readonly PreparedTrunk _trunk = new(kernels, network.Trunk, network.Slope);
    private readonly SubPixelWeights _last = SubPixelWeights.Create(
        network.Last,
        network.Scale,
        CpuKernels.Channels * (network.Trunk.Hidden.Length + 1)
    );

    public override Stage[] CreateStages(RunContext context)
    {
        List<Stage> stages = [];
        (Stage[] features, Stage[] _) = _trunk.AddTo(stages, context);
        stages.Add(new SubPixelStage(context, _last, features));
        return [.. stages];
    }
}

/// <summary>SRNet's gradient: forward as SRNet, and from its error back.</summary>
internal sealed class PreparedGradient : PreparedNetwork
{
    private readonly float _slope;
    private readonly PreparedTrunk _trunk;
    private readonly SubPixelWeights _error;
    private readonly PointwiseWeights[] _sums;
    private readonly CellWeights[] _flipped;
    private readonly WindowWeights _last;

    public PreparedGradient(CpuKernels kernels, GradientNetwork network)
        : base(network.Scale)
    {
        _slope = network.Slope;
        _trunk = new PreparedTrunk(kernels, network.Trunk, _slope);
        _error = SubPixelWeights.Create(network.Error, Scale, CpuKernels.Channels * (network.Trunk.Hidden.Length + 1));
        int subPixels = Scale * Scale;
        _sums =
        [
            .. network.Sums.Select(
                (layer, readers) => PointwiseWeights.Create(kernels, layer, [subPixels, .. Enumerable.Repeat(CpuKernels.Channels, readers)])
            ),
        ];
        _flipped = [.. network.Flipped.Select(layer => CellWeights.Create(kernels, layer))];
        _last = WindowWeights.Create(network.Last, othersByTap: false);
    }

    public override Stage[] CreateStages(RunContext context)
    {
        List<Stage> stages = [];
        (Stage[] features, Stage[] bottlenecks) = _trunk.AddTo(stages, context);
        Stage error = new ErrorStage(context, _error, features);
        stages.Add(error);

        // What reads a map gives its gradient a part: the error does to every one, and the bottlenecks of the units after it.
        List<Stage> readers = [error];
        for (int map = features.Length - 1; map >= 0; map--)
        {
            stages.Add(new PointwiseStage(context, _sums[features.Length - 1 - map], 1, features[map], _slope, [.. readers]));
            if (map > 0)
            {
                stages.Add(new CellStage(context, _flipped[features.Length - 1 - map], 1, bottlenecks[map - 1], _slope, stages[^1]));
                readers.Add(stages[^1]);
            }
        }

        stages.Add(new SlopeStage(context, _last, stages[^1], error));
        return [.. stages];
    }
}
