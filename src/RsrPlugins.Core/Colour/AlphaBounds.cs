// Whatever makes alpha (a network, a kernel) overshoots at edges. So alpha stays between the smallest and the largest alpha of the source
// pixels around: flat alpha is exact, nothing rings, and a pixel is visible only where a source pixel near it is. That last fact is what
// the radius of the fill is computed from.
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Colour;

/// <summary>Holds alpha between that of the block a pixel replaces, or of the 3 x 3 source pixels around it. Immutable.</summary>
/// <param name="factor">How many times larger or smaller the result is.</param>
/// <param name="reduces">Smaller, not larger.</param>
/// <param name="width">Source pixels across, whole blocks.</param>
/// <param name="height">Source pixels down, whole blocks.</param>
internal sealed class AlphaBounds(int factor, bool reduces, int width, int height)
{
    /// <summary>How far from an output pixel's cell the source pixels are that can make it visible.</summary>
    public Reach Reach { get; } = new(reduces ? 0 : 1);

    /// <summary>The source pixels whose alpha is read for a tile.</summary>
    public TileRect SourceOf(TileRect tile)
    {
        TileRect first = CellOf(tile.X, tile.Y),
            last = CellOf(tile.Right - 1, tile.Bottom - 1);
        return Reach.Around(first.Union(last), width, height);
    }

    /// <summary>Holds a tile's alpha, 0 to 1, row by row; the window holds <see cref="SourceOf"/>.</summary>
    public void Hold(SourceWindow window, TileRect tile, Span<float> alpha)
    {
        for (int y = 0; y < tile.Height; y++)
        {
            for (int x = 0; x < tile.Width; x++)
            {
                (float min, float max) = Range(window, Reach.Around(CellOf(tile.X + x, tile.Y + y), width, height));
                ref float value = ref alpha[(y * tile.Width) + x];
                value = Math.Clamp(value, min, max);
            }
        }
    }

    private TileRect CellOf(int x, int y) =>
        reduces ? new TileRect(x * factor, y * factor, factor, factor) : new TileRect(x / factor, y / factor, 1, 1);

    private static (float Min, float Max) Range(SourceWindow window, TileRect around)
    {
        float min = 1,
            max = 0;
        for (int y = around.Y; y < around.Bottom; y++)
        {
            foreach (float value in window.Alpha.AsSpan(window.At(around.X, y), around.Width))
            {
                min = Math.Min(min, value);
                max = Math.Max(max, value);
            }
        }

        return (min, max);
    }
}
