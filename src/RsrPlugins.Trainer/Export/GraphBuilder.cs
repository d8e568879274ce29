// A thin layer over the ONNX messages, so that NetworkGraphs.cs reads like the networks do.
using System.Buffers.Binary;
using Google.Protobuf;
using RsrPlugins.Trainer.Export.Onnx;

namespace RsrPlugins.Trainer.Export;

/// <summary>
/// Builds one ONNX model with input "input", float32 [N, C, H, W], and output "output", float32 [N, 1, H, W], with dynamic N, H and W.
/// </summary>
internal sealed class GraphBuilder
{
    internal const string Input = "input";
    internal const string Output = "output";

    private readonly GraphProto _graph;

    /// <param name="name">Of the graph.</param>
    /// <param name="inputChannels">C; every network of the paper has one, luma.</param>
    internal GraphBuilder(string name, int inputChannels = 1)
    {
        _graph = new GraphProto { Name = name };
        _graph.Input.Add(Planes(Input, inputChannels, "height", "width"));
        _graph.Output.Add(Planes(Output, 1, "output_height", "output_width"));
    }

    /// <param name="name">Names the node and its output.</param>
    /// <param name="input">Name of the input.</param>
    /// <param name="shape">[outputs, inputs, kernel, kernel].</param>
    /// <param name="weights">Row-major values of that shape.</param>
    /// <param name="bias">One value per output.</param>
    /// <param name="stride">Of both directions.</param>
    /// <param name="padding">Zeros on every side.</param>
    internal string Convolution(string name, string input, long[] shape, float[] weights, float[] bias, int stride, int padding) =>
        Convolution(name, input, Weights(name, shape, weights, bias), stride, padding);

    /// <summary>A convolution whose weights are there already, because a recursive network applies them more than once.</summary>
    internal string Convolution(string name, string input, ConvolutionWeights weights, int stride, int padding) =>
        Add(
            "Conv",
            name,
            [input, weights.Weight, weights.Bias],
            Ints("kernel_shape", weights.Kernel, weights.Kernel),
            Ints("strides", stride, stride),
            Ints("pads", padding, padding, padding, padding)
        );

    /// <summary>Weights any number of convolutions may read.</summary>
    /// <param name="name">Begins the names of both initialisers.</param>
    /// <param name="shape">[outputs, inputs, kernel, kernel].</param>
    /// <param name="weights">Row-major values of that shape.</param>
    /// <param name="bias">One value per output.</param>
    internal ConvolutionWeights Weights(string name, long[] shape, float[] weights, float[] bias) =>
        new(Constant(name + ".weight", shape, weights), Constant(name + ".bias", [bias.Length], bias), (int)shape[^1]);

    /// <summary>A transposed convolution ("deconvolution") that enlarges by its stride; the kernel must be the stride plus an even
    /// number.</summary>
    /// <param name="name">Names the node and its output.</param>
    /// <param name="input">Name of the input.</param>
    /// <param name="shape">[inputs, outputs, kernel, kernel]: inputs first, other than in a convolution.</param>
    /// <param name="weights">Row-major values of that shape.</param>
    /// <param name="bias">One value per output.</param>
    /// <param name="stride">Of both directions.</param>
    internal string TransposedConvolution(string name, string input, long[] shape, float[] weights, float[] bias, int stride)
    {
        long cut = (shape[^1] - stride) / 2;
        return Add(
            "ConvTranspose",
            name,
            [input, Constant(name + ".weight", shape, weights), Constant(name + ".bias", [bias.Length], bias)],
            Ints("kernel_shape", shape[2], shape[3]),
            Ints("strides", stride, stride),
            Ints("pads", cut, cut, cut, cut)
        );
    }

    internal string Tanh(string name, string input) => Add("Tanh", name, [input]);

    /// <param name="name">Names the node and its output.</param>
    /// <param name="input">Name of the input.</param>
    /// <param name="slopes">Of the negative side, one per channel.</param>
    internal string PRelu(string name, string input, float[] slopes) =>
        Add("PRelu", name, [input, Constant(name + ".slope", [slopes.Length, 1, 1], slopes)]);

    /// <summary>Batch normalisation with fixed statistics; every array holds one value per channel.</summary>
    internal string BatchNormalization(string name, string input, float[] factor, float[] shift, float[] mean, float[] variance) =>
        Add(
            "BatchNormalization",
            name,
            [
                input,
                Constant(name + ".factor", [factor.Length], factor),
                Constant(name + ".shift", [shift.Length], shift),
                Constant(name + ".mean", [mean.Length], mean),
                Constant(name + ".variance", [variance.Length], variance),
            ]
        );

    internal string LeakyRelu(string name, string input, double slope) => Add("LeakyRelu", name, [input], Real("alpha", (float)slope));

