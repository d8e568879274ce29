// Which graphs the engine runs: RRNet, SRNet of any number of dense units, and SRNet's gradient, at any scale, as the trainer writes them.
// A graph is followed node by node; anything else in it, in another order or with another setting, and the network is not known and goes to
// ONNX Runtime.
using System.Diagnostics.CodeAnalysis;
using RsrPlugins.Core.Models;

namespace RsrPlugins.Core.Inference.Cpu;

/// <summary>A convolution's values as the file has them.</summary>
/// <param name="Weights">[outputs, inputs, kernel, kernel].</param>
/// <param name="Bias">One value for each output.</param>
internal sealed record ConvolutionValues(int Outputs, int Inputs, int Kernel, int Stride, int Padding, float[] Weights, float[] Bias);

/// <summary>The weights of a network the engine knows.</summary>
internal abstract record KnownNetwork(int Scale, float Slope)
{
    /// <summary>Finds out whether a file is such a network.</summary>
    /// <param name="bytes">The ONNX file.</param>
    /// <param name="model">What it is said to be; a file that is something else is not known.</param>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, ModelDescriptor model, [NotNullWhen(true)] out KnownNetwork? network)
    {
        network = null;
        try
        {
            network = new NetworkReader(OnnxGraph.Parse(bytes, model.FilePath)).Read(model);
        }
        catch (Exception exception) when (exception is ModelException or InvalidDataException)
        {
            // No model: ONNX Runtime will say why.
        }

        return network is not null && network.Scale == model.Scale;
    }
}

/// <summary>RRNet: a 3 x 3 convolution of luma, more of 64 channels, and one of d x d with stride d that reads the luma too.</summary>
internal sealed record ReducingNetwork(
    int Scale,
    float Slope,
    ConvolutionValues First,
    ConvolutionValues[] Hidden,
    ConvolutionValues Last,
    float Minimum,
    float Maximum
) : KnownNetwork(Scale, Slope);

/// <summary>SRNet up to its last convolution.</summary>
internal sealed record DenseTrunk(ConvolutionValues First, ConvolutionValues[] Bottlenecks, ConvolutionValues[] Hidden);

/// <summary>SRNet: the trunk, and a 1 x 1 convolution of everything and the luma into d x d sub-pixels.</summary>
internal sealed record EnlargingNetwork(int Scale, float Slope, DenseTrunk Trunk, ConvolutionValues Last) : KnownNetwork(Scale, Slope);

/// <summary>SRNet's gradient: the trunk, the error of every sub-pixel, and the way back.</summary>
/// <param name="Error">From all features, the small plane and the large one's sub-pixels.</param>
/// <param name="Sums">For every feature map from the last to the first: its gradient from the error and from those that read it.</param>
/// <param name="Flipped">For every unit from the last to the first: the 3 x 3 convolution from its gradient to its bottleneck's.</param>
/// <param name="Last">3 x 3 from the first map's gradient and the error to the small plane's.</param>
internal sealed record GradientNetwork(
    int Scale,
    float Slope,
    DenseTrunk Trunk,
    ConvolutionValues Error,
    ConvolutionValues[] Sums,
    ConvolutionValues[] Flipped,
    ConvolutionValues Last
) : KnownNetwork(Scale, Slope);

/// <summary>Follows a graph.</summary>
internal sealed class NetworkReader(OnnxGraph graph)
{
    private const int Width = CpuKernels.Channels;
    private const string Input = "input";
    private const string Output = "output";

    private int _next;
    private float? _slope;

    /// <summary>The network the descriptor names, or null.</summary>
    public KnownNetwork? Read(ModelDescriptor model)
    {
        // Below 11 some operators were written otherwise; above, nothing we use has changed so far.
        if (
            graph.OperatorSet is < 11 or > 25
            || !IsPlane(graph.Inputs, Input, model.Shape.Input.Count)
            || !IsPlane(graph.Outputs, Output, model.Shape.Output.Count)
            || model.Shape.Output.Count != 1
        )
        {
            return null;
        }

        KnownNetwork? network =
            model.Shape.Reduces ? ReadReducing()
            : model.Shape.MakesPictures ? ReadEnlarging()
            : ReadGradient(model.Scale);
        return _next == graph.Nodes.Count ? network : null;
    }

