using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Evaluation;
using RsrPlugins.Trainer.Experiments;
using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;
using TorchSharp;

namespace RsrPlugins.Trainer.Tests.Training;

public class TrainingRunTests
{
    [Fact]
    public void A_resumed_run_gives_the_same_numbers()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        Checkpoint whole = Run(TestSupport.Config(steps: 6), null).State;

        TrainingConfig config = TestSupport.Config(steps: 6);
        Checkpoint half;
        using (TrainingRun run = new TrainingRun(config, TestSupport.Crops(config), []))
        {
            for (int step = 1; step <= 3; step++)
            {
                run.Advance();
            }

            half = run.Snapshot();
        }

        half.Save(folder.File("half.ckpt"));
        Checkpoint resumed = Run(config, Checkpoint.Load(folder.File("half.ckpt"))).State;
        Assert.Equal(6, resumed.Progress.Step);
        Assert.Equal(whole.Vectors.Keys, resumed.Vectors.Keys);
        foreach ((string? name, float[]? values) in whole.Vectors)
        {
            Assert.Equal(values, resumed.Vectors[name]);
        }
    }

    [Fact]
    public void The_number_of_workers_does_not_change_what_is_learned()
    {
        float[] two = Run(TestSupport.Config(), null).State.Vectors[Checkpoint.WeightsName];
        float[] one = Run(TestSupport.Config() with { Workers = 1 }, null).State.Vectors[Checkpoint.WeightsName];
        Assert.All(one.Zip(two), pair => Assert.Equal(pair.First, pair.Second, 2e-3f));
    }

    /// <summary>The crops' small sides are those that the own kernels take; the loss has the terms of the small crops too.</summary>
    [Theory]
    [InlineData("Learned", 1)]
    [InlineData("Learned", 0)]
    [InlineData("Photo", 1)]
    public void Own_kernels_learn_what_Torch_learns(string kind, double reducingRateFactor)
    {
        TrainingConfig config = TestSupport.Config(kind: Enum.Parse<RunKind>(kind)) with
        {
            Patch = 24,
            ReducingRateFactor = reducingRateFactor,
            LowResolutionWeight = 1,
            GrainWeight = 1,
            BrightnessWeight = 100,
        };
        ReductionMethod reduction = Reduction.Bicubic;
        (Checkpoint? own, double[]? ownLosses) = Run(config, null, reduction);
        (Checkpoint? torchs, double[]? torchLosses) = Run(config with { OwnKernels = false }, null, reduction);
        Assert.All(torchLosses.Zip(ownLosses), pair => Assert.Equal(pair.First, pair.Second, 2e-4));
        Assert.All(
            torchs.Vectors[Checkpoint.WeightsName].Zip(own.Vectors[Checkpoint.WeightsName]),
            pair => Assert.Equal(pair.First, pair.Second, 2e-3f)
        );
    }

    [Fact]
    public void A_frozen_RRNet_stays_as_it_is_while_SRNet_learns()
    {
        TrainingConfig config = TestSupport.Config(steps: 3) with { ReducingRateFactor = 0, WeightDecay = 1 };
        ParameterLayout layout = Checkpoint.LayoutOf(config);
        using torch.Tensor before = layout.Initialise(config.Seed);
        using torch.Tensor after = torch.tensor(Run(config, null).State.Vectors[Checkpoint.WeightsName]);
        foreach (ConvolutionSpec layer in layout.Layers)
        {
            using torch.Tensor moved = layout.Weight(after, layer).sub(layout.Weight(before, layer)).abs().max();
            using torch.Tensor movedBias = layout.Bias(after, layer).sub(layout.Bias(before, layer)).abs().max();
            Assert.Equal(layer.IsReducing, moved.item<float>() == 0);
            Assert.Equal(layer.IsReducing, movedBias.item<float>() == 0);
        }
    }

    /// <summary>Pictures of one tile, of several, and too narrow for one.</summary>
    [Theory]
    [InlineData(2, 32, 32, true)]
    [InlineData(2, 75, 40, true)]
    [InlineData(3, 33, 90, true)]
    [InlineData(3, 33, 90, false)]
    [InlineData(4, 10, 71, true)]
    [InlineData(4, 61, 32, false)]
    public void Small_pictures_made_in_tiles_are_those_of_the_whole_picture(int scale, int width, int height, bool ownKernels)
    {
        TrainingConfig config = TestSupport.Config(scale) with { OwnKernels = ownKernels };
        Checkpoint checkpoint = TestSupport.RandomCheckpoint(config);
        using torch.Tensor parameters = torch.tensor(checkpoint.Vectors[Checkpoint.AverageName]);
        using ParameterViews views = new ParameterViews(checkpoint.Layout, parameters, train: false);
        IReducingNetwork rrNet = new NetworkPair(config, views).Reducing!;
        LumaImage image = TestSupport.Drawn(width * scale, height * scale);

        using SmallPictures maker = new SmallPictures(config, checkpoint.Layout, parameters, rrNet, new FirstUse());
        LumaImage small = maker.Make(image);

        using torch.Tensor input = torch.tensor(image.ToUnit(), [1, 1, image.Height, image.Width]);
        using torch.Tensor whole = rrNet.Forward(input);
        Assert.Equal((width, height), (small.Width, small.Height));
        Assert.True(small.Luma.Distinct().Count() > 20);
        // A value that lies on the border between two levels may be rounded to either.
        byte[] expected = Array.ConvertAll(Checkpoint.ToArray(whole), value => (byte)MathF.Round(value * 255f));
        Assert.All(expected.Zip(small.Luma), pair => Assert.InRange(pair.Second - pair.First, -1, 1));
        Assert.InRange(expected.Zip(small.Luma).Count(pair => pair.First != pair.Second), 0, 3);
    }

    [Theory]
    [InlineData("Learned", "L1")]
    [InlineData("Learned", "L2")]
    [InlineData("Learned", "Rmse")]
    [InlineData("Learned", "Psnr")]
    [InlineData("Photo", "Rmse")]
    public void Training_lowers_the_loss(string name, string loss)
    {
        RunKind kind = Enum.Parse<RunKind>(name);
        TrainingConfig config = TestSupport.Config(kind: kind, steps: 40) with
        {
            Patch = 16,
            WarmupSteps = 5,
            Loss = Enum.Parse<TrainingLoss>(loss),
        };
        (Checkpoint _, double[]? losses) = Run(config, null, kind == RunKind.Photo ? Reduction.Bicubic : null);
        Assert.True(losses[^5..].Average() < 0.7 * losses[..5].Average(), $"{losses[..5].Average()} to {losses[^5..].Average()}");
    }

    [Fact]
    public void The_low_resolution_term_keeps_small_pictures_near_bicubic_ones()
    {
        LumaImage image = TestSupport.Drawn(48, 48);
        TrainingConfig config = TestSupport.Config(steps: 60) with { Patch = 16, Data = [new DataFolder("drawn")] };
        double free = LowPsnr(config);
        double held = LowPsnr(config with { LowResolutionWeight = 1000 });
        double heldWhereSmooth = LowPsnr(config with { GrainWeight = 4000 });
        Assert.True(held > free + 1, $"free {free}, held {held}");
        Assert.True(heldWhereSmooth > free + 0.5, $"free {free}, held where smooth {heldWhereSmooth}");

        double LowPsnr(TrainingConfig variant)
        {
            using TrainingRun run = new TrainingRun(variant, TestSupport.Crops(variant, Reduction.Bicubic), [image]);
            ValidationScore? score = null;
            run.Run(report => score = report.Validation ?? score, _ => { }, CancellationToken.None);
            return score!.LowPsnr;
        }
    }

    [Fact]
    public void The_brightness_term_keeps_the_mean_of_the_small_picture()
    {
        // Started from networks whose small pictures are 3 levels too bright, the term brings them back.
        using TemporaryFolder folder = new TemporaryFolder();
        Checkpoint start = Run(TestSupport.Config(steps: 60) with { Patch = 16, BrightnessWeight = 1000 }, null).State.Slim();
        ParameterLayout layout = start.Layout;
        float[] shifted = start.Vectors[Checkpoint.AverageName].ToArray();
        shifted[layout.BiasOffset(layout.Layers.Single(layer => layer.Name == "rr.last"))] += 3f / 255;
        (start with { Vectors = new Dictionary<string, float[]> { [Checkpoint.AverageName] = shifted } }).Save(folder.File("shifted.ckpt"));
        TrainingConfig config = TestSupport.Config(steps: 60) with { Patch = 16, Init = folder.File("shifted.ckpt"), WarmupSteps = 0 };

        double held = Shift(config with { BrightnessWeight = 1000 });
        Assert.True(held < 0.5 * Shift(config with { BrightnessWeight = 0, MuonRate = 1e-6, AdamRate = 1e-6 }), $"{held}");

        double Shift(TrainingConfig variant)
        {
            TestPicture picture = DrawnPictures.TestSet(2)[0];
            using TorchPictures networks = new TorchPictures(Run(variant, null).State);
            return Math.Abs(networks.Reduce(picture).Average() - picture.Plane.Average());
        }
    }

    [Fact]
    public void A_loss_that_is_not_finite_stops_the_run_and_says_where()
    {
        TrainingConfig config = TestSupport.Config(steps: 50) with { MuonRate = 1e30, WarmupSteps = 0 };
        List<Checkpoint> saved = new List<Checkpoint>();
        using TrainingRun run = new TrainingRun(config, TestSupport.Crops(config), []);
        TrainerException error = Assert.Throws<TrainerException>(() => run.Run(_ => { }, saved.Add, CancellationToken.None));
        Assert.StartsWith("Step ", error.Message, StringComparison.Ordinal);
        Assert.Contains("muonRate", error.Message, StringComparison.Ordinal);
        Assert.Empty(saved);
    }

    [Fact]
    public void A_cancelled_run_saves_where_it_is()
    {
        TrainingConfig config = TestSupport.Config(steps: 1000);
        using CancellationTokenSource stop = new CancellationTokenSource();
        stop.Cancel();
        Checkpoint? saved = null;
        using TrainingRun run = new TrainingRun(config, TestSupport.Crops(config), []);
        run.Advance();
        run.Run(_ => { }, checkpoint => saved = checkpoint, stop.Token);
        Assert.NotNull(saved);
        Assert.True(saved.IsFull);
        Assert.Equal(1, saved.Progress.Step);
    }

    [Fact]
    public void A_slim_checkpoint_starts_a_run_but_does_not_resume_one()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        Checkpoint trained = Run(TestSupport.Config(), null).State;
        trained.Slim().Save(folder.File("weights.ckpt"));
        TrainingConfig config = TestSupport.Config() with { Init = folder.File("weights.ckpt"), Seed = 9 };
        using (TrainingRun run = new TrainingRun(config, TestSupport.Crops(config), []))
        {
            Assert.Equal(trained.Vectors[Checkpoint.AverageName], run.Snapshot().Vectors[Checkpoint.WeightsName]);
            Assert.Equal(trained.Megapixels, run.Progress.MegapixelsBefore);
        }

        // What the weights have seen is not forgotten when a run goes on with other pictures.
        TrainingConfig others = config with
        {
            Data = [new DataFolder("train/others"), new DataFolder("drawn")],
        };
        using (TrainingRun run = new TrainingRun(others, TestSupport.Crops(config), []))
        {
            run.Snapshot().Slim().Save(folder.File("others.ckpt"));
        }

        Assert.Equal(["drawn", "others"], Checkpoint.Load(folder.File("others.ckpt")).DataSeen);

        Assert.Throws<TrainerException>(() => Run(TestSupport.Config(), Checkpoint.Load(folder.File("weights.ckpt"))));
    }

    private static (Checkpoint State, double[] Losses) Run(TrainingConfig config, Checkpoint? resume, ReductionMethod? reduction = null)
    {
        using TrainingRun run = new TrainingRun(config, TestSupport.Crops(config, reduction), [], resume);
        List<double> losses = new List<double>();
        while (run.Progress.Step < config.Steps)
        {
            losses.Add(run.Advance());
        }

        return (run.Snapshot(), [.. losses]);
    }
}
