// What a network's graph says about it: sizes, reach and cost. The exporter writes these facts into models.json; whoever doubts a
// row of models.json asks the graph again.
//
// Reach: along one axis, every tensor has n positions per block of the input, and for each of them the first and the last input
// pixel it depends on. An operator says which positions of its input it reads; the rest is taking the minimum and the maximum. So
// strides, shuffles, interpolations and dilated or padded convolutions are exact, and not only sums of radii.
using System.Globalization;

namespace RsrPlugins.Core.Models;

/// <summary>Facts of a graph with one image input and one image output.</summary>
/// <param name="InputStep">Side of the smallest block the network takes, in input pixels.</param>
/// <param name="OutputStep">Side of what it makes of a block, in output pixels.</param>
/// <param name="Halo">Input pixels an output block depends on beyond its own; null if it depends on the whole picture.</param>
/// <param name="InputPlanes">Channels of the input.</param>
/// <param name="OutputPlanes">Channels of the output.</param>
/// <param name="Weights">Weights of the convolutions without biases; weights that several share count once.</param>
/// <param name="MultiplyAddsPerInputPixel">Of the convolutions.</param>
/// <param name="FeatureBytesPerInputPixel">
/// Peak bytes of float feature maps alive at once, operators running in the order of the file and one map made in the place of
/// another where the operator allows it.
/// </param>
public sealed record GraphFacts(
    int InputStep,
    int OutputStep,
    int? Halo,
    int InputPlanes,
    int OutputPlanes,
    long Weights,
    double MultiplyAddsPerInputPixel,
    double FeatureBytesPerInputPixel
)
{
    /// <summary>Reads the facts out of a graph.</summary>
    /// <param name="graph">One input and one output.</param>
    /// <param name="name">The model, for messages.</param>
    /// <exception cref="ModelException">It holds an operator whose effect on sizes is not known here, or it does not fit
    /// together.</exception>
    public static GraphFacts Of(OnnxGraph graph, string name)
    {
        ArgumentNullException.ThrowIfNull(graph);
        try
        {
            return new GraphWalk(graph).Facts();
        }
        catch (Exception exception) when (exception is InvalidDataException or OverflowException)
        {
            throw new ModelException($"{name}: {OneLine.Quote(exception.Message, ModelCatalogue.MaxQuote)}.", exception);
        }
    }

    /// <summary>
    /// Compares a model's row with its graph. An added model may have operators that are not known here: its shape was measured by running
    /// it, and the row stands.
    /// </summary>
    /// <exception cref="ModelException">They do not fit.</exception>
    public static void Check(ModelDescriptor model, byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(model);
        OnnxGraph graph = OnnxGraph.Parse(bytes, model.FilePath);
        GraphFacts facts;
        try
        {
            facts = Of(graph, model.FilePath);
        }
        catch (ModelException) when (model.Kind == ModelKind.Added)
        {
            return;
        }

        facts.Check(model);
    }

    /// <summary>
    /// Compares what models.json says of a network with its graph. A shape may ask for more than the graph needs - larger blocks of the
    /// same factor, a larger halo - because that is exact too; less would give seams, or read beyond a buffer.
    /// </summary>
    /// <exception cref="ModelException">The shape asks for less, or for other planes.</exception>
    public void Check(ModelDescriptor model)
    {
        ArgumentNullException.ThrowIfNull(model);
        NetworkShape shape = model.Shape;
        Require(shape.Input.Count == InputPlanes, "a number of input planes", shape.Input.Count, $"{InputPlanes}");
        Require(shape.Output.Count == OutputPlanes, "a number of output planes", shape.Output.Count, $"{OutputPlanes}");
        Require(
            shape.InputStep % InputStep == 0,
            "an input step",
            shape.InputStep,
            InputStep == 1 ? "1 or more" : $"a multiple of {InputStep}"
        );
        long outputStep = (long)OutputStep * (shape.InputStep / InputStep);
        Require(shape.OutputStep == outputStep, "an output step", shape.OutputStep, $"{outputStep}");
        Require(
            !shape.TilesAreExact || (Halo is { } halo && shape.Halo >= halo),
            "a halo",
            shape.Halo,
            Halo is null ? "no limit: every pixel depends on the whole picture, which is not supported" : $"{Halo} or more"
        );

        void Require(bool holds, string what, int found, string expected)
        {
            if (!holds)
            {
                throw new ModelException(
                    $"{model.FilePath} does not fit its row in models.json ({model.Id}): the row says {what} of {found}, the graph says {expected}. Reinstall the models."
                );
            }
        }
    }

    /// <summary>The shape, with what a graph does not say.</summary>
    /// <param name="input">What the input's planes are.</param>
    /// <param name="output">What the output's planes are.</param>
    /// <param name="unit">What the values are counted in.</param>
    /// <exception cref="ModelException">It depends on the whole picture, or enlarges by no whole number.</exception>
    public NetworkShape ToShape(PlaneContent input, PlaneContent output, ValueUnit unit = ValueUnit.Studio)
    {
        if (Math.Max(InputStep, OutputStep) % Math.Min(InputStep, OutputStep) != 0)
        {
            throw new ModelException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A network that enlarges or reduces by a whole number was expected; found {InputStep} to {OutputStep} pixels."
                )
            );
        }

        int halo =
            Halo ?? throw new ModelException("A network with a finite receptive field was expected; the receptive field of this one is the whole picture.");
        return new NetworkShape(
            InputStep,
            OutputStep,
            halo,
            1,
            new NetworkPlanes(input, InputPlanes, unit),
            new NetworkPlanes(output, OutputPlanes, unit),
            2 * MultiplyAddsPerInputPixel,
            FeatureBytesPerInputPixel
        );
    }
}

