// The networks the paper compares itself with, as ONNX graphs built from their published configurations. Their trained
// weights are not ours to have, and time does not depend on them as long as values stay ordinary numbers: the weights here
// are random, scaled so that activations neither vanish (denormal numbers are slow on a CPU) nor grow beyond measure.
// Batch normalisation is kept as an operator, as an exporter writes it; the runtime folds it where it follows a convolution.
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Export;

namespace RsrPlugins.Trainer.Experiments.Figure1;

/// <summary>A published super-resolution network, for one luma channel.</summary>
/// <param name="Name">As in the figure.</param>
/// <param name="Configuration">What it is, in a few words.</param>
/// <param name="ReadsEnlarged">It works on the picture already enlarged bicubically; else it enlarges itself.</param>
/// <param name="Set5Psnr">Published mean PSNR in dB on Set5 at x3.</param>
/// <param name="Build">The model with random weights for a scale factor.</param>
internal sealed record PublishedNetwork(string Name, string Configuration, bool ReadsEnlarged, double Set5Psnr, Func<int, byte[]> Build)
{
    /// <summary>Size of the output over the input's, at a scale factor.</summary>
    internal int OwnScale(int scale) => ReadsEnlarged ? 1 : scale;
}

/// <summary>The networks of Figure 1 but RSRNet.</summary>
internal static class PublishedNetworks
{
    // PSNR: the paper's Table 3 where it has the network, else the network's own paper (FSRCNN; DRCN; ESPCN with tanh, trained on
    // ImageNet).
    internal static readonly IReadOnlyList<PublishedNetwork> All =
    [
        new("SRCNN", "9-5-5, 64 and 32 channels", ReadsEnlarged: true, Published.Psnr("SRCNN", "set5", 3), _ => Srcnn()),
        new("FSRCNN", "FSRCNN(56, 12, 4), 9 x 9 deconvolution", ReadsEnlarged: false, 33.16, Fsrcnn),
        new("ESPCN", "5-3-3, 64 and 32 channels, tanh, sub-pixel shuffle", ReadsEnlarged: false, 33.13, Espcn),
        new("VDSR", "20 layers, 64 channels", ReadsEnlarged: true, Published.Psnr("VDSR", "set5", 3), _ => Vdsr()),
        new("DRCN", "16 recursions, 256 channels, every recursion reconstructed", ReadsEnlarged: true, 33.82, _ => Drcn()),
        new("DRRN", "B1U25, 128 channels", ReadsEnlarged: true, Published.Psnr("DRRN", "set5", 3), _ => Drrn()),
        new(
            "MemNet",
            "M6R6, 64 channels, every memory block reconstructed",
            ReadsEnlarged: true,
            Published.Psnr("MemNet", "set5", 3),
            _ => MemNet()
        ),
    ];

    /// <summary>Dong et al. 2016.</summary>
    private static byte[] Srcnn()
    {
        RandomNetwork net = new RandomNetwork("SRCNN");
        string x = net.ConvolutionRelu("conv1", GraphBuilder.Input, 1, 64, 9);
        x = net.ConvolutionRelu("conv2", x, 64, 32, 5);
        net.Convolution("conv3", x, 32, 1, 5);
        return net.Build();
    }

    /// <summary>Dong, Loy, Tang 2016: features, shrinking, mapping, expanding, deconvolution; PReLU between.</summary>
    private static byte[] Fsrcnn(int scale)
    {
        const int Features = 56,
            Shrunk = 12,
            Mappings = 4;
        RandomNetwork net = new RandomNetwork("FSRCNN");
        string x = net.ConvolutionPRelu("features", GraphBuilder.Input, 1, Features, 5);
        x = net.ConvolutionPRelu("shrink", x, Features, Shrunk, 1);
        for (int mapping = 1; mapping <= Mappings; mapping++)
        {
            x = net.ConvolutionPRelu($"map{mapping}", x, Shrunk, Shrunk, 3);
        }

        x = net.ConvolutionPRelu("expand", x, Shrunk, Features, 1);
        net.Deconvolution("deconvolution", x, Features, 1, 9, scale);
        return net.Build();
    }

    /// <summary>Shi et al. 2016.</summary>
    private static byte[] Espcn(int scale)
    {
        RandomNetwork net = new RandomNetwork("ESPCN");
        string x = net.Graph.Tanh("tanh1", net.Convolution("conv1", GraphBuilder.Input, 1, 64, 5));
        x = net.Graph.Tanh("tanh2", net.Convolution("conv2", x, 64, 32, 3));
        x = net.Convolution("conv3", x, 32, scale * scale, 3);
        net.Graph.SubPixelShuffle("shuffle", x, scale);
        return net.Build();
    }

