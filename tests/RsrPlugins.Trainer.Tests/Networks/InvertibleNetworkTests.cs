// The invertible network is worth its name only if it is exact to invert whatever its weights are; the rest follows from that.
using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Tests.Networks;

public class InvertibleNetworkTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void With_its_detail_the_large_picture_comes_back_whatever_the_weights_are(int scale)
    {
        using DisposeScope scope = NewDisposeScope();
        // In doubles: what is left of the difference is rounding, which factors up to e in every block enlarge.
        using ParameterViews views = Views(scale, spread: 0.05);
        InvertibleNetwork network = new InvertibleNetwork(scale, views);
        Tensor high = tensor(TestSupport.Noise(2 * 12 * 16), [2, 1, 12, 16]).to(ScalarType.Float64);
        Tensor channels = network.Split(high);
        Assert.Equal([2, scale * scale, 12 / scale, 16 / scale], channels.shape);
        Assert.True(
            channels.narrow(1, 0, 1).sub(nn.functional.avg_pool2d(high, scale, scale)).abs().max().item<double>() > 0.01,
            "The weights do nothing."
        );
        Assert.InRange(network.Join(channels).sub(high).abs().max().item<double>(), 0, 1e-9);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Without_its_inner_networks_it_averages_and_repeats_pixels(int scale)
    {
        using DisposeScope scope = NewDisposeScope();
        using ParameterViews views = Views(scale, spread: 0);
        InvertibleNetwork network = new InvertibleNetwork(scale, views);
        Tensor high = tensor(TestSupport.Noise(8 * 12), [1, 1, 8, 12]).to(ScalarType.Float64);
        Tensor mean = nn.functional.avg_pool2d(high, scale, scale);
        Tensor low = network.ForwardUnbounded(high);
        Assert.InRange(low.sub(mean).abs().max().item<double>(), 0, 1e-12);
        Assert.InRange(
            network.Forward(low).sub(mean.repeat_interleave(scale, 2).repeat_interleave(scale, 3)).abs().max().item<double>(),
            0,
            1e-12
        );
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void It_has_at_most_half_a_million_weights(int scale) =>
        Assert.InRange(InvertibleNetwork.Layers(scale).Sum(layer => layer.ParameterCount), 400_000, 500_000);

    [Fact]
    public void A_scale_it_is_not_built_for_is_refused()
    {
        TrainerException refused = Assert.Throws<TrainerException>(() =>
            TrainingConfig.Parse("""{ "name": "a", "scale": 3, "kind": "invertible", "data": [ { "path": "x" } ] }""", "a.json")
        );
        Assert.Contains("\"scale\" must be 2 or 4 for an invertible network, found 3", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_brings_more_back()
    {
        TrainingConfig config = TestSupport.Config(2, RunKind.Invertible, steps: 60) with
        {
            AdamRate = 2e-3,
            MuonRate = 0.02,
            BrightnessWeight = 1,
            LowResolutionWeight = 1,
        };
        using TrainingRun run = new TrainingRun(config, TestSupport.Crops(config, RsrPlugins.Trainer.Data.Reduction.Bicubic), []);
        double[] losses = [.. Enumerable.Range(0, 60).Select(_ => run.Advance())];
        Assert.True(
            losses[^10..].Average() < 0.8 * losses[..10].Average(),
            $"{losses[..10].Average()} at first, {losses[^10..].Average()} at last"
        );
    }

    /// <summary>Parameters of which the last layers do something, or all nothing.</summary>
    private static ParameterViews Views(int scale, double spread)
    {
        ParameterLayout layout = new ParameterLayout(InvertibleNetwork.Layers(scale));
        Tensor flat = layout.Initialise(1);
        using IDisposable noGrad = no_grad();
        if (spread == 0)
        {
            flat.zero_();
        }
        else
        {
            using Generator generator = new Generator(5);
            flat.add_(randn([layout.Count], generator: generator).mul(spread));
        }

        return new ParameterViews(layout, flat.to(ScalarType.Float64), train: false);
    }
}
