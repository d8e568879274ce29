// How small pictures come about that RRNet did not make. Degradations are computed for each crop when it is drawn, so no
// crop is ever seen twice with the same one. A crop is reduced together with a margin and the margin is cut off: the
// reduction then sees real neighbours, and since the margin's width is drawn too, JPEG's 8 x 8 blocks fall anywhere.
using NetVips;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Data;

/// <summary>Makes a small luma plane of a large one, both Y/255 rounded to 8 bits.</summary>
internal delegate float[] ReductionMethod(float[] plane, int width, int height, int scale, ref SampleRandom random);

/// <summary>Reductions.</summary>
internal static class Reduction
{
    /// <summary>The reduction that makes a run's small pictures; null where RRNet makes them and nobody compares.</summary>
    internal static ReductionMethod? Of(TrainingConfig config) => config.Kind switch
    {
        RunKind.Photo or RunKind.Cleanup => OrdinaryOrClean(config.CleanShare),
        RunKind.Srcnn => By(config.Reduction),
        _ => config.LowResolutionWeight > 0 ? Bicubic : null,
    };

    /// <summary>Reduction by one kernel, rounded to 8 bits.</summary>
    internal static ReductionMethod By(ResamplingKernel kernel) =>
        (float[] plane, int width, int height, int scale, ref SampleRandom _) => RoundToEightBits(Reduce(plane, width, height, scale, kernel));

    /// <summary>The enlargement before a network, from small to full size; null for none.</summary>
    internal static ResamplingKernel? Kernel(Interpolation interpolation) => interpolation switch
    {
        Interpolation.Nearest => ResamplingKernel.Nearest,
        Interpolation.Bilinear => ResamplingKernel.Bilinear,
        Interpolation.Bicubic => ResamplingKernel.Bicubic,
        _ => null,
    };

    /// <summary>The field's bicubic reduction (MATLAB imresize).</summary>
    internal static readonly ReductionMethod Bicubic = By(ResamplingKernel.Bicubic);

    /// <summary>What people have, with more of what tables measure: a share of clean bicubic crops, and Ordinary for the others.</summary>
    internal static ReductionMethod OrdinaryOrClean(double cleanShare) =>
        (float[] plane, int width, int height, int scale, ref SampleRandom random) =>
            random.NextDouble() < cleanShare ? Bicubic(plane, width, height, scale, ref random) : Ordinary(plane, width, height, scale, ref random);

    /// <summary>
    /// What people have: half of all crops reduced bicubically, the others by area, Lanczos or triangle; one in eight blurred lightly before;
    /// one in four saved as JPEG at quality 60 to 95 after. Clean bicubic pictures are a third of all.
    /// </summary>
    internal static float[] Ordinary(float[] plane, int width, int height, int scale, ref SampleRandom random)
    {
        ResamplingKernel kernel = random.NextInt(12) switch
        {
            < 6 => ResamplingKernel.Bicubic,
            < 8 => ResamplingKernel.Area,
            < 10 => ResamplingKernel.Lanczos3,
            _ => ResamplingKernel.Bilinear,
        };
        bool blur = random.NextInt(8) == 0;
        double sigma = scale * (0.2 + (0.3 * random.NextDouble()));
        bool compressed = random.NextInt(4) == 0;
        int quality = 60 + random.NextInt(36);

        float[] low = RoundToEightBits(Reduce(blur ? Blur(plane, width, height, sigma) : plane, width, height, scale, kernel));
        return compressed ? Jpeg(low, width / scale, height / scale, quality) : low;
    }

    internal static float[] Reduce(float[] plane, int width, int height, int scale, ResamplingKernel kernel) =>
        Resampler.Resize(plane, width, height, width / scale, height / scale, kernel);

    /// <summary>Encodes and decodes a plane as a grey JPEG. JPEG's own luma is full-range, so the values are brought there and back.</summary>
    internal static float[] Jpeg(float[] plane, int width, int height, int quality)
    {
        byte[] grey = Array.ConvertAll(plane, value => (byte)Math.Clamp(MathF.Round(((value * 255f) - 16f) * 255f / 219f), 0f, 255f));
        using Image source = Image.NewFromMemory(grey, width, height, 1, Enums.BandFormat.Uchar);
        byte[] encoded = source.JpegsaveBuffer(q: quality);
        using Image decoded = Image.JpegloadBuffer(encoded);
        return RoundToEightBits(Array.ConvertAll(decoded.WriteToMemory<byte>(), value => (16f + (value * 219f / 255f)) / 255f));
    }

    /// <summary>Separable Gaussian, borders repeated.</summary>
    internal static float[] Blur(float[] plane, int width, int height, double sigma)
    {
        int radius = (int)Math.Ceiling(2.5 * sigma);
        float[] taps = new float[(2 * radius) + 1];
        for (int i = 0; i < taps.Length; i++)
        {
            taps[i] = (float)Math.Exp(-0.5 * Math.Pow((i - radius) / sigma, 2));
        }

        float sum = taps.Sum();
        float[] horizontal = new float[plane.Length];
        float[] result = new float[plane.Length];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                for (int i = 0; i < taps.Length; i++)
                {
                    horizontal[(y * width) + x] += taps[i] / sum * plane[(y * width) + Math.Clamp(x + i - radius, 0, width - 1)];
                }
            }
        }

        for (int y = 0; y < height; y++)
        {
            for (int i = 0; i < taps.Length; i++)
            {
                int row = Math.Clamp(y + i - radius, 0, height - 1) * width;
                for (int x = 0; x < width; x++)
                {
                    result[(y * width) + x] += taps[i] / sum * horizontal[row + x];
                }
            }
        }

        return result;
    }

    private static float[] RoundToEightBits(float[] plane) => Array.ConvertAll(plane, value => MathF.Round(Math.Clamp(value * 255f, 0f, 255f)) / 255f);
}
