// Section 2.2: how fast a network learns depends on how the small picture is made, and on how it is enlarged before the network.
using ScottPlot;
using ScottPlot.Plottables;

namespace RsrPlugins.Trainer.Experiments;

/// <summary>Convergence of SRCNN at x3 by reduction and by enlargement before the network, every curve on the same number of
/// pixels.</summary>
internal sealed class Figure3 : IExperiment
{
    private static readonly (string Caption, string Config)[] _reductions =
    [
        ("nearest reduction", "srcnn-x3-nearest"),
        ("bilinear reduction", "srcnn-x3-bilinear"),
        ("bicubic reduction", "srcnn-x3"),
    ];

    private static readonly (string Caption, string Config)[] _enlargements =
    [
        ("no enlargement", "srcnn-x3-up-none"),
        ("nearest enlargement", "srcnn-x3-up-nearest"),
        ("bilinear enlargement", "srcnn-x3-up-bilinear"),
        ("bicubic enlargement", "srcnn-x3"),
    ];

    public string Name => "figure3";

    public string Summary => "convergence by reduction and by enlargement before the network";

    public string Run(ExperimentContext context)
    {
        (string Caption, TrainedRun Run)[] reductions = Trained(context, _reductions);
        (string Caption, TrainedRun Run)[] enlargements = Trained(context, _enlargements);
        Plot(reductions, "Reductions, bicubic enlargement before the network", context.PicturePath("figure3-reductions.png"));
        Plot(enlargements, "Enlargements before the network, bicubic reduction", context.PicturePath("figure3-enlargements.png"));
        return string.Join(
            '\n',
            [
                "SRCNN 9-5-5 at x3; validation PSNR (kodak24, centre squares) over training, every curve on the same number of pixels. Each network is scored on the reduction it is trained on. Without an enlargement the network works on the small picture, at a ninth of the arithmetic, and ends in a sub-pixel shuffle.",
                string.Empty,
                context.ShowPicture("figure3-reductions.png", "Convergence by reduction"),
                context.ShowPicture("figure3-enlargements.png", "Convergence by enlargement"),
                string.Empty,
                "| curve | HR megapixels | PSNR at half of them | PSNR at the end |",
                "|---|---|---|---|",
                .. reductions.Concat(enlargements.SkipLast(1)).Select(Row),
                string.Empty,
                "The first three rows have bicubic enlargement, the others bicubic reduction; *bicubic reduction* is the fourth curve of the second plot.",
            ]
        );
    }

    private static (string Caption, TrainedRun Run)[] Trained(ExperimentContext context, (string Caption, string Config)[] curves) =>
        [.. curves.Select(curve => (curve.Caption, TrainedRuns.Get(context, curve.Config)))];

    private static string Row((string Caption, TrainedRun Run) curve)
    {
        (double Megapixels, double Psnr) last = curve.Run.Log[^1];
        (double Megapixels, double Psnr) half = curve.Run.Log.MinBy(point => Math.Abs(point.Megapixels - (last.Megapixels / 2)));
        return FormattableString.Invariant($"| {curve.Caption} | {last.Megapixels:0} | {half.Psnr:0.00} | {last.Psnr:0.00} |");
    }

    private static void Plot((string Caption, TrainedRun Run)[] curves, string title, string path)
    {
        using Plot plot = new ScottPlot.Plot();
        foreach ((string? caption, TrainedRun? run) in curves)
        {
            Scatter line = plot.Add.Scatter(
                run.Log.Select(point => point.Megapixels).ToArray(),
                run.Log.Select(point => point.Psnr).ToArray()
            );
            line.LegendText = caption;
            line.LineWidth = 2;
        }

        plot.Title(title);
        plot.XLabel("HR megapixels seen");
        plot.YLabel("validation PSNR (dB)");
        plot.ShowLegend(ScottPlot.Alignment.LowerRight);
        plot.SavePng(path, 800, 450);
    }
}
