// CONTRIBUTING's walkthrough "add a network", carried out step by step with a small network of another kind: layers of unequal width, a 5 x
// 5 and a 1 x 1 among them. What it learns in so few steps is of no interest; that nothing else has to change for it is.
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Sizes;
using RsrPlugins.Core.Tiling;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Export;
using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Tests;

public class AddedNetworkTests
{
    private const int Scale = 3;
    private const int Steps = 60;
    private const int Crop = 48;
    private const string Id = "hourglass-x3-photo";

    [Fact]
    public void A_new_network_is_trained_exported_tiled_and_used()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        ParameterLayout layout = new ParameterLayout(HourglassLayers(Scale));
        using Tensor parameters = layout.Initialise(1);
        (double first, double last) = Train(layout, parameters);
        Assert.InRange(last, 0, 0.8 * first);

        // Step 3: what a host needs to know is read out of the graph.
        byte[] onnx = HourglassGraph(Scale, layout, Checkpoint.ToArray(parameters));
        NetworkShape shape = ModelExporter.ShapeOf(Id, onnx, isGradient: false);
        Assert.Equal((1, Scale, 2 + 0 + 1 + 1, NetworkTask.Enlarge), (shape.InputStep, shape.OutputStep, shape.Halo, shape.Task));
        using TemporaryFolder folder = new TemporaryFolder();
        ModelRow row = new ModelRow(
            Id,
            "Hourglass",
            ModelRow.Photo,
            Scale,
            Id + ".onnx",
            0,
            string.Empty,
            Id + ".md",
            shape,
            null,
            ["drawn"],
            ModelExporter.Protocol,
            new Dictionary<string, double>(),
            new Dictionary<string, double>()
        );
        ModelFolder.Write(folder.Root, [new ExportedModel(row, onnx, "# Hourglass")]);
        ModelCatalogue catalogue = ModelCatalogue.Load(folder.Root);

        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        INetwork network = engine.Open(catalogue.Named(Id));
        AssertGivesTorchsNumbers(layout, parameters, network);

        // Step 4: tiled equals whole, and a halo one smaller does not.
        const int Side = 40;
        float[] plane = TestSupport.Noise(Side * Side);
        float[] whole = new LumaTiler(network, new ResizeSettings(1, 1000)).Resize(plane, Side, Side, cancellationToken: token);
        Assert.Equal(whole, new LumaTiler(network, new ResizeSettings(2, 7)).Resize(plane, Side, Side, cancellationToken: token));
        Assert.NotEqual(
            whole,
            new LumaTiler(new WithHalo(network, shape.Halo - 1), new ResizeSettings(2, 7)).Resize(
                plane,
                Side,
                Side,
                cancellationToken: token
            )
        );

