using RsrPlugins.Trainer.Kernels;

namespace RsrPlugins.Trainer.Tests.Kernels;

public class SubPixelConvolutionTests
{
    private const int Channels = FeatureMap.Channels;
    private const int Maps = 2;
    private const int Side = 7;

    /// <summary>Scales of one vector of sub-pixels, of one that is not full, and of more than one.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Forward_and_backward(int scale)
    {
        int subPixels = scale * scale,
            large = Side * scale;
        float[] weights = Reference.Noise(subPixels * Maps * Channels, 1),
            bias = Reference.Noise(subPixels, 2),
            restored = new float[large * large];
        FeatureMap[] inputs = [Reference.Map(Side, 3), Reference.Map(Side, 4)],
            gradients = [new FeatureMap(Side), new FeatureMap(Side)];
        LumaPlane low = Reference.Plane(Side, 5);
        SubPixelConvolution layer = new SubPixelConvolution(Maps, scale);
        layer.SetWeights(weights, bias);
        layer.Forward(low, inputs, restored);
        Reference.AssertNear(
            Enumerable
                .Range(0, restored.Length)
                .Select(i => (Y: i / large, X: i % large))
                .Select(p =>
                {
                    int subPixel = (p.Y % scale * scale) + (p.X % scale);
                    return low.Values[low.At(p.Y / scale, p.X / scale)]
                        + bias[subPixel]
                        + Enumerable
                            .Range(0, Maps * Channels)
                            .Sum(from =>
                                weights[(subPixel * Maps * Channels) + from]
                                * Reference.Get(inputs[from / Channels], p.Y / scale, p.X / scale, from % Channels)
                            );
                }),
            restored
        );

        float[] restoredGradient = Reference.Noise(restored.Length, 6),
            lowGradient = Reference.Noise(Side * Side, 7),
            weightGradient = new float[weights.Length],
            biasGradient = new float[bias.Length];
        float[] lowBefore = [.. lowGradient];
        layer.Backward(restoredGradient, inputs, gradients, lowGradient);
        layer.AddGradientTo(weightGradient, biasGradient);
        double At(int pixel, int subPixel) =>
            restoredGradient[(((pixel / Side * scale) + (subPixel / scale)) * large) + (pixel % Side * scale) + (subPixel % scale)];
        IEnumerable<int> all = Enumerable.Range(0, subPixels),
            pixels = Enumerable.Range(0, Side * Side);
        Reference.AssertNear(pixels.Select(pixel => lowBefore[pixel] + all.Sum(i => At(pixel, i))), lowGradient);
        Reference.AssertNear(all.Select(i => pixels.Sum(pixel => At(pixel, i))), biasGradient);
        Reference.AssertNear(
            Enumerable
                .Range(0, weights.Length)
                .Select(i =>
                    pixels.Sum(pixel =>
                        At(pixel, i / (Maps * Channels))
                        * Reference.Get(inputs[i % (Maps * Channels) / Channels], pixel / Side, pixel % Side, i % Channels)
                    )
                ),
            weightGradient
        );
        for (int map = 0; map < Maps; map++)
        {
            int first = map * Channels;
            Reference.AssertNear(
                Reference.Each(Side, (y, x, from) => all.Sum(i => weights[(i * Maps * Channels) + first + from] * At((y * Side) + x, i))),
                Reference.Values(gradients[map])
            );
        }

        foreach (FeatureMap map in (FeatureMap[])[.. inputs, .. gradients])
        {
            map.Dispose();
        }
    }
}
