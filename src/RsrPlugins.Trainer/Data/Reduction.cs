// Small pictures by one kernel of the engine's, in luma: what tables are measured on and what baselines are trained on. What people have is
// made in OrdinaryReductions.cs.
using NetVips;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Data;

/// <summary>Makes a small luma plane of a large one, both Y/255 rounded to 8 bits.</summary>
internal delegate float[] ReductionMethod(float[] plane, int width, int height, int scale, ref SampleRandom random);

/// <summary>Reductions.</summary>
internal static class Reduction
{
    /// <summary>The reduction that makes a run's small pictures; null where RRNet makes them and nobody compares, or where they are
    /// ordinary ones.</summary>
    internal static ReductionMethod? Of(TrainingConfig config) =>
        config.Kind switch
        {
            RunKind.Srcnn => By(config.Reduction),
            _ => config.ComparesSmallPictures ? Bicubic : null,
        };

    /// <summary>Reduction by one kernel, rounded to 8 bits.</summary>
    internal static ReductionMethod By(ResamplingKernel kernel) =>
        (float[] plane, int width, int height, int scale, ref SampleRandom _) =>
            RoundToEightBits(Reduce(plane, width, height, scale, kernel));

    /// <summary>The enlargement before a network, from small to full size; null for none.</summary>
    internal static ResamplingKernel? Kernel(Interpolation interpolation) =>
        interpolation switch
        {
            Interpolation.Nearest => ResamplingKernel.Nearest,
            Interpolation.Bilinear => ResamplingKernel.Bilinear,
            Interpolation.Bicubic => ResamplingKernel.Bicubic,
            _ => null,
        };

    /// <summary>The field's bicubic reduction (MATLAB imresize).</summary>
    internal static readonly ReductionMethod Bicubic = By(ResamplingKernel.Bicubic);

    internal static float[] Reduce(float[] plane, int width, int height, int scale, ResamplingKernel kernel) =>
        Resampler.Resize(plane, width, height, width / scale, height / scale, kernel);

    /// <summary>Encodes and decodes a plane as a grey JPEG. JPEG's own luma is full-range, so the values are converted before and
    /// after.</summary>
    internal static float[] Jpeg(float[] plane, int width, int height, int quality)
    {
        byte[] grey = Array.ConvertAll(plane, value => (byte)Math.Clamp(MathF.Round(((value * 255f) - 16f) * 255f / 219f), 0f, 255f));
        using Image source = Image.NewFromMemory(grey, width, height, 1, Enums.BandFormat.Uchar);
        byte[] encoded = source.JpegsaveBuffer(q: quality);
        using Image decoded = Image.JpegloadBuffer(encoded);
        return RoundToEightBits(Array.ConvertAll(decoded.WriteToMemory<byte>(), value => (16f + (value * 219f / 255f)) / 255f));
    }

    /// <summary>Separable Gaussian, borders repeated.</summary>
    internal static float[] Blur(float[] plane, int width, int height, double sigma) =>
        SeparableTaps.Nearest(1, 0).Blurred(sigma).Reduce(plane, width, height);

    private static float[] RoundToEightBits(float[] plane) =>
        Array.ConvertAll(plane, value => MathF.Round(Math.Clamp(value * 255f, 0f, 255f)) / 255f);
}
