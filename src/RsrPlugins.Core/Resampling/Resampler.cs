// Classical resampling as MATLAB's imresize defines it: pixel centres at half positions, kernels widened when reducing
// (antialiasing), symmetric edges, weights normalised. It serves as baseline, for chroma and alpha, and for the last
// step to an exact size.
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Core.Resampling;

/// <summary>Kernels of the resampler.</summary>
public enum ResamplingKernel
{
    /// <summary>Nearest neighbour by pixel centres; no antialiasing.</summary>
    Nearest,

    /// <summary>The exact average over the output pixel's area; when enlarging by an integer this repeats pixels.</summary>
    Area,

    /// <summary>Triangle.</summary>
    Bilinear,

    /// <summary>Keys, a = -0.5: MATLAB's and the field's "bicubic".</summary>
    Bicubic,

    /// <summary>Lanczos with three lobes.</summary>
    Lanczos3,
}

/// <summary>Separable resampling of whole planes and pictures.</summary>
public static class Resampler
{
    // Bands are what progress and load balance are counted in; a band re-reads at most one vertical window of rows.
    private const int RowsPerBand = 64;

    /// <summary>Resamples one plane of width x height values, row by row; any value range; float accumulators.</summary>
    /// <exception cref="ArgumentException">The plane does not hold width x height values.</exception>
    public static float[] Resize(
        ReadOnlySpan<float> plane,
        int width,
        int height,
        int newWidth,
        int newHeight,
        ResamplingKernel kernel,
        CancellationToken cancellationToken = default
    )
    {
        if (plane.Length != (long)width * height)
        {
            throw new ArgumentException(
                $"The plane has {plane.Length} values; {width} x {height} need {(long)width * height}.",
                nameof(plane)
            );
        }

        float[] source = plane.ToArray();
        float[] result = new float[newWidth * newHeight];
        RunBands(
            AxisWeights.Create(width, newWidth, kernel),
            AxisWeights.Create(height, newHeight, kernel),
            channels: 1,
            (y, row) => source.AsSpan(y * width, width).CopyTo(row),
            (y, row) => row.CopyTo(result.AsSpan(y * newWidth)),
            progress: null,
            cancellationToken
        );
        return result;
    }

    /// <summary>
    /// Resamples a picture in gamma-coded values with premultiplied alpha; same layout and depth; bounded extra memory.
    /// Pixels of the result whose alpha is 0 are 0 in every channel.
    /// </summary>
    /// <param name="progress">Fraction of the work done, 0 to 1.</param>
    public static PixelImage Resize(
        PixelImage source,
        int newWidth,
        int newHeight,
        ResamplingKernel kernel,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        PixelImage result = PixelImage.Create(newWidth, newHeight, source.Layout, source.BitsPerSample);

        // An opaque picture with an alpha channel takes the plain way and so gets exactly the colours it would get without.
        int channels = source.Channels;
        bool premultiplied = source.HasAlpha && !Samples.IsOpaque(source);
        RowReader read = premultiplied
            ? (y, row) =>
            {
                Samples.Read(source, 0, y, source.Width, row);
                Premultiply(row, channels, source.MaxValue);
            }
        : (y, row) => Samples.Read(source, 0, y, source.Width, row);
        RowWriter write = premultiplied
            ? (y, row) =>
            {
                Unpremultiply(row, channels, source.MaxValue);
                Samples.Write(result, 0, y, row);
            }
        : (y, row) => Samples.Write(result, 0, y, row);
        RunBands(
            AxisWeights.Create(source.Width, newWidth, kernel),
            AxisWeights.Create(source.Height, newHeight, kernel),
            channels,
            read,
            write,
            progress,
            cancellationToken
        );
        return result;
    }

    private static void RunBands(
        AxisWeights horizontal,
        AxisWeights vertical,
        int channels,
        RowReader read,
        RowWriter write,
        IProgress<double>? progress,
        CancellationToken cancellationToken
    )
    {
        int bands = (vertical.Length + RowsPerBand - 1) / RowsPerBand;
        int done = 0;
        Lock reporting = new Lock();
        try
        {
            Parallel.For(
                0,
                bands,
                new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount },
                () => new BandResampler(horizontal, vertical, channels),
                (band, _, worker) =>
                {
                    worker.Run(band * RowsPerBand, Math.Min((band + 1) * RowsPerBand, vertical.Length), read, write, cancellationToken);
                    if (progress is not null)
                    {
                        // Counted and reported under one lock, so that the fraction never goes back.
                        lock (reporting)
                        {
                            progress.Report((double)++done / bands);
                        }
                    }

                    return worker;
                },
                _ => { }
            );
        }
        catch (AggregateException exception) when (exception.InnerExceptions.All(inner => inner is OperationCanceledException))
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    internal static void Premultiply(Span<float> row, int channels, int maxValue)
    {
        for (int i = 0; i < row.Length; i += channels)
        {
            float alpha = row[i + channels - 1] / maxValue;
            for (int c = 0; c < channels - 1; c++)
            {
                row[i + c] *= alpha;
            }
        }
    }

    internal static void Unpremultiply(Span<float> row, int channels, int maxValue)
    {
        for (int i = 0; i < row.Length; i += channels)
        {
            float alpha = row[i + channels - 1];
            if (alpha < 0.5f)
            {
                row.Slice(i, channels).Clear();
                continue;
            }

            for (int c = 0; c < channels - 1; c++)
            {
                row[i + c] *= maxValue / alpha;
            }
        }
    }
}
