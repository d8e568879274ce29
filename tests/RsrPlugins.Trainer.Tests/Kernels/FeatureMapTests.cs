using RsrPlugins.Trainer.Kernels;

namespace RsrPlugins.Trainer.Tests.Kernels;

public unsafe class FeatureMapTests
{
    [Theory]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(18, 5)]
    public void Pixels_lie_apart_in_a_border_of_zeros(int side, int tiles)
    {
        using FeatureMap map = new FeatureMap(side);
        Assert.Equal((side, tiles), (map.Side, map.Tiles));
        for (int i = 0; i < side * side; i++)
        {
            new Span<float>(map.At(i / side, i % side), FeatureMap.Channels).Fill(i + 1);
        }

        int covered = tiles * Winograd.TileSide;
        for (int y = -1; y <= covered; y++)
        {
            for (int x = -1; x <= covered; x++)
            {
                float expected = y >= 0 && x >= 0 && y < side && x < side ? (y * side) + x + 1 : 0;
                Assert.All(new Span<float>(map.At(y, x), FeatureMap.Channels).ToArray(), value => Assert.Equal(expected, value));
            }
        }

        Assert.Equal(map.Stride, map.At(1, 0) - map.At(0, 0));
    }
}