    private static bool IsPlane(IReadOnlyList<OnnxValue> values, string name, int planes)
    {
        const int FloatType = 1;
        return values is [{ ElementType: FloatType, Dimensions: [var count, var channels, var height, var width] } only]
            && only.Name == name
            && channels == planes
            && count <= 1
            && height < 1
            && width < 1;
    }

    private ReducingNetwork? ReadReducing()
    {
        if (Activated(Input, 1, 3) is not ({ } first, { } x))
        {
            return null;
        }

        List<ConvolutionValues> hidden = [];
        while (Peek() is { Operator: "Conv" } && Activated(x, Width, 3) is ({ } layer, { } result))
        {
            hidden.Add(layer);
            x = result;
        }

        if (
            Concat(x, Input) is not { } all
            || Convolution(all) is not ({ } last, { } small)
            || Next("Clip") is not { Inputs: [var clipped, var minimum, var maximum], Outputs: [Output], Attributes.Count: 0 }
            || clipped != small
        )
        {
            return null;
        }

        return
            last is { Inputs: Width + 1, Outputs: 1, Padding: 0 }
            && last.Stride == last.Kernel
            && Scalar(minimum) is { } low
            && Scalar(maximum) is { } high
            && low <= high
            ? new ReducingNetwork(last.Stride, _slope!.Value, first, [.. hidden], last, low, high)
            : null;
    }

    private EnlargingNetwork? ReadEnlarging()
    {
        if (
            ReadTrunk(Input) is not ({ } trunk, { } features, _)
            || Concat([.. features, Input]) is not { } all
            || Convolution(all) is not ({ } last, { } subPixels)
        )
        {
            return null;
        }

        int scale = (int)Math.Round(Math.Sqrt(last.Outputs));
        bool isShuffled = scale == 1 && subPixels == Output;
        if (
            !isShuffled
            && (
                Next("DepthToSpace") is not { Inputs: [var shuffled], Outputs: [Output] } shuffle
                || shuffled != subPixels
                || shuffle.Whole("blocksize", 0) != scale
                || shuffle.Text("mode", "DCR") != "CRD"
            )
        )
        {
            return null;
        }

        return IsPointwise(last, (Width * features.Length) + 1, scale * scale)
            ? new EnlargingNetwork(scale, _slope!.Value, trunk, last)
            : null;
    }

