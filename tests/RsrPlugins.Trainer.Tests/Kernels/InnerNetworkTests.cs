using RsrPlugins.Trainer.Kernels;
using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Tests.Kernels;

public class InnerNetworkTests
{
    [Theory]
    [InlineData(3, 1, 8)]
    [InlineData(1, 6, 11)]
    public void It_gives_the_results_and_gradients_of_Torch(int inputs, int outputs, int side)
    {
        ConvolutionSpec[] layers =
        [
            new("first", inputs, NetworkTable.Width, 3, 1, LayerRole.First),
            new("hidden", NetworkTable.Width, NetworkTable.Width, 3, 1, LayerRole.Hidden),
            new("last", NetworkTable.Width, outputs, 3, 1, LayerRole.Last),
        ];
        ParameterLayout layout = new ParameterLayout(layers);
        float[] parameters = [.. Reference.Noise(layout.Count, 1).Select(value => 0.1f * value)];
        float[] planes = Reference.Noise(inputs * side * side, 2),
            gradient = Reference.Noise(outputs * side * side, 3);

        using Tensor flat = tensor(parameters);
        using ParameterViews views = new ParameterViews(layout, flat, train: true);
        using Tensor read = tensor(planes, [1, inputs, side, side], requires_grad: true);
        Convolution[] convolutions = Array.ConvertAll(layers, views.Bind);
        using Tensor expected = convolutions[2].Forward(convolutions[1].ForwardActivated(convolutions[0].ForwardActivated(read)));
        expected.backward([tensor(gradient, [1, outputs, side, side])]);

        using InnerNetwork network = new InnerNetwork(layout, layers, side);
        using PlaneStack input = Reference.Stack(planes, side);
        using PlaneStack resultGradient = Reference.Stack(gradient, side);
        using PlaneStack result = new PlaneStack(outputs, side);
        using PlaneStack inputGradient = new PlaneStack(inputs, side);
        FeatureMap[] features = Maps(side),
            scratch = Maps(side);
        network.SetWeights(parameters);
        float[] sum = FusedNetworks.Twice(
            layout,
            target =>
            {
                network.ClearGradients();
                network.Forward(input, features, result);
                network.Backward(input, features, resultGradient, scratch, inputGradient);
                network.AddGradientsTo(target);
            }
        );
        Array.ForEach([.. features, .. scratch], map => map.Dispose());

        FusedNetworks.AssertNear(Checkpoint.ToArray(expected), Reference.Values(result), 1e-5, "planes");
        FusedNetworks.AssertNear(Checkpoint.ToArray(read.grad!), Reference.Values(inputGradient), 1e-3, "gradient of what was read");
        FusedNetworks.AssertGradients(layout, views, sum, isReducing: false);
    }

    private static FeatureMap[] Maps(int side) => [.. Enumerable.Range(0, InnerNetwork.Maps).Select(_ => new FeatureMap(side))];
}
