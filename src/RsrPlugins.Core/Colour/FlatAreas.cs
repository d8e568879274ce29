// A network has a small bias: over a flat colour it may be off by a fraction of a level, which shows as a changed background
// in a logo or a screenshot. Where everything an output pixel depends on is one value, the answer is known, so it is that
// value. This looks at the receptive field only, so it holds for every tiling; and a source that is flat altogether
// need not be given to the network at all.
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Colour;

/// <summary>Makes flat areas come back flat and equal; buffers of one worker.</summary>
/// <param name="scale">How many times larger or smaller the result is.</param>
/// <param name="reach">How far the network looks: its halo.</param>
/// <param name="reducing">Smaller, not larger.</param>
internal sealed class FlatAreas(int scale, Reach reach, bool reducing)
{
    private readonly int _halo = reach.Pixels;
    private int[] _columnRuns = [];

    /// <summary>As far as the network: only there the answer is known.</summary>
    public Reach Reach => reach;

    /// <summary>Whether all values are the same.</summary>
    public static bool IsFlat(ReadOnlySpan<float> source) => !source.ContainsAnyExcept(source[0]);

    /// <summary>
    /// Puts the source's value into every output pixel whose receptive field holds only that value. The source is taken as
    /// continued by its border pixels: what lies there is beyond the picture, or needed only by pixels of other tiles.
    /// </summary>
    public void Apply(ReadOnlySpan<float> source, int width, int height, Span<float> result)
    {
        // A unit is what is written at once, an LR pixel: enlarging reads a square around one source pixel, reducing one around
        // a block of scale x scale. Runs end at the current position: of equal values along its row, and down its column of
        // rows whose run is as long as the field.
        int block = reducing ? scale : 1;
        int field = block + (2 * _halo);
        int paddedWidth = width + (2 * _halo);
        if (_columnRuns.Length < paddedWidth)
        {
            _columnRuns = new int[paddedWidth];
        }

        Array.Clear(_columnRuns);
        ReadOnlySpan<float> above = source[..width];
        for (int y = 0; y < height + (2 * _halo); y++)
        {
            ReadOnlySpan<float> row = source.Slice(Math.Clamp(y - _halo, 0, height - 1) * width, width);
            int rowRun = 0;
            float previous = row[0];
            bool lastRowOfUnit = y >= field - 1 && (y - field + 1) % block == 0;
            for (int x = 0; x < paddedWidth; x++)
            {
                int at = Math.Clamp(x - _halo, 0, width - 1);
                float value = row[at];
                rowRun = value == previous ? rowRun + 1 : 1;
                previous = value;
                int columnRun =
                    rowRun < field ? 0
                    : value == above[at] ? _columnRuns[x] + 1
                    : 1;
                _columnRuns[x] = columnRun;
                if (lastRowOfUnit && columnRun >= field && (x - field + 1) % block == 0)
                {
                    Put(value, (x - field + 1) / block, (y - field + 1) / block, width / block, result);
                }
            }

            above = row;
        }
    }

    private void Put(float value, int x, int y, int width, Span<float> result)
    {
        if (reducing)
        {
            result[(y * width) + x] = value;
            return;
        }

        for (int j = 0; j < scale; j++)
        {
            result.Slice((((y * scale) + j) * width * scale) + (x * scale), scale).Fill(value);
        }
    }
}
