using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Tests.Training;

public class TrainingLogTests
{
    [Fact]
    public void A_resumed_run_drops_the_rows_it_will_write_again()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        TrainingLog log = new TrainingLog(folder.Root, 0);
        log.Add(Report(100), new ValidationScore(30, 40));
        log.Add(Report(200), new ValidationScore(31, 39));
        new TrainingLog(folder.Root, 150).Add(Report(160), new ValidationScore(30.5, 39.5));

        Assert.Equal([100, 160], TrainingLog.Read(folder.File("log.csv")).Select(row => row[0]));
        Assert.StartsWith("step,", File.ReadLines(folder.File("log.csv")).First(), StringComparison.Ordinal);
        Assert.Equal(0x89, File.ReadAllBytes(folder.File("curves.png"))[0]);
    }

    private static TrainingReport Report(long step) => new(step, step, 0.1, step / 10.0, 3, 1, 300, null);
}
