// Feature maps are kept as rows in rings, not as planes: layers run one row behind the other and what they pass on stays in the cache.
namespace RsrPlugins.Core.Inference.Cpu;

/// <summary>
/// The last rows of a map: as many as are still to be read, in a ring. A layer's result never exists as a whole, so what a thread works on
/// stays in its second-level cache, and a tile may be as tall as one likes.
/// </summary>
/// <param name="channels">Floats of a pixel.</param>
internal sealed unsafe class FeatureRows(int channels)
{
    private const int Margin = 1;

    private float* _memory;
    private nint _stride;
    private int _left;
    private int _top;
    private int _capacity;

    /// <summary>Floats for rows of a width.</summary>
    public static long Length(int channels, int width, int capacity) => Stride(channels, width) * capacity;

    /// <summary>Takes a piece of memory for a run.</summary>
    /// <param name="memory"><see cref="Length"/> floats.</param>
    /// <param name="area">All the map's pixels; one more on either side may be read, and is anything.</param>
    /// <param name="capacity">Rows held at a time.</param>
    public void Place(float* memory, Area area, int capacity)
    {
        _memory = memory;
        _stride = (nint)Stride(channels, area.Right - area.Left);
        (_left, _top, _capacity) = (area.Left - Margin, area.Top, capacity);
    }

    /// <summary>The pixel's values.</summary>
    public float* At(int y, int x) => _memory + ((y - _top) % _capacity * _stride) + ((nint)(x - _left) * channels);

    // A cache line more than the pixels take: rows of a power of two would all fall into one set of the first-level cache.
    private static long Stride(int channels, int width) => ((long)(width + (2 * Margin)) * channels) + CpuKernels.CacheLine;
}
