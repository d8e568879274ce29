// Rectangles are named by role, never just "rect": tile (output owned), source (what the network reads for it). See TilePlan.
namespace RsrPlugins.Core.Tiling;

/// <summary>A rectangle of whole pixels; <see cref="Right"/> and <see cref="Bottom"/> are exclusive.</summary>
public readonly record struct TileRect(int X, int Y, int Width, int Height)
{
    public int Right => X + Width;

    public int Bottom => Y + Height;

    /// <summary>The smallest rectangle that holds both.</summary>
    public TileRect Union(TileRect other)
    {
        int x = Math.Min(X, other.X),
            y = Math.Min(Y, other.Y);
        return new TileRect(x, y, Math.Max(Right, other.Right) - x, Math.Max(Bottom, other.Bottom) - y);
    }
}
