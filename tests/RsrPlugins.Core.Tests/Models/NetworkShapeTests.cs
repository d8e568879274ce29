// Sizes are a pure function of the two steps.
using RsrPlugins.Core.Models;

namespace RsrPlugins.Core.Tests.Models;

public class NetworkShapeTests
{
    [Theory]
    [InlineData(1, 2, 1, 1, 2, 2)]
    [InlineData(1, 3, 7, 5, 21, 15)]
    [InlineData(1, 4, 100, 1, 400, 4)]
    [InlineData(2, 1, 1, 1, 1, 1)]
    [InlineData(2, 1, 8, 9, 4, 5)]
    [InlineData(3, 1, 3, 4, 1, 2)]
    [InlineData(4, 1, 401, 399, 101, 100)]
    [InlineData(1, 1, 9, 7, 9, 7)]
    [InlineData(4, 8, 9, 7, 18, 14)]
    [InlineData(8, 8, 9, 7, 9, 7)]
    [InlineData(8, 4, 9, 7, 5, 4)]
    public void Output_size_multiplies_or_divides_rounding_up(
        int inputStep,
        int outputStep,
        int width,
        int height,
        int expectedWidth,
        int expectedHeight
    ) => Assert.Equal((expectedWidth, expectedHeight), Shape(inputStep, outputStep).OutputSize(width, height));

    [Theory]
    [InlineData(1, 2, 0, 5)]
    [InlineData(1, 2, 5, -1)]
    [InlineData(1, 2, int.MaxValue, 1)]
    [InlineData(4, 4, 3, int.MaxValue)]
    public void Sizes_that_cannot_be_are_named(int inputStep, int outputStep, int width, int height) =>
        Assert.Contains(
            $"{width} x {height}",
            Assert.Throws<ImageSizeException>(() => Shape(inputStep, outputStep).OutputSize(width, height)).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData(1, 2, NetworkTask.Enlarge, 2, 9)]
    [InlineData(4, 8, NetworkTask.Enlarge, 2, 12)]
    [InlineData(3, 1, NetworkTask.Reduce, 3, 9)]
    [InlineData(4, 4, NetworkTask.Clean, 1, 12)]
    public void Task_factor_and_extent_follow_from_the_steps(int inputStep, int outputStep, NetworkTask task, int factor, int extentOf9)
    {
        NetworkShape shape = Shape(inputStep, outputStep);
        Assert.Equal((task, factor, extentOf9), (shape.Task, shape.Factor, shape.Extended(9)));
        Assert.Equal(NetworkTask.Gradient, (shape with { Output = new NetworkPlanes(PlaneContent.LumaGradient, 1) }).Task);
    }

    private static NetworkShape Shape(int inputStep, int outputStep)
    {
        NetworkPlanes luma = new NetworkPlanes(PlaneContent.Luma, 1);
        return new NetworkShape(inputStep, outputStep, 4, 1, luma, luma, 1, 1);
    }
}