/// <summary>Goes through a graph once for sizes and once per axis for reach.</summary>
internal sealed class GraphWalk
{
    private const int MaxBlock = 4096;

    /// <summary>Operators that make every pixel of the same pixel of their inputs.</summary>
    private static readonly HashSet<string> _pointwise =
    [
        "Abs",
        "Add",
        "BatchNormalization",
        "Cast",
        "Clip",
        "Concat",
        "Div",
        "Dropout",
        "Elu",
        "Erf",
        "Exp",
        "Gelu",
        "HardSigmoid",
        "HardSwish",
        "Identity",
        "LeakyRelu",
        "Log",
        "Max",
        "Min",
        "Mul",
        "Neg",
        "PRelu",
        "Pow",
        "Relu",
        "Selu",
        "Sigmoid",
        "Sqrt",
        "Sub",
        "Sum",
        "Tanh",
    ];

    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, Map> _maps = [];
    private readonly int _block;

    public GraphWalk(OnnxGraph graph)
    {
        _graph = graph;
        if (graph.Inputs.Count != 1 || graph.Outputs.Count != 1)
        {
            throw new InvalidDataException($"one input and one output were expected; found {graph.Inputs.Count} and {graph.Outputs.Count}");
        }

        if (graph.Inputs[0].Dimensions is not [_, > 0 and <= int.MaxValue, _, _])
        {
            throw new InvalidDataException(
                $"an input [N, channels, H, W] was expected; found [{string.Join(", ", graph.Inputs[0].Dimensions)}]"
            );
        }

        _maps[graph.Inputs[0].Name] = new Map((int)graph.Inputs[0].Dimensions[1], 1, 1);
        long block = 1;
        foreach (OnnxNode node in graph.Nodes)
        {
            Map made = Made(node);
            foreach (string output in node.Outputs.Take(1))
            {
                _maps[output] = made;
            }

            block = Lcm(block, made.Denominator);
            if (block > MaxBlock)
            {
                throw new InvalidDataException($"blocks of more than {MaxBlock} pixels");
            }
        }

        _block = (int)block;
    }

