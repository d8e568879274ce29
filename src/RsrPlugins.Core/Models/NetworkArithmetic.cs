// What a network costs, from its architecture (Sections 3.1 and 3.2 of the paper): the benchmark's numerator, and the base of
// tile sizes. Counted with both shortcuts folded into the last convolution, as the installed models have them.
namespace RsrPlugins.Core.Models;

/// <summary>Arithmetic and memory of a network per pixel.</summary>
public static class NetworkArithmetic
{
    /// <summary>Channels of every hidden convolution of both networks.</summary>
    public const int Features = 64;

    /// <summary>Units of SRNet's dense trunk.</summary>
    private const int Units = 3;

    /// <summary>
    /// Floating-point operations (a multiply-add is two) per input pixel: SRNet's LR pixel, RRNet's HR pixel. Convolutions alone;
    /// pixels at the border count like any other.
    /// </summary>
    public static double OperationsPerInputPixel(ModelDescriptor model)
    {
        ArgumentNullException.ThrowIfNull(model);
        const int First = 9 * Features;
        const int Hidden = 9 * Features * Features;
        int d = model.Scale;
        if (model.Network == NetworkKind.RRNet)
        {
            // Three 3 x 3 layers at full size; the d x d convolution of stride d reads every pixel once.
            return 2.0 * (First + (2 * Hidden) + (Features + 1));
        }

        // Unit l: 1 x 1 from l maps' worth of channels, then 3 x 3. Last: 1 x 1 from all four and the input to d x d channels.
        const int Bottlenecks = Features * Features * (Units * (Units + 1) / 2);
        return 2.0 * (First + Bottlenecks + (Units * Hidden) + (((((Units + 1) * Features) + 1) * d * d)));
    }

    /// <summary>
    /// Bytes of feature maps alive at once per input pixel, at the most: RRNet a hidden layer's input and output; SRNet the dense
    /// stack, its concatenated copy, and one bottleneck.
    /// </summary>
    public static int FeatureBytesPerInputPixel(ModelDescriptor model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return (model.Network == NetworkKind.RRNet ? 2 : (2 * (Units + 1)) + 1) * Features * sizeof(float);
    }
}
