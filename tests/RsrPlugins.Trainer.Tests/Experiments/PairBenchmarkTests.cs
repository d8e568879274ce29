// On the pictures of the ordinary benchmark that the project draws itself; photographs and other people's drawings need the data folder and
// are measured by `rsr-train experiment pairs`.
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;
using RsrPlugins.Trainer.Experiments;
using RsrPlugins.Trainer.Experiments.Ordinary;
using Xunit;

namespace RsrPlugins.Trainer.Tests.Experiments;

public sealed class PairBenchmarkTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void No_drawing_comes_back_worse_than_from_a_bicubic_picture(int scale)
    {
        using TemporaryFolder folder = new TemporaryFolder();
        ExperimentContext context = TestSupport.Experiment(folder);
        IReadOnlyList<OrdinaryPicture> pictures = OrdinaryPictures.Load(context, int.MaxValue);
        Assert.Equal(12, pictures.Count);
        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));

        PairFigures[] figures = PairBenchmark.Measure(
            ModelCatalogue.Load(context.Models),
            engine,
            pictures,
            scale,
            TestContext.Current.CancellationToken
        );

        Assert.Empty(figures.Where(one => one.Gain < -PairBenchmark.MostLoss).Select(one => $"{one.Name}: {one.Gain:0.00} dB"));
        Assert.Empty(
            figures.Where(one => Math.Abs(one.Effort.Brightness) > 0.55).Select(one => $"{one.Name}: {one.Effort.Brightness:0.00} levels")
        );
        Assert.All(figures, one => Assert.True(one.GainWithEffort > one.Gain, one.Name));
        // Neither is the comparison empty: of line art, more must come back than bicubic pictures give, at x2 by far.
        Assert.True(figures.Where(one => one.Kind == "line art").Average(one => one.Gain) > (scale == 2 ? 1 : 0));
    }
}