        // Hosts find it as they find every other: an ordinary picture, x3.
        PixelImage picture = PixelImage.Create(21, 17, PixelLayout.Grey, 8);
        TestSupport.Drawn(21, 17).Luma.CopyTo(picture.Samples8);
        using ResizeSession session = new ResizeSession(() => catalogue);
        ResizePlan plan = ResizePlan.Upscale(
            21,
            17,
            new SizeRequest(Scale, null, null),
            ModelKind.Photo,
            catalogue.Scales(NetworkTask.Enlarge, ModelKind.Photo)
        );
        PixelImage enlarged = session
            .Resize(picture, ResizeWay.Of(plan, catalogue), new SessionSettings(DeviceChoice.Cpu), cancellationToken: token)
            .Picture;
        Assert.Equal((21 * Scale, 17 * Scale), (enlarged.Width, enlarged.Height));
    }

    /// <summary>Step 1, the list of convolutions. Initialisation, the optimiser's groups, checkpoints and parameter counts read
    /// it.</summary>
    private static ConvolutionSpec[] HourglassLayers(int scale) =>
        [
            new("hourglass.first", 1, 24, 5, 1, LayerRole.First),
            new("hourglass.narrow", 24, 10, 1, 1, LayerRole.Hidden),
            new("hourglass.middle", 10, 10, 3, 1, LayerRole.Hidden),
            new("hourglass.wide", 10, 24, 1, 1, LayerRole.Hidden),
            new("hourglass.last", 24, scale * scale, 3, 1, LayerRole.Last),
        ];

    /// <summary>Step 2, its graph.</summary>
    private static byte[] HourglassGraph(int scale, ParameterLayout layout, float[] parameters)
    {
        GraphBuilder graph = new GraphBuilder($"Hourglass x{scale}");
        ConvolutionSpec[] layers = HourglassLayers(scale);
        string x = GraphBuilder.Input;
        foreach (ConvolutionSpec layer in layers.SkipLast(1))
        {
            x = NetworkGraphs.Activated(graph, layer, layout, parameters, x);
        }

        x = graph.Sum("hourglass.sum", NetworkGraphs.Last(graph, layers[^1], layout, parameters, x), GraphBuilder.Input);
        graph.SubPixelShuffle("hourglass.sub_pixels", x, scale);
        return graph.Build([]);
    }

    private static (double First, double Last) Train(ParameterLayout layout, Tensor parameters)
    {
        TrainingConfig config = TestSupport.Config(Scale, RunKind.Photo);
        using ParameterViews views = new ParameterViews(layout, parameters, train: true);
        using Optimiser optimiser = new Optimiser(layout, CPU, config);
        Hourglass network = new Hourglass(Scale, views);
        CropSampler crops = TestSupport.Crops(config with { Patch = Crop });
        (double first, double last) = (0, 0);
        for (int step = 1; step <= Steps; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            float[] high = new float[Crop * Crop],
                low = new float[Crop * Crop / (Scale * Scale)];
            crops.Sample(new SampleRandom(1, step, 0), high, low, out _, out _);
            using (no_grad())
            {
                views.Gradient!.zero_();
            }

            Tensor large = tensor(high, [1, 1, Crop, Crop]);
            Tensor loss = network.Forward(nn.functional.avg_pool2d(large, Scale, Scale)).sub(large).abs().mean();
            loss.backward();
            optimiser.Step(parameters, views.Gradient!, step, 1);

            // Means of ten steps: crops differ.
            double value = loss.item<float>() / 10;
            (first, last) = (step <= 10 ? first + value : first, step > Steps - 10 ? last + value : last);
        }

        return (first, last);
    }

    private static void AssertGivesTorchsNumbers(ParameterLayout layout, Tensor parameters, INetwork network)
    {
        const int Side = 19;
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using ParameterViews views = new ParameterViews(layout, parameters, train: false);
        float[] input = TestSupport.Noise(Side * Side),
            found = new float[Side * Side * Scale * Scale];
        float[] expected = Checkpoint.ToArray(new Hourglass(Scale, views).Forward(tensor(input, [1, 1, Side, Side])));
        network.Run(input, Side, Side, found, CancellationToken.None);
        Assert.InRange(expected.Zip(found, (left, right) => MathF.Abs(left - right)).Max(), 0, ModelExporter.ParityTolerance);
    }

    /// <summary>Step 1, the forward pass.</summary>
    private sealed class Hourglass(int scale, ParameterViews parameters) : IEnlargingNetwork
    {
        private readonly Convolution[] _layers = [.. HourglassLayers(scale).Select(parameters.Bind)];

        public Tensor Forward(Tensor low)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor x = low;
            foreach (Convolution layer in _layers[..^1])
            {
                x = layer.ForwardActivated(x);
            }

            return nn.functional.pixel_shuffle(_layers[^1].Forward(x).add(low, Constants.One), scale).MoveToOuterDisposeScope();
        }
    }

    /// <summary>The same network with another halo.</summary>
    private sealed class WithHalo(INetwork network, int halo) : INetwork
    {
        public ModelDescriptor Model => network.Model;

        public NetworkShape Shape => network.Shape with { Halo = halo };

        public DeviceKind Device => network.Device;

        public void Run(ReadOnlySpan<float> input, int width, int height, Span<float> output, CancellationToken cancellationToken) =>
            network.Run(input, width, height, output, cancellationToken);
    }
}
