// A small picture is looked at, so it has to be as bright as the large one, everywhere: where a frame or a letter is made darker to come
// back better, what is around it must make up for it. SRNet does not ask for that, and its gradient takes a level or two away where thin
// lines stand on white, which cannot become lighter. So descent is drawn back to the means of the large picture's blocks.
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Refinement;

/// <summary>How much brighter a small picture is than the large one, averaged over a few pixels around each.</summary>
internal sealed class LocalBrightness
{
    /// <summary>Small pixels the mean goes beyond its own to every side.</summary>
    internal const int Reach = 6;

    private const float Share = 1f / (((2 * Reach) + 1) * ((2 * Reach) + 1));

    private readonly float[] _blockMeans;
    private readonly int _width;
    private readonly int _height;

    /// <param name="large">(scale width) x (scale height) values Y/255.</param>
    /// <param name="width">Of the small picture, pixels.</param>
    /// <param name="height">Of the small picture, pixels.</param>
    /// <param name="scale">Scale factor d.</param>
    internal LocalBrightness(float[] large, int width, int height, int scale)
    {
        (_width, _height) = (width, height);
        _blockMeans = new float[width * height];
        float share = 1f / (scale * scale);
        // Not Resampler, which copies the large plane: it may fill most of the memory.
        for (int y = 0; y < scale * height; y++)
        {
            Span<float> means = _blockMeans.AsSpan(y / scale * width, width);
            ReadOnlySpan<float> row = large.AsSpan(y * scale * width, scale * width);
            for (int x = 0, from = 0; x < width; x++, from += scale)
            {
                foreach (float value in row.Slice(from, scale))
                {
                    means[x] += share * value;
                }
            }
        }
    }

    /// <summary>Adds the difference of brightness to one value for each small pixel. The mean is over a square, with the border's pixels
    /// repeated beyond it.</summary>
    /// <param name="small">The small picture, Y/255, valid <see cref="Reach"/> pixels beyond the rectangle.</param>
    /// <param name="weight">Factor on the difference.</param>
    /// <param name="values">Added to, within the rectangle.</param>
    /// <param name="area">Small pixels.</param>
    internal void AddDifference(float[] small, float weight, float[] values, TileRect area)
    {
        // Sums down each column, then across: every sum is of the same pixels in the same order wherever a window begins. Whole rows are
        // added, which are read one after the other and several pixels at a time.
        float[] columns = new float[area.Width + (2 * Reach)];
        int left = Math.Max(0, area.X - Reach);
        int right = Math.Min(_width, area.Right + Reach);
        Span<float> sums = columns.AsSpan(left - (area.X - Reach), right - left);
        for (int y = area.Y; y < area.Bottom; y++)
        {
            sums.Clear();
            for (int v = y - Reach; v <= y + Reach; v++)
            {
                int from = (Math.Clamp(v, 0, _height - 1) * _width) + left;
                BandResampler.Accumulate(small.AsSpan(from, sums.Length), 1, sums);
                BandResampler.Accumulate(_blockMeans.AsSpan(from, sums.Length), -1, sums);
            }

            columns.AsSpan(0, left - (area.X - Reach)).Fill(sums[0]);
            columns.AsSpan(right - (area.X - Reach)).Fill(sums[^1]);
            for (int x = 0; x < area.Width; x++)
            {
                float sum = 0;
                foreach (float column in columns.AsSpan(x, (2 * Reach) + 1))
                {
                    sum += column;
                }

                values[(y * _width) + area.X + x] += weight * Share * sum;
            }
        }
    }
}
