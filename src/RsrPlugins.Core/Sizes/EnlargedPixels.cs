// Pixel art and screenshots are often passed on enlarged already, every pixel a block. A network then sees blocks and keeps them. What
// the picture is made of are its own pixels: they are found here and taken back out, whole.
//
// A block factor is the greatest number that divides every place where a column or a row differs from the one before. Drawings of a few
// rectangles have one by chance, so there have to be colours and changes enough for the blocks to be pixels.
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Core.Sizes;

/// <summary>A picture every pixel of which was repeated a whole number of times, across and down alike.</summary>
/// <param name="Own">Its own pixels; same layout and depth.</param>
/// <param name="Factor">Side of a block, 2 or more.</param>
public sealed record EnlargedPixels(PixelImage Own, int Factor)
{
    // Fewer colours are drawings of rectangles, codes, masks; one in so many of the own columns and rows differs from the one before.
    private const int LeastColours = 3;
    private const int ChangeShare = 3;
    private const int LeastSide = 4;

    /// <summary>Finds the own pixels; null where the picture is no such enlargement.</summary>
    public static EnlargedPixels? Find(PixelImage picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        int bytes = picture.Channels * (picture.BitsPerSample / 8);
        ReadOnlySpan<byte> samples =
            picture.BitsPerSample == 8 ? picture.Samples8 : System.Runtime.InteropServices.MemoryMarshal.AsBytes(picture.Samples16);
        int rowBytes = picture.Width * bytes;
        int factor = Gcd(picture.Width, picture.Height);
        bool[] columnChanges = new bool[picture.Width];
        int rowChanges = 0;
        HashSet<ulong> colours = new HashSet<ulong>();
        ReadOnlySpan<byte> above = default;
        for (int y = 0; y < picture.Height && factor > 1; y++)
        {
            ReadOnlySpan<byte> row = samples.Slice(y * rowBytes, rowBytes);
            if (y > 0 && row.SequenceEqual(above))
            {
                continue; // Most rows of an enlargement; nothing is new in them.
            }

            if (y > 0)
            {
                rowChanges++;
                factor = Gcd(factor, y);
            }

            Add(colours, row[..bytes]);
            for (int x = 1; x < picture.Width && factor > 1; x++)
            {
                if (!row.Slice(x * bytes, bytes).SequenceEqual(row.Slice((x - 1) * bytes, bytes)))
                {
                    columnChanges[x] = true;
                    factor = Gcd(factor, x);
                    Add(colours, row.Slice(x * bytes, bytes));
                }
            }

            above = row;
        }

        int width = picture.Width / factor,
            height = picture.Height / factor;
        return
            factor > 1
            && Math.Min(width, height) >= LeastSide
            && colours.Count >= LeastColours
            && rowChanges * ChangeShare >= height
            && columnChanges.Count(change => change) * ChangeShare >= width
            ? new EnlargedPixels(Pick(picture, factor), factor)
            : null;
    }

    private static void Add(HashSet<ulong> colours, ReadOnlySpan<byte> pixel)
    {
        if (colours.Count >= LeastColours)
        {
            return;
        }

        ulong colour = 0;
        foreach (byte value in pixel)
        {
            colour = (colour << 8) | value;
        }

        colours.Add(colour);
    }

    private static PixelImage Pick(PixelImage large, int factor)
    {
        PixelImage own = PixelImage.Create(large.Width / factor, large.Height / factor, large.Layout, large.BitsPerSample);
        if (large.BitsPerSample == 8)
        {
            Pick<byte>(large.Samples8, own.Samples8, own, factor);
        }
        else
        {
            Pick<ushort>(large.Samples16, own.Samples16, own, factor);
        }

        return own;
    }

    private static void Pick<T>(ReadOnlySpan<T> from, Span<T> to, PixelImage own, int factor)
    {
        int channels = own.Channels;
        for (int y = 0; y < own.Height; y++)
        {
            for (int x = 0; x < own.Width; x++)
            {
                from.Slice(((y * factor * own.Width * factor) + (x * factor)) * channels, channels)
                    .CopyTo(to[(((y * own.Width) + x) * channels)..]);
            }
        }
    }

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);
}
