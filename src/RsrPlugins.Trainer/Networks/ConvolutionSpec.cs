// The networks are lists of convolutions, written down once here. Initialisation, the optimiser's groups, checkpoints, the
// ONNX writer and the parameter counts all read these lists, so they cannot disagree about shapes or names.
namespace RsrPlugins.Trainer.Networks;

/// <summary>What a layer is to the optimiser and to the initialisation.</summary>
internal enum LayerRole
{
    /// <summary>From the single luma channel; He initialisation, Adam.</summary>
    First,

    /// <summary>64 outputs from 64 or more inputs; He initialisation, Muon.</summary>
    Hidden,

    /// <summary>End of a residual branch; Gaussian sigma 0.001, slower learning, Adam.</summary>
    Last,
}

/// <summary>One convolution: weights [Outputs, Inputs, Kernel, Kernel] and a bias of Outputs values.</summary>
internal sealed record ConvolutionSpec(string Name, int Inputs, int Outputs, int Kernel, int Stride, LayerRole Role)
{
    /// <summary>Zeros around the input: same size for stride 1, none for RRNet's d x d reduction.</summary>
    internal int Padding => Stride == 1 ? Kernel / 2 : 0;

    /// <summary>True for RRNet's layers.</summary>
    internal bool IsReducing => Name.StartsWith("rr.", StringComparison.Ordinal);

    internal int WeightCount => Outputs * Inputs * Kernel * Kernel;

    internal int ParameterCount => WeightCount + Outputs;
}

/// <summary>Table 2 of the paper.</summary>
internal static class NetworkTable
{
    /// <summary>Channels of every hidden layer.</summary>
    internal const int Width = 64;

    /// <summary>Dense units of the paper's SRNet. How many a network of ours has is part of its configuration: photographs and clean-up
    /// take more.</summary>
    internal const int PaperUnits = 3;

    /// <summary>LReLU(x) = max(x, 0.05 x).</summary>
    internal const double LeakySlope = 0.05;

    /// <summary>RRNet: three 3 x 3 layers at HR resolution, then d x d with stride d.</summary>
    internal static IReadOnlyList<ConvolutionSpec> RRNet(int scale) =>
        [
            new("rr.conv1", 1, Width, 3, 1, LayerRole.First),
            new("rr.conv2", Width, Width, 3, 1, LayerRole.Hidden),
            new("rr.conv3", Width, Width, 3, 1, LayerRole.Hidden),
            new("rr.last", Width, 1, scale, scale, LayerRole.Last),
        ];

    /// <summary>
    /// SRCNN in its published 9-5-5 form (Dong et al., "Image Super-Resolution Using Deep Convolutional Networks", 2016), which has no
    /// shortcut. Outputs: 1 on an interpolated picture, d * d sub-pixels where the network works on the small picture itself.
    /// </summary>
    internal static IReadOnlyList<ConvolutionSpec> Srcnn(int outputs) =>
        [
            new("srcnn.conv1", 1, 64, 9, 1, LayerRole.First),
            new("srcnn.conv2", 64, 32, 5, 1, LayerRole.Hidden),
            new("srcnn.last", 32, outputs, 5, 1, LayerRole.Last),
        ];

    /// <summary>SRNet: 3 x 3, dense units of (1 x 1, 3 x 3), then 1 x 1 from everything to d * d sub-pixels.</summary>
    /// <param name="scale">Scale factor d.</param>
    /// <param name="units">Dense units, at least 1; <see cref="PaperUnits"/> in the paper.</param>
    internal static IReadOnlyList<ConvolutionSpec> SRNet(int scale, int units)
    {
        List<ConvolutionSpec> layers = new List<ConvolutionSpec> { new("sr.conv1", 1, Width, 3, 1, LayerRole.First) };
        for (int unit = 1; unit <= units; unit++)
        {
            layers.Add(new($"sr.unit{unit}.bottleneck", Width * unit, Width, 1, 1, LayerRole.Hidden));
            layers.Add(new($"sr.unit{unit}.conv", Width, Width, 3, 1, LayerRole.Hidden));
        }

        layers.Add(new("sr.last", Width * (units + 1), scale * scale, 1, 1, LayerRole.Last));
        return layers;
    }
}
