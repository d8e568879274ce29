// SSIM as a loss, for runs whose pictures are to be judged by it. Core's ImageMetrics has the measure itself, in double precision and
// without gradients; a test compares the two. The window is applied by matrix products: Torch's convolution of one channel gave, after some
// tens of steps on two threads, a gradient that was not finite.
using RsrPlugins.Trainer.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Training;

/// <summary>SSIM of Wang et al. 2004: 11 x 11 Gaussian, sigma 1.5, K1 0.01, K2 0.03, peak 1 (values are Y/255), valid positions
/// only.</summary>
internal sealed class StructuralSimilarity : IDisposable
{
    /// <summary>Side of the window: no crop may be smaller.</summary>
    internal const int WindowSize = 11;

    private const double WindowSigma = 1.5;

    // Held, not implicit: see Networks/Constants.cs.
    private static readonly Scalar _two = 2.0;
    private static readonly Scalar _c1 = 0.01 * 0.01;
    private static readonly Scalar _c2 = 0.03 * 0.03;

    /// <summary>The window down all columns of a crop as a matrix [positions, side], and its transpose for the rows.</summary>
    private readonly Tensor _down;
    private readonly Tensor _across;

    /// <param name="side">Side of the crops.</param>
    /// <param name="device">Where they are.</param>
    internal StructuralSimilarity(int side, Device device)
    {
        double[] window = Enumerable
            .Range(0, WindowSize)
            .Select(i => Math.Exp(-Math.Pow(i - (WindowSize / 2), 2) / (2 * WindowSigma * WindowSigma)))
            .ToArray();
        double sum = window.Sum();
        int positions = side - WindowSize + 1;
        float[] matrix = new float[positions * side];
        for (int position = 0; position < positions; position++)
        {
            for (int i = 0; i < WindowSize; i++)
            {
                matrix[(position * side) + position + i] = (float)(window[i] / sum);
            }
        }

        _down = tensor(matrix, [positions, side]).to(device).DetachFromDisposeScope();
        _across = _down.t().contiguous().DetachFromDisposeScope();
    }

    /// <summary>Mean SSIM of each crop: two tensors [N, 1, side, side] of Y/255 to [N].</summary>
    internal Tensor Of(Tensor first, Tensor second)
    {
        Tensor blurred = _down.matmul(cat([first, second, first.mul(first), second.mul(second), first.mul(second)], 0)).matmul(_across);
        Tensor[] parts = blurred.chunk(5, 0);
        (Tensor? mean1, Tensor? mean2) = (parts[0], parts[1]);
        Tensor means = mean1.mul(mean2);
        Tensor squaredMeans = mean1.mul(mean1).add(mean2.mul(mean2), Constants.One);
        Tensor covariance = parts[4].sub(means);
        Tensor variances = parts[2].add(parts[3], Constants.One).sub(squaredMeans);
        Tensor luminance = means.mul(_two).add(_c1, Constants.One).div(squaredMeans.add(_c1, Constants.One));
        Tensor structure = covariance.mul(_two).add(_c2, Constants.One).div(variances.add(_c2, Constants.One));
        return luminance.mul(structure).mean([1, 2, 3]);
    }

    public void Dispose()
    {
        _down.Dispose();
        _across.Dispose();
    }
}
