// Where the small picture lies in the selection's bounds: pure functions, so that the two effects are each other's inverse by
// a table test and not by luck.
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.PaintDotNet;

/// <summary>Sizes and places, all in pixels of the layer.</summary>
internal static class Geometry
{
    /// <summary>The part of the bounds that Learned Downscale fills and Learned Upscale reads: ceil(w / d) x ceil(h / d), top
    /// left.</summary>
    public static TileRect TopLeftPart(TileRect bounds, int scale) =>
        new(bounds.X, bounds.Y, Reduce(bounds.Width, scale), Reduce(bounds.Height, scale));

    /// <summary>Where a picture of this size goes within the bounds; an odd margin's extra pixel is right and below.</summary>
    public static (int X, int Y) Place(TileRect bounds, int width, int height, Placement placement) =>
        placement == Placement.Centre
            ? (bounds.X + ((bounds.Width - width) / 2), bounds.Y + ((bounds.Height - height) / 2))
            : (bounds.X, bounds.Y);

    /// <summary>
    /// The largest size within the bounds that keeps a picture's proportions. A side that misses the bounds by less than one of the
    /// picture's own pixels fills them: the picture's sides were rounded too.
    /// </summary>
    public static (int Width, int Height) FitInto(int width, int height, TileRect bounds)
    {
        double factor = Math.Min((double)bounds.Width / width, (double)bounds.Height / height);
        return (Side(width, bounds.Width), Side(height, bounds.Height));

        int Side(int length, int most) => most - (length * factor) < factor ? most : Math.Max(1, (int)Math.Round(length * factor));
    }

    /// <summary>ceil(length / scale): as many blocks as it takes to cover the length.</summary>
    public static int Reduce(int length, int scale) => (length + scale - 1) / scale;

    /// <summary>The common part of two rectangles; without area where they have none.</summary>
    public static TileRect Intersect(TileRect a, TileRect b)
    {
        int x = Math.Max(a.X, b.X);
        int y = Math.Max(a.Y, b.Y);
        return new TileRect(x, y, Math.Max(0, Math.Min(a.Right, b.Right) - x), Math.Max(0, Math.Min(a.Bottom, b.Bottom) - y));
    }
}
