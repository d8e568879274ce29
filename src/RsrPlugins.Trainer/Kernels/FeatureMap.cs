// 64 channels of one pixel lie together, with a border of zeros around the map: a kernel reads its neighbours without asking where the edge
// is.
using RsrPlugins.Trainer.Networks;

namespace RsrPlugins.Trainer.Kernels;

/// <summary>
/// Features of one crop in native memory: 64 floats per pixel, row by row, with zeros around. The sides are rounded up to whole tiles of
/// Winograd's; what lies beyond the picture stays 0, as a convolution's padding wants it.
/// </summary>
internal sealed unsafe class FeatureMap : IDisposable
{
    /// <summary>Channels of a pixel.</summary>
    internal const int Channels = NetworkTable.Width;

    /// <param name="side">Pixels in a row and in a column.</param>
    internal FeatureMap(int side)
    {
        Side = side;
        Tiles = (side + Winograd.TileSide - 1) / Winograd.TileSide;
        Stride = ((Tiles * Winograd.TileSide) + 2) * Channels;
        Memory = NativeFloats.Allocate(((Tiles * Winograd.TileSide) + 2) * Stride);
    }

    internal int Side { get; }

    /// <summary>Tiles in a row and in a column.</summary>
    internal int Tiles { get; }

    /// <summary>Floats from one row to the next.</summary>
    internal int Stride { get; }

    private float* Memory { get; set; }

    /// <summary>The 64 values of a pixel; -1 and Side reach into the border.</summary>
    internal float* At(int y, int x) => Memory + ((y + 1) * Stride) + ((x + 1) * Channels);

    /// <summary>From the gradient of LReLU's result to that of its argument.</summary>
    /// <param name="activations">LReLU's result.</param>
    internal void Deactivate(FeatureMap activations)
    {
        for (int y = 0; y < Side; y++)
        {
            Products.Kernels.ApplySlopes(At(y, 0), activations.At(y, 0), (float)NetworkTable.LeakySlope, Side * Channels);
        }
    }

    public void Dispose()
    {
        NativeFloats.Free(Memory);
        Memory = null;
    }
}
