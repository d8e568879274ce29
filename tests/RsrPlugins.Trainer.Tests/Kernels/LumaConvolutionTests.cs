using RsrPlugins.Trainer.Kernels;

namespace RsrPlugins.Trainer.Tests.Kernels;

public class LumaConvolutionTests
{
    private const int Channels = FeatureMap.Channels;
    private const int Taps = 9;
    private const int Side = 7;

    private readonly float[] _weights = Reference.Noise(Channels * Taps, 1);
    private readonly float[] _bias = Reference.Noise(Channels, 2);
    private readonly LumaPlane _plane = Reference.Plane(Side, 3);

    [Fact]
    public void Forward()
    {
        using FeatureMap result = new FeatureMap(Side);
        Open().Forward(_plane, result);
        Reference.AssertNear(
            Reference.Each(
                Side,
                (y, x, channel) =>
                    Reference.LeakyReLU(
                        _bias[channel]
                            + Enumerable
                                .Range(0, Taps)
                                .Sum(tap => (double)_weights[(channel * Taps) + tap] * Luma(y + (tap / 3) - 1, x + (tap % 3) - 1))
                    )
            ),
            Reference.Values(result),
            1e-6
        );
    }

    [Fact]
    public void Gradients_of_weights_and_bias_add_up_over_crops()
    {
        using FeatureMap gradient = Reference.Map(Side, 4);
        LumaConvolution layer = Open();
        layer.AddGradient(_plane, gradient);
        layer.AddGradient(_plane, gradient);
        float[] weights = new float[_weights.Length],
            bias = new float[Channels];
        layer.AddGradientTo(weights, bias);
        Reference.AssertNear(
            Enumerable
                .Range(0, weights.Length)
                .Select(i =>
                    2 * Pixels().Sum(p => Reference.Get(gradient, p.Y, p.X, i / Taps) * Luma(p.Y + (i % Taps / 3) - 1, p.X + (i % 3) - 1))
                ),
            weights
        );
        Reference.AssertNear(
            Enumerable.Range(0, Channels).Select(channel => 2 * Pixels().Sum(p => Reference.Get(gradient, p.Y, p.X, channel))),
            bias
        );
    }

    [Fact]
    public void The_inputs_gradient_is_added()
    {
        using FeatureMap gradient = Reference.Map(Side, 5);
        float[] found = Reference.Noise(Side * Side, 6);
        float[] before = [.. found];
        Open().AddInputGradient(gradient, found);
        Reference.AssertNear(
            Pixels()
                .Select(
                    (p, i) =>
                        before[i]
                        + Enumerable
                            .Range(0, Taps * Channels)
                            .Sum(k =>
                                (double)_weights[(k % Channels * Taps) + (k / Channels)]
                                * Reference.Get(gradient, p.Y + 1 - (k / Channels / 3), p.X + 1 - (k / Channels % 3), k % Channels)
                            )
                ),
            found
        );
    }

    private static IEnumerable<(int Y, int X)> Pixels() => Enumerable.Range(0, Side * Side).Select(i => (i / Side, i % Side));

    private LumaConvolution Open()
    {
        LumaConvolution layer = new LumaConvolution();
        layer.SetWeights(_weights, _bias);
        return layer;
    }

    private double Luma(int y, int x) => y < 0 || x < 0 || y >= Side || x >= Side ? 0 : _plane.Values[_plane.At(y, x)];
}
