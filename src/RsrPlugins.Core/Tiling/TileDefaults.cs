// What suits a device when the caller does not say. CPU: one tile per core, small enough for the core's own cache; larger
// tiles waste less on halos but stream every feature map through memory. GPU: as large as a fixed memory budget allows,
// because a GPU needs many pixels at once and its memory is shared with the editor.
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;

namespace RsrPlugins.Core.Tiling;

/// <summary>Tile sizes and worker counts.</summary>
public static class TileDefaults
{
    /// <summary>
    /// SRNet joins and re-reads its maps, so one map of 64 channels should fit an L2 cache of 1 MB: 48 pixels and the halo are
    /// 56 x 56 x 256 bytes = 0.8 MB. Measured (x2, two cores with 1 MB each, share of the FMA peak / pixels per second):
    /// 32: 78 % / 0.76, 48: 77 % / 0.88, 64: 65 % / 0.80, 128: 61 % / 0.86 megapixels.
    /// </summary>
    private const int SRNetTile = 48;

    /// <summary>
    /// RRNet is 3 x 3 convolutions from 64 to 64 channels, which compute long on what they load, so it gains from fewer halos up
    /// to about 96 HR pixels and is level beyond. Measured (x4): 64: 84 % / 1.84, 80: 89 % / 2.08, 96: 86 % / 1.95, 192: 83 % / 2.15.
    /// </summary>
    private const int RRNetTile = 96;

    /// <summary>
    /// SRNet's gradient reads 8 pixels beyond its tile, so small tiles are mostly margin; larger ones than this gain little for their
    /// memory (51 MB of maps). Measured (x2, two threads): 32: 0.60, 48: 0.53, 64: 0.67, 96: 0.80, 128: 0.91 megapixels.
    /// </summary>
    private const int GradientTile = 96;

    /// <summary>Bytes of feature maps one GPU run may hold: an integrated GPU with little memory still has this.</summary>
    private const long GpuBudgetBytes = 256L << 20;

    /// <summary>Tile size in LR pixels: the caller's, or the device's default.</summary>
    public static int TileSize(INetwork network, ResizeSettings settings)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.TileSize > 0)
        {
            return settings.TileSize;
        }

        return TileSize(network.Model, network.Device);
    }

    /// <summary>A device's default tile size in LR pixels.</summary>
    public static int TileSize(ModelDescriptor model, DeviceKind device)
    {
        ArgumentNullException.ThrowIfNull(model);
        bool reduces = model.Network == NetworkKind.RRNet;
        int inputPixels = model.Network switch
        {
            NetworkKind.RRNet => RRNetTile,
            NetworkKind.SRNet => SRNetTile,
            _ => GradientTile,
        };
        if (device != DeviceKind.Cpu)
        {
            inputPixels = (int)Math.Sqrt((double)GpuBudgetBytes / NetworkArithmetic.FeatureBytesPerInputPixel(model)) - (2 * (model.Halo + model.Scale));
        }

        return Math.Max(1, reduces ? inputPixels / model.Scale : inputPixels);
    }

    /// <summary>Workers: the caller's, or one per core on the CPU; on a GPU two, so that colour work overlaps the one run at a time.</summary>
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
