// The two networks as ONNX graphs. Folded, a shortcut is one more input channel of the last convolution, with fixed
// weights: 1/d^2 for RRNet's average pooling, 1 for SRNet's tiling. The same function in fewer operators, and only in
// operators that run on every provider (Conv, LeakyRelu, Concat, DepthToSpace, Clip). The unfolded form is built as the
// paper draws it and exists for the parity tests. SRNet's gradient is a third graph, made of SRNet's own weights.
using RsrPlugins.Trainer.Networks;

namespace RsrPlugins.Trainer.Export;

/// <summary>ONNX forms of RRNet and SRNet.</summary>
internal static class NetworkGraphs
{
    /// <summary>RRNet up to and with the clamp of Q-BReLU. Not rounded: the engine rounds to the bit depth of the file it writes.</summary>
    /// <param name="scale">Scale factor d.</param>
    /// <param name="layout">Where the parameters stand.</param>
    /// <param name="parameters">The flat parameters.</param>
    /// <param name="metadata">Goes into the model's metadata_props.</param>
    /// <param name="folded">False builds pooling and addition as separate operators.</param>
    internal static byte[] RRNet(
        int scale,
        ParameterLayout layout,
        float[] parameters,
        IEnumerable<KeyValuePair<string, string>> metadata,
        bool folded = true
    )
    {
        GraphBuilder graph = new GraphBuilder($"RRNet x{scale}");
        IReadOnlyList<ConvolutionSpec> layers = NetworkTable.RRNet(scale);
        string x = GraphBuilder.Input;
        foreach (ConvolutionSpec? layer in layers.SkipLast(1))
        {
            x = Activated(graph, layer, layout, parameters, x);
        }

        if (folded)
        {
            x = Last(
                graph,
                layers[^1],
                layout,
                parameters,
                graph.Concat("rr.trunk_and_input", x, GraphBuilder.Input),
                shortcutWeight: 1f / (scale * scale)
            );
        }
        else
        {
            x = graph.Sum(
                "rr.sum",
                Last(graph, layers[^1], layout, parameters, x),
                graph.AveragePool("rr.shortcut", GraphBuilder.Input, scale)
            );
        }

        graph.Clip("rr.q_brelu", x, QBRelu.Minimum, QBRelu.Maximum);
        return graph.Build(metadata);
    }

    /// <inheritdoc cref="RRNet"/>
    internal static byte[] SRNet(
        int scale,
        int units,
        ParameterLayout layout,
        float[] parameters,
        IEnumerable<KeyValuePair<string, string>> metadata,
        bool folded = true
    )
    {
        GraphBuilder graph = new GraphBuilder($"SRNet x{scale}");
        IReadOnlyList<ConvolutionSpec> layers = NetworkTable.SRNet(scale, units);
        (IReadOnlyList<string>? features, IReadOnlyList<string> _) = DenseTrunk(graph, layers, layout, parameters, GraphBuilder.Input);

        string subPixels;
        if (folded)
        {
            subPixels = Last(
                graph,
                layers[^1],
                layout,
                parameters,
                graph.Concat("sr.features_and_input", [.. features, GraphBuilder.Input]),
                shortcutWeight: 1f
            );
        }
        else
        {
            subPixels = graph.Sum(
                "sr.sum",
                Last(graph, layers[^1], layout, parameters, graph.Concat("sr.features", [.. features])),
                GraphBuilder.Input
            );
        }

        graph.SubPixelShuffle("sr.sub_pixels", subPixels, scale);
        return graph.Build(metadata);
    }

