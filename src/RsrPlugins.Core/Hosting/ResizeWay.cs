// A plan knows scales; a way knows the networks. Between the two stands the catalogue: partners are found by the ids that the models
// themselves name, not by what they are called.
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Sizes;
using RsrPlugins.Core.Strength;

namespace RsrPlugins.Core.Hosting;

/// <summary>One network's step.</summary>
/// <param name="Model">The network.</param>
/// <param name="Gradient">With what its picture is corrected; null for no correction.</param>
/// <param name="Passes">Passes of the correction.</param>
/// <param name="Width">Width afterwards.</param>
/// <param name="Height">Height afterwards.</param>
public sealed record WayStep(ModelDescriptor Model, ModelDescriptor? Gradient, int Passes, int Width, int Height)
{
    /// <summary>The mean of this network's picture and the other's is the result; null for the network alone.</summary>
    public ModelDescriptor? MeanWith { get; init; }

    /// <summary>Enlarges instead of <see cref="Model"/> where the picture shows that it may (<see cref="ResizeWay.Chosen"/>); null for no
    /// choice.</summary>
    public ModelDescriptor? StandIn { get; init; }

    /// <summary>Share of the whole, relative to the other steps': it grows with its larger picture and with the arithmetic for each of its
    /// pixels.</summary>
    internal double Work
    {
        get
        {
            double input =
                (double)Width
                * Height
                * (Model.Shape.Reduces ? Model.Shape.Factor * Model.Shape.Factor : 1.0 / (Model.Shape.Factor * Model.Shape.Factor));
            double passes = Gradient is null ? 0 : (double)Passes * Width * Height * Gradient.Shape.OperationsPerInputPixel;
            return (input * (Model.Shape.OperationsPerInputPixel + (MeanWith?.Shape.OperationsPerInputPixel ?? 0))) + passes;
        }
    }
}

/// <summary>Networks and sizes from one picture to another.</summary>
/// <param name="Steps">In order; may be none.</param>
/// <param name="Width">Exact width of the result.</param>
/// <param name="Height">Exact height of the result.</param>
/// <param name="ClassicalStep">A classical step to the exact size comes last.</param>
public sealed record ResizeWay(IReadOnlyList<WayStep> Steps, int Width, int Height, bool ClassicalStep)
{
    /// <summary>Kernel of the classical step.</summary>
    public ResamplingKernel ClassicalKernel { get; init; } = ResamplingKernel.Bicubic;

    /// <summary>
    /// How much of the networks' picture shows, 0 to 100 per cent; the rest is what <see cref="RestKernel"/> makes of the source. At 0
    /// no network runs. For enlargements and runs at the same size only.
    /// </summary>
    public int Strength { get; init; } = PixelBlend.Whole;

    /// <summary>Kernel of the classical enlargement that shows where the networks' picture does not.</summary>
    public ResamplingKernel RestKernel { get; init; } = ResamplingKernel.Bicubic;

    /// <summary>The way with the network that the source's statistics prefer, where the first step has a choice.</summary>
    /// <param name="source">What the way will be gone with.</param>
    public ResizeWay Chosen(PixelImage source) => Chosen(source, null);

    private ResizeWay Chosen(PixelImage source, float[]? statistics)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (Strength == 0 || Steps.Count == 0 || Steps[0] is not { StandIn: { } standIn, MeanWith: null } first)
        {
            return this;
        }

