using System.Text.RegularExpressions;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Refinement;
using RsrPlugins.Trainer.Evaluation;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Tests.Export;

public class ShippedModelsTests
{
    /// <summary>The small pictures are to be good to look at (Section 4.3 of the paper): not far from bicubic ones, and as
    /// bright.</summary>
    [Theory]
    [InlineData(2, 32, 0)]
    [InlineData(3, 31, 0)]
    [InlineData(4, 30, 0)]
    [InlineData(3, 31, 10)]
    [InlineData(4, 30, 10)]
    public void Small_pictures_are_natural(int scale, double leastPsnrDb, int passes)
    {
        string? data = Environment.GetEnvironmentVariable("RSR_DATA");
        Assert.SkipWhen(string.IsNullOrEmpty(data), "set RSR_DATA to a folder with test/set14 (Set14, high resolution, colour)");
        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        ModelCatalogue models = ModelCatalogue.Load(TestSupport.InRepository("models"));
        LumaRefiner? refiner = passes == 0 ? null : new LumaRefiner(Open(NetworkTask.Gradient), passes);
        Naturalness small = new ModelEvaluation(
            TestPicture.LoadSet(data!, "test/set14", scale),
            scale,
            Open(NetworkTask.Reduce),
            refiner
        ).LearnedAgainstClassical();
        Assert.InRange(small.PsnrToBicubic, leastPsnrDb, double.PositiveInfinity);
        Assert.InRange(small.BrightnessShift, 0, 0.5);

        INetwork Open(NetworkTask task) => engine.Open(models.Find(task, ModelKind.Learned, scale));
    }

    /// <summary>New weights are to be at least as good: what clean-up makes of small pictures saved as JPEG with quality 75.</summary>
    [Theory]
    [InlineData(2, "set5", 33.63)]
    [InlineData(2, "set14", 30.5)]
    [InlineData(3, "set5", 30.45)]
    [InlineData(4, "set5", 28.5)]
    public void Clean_up_is_not_worse_than_this(int scale, string set, double leastPsnrDb)
    {
        string? data = Environment.GetEnvironmentVariable("RSR_DATA");
        Assert.SkipWhen(string.IsNullOrEmpty(data), $"set RSR_DATA to a folder with test/{set} (high resolution, colour)");
        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        ModelCatalogue catalogue = ModelCatalogue.Load(TestSupport.InRepository("models"));
        INetwork network = engine.Open(catalogue.Find(NetworkTask.Enlarge, ModelKind.Cleanup, scale));
        ModelEvaluation evaluation = new ModelEvaluation(TestPicture.LoadSet(data, "test/" + set, scale), scale, null);
        Assert.InRange(evaluation.Score(SmallPicture.Jpeg75, network).Psnr, leastPsnrDb, double.PositiveInfinity);
    }

    [Fact]
    public void Cards_describe_every_picture_folder() =>
        Assert.All(
            Directory.GetFiles(TestSupport.InRepository("models"), "*.md"),
            card => Assert.DoesNotContain("not described", File.ReadAllText(card), StringComparison.Ordinal)
        );

    [Fact]
    public void Configurations_that_cards_name_are_there()
    {
        string[] cards = Directory.GetFiles(TestSupport.InRepository("models"), "*.md");
        Assert.NotEmpty(cards);
        foreach (string card in cards)
        {
            MatchCollection named = Regex.Matches(File.ReadAllText(card), "training/configs/[a-z0-9-]+\\.json");
            Assert.NotEmpty(named);
            Assert.All(named, name => Assert.True(File.Exists(TestSupport.InRepository(name.Value)), $"{card}: {name.Value}"));
        }
    }

    /// <summary>The terms of every picture the weights have seen hold for them, also of those that only an earlier run saw.</summary>
    [Theory]
    [InlineData("learned")]
    [InlineData("photo")]
    [InlineData("antialiased")]
    [InlineData("cleanup")]
    public void Models_name_all_that_their_checkpoints_have_seen(string kind)
    {
        IReadOnlyList<ModelDescriptor> models = ModelCatalogue.Load(TestSupport.InRepository("models")).Models;
        foreach (
            int scale in models.Where(model => model.Id.EndsWith(kind, StringComparison.Ordinal)).Select(model => model.Scale).Distinct()
        )
        {
            Checkpoint checkpoint = Checkpoint.Load(
                Path.Combine(TestSupport.InRepository("training"), "checkpoints", $"{kind}-x{scale}.ckpt")
            );
            Assert.Contains("wikimedia49", checkpoint.DataSeen);
            Assert.All(
                models.Where(model => model.Scale == scale && model.Id.Contains(kind, StringComparison.Ordinal)),
                model => Assert.Equal(checkpoint.DataSeen, model.TrainedOn)
            );
        }
    }
}
