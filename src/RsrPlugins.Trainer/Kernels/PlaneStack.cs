// A few planes of one crop, as couplings have them: each by itself, with a border of zeros around it.
namespace RsrPlugins.Trainer.Kernels;

/// <summary>Planes of one size in native memory, zeros around each. A plane takes whole vectors of 16 values, of which those beyond it stay
/// 0, so that some planes beside each other are one row of vectors.</summary>
internal sealed unsafe class PlaneStack : IDisposable
{
    /// <param name="planes">Number of planes.</param>
    /// <param name="side">Pixels in a row and in a column.</param>
    internal PlaneStack(int planes, int side)
    {
        (Planes, Side, Stride) = (planes, side, side + 2);
        PlaneSize = ((Stride * Stride) + Products.VectorLength - 1) / Products.VectorLength * Products.VectorLength;
        Memory = NativeFloats.Allocate(planes * PlaneSize);
    }

    internal int Planes { get; }

    internal int Side { get; }

    /// <summary>Floats from one row to the next.</summary>
    internal int Stride { get; }

    /// <summary>Floats from one plane to the next.</summary>
    internal int PlaneSize { get; }

    private float* Memory { get; set; }

    /// <summary>A plane with its border; as many vectors as <see cref="PlaneSize"/> has.</summary>
    internal float* Plane(int plane) => Memory + (plane * PlaneSize);

    /// <summary>A pixel; -1 and Side reach into the border.</summary>
    internal float* At(int plane, int y, int x) => Plane(plane) + ((y + 1) * Stride) + x + 1;

    /// <summary>All values of some planes, borders included.</summary>
    internal Span<float> Values(int first, int count) => new(Plane(first), count * PlaneSize);

    /// <summary>Sets a plane.</summary>
    /// <param name="plane">Its number.</param>
    /// <param name="values">[side, side].</param>
    internal void Set(int plane, ReadOnlySpan<float> values)
    {
        for (int y = 0; y < Side; y++)
        {
            values.Slice(y * Side, Side).CopyTo(new Span<float>(At(plane, y, 0), Side));
        }
    }

    /// <summary>Adds a plane to values.</summary>
    /// <param name="plane">Its number.</param>
    /// <param name="values">[side, side].</param>
    internal void AddTo(int plane, Span<float> values)
    {
        for (int y = 0; y < Side; y++)
        {
            float* row = At(plane, y, 0);
            for (int x = 0; x < Side; x++)
            {
                values[(y * Side) + x] += row[x];
            }
        }
    }

    public void Dispose()
    {
        NativeFloats.Free(Memory);
        Memory = null;
    }
}
