// How alike blends of two enlargements are to the true picture. Means, variances and covariances of a blend follow from those of its two
// parts, so the windows are filtered once, whatever the number of strengths.
namespace RsrPlugins.Trainer.Strength;

/// <summary>SSIM (Wang et al. 2004: Gaussian of sigma 1.5 over 11 x 11 pixels, K1 0.01, K2 0.03, L 255) at every other position of every
/// other row, of square planes in 8-bit levels.</summary>
internal sealed class BlendSimilarity
{
    private const int Size = 11;
    private const int Radius = Size / 2;
    private const double Sigma = 1.5;
    private const int Step = 2;
    private const float C1 = 0.01f * 255 * 0.01f * 255;
    private const float C2 = 0.03f * 255 * 0.03f * 255;

    private static readonly float[] _window = Window();

    private readonly int _side;
    private readonly int _border;
    private readonly int _positions;
    private readonly float[] _truth;
    private readonly float[] _truthMean;
    private readonly float[] _truthSquare;

    /// <param name="truth">The true picture, row by row.</param>
    /// <param name="side">Its side in pixels.</param>
    /// <param name="border">Pixels left out on every side; at least 11 are left inside.</param>
    internal BlendSimilarity(float[] truth, int side, int border)
    {
        (_truth, _side, _border) = (truth, side, border);
        _positions = ((side - (2 * border) - Size) / Step) + 1;
        _truthMean = Means(truth, null);
        _truthSquare = Means(truth, truth);
    }

    /// <summary>Filters what is to be part of blends.</summary>
    /// <param name="plane">Row by row.</param>
    internal Part Filtered(float[] plane) => new(this, plane);

    /// <summary>SSIM of one plane.</summary>
    internal double Of(Part plane) => Of(plane, plane, [0])[0];

    /// <summary>SSIM of blends.</summary>
    /// <param name="none">What a strength of 0 shows.</param>
    /// <param name="whole">What a strength of 1 shows.</param>
    /// <param name="strengths">Each 0 to 1.</param>
    /// <returns>One for each strength.</returns>
    internal double[] Of(Part none, Part whole, IReadOnlyList<double> strengths)
    {
        float[] products = ReferenceEquals(none, whole) ? none.Square : Means(none.Plane, whole.Plane);
        double[] sums = new double[strengths.Count];
        for (int i = 0; i < _truthMean.Length; i++)
        {
            for (int k = 0; k < sums.Length; k++)
            {
                float strength = (float)strengths[k],
                    rest = 1 - strength;
                float mean = (rest * none.Mean[i]) + (strength * whole.Mean[i]),
                    square =
                        (rest * rest * none.Square[i])
                        + (2 * rest * strength * products[i])
                        + (strength * strength * whole.Square[i]),
                    product = (rest * none.Truth[i]) + (strength * whole.Truth[i]),
                    truth = _truthMean[i],
                    variances = _truthSquare[i] - (truth * truth) + square - (mean * mean),
                    covariance = product - (truth * mean);
                sums[k] +=
                    ((2 * truth * mean) + C1) * ((2 * covariance) + C2) / (((truth * truth) + (mean * mean) + C1) * (variances + C2));
            }
        }

        return Array.ConvertAll(sums, sum => sum / _truthMean.Length);
    }

    // Windows' means of a plane, or of the products of two.
    private float[] Means(float[] first, float[]? second)
    {
        int inside = _side - (2 * _border);
        float[] rows = new float[inside * _positions],
            line = new float[inside];
        for (int y = 0; y < inside; y++)
        {
            int start = ((y + _border) * _side) + _border;
            for (int x = 0; x < inside; x++)
            {
                line[x] = second is null ? first[start + x] : first[start + x] * second[start + x];
            }

            for (int x = 0; x < _positions; x++)
            {
                float sum = 0;
                for (int k = 0; k < Size; k++)
                {
                    sum += _window[k] * line[(Step * x) + k];
                }

                rows[(y * _positions) + x] = sum;
            }
        }

        float[] means = new float[_positions * _positions];
        for (int y = 0; y < _positions; y++)
        {
            Span<float> target = means.AsSpan(y * _positions, _positions);
            for (int k = 0; k < Size; k++)
            {
                ReadOnlySpan<float> row = rows.AsSpan(((Step * y) + k) * _positions, _positions);
                for (int x = 0; x < target.Length; x++)
                {
                    target[x] += _window[k] * row[x];
                }
            }
        }

        return means;
    }

    private static float[] Window()
    {
        double[] window = [.. Enumerable.Range(-Radius, Size).Select(x => Math.Exp(-x * x / (2 * Sigma * Sigma)))];
        return Array.ConvertAll(window, value => (float)(value / window.Sum()));
    }

    /// <summary>Windows' means of a plane, its square and its product with the true picture.</summary>
    internal sealed class Part(BlendSimilarity of, float[] plane)
    {
        internal float[] Plane { get; } = plane;

        internal float[] Mean { get; } = of.Means(plane, null);

        internal float[] Square { get; } = of.Means(plane, plane);

        internal float[] Truth { get; } = of.Means(plane, of._truth);
    }
}