        statistics ??= PictureStatistics.Of(source);
        return statistics is not null && standIn.IsPreferredFor(statistics)
            ? this with
            {
                Steps = [first with { Model = standIn, StandIn = null }, .. Steps.Skip(1)],
            }
            : this;
    }

    /// <summary>
    /// The way with less of its networks' picture where the source's statistics say that less is closer to the truth: the strength becomes
    /// that share of itself, and the rest is the classical enlargement that is closest. Only the first network is asked, chosen as by
    /// <see cref="Chosen(PixelImage)"/>, and only for enlargements; who cleans up at the same size wants all of it.
    /// </summary>
    /// <param name="source">What the way will be gone with.</param>
    public ResizeWay Adapted(PixelImage source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (Strength == 0 || Steps.Count == 0 || (long)Width * Height <= (long)source.Width * source.Height)
        {
            return this;
        }

        bool isKnown = Steps[0] is not { Model.Strength: null, MeanWith: null or { Strength: null }, StandIn: null };
        if (!isKnown || PictureStatistics.Of(source) is not { } statistics)
        {
            return this;
        }

        ResizeWay chosen = Chosen(source, statistics);
        WayStep first = chosen.Steps[0];
        double share = first.Model.ShareFor(statistics);
        share = first.MeanWith is null ? share : (share + first.MeanWith.ShareFor(statistics)) / 2;
        return chosen with { Strength = (int)Math.Round(Strength * share), RestKernel = RestFor(first.Model, statistics) };
    }

    /// <summary>The kernels that <see cref="ModelDescriptor.Rest"/> tells apart, from the softest to the sharpest, evenly spaced between 0
    /// and 1.</summary>
    public static IReadOnlyList<ResamplingKernel> RestKernels { get; } =
        [ResamplingKernel.Bilinear, ResamplingKernel.Bicubic, ResamplingKernel.Lanczos3];

    private static ResamplingKernel RestFor(ModelDescriptor model, float[] statistics) =>
        model.Rest is { } rest ? RestKernels[rest.ChoiceOf(statistics, RestKernels.Count)] : ResamplingKernel.Bicubic;

    /// <summary>A classical step takes next to nothing beside a network.</summary>
    internal const double ClassicalWork = 1;

    /// <summary>One network over a picture of this size.</summary>
    /// <param name="model">The network.</param>
    /// <param name="width">Width of the picture.</param>
    /// <param name="height">Height of the picture.</param>
    /// <param name="gradient">With what a reduction is corrected; null for no correction.</param>
    /// <param name="passes">Passes of the correction.</param>
    /// <param name="fitTo">Size to bring the result to with a classical step; null leaves it as the network makes it.</param>
    public static ResizeWay Of(
        ModelDescriptor model,
        int width,
        int height,
        ModelDescriptor? gradient = null,
        int passes = 0,
        (int Width, int Height)? fitTo = null
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        (int Width, int Height) made = model.Shape.OutputSize(width, height);
        (int Width, int Height) last = fitTo ?? made;
        return new ResizeWay([new WayStep(model, gradient, passes, made.Width, made.Height)], last.Width, last.Height, last != made);
    }

    /// <summary>The networks of a plan.</summary>
    /// <param name="plan">Scales and sizes.</param>
    /// <param name="catalogue">Where the networks are.</param>
    /// <param name="passes">Passes that correct each learned reduction; 0 for none.</param>
    /// <exception cref="ModelException">A network is not installed.</exception>
    public static ResizeWay Of(ResizePlan plan, ModelCatalogue catalogue, int passes = 0)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(catalogue);
        List<WayStep> steps = new List<WayStep>();
        foreach (ResizeStep step in plan.Steps)
        {
            ModelDescriptor model = step.Model is not null
                ? catalogue.Named(step.Model)
                : (step.MadeBy is null ? null : catalogue.PartnerOf(step.MadeBy, plan.Task))
                    ?? catalogue.Find(plan.Task, step.Kind, step.Factor);
            steps.Add(
                new WayStep(model, passes == 0 ? null : catalogue.GradientFor(model), passes, step.Width, step.Height)
                {
                    StandIn = step.Model is null && !step.IsHalf ? catalogue.StandInFor(model) : null,
                    MeanWith = step.IsHalf ? catalogue.Find(plan.Task, ModelKind.Photo, step.Factor) : null,
                }
            );
        }

        return new ResizeWay(steps, plan.Width, plan.Height, plan.ClassicalStep) { ClassicalKernel = plan.ClassicalKernel };
    }

    /// <summary>Ids of all networks, gradients last.</summary>
    public IReadOnlyList<string> ModelIds() =>
        [
            .. Steps.SelectMany(step => new[] { step.Model, step.MeanWith }.OfType<ModelDescriptor>()).Select(model => model.Id),
            .. Steps.Where(step => step.Gradient is not null).Select(step => step.Gradient!.Id),
        ];
}
