// The front door: a picture in, a resized picture out. Every host (tool, effects, evaluation) comes through here, so that
// colour, alpha, tiling and rounding are done once and the same everywhere.
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core;

/// <summary>How to go about a resize; never changes a single byte of the result.</summary>
/// <param name="Threads">Tiles at once on the CPU; 0 = one per core. A GPU takes one at a time.</param>
/// <param name="TileSize">Side of a tile in LR pixels; 0 = what suits the device.</param>
public sealed record ResizeSettings(int Threads = 0, int TileSize = 0);

/// <summary>Resizes pictures by one network's scale factor: RRNet reduces, SRNet enlarges.</summary>
public sealed class LearnedResizer
{
    private readonly LumaTiler _luma;

    public LearnedResizer(INetwork network, ResizeSettings? settings = null) => _luma = new LumaTiler(network, settings);

    /// <summary>
    /// Size of the result. SRNet: exactly d times. RRNet: rounded up, ceil(w / d) x ceil(h / d); the picture is extended to a
    /// multiple of d by repeating its last column and row.
    /// </summary>
    public static (int Width, int Height) OutputSize(Models.ModelDescriptor model, int width, int height) => TilePlan.OutputSize(model, width, height);

    /// <summary>Resizes the whole picture, same layout and depth.</summary>
    /// <param name="progress">Fraction of the work done, 0 to 1.</param>
    /// <exception cref="RsrException">Any failure of the engine.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; stops within a tile.</exception>
    public PixelImage Resize(PixelImage source, IProgress<double>? progress = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>
    /// Computes one rectangle of the result into <paramref name="destination"/> (as large as the rectangle, same layout and depth
    /// as the source): the same bytes as that part of <see cref="Resize"/>. Thread-safe.
    /// </summary>
    public void ResizeRegion(PixelImage source, TileRect tile, PixelImage destination, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Luma plane alone, for evaluation: values Y/255 in, Y/255 out, not rounded.</summary>
    public float[] ResizeLuma(ReadOnlySpan<float> luma, int width, int height, CancellationToken cancellationToken = default) => _luma.Resize(luma, width, height, null, cancellationToken);
}