    /// <summary>Kim, Lee, Lee 2016 (CVPR, "very deep"): the residual of the enlarged picture.</summary>
    private static byte[] Vdsr()
    {
        const int Layers = 20;
        RandomNetwork net = new RandomNetwork("VDSR");
        string x = net.ConvolutionRelu("conv1", GraphBuilder.Input, 1, 64, 3);
        for (int layer = 2; layer < Layers; layer++)
        {
            x = net.ConvolutionRelu($"conv{layer}", x, 64, 64, 3);
        }

        net.Graph.Sum("sum", net.Convolution($"conv{Layers}", x, 64, 1, 3), GraphBuilder.Input);
        return net.Build();
    }

    /// <summary>
    /// Kim, Lee, Lee 2016 (CVPR, "deeply-recursive"): two embedding layers, one layer applied 16 times, two reconstruction layers
    /// applied to every recursion's result and added to the enlarged picture, and the weighted sum of the 16 pictures.
    /// </summary>
    private static byte[] Drcn()
    {
        const int Channels = 256,
            Recursions = 16;
        RandomNetwork net = new RandomNetwork("DRCN");
        ConvolutionWeights recursion = net.Weights("recursion", Channels, Channels, 3);
        ConvolutionWeights reconstruction1 = net.Weights("reconstruction1", Channels, Channels, 3);
        ConvolutionWeights reconstruction2 = net.Weights("reconstruction2", Channels, 1, 3);
        string x = net.ConvolutionRelu("embedding1", GraphBuilder.Input, 1, Channels, 3);
        x = net.ConvolutionRelu("embedding2", x, Channels, Channels, 3);
        string[] pictures = new string[Recursions];
        for (int i = 0; i < Recursions; i++)
        {
            x = net.Relu(net.Apply($"recursion.{i + 1}", x, recursion));
            string hidden = net.Relu(net.Apply($"reconstruction1.{i + 1}", x, reconstruction1));
            pictures[i] = net.Graph.Sum(
                $"picture.{i + 1}",
                net.Apply($"reconstruction2.{i + 1}", hidden, reconstruction2),
                GraphBuilder.Input
            );
        }

        net.WeightedSum("ensemble", pictures);
        return net.Build();
    }

    /// <summary>
    /// Tai, Yang, Liu 2017 (CVPR): one recursive block of 25 residual units with the same two layers, every unit added to what the
    /// block's first layer gave; every layer is batch normalisation, ReLU, convolution. Only the convolutions are shared.
    /// </summary>
    private static byte[] Drrn()
    {
        const int Channels = 128,
            Units = 25;
        RandomNetwork net = new RandomNetwork("DRRN");
        ConvolutionWeights first = net.Weights("unit.a", Channels, Channels, 3);
        ConvolutionWeights second = net.Weights("unit.b", Channels, Channels, 3, RandomNetwork.BranchGain);
        string begin = net.NormalisedConvolution("begin", GraphBuilder.Input, 1, net.Weights("begin", 1, Channels, 3));
        string x = begin;
        for (int unit = 1; unit <= Units; unit++)
        {
            string branch = net.NormalisedConvolution($"unit{unit}.a", x, Channels, first);
            x = net.Graph.Sum($"unit{unit}", net.NormalisedConvolution($"unit{unit}.b", branch, Channels, second), begin);
        }

        net.Graph.Sum("sum", net.NormalisedConvolution("end", x, Channels, net.Weights("end", Channels, 1, 3)), GraphBuilder.Input);
        return net.Build();
    }

    /// <summary>
    /// Tai et al. 2017 (ICCV): six memory blocks, each of six residual units with the same two layers; a 1 x 1 gate reads the six
    /// units' results (short-term memory) and the outputs of all earlier blocks (long-term memory). One reconstruction layer
    /// makes a picture of every block's output; the result is their weighted sum.
    /// </summary>
    private static byte[] MemNet()
    {
        const int Channels = 64,
            Blocks = 6,
            Recursions = 6;
        RandomNetwork net = new RandomNetwork("MemNet");
        ConvolutionWeights reconstruction = net.Weights("reconstruction", Channels, 1, 3);
        List<string> memories = new List<string>
        {
            net.NormalisedConvolution("begin", GraphBuilder.Input, 1, net.Weights("begin", 1, Channels, 3)),
        };
        string[] pictures = new string[Blocks];
        for (int block = 1; block <= Blocks; block++)
        {
            ConvolutionWeights first = net.Weights($"block{block}.a", Channels, Channels, 3);
            ConvolutionWeights second = net.Weights($"block{block}.b", Channels, Channels, 3, RandomNetwork.BranchGain);
            string x = memories[^1];
            List<string> units = new List<string>();
            for (int unit = 1; unit <= Recursions; unit++)
            {
                string branch = net.NormalisedConvolution($"block{block}.a.{unit}", x, Channels, first);
                x = net.Graph.Sum($"block{block}.{unit}", net.NormalisedConvolution($"block{block}.b.{unit}", branch, Channels, second), x);
                units.Add(x);
            }

            string memory = net.Graph.Concat($"block{block}.memory", [.. memories, .. units]);
            int channels = Channels * (memories.Count + units.Count);
            memories.Add(
                net.NormalisedConvolution($"block{block}.gate", memory, channels, net.Weights($"block{block}.gate", channels, Channels, 1))
            );
            pictures[block - 1] = net.Graph.Sum(
                $"picture{block}",
                net.NormalisedConvolution($"end{block}", memories[^1], Channels, reconstruction),
                GraphBuilder.Input
            );
        }

        net.WeightedSum("ensemble", pictures);
        return net.Build();
    }

