// The classical kernel of one tile: any rectangle of the output, from a window of the source that holds what it needs.
// Rows first, as that leaves the columns to whole-row arithmetic.
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Resampling;

/// <summary>Resamples rectangles of one plane; buffer of one worker.</summary>
internal sealed class PlaneResampler(AxisWeights horizontal, AxisWeights vertical)
{
    private float[] _rows = [];

    /// <summary>The source pixels a rectangle of the output is made of.</summary>
    public TileRect SourceOf(TileRect tile)
    {
        int x = horizontal.Start(tile.X), y = vertical.Start(tile.Y);
        return new TileRect(x, y, horizontal.End(tile.Right - 1) - x, vertical.End(tile.Bottom - 1) - y);
    }

    /// <summary>Resamples <paramref name="plane"/>, which holds the picture's rectangle <paramref name="window"/>, into the tile.</summary>
    public void Run(ReadOnlySpan<float> plane, TileRect window, TileRect tile, Span<float> result)
    {
        TileRect source = SourceOf(tile);
        if (_rows.Length < source.Height * tile.Width)
            _rows = new float[source.Height * tile.Width];
        for (int y = 0; y < source.Height; y++)
        {
            ReadOnlySpan<float> row = plane.Slice((source.Y + y - window.Y) * window.Width, window.Width);
            BandResampler.ResampleRow(row, _rows.AsSpan(y * tile.Width, tile.Width), horizontal, window.X, tile.X, tile.Right, channels: 1);
        }

        for (int y = 0; y < tile.Height; y++)
        {
            Span<float> output = result.Slice(y * tile.Width, tile.Width);
            ReadOnlySpan<float> weights = vertical.Weights(tile.Y + y);
            int first = vertical.Start(tile.Y + y) - source.Y;
            BandResampler.Scale(_rows.AsSpan(first * tile.Width, tile.Width), weights[0], output);
            for (int j = 1; j < weights.Length; j++)
                BandResampler.Accumulate(_rows.AsSpan((first + j) * tile.Width, tile.Width), weights[j], output);
        }
    }
}
