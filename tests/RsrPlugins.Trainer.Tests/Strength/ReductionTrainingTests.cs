// Training of the classifier: Torch's network is the product's, a few steps tell what is easy to tell, and the command writes what the
// product reads.
using System.Buffers.Binary;
using System.Collections.Concurrent;
using RsrPlugins.Core.Strength;
using RsrPlugins.Trainer.Commands;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Strength;
using RsrPlugins.Trainer.Tests.Commands;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Tests.Strength;

public class ReductionTrainingTests
{
    // The smallest picture from which small ones of every side are made at x2.
    private const int Side = 260;

    [Fact]
    public void The_product_computes_what_Torch_does()
    {
        using ReductionTraining training = new ReductionTraining(3);
        ReductionClassifier classifier = new ReductionClassifier(training.Weights());
        float[] levels = Array.ConvertAll(TestSupport.Drawn(48, 48).Luma, value => (float)value);
        float[] torch = training.Outputs(levels, 48),
            product = ReductionTraining.Outputs(classifier, levels, 48);
        Centre(torch.AsSpan(0, ReductionClassifier.Reductions));
        Centre(torch.AsSpan(ReductionClassifier.Reductions));
        for (int i = 0; i < product.Length; i++)
        {
            Assert.Equal(torch[i], product[i], 1e-3);
        }

        Assert.Contains(product, value => Math.Abs(value) > 0.02);

        static void Centre(Span<float> values)
        {
            float mean = 0;
            foreach (float value in values)
            {
                mean += value / values.Length;
            }

            foreach (ref float value in values)
            {
                value -= mean;
            }
        }
    }

    [Fact]
    public void Its_outputs_stand_for_the_trainer_s_reductions_and_damages()
    {
        Assert.Equal(ReductionClassifier.Reductions, Enum.GetValues<SmallBy>().Length);
        Assert.Equal(ReductionClassifier.Damages, Enum.GetValues<Damage>().Length);
    }

    [Fact]
    public void A_few_steps_learn_something()
    {
        using TemporaryFolder folder = Pictures();
        using ReductionTraining training = new ReductionTraining(3);
        List<string> lines = [];
        training.Train([Source(folder)], 200, ReductionTraining.Rate, null, lines.Add, TestContext.Current.CancellationToken);
        double[] losses = [.. lines.Select(line => double.Parse(line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(2, losses.Length);
        Assert.True(losses[1] < losses[0] - 0.05, string.Join(" ", lines));
    }

    [Fact]
    public void It_goes_on_from_the_weights_of_an_earlier_run()
    {
        using TemporaryFolder folder = Pictures();
        OrdinaryPictures pictures = Source(folder);
        using ReductionTraining first = new ReductionTraining(3),
            second = new ReductionTraining(4);
        float[] weights = first.Weights();
        Assert.NotEqual(weights, second.Weights());
        second.Train([pictures], 0, ReductionTraining.Rate, weights, _ => { }, TestContext.Current.CancellationToken);
        Assert.InRange(Change(), 0, 1e-6);

        // The first step of a warm-up of a hundred, and Adam's first step is the rate itself.
        second.Train([pictures], 1, 1e-2, weights, _ => { }, TestContext.Current.CancellationToken);
        Assert.InRange(Change(), 0.9e-4, 2e-4);
        Assert.Throws<TrainerException>(() =>
            second.Train([pictures], 1, 1e-4, weights[1..], _ => { }, TestContext.Current.CancellationToken)
        );

        float Change() => weights.Zip(second.Weights(), (before, after) => Math.Abs(after - before)).Max();
    }

    [Fact]
    public void The_command_writes_weights_and_refuses_other_configurations()
    {
        using TemporaryFolder folder = Pictures();
        string output = folder.File("weights");
        string[] options = ["--data", folder.Root, "-o", output];
        Assert.Equal(1, CommandLine.Run(["reductions", "--config", folder.File("learned.json"), .. options]));
        Assert.Equal(2, CommandLine.Run(["reductions", "--config", folder.File("photo.json"), "--steps", "-1", .. options]));
        Assert.Equal(2, CommandLine.Run(["reductions", "--config", folder.File("photo.json"), "--rate", "0", .. options]));
        Assert.Equal(1, CommandLine.Run(["reductions", "--config", folder.File("photo.json"), "--from", folder.File("none"), .. options]));
        Assert.False(File.Exists(output));
        Assert.Equal(0, CommandLine.Run(["reductions", "--config", folder.File("photo.json"), "--steps", "2", .. options]));
        byte[] bytes = File.ReadAllBytes(output);
        Assert.Equal(ReductionClassifier.Length * sizeof(float), bytes.Length);
        Assert.True(float.IsFinite(BinaryPrimitives.ReadSingleLittleEndian(bytes)));

        string[] again = ["reductions", "--config", folder.File("photo.json"), "--steps", "2", "--from", output, "--rate", "0.001"];
        Assert.Equal(0, CommandLine.Run([.. again, .. options]));
        Assert.NotEqual(bytes, File.ReadAllBytes(output));

        // Nothing large enough: said, not waited for.
        CommandTests.WritePictures(folder, "train/drawn", 9, 40);
        Assert.Equal(1, CommandLine.Run(["reductions", "--config", folder.File("photo.json"), "--steps", "2", .. options]));
    }

    private static OrdinaryPictures Source(TemporaryFolder folder) =>
        new(
            TrainingConfig.Load(folder.File("photo.json")),
            folder.Root,
            new ConcurrentDictionary<(string File, double ReducedBy), LumaImage>()
        );

    private static TemporaryFolder Pictures()
    {
        TemporaryFolder folder = new TemporaryFolder();
        CommandTests.WritePictures(folder, "train/drawn", 9, Side);
        foreach (string kind in (string[])["photo", "learned"])
        {
            File.WriteAllText(
                folder.File($"{kind}.json"),
                $$"""{ "name": "tiny", "scale": 2, "kind": "{{kind}}", "data": [{ "path": "train/drawn" }], "batch": 2, "patch": 16, "steps": 3 }"""
            );
        }

        return folder;
    }
}
