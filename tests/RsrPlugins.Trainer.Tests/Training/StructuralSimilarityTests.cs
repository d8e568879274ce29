using RsrPlugins.Core.Metrics;
using RsrPlugins.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Tests.Training;

public class StructuralSimilarityTests
{
    [Fact]
    public void It_is_the_SSIM_that_the_product_measures()
    {
        const int Side = 30;
        using DisposeScope scope = NewDisposeScope();
        using StructuralSimilarity similarity = new StructuralSimilarity(Side, CPU);
        float[] drawn = TestSupport.Drawn(Side, Side).ToUnit();
        float[] noise = TestSupport.Noise(Side * Side);
        float[] disturbed = [.. drawn.Zip(noise, (value, random) => value + (0.1f * (random - 0.5f)))];
        Tensor result = similarity.Of(
            tensor(drawn.Concat(drawn).ToArray(), [2, 1, Side, Side]),
            tensor(drawn.Concat(disturbed).ToArray(), [2, 1, Side, Side])
        );

        double expected = ImageMetrics.Ssim(Levels(drawn), Levels(disturbed), Side, Side, 0);
        Assert.InRange(expected, 0.5, 0.99);
        Assert.Equal(1, result[0].item<float>(), 1e-4);
        Assert.Equal(expected, result[1].item<float>(), 1e-4);

        static float[] Levels(float[] values) => Array.ConvertAll(values, value => value * 255f);
    }

    [Fact]
    public void A_step_along_its_gradient_makes_pictures_more_alike()
    {
        using DisposeScope scope = NewDisposeScope();
        using StructuralSimilarity similarity = new StructuralSimilarity(24, CPU);
        Tensor drawn = tensor(TestSupport.Drawn(24, 24).ToUnit(), [1, 1, 24, 24]);
        Tensor disturbed = drawn.add(tensor(TestSupport.Noise(24 * 24), [1, 1, 24, 24]).mul(0.1)).detach();
        disturbed.requires_grad = true;
        Tensor before = similarity.Of(disturbed, drawn).sum();
        before.backward();
        Tensor after = similarity.Of(disturbed.detach().add(disturbed.grad!.mul(0.01 / disturbed.grad!.norm().item<float>())), drawn);
        Assert.True(after.item<float>() > before.item<float>());
    }

    [Fact]
    public void A_run_can_count_it_beside_its_loss()
    {
        TrainingConfig config = TestSupport.Config();
        (double without, double half, double whole) = (
            Loss(config),
            Loss(config with { SsimWeight = 0.5 }),
            Loss(config with { SsimWeight = 1 })
        );
        Assert.InRange(half - without, 0.01, 0.5);
        Assert.Equal(2 * (half - without), whole - without, 1e-5);

        static double Loss(TrainingConfig config)
        {
            using TrainingRun run = new TrainingRun(config, TestSupport.Crops(config), []);
            return run.TrainStep(1, 0);
        }
    }
}
