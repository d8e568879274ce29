// The floors of docs/refinement.md on drawings, read from what the experiment prints: effort keeps lines, and the pair brings more of a
// screen back than a bicubic picture and the network for ordinary ones do.
using System.Globalization;
using RsrPlugins.Trainer.Experiments;

namespace RsrPlugins.Trainer.Tests.Experiments;

public class EffortTests
{
    [Fact(Timeout = 120_000)]
    public async Task Lines_stay_lines_and_the_pair_brings_back_more()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        ExperimentContext context = TestSupport.Experiment(folder);
        string section = await Task.Run(() => new Effort().Run(context), TestContext.Current.CancellationToken);
        Dictionary<string, double[]> rows = section.Split('\n')
            .Where(line => line.StartsWith("| windows x2 |", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToDictionary(cells => cells[2], cells => cells[3..6].Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray());

        (double[] bicubic, double[] learned, double[] effort, double[] free) =
            (rows["bicubic"], rows["learned"], rows["learned, effort"], rows["effort, free"]);
        Assert.True(effort[0] <= learned[0] + 4, $"along lines: {effort[0]} levels with effort, {learned[0]} without");
        Assert.True(free[0] > 30, $"along lines: {free[0]} levels without averaging: the picture does not tempt the descent");
        Assert.True(learned[2] > bicubic[2] - 0.3, $"{learned[2]} dB come back of the pair's small picture, {bicubic[2]} of the bicubic one");
        Assert.True(effort[2] > learned[2] + 0.5, $"{effort[2]} dB come back with effort, {learned[2]} without");
        Assert.InRange(learned[1], -4, 4);
    }
}
