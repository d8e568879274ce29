using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tests.Tiling;

namespace RsrPlugins.Core.Tests.Models;

public class NetworkArithmeticTests
{
    // Weights of the convolutions, added up layer by layer: every weight is used once per pixel of its layer.
    [Theory]
    [InlineData(NetworkKind.RRNet, 2, 2 * (576 + 36864 + 36864 + 65))]
    [InlineData(NetworkKind.RRNet, 4, 2 * (576 + 36864 + 36864 + 65))]
    [InlineData(NetworkKind.SRNet, 2, 2 * (576 + 4096 + 36864 + 8192 + 36864 + 12288 + 36864 + (257 * 4)))]
    [InlineData(NetworkKind.SRNet, 3, 2 * (576 + 4096 + 36864 + 8192 + 36864 + 12288 + 36864 + (257 * 9)))]
    [InlineData(NetworkKind.SRNetGradient, 2, 2 * (5 + (2 * (576 + 4096 + 36864 + 8192 + 36864 + 12288 + 36864)) + (261 * 4) + (256 * 4) + (9 * 4)))]
    public void Operations_are_two_per_weight_and_pixel(NetworkKind network, int scale, double expected) =>
        Assert.Equal(expected, NetworkArithmetic.OperationsPerInputPixel(NeighbourhoodNetwork.Describe(network, scale)));

    [Fact]
    public void Dense_units_are_counted_in_the_kernels()
    {
        ModelDescriptor six = NeighbourhoodNetwork.Describe(NetworkKind.SRNet, 2) with { Kernels = [3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1] };
        Assert.Equal(2 * (576 + (21 * 4096) + (6 * 36864) + (449 * 4)), NetworkArithmetic.OperationsPerInputPixel(six));
        Assert.Equal(15 * 256, NetworkArithmetic.FeatureBytesPerInputPixel(six));
        Assert.Equal(7, six.Halo);
    }

    [Theory]
    [InlineData(NetworkKind.RRNet, 512)]
    [InlineData(NetworkKind.SRNet, 2304)]
    [InlineData(NetworkKind.SRNetGradient, 4096)]
    public void Feature_bytes_are_64_floats_per_map(NetworkKind network, int expected) =>
        Assert.Equal(expected, NetworkArithmetic.FeatureBytesPerInputPixel(NeighbourhoodNetwork.Describe(network, 2)));
}
