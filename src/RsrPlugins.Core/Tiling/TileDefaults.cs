// What suits a device when the caller does not say. CPU: one tile per core, small enough that a layer's feature maps stay in
// the core's own cache. GPU: as large as a fixed memory budget allows, because a GPU needs many pixels at once and its
// memory is shared with the editor.
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;

namespace RsrPlugins.Core.Tiling;

/// <summary>Tile sizes and worker counts.</summary>
public static class TileDefaults
{
    /// <summary>Bytes of feature maps one GPU run may hold: an integrated GPU with little memory still has this.</summary>
    private const long GpuBudgetBytes = 256L << 20;

    /// <summary>Channels of every hidden convolution of both networks.</summary>
    private const int Features = 64;

    /// <summary>Tile size in LR pixels: the caller's, or the device's default.</summary>
    public static int TileSize(INetwork network, ResizeSettings settings)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.TileSize > 0)
            return settings.TileSize;
        return network.Device == DeviceKind.Cpu ? CpuTileSize(network.Model) : GpuTileSize(network.Model);
    }

    /// <summary>Workers: the caller's, or one per core on the CPU; on a GPU two, so that colour work overlaps the one run at a time.</summary>
    public static int Workers(INetwork network, ResizeSettings settings)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(settings);
        if (network.Device != DeviceKind.Cpu)
            return 2;
        return settings.Threads > 0 ? settings.Threads : Environment.ProcessorCount;
    }

    /// <summary>RRNet's feature maps are at HR resolution, SRNet's at LR.</summary>
    private static int CpuTileSize(ModelDescriptor model) => model.Network == NetworkKind.RRNet ? Math.Max(1, 96 / model.Scale) : 64;

    private static int GpuTileSize(ModelDescriptor model)
    {
        // RRNet: the input and the output of a hidden layer, d x d HR pixels per LR pixel. SRNet: the dense stack (4 x 64),
        // its concatenated copy and one bottleneck.
        long bytesPerLrPixel = model.Network == NetworkKind.RRNet
            ? 2L * Features * model.Scale * model.Scale * sizeof(float)
            : 9L * Features * sizeof(float);
        int source = (int)Math.Sqrt((double)GpuBudgetBytes / bytesPerLrPixel);
        return Math.Max(1, source - (2 * model.Halo));
    }
}
