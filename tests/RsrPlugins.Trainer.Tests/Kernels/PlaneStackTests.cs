using RsrPlugins.Trainer.Kernels;

namespace RsrPlugins.Trainer.Tests.Kernels;

public unsafe class PlaneStackTests
{
    [Theory]
    [InlineData(1, 4)]
    [InlineData(3, 9)]
    public void Planes_lie_apart_in_borders_of_zeros_and_take_whole_vectors(int planes, int side)
    {
        using PlaneStack stack = new PlaneStack(planes, side);
        Assert.Equal((planes, side, side + 2), (stack.Planes, stack.Side, stack.Stride));
        Assert.Equal(0, stack.PlaneSize % Products.VectorLength);
        Assert.InRange(stack.PlaneSize, (side + 2) * (side + 2), ((side + 2) * (side + 2)) + Products.VectorLength - 1);
        for (int plane = 0; plane < planes; plane++)
        {
            stack.Set(plane, [.. Enumerable.Range(1, side * side).Select(value => (float)(value + (1000 * plane)))]);
        }

        for (int plane = 0; plane < planes; plane++)
        {
            Assert.Equal(side * side, stack.Values(plane, 1).ToArray().Count(value => value != 0));
            for (int y = -1; y <= side; y++)
            {
                for (int x = -1; x <= side; x++)
                {
                    float expected = y >= 0 && x >= 0 && y < side && x < side ? (y * side) + x + 1 + (1000 * plane) : 0;
                    Assert.Equal(expected, *stack.At(plane, y, x));
                }
            }

            float[] sums = [.. Enumerable.Repeat(0.5f, side * side)];
            stack.AddTo(plane, sums);
            Assert.Equal(Enumerable.Range(1, side * side).Select(value => value + (1000 * plane) + 0.5f), sums);
        }
    }
}
