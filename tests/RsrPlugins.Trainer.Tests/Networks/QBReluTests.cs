using RsrPlugins.Trainer.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Tests.Networks;

public class QBReluTests
{
    [Theory]
    [InlineData(-1f, 16f)]
    [InlineData(15.9f, 16f)]
    [InlineData(16.4f, 16f)]
    [InlineData(16.6f, 17f)]
    [InlineData(128.2f, 128f)]
    [InlineData(234.7f, 235f)]
    [InlineData(240f, 235f)]
    public void Values_are_clamped_to_studio_range_and_rounded_to_levels(float level, float expected)
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal(expected, QBRelu.Forward(tensor(new[] { level / 255f })).item<float>() * 255f, 1e-4f);
    }

    [Theory]
    [InlineData(15f, 0f)]
    [InlineData(17.3f, 1f)]
    [InlineData(128f, 1f)]
    [InlineData(234.4f, 1f)]
    [InlineData(236f, 0f)]
    public void The_gradient_is_1_inside_the_open_interval_and_0_outside(float level, float expected)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { level / 255f }, requires_grad: true);
        QBRelu.Forward(x).sum().backward();
        Assert.Equal(expected, x.grad!.item<float>());
    }

    [Fact]
    public void The_gradient_at_the_bounds_is_0()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { QBRelu.Minimum, QBRelu.Maximum }, requires_grad: true);
        QBRelu.Forward(x).sum().backward();
        Assert.Equal([0f, 0f], x.grad!.data<float>().ToArray());
    }

    [Fact]
    public void Over_many_levels_the_gradient_is_the_slope()
    {
        // The straight part: over whole steps of the staircase the finite difference is exact.
        using DisposeScope scope = NewDisposeScope();
        float from = QBRelu.Forward(tensor(new[] { 50.2f / 255f })).item<float>();
        float to = QBRelu.Forward(tensor(new[] { 150.2f / 255f })).item<float>();
        Assert.Equal(1, (to - from) / (100f / 255f), 1e-5f);
    }
}
