// Sharpens enlarged colour with the network's luma. A kernel alone leaves colour blurred where luma is crisp, which shows as
// fringes along coloured edges. But around an edge between two colours the difference planes are a straight line of luma;
// so each is fitted to luma over the 3 x 3 source pixels around a pixel, and what the network added to the kernel's
// luma is added to the kernel's colour by the slope of that line:
//
//     colour = kernel(colour) + kernel(slope) * (network's luma - kernel(luma))
//
// A slope counts by how well the line explains the colour - the square of the correlation, to its fourth power, as nine noisy
// pixels fit a line too easily - and the result is held near the range of the 3 x 3 source pixels, so that a chance slope
// invents no colour. Grey has slope 0 exactly. Pixels beyond the picture are its border pixels again.
using System.Numerics;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Colour;

/// <summary>Slopes and bounds of both difference planes over a rectangle of source pixels; buffers of one worker.</summary>
internal sealed class ChromaGuide
{
    /// <summary>A slope is fitted over the 3 x 3 source pixels around a pixel.</summary>
    public static readonly Reach Reach = new(1);

    // Variance of luma below which a slope says little: the square of about two levels of 255.
    private const float LumaVarianceFloor = 6e-5f;

    // How far beyond the range of the 3 x 3 source pixels colour may go, as a share of that range.
    private const float Overshoot = 0.1f;

    private readonly Plane _red = new();
    private readonly Plane _blue = new();
    private readonly float[][] _lumaRows =
    [
        [],
        [],
        [],
    ];
    private TileRect _rect;

    /// <summary>Slope of R' - G' over luma at each source pixel of the rectangle last fitted.</summary>
    public float[] RedSlope => _red.Slope;

    /// <summary>Slope of B' - G' over luma.</summary>
    public float[] BlueSlope => _blue.Slope;

    /// <summary>Fits the planes of a window, which reaches one pixel further than <paramref name="rect"/> unless the picture
    /// ends.</summary>
    public void Fit(SourceWindow window, TileRect rect)
    {
        _rect = rect;
        _red.Prepare(rect);
        _blue.Prepare(rect);
        for (int y = 0; y < rect.Height; y++)
        {
            TakeRows(window, window.FullRangeLuma, rect, y, _lumaRows);
            _red.FitRow(window, window.RedDifference, _lumaRows, rect, y);
            _blue.FitRow(window, window.BlueDifference, _lumaRows, rect, y);
        }
    }

    /// <summary>
    /// Adds slope * (luma - kernelLuma) to a row of enlarged colour and holds it between its bounds; the row begins at output
    /// pixel (<paramref name="x"/>, <paramref name="y"/>).
    /// </summary>
    public void Apply(
        int x,
        int y,
        int scale,
        ReadOnlySpan<float> redSlope,
        ReadOnlySpan<float> blueSlope,
        ReadOnlySpan<float> luma,
        ReadOnlySpan<float> kernelLuma,
        Span<float> red,
        Span<float> blue
    )
    {
        int row = (y / scale) - _rect.Y,
            column = (x / scale) - _rect.X;
        _red.Apply(row, column, x % scale, scale, redSlope, luma, kernelLuma, red);
        _blue.Apply(row, column, x % scale, scale, blueSlope, luma, kernelLuma, blue);
    }

    /// <summary>Copies the three rows around a row, with one pixel more on both sides and room for whole vectors.</summary>
    private static void TakeRows(SourceWindow window, float[] plane, TileRect rect, int y, float[][] rows)
    {
        TileRect bounds = window.Rect;
        int left = Math.Max(rect.X - 1, bounds.X),
            right = Math.Min(rect.Right + 1, bounds.Right);
        for (int j = 0; j < 3; j++)
        {
            if (rows[j].Length < rect.Width + 2 + Vector<float>.Count)
            {
                rows[j] = new float[rect.Width + 2 + Vector<float>.Count];
            }

            int from = window.At(left, Math.Clamp(rect.Y + y + j - 1, bounds.Y, bounds.Bottom - 1));
            Span<float> row = rows[j];
            plane.AsSpan(from, right - left).CopyTo(row[(left - (rect.X - 1))..]);
            if (left == rect.X)
            {
                row[0] = row[1];
            }

            if (right == rect.Right)
            {
                row[rect.Width + 1] = row[rect.Width];
            }
        }
    }

    /// <summary>One difference plane.</summary>
    private sealed class Plane
    {
        private readonly float[][] _rows =
        [
            [],
            [],
            [],
        ];
        private float[] _min = [];
        private float[] _max = [];
        private float[] _minEnlarged = [];
        private float[] _maxEnlarged = [];
        private (int Row, int Column, int Phase, int Length) _enlarged;
        private int _width;

