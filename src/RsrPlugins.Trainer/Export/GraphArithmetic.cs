// What a model costs, read from its graph: the figures of a comparison come from the thing that is timed, not from what
// its paper says of it.
using Google.Protobuf.Collections;
using RsrPlugins.Trainer.Export.Onnx;

namespace RsrPlugins.Trainer.Export;

/// <summary>Size and arithmetic of a model's convolutions; everything else is left out, as in the literature.</summary>
/// <param name="Weights">Weights of the convolutions without biases; weights that several convolutions share count once.</param>
/// <param name="MultiplyAddsPerInputPixel">Multiply-adds for one pixel of the input; pixels at the border count like any other.</param>
/// <param name="Scale">Side of the output over that of the input: d, 1, or 1/d.</param>
internal sealed record GraphArithmetic(long Weights, double MultiplyAddsPerInputPixel, double Scale)
{
    /// <summary>Multiply-adds for one HR pixel: of the output where the model enlarges, else of the input.</summary>
    internal double MultiplyAddsPerHRPixel => MultiplyAddsPerInputPixel / Math.Pow(Math.Max(1, Scale), 2);

    /// <summary>Reads a model with one input whose nodes stand in the order they run in, as ONNX demands.</summary>
    /// <exception cref="TrainerException">It holds an operator that changes the size of its input in a way not known here.</exception>
    internal static GraphArithmetic Of(byte[] onnx)
    {
        GraphProto graph = ModelProto.Parser.ParseFrom(onnx).Graph;
        Dictionary<string, RepeatedField<long>> shapes = graph.Initializer.ToDictionary(constant => constant.Name, constant => constant.Dims);
        HashSet<string> counted = new HashSet<string>();
        (long weights, double multiplyAdds) = (0L, 0.0);

        // Side of every plane over that of the input.
        Dictionary<string, double> sides = new Dictionary<string, double> { [graph.Input[0].Name] = 1 };
        foreach (NodeProto? node in graph.Node)
        {
            double side = sides[node.Input[0]];
            double resized = side * SideFactor(node);
            if (node.OpType is "Conv" or "ConvTranspose")
            {
                long count = shapes[node.Input[1]].Aggregate(1L, (product, length) => product * length);
                weights += counted.Add(node.Input[1]) ? count : 0;
                // A transposed convolution spreads every pixel it reads; a convolution gathers every pixel it writes.
                double pixels = node.OpType == "Conv" ? resized : side;
                multiplyAdds += count * pixels * pixels;
            }

            sides[node.Output[0]] = resized;
        }

        return new GraphArithmetic(weights, multiplyAdds, sides[graph.Output[0].Name]);
    }

    private static double SideFactor(NodeProto node) => node.OpType switch
    {
        "Conv" or "AveragePool" => 1.0 / Stride(node),
        "ConvTranspose" => Stride(node),
        "DepthToSpace" => node.Attribute.Single(attribute => attribute.Name == "blocksize").I,
        "Add" or "BatchNormalization" or "Clip" or "Concat" or "HardSigmoid" or "LeakyRelu" or "Neg" or "PRelu" or "Relu" or "Tanh" => 1,
        _ => throw new TrainerException($"{node.Name}: the arithmetic of the operator {node.OpType} is not known."),
    };

    private static long Stride(NodeProto node) => node.Attribute.SingleOrDefault(attribute => attribute.Name == "strides")?.Ints[0] ?? 1;
}
