// A whole luma plane through a network, tile by tile. It is also the shortest example of plan + scheduler + network.
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Inference;

/// <summary>Runs a network over luma planes of any size.</summary>
/// <param name="network">Any open network.</param>
/// <param name="settings">Threads and tile size; null for the defaults of the device.</param>
public sealed class LumaTiler(INetwork network, ResizeSettings? settings = null)
{
    private readonly ResizeSettings _settings = settings ?? new ResizeSettings();

    /// <summary>Resizes a plane.</summary>
    /// <param name="luma">width x height values Y/255 (BT.601 studio luma), row by row.</param>
    /// <returns>The plane of <see cref="Models.NetworkShape.OutputSize"/>, Y/255, not rounded.</returns>
    /// <exception cref="RsrException">Any failure of the engine.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; stops within a tile.</exception>
    public float[] Resize(
        ReadOnlySpan<float> luma,
        int width,
        int height,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        TilePlan plan = TilePlan.Create(network.Shape, width, height, TileDefaults.TileSize(network, _settings));
        if (luma.Length != (long)width * height)
        {
            throw new ArgumentException(
                $"A plane of {width} x {height} has {(long)width * height:N0} values; found {luma.Length:N0}.",
                nameof(luma)
            );
        }

        if ((long)plan.Region.Width * plan.Region.Height > Array.MaxLength)
        {
            throw new ImageSizeException(
                $"{plan.Region.Width} x {plan.Region.Height} luma values are more than one plane can hold ({Array.MaxLength:N0})."
            );
        }

        return Run(plan, luma, progress, cancellationToken);
    }

    internal unsafe float[] Run(TilePlan plan, ReadOnlySpan<float> luma, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        float[] output = new float[plan.Region.Width * plan.Region.Height];
        fixed (float* pinned = luma)
        {
            // A span cannot be given to other threads; its memory can, as long as this frame keeps it pinned.
            nint address = (nint)pinned;
            int length = luma.Length;
            TileScheduler.Run(
                plan.Tiles,
                TileDefaults.Workers(network, _settings),
                () => (Source: new float[plan.SourceLength], Result: new float[plan.ResultLength]),
                (buffers, tile, token) =>
                {
                    CopySource(new ReadOnlySpan<float>((float*)address, length), plan, tile.Source, buffers.Source);
                    network.RunTile(buffers.Source, tile, buffers.Result, token);
                    CopyTile(buffers.Result, tile, output, plan.Region);
                },
                progress,
                cancellationToken
            );
        }

        return output;
    }

    /// <summary>Takes the source out of the plane; beyond its right and bottom border the last column and row are repeated.</summary>
    private static void CopySource(ReadOnlySpan<float> plane, TilePlan plan, TileRect source, Span<float> destination)
    {
        int inside = Math.Min(source.Right, plan.InputWidth) - source.X;
        for (int y = 0; y < source.Height; y++)
        {
            int from = (Math.Min(source.Y + y, plan.InputHeight - 1) * plan.InputWidth) + source.X;
            Span<float> row = destination.Slice(y * source.Width, source.Width);
            plane.Slice(from, inside).CopyTo(row);
            row[inside..].Fill(row[inside - 1]);
        }
    }

    /// <summary>Puts the pixels a tile owns where they belong.</summary>
    internal static void CopyTile(ReadOnlySpan<float> result, PlannedTile planned, Span<float> output, TileRect region)
    {
        TileRect tile = planned.Tile;
        for (int y = tile.Y; y < tile.Bottom; y++)
        {
            result
                .Slice(((y - planned.Result.Y) * planned.Result.Width) + tile.X - planned.Result.X, tile.Width)
                .CopyTo(output.Slice(((y - region.Y) * region.Width) + tile.X - region.X, tile.Width));
        }
    }
}
