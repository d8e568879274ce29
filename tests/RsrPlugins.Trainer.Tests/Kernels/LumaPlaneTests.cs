using RsrPlugins.Trainer.Kernels;

namespace RsrPlugins.Trainer.Tests.Kernels;

public class LumaPlaneTests
{
    [Fact]
    public void Values_lie_in_a_border_of_zeros_and_are_replaced()
    {
        LumaPlane plane = new LumaPlane(3);
        plane.Set([9, 9, 9, 9, 9, 9, 9, 9, 9]);
        plane.Set([1, 2, 3, 4, 5, 6, 7, 8, 9]);
        Assert.Equal([0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 4, 5, 6, 0, 0, 7, 8, 9, 0, 0, 0, 0, 0, 0], plane.Values);
        Assert.Equal(6, plane.Values[plane.At(1, 2)]);
        Assert.Equal((3, 5), (plane.Side, plane.Stride));
    }
}
