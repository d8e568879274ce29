using Moq;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tests.Models;
using RsrPlugins.Core.Tests.Tiling;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Inference;

public class TileDefaultsTests
{
    public static TheoryData<NetworkTask, int> Networks
    {
        get
        {
            TheoryData<NetworkTask, int> networks = LumaTilerTests.Networks;
            foreach (int scale in new[] { 2, 3, 4 })
            {
                networks.Add(NetworkTask.Gradient, scale);
            }

            return networks;
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_gpu_tile_with_its_halo_keeps_to_the_memory_budget_and_uses_most_of_it(NetworkTask kind, int scale)
    {
        ModelDescriptor model = NeighbourhoodNetwork.Describe(kind, scale);
        int tileSize = TileDefaults.TileSize(model.Shape, DeviceKind.DirectML);
        TilePlan plan = TilePlan.Create(model.Shape, 9000, 9000, tileSize);
        double bytes = plan.SourceLength * model.Shape.FeatureBytesPerInputPixel;
        Assert.InRange(bytes, 180L << 20, 256L << 20);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_cpu_tile_is_smaller_than_a_gpu_tile(NetworkTask kind, int scale)
    {
        ModelDescriptor model = NeighbourhoodNetwork.Describe(kind, scale);
        Assert.InRange(TileDefaults.TileSize(model.Shape, DeviceKind.Cpu), 16, TileDefaults.TileSize(model.Shape, DeviceKind.DirectML) / 2);
    }

    [Theory]
    [InlineData(DeviceKind.Cpu, 3, 3)]
    [InlineData(DeviceKind.DirectML, 3, 2)]
    public void Threads_asked_for_are_for_the_cpu(DeviceKind device, int asked, int expected)
    {
        INetwork network = Mock.Of<INetwork>(open => open.Device == device && open.Shape == TestShapes.Of(NetworkTask.Enlarge, 2));
        Assert.Equal(expected, TileDefaults.Workers(network, new ResizeSettings(asked)));
        Assert.Equal(device == DeviceKind.Cpu ? Environment.ProcessorCount : 2, TileDefaults.Workers(network, new ResizeSettings()));
        Assert.Equal(7, TileDefaults.TileSize(network, new ResizeSettings(TileSize: 7)));
    }
}
