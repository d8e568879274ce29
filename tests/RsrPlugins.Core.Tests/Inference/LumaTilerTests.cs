// Tiled == whole as a law, over exact integer arithmetic; the real networks repeat it in Inference/TiledNetworkTests.
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tests.Tiling;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Inference;

public class LumaTilerTests
{
    public static TheoryData<NetworkTask, int> Networks =>
        new()
        {
            { NetworkTask.Reduce, 2 },
            { NetworkTask.Reduce, 3 },
            { NetworkTask.Reduce, 4 },
            { NetworkTask.Enlarge, 2 },
            { NetworkTask.Enlarge, 3 },
            { NetworkTask.Enlarge, 4 },
        };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Tiled_equals_whole_at_every_tile_size_and_picture_size(NetworkTask kind, int scale)
    {
        NeighbourhoodNetwork network = new NeighbourhoodNetwork(NeighbourhoodNetwork.Describe(kind, scale));
        foreach ((int width, int height) in new[] { (1, 1), (1, 40), (40, 1), (2, 3), (7, 5), (31, 29), (64, 48), (53, 37) })
        {
            float[] plane = Plane(width, height);
            float[] whole = Whole(network, plane, width, height);
            foreach (int tileSize in new[] { 1, 2, 3, 5, 8, 13, 16, 1000 })
            {
                Assert.Equal(whole, new LumaTiler(network, new ResizeSettings(2, tileSize)).Resize(plane, width, height));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_halo_one_smaller_differs(NetworkTask kind, int scale)
    {
        NeighbourhoodNetwork network = new NeighbourhoodNetwork(NeighbourhoodNetwork.Describe(kind, scale));
        float[] plane = Plane(60, 60);
        float[] With(int halo) =>
            new LumaTiler(network).Run(
                TilePlan.Create(network.Model.Shape with { Halo = halo }, 60, 60, 5),
                plane,
                null,
                CancellationToken.None
            );
        float[] whole = Whole(network, plane, 60, 60);
        Assert.Equal(whole, With(network.Model.Shape.Halo));
        Assert.NotEqual(whole, With(Math.Max(0, network.Model.Shape.Halo - network.Model.Shape.InputStep)));
    }

    [Fact]
    public void A_picture_that_is_no_multiple_is_extended_by_its_last_column_and_row()
    {
        NeighbourhoodNetwork network = new NeighbourhoodNetwork(NeighbourhoodNetwork.Describe(NetworkTask.Reduce, 3));
        float[] plane = Plane(7, 5);
        float[] extended = new float[9 * 6];
        for (int y = 0; y < 6; y++)
        {
            for (int x = 0; x < 9; x++)
            {
                extended[(y * 9) + x] = plane[(Math.Min(y, 4) * 7) + Math.Min(x, 6)];
            }
        }

        Assert.Equal(Whole(network, extended, 9, 6), new LumaTiler(network).Resize(plane, 7, 5));
    }

    [Fact]
    public void A_plane_of_another_length_is_refused() =>
        Assert.Throws<ArgumentException>(() =>
            new LumaTiler(new NeighbourhoodNetwork(NeighbourhoodNetwork.Describe(NetworkTask.Enlarge, 2))).Resize(new float[5], 2, 2)
        );

    /// <summary>One run over the whole (extended) plane, without any tiling code of ours.</summary>
    private static float[] Whole(NeighbourhoodNetwork network, float[] plane, int width, int height)
    {
        int d = network.Model.Scale;
        if (network.Model.Task == NetworkTask.Enlarge)
        {
            float[] enlarged = new float[width * d * height * d];
            network.Run(plane, width, height, enlarged, CancellationToken.None);
            return enlarged;
        }

        int blocksX = (width + d - 1) / d,
            blocksY = (height + d - 1) / d;
        float[] extended = new float[blocksX * d * blocksY * d];
        for (int i = 0; i < extended.Length; i++)
        {
            extended[i] = plane[(Math.Min(i / (blocksX * d), height - 1) * width) + Math.Min(i % (blocksX * d), width - 1)];
        }

        float[] reduced = new float[blocksX * blocksY];
        network.Run(extended, blocksX * d, blocksY * d, reduced, CancellationToken.None);
        return reduced;
    }

    private static float[] Plane(int width, int height)
    {
        Random random = new Random((width * 1000) + height);
        return Enumerable.Range(0, width * height).Select(_ => (float)random.Next(256)).ToArray();
    }
}
