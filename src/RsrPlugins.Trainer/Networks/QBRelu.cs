// Q-BReLU makes RRNet's output a picture: bounded, and of as many levels as the file will have. Rounding has gradient 0
// almost everywhere, so Eq. 3 of the paper passes the gradient through it unchanged; written here as the identity plus a
// constant (the difference between the rounded value and the identity, detached).
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Networks;

/// <summary>Quantised bilateral ReLU of luma values Y/255 (BT.601 studio, Y of the 8-bit scale).</summary>
internal static class QBRelu
{
    /// <summary>tmin: black of studio luma. A lower value could not be stored in an RGB picture.</summary>
    internal const float Minimum = 16f / 255f;

    /// <summary>tmax: white of studio luma.</summary>
    internal const float Maximum = 235f / 255f;

    /// <summary>Eq. 2: clamp to [tmin, tmax], then round to the levels of an 8-bit picture. Eq. 3: gradient 1 inside the open interval, 0
    /// outside.</summary>
    internal static Tensor Forward(Tensor x)
    {
        using Tensor inside = Inside(x);
        using Tensor passed = x * inside;
        using Tensor rounded = Clamp(x.detach()).mul_(Constants.Levels).round_().div_(Constants.Levels);
        using Tensor constant = passed.detach();
        using Tensor correction = rounded.sub(constant);
        return passed.add(correction, Constants.One);
    }

    /// <summary>The clamp alone: what an exported network does, since the engine rounds to the depth of the file it writes.</summary>
    internal static Tensor Clamp(Tensor x) => x.clamp(Constants.LumaMinimum, Constants.LumaMaximum);

    private static Tensor Inside(Tensor x)
    {
        using Tensor above = x.gt(Constants.LumaMinimum);
        using Tensor below = x.lt(Constants.LumaMaximum);
        using Tensor inside = above.logical_and(below);
        return inside.to_type(ScalarType.Float32);
    }
}