    private GradientNetwork? ReadGradient(int scale)
    {
        int subPixels = scale * scale;

        // The small plane is taken out of the input by a convolution that must do nothing else.
        if (
            Convolution(Input) is not ({ } small, { } plane)
            || !IsPointwise(small, 1 + subPixels, 1)
            || small.Bias[0] != 0
            || !small.Weights.AsSpan().SequenceEqual([1, .. new float[subPixels]])
            || ReadTrunk(plane) is not ({ } trunk, { } features, { } bottlenecks)
            || Concat([.. features, Input]) is not { } all
            || Convolution(all) is not ({ } error, { } errors)
            || !IsPointwise(error, (Width * features.Length) + 1 + subPixels, subPixels)
            || !IsDiagonal(error, error.Inputs - subPixels)
        )
        {
            return null;
        }

        (List<ConvolutionValues> sums, List<ConvolutionValues> flipped, List<string> readers) = ([], [], [errors]);
        for (int unit = trunk.Hidden.Length; unit >= 0; unit--)
        {
            if (
                ((readers.Count == 1 ? errors : Concat([.. readers])) is not { } read)
                || Convolution(read) is not ({ } sum, { } gradient)
                || !IsPointwise(sum, subPixels + (Width * (readers.Count - 1)), Width)
                || NegativeSlopes(features[unit], gradient) is not { } deactivated
            )
            {
                return null;
            }

            sums.Add(Negated(sum, subPixels));
            if (unit == 0)
            {
                readers.Add(deactivated);
                break;
            }

            if (
                Convolution(deactivated) is not ({ Outputs: Width, Inputs: Width, Kernel: 3, Stride: 1, Padding: 1 } back, { } inner)
                || NegativeSlopes(bottlenecks[unit - 1], inner) is not { } reader
            )
            {
                return null;
            }

            flipped.Add(Negated(back, 0));
            readers.Add(reader);
        }

        if (
            Concat(readers[^1], errors) is not { } last
            || Convolution(last) is not ({ Outputs: 1, Kernel: 3, Stride: 1, Padding: 1 } end, Output)
            || end.Inputs != Width + subPixels
        )
        {
            return null;
        }

        // Of the error only the pixel itself counts.
        for (int i = Width * 9; i < end.Weights.Length; i++)
        {
            if (i % 9 != 4 && end.Weights[i] != 0)
            {
                return null;
            }
        }

        ConvolutionValues negated = end with { Weights = [.. end.Weights.Select((weight, i) => i < Width * 9 ? -weight : weight)] };
        return new GradientNetwork(scale, _slope!.Value, trunk, error, [.. sums], [.. flipped], negated);
    }

    /// <summary>The dense trunk, with the names of its features and bottlenecks.</summary>
    private (DenseTrunk? Trunk, string[] Features, string[] Bottlenecks) ReadTrunk(string small)
    {
        if (Activated(small, 1, 3) is not ({ } first, { } x))
        {
            return (null, [], []);
        }

        (List<string> features, List<string> names) = ([x], []);
        (List<ConvolutionValues> bottlenecks, List<ConvolutionValues> hidden) = ([], []);

        // A unit begins with a convolution of all features; what follows the last unit begins with their concatenation and more.
        while (
            features.Count == 1
                ? Peek() is { Operator: "Conv" }
                : Peek() is { Operator: "Concat" } concat && concat.Inputs.Count == features.Count && concat.Inputs[^1] == features[^1]
        )
        {
            if (
                (features.Count == 1 ? x : Concat([.. features])) is not { } dense
                || Activated(dense, Width * features.Count, 1) is not ({ } bottleneck, { } reduced)
                || Activated(reduced, Width, 3) is not ({ } layer, { } feature)
            )
            {
                return (null, [], []);
            }

            bottlenecks.Add(bottleneck);
            hidden.Add(layer);
            names.Add(reduced);
            features.Add(feature);
        }

        return (new DenseTrunk(first, [.. bottlenecks], [.. hidden]), [.. features], [.. names]);
    }

    private static bool IsPointwise(ConvolutionValues layer, int inputs, int outputs) =>
        layer is { Kernel: 1, Stride: 1, Padding: 0 } && layer.Inputs == inputs && layer.Outputs == outputs;

