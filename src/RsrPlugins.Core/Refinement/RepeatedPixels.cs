// A straight line of one colour gives equal small pixels along it: RRNet does the same everywhere. Descent breaks that symmetry from
// the line's ends inwards, because values that alternate along the line carry more for SRNet than equal ones. The restored picture
// is closer then, but people look at the small one, and a line of dashes is wrong there. So where the large picture repeats itself
// under a shift of whole small pixels, the corrections have to repeat themselves too: their slopes are averaged along the shift.
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Refinement;

/// <summary>Which small pixels have to get the same correction, because the large picture is the same around them.</summary>
/// <remarks>
/// Pixel p and pixel p + u are linked if the large picture around the one, in its block and <see cref="Reach"/> pixels beyond, differs by
/// no more than <see cref="Tolerance"/> from that around the other. Shifts u: along rows, columns, both diagonals, and lines of slope 2 and
/// 1/2.
/// </remarks>
internal sealed class RepeatedPixels
{
    /// <summary>The largest difference of large pixels that count as equal, Y/255. Rounding to 8 bits and light JPEG noise stay below
    /// it.</summary>
    internal const float Tolerance = 3f / 255;

    /// <summary>Large pixels around a block that RRNet sees at least: within them, equal surroundings give equal small pixels (Section
    /// 3.1).</summary>
    internal const int Reach = 3;

    internal static readonly (int X, int Y)[] Shifts = [(1, 0), (0, 1), (1, 1), (-1, 1), (2, 1), (-2, 1), (1, 2), (-1, 2)];

    private readonly int _width;
    private readonly int _height;

    /// <summary>Bit i of a small pixel: it is linked to the pixel at Shifts[i] from it.</summary>
    private readonly byte[] _links;

    private RepeatedPixels(byte[] links, int width, int height)
    {
        (_links, _width, _height) = (links, width, height);
    }

    /// <summary>Compares a large plane with itself.</summary>
    /// <param name="large">(scale width) x (scale height) values Y/255.</param>
    /// <param name="width">Of the small picture, pixels.</param>
    /// <param name="height">Of the small picture, pixels.</param>
    /// <param name="scale">Scale factor d.</param>
    /// <param name="workers">Threads.</param>
    internal static RepeatedPixels Find(float[] large, int width, int height, int scale, int workers, CancellationToken cancellationToken)
    {
        byte[] blocks = new byte[width * height];
        ParallelOptions parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = Math.Max(1, workers),
            CancellationToken = cancellationToken,
        };
        Parallel.For(0, height, parallel, y => CompareBlocks(large, width, height, scale, y, blocks.AsSpan(y * width, width)));
        byte[] links = new byte[width * height];
        int margin = (Reach + scale - 1) / scale;
        Parallel.For(0, height, parallel, y => JoinNeighbours(blocks, width, height, margin, y, links.AsSpan(y * width, width)));
        return new RepeatedPixels(links, width, height);
    }

    /// <summary>Replaces values by their mean over every chain of linked pixels, one shift after the other.</summary>
    /// <param name="values">One for each small pixel.</param>
    internal void Average(float[] values) => Average(values, new TileRect(0, 0, _width, _height));

    /// <summary>The same within a rectangle, at whose edges chains end.</summary>
    internal void Average(float[] values, TileRect area)
    {
        for (int shift = 0; shift < Shifts.Length; shift++)
        {
            (int dx, int dy) = Shifts[shift];
            int step = (dy * _width) + dx;
            int bit = 1 << shift;
            for (int y = area.Y; y < area.Bottom; y++)
            {
                for (int x = area.X; x < area.Right; x++)
                {
                    int first = (y * _width) + x;
                    if ((_links[first] & bit) == 0 || (IsInside(area, x - dx, y - dy) && (_links[first - step] & bit) != 0))
                    {
                        continue;
                    }

                    // Links lead out of the area, never out of the picture.
                    int most = Math.Min(
                        dx == 0 ? int.MaxValue : ((dx > 0 ? area.Right - 1 - x : x - area.X) / Math.Abs(dx)),
                        dy == 0 ? int.MaxValue : (area.Bottom - 1 - y) / dy
                    );
                    AverageChain(values, first, step, bit, most);
                }
            }
        }
    }

    /// <summary>The largest difference of two linked values: how far a line of one colour is from being one.</summary>
    /// <param name="values">One for each small pixel.</param>
    internal float LargestStep(float[] values)
    {
        float largest = 0;
        for (int shift = 0; shift < Shifts.Length; shift++)
        {
            int step = (Shifts[shift].Y * _width) + Shifts[shift].X;
            for (int i = 0; i < _links.Length; i++)
            {
                if ((_links[i] & (1 << shift)) != 0)
                {
                    largest = Math.Max(largest, Math.Abs(values[i] - values[i + step]));
                }
            }
        }

        return largest;
    }

    private void AverageChain(float[] values, int first, int step, int bit, int mostSteps)
    {
        double sum = values[first];
        int count = 1;
        int last = first;
        while (count <= mostSteps && (_links[last] & bit) != 0)
        {
            last += step;
            sum += values[last];
            count++;
        }

        float mean = (float)(sum / count);
        for (int i = 0, at = first; i < count; i++, at += step)
        {
            values[at] = mean;
        }
    }

    private static bool IsInside(TileRect area, int x, int y) => x >= area.X && x < area.Right && y >= area.Y && y < area.Bottom;

    private static void CompareBlocks(float[] large, int width, int height, int scale, int y, Span<byte> row)
    {
        int stride = width * scale;
        for (int shift = 0; shift < Shifts.Length; shift++)
        {
            (int dx, int dy) = Shifts[shift];
            if (y + dy >= height)
            {
                continue;
            }

            int distance = ((dy * stride) + dx) * scale;
            for (int x = Math.Max(0, -dx); x < Math.Min(width, width - dx); x++)
            {
                bool isEqual = true;
                for (int j = 0; j < scale && isEqual; j++)
                {
                    int at = (((y * scale) + j) * stride) + (x * scale);
                    for (int i = 0; i < scale; i++)
                    {
                        isEqual &= Math.Abs(large[at + i] - large[at + distance + i]) <= Tolerance;
                    }
                }

                if (isEqual)
                {
                    row[x] |= (byte)(1 << shift);
                }
            }
        }
    }

    /// <summary>A link holds if it holds for all blocks up to the margin, as far as they are inside.</summary>
    private static void JoinNeighbours(byte[] blocks, int width, int height, int margin, int y, Span<byte> row)
    {
        for (int x = 0; x < width; x++)
        {
            int links = 0xff;
            for (int j = Math.Max(y - margin, 0); j <= Math.Min(y + margin, height - 1); j++)
            {
                for (int i = Math.Max(x - margin, 0); i <= Math.Min(x + margin, width - 1); i++)
                {
                    links &= blocks[(j * width) + i];
                }
            }

            row[x] = (byte)links;
        }
    }
}
