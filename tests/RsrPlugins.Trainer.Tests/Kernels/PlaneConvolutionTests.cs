using RsrPlugins.Trainer.Kernels;

namespace RsrPlugins.Trainer.Tests.Kernels;

/// <summary>Against the definition, both ways: one plane, as many as a panel of products has, and more.</summary>
public unsafe class PlaneConvolutionTests
{
    private const int Channels = FeatureMap.Channels;
    private const int Taps = 9;

    [Theory]
    [InlineData(1, 5)]
    [InlineData(7, 6)]
    [InlineData(15, 9)]
    public void A_layer_that_reads_planes_has_its_results_and_gradients(int planes, int side)
    {
        using PlaneConvolution convolution = new PlaneConvolution(planes, side);
        using PlaneStack input = Reference.Stack(Reference.Noise(planes * side * side, 1), side);
        using FeatureMap gradient = Reference.Map(side, 2);
        using FeatureMap found = new FeatureMap(side);
        using PlaneStack inputGradient = new PlaneStack(planes, side);
        float[] weights = Reference.Noise(Channels * Taps * planes, 3),
            bias = Reference.Noise(Channels, 4);
        convolution.SetReading(weights);
        fixed (float* values = bias)
        {
            convolution.ToFeatures(input, values, (float)Reference.Slope, found);
        }

        Reference.AssertNear(
            Pixels(side)
                .SelectMany(at =>
                    Enumerable
                        .Range(0, Channels)
                        .Select(channel => Reference.LeakyReLU(bias[channel] + Window(at, channel)))
                ),
            Reference.Values(found)
        );

        // The gradient of a plane's pixel comes from all windows it is in.
        convolution.ToPlanes(gradient, [], inputGradient);
        Reference.AssertNear(
            Enumerable
                .Range(0, planes)
                .SelectMany(plane =>
                    Pixels(side)
                        .Select(at =>
                            Sum(tap =>
                                Enumerable
                                    .Range(0, Channels)
                                    .Sum(channel =>
                                        Weight(channel, tap, plane)
                                        * Reference.Get(gradient, at.Y + 1 - (tap / 3), at.X + 1 - (tap % 3), channel)
                                    )
                            )
                        )
                ),
            Reference.Values(inputGradient)
        );

        convolution.ClearGradient();
        convolution.AddGradient(input, gradient);
        (float[] weightGradient, float[] biasGradient) = (new float[weights.Length], new float[Channels]);
        convolution.AddReadingTo(weightGradient, biasGradient);
        Reference.AssertNear(
            Enumerable
                .Range(0, weights.Length)
                .Select(i =>
                    Pixels(side)
                        .Sum(at =>
                            Reference.Get(gradient, at.Y, at.X, i / planes / Taps)
                            * Get(input, i % planes, at.Y + (i / planes % Taps / 3) - 1, at.X + (i / planes % 3) - 1)
                        )
                ),
            weightGradient
        );
        Reference.AssertNear(
            Enumerable.Range(0, Channels).Select(channel => Pixels(side).Sum(at => Reference.Get(gradient, at.Y, at.X, channel))),
            biasGradient
        );

        double Weight(int channel, int tap, int plane) => weights[(((channel * Taps) + tap) * planes) + plane];

        double Window((int Y, int X) at, int channel) =>
            Sum(tap =>
                Enumerable
                    .Range(0, planes)
                    .Sum(plane => Weight(channel, tap, plane) * Get(input, plane, at.Y + (tap / 3) - 1, at.X + (tap % 3) - 1))
            );
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(8, 6)]
    [InlineData(30, 4)]
    public void A_layer_that_makes_planes_has_its_results_and_gradients(int planes, int side)
    {
        using PlaneConvolution convolution = new PlaneConvolution(planes, side);
        using FeatureMap input = Reference.Map(side, 1);
        using PlaneStack gradient = Reference.Stack(Reference.Noise(planes * side * side, 2), side);
        using PlaneStack found = new PlaneStack(planes, side);
        using FeatureMap inputGradient = new FeatureMap(side);
        float[] weights = Reference.Noise(planes * Taps * Channels, 3),
            bias = Reference.Noise(planes, 4);
        convolution.SetMaking(weights);
        convolution.ToPlanes(input, bias, found);
        Reference.AssertNear(
            Enumerable
                .Range(0, planes)
                .SelectMany(plane =>
                    Pixels(side)
                        .Select(at =>
                            bias[plane]
                            + Sum(tap =>
                                Enumerable
                                    .Range(0, Channels)
                                    .Sum(channel =>
                                        Weight(plane, tap, channel)
                                        * Reference.Get(input, at.Y + (tap / 3) - 1, at.X + (tap % 3) - 1, channel)
                                    )
                            )
                        )
                ),
            Reference.Values(found)
        );

        convolution.ToFeatures(gradient, Products.Zeros, 1, inputGradient);
        Reference.AssertNear(
            Pixels(side)
                .SelectMany(at =>
                    Enumerable
                        .Range(0, Channels)
                        .Select(channel =>
                            Sum(tap =>
                                Enumerable
                                    .Range(0, planes)
                                    .Sum(plane =>
                                        Weight(plane, tap, channel) * Get(gradient, plane, at.Y + 1 - (tap / 3), at.X + 1 - (tap % 3))
                                    )
                            )
                        )
                ),
            Reference.Values(inputGradient)
        );

        convolution.ClearGradient();
        convolution.AddGradient(gradient, input);
        float[] weightGradient = new float[weights.Length];
        convolution.AddMakingTo(weightGradient);
        Reference.AssertNear(
            Enumerable
                .Range(0, weights.Length)
                .Select(i =>
                    Pixels(side)
                        .Sum(at =>
                            Get(gradient, i / Channels / Taps, at.Y, at.X)
                            * Reference.Get(input, at.Y + (i / Channels % Taps / 3) - 1, at.X + (i / Channels % 3) - 1, i % Channels)
                        )
                ),
            weightGradient
        );

        double Weight(int plane, int tap, int channel) => weights[(((plane * Taps) + tap) * Channels) + channel];
    }

    private static IEnumerable<(int Y, int X)> Pixels(int side) => Enumerable.Range(0, side * side).Select(i => (i / side, i % side));

    private static double Sum(Func<int, double> ofTap) => Enumerable.Range(0, Taps).Sum(ofTap);

    private static double Get(PlaneStack stack, int plane, int y, int x) => *stack.At(plane, y, x);
}
