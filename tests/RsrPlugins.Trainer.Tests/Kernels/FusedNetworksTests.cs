using RsrPlugins.Trainer.Kernels;
using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Tests.Kernels;

/// <summary>The networks' own code against Torch. Sides are whole tiles, or end inside one, or need more than one block of tiles.</summary>
public class FusedNetworksTests
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
        float[] gradient = Twice(layout, sum =>
        {
            fused.Forward(parameters, high, low);
            fused.Backward(lowGradient, sum);
        });

        AssertNear(Checkpoint.ToArray(expected), low, 1e-5, "small crops");
        AssertGradients(layout, views, gradient, isReducing: true);
    }

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
        float[] gradient = Twice(layout, sum =>
        {
            Array.Clear(lowGradient);
            fused.Forward(parameters, low, restored);
            fused.Backward(restoredGradient, sum, lowGradient);
        });

        AssertNear(Checkpoint.ToArray(expected), restored, 1e-5, "large crops");
        AssertNear(Checkpoint.ToArray(input.grad!), lowGradient, 1e-3, "gradient of the small crops");
        AssertGradients(layout, views, gradient, isReducing: false);
    }

    /// <summary>Two steps, since memory is used again; half of their sum.</summary>
    private static float[] Twice(ParameterLayout layout, Action<float[]> step)
    {
        float[] sum = new float[layout.Count];
        step(sum);
        step(sum);
        return Array.ConvertAll(sum, value => value / 2);
    }

    private static void AssertGradients(ParameterLayout layout, ParameterViews views, float[] gradient, bool isReducing)
    {
        float[] expected = Checkpoint.ToArray(views.Gradient!);
        foreach (ConvolutionSpec? layer in layout.Layers.Where(layer => layer.IsReducing == isReducing))
        {
            // A value next to 0 may have either sign, and LReLU's gradient jumps there: a little more than rounding is allowed.
            AssertNear(layout.Weights(expected, layer).ToArray(), layout.Weights(gradient, layer).ToArray(), 1e-3, $"{layer.Name} weights");
            AssertNear(layout.Biases(expected, layer).ToArray(), layout.Biases(gradient, layer).ToArray(), 1e-3, $"{layer.Name} bias");
        }
    }

    private static void AssertNear(float[] expected, float[] found, double tolerance, string what)
    {
        double size = Math.Sqrt(expected.Sum(value => (double)value * value));
        double error = Math.Sqrt(expected.Zip(found).Sum(pair => Math.Pow(pair.Second - pair.First, 2)));
        Assert.True(size > 0, $"{what}: nothing to compare with");
        Assert.True(error < tolerance * size, $"{what}: differ by {error / size:0.0e0} of their length");
    }
}
