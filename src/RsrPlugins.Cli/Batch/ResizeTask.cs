// What a resize command decides for each picture. The two verbs differ in this alone; reading, running, writing and reporting
// are the batch's.
using RsrPlugins.Cli.Files;
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Cli.Batch;

/// <summary>What will be done to one picture.</summary>
/// <param name="Plan">The steps.</param>
/// <param name="Suffix">For the default name, for example "-x2".</param>
/// <param name="Record">To be written into the result, or null.</param>
/// <param name="Notes">What the user should know about the decision.</param>
/// <param name="Effort">Passes that correct what each learned step of a reduction makes.</param>
/// <param name="Steps">The steps in words, where the plan's own are not right.</param>
internal sealed record ResizeDecision(
    ResizePlan Plan,
    string Suffix,
    DownscaleRecord? Record,
    IReadOnlyList<string> Notes,
    int Effort = 0,
    string? Steps = null
)
{
    /// <summary>What the picture was taken for: "photo", "learned", "pixel"; null for a reduction.</summary>
    public string? Source { get; init; }

    /// <summary>"off", "low" or "high"; null for a reduction.</summary>
    public string? Cleanup { get; init; }

    /// <summary>Share of the networks' picture in per cent; the rest is a classical kernel's.</summary>
    public int Strength { get; init; } = PixelBlend.Whole;

    /// <summary>The strength is lowered, and the kernel of the rest chosen, where the picture itself says that this is better.</summary>
    public bool AdaptsStrength { get; init; }

    /// <summary>The networks of a plan, as this decision wants them.</summary>
    /// <exception cref="Core.ModelException">A network is not installed.</exception>
    public ResizeWay Way(ResizePlan plan, ModelCatalogue catalogue) => ResizeWay.Of(plan, catalogue, Effort) with { Strength = Strength };

    /// <summary>The steps in words.</summary>
    /// <param name="plan">Scales and sizes.</param>
    /// <param name="way">The way that was gone.</param>
    public string Describe(ResizePlan plan, ResizeWay way)
    {
        string steps = Steps ?? plan.Describe(Effort);
        return way.Strength == PixelBlend.Whole || plan.Steps.Count == 0 ? steps
            : AdaptsStrength ? $"{steps}, estimated strength {way.Strength} %, the rest {RestOf(way)}"
            : $"{steps}, strength {way.Strength} %";
    }

    /// <summary>What is shown of a picture beside the networks': "bilinear", "bicubic", "lanczos3"; null where they show whole.</summary>
    public static string? RestOf(ResizeWay way) =>
        way.Strength == PixelBlend.Whole ? null : way.RestKernel.ToString().ToLowerInvariant();

    /// <summary>Looks at the pixels when they are there, and may give others with another plan to the same size; null where they do not
    /// matter.</summary>
    public Func<PixelImage, RevisedPicture?>? WhenRead { get; init; }
}

/// <summary>What the pixels themselves made of a decision.</summary>
/// <param name="Pixels">To go on with.</param>
/// <param name="Plan">From them to the size decided.</param>
/// <param name="Note">For the user.</param>
internal sealed record RevisedPicture(PixelImage Pixels, ResizePlan Plan, string Note);

/// <summary>Decides from a picture's header alone, before any work.</summary>
internal delegate ResizeDecision ResizeDecider(PictureHeader header);