    /// <summary>Whether the inputs from one on are read by one output each, in order.</summary>
    private static bool IsDiagonal(ConvolutionValues layer, int from)
    {
        for (int output = 0; output < layer.Outputs; output++)
        {
            for (int input = from; input < layer.Inputs; input++)
            {
                if (input - from != output && layer.Weights[(output * layer.Inputs) + input] != 0)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>The graph's gradients have the opposite sign after each LReLU, and the weights after it take that back; the engine's have
    /// not.</summary>
    private static ConvolutionValues Negated(ConvolutionValues layer, int fromInput)
    {
        int area = layer.Kernel * layer.Kernel;
        return layer with { Weights = [.. layer.Weights.Select((weight, i) => i / area % layer.Inputs < fromInput ? weight : -weight)] };
    }

    /// <summary>A convolution of 64 outputs that keeps the size, and LReLU.</summary>
    private (ConvolutionValues? Layer, string? Result) Activated(string input, int inputs, int kernel)
    {
        if (
            Convolution(input) is not ({ Outputs: Width, Stride: 1 } layer, { } result)
            || layer.Inputs != inputs
            || layer.Kernel != kernel
            || layer.Padding != kernel / 2
            || Next("LeakyRelu") is not { Inputs: [var argument], Outputs: [var activated] } rectifier
            || argument != result
            || rectifier.Attributes.Count > 1
        )
        {
            return default;
        }

        float slope = rectifier.Real("alpha", 0.01f);
        _slope ??= slope;
        return slope == _slope && slope is > 0 and < 1 ? (layer, activated) : default;
    }

    private (ConvolutionValues? Layer, string? Result) Convolution(string input)
    {
        if (
            Next("Conv") is not { Inputs: [var read, var weightName, var biasName], Outputs: [var result] } node
            || read != input
            || Constant(weightName) is not ([var outputs, var inputs, var kernel, var kernelWidth], var weights)
            || kernel != kernelWidth
            || Constant(biasName) is not ([var biases], var bias)
            || biases != outputs
        )
        {
            return default;
        }

        long stride = 1,
            padding = 0;
        foreach ((string name, OnnxSetting setting) in node.Attributes)
        {
            bool isKnown = (name, setting.Integers) switch
            {
                ("kernel_shape", [var height, var width]) => height == kernel && width == kernel,
                ("dilations", [1, 1]) => true,
                ("group", _) => setting.Whole == 1,
                ("strides", [var down, var across]) when down == across => (stride = down) is >= 1 and <= short.MaxValue,
                ("pads", [var top, var left, var bottom, var right]) when top == left && top == bottom && top == right => (padding = top)
                    is >= 0
                        and <= short.MaxValue,
                _ => false,
            };
            if (!isKnown)
            {
                return default;
            }
        }

        return (new ConvolutionValues((int)outputs, (int)inputs, (int)kernel, (int)stride, (int)padding, weights, bias), result);
    }

    /// <summary>A constant of floats, or null.</summary>
    private (long[] Dimensions, float[] Values)? Constant(string name)
    {
        const int FloatType = 1;
        return graph.Constants.TryGetValue(name, out OnnxTensor? tensor) && tensor.ElementType == FloatType
            ? ([.. tensor.Dimensions], tensor.ToFloats())
            : null;
    }

    private string? Concat(params string[] inputs) =>
        Next("Concat") is { Outputs: [var result] } node && node.Inputs.SequenceEqual(inputs) && node.Whole("axis", 0) == 1 ? result : null;

    /// <summary>GraphBuilder.NegativeLeakyReluGradient: a step, clipped to the slope, negated, and multiplied by a PRelu.</summary>
    private string? NegativeSlopes(string feature, string gradient)
    {
        if (
            Next("HardSigmoid") is not { Inputs: [var signs], Outputs: [var step] } sigmoid
            || signs != feature
            || sigmoid.Real("alpha", 0.2f) < 1e30f
            || sigmoid.Real("beta", 0.5f) != 0
            || Next("Clip") is not { Inputs: [var steps, var minimum, var maximum], Outputs: [var derivative], Attributes.Count: 0 }
            || steps != step
            || Scalar(minimum) != _slope
            || Scalar(maximum) != 1
            || Next("Neg") is not { Inputs: [var positive], Outputs: [var factor] }
            || positive != derivative
            || Next("PRelu") is not { Inputs: [var factors, var slopes], Outputs: [var result] }
            || factors != factor
            || slopes != gradient
        )
        {
            return null;
        }

        return result;
    }

    private float? Scalar(string name) => Constant(name) is (_, [var value]) ? value : null;

    private OnnxNode? Peek() => _next < graph.Nodes.Count ? graph.Nodes[_next] : null;

    /// <summary>The next node, if it is such an operator.</summary>
    private OnnxNode? Next(string operation)
    {
        if (Peek() is not { Domain: "" } node || node.Operator != operation)
        {
            return null;
        }

        _next++;
        return node;
    }
}