    internal string Relu(string name, string input) => Add("Relu", name, [input]);

    /// <summary>Keys bicubic enlargement (a = -0.5) by a whole number, pixel centres at half positions, edge pixels repeated.</summary>
    internal string Bicubic(string name, string input, int scale) =>
        Add(
            "Resize",
            name,
            [input, string.Empty, Constant(name + ".scales", [4], [1, 1, scale, scale])],
            Text("mode", "cubic"),
            Text("coordinate_transformation_mode", "half_pixel"),
            Real("cubic_coeff_a", -0.5f)
        );

    internal string Concat(string name, params string[] inputs) => Add("Concat", name, inputs, Int("axis", 1));

    /// <summary>
    /// A gradient on its way back through a leaky rectifier, with the opposite sign: times -1 where the rectifier's output is above 0,
    /// else times -slope. The step is a hard sigmoid too steep for any value in between to be seen. The product is a PRelu, which
    /// multiplies what is below 0 by its slopes: of the ways to multiply two maps the one that all providers run, Wine's too.
    /// </summary>
    internal string NegativeLeakyReluGradient(string name, string gradient, string output, double slope)
    {
        const float Steep = 1e30f;
        string step = Add("HardSigmoid", name + ".step", [output], Real("alpha", Steep), Real("beta", 0));
        return Add("PRelu", name, [Add("Neg", name + ".factor", [Clip(name + ".derivative", step, (float)slope, 1)]), gradient]);
    }

    internal string Sum(string name, string left, string right) => Add("Add", name, [left, right]);

    internal string AveragePool(string name, string input, int size) =>
        Add("AveragePool", name, [input], Ints("kernel_shape", size, size), Ints("strides", size, size));

    /// <summary>Sub-pixel shuffle: channel c d d + i d + j goes to row i, column j of each d x d block.</summary>
    internal string SubPixelShuffle(string name, string input, int scale) =>
        Add("DepthToSpace", name, [input], Int("blocksize", scale), Text("mode", "CRD"));

    internal string Clip(string name, string input, float minimum, float maximum) =>
        Add("Clip", name, [input, Constant(name + ".minimum", [], [minimum]), Constant(name + ".maximum", [], [maximum])]);

    /// <summary>The model, its last added node renamed to the output.</summary>
    internal byte[] Build(IEnumerable<KeyValuePair<string, string>> metadata)
    {
        _graph.Node[^1].Output[0] = Output;
        ModelProto model = new ModelProto
        {
            IrVersion = 7,
            ProducerName = "rsr-train",
            ProducerVersion = typeof(GraphBuilder).Assembly.GetName().Version!.ToString(3),
            Graph = _graph,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = string.Empty, Version = 13 });
        model.MetadataProps.AddRange(metadata.Select(entry => new StringStringEntryProto { Key = entry.Key, Value = entry.Value }));
        return model.ToByteArray();
    }

    private string Add(string operation, string name, IEnumerable<string> inputs, params AttributeProto[] attributes)
    {
        NodeProto node = new NodeProto { Name = name, OpType = operation };
        node.Input.AddRange(inputs);
        node.Output.Add(name);
        node.Attribute.AddRange(attributes);
        _graph.Node.Add(node);
        return name;
    }

    private string Constant(string name, long[] shape, float[] values)
    {
        byte[] bytes = new byte[4 * values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), values[i]);
        }

        TensorProto constant = new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Float,
            RawData = ByteString.CopyFrom(bytes),
        };
        constant.Dims.AddRange(shape);
        _graph.Initializer.Add(constant);
        return name;
    }

    private static AttributeProto Real(string name, float value) =>
        new()
        {
            Name = name,
            F = value,
            Type = AttributeProto.Types.AttributeType.Float,
        };

    private static AttributeProto Text(string name, string value) =>
        new()
        {
            Name = name,
            S = ByteString.CopyFromUtf8(value),
            Type = AttributeProto.Types.AttributeType.String,
        };

    private static AttributeProto Int(string name, long value) =>
        new()
        {
            Name = name,
            I = value,
            Type = AttributeProto.Types.AttributeType.Int,
        };

    private static AttributeProto Ints(string name, params long[] values)
    {
        AttributeProto attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.AddRange(values);
        return attribute;
    }

    private static ValueInfoProto Planes(string name, int channels, string height, string width)
    {
        TensorShapeProto shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "batch" });
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = channels });
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = height });
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = width });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape },
            },
        };
    }
}

/// <summary>Initialisers of a convolution.</summary>
/// <param name="Weight">Name of the weights.</param>
/// <param name="Bias">Name of the bias.</param>
/// <param name="Kernel">Side of the kernel.</param>
internal sealed record ConvolutionWeights(string Weight, string Bias, int Kernel);
