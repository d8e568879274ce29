// SSIM of blends against the one the product measures with, window by window.
using RsrPlugins.Core.Metrics;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Strength;

namespace RsrPlugins.Trainer.Tests.Strength;

public class BlendSimilarityTests
{
    private const int Window = 11;
    private const int Side = 21;
    private const int Border = 3;

    [Fact]
    public void Blends_are_as_alike_as_their_pixels_say()
    {
        float[] truth = Plane(1),
            plane = Plane(2),
            other = Plane(3);
        float[] difference = [.. other.Zip(plane, (end, start) => end - start)];
        double[] strengths = [0, 0.25, 0.6, 1];
        BlendSimilarity similarity = new BlendSimilarity(truth, Side, Border);
        double[] found = similarity.Of(similarity.Filtered(plane), similarity.Filtered(other), strengths);
        for (int k = 0; k < strengths.Length; k++)
        {
            float[] blend = [.. plane.Zip(difference, (start, added) => start + ((float)strengths[k] * added))];
            Assert.Equal(Direct(truth, blend), found[k], 1e-3);
        }

        Assert.Equal(Direct(truth, plane), similarity.Of(similarity.Filtered(plane)), 1e-3);
        Assert.Equal(1, similarity.Of(similarity.Filtered(truth)), 1e-4);
        Assert.True(found.Max() < 0.95);
    }

    // Every other window inside the border; 15 pixels hold those at 0, 2 and 4.
    private static double Direct(float[] truth, float[] plane)
    {
        double sum = 0;
        int count = 0;
        for (int y = Border; y + Window <= Side - Border; y += 2)
        {
            for (int x = Border; x + Window <= Side - Border; x += 2)
            {
                sum += ImageMetrics.Ssim(Crop(truth, x, y), Crop(plane, x, y), Window, Window, 0);
                count++;
            }
        }

        Assert.Equal(9, count);
        return sum / count;
    }

    private static float[] Crop(float[] plane, int left, int top) =>
        [.. Enumerable.Range(0, Window * Window).Select(i => plane[((top + (i / Window)) * Side) + left + (i % Window)])];

    // A disc on a gradient with noise of its own.
    private static float[] Plane(int seed)
    {
        SampleRandom random = new SampleRandom(seed, 0, 0);
        float[] plane = new float[Side * Side];
        for (int i = 0; i < plane.Length; i++)
        {
            (int x, int y) = (i % Side, i / Side);
            double disc = ((x - 9) * (x - 9)) + ((y - 11) * (y - 11)) < 30 ? 80 : 0;
            plane[i] = (float)(60 + x + disc + (20 * random.NextDouble()));
        }

        return plane;
    }
}
