// What the engine knows of a network without opening its file. Everything a caller may need to size a picture or a tile
// is derived here from the kernels; nothing is measured or guessed.
namespace RsrPlugins.Core.Models;

/// <summary>The two networks of Cai et al., "Learning Reduced-Resolution and Super-Resolution Networks in Synchrony".</summary>
public enum NetworkKind
{
    /// <summary>RRNet: makes the small image (Section 3.1).</summary>
    RRNet,

    /// <summary>SRNet: restores the large image (Section 3.2).</summary>
    SRNet,

    /// <summary>
    /// How SRNet's squared error changes with every pixel of its small image, divided by d^2 and halved; made of SRNet's weights. Not of the
    /// paper: Refinement/ corrects small images with it.
    /// </summary>
    SRNetGradient,
}

/// <summary>What small images a network belongs to.</summary>
public enum ModelKind
{
    /// <summary>Trained as a pair: RRNet's own small images.</summary>
    Learned,

    /// <summary>SRNet trained alone on what people have: bicubic, area and Lanczos reductions, light blur, JPEG.</summary>
    Photo,

    /// <summary>SRNet trained on damaged small images, JPEG, WebP and noise: removes the damage, and fine texture that looks like it.</summary>
    Cleanup,

    /// <summary>SRCNN on bicubic reductions, trained by the same trainer: what tables compare with. Not installed with the product.</summary>
    Baseline,
}

/// <summary>One row of models.json.</summary>
/// <param name="Id">For example "srnet-x2-learned".</param>
/// <param name="FilePath">Full path of the ONNX file.</param>
/// <param name="CardPath">Full path of the model card (Markdown).</param>
/// <param name="ByteLength">Length of the ONNX file.</param>
/// <param name="Sha256">Lower-case hex of the ONNX file.</param>
/// <param name="Scale">Scale factor d: 2, 3 or 4.</param>
/// <param name="Kernels">
/// Convolution kernel sizes in order, in pixels of the input; RRNet's last is its d x d, stride d reduction. A baseline's convolutions
/// run on an interpolated picture; the sizes are those that cover the interpolation and them.
/// </param>
/// <param name="PairId">The partner of a learned pair, a gradient's SRNet, else null.</param>
public sealed record ModelDescriptor(
    string Id,
    NetworkKind Network,
    ModelKind Kind,
    int Scale,
    string FilePath,
    string CardPath,
    long ByteLength,
    string Sha256,
    IReadOnlyList<int> Kernels,
    string? PairId)
{
    /// <summary>
    /// Pixels of the input on every side that an output pixel depends on, beyond its own block: the sum of (k - 1) / 2
    /// over the stride-1 convolutions. 3 HR pixels for RRNet, 4 LR pixels for SRNet, 8 for its gradient.
    /// </summary>
    public int Halo => Kernels.Take(Network == NetworkKind.RRNet ? Kernels.Count - 1 : Kernels.Count).Sum(kernel => (kernel - 1) / 2);

    /// <summary>
    /// Planes of the input: luma alone, or for a gradient the small image and the d^2 sub-pixel planes of the large one (row i, column j
    /// of each d x d block in plane 1 + i d + j).
    /// </summary>
    public int InputPlanes => Network == NetworkKind.SRNetGradient ? 1 + (Scale * Scale) : 1;

    /// <summary>What the input is, for example "BT.601 studio, Y/255".</summary>
    public string Luma { get; init; } = string.Empty;

    /// <summary>Names of the training sets.</summary>
    public IReadOnlyList<string> TrainedOn { get; init; } = [];

    /// <summary>How <see cref="Psnr"/> and <see cref="Ssim"/> were measured.</summary>
    public string Protocol { get; init; } = string.Empty;

    /// <summary>Mean PSNR in dB by test set.</summary>
    public IReadOnlyDictionary<string, double> Psnr { get; init; } = new Dictionary<string, double>();

    /// <summary>Mean SSIM by test set.</summary>
    public IReadOnlyDictionary<string, double> Ssim { get; init; } = new Dictionary<string, double>();
}
