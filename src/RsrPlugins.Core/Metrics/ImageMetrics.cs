// PSNR and SSIM as the super-resolution literature computes them. A metric demands its protocol as arguments: there is no
// default border and no default range, so no figure can be compared with one measured otherwise by accident.
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Core.Metrics;

/// <summary>How two pictures differ; see <see cref="ImageMetrics.Compare"/>.</summary>
/// <param name="LumaPsnr">PSNR in dB of BT.601 studio luma rounded to 8 bits, of two grey pictures of their rounded values; +infinity where
/// equal.</param>
/// <param name="LumaSsim">SSIM of the same planes; null where the picture is smaller than the 11 x 11 window.</param>
/// <param name="RgbPsnr">PSNR in dB over all R'G'B' samples on the 8-bit scale.</param>
/// <param name="MaxDifference">The largest difference of any sample, alpha included, on the 8-bit scale.</param>
public sealed record PictureDifference(double LumaPsnr, double? LumaSsim, double RgbPsnr, double MaxDifference);

/// <summary>Full-reference metrics over single planes of 8-bit scale values (0 to 255, not necessarily integers).</summary>
public static class ImageMetrics
{
    private const double Peak = 255;
    private const int WindowRadius = 5;
    private const int WindowSize = (2 * WindowRadius) + 1;
    private const double WindowSigma = 1.5;

    /// <summary>10 log10(255^2 / MSE) in dB after shaving <paramref name="cropBorder"/> pixels off every side; +infinity for equal
    /// planes.</summary>
    /// <exception cref="ArgumentException">Planes of other lengths, or nothing is left inside the border.</exception>
    public static double Psnr(ReadOnlySpan<float> reference, ReadOnlySpan<float> actual, int width, int height, int cropBorder)
    {
        Check(reference, actual, width, height, cropBorder, smallest: 1);
        double sum = 0;
        for (int y = cropBorder; y < height - cropBorder; y++)
        {
            int start = (y * width) + cropBorder,
                count = width - (2 * cropBorder);
            sum += SquaredError(reference.Slice(start, count), actual.Slice(start, count));
        }

        return PsnrOf(sum, (long)(width - (2 * cropBorder)) * (height - (2 * cropBorder)));
    }

    /// <summary>Wang et al. 2004: 11 x 11 Gaussian, sigma 1.5, K1 0.01, K2 0.03, L 255, valid positions only, mean over
    /// positions.</summary>
    /// <exception cref="ArgumentException">Planes of other lengths, or less than 11 x 11 pixels are left inside the border.</exception>
    public static double Ssim(ReadOnlySpan<float> reference, ReadOnlySpan<float> actual, int width, int height, int cropBorder)
    {
        Check(reference, actual, width, height, cropBorder, WindowSize);
        const double C1 = 0.01 * Peak * (0.01 * Peak),
            C2 = 0.03 * Peak * (0.03 * Peak);
        Span<double> window = stackalloc double[WindowSize];
        FillWindow(window);

        // The window is separable: five moments (x, y, xx, yy, xy) are filtered down the columns of 11 rows, then along the row.
        int columns = width - (2 * cropBorder),
            positions = columns - WindowSize + 1;
        double[] moments = new double[5 * columns];
        double sum = 0;
        int rows = height - (2 * cropBorder) - WindowSize + 1;
        for (int y = 0; y < rows; y++)
        {
            Array.Clear(moments);
            for (int j = 0; j < WindowSize; j++)
            {
                int start = ((y + j + cropBorder) * width) + cropBorder;
                AddMoments(reference.Slice(start, columns), actual.Slice(start, columns), window[j], moments);
            }

            for (int x = 0; x < positions; x++)
            {
                double meanX = 0,
                    meanY = 0,
                    squareX = 0,
                    squareY = 0,
                    product = 0;
                for (int j = 0; j < WindowSize; j++)
                {
                    double weight = window[j];
                    int at = 5 * (x + j);
                    meanX += weight * moments[at];
                    meanY += weight * moments[at + 1];
                    squareX += weight * moments[at + 2];
                    squareY += weight * moments[at + 3];
                    product += weight * moments[at + 4];
                }

                double varianceX = squareX - (meanX * meanX),
                    varianceY = squareY - (meanY * meanY),
                    covariance = product - (meanX * meanY);
                sum +=
                    ((2 * meanX * meanY) + C1)
                    * ((2 * covariance) + C2)
                    / (((meanX * meanX) + (meanY * meanY) + C1) * (varianceX + varianceY + C2));
            }
        }

        return sum / ((double)positions * rows);
    }

    /// <summary>
    /// Compares two pictures of one size, of any layouts and depths: a grey picture counts as R' = G' = B', 16-bit samples are
    /// brought to the 8-bit scale, and where either has alpha, colours are taken over black, so that what cannot be seen does
    /// not count.
    /// </summary>
    /// <exception cref="ImageSizeException">The sizes differ, or nothing is left inside the border.</exception>
    public static PictureDifference Compare(PixelImage reference, PixelImage actual, int cropBorder)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(actual);
        ArgumentOutOfRangeException.ThrowIfNegative(cropBorder);
        int width = reference.Width,
            height = reference.Height;
        if (actual.Width != width || actual.Height != height)
        {
            throw new ImageSizeException(
                $"Only pictures of one size can be compared: the first is {width} x {height}, the second {actual.Width} x {actual.Height}. Resize one of them first."
            );
        }