        public float[] Slope { get; private set; } = [];

        public void Prepare(TileRect rect)
        {
            _width = rect.Width;
            _enlarged = (-1, 0, 0, 0);

            // The last vector of the last row may reach beyond it.
            int count = (rect.Width * rect.Height) + Vector<float>.Count;
            if (Slope.Length < count)
            {
                (Slope, _min, _max) = (new float[count], new float[count], new float[count]);
            }
        }

        public void FitRow(SourceWindow window, float[] plane, float[][] lumaRows, TileRect rect, int y)
        {
            TakeRows(window, plane, rect, y, _rows);
            for (int x = 0; x < rect.Width; x += Vector<float>.Count)
            {
                FitPixels(lumaRows, x, (y * rect.Width) + x);
            }
        }

        public void Apply(
            int row,
            int column,
            int phase,
            int scale,
            ReadOnlySpan<float> slope,
            ReadOnlySpan<float> luma,
            ReadOnlySpan<float> kernelLuma,
            Span<float> colour
        )
        {
            if (_enlarged != (row, column, phase, colour.Length))
            {
                EnlargeBounds((row * _width) + column, phase, scale, colour.Length);
                _enlarged = (row, column, phase, colour.Length);
            }

            ReadOnlySpan<float> min = _minEnlarged.AsSpan(0, colour.Length),
                max = _maxEnlarged.AsSpan(0, colour.Length);
            int x = 0;
            for (; x <= colour.Length - Vector<float>.Count; x += Vector<float>.Count)
            {
                Vector<float> value =
                    new Vector<float>(colour[x..])
                    + (new Vector<float>(slope[x..]) * (new Vector<float>(luma[x..]) - new Vector<float>(kernelLuma[x..])));
                Vector.Min(Vector.Max(value, new Vector<float>(min[x..])), new Vector<float>(max[x..])).CopyTo(colour[x..]);
            }

            for (; x < colour.Length; x++)
            {
                colour[x] = MathF.Min(MathF.Max(colour[x] + (slope[x] * (luma[x] - kernelLuma[x])), min[x]), max[x]);
            }
        }

        private void EnlargeBounds(int at, int phase, int scale, int length)
        {
            if (_minEnlarged.Length < length)
            {
                (_minEnlarged, _maxEnlarged) = (new float[length], new float[length]);
            }

            for (int x = 0; x < length; x++)
            {
                _minEnlarged[x] = _min[at];
                _maxEnlarged[x] = _max[at];
                if (++phase == scale)
                {
                    phase = 0;
                    at++;
                }
            }
        }

        private void FitPixels(float[][] lumaRows, int x, int index)
        {
            // Sums are of differences to the middle pixel: exact zeros where nothing varies, and no cancellation.
            Vector<float> lumaOrigin = new(lumaRows[1], x + 1),
                colourOrigin = new(_rows[1], x + 1);
            Vector<float> luma = default,
                colour = default,
                lumaSquares = default,
                colourSquares = default,
                products = default;
            Vector<float> min = colourOrigin,
                max = colourOrigin;
            for (int j = 0; j < 3; j++)
            {
                for (int i = 0; i < 3; i++)
                {
                    Vector<float> value = new Vector<float>(_rows[j], x + i);
                    Vector<float> a = new Vector<float>(lumaRows[j], x + i) - lumaOrigin,
                        b = value - colourOrigin;
                    luma += a;
                    colour += b;
                    lumaSquares += a * a;
                    colourSquares += b * b;
                    products += a * b;
                    min = Vector.Min(min, value);
                    max = Vector.Max(max, value);
                }
            }

            const float Share = 1f / 9;
            Vector<float> lumaMean = luma * Share,
                colourMean = colour * Share;
            Vector<float> lumaVariance = (lumaSquares * Share) - (lumaMean * lumaMean);
            Vector<float> colourVariance = (colourSquares * Share) - (colourMean * colourMean);
            Vector<float> covariance = (products * Share) - (lumaMean * colourMean);
            Vector<float> correlation = Vector.Min(
                covariance * covariance / Vector.Max(lumaVariance * colourVariance, new Vector<float>(1e-12f)),
                Vector<float>.One
            );
            Vector<float> trust = correlation * correlation;
            Vector<float> slope = covariance / (lumaVariance + new Vector<float>(LumaVarianceFloor)) * trust * trust;

            // What a vector writes beyond its row is overwritten by the next.
            slope.CopyTo(Slope, index);
            (min - ((max - min) * Overshoot)).CopyTo(_min, index);
            (max + ((max - min) * Overshoot)).CopyTo(_max, index);
        }
    }
}
