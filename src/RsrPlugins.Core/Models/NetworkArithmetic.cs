// What a network costs, from its architecture (Sections 3.1 and 3.2 of the paper): the benchmark's numerator, and the base of
// tile sizes. Counted with both shortcuts folded into the last convolution, as the installed models have them.
namespace RsrPlugins.Core.Models;

/// <summary>Arithmetic and memory of a network per pixel.</summary>
public static class NetworkArithmetic
{
    /// <summary>Channels of every hidden convolution of both networks.</summary>
    public const int Features = 64;

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

        // Unit l: 1 x 1 from l maps' worth of channels, then 3 x 3. Last: 1 x 1 from the stack of all and the input to d x d channels.
        int units = DenseUnits(model);
        int bottlenecks = Features * Features * (units * (units + 1) / 2);
        int stack = (units + 1) * Features;
        int last = (stack + 1) * d * d;
        if (model.Network == NetworkKind.SRNet)
        {
            return 2.0 * (First + bottlenecks + (units * Hidden) + last);
        }

        // There and back: the way back has the same convolutions but for the shortcut, which is read by the last 3 x 3 convolution. The
        // large image is subtracted by the last convolution of the way there; its input's first plane is taken out by one of its own.
        int planes = model.InputPlanes;
        return 2.0 * (planes + (2.0 * (First + bottlenecks + (units * Hidden))) + last + (d * d * d * d) + (stack * d * d) + (9 * d * d));
    }

    /// <summary>
    /// Bytes of feature maps alive at once per input pixel, at the most: RRNet a hidden layer's input and output; SRNet the dense
    /// stack, its concatenated copy, and one bottleneck; its gradient all maps of the way there and as many on the way back.
    /// </summary>
    public static int FeatureBytesPerInputPixel(ModelDescriptor model)
    {
        ArgumentNullException.ThrowIfNull(model);
        int units = DenseUnits(model);
        int maps = model.Network switch
        {
            NetworkKind.RRNet => 2,
            NetworkKind.SRNet => (2 * (units + 1)) + 1,
            _ => 4 * (units + 1),
        };
        return maps * Features * sizeof(float);
    }

    /// <summary>Units of SRNet's dense trunk: two kernels each, between the first and the last. A gradient lists them there and back.</summary>
    private static int DenseUnits(ModelDescriptor model)
    {
        int kernels = model.Network == NetworkKind.SRNetGradient ? model.Kernels.Count / 2 : model.Kernels.Count;
        return Math.Max(1, (kernels - 2) / 2);
    }
}
