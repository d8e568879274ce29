using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Tests.Networks;

public class FusedRRNetTests
{
    /// <summary>Sides that are whole tiles, that end inside one, and that need more than one block of tiles.</summary>
    [Theory]
    [InlineData(2, 16)]
    [InlineData(2, 18)]
    [InlineData(3, 39)]
    [InlineData(4, 20)]
    [InlineData(4, 48)]
    public void Gives_the_results_and_gradients_of_Torch(int scale, int side)
    {
        const int Crops = 2;
        var config = TestSupport.Config(scale);
        var checkpoint = TestSupport.RandomCheckpoint(config);
        var layout = checkpoint.Layout;
        var parameters = checkpoint.Vectors[Checkpoint.AverageName];
        var high = TestSupport.Noise(Crops * side * side);
        var lowSide = side / scale;
        var lowGradient = TestSupport.Noise(Crops * lowSide * lowSide, seed: 2);

        using var flat = tensor(parameters);
        using var views = new ParameterViews(layout, flat, train: true);
        using var expected = new NetworkPair(config, views).Reducing!.ForwardUnbounded(tensor(high, [Crops, 1, side, side]));
        expected.backward([tensor(lowGradient, [Crops, 1, lowSide, lowSide])]);

        using var fused = new FusedRRNet(scale, layout, Crops, side);
        var low = new float[Crops * lowSide * lowSide];
        var gradient = new float[layout.Count];
        for (var step = 0; step < 2; step++)
        {
            // Twice, since buffers are used again: the second gradient is added to the first.
            fused.Forward(parameters, high, low);
            fused.Backward(lowGradient, gradient);
        }

        var expectedLow = Checkpoint.ToArray(expected);
        Assert.All(low.Zip(expectedLow), pair => Assert.Equal(pair.Second, pair.First, 2e-5f));
        foreach (var layer in layout.Layers.Where(layer => layer.IsReducing))
        {
            AssertNear(layout.WeightOffset(layer), layer.WeightCount, $"{layer.Name} weights");
            AssertNear(layout.BiasOffset(layer), layer.Outputs, $"{layer.Name} bias");
        }

        void AssertNear(int offset, int count, string what)
        {
            var torchs = Checkpoint.ToArray(views.Gradient!).AsSpan(offset, count).ToArray();
            var ours = gradient.AsSpan(offset, count).ToArray();
            var size = Math.Sqrt(torchs.Sum(value => (double)value * value));
            var error = Math.Sqrt(torchs.Zip(ours).Sum(pair => Math.Pow((pair.Second / 2.0) - pair.First, 2)));
            Assert.True(size > 0, $"{what}: no gradient");
            Assert.True(error < 1e-3 * size, $"{what}: differs by {error / size:0.0e0} of its length");
        }
    }
}
