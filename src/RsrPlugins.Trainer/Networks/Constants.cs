// TorchSharp frees the native side of a Scalar in its finaliser, and nothing keeps the implicit Scalar of a call like
// x.mul_(0.5), or of the factor 1 in a + b, alive while the native code reads it: a garbage collection at the wrong moment ends a run after
// some thousand steps with "Exception raised from toFloat", or worse, multiplies by garbage. So hot code never uses the implicit
// conversion: constants stand here, and values that change are held in a local by `using`, which outlives the call.
using TorchSharp;

namespace RsrPlugins.Trainer.Networks;

/// <summary>Constants that are never collected.</summary>
internal static class Constants
{
    internal static readonly Scalar Zero = 0.0;
    internal static readonly Scalar One = 1.0;

    /// <summary>Keeps the gradient of a square root finite: (0.0255 levels) squared.</summary>
    internal static readonly Scalar TinySquare = 1e-8;

    /// <summary>The squared error of rounding, about: below it a smaller error is no better picture.</summary>
    internal static readonly Scalar QuarterLevelSquare = 0.0625 / (255.0 * 255.0);

    internal static readonly Scalar LeakySlope = NetworkTable.LeakySlope;

    /// <summary>8-bit levels per unit of Y/255.</summary>
    internal static readonly Scalar Levels = 255.0;

    internal static readonly Scalar LumaMinimum = QBRelu.Minimum;
    internal static readonly Scalar LumaMaximum = QBRelu.Maximum;
}