    public GraphFacts Facts()
    {
        Map input = Find(_graph.Inputs[0].Name),
            output = Find(_graph.Outputs[0].Name);
        (long weights, double multiplyAdds) = Cost();
        int? halo = Halo(0) is { } down && Halo(1) is { } across ? Math.Max(down, across) : null;
        return new GraphFacts(
            _block,
            checked((int)PositionsOf(output)),
            halo,
            input.Channels,
            output.Channels,
            weights,
            multiplyAdds,
            FeatureBytes()
        );
    }

    private Map Find(string name) =>
        _maps.TryGetValue(name, out Map? map) ? map : throw new InvalidDataException($"{name} is used before it is computed");

    /// <summary>Inputs that are feature maps, not constants.</summary>
    private IEnumerable<string> Features(OnnxNode node) =>
        node.Inputs.Where(name => name.Length > 0 && !_graph.Constants.ContainsKey(name));

    private OnnxTensor Constant(OnnxNode node, int index) =>
        node.Inputs.Count > index && _graph.Constants.TryGetValue(node.Inputs[index], out OnnxTensor? constant)
            ? constant
            : throw new InvalidDataException($"{Name(node)}: input {index} is not a constant");

    private static string Name(OnnxNode node) => node.Name.Length > 0 ? $"{node.Name} ({node.Operator})" : node.Operator;

    // ---- sizes ----

    private Map Made(OnnxNode node)
    {
        Map[] inputs = [.. Features(node).Select(Find)];
        if (inputs.Length == 0)
        {
            throw new InvalidDataException($"{Name(node)} has no input that depends on the picture");
        }

        Map first = inputs[0];
        switch (node.Operator)
        {
            case "Conv":
                return first.Reduced(Stride(node, 0), Filters(node, 0));
            case "ConvTranspose":
                return first.Enlarged(Stride(node, 0), checked((int)(Filters(node, 1) * node.Whole("group", 1))));
            case "AveragePool" or "MaxPool":
                return first.Reduced(Stride(node, 0), first.Channels);
            case "DepthToSpace":
                int up = BlockSize(node);
                return first.Enlarged(up, first.Channels / (up * up));
            case "SpaceToDepth":
                int down = BlockSize(node);
                return first.Reduced(down, checked(first.Channels * down * down));
            case "Resize" or "Upsample":
                (int enlarging, int reducing) = Scales(node);
                return first.Enlarged(enlarging, first.Channels).Reduced(reducing, first.Channels);
            case "GlobalAveragePool" or "GlobalMaxPool" or "ReduceMean":
                return first with { IsGlobal = true };
        }

        if (!_pointwise.Contains(node.Operator) || node.Domain.Length > 0)
        {
            throw new InvalidDataException($"{node.Name}: what the operator {node.Operator} does to sizes is not known");
        }

        Map[] local = [.. inputs.Where(map => !map.IsGlobal)];
        Map size = local.Length > 0 ? local[0] : first;
        if (local.Any(map => (map.Numerator, map.Denominator) != (size.Numerator, size.Denominator)))
        {
            throw new InvalidDataException($"{Name(node)} joins maps of different sizes");
        }

        return size with
        {
            Channels = node.Operator == "Concat" ? checked(inputs.Sum(map => map.Channels)) : inputs.Max(map => map.Channels),
        };
    }

    private int Filters(OnnxNode node, int axis)
    {
        IReadOnlyList<long> dimensions = Constant(node, 1).Dimensions;
        return dimensions.Count == 4
            ? checked((int)dimensions[axis])
            : throw new InvalidDataException($"{Name(node)}: weights of four dimensions were expected; found {dimensions.Count}");
    }

