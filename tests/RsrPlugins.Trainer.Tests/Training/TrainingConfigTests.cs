using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Tests.Training;

public class TrainingConfigTests
{
    private const string Smallest = """{ "name": "a", "scale": 2, "data": [{ "path": "train/x" }] }""";

    [Fact]
    public void A_configuration_names_only_what_it_changes()
    {
        TrainingConfig config = TrainingConfig.Parse(Smallest, "a.json");
        Assert.Equal(RunKind.Learned, config.Kind);
        Assert.Equal(0.015, config.MuonRate);
        Assert.Equal("validation/kodak24", config.Validation);
        Assert.Equal(config.ToJson(), TrainingConfig.Parse(config.ToJson(), "again").ToJson());
    }

    [Theory]
    [InlineData("\"muonrate\": 1", "muonrate")]
    [InlineData("\"batchSize\": 8", "batchSize")]
    [InlineData("\"scale\": 1", "scale")]
    [InlineData("\"patch\": 49", "patch")]
    [InlineData("\"workers\": 3", "workers")]
    [InlineData("\"decayShare\": 2", "decayShare")]
    [InlineData("\"cleanShare\": 2", "cleanShare")]
    [InlineData("\"orientations\": 9", "orientations")]
    [InlineData("\"weightDecay\": -1", "weightDecay")]
    [InlineData("\"weightDecay\": 100", "weightDecay")]
    [InlineData("\"kind\": \"learnt\"", "kind")]
    [InlineData("\"minutes\": \"ten\"", "minutes")]
    public void An_unknown_key_or_a_wrong_value_is_an_error_that_names_it(string entry, string named)
    {
        string text = Smallest.Replace(
            "\"scale\": 2",
            entry.StartsWith("\"scale\"", StringComparison.Ordinal) ? entry : "\"scale\": 2, " + entry,
            StringComparison.Ordinal
        );
        TrainerException error = Assert.Throws<TrainerException>(() => TrainingConfig.Parse(text, "a.json"));
        Assert.StartsWith("a.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.5")]
    [InlineData("9")]
    public void A_folder_is_reduced_by_one_to_eight(string factor)
    {
        TrainerException error = Assert.Throws<TrainerException>(() =>
            TrainingConfig.Parse(
                Smallest.Replace("\"train/x\"", $"\"train/x\", \"reducedBy\": {factor}", StringComparison.Ordinal),
                "a.json"
            )
        );
        Assert.Equal($"a.json: \"reducedBy\" must be 1 to 8, found {factor}.", error.Message);
    }

    [Fact]
    public void The_repositorys_configurations_are_valid()
    {
        string folder = Path.Combine(TestSupport.InRepository(string.Empty), "training", "configs");
        string[] files = Directory.GetFiles(folder, "*.json");
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Equal(Path.GetFileNameWithoutExtension(file), TrainingConfig.Load(file).Name));
    }

    [Theory]
    [InlineData(1, 0.0, 0.005)]
    [InlineData(100, 0.1, 0.5)]
    [InlineData(1000, 0.65, 1.0)]
    [InlineData(1000, 0.825, 0.5)]
    [InlineData(1000, 1.0, 0.0)]
    public void The_rate_rises_stays_and_falls(long step, double progress, double expected) =>
        Assert.Equal(expected, Schedule.Rate(TrainingConfig.Parse(Smallest, "a") with { WarmupSteps = 200 }, step, progress), 1e-9);
}