    /// <summary>Layers with random weights; the same numbers in every run.</summary>
    private sealed class RandomNetwork(string name)
    {
        /// <summary>
        /// Of the last layer of a residual branch (see <see cref="Weights"/>): with a branch as strong as what it is added to, 36
        /// additions in a row would double the variance every time.
        /// </summary>
        internal const double BranchGain = 0.25;

        /// <summary>He et al. 2015: keeps the variance through a convolution and a ReLU.</summary>
        private const double ReluGain = 2;

        private SampleRandom _random = new(1, 0, 0);

        internal GraphBuilder Graph { get; } = new(name);

        /// <summary>Weights with a variance of <paramref name="gain"/> over the number of values that go into one output.</summary>
        internal ConvolutionWeights Weights(string layer, int inputs, int outputs, int kernel, double gain = ReluGain)
        {
            int fanIn = inputs * kernel * kernel;
            return Graph.Weights(layer, [outputs, inputs, kernel, kernel], Uniform(outputs * fanIn, 0, Bound(gain, fanIn)), Bias(outputs));
        }

        /// <summary>A convolution that keeps the size.</summary>
        internal string Apply(string layer, string input, ConvolutionWeights weights) =>
            Graph.Convolution(layer, input, weights, stride: 1, padding: weights.Kernel / 2);

        internal string Convolution(string layer, string input, int inputs, int outputs, int kernel) =>
            Apply(layer, input, Weights(layer, inputs, outputs, kernel));

        internal string Relu(string input) => Graph.Relu(input + ".relu", input);

        internal string ConvolutionRelu(string layer, string input, int inputs, int outputs, int kernel) =>
            Relu(Convolution(layer, input, inputs, outputs, kernel));

        internal string ConvolutionPRelu(string layer, string input, int inputs, int outputs, int kernel) =>
            Graph.PRelu(layer + ".prelu", Convolution(layer, input, inputs, outputs, kernel), Uniform(outputs, 0.25, 0.05));

        /// <summary>Batch normalisation with statistics of its own, ReLU, convolution.</summary>
        internal string NormalisedConvolution(string layer, string input, int inputs, ConvolutionWeights weights)
        {
            string normalised = Graph.BatchNormalization(
                layer + ".bn",
                input,
                Uniform(inputs, 1, 0.1),
                Uniform(inputs, 0, 0.1),
                Uniform(inputs, 0, 0.1),
                Uniform(inputs, 1, 0.1)
            );
            return Apply(layer, Relu(normalised), weights);
        }

        internal string Deconvolution(string layer, string input, int inputs, int outputs, int kernel, int scale)
        {
            int values = inputs * outputs * kernel * kernel;
            return Graph.TransposedConvolution(
                layer,
                input,
                [inputs, outputs, kernel, kernel],
                Uniform(values, 0, Bound(ReluGain, values / (scale * scale))),
                Bias(outputs),
                scale
            );
        }

        /// <summary>The pictures' weighted sum, as a 1 x 1 convolution.</summary>
        internal void WeightedSum(string layer, string[] pictures)
        {
            double mean = 1.0 / pictures.Length;
            Graph.Convolution(
                layer,
                Graph.Concat(layer + ".pictures", pictures),
                Graph.Weights(layer, [1, pictures.Length, 1, 1], Uniform(pictures.Length, mean, mean / 10), [0]),
                stride: 1,
                padding: 0
            );
        }

        internal byte[] Build() => Graph.Build([new("weights", "random, for timing alone")]);

        private static double Bound(double gain, int fanIn) => Math.Sqrt(3 * gain / fanIn);

        private float[] Bias(int outputs) => Uniform(outputs, 0, 0.01);

        private float[] Uniform(int count, double mean, double bound)
        {
            float[] values = new float[count];
            for (int i = 0; i < count; i++)
            {
                values[i] = (float)(mean + (bound * ((2 * _random.NextDouble()) - 1)));
            }

            return values;
        }
    }
}
