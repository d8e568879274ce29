// What the network must never be worse than: the better of bicubic and Lanczos enlargement of the same small picture. It is known for every
// crop while it is drawn, and serves twice: a hinge term of the loss, and the weight of crops whose damage no network can undo.
namespace RsrPlugins.Trainer.Data;

/// <summary>Mean squared errors of classical enlargements of crops by a whole number.</summary>
internal sealed class ClassicalError
{
    private readonly int _scale;
    private readonly Phase[][] _kernels;

    /// <param name="scale">Scale factor d.</param>
    internal ClassicalError(int scale)
    {
        _scale = scale;
        _kernels = [Phases(scale, x => SeparableTaps.Cubic(x, -0.5), 2), Phases(scale, SeparableTaps.Lanczos3, 3)];
    }

    /// <summary>The lesser error over a crop, in squared units of the values.</summary>
    /// <param name="low">The small region, lowSide x lowSide.</param>
    /// <param name="high">The large region, d times as large.</param>
    /// <param name="lowSide">Side of the small region.</param>
    /// <param name="column">First column of the crop in the small region.</param>
    /// <param name="row">First row of the crop in the small region.</param>
    /// <param name="side">Side of the small crop.</param>
    internal double Of(ReadOnlySpan<float> low, ReadOnlySpan<float> high, int lowSide, int column, int row, int side)
    {
        double min = double.MaxValue;
        float[] between = new float[lowSide * side * _scale];
        foreach (Phase[] phases in _kernels)
        {
            // Columns first, of all rows of the region.
            int width = side * _scale;
            for (int y = 0; y < lowSide; y++)
            {
                ReadOnlySpan<float> source = low.Slice(y * lowSide, lowSide);
                for (int x = 0; x < width; x++)
                {
                    Phase phase = phases[x % _scale];
                    int first = column + (x / _scale) + phase.Start;
                    float sum = 0;
                    for (int k = 0; k < phase.Weights.Length; k++)
                    {
                        sum += phase.Weights[k] * source[Math.Clamp(first + k, 0, lowSide - 1)];
                    }

                    between[(y * width) + x] = sum;
                }
            }

            double squares = 0;
            for (int y = 0; y < width; y++)
            {
                Phase phase = phases[y % _scale];
                int first = row + (y / _scale) + phase.Start;
                ReadOnlySpan<float> truth = high.Slice((((row * _scale) + y) * lowSide * _scale) + (column * _scale), width);
                for (int x = 0; x < width; x++)
                {
                    float sum = 0;
                    for (int k = 0; k < phase.Weights.Length; k++)
                    {
                        sum += phase.Weights[k] * between[(Math.Clamp(first + k, 0, lowSide - 1) * width) + x];
                    }

                    float error = sum - truth[x];
                    squares += error * error;
                }
            }

            min = Math.Min(min, squares / (width * width));
        }

        return min;
    }

    /// <summary>Weights of the large pixels of one phase: those of small pixels from Start on, counted from the small pixel it lies
    /// in.</summary>
    private sealed record Phase(int Start, float[] Weights);

    private static Phase[] Phases(int scale, Func<double, double> kernel, int support) =>
        [
            .. Enumerable
                .Range(0, scale)
                .Select(phase =>
                {
                    double centre = ((phase + 0.5) / scale) - 0.5;
                    int start = (int)Math.Floor(centre) - support + 1;
                    double[] weights = [.. Enumerable.Range(start, 2 * support).Select(pixel => kernel(pixel - centre))];
                    return new Phase(start, [.. weights.Select(weight => (float)(weight / weights.Sum()))]);
                }),
        ];
}
