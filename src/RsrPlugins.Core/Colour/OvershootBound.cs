// A network that sharpens overshoots: on flat colours of an edge it draws a darker or lighter rim, red turns black. What a surface of
// one colour is like is known from the small picture, so where one lies beside the edge, the enlarged luma goes no further than
// its value and a little. Where none does, a thin line or a texture may well be darker in the large picture than in any small
// pixel, and nothing is held back.
//
// "A surface" is a 2 x 2 block of small pixels. Over the window around a small pixel, with v the values and b the blocks inside it:
//
//     low  = min v - slack - softness (min over b of the block's largest value - min v)
//     high = max v + slack + softness (max v - max over b of the block's smallest value)
//
// So a block of the smallest value gives a tight bound, and the less flat the darkest block is, or the lighter, the looser the bound:
// there is no threshold a picture could flicker about. Echoes beside an edge lie in surfaces themselves; so luma also leaves the range
// of the 3 x 3 small pixels around by no more than slack and that range. All of it are minima and maxima, the same bytes for every tiling.
using System.Numerics;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Colour;

/// <summary>Holds enlarged luma near the flat surfaces of its small picture; buffers of one worker.</summary>
internal sealed class OvershootBound(int scale)
{
    /// <summary>How far an output pixel's bounds look.</summary>
    public static readonly Reach Reach = new(Side);

    // Small pixels on every side of an output pixel's own.
    private const int Side = 3;

    // Measured on Set5, Set14, Kodak and drawn shapes (docs/colour.md): three levels of 255, and three times what a block is off.
    private const float Slack = 3f / 255;
    private const float Softness = 3;
    private const float NearSoftness = 1;

    // A window has so many pixels on a side, and one fewer places for blocks.
    private const int Window = (2 * Side) + 1;
    private const int NearWindow = 3;

    private float[] _min = [];
    private float[] _max = [];
    private float[] _nearMin = [];
    private float[] _nearMax = [];
    private float[] _darkestBlock = [];
    private float[] _lightestBlock = [];
    private float[] _low = [];
    private float[] _high = [];

    /// <summary>
    /// Holds a result between its bounds. The source is taken as continued by its border pixels: what lies there is beyond the picture, or
    /// needed only by pixels of other tiles.
    /// </summary>
    /// <param name="source">width x height values of luma.</param>
    /// <param name="result">scale times as many on both sides; changed where they are out of bounds.</param>
    public void Apply(ReadOnlySpan<float> source, int width, int height, Span<float> result)
    {
        int padded = width + (2 * Side),
            rows = height + (2 * Side),
            count = padded * rows;
        Pad(source, width, height, padded, rows);
        foreach (float[] copy in (ReadOnlySpan<float[]>)[_min, _nearMin, _nearMax, _darkestBlock, _lightestBlock])
        {
            _max.AsSpan(0, count).CopyTo(copy);
        }

        // Blocks first: the largest and the smallest value of each, at its upper left pixel.
        Widen<Largest>(_darkestBlock, count, padded, 2);
        Widen<Smallest>(_lightestBlock, count, padded, 2);
        Widen<Smallest>(_darkestBlock, count, padded, Window - 1);
        Widen<Largest>(_lightestBlock, count, padded, Window - 1);
        Widen<Smallest>(_nearMin, count, padded, NearWindow);
        Widen<Largest>(_nearMax, count, padded, NearWindow);
        Widen<Smallest>(_min, count, padded, Window);
        Widen<Largest>(_max, count, padded, Window);

        int resultWidth = width * scale;
        for (int y = 0; y < height; y++)
        {
            Bounds(y * padded, padded, width);
            for (int row = 0; row < scale; row++)
            {
                Hold(result.Slice(((y * scale) + row) * resultWidth, resultWidth));
            }
        }
    }

