// Every experiment from beginning to end on drawn pictures: that it runs and shows what it should, not what it measures.
using RsrPlugins.Trainer.Commands;
using RsrPlugins.Trainer.Experiments;

namespace RsrPlugins.Trainer.Tests.Experiments;

public class SmokeTests
{
    public static TheoryData<string> Names => [.. ExperimentCommand.All.Select(experiment => experiment.Name)];

    [Theory(Timeout = 180_000)]
    [MemberData(nameof(Names))]
    public async Task Runs_on_drawn_pictures(string name)
    {
        using TemporaryFolder folder = new TemporaryFolder();
        ExperimentContext context = TestSupport.Experiment(folder);
        string section = await Task.Run(
            () => ExperimentCommand.All.Single(experiment => experiment.Name == name).Run(context),
            TestContext.Current.CancellationToken
        );

        Assert.Contains("|---", section, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", section, StringComparison.Ordinal);
        foreach (string? line in section.Split('\n').Where(line => line.StartsWith("![", StringComparison.Ordinal)))
        {
            string file = line[(line.LastIndexOf('/') + 1)..line.LastIndexOf(')')];
            Assert.True(new FileInfo(Path.Combine(folder.File("pictures"), file)).Length > 1000, file);
        }
    }

    [Fact]
    public void Its_document_has_marks_for_every_experiment_and_keeps_what_is_around_them()
    {
        foreach (IExperiment experiment in ExperimentCommand.All)
        {
            string document = File.ReadAllText(TestSupport.InRepository(experiment.Document));
            string replaced = ExperimentDocument.Replaced(document, experiment.Name, "measured", "paper.md");
            Assert.Contains(
                $"<!-- begin {experiment.Name} -->\nmeasured\n<!-- end {experiment.Name} -->",
                replaced,
                StringComparison.Ordinal
            );
            Assert.Equal(document.Split("\n## ").Length, replaced.Split("\n## ").Length);
        }

        Assert.Throws<TrainerException>(() => ExperimentDocument.Replaced("a document without marks", "table9", "measured", "paper.md"));
    }
}
