// What colour has a transparent pixel? None; but files and editors leave something there (often white, black or the
// background of long ago), and a network or a kernel that reads it pulls it into the visible border. So before either
// sees the planes, a pixel becomes t * colour + (1 - t) * surroundings. The surroundings are the alpha-weighted mean of a
// window whose weights halve with every pixel of distance: nearly the nearest visible colour, but smooth. t is the pixel's
// alpha over the window's mean alpha, at most 1: it is 0 for a transparent pixel, and 1 inside a layer of even
// half-transparency, whose colours are as good as any.
//
// Opaque pixels are untouched to the bit. A window, and not a search or a recursive filter, because a bounded sum in a fixed
// order gives the same bits in every tile.
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Colour;

/// <summary>Replaces the colour of transparent pixels by that of their visible surroundings; buffers of one worker.</summary>
internal sealed class TransparentFill(Reach reach)
{
    /// <summary>Where nothing visible is within reach the colour cannot matter: it influences only pixels that are transparent
    /// again.</summary>
    public const float NeutralLuma = 0.5f;

    private readonly int _radius = reach.Pixels;
    private float[] _padded = [];
    private float[] _rows = [];
    private float[] _alphaSums = [];
    private float[] _sums = [];

    /// <summary>How far a visible pixel gives its colour.</summary>
    public Reach Reach => reach;

    /// <summary>
    /// Fills the pixels of <paramref name="core"/>. The window must reach <see cref="Reach"/> further on every side, unless
    /// the picture ends.
    /// </summary>
    public void Apply(SourceWindow window, TileRect core)
    {
        int count = core.Width * core.Height;
        Grow(ref _padded, window.Rect.Width + (2 * _radius));
        Grow(ref _rows, window.Rect.Height * core.Width);
        Grow(ref _alphaSums, count);
        Grow(ref _sums, count);

        Sum(window, core, plane: null, _alphaSums);
        Fill(window, core, window.FullRangeLuma, NeutralLuma);
        if (window.HasColour)
        {
            Fill(window, core, window.RedDifference, 0);
            Fill(window, core, window.BlueDifference, 0);
        }
    }

    private void Fill(SourceWindow window, TileRect core, float[] plane, float neutral)
    {
        Sum(window, core, plane, _sums);
        for (int y = 0; y < core.Height; y++)
        {
            int at = window.At(core.X, core.Y + y);
            float weightOfRow = WeightWithin(core.Y + y, window.Rect.Y, window.Rect.Bottom);
            for (int x = 0; x < core.Width; x++)
            {
                float alpha = window.Alpha[at + x];
                if (alpha == 1)
                {
                    continue;
                }

                float alphaSum = _alphaSums[(y * core.Width) + x];
                float surroundings = alphaSum > 0 ? _sums[(y * core.Width) + x] / alphaSum : neutral;
                float share =
                    alphaSum > 0
                        ? Math.Min(alpha * weightOfRow * WeightWithin(core.X + x, window.Rect.X, window.Rect.Right) / alphaSum, 1)
                        : 0;
                plane[at + x] = (share * plane[at + x]) + ((1 - share) * surroundings);
            }
        }
    }

    /// <summary>Window sums of alpha * plane (of alpha alone without a plane) for every pixel of the core.</summary>
    private void Sum(SourceWindow window, TileRect core, float[]? plane, float[] sums)
    {
        // Along rows: the row lies between two margins of zeros, so that the sum needs no test for the ends.
        Span<float> padded = _padded.AsSpan(0, window.Rect.Width + (2 * _radius));
        padded.Clear();
        for (int y = 0; y < window.Rect.Height; y++)
        {
            Span<float> weighted = padded.Slice(_radius, window.Rect.Width);
            ReadOnlySpan<float> alpha = window.Alpha.AsSpan(y * window.Rect.Width, window.Rect.Width);
            if (plane is null)
            {
                alpha.CopyTo(weighted);
            }
            else
            {
                ReadOnlySpan<float> row = plane.AsSpan(y * window.Rect.Width, window.Rect.Width);
                for (int x = 0; x < row.Length; x++)
                {
                    weighted[x] = alpha[x] * row[x];
                }
            }

            Span<float> output = _rows.AsSpan(y * core.Width, core.Width);
            int centre = core.X - window.Rect.X + _radius;
            output.Clear();
            for (int k = -_radius; k <= _radius; k++)
            {
                BandResampler.Accumulate(padded.Slice(centre + k, core.Width), Weight(k), output);
            }
        }

        // Down columns, over the rows there are.
        for (int y = 0; y < core.Height; y++)
        {
            Span<float> output = sums.AsSpan(y * core.Width, core.Width);
            output.Clear();
            int centre = core.Y + y - window.Rect.Y;
            for (int k = Math.Max(-_radius, -centre); k <= Math.Min(_radius, window.Rect.Height - 1 - centre); k++)
            {
                BandResampler.Accumulate(_rows.AsSpan((centre + k) * core.Width, core.Width), Weight(k), output);
            }
        }
    }

    /// <summary>Sum of the weights along one axis that fall inside the picture.</summary>
    private float WeightWithin(int position, int from, int to)
    {
        // 1 + 1/2 + ... + 2^-n is 2 - 2^-n; the centre is in both directions.
        int before = Math.Min(position - from, _radius),
            after = Math.Min(to - 1 - position, _radius);
        return 3 - Weight(before) - Weight(after);
    }

    private static float Weight(int distance) => 1f / (1 << Math.Abs(distance));

    private static void Grow(ref float[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = new float[length];
        }
    }
}