        if (Math.Min(width, height) <= 2 * cropBorder)
        {
            throw new ImageSizeException($"A {width} x {height} picture has no pixels inside a border of {cropBorder}.");
        }

        bool colour = reference.HasColour || actual.HasColour;
        float[] referenceLuma = new float[width * height];
        float[] actualLuma = new float[width * height];
        float[] samples = new float[width * 4],
            referenceRow = new float[width * 4],
            actualRow = new float[width * 4];
        double squares = 0,
            largest = 0;
        for (int y = 0; y < height; y++)
        {
            ReadRgba(reference, y, samples, referenceRow);
            ReadRgba(actual, y, samples, actualRow);
            bool inside = y >= cropBorder && y < height - cropBorder;
            for (int x = 0, i = 0; x < width; x++, i += 4)
            {
                referenceLuma[(y * width) + x] = RoundedLuma(referenceRow.AsSpan(i), colour);
                actualLuma[(y * width) + x] = RoundedLuma(actualRow.AsSpan(i), colour);
                if (!inside || x < cropBorder || x >= width - cropBorder)
                {
                    continue;
                }

                for (int c = 0; c < 4; c++)
                {
                    double difference = Math.Abs((double)referenceRow[i + c] - actualRow[i + c]);
                    largest = Math.Max(largest, difference);
                    squares += c < 3 ? difference * difference : 0;
                }
            }
        }

        long pixels = (long)(width - (2 * cropBorder)) * (height - (2 * cropBorder));
        bool hasWindow = Math.Min(width, height) - (2 * cropBorder) >= WindowSize;
        return new PictureDifference(
            Psnr(referenceLuma, actualLuma, width, height, cropBorder),
            hasWindow ? Ssim(referenceLuma, actualLuma, width, height, cropBorder) : null,
            PsnrOf(squares, 3 * pixels),
            largest
        );
    }

    // Two grey pictures are compared by their values, as the protocol measures grey files; see EvaluationProtocol.
    private static float RoundedLuma(ReadOnlySpan<float> rgb, bool colour) =>
        MathF.Floor((colour ? Luma.Bt601Studio(rgb[0], rgb[1], rgb[2]) : rgb[0]) + 0.5f);

    private static double PsnrOf(double squaredError, long count) =>
        squaredError == 0 ? double.PositiveInfinity : 10 * Math.Log10(Peak * Peak * count / squaredError);

    private static double SquaredError(ReadOnlySpan<float> reference, ReadOnlySpan<float> actual)
    {
        double sum = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            double difference = (double)reference[i] - actual[i];
            sum += difference * difference;
        }

        return sum;
    }

    private static void FillWindow(Span<double> window)
    {
        double sum = 0;
        for (int i = 0; i < WindowSize; i++)
        {
            sum += window[i] = Math.Exp(-(i - WindowRadius) * (i - WindowRadius) / (2 * WindowSigma * WindowSigma));
        }

        for (int i = 0; i < WindowSize; i++)
        {
            window[i] /= sum;
        }
    }

    private static void AddMoments(ReadOnlySpan<float> reference, ReadOnlySpan<float> actual, double weight, double[] moments)
    {
        for (int x = 0, i = 0; x < reference.Length; x++, i += 5)
        {
            double a = reference[x],
                b = actual[x];
            moments[i] += weight * a;
            moments[i + 1] += weight * b;
            moments[i + 2] += weight * a * a;
            moments[i + 3] += weight * b * b;
            moments[i + 4] += weight * a * b;
        }
    }

    // R'G'B' over black and alpha, all on the 8-bit scale.
    private static void ReadRgba(PixelImage image, int y, Span<float> samples, Span<float> rgba)
    {
        int channels = image.Channels,
            green = image.HasColour ? 1 : 0,
            blue = image.HasColour ? 2 : 0;
        Span<float> row = samples[..(image.Width * channels)];
        Samples.Read(image, 0, y, image.Width, row);
        float toEightBit = 255f / image.MaxValue;
        for (int x = 0, i = 0; x < image.Width; x++, i += channels)
        {
            float alpha = image.HasAlpha ? row[i + channels - 1] * toEightBit : 255f;
            float colour = toEightBit * (alpha / 255f);
            rgba[4 * x] = row[i] * colour;
            rgba[(4 * x) + 1] = row[i + green] * colour;
            rgba[(4 * x) + 2] = row[i + blue] * colour;
            rgba[(4 * x) + 3] = alpha;
        }
    }

    private static void Check(
        ReadOnlySpan<float> reference,
        ReadOnlySpan<float> actual,
        int width,
        int height,
        int cropBorder,
        int smallest
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cropBorder);
        long count = (long)width * height;
        if (reference.Length != count || actual.Length != count)
        {
            throw new ArgumentException($"Planes of {width} x {height} have {count} values; found {reference.Length} and {actual.Length}.");
        }

        if (Math.Min(width, height) - (2 * cropBorder) < smallest)
        {
            throw new ArgumentException(
                $"The metric needs {smallest} x {smallest} pixels inside the border; {width} x {height} with a border of {cropBorder} has fewer."
            );
        }
    }
}
