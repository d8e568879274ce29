using NetVips;
using RsrPlugins.Trainer.Commands;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Tests.Commands;

public class CommandTests
{
    [Fact]
    public void A_run_from_pictures_to_models()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        WritePictures(folder, "train/drawn", 3, 64);
        WritePictures(folder, "validation/kodak24", 2, 48);
        WritePictures(folder, "test/set5", 1, 48);
        WritePictures(folder, "test/set14", 1, 48);
        File.WriteAllText(
            folder.File("tiny.json"),
            $$"""
            { "name": "tiny", "scale": 2, "data": [{ "path": "train/drawn" }], "batch": 2, "patch": 16, "workers": 1,
              "steps": 3, "output": {{System.Text.Json.JsonSerializer.Serialize(folder.File("runs"))}} }
            """
        );
        string[] train = ["train", "--config", folder.File("tiny.json"), "--data", folder.Root];

        Assert.Equal(0, CommandLine.Run(train));
        Assert.Equal(1, CommandLine.Run(train)); // a finished run is not overwritten
        Assert.Equal(0, CommandLine.Run([.. train, "--resume"]));
        string run = Path.Combine(folder.Root, "runs", "tiny");
        Assert.Equal(3, Checkpoint.Load(Path.Combine(run, "latest.ckpt")).Progress.Step);
        Assert.False(Checkpoint.Load(Path.Combine(run, "weights.ckpt")).IsFull);

        string weights = Path.Combine(run, "weights.ckpt"),
            mean = folder.File("mean.ckpt");
        Assert.Equal(0, CommandLine.Run(["average", weights, weights, "--share", "0.3", "-o", mean]));
        Assert.Equal(Average(weights), Average(mean));
        Assert.Equal(2, CommandLine.Run(["average", weights, weights, "--share", "1.3", "-o", mean]));

        Assert.Equal(
            0,
            CommandLine.Run(["export", Path.Combine(run, "weights.ckpt"), "--models", folder.File("models"), "--data", folder.Root])
        );
        Assert.Contains(
            "set14 PSNR",
            File.ReadAllText(Path.Combine(folder.Root, "models", "srnet-x2-learned.md")),
            StringComparison.Ordinal
        );
        Assert.Equal(0, CommandLine.Run(["evaluate", folder.File("models"), "--scale", "2", "--data", folder.Root]));
        Assert.Equal(
            0,
            CommandLine.Run([
                "sheet",
                Path.Combine(run, "weights.ckpt"),
                Path.Combine(folder.Root, "test/set5/0.png"),
                "-o",
                folder.File("sheet.png"),
            ])
        );
        Assert.True(new FileInfo(folder.File("sheet.png")).Length > 1000);
    }

    [Fact]
    public void Averaged_weights_lie_between_those_of_two_checkpoints_of_the_same_layers()
    {
        TrainingConfig config = TestSupport.Config(steps: 1);
        Checkpoint before = Filled(config, 1),
            after = Filled(config with { Name = "after" }, 3);

        Checkpoint mean = AverageCommand.Mean(before, after, 0.75);

        Assert.All(mean.Vectors[Checkpoint.AverageName], value => Assert.Equal(2.5f, value));
        Assert.Equal("after", mean.Config.Name);
        Assert.False(mean.IsFull);
        Assert.Throws<TrainerException>(() => AverageCommand.Mean(Filled(config with { Scale = 3 }, 1), after, 0.5));

        static Checkpoint Filled(TrainingConfig config, float value)
        {
            float[] weights = new float[Checkpoint.LayoutOf(config).Count];
            Array.Fill(weights, value);
            return new Checkpoint(
                config,
                new TrainingProgress(1, 1, 0, 0),
                new Dictionary<string, float[]> { [Checkpoint.AverageName] = weights }
            );
        }
    }

    private static float[] Average(string checkpoint) => Checkpoint.Load(checkpoint).Vectors[Checkpoint.AverageName];

    [Theory]
    [InlineData(2, "train")]
    [InlineData(2, "training")]
    [InlineData(1, "train", "--config", "no-such.json")]
    [InlineData(1, "export", "no-such.ckpt")]
    [InlineData(0, "train", "--help")]
    public void Exit_codes(int expected, params string[] arguments) => Assert.Equal(expected, CommandLine.Run(arguments));

    internal static void WritePictures(TemporaryFolder folder, string name, int count, int side)
    {
        Directory.CreateDirectory(folder.File(name));
        for (int i = 0; i < count; i++)
        {
            LumaImage drawn = TestSupport.Drawn(side, side);
            using Image image = Image.NewFromMemory(drawn.Luma, side, side, 1, Enums.BandFormat.Uchar);
            image.Pngsave(folder.File($"{name}/{i}.png"));
        }
    }
}
