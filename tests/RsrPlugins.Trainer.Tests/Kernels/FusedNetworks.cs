// What the tests of both networks share.
using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Tests.Kernels;

internal static class FusedNetworks
{
    /// <summary>Two steps, since memory is used again; half of their sum.</summary>
    internal static float[] Twice(ParameterLayout layout, Action<float[]> step)
    {
        float[] sum = new float[layout.Count];
        step(sum);
        step(sum);
        return Array.ConvertAll(sum, value => value / 2);
    }

    internal static void AssertGradients(ParameterLayout layout, ParameterViews views, float[] gradient, bool isReducing)
    {
        float[] expected = Checkpoint.ToArray(views.Gradient!);
        foreach (ConvolutionSpec? layer in layout.Layers.Where(layer => layer.IsReducing == isReducing))
        {
            // A value next to 0 may have either sign, and LReLU's gradient jumps there: a little more than rounding is allowed.
            AssertNear(layout.Weights(expected, layer).ToArray(), layout.Weights(gradient, layer).ToArray(), 1e-3, $"{layer.Name} weights");
            AssertNear(layout.Biases(expected, layer).ToArray(), layout.Biases(gradient, layer).ToArray(), 1e-3, $"{layer.Name} bias");
        }
    }

    internal static void AssertNear(float[] expected, float[] found, double tolerance, string what)
    {
        double size = Math.Sqrt(expected.Sum(value => (double)value * value));
        double error = Math.Sqrt(expected.Zip(found).Sum(pair => Math.Pow(pair.Second - pair.First, 2)));
        Assert.True(size > 0, $"{what}: nothing to compare with");
        Assert.True(error < tolerance * size, $"{what}: differ by {error / size:0.0e0} of their length");
    }
}