    private void Pad(ReadOnlySpan<float> source, int width, int height, int padded, int rows)
    {
        int count = padded * rows;
        if (_max.Length < count)
        {
            (_min, _max, _nearMin, _nearMax) = (new float[count], new float[count], new float[count], new float[count]);
            (_darkestBlock, _lightestBlock) = (new float[count], new float[count]);
        }

        if (_low.Length < width * scale)
        {
            (_low, _high) = (new float[width * scale], new float[width * scale]);
        }

        for (int y = 0; y < rows; y++)
        {
            ReadOnlySpan<float> from = source.Slice(Math.Clamp(y - Side, 0, height - 1) * width, width);
            Span<float> to = _max.AsSpan(y * padded, padded);
            to[..Side].Fill(from[0]);
            from.CopyTo(to[Side..]);
            to[(Side + width)..].Fill(from[^1]);
        }
    }

    /// <summary>The bounds of a row of small pixels, each repeated for its enlarged ones.</summary>
    private void Bounds(int at, int padded, int width)
    {
        // Planes hold a window's extreme at its upper left pixel, and the near window lies in the middle of the other.
        const int Inset = Side - (NearWindow / 2);
        int near = at + (Inset * padded) + Inset;
        for (int x = 0, i = 0; x < width; x++, at++, near++)
        {
            float range = NearSoftness * (_nearMax[near] - _nearMin[near]);
            float low = MathF.Max(_min[at] - (Slack + (Softness * (_darkestBlock[at] - _min[at]))), _nearMin[near] - (Slack + range));
            float high = MathF.Min(_max[at] + (Slack + (Softness * (_max[at] - _lightestBlock[at]))), _nearMax[near] + (Slack + range));
            for (int copy = 0; copy < scale; copy++, i++)
            {
                _low[i] = low;
                _high[i] = high;
            }
        }
    }

    private void Hold(Span<float> row)
    {
        int x = 0;
        for (; x <= row.Length - Vector<float>.Count; x += Vector<float>.Count)
        {
            Vector.Min(Vector.Max(new Vector<float>(row[x..]), new Vector<float>(_low, x)), new Vector<float>(_high, x)).CopyTo(row[x..]);
        }

        for (; x < row.Length; x++)
        {
            row[x] = MathF.Min(MathF.Max(row[x], _low[x]), _high[x]);
        }
    }

    /// <summary>
    /// Gives every place the extreme of the length x length values right of and below it, in place: of 2, then 4, then the length.
    /// What reaches over the right or lower end is of no use and not used.
    /// </summary>
    private static void Widen<TExtreme>(float[] plane, int count, int stride, int length)
        where TExtreme : struct, IExtreme
    {
        foreach (int step in (ReadOnlySpan<int>)[1, stride])
        {
            for (int reached = 1; reached < length;)
            {
                int further = Math.Min(reached, length - reached);
                Fold<TExtreme>(plane, count, further * step);
                reached += further;
            }
        }
    }

    private static void Fold<TExtreme>(float[] plane, int count, int offset)
        where TExtreme : struct, IExtreme
    {
        // From left to right: every value is read before it is written.
        int i = 0,
            end = count - offset;
        for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
        {
            TExtreme.Of(new Vector<float>(plane, i), new Vector<float>(plane, i + offset)).CopyTo(plane, i);
        }

        for (; i < end; i++)
        {
            plane[i] = TExtreme.Of(plane[i], plane[i + offset]);
        }
    }

    // Types, not delegates: inlined into the loop.
    private interface IExtreme
    {
        static abstract Vector<float> Of(Vector<float> a, Vector<float> b);

        static abstract float Of(float a, float b);
    }

    private readonly struct Smallest : IExtreme
    {
        public static Vector<float> Of(Vector<float> a, Vector<float> b) => Vector.Min(a, b);

        public static float Of(float a, float b) => MathF.Min(a, b);
    }

    private readonly struct Largest : IExtreme
    {
        public static Vector<float> Of(Vector<float> a, Vector<float> b) => Vector.Max(a, b);

        public static float Of(float a, float b) => MathF.Max(a, b);
    }
}
