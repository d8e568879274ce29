// A stand-in network whose output is exact integer arithmetic: every output pixel is a weighted sum over the halo around its
// input pixel, with zeros beyond the given plane. Any wrong source, crop or border shows as a different number.
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tests.Models;

namespace RsrPlugins.Core.Tests.Tiling;

internal sealed class NeighbourhoodNetwork(ModelDescriptor model) : INetwork
{
    public static ModelDescriptor Describe(NetworkTask network, int scale) => TestShapes.Describe(network, scale);

    public ModelDescriptor Model => model;

    public DeviceKind Device => DeviceKind.Cpu;

    public void Run(ReadOnlySpan<float> input, int width, int height, Span<float> output, CancellationToken cancellationToken)
    {
        int d = model.Scale;
        if (model.Task == NetworkTask.Enlarge)
        {
            for (int y = 0; y < height * d; y++)
            {
                for (int x = 0; x < width * d; x++)
                {
                    output[(y * width * d) + x] =
                        ((x % d) + 1) * ((y % d) + 1) * Sum(input, width, height, x / d, y / d, 1, model.Shape.Halo);
                }
            }

            return;
        }

        Assert.Equal(0, width % d);
        Assert.Equal(0, height % d);
        for (int y = 0; y < height / d; y++)
        {
            for (int x = 0; x < width / d; x++)
            {
                output[(y * (width / d)) + x] = Sum(input, width, height, x * d, y * d, d, model.Shape.Halo);
            }
        }
    }

    /// <summary>Weighted sum over the block at (x0, y0) and the halo around it; weights differ by offset, so shifts show.</summary>
    private static float Sum(ReadOnlySpan<float> input, int width, int height, int x0, int y0, int block, int halo)
    {
        float sum = 0;
        for (int dy = -halo; dy < block + halo; dy++)
        {
            for (int dx = -halo; dx < block + halo; dx++)
            {
                int x = x0 + dx,
                    y = y0 + dy;
                if (x >= 0 && y >= 0 && x < width && y < height)
                {
                    sum += input[(y * width) + x] * (1 + (((dx + 5) + (3 * (dy + 5))) % 7));
                }
            }
        }

        return sum;
    }
}
