// Between the two halves of a refined reduction the luma of the whole picture stands here: the first half fills it tile by
// tile with what RRNet made and what it was made from, the second takes the corrected values out again.
using RsrPlugins.Core.Colour;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Refinement;

/// <summary>Luma planes of a reduction, Y/255 (BT.601 studio). Tiles may be put and taken by several threads.</summary>
internal sealed class RefinedLuma
{
    private readonly TileRect _window;
    private readonly int _scale;

    private RefinedLuma(TileRect window, int scale)
    {
        (_window, _scale) = (window, scale);
        int count = window.Width * window.Height;
        Small = new float[count];
        Large = new float[count * scale * scale];
        IsFixed = new bool[count];
    }

    /// <summary>Small pixels, row by row.</summary>
    public float[] Small { get; }

    /// <summary>What they were made from, d times as wide and high.</summary>
    public float[] Large { get; }

    /// <summary>Small pixels whose surroundings are flat, or that nobody sees: they stay as they are.</summary>
    public bool[] IsFixed { get; }

    /// <summary>Planes for a window of a small picture and what it is made from.</summary>
    /// <param name="window">Small pixels.</param>
    /// <param name="scale">Scale factor d.</param>
    /// <exception cref="ImageSizeException">More pixels than one plane can hold.</exception>
    public static RefinedLuma Create(TileRect window, int scale)
    {
        if ((long)window.Width * window.Height * scale * scale > Array.MaxLength)
        {
            throw new ImageSizeException(
                $"{(long)window.Width * window.Height * scale * scale:N0} luma values are more than one plane can hold ({Array.MaxLength:N0}). Reduce the picture without refinement."
            );
        }

        return new RefinedLuma(window, scale);
    }

    /// <summary>Puts a tile's values in.</summary>
    /// <param name="source">Large pixels of the tile's source, with its margins.</param>
    /// <param name="result">Small pixels the network made of them.</param>
    /// <param name="flat">A value where the small pixel's surroundings are flat, else NaN.</param>
    public void Put(PlannedTile planned, ReadOnlySpan<float> source, ReadOnlySpan<float> result, ReadOnlySpan<float> flat)
    {
        TileRect tile = planned.Tile;
        for (int y = tile.Y; y < tile.Bottom; y++)
        {
            int from = ((y - planned.Result.Y) * planned.Result.Width) + tile.X - planned.Result.X,
                to = At(tile.X, y);
            result.Slice(from, tile.Width).CopyTo(Small.AsSpan(to));
            for (int x = 0; x < tile.Width; x++)
            {
                IsFixed[to + x] = !float.IsNaN(flat[from + x]);
            }
        }

        for (int y = tile.Y * _scale; y < tile.Bottom * _scale; y++)
        {
            source
                .Slice(((y - planned.Source.Y) * planned.Source.Width) + (tile.X * _scale) - planned.Source.X, tile.Width * _scale)
                .CopyTo(Large.AsSpan(LargeAt(tile.X, y)));
        }
    }

    /// <summary>Puts a tile in of which nothing is visible.</summary>
    public void PutInvisible(TileRect tile)
    {
        float neutral = 0;
        ColourRows.ToStudio([TransparentFill.NeutralLuma], new Span<float>(ref neutral));
        for (int y = tile.Y; y < tile.Bottom; y++)
        {
            Small.AsSpan(At(tile.X, y), tile.Width).Fill(neutral);
            IsFixed.AsSpan(At(tile.X, y), tile.Width).Fill(true);
        }

        for (int y = tile.Y * _scale; y < tile.Bottom * _scale; y++)
        {
            Large.AsSpan(LargeAt(tile.X, y), tile.Width * _scale).Fill(neutral);
        }
    }

    /// <summary>Takes a tile out, to where its network would have put it.</summary>
    public void Take(PlannedTile planned, Span<float> result)
    {
        TileRect tile = planned.Tile;
        for (int y = tile.Y; y < tile.Bottom; y++)
        {
            Small
                .AsSpan(At(tile.X, y), tile.Width)
                .CopyTo(result[(((y - planned.Result.Y) * planned.Result.Width) + tile.X - planned.Result.X)..]);
        }
    }

    private int At(int x, int y) => ((y - _window.Y) * _window.Width) + x - _window.X;

    /// <summary>Of a large pixel: the first of its small pixel's columns, and its own row.</summary>
    private int LargeAt(int smallX, int y) => ((y - (_window.Y * _scale)) * _window.Width * _scale) + ((smallX - _window.X) * _scale);
}
