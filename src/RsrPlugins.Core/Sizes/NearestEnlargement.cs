// Image > Resize with nearest neighbour repeats pixels, so the small picture is still in the large one, whole. Which source
// pixel an output pixel shows is floor((x + 0.5) * w / W): x / d where the size was multiplied, and runs of d or d +- 1 pixels
// where it was not. Each axis is examined by itself, because a person may type one side and not the other.
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Core.Sizes;

/// <summary>How the pixels along one side of an enlarged picture map to the small one's.</summary>
/// <param name="Length">Pixels of the enlarged side.</param>
/// <param name="Count">Pixels of the small side.</param>
/// <param name="Block">Length of every run, the last one perhaps cut short; 0 where the runs are stretched over the length.</param>
public readonly record struct AxisGrid(int Length, int Count, int Block)
{
    /// <summary>The small picture's pixel that this one shows.</summary>
    public int Source(int position) => Block > 0 ? position / Block : (int)((((2L * position) + 1) * Count) / (2L * Length));

    /// <summary>
    /// The grids an enlargement by about this factor can have had, the fewest pixels first: runs that hold for few hold for many,
    /// not the other way round.
    /// </summary>
    public static IEnumerable<AxisGrid> Candidates(int length, int scale)
    {
        int blocks = ResizePlan.DividedUp(length, scale);
        bool multiple = length % scale == 0;
        if (!multiple && blocks > 1)
        {
            yield return new AxisGrid(length, blocks - 1, 0);
        }

        yield return Blocks(length, scale);
        if (!multiple)
        {
            yield return new AxisGrid(length, blocks, 0);
        }
    }

    /// <summary>Runs of exactly this many pixels, the last one perhaps cut short.</summary>
    public static AxisGrid Blocks(int length, int scale) => new(length, ResizePlan.DividedUp(length, scale), scale);
}

/// <summary>The small picture taken back out of an enlarged one.</summary>
/// <param name="Small">The small picture, RGBA.</param>
/// <param name="Exact">True: its pixels are the enlarged picture's; false: that was no such enlargement, and they are block means.</param>
public sealed record NearestEnlargement(PixelImage Small, AxisGrid Columns, AxisGrid Rows, bool Exact)
{
    /// <summary>Takes the small picture out of an 8-bit RGBA picture that was enlarged by this factor.</summary>
    public static NearestEnlargement Undo(PixelImage large, int scale)
    {
        ArgumentNullException.ThrowIfNull(large);
        AxisGrid? columns = FindColumns(large, large.Width, scale);
        AxisGrid? rows = FindRows(large, large.Height, scale);
        bool exact = columns is not null && rows is not null;
        AxisGrid x = exact ? columns!.Value : AxisGrid.Blocks(large.Width, scale);
        AxisGrid y = exact ? rows!.Value : AxisGrid.Blocks(large.Height, scale);
        return new NearestEnlargement(exact ? Pick(large, x, y) : Means(large, x, y), x, y, exact);
    }

    /// <summary>Whether a picture of this size, whose top left corner is given, can be such an enlargement.</summary>
    public static bool IsLikely(PixelImage corner, int width, int height, int scale) =>
        FindColumns(corner ?? throw new ArgumentNullException(nameof(corner)), width, scale) is not null
        && FindRows(corner, height, scale) is not null;

    /// <summary>
    /// The size the learned enlargement (Count * scale) has to be brought to so that it lies over the layer; null where only its
    /// right and lower edge may stick out and be cut.
    /// </summary>
    public (int Width, int Height)? FitTo(int scale) =>
        Columns.Block > 0 && Rows.Block > 0
            ? null
            : (Columns.Block > 0 ? Columns.Count * scale : Columns.Length, Rows.Block > 0 ? Rows.Count * scale : Rows.Length);

    private static AxisGrid? FindColumns(PixelImage image, int length, int scale)
    {
        foreach (AxisGrid grid in AxisGrid.Candidates(length, scale))
        {
            if (ColumnsRepeat(image, grid))
            {
                return grid;
            }
        }

        return null;
    }

    private static AxisGrid? FindRows(PixelImage image, int length, int scale)
    {
        foreach (AxisGrid grid in AxisGrid.Candidates(length, scale))
        {
            if (RowsRepeat(image, grid))
            {
                return grid;
            }
        }

        return null;
    }

    private static bool ColumnsRepeat(PixelImage image, AxisGrid grid)
    {
        ReadOnlySpan<int> pixels = Pixels(image);
        // Told apart from its neighbour or not: worked out once, used for every row.
        bool[] repeats = [.. Enumerable.Range(0, image.Width).Select(x => x > 0 && grid.Source(x) == grid.Source(x - 1))];
        for (int y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<int> row = pixels.Slice(y * image.Width, image.Width);
            for (int x = 1; x < row.Length; x++)
            {
                if (repeats[x] && row[x] != row[x - 1])
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool RowsRepeat(PixelImage image, AxisGrid grid)
    {
        ReadOnlySpan<int> pixels = Pixels(image);
        for (int y = 1; y < image.Height; y++)
        {
            if (
                grid.Source(y) == grid.Source(y - 1)
                && !pixels.Slice(y * image.Width, image.Width).SequenceEqual(pixels.Slice((y - 1) * image.Width, image.Width))
            )
            {
                return false;
            }
        }

        return true;
    }

    private static PixelImage Pick(PixelImage large, AxisGrid columns, AxisGrid rows)
    {
        PixelImage small = PixelImage.Create(columns.Count, rows.Count, PixelLayout.Rgba, 8);
        ReadOnlySpan<int> from = Pixels(large);
        Span<int> to = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(small.Samples8);
        for (int y = 0; y < large.Height; y++)
        {
            for (int x = 0; x < large.Width; x++)
            {
                to[(rows.Source(y) * small.Width) + columns.Source(x)] = from[(y * large.Width) + x];
            }
        }

        return small;
    }

    // Colour is weighted by alpha, so that what is invisible does not tint the mean.
    private static PixelImage Means(PixelImage large, AxisGrid columns, AxisGrid rows)
    {
        PixelImage small = PixelImage.Create(columns.Count, rows.Count, PixelLayout.Rgba, 8);
        ReadOnlySpan<byte> from = large.Samples8;
        Span<byte> to = small.Samples8;
        for (int blockY = 0; blockY < rows.Count; blockY++)
        {
            int bottom = Math.Min((blockY + 1) * rows.Block, rows.Length);
            for (int blockX = 0; blockX < columns.Count; blockX++)
            {
                int right = Math.Min((blockX + 1) * columns.Block, columns.Length);
                int red = 0,
                    green = 0,
                    blue = 0,
                    alpha = 0,
                    count = 0;
                for (int y = blockY * rows.Block; y < bottom; y++)
                {
                    for (int x = blockX * columns.Block; x < right; x++)
                    {
                        int i = ((y * large.Width) + x) * 4;
                        int a = from[i + 3];
                        red += from[i] * a;
                        green += from[i + 1] * a;
                        blue += from[i + 2] * a;
                        alpha += a;
                        count++;
                    }
                }

                int o = ((blockY * small.Width) + blockX) * 4;
                to[o] = Mean(red, alpha);
                to[o + 1] = Mean(green, alpha);
                to[o + 2] = Mean(blue, alpha);
                to[o + 3] = Mean(alpha, count);
            }
        }

        return small;
    }

    private static byte Mean(int sum, int weight) => weight == 0 ? (byte)0 : (byte)((sum + (weight / 2)) / weight);

    private static ReadOnlySpan<int> Pixels(PixelImage image) =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(image.Samples8);
}