    private static int Stride(OnnxNode node, int axis)
    {
        IReadOnlyList<long> strides = node.Integers("strides");
        if (strides.Count == 0)
        {
            return 1;
        }

        return strides.Count == 2 && strides[0] == strides[1] && strides[axis] is > 0 and <= MaxBlock
            ? (int)strides[axis]
            : throw new InvalidDataException($"{Name(node)}: strides [{string.Join(", ", strides)}]; two equal ones were expected");
    }

    private static int BlockSize(OnnxNode node) =>
        node.Whole("blocksize", 0) is > 0 and <= MaxBlock and long size
            ? (int)size
            : throw new InvalidDataException($"{Name(node)}: a block size was expected");

    /// <summary>By which whole number it enlarges, and by which it reduces.</summary>
    private (int Enlarging, int Reducing) Scales(OnnxNode node)
    {
        float[] scales = [];
        foreach (string input in node.Inputs.Skip(1))
        {
            if (_graph.Constants.TryGetValue(input, out OnnxTensor? constant) && constant is { ElementType: 1, Count: 4 })
            {
                scales = constant.ToFloats();
            }
        }

        if (scales is not [1, 1, > 0, > 0] || scales[2] != scales[3])
        {
            throw new InvalidDataException(
                $"{node.Name}: {node.Operator} with constant scales [1, 1, s, s] was expected; found [{string.Join(", ", scales)}]"
            );
        }

        float scale = scales[2];
        int whole = (int)MathF.Round(scale >= 1 ? scale : 1 / scale);
        if (whole > MaxBlock || MathF.Abs((scale >= 1 ? scale : 1 / scale) - whole) > 1e-4f)
        {
            throw new InvalidDataException($"{Name(node)}: a whole scale was expected; found {scale}");
        }

        return scale >= 1 ? (whole, 1) : (1, whole);
    }

    private long PositionsOf(Map map) => (long)_block * map.Numerator / map.Denominator;

    // ---- cost ----

    private (long Weights, double MultiplyAdds) Cost()
    {
        HashSet<string> counted = [];
        (long weights, double multiplyAdds) = (0, 0);
        foreach (OnnxNode node in _graph.Nodes.Where(node => node.Operator is "Conv" or "ConvTranspose"))
        {
            long count = Constant(node, 1).Count;
            weights += counted.Add(node.Inputs[1]) ? count : 0;

            // A transposed convolution spreads every pixel it reads; a convolution gathers every pixel it writes.
            Map spread = Find(node.Operator == "Conv" ? node.Outputs[0] : node.Inputs[0]);
            multiplyAdds += count * (spread.IsGlobal ? 0 : spread.Side * spread.Side);
        }

        return (weights, multiplyAdds);
    }

    private double FeatureBytes()
    {
        Dictionary<string, int> lastUse = [];
        for (int i = 0; i < _graph.Nodes.Count; i++)
        {
            foreach (string input in Features(_graph.Nodes[i]))
            {
                lastUse[input] = i;
            }
        }

        lastUse[_graph.Outputs[0].Name] = int.MaxValue;
        double alive = Bytes(_graph.Inputs[0].Name);
        double peak = alive;
        for (int i = 0; i < _graph.Nodes.Count; i++)
        {
            OnnxNode node = _graph.Nodes[i];
            string[] dying = [.. Features(node).Distinct().Where(input => lastUse[input] == i)];
            bool inPlace = node.Operator != "Concat" && _pointwise.Contains(node.Operator) && dying.Length > 0;
            double made = Bytes(node.Outputs[0]);
            peak = Math.Max(peak, alive + (inPlace ? 0 : made));
            alive += made - dying.Sum(Bytes);
        }

        return peak;
    }

    private double Bytes(string name)
    {
        Map map = Find(name);
        return map.IsGlobal ? 0 : sizeof(float) * map.Channels * map.Side * map.Side;
    }

    // ---- reach ----

