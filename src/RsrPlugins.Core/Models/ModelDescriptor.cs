// One row of models.json. What a host must know to run the network is its shape; name and kind say where the network comes from
// and which pictures it is meant for, and only a user's choice asks for them.
namespace RsrPlugins.Core.Models;

/// <summary>What small images a network belongs to.</summary>
public enum ModelKind
{
    /// <summary>Trained as a pair: the reducing network's own small images.</summary>
    Learned,

    /// <summary>An enlarging network trained alone on what people have: bicubic, area and Lanczos reductions, light blur, JPEG.</summary>
    Photo,

    /// <summary>An enlarging network trained on small images made with antialiasing and not damaged: stands in for that of ordinary
    /// images where a picture is seen to be one.</summary>
    Antialiased,

    /// <summary>An enlarging network trained on damaged small images, JPEG, WebP and noise: removes the damage, and fine texture that looks
    /// like it.</summary>
    Cleanup,

    /// <summary>Trained by the same trainer on bicubic reductions: what tables compare with. Not installed with the product.</summary>
    Baseline,

    /// <summary>Brought by a person (rsr models add): taken by its name alone, never by itself.</summary>
    Added,
}

/// <summary>One row of models.json.</summary>
/// <param name="Id">For example "srnet-x2-learned".</param>
/// <param name="Network">Name of the architecture, for people: "RRNet", "SRNet", "SRCNN". Nothing depends on it.</param>
/// <param name="Scale">Scale factor d of the pictures it is for: how much larger the large one is. 1 where both have one size.</param>
/// <param name="FilePath">Full path of the ONNX file.</param>
/// <param name="CardPath">Full path of the model card (Markdown).</param>
/// <param name="ByteLength">Length of the ONNX file.</param>
/// <param name="Sha256">Lower-case hex of the ONNX file.</param>
/// <param name="Shape">What goes in and comes out.</param>
/// <param name="PairId">The partner of a learned pair, a gradient's enlarging network, else null.</param>
public sealed record ModelDescriptor(
    string Id,
    string Network,
    ModelKind Kind,
    int Scale,
    string FilePath,
    string CardPath,
    long ByteLength,
    string Sha256,
    NetworkShape Shape,
    string? PairId
)
{
    /// <summary>Least share of a clean-up: what a bicubic picture would bring back is what the clean-up was asked to take away.</summary>
    public const double MinCleanUp = 0.75;

    /// <summary>What the network does.</summary>
    public NetworkTask Task => Shape.Task;

    /// <summary>Names of the training sets.</summary>
    public IReadOnlyList<string> TrainedOn { get; init; } = [];

    /// <summary>Tells from a picture how much of the network's enlargement to show; null for a network that shows whole.</summary>
    public StrengthEstimator? Strength { get; init; }

    /// <summary>Tells from a picture which classical enlargement the rest is, from 0 for the softest to 1 for the sharpest; null for
    /// bicubic.</summary>
    public StrengthEstimator? Rest { get; init; }

    /// <summary>Tells from a picture whether this network is to enlarge it, instead of that for ordinary images: above a half. Null for a
    /// network that stands in for no other.</summary>
    public StrengthEstimator? Preference { get; init; }

    /// <summary>Whether this network is to enlarge a picture, instead of that for ordinary images.</summary>
    /// <param name="statistics">The picture's, <see cref="StrengthEstimator.Count"/> numbers.</param>
    public bool IsPreferredFor(ReadOnlySpan<float> statistics) => Preference is not null && Preference.Of(statistics) > 0.5;

    /// <summary>The share of the network's enlargement to show, 0 to 1; of a clean-up at least <see cref="MinCleanUp"/>.</summary>
    /// <param name="statistics">The picture's, <see cref="StrengthEstimator.Count"/> numbers.</param>
    public double ShareFor(ReadOnlySpan<float> statistics)
    {
        double share = Strength?.Of(statistics) ?? 1;
        return Kind == ModelKind.Cleanup ? Math.Max(share, MinCleanUp) : share;
    }

    /// <summary>How <see cref="Psnr"/> and <see cref="Ssim"/> were measured.</summary>
    public string Protocol { get; init; } = string.Empty;

    /// <summary>Mean PSNR in dB by test set.</summary>
    public IReadOnlyDictionary<string, double> Psnr { get; init; } = new Dictionary<string, double>();

    /// <summary>Mean SSIM by test set.</summary>
    public IReadOnlyDictionary<string, double> Ssim { get; init; } = new Dictionary<string, double>();
}
