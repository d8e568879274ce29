// What was chosen by measurement stays a choice in code, so that the benchmarks (ColourChoices) can measure it again; hosts cannot change
// it.
using RsrPlugins.Core.Resampling;

namespace RsrPlugins.Core.Colour;

/// <summary>The choices of the colour pipeline that were settled by measurement; the product uses the defaults.</summary>
internal sealed record ColourOptions
{
    public static ColourOptions Default { get; } = new();

    public ColourRounding Rounding { get; init; } = ColourRounding.NearestLuma;

    public ResamplingKernel EnlargingKernel { get; init; } = ResamplingKernel.Lanczos3;

    public ResamplingKernel ReducingKernel { get; init; } = ResamplingKernel.Bicubic;

    /// <summary>Alpha by the network; else by the classical kernel. Both are held between their neighbours.</summary>
    public bool AlphaByNetwork { get; init; } = true;

    public bool KeepFlatAreas { get; init; } = true;

    /// <summary>Added to the radius of the fill, so that a test can show that one less is not enough.</summary>
    public int FillRadiusChange { get; init; }

    /// <summary>Enlarged luma is held near flat surfaces (<see cref="OvershootBound"/>).</summary>
    public bool BoundOvershoot { get; init; } = true;

    /// <summary>Enlarged colour follows the network's luma; else it is the kernel's alone.</summary>
    public bool GuideChroma { get; init; } = true;
}