    /// <summary>Input pixels beyond a block that its output depends on, along one axis (0 down, 1 across); null for all of them.</summary>
    private int? Halo(int axis)
    {
        Dictionary<string, Reach> reaches = new Dictionary<string, Reach> { [_graph.Inputs[0].Name] = Reach.OfInput(_block) };
        foreach (OnnxNode node in _graph.Nodes)
        {
            Reach[] inputs = [.. Features(node).Select(input => reaches[input])];
            int positions = checked((int)PositionsOf(Find(node.Outputs[0])));
            bool everywhere = inputs.Any(input => input.IsEverything) || Find(node.Outputs[0]).IsGlobal;
            reaches[node.Outputs[0]] = everywhere ? Reach.Everything : Reach.Through(inputs, positions, _block, Taps(node, axis));
        }

        Reach output = reaches[_graph.Outputs[0].Name];
        return output.IsEverything ? null : checked((int)output.Beyond(_block));
    }

    /// <summary>Which positions of its input an operator reads for one of its output.</summary>
    private Func<int, (int First, int Last)> Taps(OnnxNode node, int axis)
    {
        switch (node.Operator)
        {
            case "Conv" or "AveragePool" or "MaxPool":
                {
                    int stride = Stride(node, axis),
                        dilated = Dilated(node, axis);
                    (int before, int after) = Padding(node, axis, dilated, stride);
                    int grown = before + after - dilated;
                    return grown < 0 && grown >= -stride
                        ? position => ((position * stride) - before, (position * stride) - before + dilated - 1)
                        : throw BorderLost(node);
                }

            case "ConvTranspose":
                {
                    int stride = Stride(node, axis),
                        dilated = Dilated(node, axis);
                    (int before, int after) = Padding(node, axis, dilated, stride);
                    IReadOnlyList<long> extra = node.Integers("output_padding");
                    long rest = dilated - before - after + (extra.Count == 2 ? extra[axis] : 0);
                    return rest == stride
                        ? position => (-FloorDivide(-(position + before - dilated + 1), stride), FloorDivide(position + before, stride))
                        : throw BorderLost(node);
                }

            case "DepthToSpace":
                int up = BlockSize(node);
                return position => (FloorDivide(position, up), FloorDivide(position, up));
            case "SpaceToDepth":
                int down = BlockSize(node);
                return position => (position * down, (position * down) + down - 1);
            case "Resize" or "Upsample":
                return Interpolation(node);
            default:
                return position => (position, position);
        }
    }

    private Func<int, (int First, int Last)> Interpolation(OnnxNode node)
    {
        (int enlarging, int reducing) = Scales(node);
        double scale = (double)enlarging / reducing;
        string places = node.Text("coordinate_transformation_mode", node.Operator == "Upsample" ? "asymmetric" : "half_pixel");
        double shift = places switch
        {
            "half_pixel" or "pytorch_half_pixel" => 0.5,
            "asymmetric" => 0,
            _ => throw new InvalidDataException($"{Name(node)}: pixels placed by {places} are not known"),
        };
        (int before, int after) = node.Text("mode", "nearest") switch
        {
            "nearest" => (0, 1),
            "linear" or "bilinear" => (0, 1),
            "cubic" => (1, 2),
            string other => throw new InvalidDataException($"{Name(node)}: the interpolation {other} is not known"),
        };
        if (node.Whole("antialias", 0) != 0)
        {
            throw new InvalidDataException($"{Name(node)}: interpolation with antialiasing is not known");
        }

        return position =>
        {
            double place = ((position + shift) / scale) - shift;
            int at = (int)Math.Floor(place + 1e-9);
            // On a pixel's centre, only that pixel counts.
            return Math.Abs(place - at) < 1e-9 ? (at, at) : (at - before, at + after);
        };
    }