    /// <summary>
    /// How SRNet's error changes with its small picture: dE/dL of E = sum over the large picture of (SRNet(L) - H)^2 / (2 d^2). Input
    /// [N, 1 + d^2, h, w]: L, then H as d^2 sub-pixel planes (channel i d + j holds row i, column j of each d x d block); output
    /// [N, 1, h, w]. Forward and backward pass of one network, so there is nothing to train.
    /// </summary>
    internal static byte[] SRNetGradient(
        int scale,
        int units,
        ParameterLayout layout,
        float[] parameters,
        IEnumerable<KeyValuePair<string, string>> metadata
    )
    {
        (int subPixels, int width) = (scale * scale, NetworkTable.Width);
        GraphBuilder graph = new GraphBuilder($"Gradient of SRNet x{scale}", 1 + subPixels);
        IReadOnlyList<ConvolutionSpec> layers = NetworkTable.SRNet(scale, units);

        // Forward, and instead of the large picture its error, still in sub-pixels: (SRNet(L) - H) / d^2.
        string small = graph.Convolution("small", GraphBuilder.Input, [1, 1 + subPixels, 1, 1], [1, .. new float[subPixels]], [0], 1, 0);
        (IReadOnlyList<string>? features, IReadOnlyList<string>? bottlenecks) = DenseTrunk(graph, layers, layout, parameters, small);

        Func<int, int, int, float> last = Weights(layout, parameters, layers[^1]);
        int all = width * features.Count;
        string error = graph.Convolution(
            "error",
            graph.Concat("sr.features_and_input", [.. features, GraphBuilder.Input]),
            [subPixels, all + 1 + subPixels, 1, 1],
            Filled(
                subPixels,
                all + 1 + subPixels,
                1,
                (output, input, _) =>
                    (
                        input < all ? last(output, input, 0)
                        : input == all ? 1
                        : input - all - 1 == output ? -1
                        : 0
                    ) / subPixels
            ),
            [.. Bias(layout, parameters, layers[^1]).Select(value => value / subPixels)],
            1,
            0
        );

        // Backward, last unit first. Every rectifier on the way changes the sign, and the convolution after it changes it back. A dense
        // output's gradient is the sum over everything that read it: one convolution of all of them.
        List<string> readers = new List<string> { error };
        List<Func<int, int, float>> transposed = new List<Func<int, int, float>>();
        for (int unit = units; unit >= 1; unit--)
        {
            string output = Gradient(unit);
            ConvolutionSpec bottleneck = layers[(2 * unit) - 1];
            string inner = graph.Convolution(
                $"back.unit{unit}.conv",
                output,
                [width, width, 3, 3],
                Transposed(layers[2 * unit]),
                new float[width],
                1,
                1
            );
            readers.Add(
                graph.NegativeLeakyReluGradient($"back.unit{unit}.bottleneck", inner, bottlenecks[unit - 1], NetworkTable.LeakySlope)
            );
            Func<int, int, int, float> weights = Weights(layout, parameters, bottleneck);
            transposed.Add((output, input) => -weights(output, input, 0));
        }

        Func<int, int, int, float> first = Weights(layout, parameters, layers[0]);
        const int Taps = 9;
        const int Centre = Taps / 2;
        graph.Convolution(
            "gradient",
            graph.Concat("back.input", Gradient(0), error),
            [1, width + subPixels, 3, 3],
            Filled(
                1,
                width + subPixels,
                Taps,
                (_, input, tap) =>
                    input < width ? -first(input, 0, Taps - 1 - tap)
                    : tap == Centre ? 1
                    : 0
            ),
            [0],
            1,
            1
        );
        return graph.Build(metadata);

        // The gradient of the first convolution's output (0) or a unit's, before its rectifier, with the opposite sign.
        string Gradient(int feature)
        {
            string name = feature == 0 ? "back.conv1" : $"back.unit{feature}";
            int inputs = subPixels + (width * transposed.Count);
            string sum = graph.Convolution(
                name + ".sum",
                readers.Count == 1 ? error : graph.Concat(name + ".readers", [.. readers]),
                [width, inputs, 1, 1],
                Filled(
                    width,
                    inputs,
                    1,
                    (output, input, _) =>
                    {
                        int channel = (feature * width) + output;
                        return input < subPixels
                            ? last(input, channel, 0)
                            : transposed[(input - subPixels) / width]((input - subPixels) % width, channel);
                    }
                ),
                new float[width],
                1,
                0
            );
            return graph.NegativeLeakyReluGradient(name, sum, features[feature], NetworkTable.LeakySlope);
        }

        // A convolution's gradient is the convolution with inputs and outputs exchanged and its kernel flipped. The weights
        // take back the sign that the rectifier before them has changed.
        float[] Transposed(ConvolutionSpec layer)
        {
            Func<int, int, int, float> weights = Weights(layout, parameters, layer);
            return Filled(layer.Inputs, layer.Outputs, Taps, (output, input, tap) => -weights(input, output, Taps - 1 - tap));
        }
    }

