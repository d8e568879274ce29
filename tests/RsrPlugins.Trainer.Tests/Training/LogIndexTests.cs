// The index of logs is written by hand; what it says is compared with the logs.
using System.Globalization;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Tests.Training;

public class LogIndexTests
{
    [Fact]
    public void Every_log_has_a_row_with_the_figures_of_its_last_line()
    {
        string folder = TestSupport.InRepository("training/logs");
        Dictionary<string, string[]> rows = File.ReadLines(Path.Combine(folder, "README.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries))
            .ToDictionary(cells => cells[0].Trim('`'));
        string[] logs =
        [
            .. Directory
                .EnumerateFiles(folder, "*.csv", SearchOption.AllDirectories)
                .Select(file => Path.ChangeExtension(Path.GetRelativePath(folder, file), null).Replace('\\', '/')),
        ];
        Assert.Equal(logs.Order(StringComparer.Ordinal), rows.Keys.Order(StringComparer.Ordinal));
        foreach (string log in logs)
        {
            double[] last = TrainingLog.Read(Path.Combine(folder, log + ".csv")).Last();
            Assert.True(File.Exists(TestSupport.InRepository($"training/configs/{rows[log][1].Trim('`')}.json")), log);
            Assert.Equal(
                (log, Rounded(last[1] / 60, 1), Rounded(last[2], 0), Rounded(last[6], 2)),
                (log, rows[log][3], rows[log][4], rows[log][5])
            );
        }
    }

    [Fact]
    public void Runs_of_a_model_are_numbered_from_1_without_gaps()
    {
        foreach (string model in Directory.GetDirectories(TestSupport.InRepository("training/logs")))
        {
            string[] numbers =
            [
                .. Directory
                    .GetFiles(model)
                    .Select(file => Path.GetFileNameWithoutExtension(file))
                    .Distinct()
                    .Order(StringComparer.Ordinal),
            ];
            Assert.Equal(
                Enumerable.Range(1, numbers.Length).Select(number => number.ToString("00", CultureInfo.InvariantCulture)),
                numbers
            );
        }
    }

    private static string Rounded(double value, int digits) => value.ToString($"F{digits}", CultureInfo.InvariantCulture);
}
