// One channel with a border of zeros, for the layers that read or make luma.
namespace RsrPlugins.Trainer.Kernels;

/// <summary>A square of luma values with one row and column of zeros on every side.</summary>
internal sealed class LumaPlane(int side)
{
    internal int Side => side;

    /// <summary>Values from one row to the next.</summary>
    internal int Stride => side + 2;

    /// <summary>Row by row, the border included.</summary>
    internal float[] Values { get; } = new float[(side + 2) * (side + 2)];

    /// <summary>Place of a pixel in <see cref="Values"/>.</summary>
    internal int At(int y, int x) => ((y + 1) * Stride) + x + 1;

    /// <summary>Takes side x side values.</summary>
    internal void Set(ReadOnlySpan<float> values)
    {
        for (int y = 0; y < side; y++)
        {
            values.Slice(y * side, side).CopyTo(Values.AsSpan(At(y, 0)));
        }
    }
}
