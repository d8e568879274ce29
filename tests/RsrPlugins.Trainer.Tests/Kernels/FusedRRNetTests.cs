using RsrPlugins.Trainer.Kernels;
using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Tests.Kernels;

/// <summary>RRNet by the trainer's own code against Torch. Sides are whole tiles, or end inside one, or need more than one block of
/// tiles.</summary>
public class FusedRRNetTests
{
    private const int Crops = 2;

    [Theory]
    [InlineData(2, 16)]
    [InlineData(2, 18)]
    [InlineData(3, 39)]
    [InlineData(4, 20)]
    [InlineData(4, 48)]
    public void RRNet_gives_the_results_and_gradients_of_Torch(int scale, int side)
    {
        Checkpoint checkpoint = TestSupport.RandomCheckpoint(TestSupport.Config(scale));
        (ParameterLayout? layout, float[]? parameters) = (checkpoint.Layout, checkpoint.Vectors[Checkpoint.AverageName]);
        int lowSide = side / scale;
        float[] high = TestSupport.Noise(Crops * side * side);
        float[] lowGradient = TestSupport.Noise(Crops * lowSide * lowSide, seed: 2);

        using Tensor flat = tensor(parameters);
        using ParameterViews views = new ParameterViews(layout, flat, train: true);
        using Tensor expected = new NetworkPair(checkpoint.Config, views).Reducing!.ForwardUnbounded(tensor(high, [Crops, 1, side, side]));
        expected.backward([tensor(lowGradient, [Crops, 1, lowSide, lowSide])]);

        using FusedRRNet fused = new FusedRRNet(scale, layout, Crops, side);
        float[] low = new float[lowGradient.Length];
        float[] gradient = FusedNetworks.Twice(
            layout,
            sum =>
            {
                fused.Forward(parameters, high, low);
                fused.Backward(lowGradient, sum);
            }
        );

        FusedNetworks.AssertNear(Checkpoint.ToArray(expected), low, 1e-5, "small crops");
        FusedNetworks.AssertGradients(layout, views, gradient, isReducing: true);
    }
}
