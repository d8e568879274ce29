// Classical resampling as MATLAB's imresize defines it: pixel centres at half positions, kernels widened when reducing
// (antialiasing), symmetric edges, weights normalised. It serves as baseline, for chroma and alpha, and for the last
// step to an exact size.
namespace RsrPlugins.Core.Resampling;

/// <summary>Kernels of the resampler.</summary>
public enum ResamplingKernel
{
    /// <summary>Nearest neighbour.</summary>
    Nearest,

    /// <summary>Area average (box widened to the scale).</summary>
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
    /// <summary>Resamples one plane of width x height values, row by row; any value range; float accumulators.</summary>
    public static float[] Resize(ReadOnlySpan<float> plane, int width, int height, int newWidth, int newHeight, ResamplingKernel kernel, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Resamples a picture in gamma-coded values with premultiplied alpha; same layout and depth; bounded extra memory.</summary>
    public static Imaging.PixelImage Resize(Imaging.PixelImage source, int newWidth, int newHeight, ResamplingKernel kernel, IProgress<double>? progress = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
