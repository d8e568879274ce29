using RsrPlugins.Trainer.Kernels;

namespace RsrPlugins.Trainer.Tests.Kernels;

public sealed class PointwiseConvolutionTests : IDisposable
{
    private const int Channels = FeatureMap.Channels;
    private const int Maps = 2;

    // One block of six pixels and a part of the next.
    private const int Side = 8;

    private readonly float[] _weights = Reference.Noise(Channels * Maps * Channels, 1);
    private readonly float[] _bias = Reference.Noise(Channels, 2);
    private readonly FeatureMap[] _inputs = [Reference.Map(Side, 3), Reference.Map(Side, 4)];

    public void Dispose()
    {
        foreach (FeatureMap map in _inputs)
        {
            map.Dispose();
        }
    }

    [Fact]
    public void Forward()
    {
        using FeatureMap result = new FeatureMap(Side);
        Open().Forward(_inputs, result);
        Reference.AssertNear(
            Reference.Each(
                Side,
                (y, x, to) =>
                    Reference.LeakyReLU(
                        _bias[to]
                            + Enumerable
                                .Range(0, Maps * Channels)
                                .Sum(from => Weight(to, from) * Reference.Get(_inputs[from / Channels], y, x, from % Channels))
                    )
            ),
            Reference.Values(result)
        );
    }

    [Fact]
    public void Gradients_of_weights_bias_and_inputs_are_added()
    {
        using FeatureMap gradient = Reference.Map(Side, 5),
            first = Reference.Map(Side, 6),
            second = Reference.Map(Side, 7);
        double[][] before =
        [
            [.. Reference.Values(first)],
            [.. Reference.Values(second)],
        ];
        FeatureMap[] inputGradients = [first, second];
        PointwiseConvolution layer = Open();
        layer.Backward(_inputs, gradient, inputGradients);
        for (int map = 0; map < Maps; map++)
        {
            IEnumerable<double> expected = Reference.Each(
                Side,
                (y, x, from) =>
                    before[map][(((y * Side) + x) * Channels) + from]
                    + Enumerable.Range(0, Channels).Sum(to => Weight(to, (map * Channels) + from) * Reference.Get(gradient, y, x, to))
            );
            Reference.AssertNear(expected, Reference.Values(inputGradients[map]));
        }

        float[] weights = new float[_weights.Length],
            bias = new float[Channels];
        layer.AddGradientTo(weights, bias);
        Reference.AssertNear(
            Enumerable
                .Range(0, weights.Length)
                .Select(i =>
                    Pixels()
                        .Sum(p =>
                            Reference.Get(gradient, p.Y, p.X, i / (Maps * Channels))
                            * Reference.Get(_inputs[i % (Maps * Channels) / Channels], p.Y, p.X, i % Channels)
                        )
                ),
            weights
        );
        Reference.AssertNear(Enumerable.Range(0, Channels).Select(to => Pixels().Sum(p => Reference.Get(gradient, p.Y, p.X, to))), bias);
    }

    private static IEnumerable<(int Y, int X)> Pixels() => Enumerable.Range(0, Side * Side).Select(i => (i / Side, i % Side));

    private PointwiseConvolution Open()
    {
        PointwiseConvolution layer = new PointwiseConvolution(Maps);
        layer.SetWeights(_weights, _bias);
        return layer;
    }

    private double Weight(int to, int from) => _weights[(to * Maps * Channels) + from];
}
