using Moq;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Tiling;

public class TileDefaultsTests
{
    public static TheoryData<NetworkKind, int> Networks
    {
        get
        {
            TheoryData<NetworkKind, int> networks = LumaTilerTests.Networks;
            foreach (int scale in new[] { 2, 3, 4 })
            {
                networks.Add(NetworkKind.SRNetGradient, scale);
            }

            return networks;
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_gpu_tile_with_its_halo_keeps_to_the_memory_budget_and_uses_most_of_it(NetworkKind kind, int scale)
    {
        ModelDescriptor model = NeighbourhoodNetwork.Describe(kind, scale);
        int tileSize = TileDefaults.TileSize(model, DeviceKind.DirectML);
        TilePlan plan = TilePlan.Create(model, 9000, 9000, tileSize);
        long bytes = (long)plan.SourceLength * NetworkArithmetic.FeatureBytesPerInputPixel(model);
        Assert.InRange(bytes, 180L << 20, 256L << 20);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_cpu_tile_is_smaller_than_a_gpu_tile(NetworkKind kind, int scale)
    {
        ModelDescriptor model = NeighbourhoodNetwork.Describe(kind, scale);
        Assert.InRange(TileDefaults.TileSize(model, DeviceKind.Cpu), 16, TileDefaults.TileSize(model, DeviceKind.DirectML) / 2);
    }

    [Theory]
    [InlineData(DeviceKind.Cpu, 3, 3)]
    [InlineData(DeviceKind.DirectML, 3, 2)]
    public void Threads_asked_for_are_for_the_cpu(DeviceKind device, int asked, int expected)
    {
        INetwork network = Mock.Of<INetwork>(open => open.Device == device && open.Model == NeighbourhoodNetwork.Describe(NetworkKind.SRNet, 2));
        Assert.Equal(expected, TileDefaults.Workers(network, new ResizeSettings(asked)));
        Assert.Equal(device == DeviceKind.Cpu ? Environment.ProcessorCount : 2, TileDefaults.Workers(network, new ResizeSettings()));
        Assert.Equal(7, TileDefaults.TileSize(network, new ResizeSettings(TileSize: 7)));
    }
}
