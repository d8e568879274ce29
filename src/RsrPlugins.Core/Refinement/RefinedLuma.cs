// Between the two halves of a refined reduction the luma of the whole picture stands here: the first half fills it tile by
// tile with what RRNet made and what it was made from, the second takes the corrected values out again.
using RsrPlugins.Core.Colour;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Refinement;

/// <summary>Luma planes of a reduction, Y/255 (BT.601 studio). Tiles may be put and taken by several threads.</summary>
internal sealed class RefinedLuma
{
    private readonly int _width;
    private readonly int _scale;

    private RefinedLuma(int width, int height, int scale)
    {
        (_width, _scale) = (width, scale);
        Small = new float[width * height];
        Large = new float[width * height * scale * scale];
        IsFixed = new bool[width * height];
    }

    /// <summary>Small pixels, row by row.</summary>
    public float[] Small { get; }

    /// <summary>What they were made from, d times as wide and high.</summary>
    public float[] Large { get; }

    /// <summary>Small pixels whose surroundings are flat, or that nobody sees: they stay as they are.</summary>
    public bool[] IsFixed { get; }

    /// <summary>Planes for a small picture and what it is made from.</summary>
    /// <exception cref="ImageSizeException">More pixels than one plane can hold.</exception>
    public static RefinedLuma Create(int width, int height, int scale)
    {
        if ((long)width * height * scale * scale > Array.MaxLength)
        {
            throw new ImageSizeException($"{(long)width * height * scale * scale:N0} luma values are more than one plane can hold ({Array.MaxLength:N0}). Reduce the picture without refinement.");
        }

        return new RefinedLuma(width, height, scale);
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
            int from = ((y - planned.Result.Y) * planned.Result.Width) + tile.X - planned.Result.X, to = (y * _width) + tile.X;
            result.Slice(from, tile.Width).CopyTo(Small.AsSpan(to));
            for (int x = 0; x < tile.Width; x++)
            {
                IsFixed[to + x] = !float.IsNaN(flat[from + x]);
            }
        }

        for (int y = tile.Y * _scale; y < tile.Bottom * _scale; y++)
        {
            source.Slice(((y - planned.Source.Y) * planned.Source.Width) + (tile.X * _scale) - planned.Source.X, tile.Width * _scale)
                .CopyTo(Large.AsSpan((y * _width * _scale) + (tile.X * _scale)));
        }
    }

    /// <summary>Puts a tile in of which nothing is visible.</summary>
    public void PutInvisible(TileRect tile)
    {
        float neutral = 0;
        ColourRows.ToStudio([TransparentFill.NeutralLuma], new Span<float>(ref neutral));
        for (int y = tile.Y; y < tile.Bottom; y++)
        {
            Small.AsSpan((y * _width) + tile.X, tile.Width).Fill(neutral);
            IsFixed.AsSpan((y * _width) + tile.X, tile.Width).Fill(true);
        }

        for (int y = tile.Y * _scale; y < tile.Bottom * _scale; y++)
        {
            Large.AsSpan((y * _width * _scale) + (tile.X * _scale), tile.Width * _scale).Fill(neutral);
        }
    }

    /// <summary>Takes a tile out, to where its network would have put it.</summary>
    public void Take(PlannedTile planned, Span<float> result)
    {
        TileRect tile = planned.Tile;
        for (int y = tile.Y; y < tile.Bottom; y++)
        {
            Small.AsSpan((y * _width) + tile.X, tile.Width)
                .CopyTo(result[(((y - planned.Result.Y) * planned.Result.Width) + tile.X - planned.Result.X)..]);
        }
    }
}
