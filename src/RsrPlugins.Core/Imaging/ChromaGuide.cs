// Sharpens enlarged colour with the network's luma. A kernel alone leaves colour blurred where luma is crisp, which shows as
// fringes along coloured edges. But around an edge between two colours the difference planes are a straight line of luma;
// so each is fitted to luma over the 3 x 3 source pixels around a pixel, and what the network added to the kernel's
// luma is added to the kernel's colour by the slope of that line:
//
//     colour = kernel(colour) + kernel(slope) * (network's luma - kernel(luma))
//
// A slope counts by how well the line explains the colour - the square of the correlation, to its fourth power, as nine noisy
// pixels fit a line too easily - and the result is held near the range of the 3 x 3 source pixels, so that a chance slope
// invents no colour. Grey has slope 0 exactly.
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Imaging;

/// <summary>Slopes and bounds of one difference plane over a rectangle of source pixels; buffers of one worker.</summary>
internal sealed class ChromaGuide
{
    // Variance of luma below which a slope says little: the square of about two levels of 255.
    private const float LumaVarianceFloor = 6e-5f;

    // How far beyond the range of the 3 x 3 source pixels colour may go, as a share of that range.
    private const float Overshoot = 0.1f;

    private float[] _least = [];
    private float[] _most = [];

    /// <summary>The source pixels the slopes are of.</summary>
    public TileRect Rect { get; private set; }

    /// <summary>Slope of colour over luma at each source pixel of <see cref="Rect"/>.</summary>
    public float[] Slope { get; private set; } = [];

    /// <summary>Fits a plane of the window, which reaches one pixel further than <paramref name="rect"/> unless the picture ends.</summary>
    public void Fit(SourceWindow window, float[] plane, TileRect rect)
    {
        Rect = rect;
        int count = rect.Width * rect.Height;
        if (Slope.Length < count)
            (Slope, _least, _most) = (new float[count], new float[count], new float[count]);
        TileRect bounds = window.Rect;
        for (int y = 0; y < rect.Height; y++)
        {
            int top = Math.Max(rect.Y + y - 1, bounds.Y), bottom = Math.Min(rect.Y + y + 2, bounds.Bottom);
            for (int x = 0; x < rect.Width; x++)
            {
                int left = Math.Max(rect.X + x - 1, bounds.X), right = Math.Min(rect.X + x + 2, bounds.Right);
                FitPixel(window, plane, (left, top, right, bottom), (y * rect.Width) + x);
            }
        }
    }

    /// <summary>
    /// Adds slope * (luma - kernelLuma) to a row of enlarged colour and holds it between its bounds; row and columns of the output
    /// begin at <paramref name="x"/>, <paramref name="y"/>.
    /// </summary>
    public void Apply(int x, int y, int scale, ReadOnlySpan<float> slope, ReadOnlySpan<float> luma, ReadOnlySpan<float> kernelLuma, Span<float> colour)
    {
        int row = ((y / scale) - Rect.Y) * Rect.Width;
        int column = (x / scale) - Rect.X, phase = x % scale;
        for (int i = 0; i < colour.Length; i++)
        {
            float value = colour[i] + (slope[i] * (luma[i] - kernelLuma[i]));
            colour[i] = MathF.Min(MathF.Max(value, _least[row + column]), _most[row + column]);
            if (++phase == scale)
            {
                phase = 0;
                column++;
            }
        }
    }

    private void FitPixel(SourceWindow window, float[] plane, (int Left, int Top, int Right, int Bottom) around, int index)
    {
        float luma = 0, colour = 0, lumaSquares = 0, colourSquares = 0, products = 0, least = float.MaxValue, most = float.MinValue;

        // Sums are of differences to the first pixel: exact zeros where nothing varies, and no cancellation.
        int first = window.At(around.Left, around.Top);
        float lumaOrigin = window.FullRangeLuma[first], colourOrigin = plane[first];
        for (int y = around.Top; y < around.Bottom; y++)
        {
            int at = window.At(around.Left, y);
            for (int x = around.Left; x < around.Right; x++, at++)
            {
                float a = window.FullRangeLuma[at] - lumaOrigin, b = plane[at] - colourOrigin;
                luma += a;
                colour += b;
                lumaSquares += a * a;
                colourSquares += b * b;
                products += a * b;
                least = MathF.Min(least, plane[at]);
                most = MathF.Max(most, plane[at]);
            }
        }

        float scale = 1f / ((around.Right - around.Left) * (around.Bottom - around.Top));
        float lumaVariance = (lumaSquares * scale) - (luma * scale * luma * scale);
        float colourVariance = (colourSquares * scale) - (colour * scale * colour * scale);
        float covariance = (products * scale) - (luma * scale * colour * scale);
        float correlation = covariance * covariance / MathF.Max(lumaVariance * colourVariance, 1e-12f);
        float trust = MathF.Min(correlation, 1f) * MathF.Min(correlation, 1f);
        Slope[index] = covariance / (lumaVariance + LumaVarianceFloor) * trust * trust;
        _least[index] = least - (Overshoot * (most - least));
        _most[index] = most + (Overshoot * (most - least));
    }
}
