// What suits a device when the caller does not say. CPU: one tile per core, small enough for the core's own cache; larger
// tiles waste less on halos but stream every feature map through memory. GPU: as large as a fixed memory budget allows,
// because a GPU needs many pixels at once and its memory is shared with the editor.
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Inference;

/// <summary>Tile sizes and worker counts.</summary>
public static class TileDefaults
{
    /// <summary>
    /// Bytes of feature maps one tile may hold on the CPU, without its halo. Measured on two cores with 1 MB of L2 each, as share of the
    /// FMA peak / megapixels per second. SRNet x2 (2.1 kB per pixel) by side of the tile: 32: 78 % / 0.76, 48: 77 % / 0.88, 64: 65 % /
    /// 0.80, 128: 61 % / 0.86. RRNet x4 (0.5 kB): 64: 84 % / 1.84, 80: 89 % / 2.08, 96: 86 % / 1.95, 192: 83 % / 2.15. So 48 and 96.
    /// </summary>
    private const double CpuBudgetBytes = 4.8e6;

    /// <summary>
    /// Smallest side of a CPU tile in halos: then the margin is a bit more than a third of the work. Measured on SRNet's gradient x2 (halo
    /// 8), two threads, in megapixels per second by side: 32: 0.60, 48: 0.53, 64: 0.67, 96: 0.80, 128: 0.91, at 51 MB of maps for 96.
    /// </summary>
    private const int CpuSideInHalos = 12;

    /// <summary>Bytes of feature maps one GPU run may hold: an integrated GPU with little memory still has this.</summary>
    private const long GpuBudgetBytes = 256L << 20;

    /// <summary>Side in input pixels beyond which nothing is gained, however little memory a network takes.</summary>
    private const int MaxSide = 2048;

    /// <summary>Tile size in blocks of the network: the caller's, or the device's default.</summary>
    public static int TileSize(INetwork network, ResizeSettings settings)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(settings);
        return settings.TileSize > 0 ? settings.TileSize : TileSize(network.Shape, network.Device);
    }

    /// <summary>A device's default tile size in blocks.</summary>
    public static int TileSize(NetworkShape shape, DeviceKind device)
    {
        ArgumentNullException.ThrowIfNull(shape);
        double bytesPerPixel = Math.Max(1, shape.FeatureBytesPerInputPixel);
        double inputPixels =
            device == DeviceKind.Cpu
                ? Math.Max(Math.Sqrt(CpuBudgetBytes / bytesPerPixel), CpuSideInHalos * shape.Halo)
                : Math.Sqrt(GpuBudgetBytes / bytesPerPixel) - (2 * (shape.Halo + shape.InputStep));
        return (int)Math.Clamp(inputPixels / shape.InputStep, 1, MaxSide / shape.InputStep);
    }

    /// <summary>Workers: the caller's, or one per core on the CPU; on a GPU two, so that colour work overlaps the one run at a
    /// time.</summary>
    public static int Workers(INetwork network, ResizeSettings settings)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(settings);
        if (network.Device != DeviceKind.Cpu)
        {
            return 2;
        }

        return settings.Threads > 0 ? settings.Threads : Environment.ProcessorCount;
    }
}
