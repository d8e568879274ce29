// SSIM as a loss, for runs whose pictures are to be judged by it. Core's ImageMetrics has the measure itself, in double precision and without
// gradients; a test compares the two.
using RsrPlugins.Trainer.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Training;

/// <summary>SSIM of Wang et al. 2004: 11 x 11 Gaussian, sigma 1.5, K1 0.01, K2 0.03, peak 1 (values are Y/255), valid positions only.</summary>
internal sealed class StructuralSimilarity : IDisposable
{
    /// <summary>Side of the window: no crop may be smaller.</summary>
    internal const int WindowSize = 11;

    private const double WindowSigma = 1.5;

    // Held, not implicit: see Networks/Constants.cs.
    private static readonly Scalar _two = 2.0;
    private static readonly Scalar _c1 = 0.01 * 0.01;
    private static readonly Scalar _c2 = 0.03 * 0.03;

    private readonly Tensor _rows;
    private readonly Tensor _columns;

    /// <param name="device">Where the crops are.</param>
    internal StructuralSimilarity(Device device)
    {
        var window = Enumerable.Range(0, WindowSize).Select(i => Math.Exp(-Math.Pow(i - (WindowSize / 2), 2) / (2 * WindowSigma * WindowSigma))).ToArray();
        var weights = Array.ConvertAll(window, value => (float)(value / window.Sum()));
        _rows = tensor(weights, [1, 1, WindowSize, 1]).to(device).DetachFromDisposeScope();
        _columns = tensor(weights, [1, 1, 1, WindowSize]).to(device).DetachFromDisposeScope();
    }

    /// <summary>Mean SSIM of each crop: two tensors [N, 1, H, W] of Y/255 to [N].</summary>
    internal Tensor Of(Tensor first, Tensor second)
    {
        var blurred = nn.functional.conv2d(nn.functional.conv2d(cat([first, second, first.mul(first), second.mul(second), first.mul(second)], 0), _rows), _columns);
        var parts = blurred.chunk(5, 0);
        var (mean1, mean2) = (parts[0], parts[1]);
        var means = mean1.mul(mean2);
        var squaredMeans = mean1.mul(mean1).add(mean2.mul(mean2), Constants.One);
        var covariance = parts[4].sub(means);
        var variances = parts[2].add(parts[3], Constants.One).sub(squaredMeans);
        var luminance = means.mul(_two).add(_c1, Constants.One).div(squaredMeans.add(_c1, Constants.One));
        var structure = covariance.mul(_two).add(_c2, Constants.One).div(variances.add(_c2, Constants.One));
        return luminance.mul(structure).mean([1, 2, 3]);
    }

    public void Dispose()
    {
        _rows.Dispose();
        _columns.Dispose();
    }
}
