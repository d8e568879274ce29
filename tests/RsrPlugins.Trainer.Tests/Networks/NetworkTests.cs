using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Tests.Networks;

public class NetworkTests
{
    // Worked out by hand from Table 2: RRNet 640 + 2 x 36,928 + (64 d d + 1); SRNet 640 + 4,160 + 8,256 + 12,352
    // + 3 x 36,928 + 257 d d.
    [Theory]
    [InlineData(2, 74_753, 137_220)]
    [InlineData(3, 75_073, 138_505)]
    [InlineData(4, 75_521, 140_304)]
    public void The_networks_have_the_papers_parameters(int scale, int rrNet, int srNet)
    {
        Assert.Equal(rrNet, NetworkTable.RRNet(scale).Sum(layer => layer.ParameterCount));
        Assert.Equal(srNet, NetworkTable.SRNet(scale, NetworkTable.PaperUnits).Sum(layer => layer.ParameterCount));
        Assert.Equal(rrNet + srNet, TestLayout(scale).Count);
    }

    // Dong et al. 2016: 9-5-5 with 64 and 32 channels has 57,184 weights, and 97 biases.
    [Fact]
    public void SRCNN_has_the_published_parameters() =>
        Assert.Equal(57_184 + 97, NetworkTable.Srcnn(outputs: 1).Sum(layer => layer.ParameterCount));

