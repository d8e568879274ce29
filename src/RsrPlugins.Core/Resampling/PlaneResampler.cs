// The classical kernel of one tile: any rectangle of the output, from a window of the source that holds what it needs.
// Rows first, as that leaves the columns to whole-row arithmetic.
using System.Numerics;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Resampling;

/// <summary>Resamples rectangles of one plane; buffer of one worker.</summary>
internal sealed class PlaneResampler(KernelTables tables)
{
    private readonly AxisWeights _horizontal = tables.Horizontal;
    private readonly AxisWeights _vertical = tables.Vertical;
    private readonly PhaseWeights? _phases = tables.Phases;
    private float[] _rows = [];

    /// <summary>The source pixels a rectangle of the output is made of.</summary>
    public TileRect SourceOf(TileRect tile)
    {
        int x = _horizontal.Start(tile.X),
            y = _vertical.Start(tile.Y);
        return new TileRect(x, y, _horizontal.End(tile.Right - 1) - x, _vertical.End(tile.Bottom - 1) - y);
    }

    /// <summary>Resamples <paramref name="plane"/>, which holds the picture's rectangle <paramref name="window"/>, into the tile.</summary>
    public void Run(ReadOnlySpan<float> plane, TileRect window, TileRect tile, Span<float> result)
    {
        TileRect source = SourceOf(tile);
        if (_rows.Length < source.Height * tile.Width)
        {
            _rows = new float[source.Height * tile.Width];
        }

        for (int y = 0; y < source.Height; y++)
        {
            ResampleRow(
                plane.Slice((source.Y + y - window.Y) * window.Width, window.Width),
                window.X,
                tile,
                _rows.AsSpan(y * tile.Width, tile.Width)
            );
        }

        for (int y = 0; y < tile.Height; y++)
        {
            int first = _vertical.Start(tile.Y + y) - source.Y;
            CombineRows(
                _rows.AsSpan(first * tile.Width),
                tile.Width,
                _vertical.Weights(tile.Y + y),
                result.Slice(y * tile.Width, tile.Width)
            );
        }
    }

    private void ResampleRow(ReadOnlySpan<float> row, int rowStart, TileRect tile, Span<float> result)
    {
        // Whole enlarged pixels away from the edges by phases, the rest one by one with the same weights: the same sums.
        int from = tile.Right,
            to = tile.Right;
        if (_phases is not null)
        {
            int scale = _phases.Scale;
            int firstPixel = Math.Max(_phases.From, (tile.X + scale - 1) / scale),
                lastPixel = Math.Min(_phases.To, tile.Right / scale);
            if (firstPixel < lastPixel)
            {
                (from, to) = (firstPixel * scale, lastPixel * scale);
                _phases.Run(row, rowStart, firstPixel, lastPixel, result[(from - tile.X)..]);
            }
        }

        BandResampler.ResampleRow(row, result, _horizontal, rowStart, tile.X, Math.Min(from, tile.Right), channels: 1);
        if (to < tile.Right)
        {
            BandResampler.ResampleRow(row, result[(to - tile.X)..], _horizontal, rowStart, to, tile.Right, channels: 1);
        }
    }

    private static void CombineRows(ReadOnlySpan<float> rows, int width, ReadOnlySpan<float> weights, Span<float> output)
    {
        int x = 0;
        for (; x <= width - Vector<float>.Count; x += Vector<float>.Count)
        {
            Vector<float> sum = new Vector<float>(rows[x..]) * weights[0];
            for (int j = 1, at = width + x; j < weights.Length; j++, at += width)
            {
                sum += new Vector<float>(rows[at..]) * weights[j];
            }

            sum.CopyTo(output[x..]);
        }

        for (; x < width; x++)
        {
            float sum = rows[x] * weights[0];
            for (int j = 1, at = width + x; j < weights.Length; j++, at += width)
            {
                sum += rows[at] * weights[j];
            }

            output[x] = sum;
        }
    }
}
