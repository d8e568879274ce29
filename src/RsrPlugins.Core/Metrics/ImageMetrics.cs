// PSNR and SSIM as the super-resolution literature computes them. A metric demands its protocol as arguments: there is no
// default border and no default range, so no figure can be compared with one measured otherwise by accident.
namespace RsrPlugins.Core.Metrics;

/// <summary>Full-reference metrics over single planes of 8-bit scale values (0 to 255, not necessarily integers).</summary>
public static class ImageMetrics
{
    /// <summary>10 log10(255^2 / MSE) in dB after shaving <paramref name="cropBorder"/> pixels off every side; +infinity for equal planes.</summary>
    public static double Psnr(ReadOnlySpan<float> reference, ReadOnlySpan<float> actual, int width, int height, int cropBorder) => throw new NotImplementedException();

    /// <summary>Wang et al. 2004: 11 x 11 Gaussian, sigma 1.5, K1 0.01, K2 0.03, L 255, valid positions only, mean over positions.</summary>
    public static double Ssim(ReadOnlySpan<float> reference, ReadOnlySpan<float> actual, int width, int height, int cropBorder) => throw new NotImplementedException();
}