    [Theory]
    [InlineData("None", 7, 5)]
    [InlineData("Bicubic", 21, 15)]
    public void SRCNN_gives_the_large_size_from_a_small_or_an_interpolated_picture(string name, int width, int height)
    {
        using DisposeScope scope = NewDisposeScope();
        TrainingConfig config = TestSupport.Config(3, RunKind.Srcnn) with { Interpolation = Enum.Parse<Interpolation>(name) };
        ParameterLayout layout = new ParameterLayout(NetworkPair.Layers(config));
        using ParameterViews views = new ParameterViews(layout, layout.Initialise(1), train: false);
        Assert.Equal([2, 1, 15, 21], new NetworkPair(config, views).Enlarging.Forward(rand(2, 1, height, width)).shape);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void RRNet_divides_the_size_and_SRNet_multiplies_it(int scale)
    {
        using DisposeScope scope = NewDisposeScope();
        ParameterLayout layout = TestLayout(scale);
        using ParameterViews views = new ParameterViews(layout, layout.Initialise(1), train: false);
        Tensor low = new RRNet(scale, views).Forward(rand(2, 1, 5 * scale, 7 * scale));
        Assert.Equal([2, 1, 5, 7], low.shape);
        Assert.Equal([2, 1, 5 * scale, 7 * scale], new SRNet(scale, NetworkTable.PaperUnits, views).Forward(low).shape);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Without_its_trunk_RRNet_averages_and_SRNet_repeats_pixels(int scale)
    {
        using DisposeScope scope = NewDisposeScope();
        ParameterLayout layout = TestLayout(scale);
        using ParameterViews views = new ParameterViews(layout, zeros(layout.Count), train: false);
        Tensor high = rand(1, 1, 4 * scale, 6 * scale);
        Tensor average = nn.functional.avg_pool2d(high, scale, scale);
        Tensor low = new RRNet(scale, views).ForwardUnbounded(high);
        Assert.True(low.allclose(average, rtol: 0, atol: 1e-6));
        Tensor repeated = average.repeat_interleave(scale, 2).repeat_interleave(scale, 3);
        Assert.True(new SRNet(scale, NetworkTable.PaperUnits, views).Forward(average).allclose(repeated, rtol: 0, atol: 1e-6));
    }

    [Fact]
    public void The_gradient_of_the_whole_pair_is_that_of_finite_differences()
    {
        // Along the gradient g, the loss changes by |g|^2 per unit; Q-BReLU is left out, its steps have no finite difference.
        using DisposeScope scope = NewDisposeScope();
        const int Scale = 2;
        ParameterLayout layout = TestLayout(Scale);
        Tensor flat = layout.Initialise(5);
        flat.add_(randn(layout.Count).mul(0.01));
        using ParameterViews views = new ParameterViews(layout, flat, train: true);
        Tensor high = tensor(TestSupport.Noise(2 * 12 * 12), [2, 1, 12, 12]);
        Loss().backward();
        Tensor gradient = views.Gradient!.clone();
        float squared = gradient.square().sum().item<float>();

        using IDisposable noGrad = no_grad();
        double epsilon = 1e-3 / Math.Sqrt(squared);
        flat.add_(gradient.mul(epsilon));
        double above = Loss().item<float>();
        flat.sub_(gradient.mul(2 * epsilon));
        double below = Loss().item<float>();
        Assert.Equal(1, (above - below) / (2 * epsilon) / squared, tolerance: 0.02);

        Tensor Loss() =>
            nn.functional.mse_loss(
                new SRNet(Scale, NetworkTable.PaperUnits, views).Forward(new RRNet(Scale, views).ForwardUnbounded(high)),
                high
            );
    }

    [Fact]
    public void Initialisation_is_He_for_trunks_and_a_thousandth_for_last_layers()
    {
        using DisposeScope scope = NewDisposeScope();
        ParameterLayout layout = TestLayout(2);
        Tensor flat = layout.Initialise(1);
        foreach (ConvolutionSpec layer in layout.Layers)
        {
            double expected = layer.Role == LayerRole.Last ? 0.001 : Math.Sqrt(2 / (1.0025 * layer.Inputs * layer.Kernel * layer.Kernel));
            float found = layout.Weight(flat, layer).std().item<float>();
            Assert.InRange(found / expected, 0.8, 1.2);
            Assert.Equal(0, layout.Bias(flat, layer).abs().sum().item<float>());
        }
    }

    [Fact]
    public void Another_scale_starts_from_all_layers_but_the_last()
    {
        using DisposeScope scope = NewDisposeScope();
        (ParameterLayout? two, ParameterLayout? three) = (TestLayout(2), TestLayout(3));
        (Tensor? from, Tensor? to) = (two.Initialise(1), three.Initialise(2));
        IReadOnlyList<string> left = three.CopyFrom(to, two, from);
        Assert.Equal(["rr.last", "sr.last"], left);
        foreach (ConvolutionSpec? layer in three.Layers.Where(layer => layer.Role != LayerRole.Last))
        {
            Assert.True(three.Weight(to, layer).equal(two.Weight(from, layer)).all().item<bool>(), layer.Name);
        }
    }

    [Fact]
    public void More_dense_units_start_as_the_same_function()
    {
        using DisposeScope scope = NewDisposeScope();
        (ParameterLayout three, ParameterLayout six) = (TestLayout(2), new ParameterLayout(NetworkTable.SRNet(2, 6)));
        (Tensor from, Tensor to) = (three.Initialise(1).add_(0.01.ToScalar()), six.Initialise(2));
        IReadOnlyList<string> left = six.CopyFrom(to, three, from);
        Assert.Equal(
            ["sr.unit4.bottleneck", "sr.unit4.conv", "sr.unit5.bottleneck", "sr.unit5.conv", "sr.unit6.bottleneck", "sr.unit6.conv"],
            left
        );
        using ParameterViews small = new ParameterViews(three, from, train: false);
        using ParameterViews large = new ParameterViews(six, to, train: false);
        Tensor low = rand(1, 1, 9, 8);
        Assert.True(new SRNet(2, 6, large).Forward(low).allclose(new SRNet(2, 3, small).Forward(low), rtol: 0, atol: 1e-5));
    }

    private static ParameterLayout TestLayout(int scale) =>
        new([.. NetworkTable.RRNet(scale), .. NetworkTable.SRNet(scale, NetworkTable.PaperUnits)]);
}
