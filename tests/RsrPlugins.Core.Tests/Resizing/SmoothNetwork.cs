// A stand-in network that behaves like the real ones where pictures are concerned: close to area average or repetition,
// with a contribution from every pixel of the receptive field, zeros beyond the given plane, and a bias over flat areas.
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tests.Tiling;

namespace RsrPlugins.Core.Tests.Resizing;

/// <param name="halo">Input pixels around a block that the result depends on; null for that of the networks it stands in for.</param>
internal sealed class SmoothNetwork(NetworkTask kind, int scale, float bias = 0.001f, int? halo = null) : INetwork
{
    private int _runs;

    public ModelDescriptor Model { get; } = Describe(kind, scale, halo);

    public DeviceKind Device => DeviceKind.Cpu;

    public int Runs => _runs;

    private static ModelDescriptor Describe(NetworkTask kind, int scale, int? halo)
    {
        ModelDescriptor model = NeighbourhoodNetwork.Describe(kind, scale);
        return halo is null ? model : model with { Shape = model.Shape with { Halo = halo.Value } };
    }

    public void Run(ReadOnlySpan<float> input, int width, int height, Span<float> output, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _runs);
        cancellationToken.ThrowIfCancellationRequested();
        bool reducing = Model.Task == NetworkTask.Reduce;
        int block = reducing ? scale : 1,
            copies = reducing ? 1 : scale,
            halo = Model.Shape.Halo;
        int unitsAcross = width / block;
        for (int y = 0; y < height / block; y++)
        {
            for (int x = 0; x < unitsAcross; x++)
            {
                float mean = 0,
                    around = 0;
                int count = 0;
                for (int dy = -halo; dy < block + halo; dy++)
                {
                    for (int dx = -halo; dx < block + halo; dx++)
                    {
                        int column = (x * block) + dx,
                            row = (y * block) + dy;
                        float value = column >= 0 && row >= 0 && column < width && row < height ? input[(row * width) + column] : 0;
                        around += value * (1 + (((dx + 5) + (3 * (dy + 5))) % 7));
                        count += 1 + (((dx + 5) + (3 * (dy + 5))) % 7);
                        if (dx >= 0 && dy >= 0 && dx < block && dy < block)
                        {
                            mean += value / (block * block);
                        }
                    }
                }

                for (int j = 0; j < copies * copies; j++)
                {
                    // The copies of a pixel differ by how much they sharpen, so that a wrong phase shows.
                    float sharpened = mean + ((0.1f + (0.02f * j)) * (mean - (around / count))) + bias;
                    output[(((y * copies) + (j / copies)) * unitsAcross * copies) + (x * copies) + (j % copies)] = sharpened;
                }
            }
        }
    }
}
