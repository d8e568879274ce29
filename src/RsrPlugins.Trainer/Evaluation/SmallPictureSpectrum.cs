// How much of the large picture's detail a small one has, and how much it has that the large one does not have there. Both
// are looked at as cosine transforms (DCT-II): its symmetric edges fit a picture's, and its half-sample grid has the same
// origin at every size, so the first w x h coefficients of the large picture are those of an ideally band-limited small one.
namespace RsrPlugins.Trainer.Evaluation;

/// <summary>Energies in the upper half of a small picture's spectrum, as shares of what the large picture has at the same
/// frequencies.</summary>
/// <param name="Kept">Of the large picture's own detail, attenuated or amplified: 1 for an ideal reduction, below for a soft one.</param>
/// <param name="Aliasing">Of everything else: finer detail folded down, ringing, patterns, rounding. 0 for an ideal reduction.</param>
internal sealed record SmallPictureSpectrum(double Kept, double Aliasing)
{
    /// <summary>Rings over which the attenuation is taken to be one factor.</summary>
    private const int Rings = 16;

    /// <summary>Measures a small picture against the large one it was made of.</summary>
    /// <param name="large">d w x d h values, any scale.</param>
    /// <param name="small">w x h values on the same scale.</param>
    internal static SmallPictureSpectrum Measure(float[] large, float[] small, int smallWidth, int smallHeight, int scale)
    {
        double[] wanted = Cosine(large, smallWidth * scale, smallHeight * scale, smallWidth, smallHeight);
        double[] found = Cosine(small, smallWidth, smallHeight, smallWidth, smallHeight);
        (double[]? cross, double[]? own, double[]? total) = (new double[Rings], new double[Rings], new double[Rings]);
        for (int v = 0; v < smallHeight; v++)
        {
            for (int u = 0; u < smallWidth; u++)
            {
                // 1 is the highest frequency the small picture can hold; the upper half is divided into rings.
                double frequency = Math.Max((double)u / smallWidth, (double)v / smallHeight);
                if (frequency < 0.5)
                {
                    continue;
                }

                int ring = Math.Min((int)((frequency - 0.5) * 2 * Rings), Rings - 1);
                int index = (v * smallWidth) + u;
                cross[ring] += wanted[index] * found[index];
                own[ring] += wanted[index] * wanted[index];
                total[ring] += found[index] * found[index];
            }
        }

        // In each ring found = g wanted + rest with the rest orthogonal to wanted, so the energies add up.
        double leastOwn = 1e-9 * own.Sum(); // below this a ring of the large picture holds rounding errors, which anything resembles
        double kept = Enumerable.Range(0, Rings).Sum(ring => own[ring] > leastOwn ? cross[ring] * cross[ring] / own[ring] : 0);
        return new SmallPictureSpectrum(kept / own.Sum(), (total.Sum() - kept) / own.Sum());
    }

    /// <summary>The first columns x rows coefficients of the DCT-II, scaled so that a constant c gives c in the first one whatever the
    /// size.</summary>
    internal static double[] Cosine(float[] plane, int width, int height, int columns, int rows)
    {
        double[] across = Basis(width, columns);
        double[] down = Basis(height, rows);
        double[] half = new double[height * columns];
        for (int y = 0; y < height; y++)
        {
            for (int u = 0; u < columns; u++)
            {
                double sum = 0.0;
                for (int x = 0; x < width; x++)
                {
                    sum += plane[(y * width) + x] * across[(u * width) + x];
                }

                half[(y * columns) + u] = sum;
            }
        }

        double[] result = new double[rows * columns];
        for (int v = 0; v < rows; v++)
        {
            for (int y = 0; y < height; y++)
            {
                double weight = down[(v * height) + y];
                for (int u = 0; u < columns; u++)
                {
                    result[(v * columns) + u] += weight * half[(y * columns) + u];
                }
            }
        }

        return result;
    }

    private static double[] Basis(int length, int count)
    {
        double[] basis = new double[count * length];
        for (int k = 0; k < count; k++)
        {
            for (int i = 0; i < length; i++)
            {
                basis[(k * length) + i] = (k == 0 ? 1 : Math.Sqrt(2)) * Math.Cos(Math.PI * (i + 0.5) * k / length) / length;
            }
        }

        return basis;
    }
}
