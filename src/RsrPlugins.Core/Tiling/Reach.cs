// How far a step of the pipeline looks. Every step states its own reach beside its code; what a chain of steps needs (the margin a tile
// reads, the radius of a fill) is computed from these, so no margin is a number written down somewhere else and none is forgotten
// when a step changes.
namespace RsrPlugins.Core.Tiling;

/// <summary>
/// Source pixels on every side of a cell that a step's result for this cell may depend on. A cell is the source pixel an enlarged pixel
/// lies in, or the block of source pixels that a reduced pixel replaces.
/// </summary>
/// <param name="Pixels">0 or more.</param>
internal readonly record struct Reach(int Pixels)
{
    /// <summary>Of a step that looks at the cell alone.</summary>
    public static Reach None => default;

    /// <summary>Of two steps one after the other.</summary>
    public static Reach operator +(Reach first, Reach second) => new(first.Pixels + second.Pixels);

    /// <summary>Of two steps beside each other.</summary>
    public static Reach Max(Reach one, Reach other) => new(Math.Max(one.Pixels, other.Pixels));

    /// <summary>What a step reads for a rectangle of source pixels, in a picture of width x height.</summary>
    public TileRect Around(TileRect rect, int width, int height)
    {
        int x = Math.Max(rect.X - Pixels, 0),
            y = Math.Max(rect.Y - Pixels, 0);
        return new TileRect(x, y, Math.Min(rect.Right + Pixels, width) - x, Math.Min(rect.Bottom + Pixels, height) - y);
    }
}