    /// <summary>SRCNN with the bicubic enlargement before it, so that like SRNet it takes the small picture.</summary>
    internal static byte[] Srcnn(int scale, ParameterLayout layout, float[] parameters, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        GraphBuilder graph = new GraphBuilder($"SRCNN x{scale}");
        IReadOnlyList<ConvolutionSpec> layers = NetworkTable.Srcnn(outputs: 1);
        string x = graph.Bicubic("srcnn.bicubic", GraphBuilder.Input, scale);
        foreach (ConvolutionSpec? layer in layers.SkipLast(1))
        {
            x = graph.Relu(layer.Name + ".relu", Last(graph, layer, layout, parameters, x));
        }

        Last(graph, layers[^1], layout, parameters, x);
        return graph.Build(metadata);
    }

    /// <summary>SRNet up to its last convolution: the outputs of the first one and of all units, and the units' bottlenecks.</summary>
    private static (IReadOnlyList<string> Features, IReadOnlyList<string> Bottlenecks) DenseTrunk(
        GraphBuilder graph,
        IReadOnlyList<ConvolutionSpec> layers,
        ParameterLayout layout,
        float[] parameters,
        string small
    )
    {
        List<string> features = new List<string> { Activated(graph, layers[0], layout, parameters, small) };
        List<string> bottlenecks = new List<string>();
        for (int unit = 1; 2 * unit < layers.Count - 1; unit++)
        {
            string dense = unit == 1 ? features[0] : graph.Concat($"sr.unit{unit}.input", [.. features]);
            bottlenecks.Add(Activated(graph, layers[(2 * unit) - 1], layout, parameters, dense));
            features.Add(Activated(graph, layers[2 * unit], layout, parameters, bottlenecks[^1]));
        }

        return (features, bottlenecks);
    }

    /// <summary>A convolution and LReLU.</summary>
    internal static string Activated(GraphBuilder graph, ConvolutionSpec layer, ParameterLayout layout, float[] parameters, string input) =>
        graph.LeakyRelu(layer.Name + ".lrelu", Last(graph, layer, layout, parameters, input), NetworkTable.LeakySlope);

    /// <summary>A convolution without activation; with a shortcut weight, one more input channel is added to every output by that
    /// weight.</summary>
    internal static string Last(
        GraphBuilder graph,
        ConvolutionSpec layer,
        ParameterLayout layout,
        float[] parameters,
        string input,
        float? shortcutWeight = null
    )
    {
        Func<int, int, int, float> stored = Weights(layout, parameters, layer);
        int inputs = layer.Inputs + (shortcutWeight is null ? 0 : 1);
        float[] weights = Filled(
            layer.Outputs,
            inputs,
            layer.Kernel * layer.Kernel,
            (output, channel, tap) => channel < layer.Inputs ? stored(output, channel, tap) : shortcutWeight!.Value
        );
        return graph.Convolution(
            layer.Name,
            input,
            [layer.Outputs, inputs, layer.Kernel, layer.Kernel],
            weights,
            Bias(layout, parameters, layer),
            layer.Stride,
            layer.Padding
        );
    }

    /// <summary>A layer's weights by output, input and tap (row by row).</summary>
    private static Func<int, int, int, float> Weights(ParameterLayout layout, float[] parameters, ConvolutionSpec layer)
    {
        // Stored channels-last, see Networks/Parameters.cs.
        (int offset, int area) = (layout.WeightOffset(layer), layer.Kernel * layer.Kernel);
        return (output, input, tap) => parameters[offset + (((output * area) + tap) * layer.Inputs) + input];
    }

    private static float[] Bias(ParameterLayout layout, float[] parameters, ConvolutionSpec layer) =>
        parameters.AsSpan(layout.BiasOffset(layer), layer.Outputs).ToArray();

    /// <summary>Weights as ONNX orders them: output, input, tap.</summary>
    private static float[] Filled(int outputs, int inputs, int area, Func<int, int, int, float> value)
    {
        float[] weights = new float[outputs * inputs * area];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = value(i / (inputs * area), i / area % inputs, i % area);
        }

        return weights;
    }
}