    /// <summary>Length of the kernel with its holes.</summary>
    private int Dilated(OnnxNode node, int axis)
    {
        long kernel =
            node.Operator is "Conv" or "ConvTranspose" ? Filters(node, 2 + axis)
            : node.Integers("kernel_shape") is { Count: 2 } shape ? shape[axis]
            : 0;
        IReadOnlyList<long> dilations = node.Integers("dilations");
        long dilation = dilations.Count == 2 ? dilations[axis] : 1;
        long length = ((kernel - 1) * dilation) + 1;
        return kernel > 0 && dilation > 0 && length <= MaxBlock
            ? (int)length
            : throw new InvalidDataException($"{Name(node)}: a kernel of {kernel} with dilation {dilation}");
    }

    private static (int Before, int After) Padding(OnnxNode node, int axis, int kernel, int stride)
    {
        string automatic = node.Text("auto_pad", "NOTSET");
        if (automatic is "SAME_UPPER" or "SAME_LOWER")
        {
            int both = Math.Max(kernel - stride, 0);
            return automatic == "SAME_UPPER" ? (both / 2, both - (both / 2)) : (both - (both / 2), both / 2);
        }

        IReadOnlyList<long> pads = node.Integers("pads");
        return pads.Count == 4 && automatic == "NOTSET" ? (checked((int)pads[axis]), checked((int)pads[axis + 2])) : (0, 0);
    }

    private static InvalidDataException BorderLost(OnnxNode node) =>
        new($"{Name(node)} makes the picture smaller or larger by a border; padding that keeps its size was expected");

    private static int FloorDivide(int value, int by) => (int)Math.Floor((double)value / by);

    private static long Lcm(long a, long b) => a / Gcd(a, b) * b;

    private static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);

    /// <summary>A feature map: channels, and its side over the input's as a fraction.</summary>
    private sealed record Map(int Channels, long Numerator, long Denominator)
    {
        /// <summary>One value for the whole picture.</summary>
        public bool IsGlobal { get; init; }

        public double Side => (double)Numerator / Denominator;

        public Map Enlarged(int by, int channels) => Resized(Numerator * by, Denominator, channels);

        public Map Reduced(int by, int channels) => Resized(Numerator, Denominator * by, channels);

        private Map Resized(long numerator, long denominator, int channels)
        {
            long common = Gcd(numerator, denominator);
            return (numerator / common) is <= MaxBlock and long n && (denominator / common) is <= MaxBlock and long d
                ? this with
                {
                    Channels = channels,
                    Numerator = n,
                    Denominator = d,
                }
                : throw new InvalidDataException($"a map {numerator} / {denominator} times as large as the picture");
        }
    }

    /// <summary>For every position of block 0, the first and the last input pixel it depends on.</summary>
    private sealed class Reach(long[] first, long[] last)
    {
        public static Reach Everything { get; } = new([], []);

        public bool IsEverything => first.Length == 0;

        public static Reach OfInput(int block)
        {
            long[] own = [.. Enumerable.Range(0, block).Select(pixel => (long)pixel)];
            return new Reach(own, own);
        }

        public static Reach Through(Reach[] inputs, int positions, int block, Func<int, (int First, int Last)> taps)
        {
            long[] first = new long[positions];
            long[] last = new long[positions];
            Array.Fill(first, long.MaxValue);
            Array.Fill(last, long.MinValue);
            for (int position = 0; position < positions; position++)
            {
                (int from, int to) = taps(position);
                foreach (Reach input in inputs)
                {
                    for (int tap = from; tap <= to; tap++)
                    {
                        (long low, long high) = input.At(tap, block);
                        first[position] = Math.Min(first[position], low);
                        last[position] = Math.Max(last[position], high);
                    }
                }
            }

            return new Reach(first, last);
        }

        /// <summary>Pixels beyond block 0, on the side where there are more.</summary>
        public long Beyond(int block) => Math.Max(0, Math.Max(-first.Min(), last.Max() - (block - 1)));

        private (long First, long Last) At(int position, int block)
        {
            int blocks = FloorDivide(position, first.Length),
                at = position - (blocks * first.Length);
            return (first[at] + ((long)blocks * block), last[at] + ((long)blocks * block));
        }
    }
}
