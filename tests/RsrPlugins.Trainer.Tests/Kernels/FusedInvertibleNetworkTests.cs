using RsrPlugins.Trainer.Kernels;
using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Tests.Kernels;

/// <summary>The invertible network by the trainer's own code against Torch. Sides are whole tiles, or end inside one, or need more than one
/// block of tiles.</summary>
public class FusedInvertibleNetworkTests
{
    private const int Crops = 2;

    [Theory]
    [InlineData(2, 16)]
    [InlineData(2, 60)]
    [InlineData(4, 24)]
    [InlineData(4, 56)]
    public void Both_directions_give_the_results_and_gradients_of_Torch(int scale, int side)
    {
        Checkpoint checkpoint = TestSupport.RandomCheckpoint(TestSupport.Config(scale, RunKind.Invertible));
        (ParameterLayout? layout, float[]? parameters) = (checkpoint.Layout, checkpoint.Vectors[Checkpoint.AverageName]);
        int lowSide = side / scale;
        float[] high = TestSupport.Noise(Crops * side * side);
        float[] small = TestSupport.Noise(Crops * lowSide * lowSide, seed: 3);
        float[] lowGradient = TestSupport.Noise(small.Length, seed: 2);
        float[] restoredGradient = TestSupport.Noise(high.Length, seed: 4);

        using Tensor flat = tensor(parameters);
        using ParameterViews views = new ParameterViews(layout, flat, train: true);
        InvertibleNetwork network = new InvertibleNetwork(scale, views);
        using Tensor expectedLow = network.ForwardUnbounded(tensor(high, [Crops, 1, side, side]));
        expectedLow.backward([tensor(lowGradient, [Crops, 1, lowSide, lowSide])]);
        using Tensor input = tensor(small, [Crops, 1, lowSide, lowSide], requires_grad: true);
        using Tensor expectedRestored = network.Forward(input);
        expectedRestored.backward([tensor(restoredGradient, [Crops, 1, side, side])]);

        using FusedInvertibleNetwork fused = new FusedInvertibleNetwork(scale, layout, Crops, side);
        (IFusedReducing reducing, IFusedEnlarging enlarging) = (fused, fused);
        (float[] low, float[] restored, float[] inputGradient) = (new float[small.Length], new float[high.Length], new float[small.Length]);
        float[] gradient = FusedNetworks.Twice(
            layout,
            sum =>
            {
                Array.Clear(inputGradient);
                reducing.Forward(parameters, high, low);
                enlarging.Forward(parameters, small, restored);
                enlarging.Backward(restoredGradient, sum, inputGradient);
                reducing.Backward(lowGradient, sum);
            }
        );

        FusedNetworks.AssertNear(Checkpoint.ToArray(expectedLow), low, 1e-5, "small crops");
        FusedNetworks.AssertNear(Checkpoint.ToArray(expectedRestored), restored, 1e-5, "large crops");
        FusedNetworks.AssertNear(Checkpoint.ToArray(input.grad!), inputGradient, 1e-3, "gradient of the small crops");
        FusedNetworks.AssertGradients(layout, views, gradient, isReducing: false);
    }
}
