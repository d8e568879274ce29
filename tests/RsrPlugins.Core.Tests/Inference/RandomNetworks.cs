// The two networks of the product with random weights: the real architecture, size and operators, without a trained file.
// Both shortcuts are folded into the last convolution, as the trainer exports them.
using System.Security.Cryptography;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tests.Models;

namespace RsrPlugins.Core.Tests.Inference;

internal static class RandomNetworks
{
    private const int Features = 64;

    /// <summary>Writes the network into the folder and describes it.</summary>
    public static ModelDescriptor Write(string folder, NetworkTask network, int scale, int seed = 1) =>
        Describe(folder, network, scale, network == NetworkTask.Reduce ? RRNet(scale, seed) : SRNet(scale, seed));

    /// <summary>Writes any bytes as that network's file; the descriptor's hash is theirs.</summary>
    public static ModelDescriptor Describe(string folder, NetworkTask network, int scale, byte[] bytes)
    {
        string id = $"{network.ToString().ToLowerInvariant()}-x{scale}-{Guid.NewGuid():N}";
        string file = Path.Combine(folder, id + ".onnx");
        File.WriteAllBytes(file, bytes);
        return new ModelDescriptor(
            id,
            network == NetworkTask.Reduce ? "RRNet" : "SRNet",
            ModelKind.Learned,
            scale,
            file,
            Path.ChangeExtension(file, ".md"),
            bytes.Length,
            Convert.ToHexStringLower(SHA256.HashData(bytes)),
            TestShapes.Of(network, scale),
            null
        );
    }

    public static byte[] SRNet(int scale, int seed = 1, int units = 3)
    {
        Random random = new Random(seed);
        OnnxModelWriter model = new OnnxModelWriter();
        model.Input("input", -1, 1, -1, -1);
        model.Output("output", -1, 1, -1, -1);
        List<string> features = new List<string> { LeakyRelu(model, Convolution(model, random, "input", 1, Features, 3)) };
        for (int unit = 1; unit <= units; unit++)
        {
            string all = features.Count == 1 ? features[0] : Concat(model, features);
            string bottleneck = LeakyRelu(model, Convolution(model, random, all, Features * unit, Features, 1));
            features.Add(LeakyRelu(model, Convolution(model, random, bottleneck, Features, Features, 3)));
        }

        string residual = Convolution(model, random, Concat(model, [.. features, "input"]), ((units + 1) * Features) + 1, scale * scale, 1);
        model.Node("DepthToSpace", [residual], "output", ("blocksize", (long)scale), ("mode", "CRD"));
        return model.ToArray();
    }

    public static byte[] RRNet(int scale, int seed = 1)
    {
        Random random = new Random(seed);
        OnnxModelWriter model = new OnnxModelWriter();
        model.Input("input", -1, 1, -1, -1);
        model.Output("output", -1, 1, -1, -1);
        string trunk = "input";
        for (int layer = 0; layer < 3; layer++)
        {
            trunk = LeakyRelu(model, Convolution(model, random, trunk, layer == 0 ? 1 : Features, Features, 3));
        }

        string sum = Convolution(model, random, Concat(model, [trunk, "input"]), Features + 1, 1, scale, stride: scale);
        string minimum = model.Initializer([0f]);
        string maximum = model.Initializer([1f]);
        model.Node("Clip", [sum, minimum, maximum], "output");
        return model.ToArray();
    }

    /// <summary>He-initialised; padded to keep the size unless strided.</summary>
    private static string Convolution(
        OnnxModelWriter model,
        Random random,
        string input,
        int channelsIn,
        int channelsOut,
        int kernel,
        int stride = 1
    )
    {
        double deviation = Math.Sqrt(2.0 / (channelsIn * kernel * kernel));
        float[] weights = new float[channelsOut * channelsIn * kernel * kernel];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = (float)(
                deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())
            );
        }

        string w = model.Initializer(weights, channelsOut, channelsIn, kernel, kernel);
        string b = model.Initializer(
            [.. Enumerable.Range(0, channelsOut).Select(_ => (float)(random.NextDouble() - 0.5) / 10)],
            channelsOut
        );
        long padding = stride == 1 ? (kernel - 1) / 2 : 0;
        return model.Node(
            "Conv",
            [input, w, b],
            null,
            ("kernel_shape", new long[] { kernel, kernel }),
            ("strides", new long[] { stride, stride }),
            ("pads", new[] { padding, padding, padding, padding })
        );
    }

    private static string LeakyRelu(OnnxModelWriter model, string input) => model.Node("LeakyRelu", [input], null, ("alpha", 0.05f));

    private static string Concat(OnnxModelWriter model, IReadOnlyList<string> inputs) =>
        model.Node("Concat", [.. inputs], null, ("axis", 1L));
}
