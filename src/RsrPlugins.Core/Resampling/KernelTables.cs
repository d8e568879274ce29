// The classical kernel of one picture, as a step of the colour pipeline: tables that all its tiles share, and how far the kernel looks.
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Resampling;

/// <summary>Tables that resample planes of one size by a whole factor. Immutable.</summary>
internal sealed class KernelTables
{
    /// <param name="kernel">Which kernel.</param>
    /// <param name="width">Source pixels across.</param>
    /// <param name="height">Source pixels down.</param>
    /// <param name="factor">How many times larger or smaller; when reducing, both sides are multiples of it.</param>
    /// <param name="reduces">Smaller, not larger.</param>
    public KernelTables(ResamplingKernel kernel, int width, int height, int factor, bool reduces)
    {
        Horizontal = AxisWeights.Create(width, reduces ? width / factor : width * factor, kernel);
        Vertical = AxisWeights.Create(height, reduces ? height / factor : height * factor, kernel);
        Phases = reduces ? null : PhaseWeights.Create(Horizontal, factor);
        Reach = ReachOf(kernel, factor, reduces);
    }

    public AxisWeights Horizontal { get; }

    public AxisWeights Vertical { get; }

    /// <summary>Null when reducing.</summary>
    public PhaseWeights? Phases { get; }

    /// <summary>No pixel of the result is made of source pixels further from its cell.</summary>
    public Reach Reach { get; }

    /// <summary>
    /// A kernel's radius in source pixels: as many as its formula says when enlarging, <paramref name="factor"/> times as many when
    /// reducing, which widens it. Of the latter, half a block lies inside the cell: the bound is not tight there.
    /// </summary>
    public static Reach ReachOf(ResamplingKernel kernel, int factor, bool reduces) =>
        new(AxisWeights.Radius(kernel) * (reduces ? factor : 1));
}
