// Against the plain convolution and its gradients, on sides that are whole tiles, that end inside one, and that need more than one block of
// tiles.
using RsrPlugins.Trainer.Kernels;

namespace RsrPlugins.Trainer.Tests.Kernels;

public unsafe class WinogradTests
{
    private const int Channels = FeatureMap.Channels;
    private const int Taps = 9;

    private readonly float[] _weights = Reference.Noise(Channels * Taps * Channels, 1);

    [Theory]
    [InlineData(8)]
    [InlineData(11)]
    [InlineData(26)]
    public void Forward(int side)
    {
        float[] bias = Reference.Noise(Channels, 2);
        using FeatureMap input = Reference.Map(side, 3),
            result = new FeatureMap(side);
        using Winograd winograd = Open();
        fixed (float* b = bias)
        {
            winograd.Forward(input, b, result);
        }

        Reference.AssertNear(
            Reference.Each(
                side,
                (y, x, to) =>
                    Reference.LeakyReLU(
                        bias[to]
                            + Sum((tap, from) => Weight(to, tap, from) * Reference.Get(input, y + (tap / 3) - 1, x + (tap % 3) - 1, from))
                    )
            ),
            Reference.Values(result)
        );
    }

    [Theory]
    [InlineData(8)]
    [InlineData(11)]
    public void Backward(int side)
    {
        using FeatureMap gradient = Reference.Map(side, 4),
            activations = Reference.Map(side, 5),
            result = new FeatureMap(side);
        using Winograd winograd = Open();
        winograd.Backward(gradient, activations, result);
        Reference.AssertNear(
            Reference.Each(
                side,
                (y, x, from) =>
                    (Reference.Get(activations, y, x, from) > 0 ? 1 : Reference.Slope)
                    * Sum((tap, to) => Weight(to, tap, from) * Reference.Get(gradient, y + 1 - (tap / 3), x + 1 - (tap % 3), to))
            ),
            Reference.Values(result)
        );
    }

    [Theory]
    [InlineData(8)]
    [InlineData(11)]
    public void Gradients_of_the_kernel_and_the_bias_add_up_over_crops(int side)
    {
        using FeatureMap input = Reference.Map(side, 6),
            gradient = Reference.Map(side, 7);
        using Winograd winograd = Open();
        float[] found = new float[_weights.Length],
            biasGradient = new float[Channels];
        winograd.ClearKernelGradient();
        fixed (float* b = biasGradient)
        {
            winograd.AddKernelGradient(input, gradient, b);
            winograd.AddKernelGradient(input, gradient, b);
        }

        winograd.AddKernelGradientTo(found);
        double[] input64 = [.. Reference.Values(input)],
            gradient64 = [.. Reference.Values(gradient)];
        Reference.AssertNear(
            Enumerable.Range(0, found.Length).Select(i => 2 * KernelGradient(i / Channels / Taps, i / Channels % Taps, i % Channels)),
            found
        );
        Reference.AssertNear(
            Enumerable
                .Range(0, Channels)
                .Select(to => 2 * Enumerable.Range(0, side * side).Sum(pixel => gradient64[(pixel * Channels) + to])),
            biasGradient
        );

        double KernelGradient(int to, int tap, int from)
        {
            double sum = 0;
            for (int y = 0; y < side; y++)
            {
                for (int x = 0; x < side; x++)
                {
                    (int row, int column) = (y + (tap / 3) - 1, x + (tap % 3) - 1);
                    sum +=
                        row < 0 || column < 0 || row >= side || column >= side
                            ? 0
                            : gradient64[(((y * side) + x) * Channels) + to] * input64[(((row * side) + column) * Channels) + from];
                }
            }

            return sum;
        }
    }

    private Winograd Open()
    {
        Winograd winograd = new Winograd();
        fixed (float* weights = _weights)
        {
            winograd.SetWeights(weights);
        }

        return winograd;
    }

    private double Weight(int to, int tap, int from) => _weights[(((to * Taps) + tap) * Channels) + from];

    private static double Sum(Func<int, int, double> term)
    {
        double sum = 0;
        for (int tap = 0; tap < Taps; tap++)
        {
            for (int channel = 0; channel < Channels; channel++)
            {
                sum += term(tap, channel);
            }
        }

        return sum;
    }
}
