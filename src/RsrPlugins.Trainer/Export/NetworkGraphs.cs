// The two networks as ONNX graphs. Folded, a shortcut is one more input channel of the last convolution, with fixed
// weights: 1/d^2 for RRNet's average pooling, 1 for SRNet's tiling. The same function in fewer operators, and only in
// operators that run on every provider (Conv, LeakyRelu, Concat, DepthToSpace, Clip). The unfolded form is built as the
// paper draws it and exists for the parity tests.
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
    internal static byte[] RRNet(int scale, ParameterLayout layout, float[] parameters, IEnumerable<KeyValuePair<string, string>> metadata, bool folded = true)
    {
        var graph = new GraphBuilder($"RRNet x{scale}");
        var layers = NetworkTable.RRNet(scale);
        var x = GraphBuilder.Input;
        foreach (var layer in layers.SkipLast(1))
        {
            x = Activated(graph, layer, layout, parameters, x);
        }

        if (folded)
        {
            x = Last(graph, layers[^1], layout, parameters, graph.Concat("rr.trunk_and_input", x, GraphBuilder.Input), shortcutWeight: 1f / (scale * scale));
        }
        else
        {
            x = graph.Sum("rr.sum", Last(graph, layers[^1], layout, parameters, x), graph.AveragePool("rr.shortcut", GraphBuilder.Input, scale));
        }

        graph.Clip("rr.q_brelu", x, QBRelu.Minimum, QBRelu.Maximum);
        return graph.Build(metadata);
    }

    /// <inheritdoc cref="RRNet"/>
    internal static byte[] SRNet(int scale, ParameterLayout layout, float[] parameters, IEnumerable<KeyValuePair<string, string>> metadata, bool folded = true)
    {
        var graph = new GraphBuilder($"SRNet x{scale}");
        var layers = NetworkTable.SRNet(scale);
        var features = new List<string> { Activated(graph, layers[0], layout, parameters, GraphBuilder.Input) };
        for (var unit = 1; unit <= NetworkTable.DenseUnits; unit++)
        {
            var dense = unit == 1 ? features[0] : graph.Concat($"sr.unit{unit}.input", [.. features]);
            var bottleneck = Activated(graph, layers[(2 * unit) - 1], layout, parameters, dense);
            features.Add(Activated(graph, layers[2 * unit], layout, parameters, bottleneck));
        }

        string subPixels;
        if (folded)
        {
            subPixels = Last(graph, layers[^1], layout, parameters, graph.Concat("sr.features_and_input", [.. features, GraphBuilder.Input]), shortcutWeight: 1f);
        }
        else
        {
            subPixels = graph.Sum("sr.sum", Last(graph, layers[^1], layout, parameters, graph.Concat("sr.features", [.. features])), GraphBuilder.Input);
        }

        graph.SubPixelShuffle("sr.sub_pixels", subPixels, scale);
        return graph.Build(metadata);
    }

    /// <summary>SRCNN with the bicubic enlargement before it, so that like SRNet it takes the small picture.</summary>
    internal static byte[] Srcnn(int scale, ParameterLayout layout, float[] parameters, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var graph = new GraphBuilder($"SRCNN x{scale}");
        var layers = NetworkTable.Srcnn(outputs: 1);
        var x = graph.Bicubic("srcnn.bicubic", GraphBuilder.Input, scale);
        foreach (var layer in layers.SkipLast(1))
        {
            x = graph.Relu(layer.Name + ".relu", Last(graph, layer, layout, parameters, x));
        }

        Last(graph, layers[^1], layout, parameters, x);
        return graph.Build(metadata);
    }

    private static string Activated(GraphBuilder graph, ConvolutionSpec layer, ParameterLayout layout, float[] parameters, string input) =>
        graph.LeakyRelu(layer.Name + ".lrelu", Last(graph, layer, layout, parameters, input), NetworkTable.LeakySlope);

    private static string Last(GraphBuilder graph, ConvolutionSpec layer, ParameterLayout layout, float[] parameters, string input, float? shortcutWeight = null)
    {
        var inputs = layer.Inputs + (shortcutWeight is null ? 0 : 1);
        var area = layer.Kernel * layer.Kernel;
        var stored = parameters.AsSpan(layout.WeightOffset(layer), layer.WeightCount);
        var weights = new float[layer.Outputs * inputs * area];
        Array.Fill(weights, shortcutWeight ?? 0);
        for (var output = 0; output < layer.Outputs; output++)
        {
            for (var channel = 0; channel < layer.Inputs; channel++)
            {
                for (var tap = 0; tap < area; tap++)
                {
                    // Stored channels-last, see Networks/Parameters.cs.
                    weights[(((output * inputs) + channel) * area) + tap] = stored[(((output * area) + tap) * layer.Inputs) + channel];
                }
            }
        }

        var bias = parameters.AsSpan(layout.BiasOffset(layer), layer.Outputs).ToArray();
        return graph.Convolution(layer.Name, input, [layer.Outputs, inputs, layer.Kernel, layer.Kernel], weights, bias, layer.Stride, layer.Padding);
    }
}
