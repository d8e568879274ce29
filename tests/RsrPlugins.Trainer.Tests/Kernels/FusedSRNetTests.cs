using RsrPlugins.Trainer.Kernels;
using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Tests.Kernels;

/// <summary>SRNet by the trainer's own code against Torch. Sides are whole tiles, or end inside one, or need more than one block of
/// tiles.</summary>
public class FusedSRNetTests
{
    private const int Crops = 2;

    [Theory]
    [InlineData(2, 6, 3)]
    [InlineData(2, 24, 3)]
    [InlineData(3, 13, 3)]
    [InlineData(4, 16, 3)]
    [InlineData(4, 30, 3)]
    [InlineData(4, 12, 1)]
    [InlineData(2, 12, 6)]
    public void SRNet_gives_the_results_and_gradients_of_Torch(int scale, int lowSide, int units)
    {
        Checkpoint checkpoint = TestSupport.RandomCheckpoint(TestSupport.Config(scale, RunKind.Photo) with { Units = units });
        (ParameterLayout? layout, float[]? parameters) = (checkpoint.Layout, checkpoint.Vectors[Checkpoint.AverageName]);
        int side = scale * lowSide;
        float[] low = TestSupport.Noise(Crops * lowSide * lowSide);
        float[] restoredGradient = TestSupport.Noise(Crops * side * side, seed: 2);

        using Tensor flat = tensor(parameters);
        using ParameterViews views = new ParameterViews(layout, flat, train: true);
        using Tensor input = tensor(low, [Crops, 1, lowSide, lowSide], requires_grad: true);
        using Tensor expected = new NetworkPair(checkpoint.Config, views).Enlarging.Forward(input);
        expected.backward([tensor(restoredGradient, [Crops, 1, side, side])]);

        using FusedSRNet fused = new FusedSRNet(scale, units, layout, Crops, lowSide);
        float[] restored = new float[restoredGradient.Length];
        float[] lowGradient = new float[low.Length];
        float[] gradient = FusedNetworks.Twice(
            layout,
            sum =>
            {
                Array.Clear(lowGradient);
                fused.Forward(parameters, low, restored);
                fused.Backward(restoredGradient, sum, lowGradient);
            }
        );

        FusedNetworks.AssertNear(Checkpoint.ToArray(expected), restored, 1e-5, "large crops");
        FusedNetworks.AssertNear(Checkpoint.ToArray(input.grad!), lowGradient, 1e-3, "gradient of the small crops");
        FusedNetworks.AssertGradients(layout, views, gradient, isReducing: false);
    }
}
