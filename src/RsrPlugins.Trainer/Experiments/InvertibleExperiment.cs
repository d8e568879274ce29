// Beyond the paper: how much more comes back when one invertible network is both directions. Trained with what the trainer has, on luma
// alone, and measured beside the paper's pair at the same 8-bit small picture. The curves are part of the answer: an experiment that has
// not reached its aim says how far it was and how it rose.
using RsrPlugins.Core;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Evaluation;
using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;
using ScottPlot;
using ScottPlot.Plottables;

namespace RsrPlugins.Trainer.Experiments;

/// <summary>Pairs that are one invertible network, at x2 and x4: what comes back, and how natural the small pictures are.</summary>
internal sealed class InvertibleExperiment : IExperiment
{
    /// <summary>PSNR in dB on Set5 and Set14 of the original, on RGB pictures (Xiao et al. 2020, Table 1).</summary>
    private static readonly Dictionary<(string Set, int Scale), double> _published = new Dictionary<(string, int), double>
    {
        [("set5", 2)] = 43.99,
        [("set14", 2)] = 40.79,
        [("set5", 4)] = 36.19,
        [("set14", 4)] = 32.67,
    };

    private static readonly int[] _scales = [2, 4];

    public string Name => "invertible";

    public string Summary => "pairs that are one invertible network, beside the paper's pair";

    public string Document => "docs/invertible.md";

    public string Run(ExperimentContext context)
    {
        // x4 has all there is to try: both Haar transforms.
        int[] scales = context.IsSmoke ? [4] : _scales;
        List<string> rows = new List<string>();
        List<(string Caption, TrainedRun Run)> curves = new List<(string, TrainedRun)>();
        foreach (int scale in scales)
        {
            TrainedRun run = TrainedRuns.Get(context, FormattableString.Invariant($"invertible-x{scale}"));
            curves.Add((FormattableString.Invariant($"x{scale}"), run));
            using TorchPictures networks = new TorchPictures(run.Checkpoint);
            using TorchPictures pair = new TorchPictures(
                Checkpoint.Load(
                    Path.Combine(context.Training, "checkpoints", FormattableString.Invariant($"learned-x{scale}.ckpt"))
                )
            );
            foreach (string set in ModelFigures.TestSets)
            {
                context.CancellationToken.ThrowIfCancellationRequested();
                IReadOnlyList<TestPicture> pictures = context.TestSet(set, scale);
                rows.Add(Row(set, scale, run, Measure(pictures, scale, networks), Measure(pictures, scale, pair)));
                context.Log(FormattableString.Invariant($"{set} x{scale}"));
            }

            DrawSheet(context, scale, networks);
        }

        Plot(curves, context.PicturePath("curves.png"));
        return string.Join(
            '\n',
            [
                "PSNR in dB / SSIM of the restored luma by the protocol (docs/training.md), small pictures in 8 bits, networks run by Torch on whole pictures. *Small picture*: its PSNR against the bicubic one, and how far its mean brightness is from that of the large one, in levels of luma. *The paper's pair* is ours, measured in the same way. *Published* is on RGB, with three times the values in the small picture.",
                string.Empty,
                "| set | weights | HR megapixels seen | comes back | small picture | the paper's pair comes back | its small picture | published |",
                "|---|---|---|---|---|---|---|---|",
                .. rows,
                string.Empty,
                context.ShowPicture("curves.png", "PSNR on validation pictures over training"),
                string.Empty,
                .. scales.Select(scale =>
                    context.ShowPicture(
                        FormattableString.Invariant($"small-x{scale}.png"),
                        FormattableString.Invariant($"x{scale}: original, bicubic, small picture, restored")
                    )
                ),
            ]
        );
    }

    /// <summary>Means over pictures.</summary>
    private static Measured Measure(IReadOnlyList<TestPicture> pictures, int scale, TorchPictures networks)
    {
        Measured[] all = [.. pictures.Select(picture => Measure(picture, scale, networks))];
        return new Measured(
            all.Average(one => one.Psnr),
            all.Average(one => one.Ssim),
            all.Average(one => one.SmallPsnr),
            all.Average(one => one.Brightness)
        );
    }

    private static Measured Measure(TestPicture picture, int scale, TorchPictures networks)
    {
        float[] small = networks.Reduce(picture);
        float[] restored = networks.Enlarge(small, picture);
        (int width, int height) = (picture.Width / scale, picture.Height / scale);
        float[] bicubic = EvaluationProtocol.RoundToEightBits(
            Reduction.Reduce(picture.Plane, picture.Width, picture.Height, scale, ResamplingKernel.Bicubic)
        );
        EvaluationScore score = EvaluationProtocol.Score(picture.Plane, restored, picture.Width, picture.Height, scale);
        return new Measured(
            score.Psnr,
            score.Ssim,
            ImageMetrics.Psnr(bicubic, small, width, height, 0),
            Math.Abs(small.Average(value => (double)value) - picture.Plane.Average(value => (double)value))
        );
    }

    private static string Row(string set, int scale, TrainedRun run, Measured ours, Measured pair)
    {
        double megapixels = run.Checkpoint.Progress.MegapixelsBefore + run.Checkpoint.Megapixels;
        int weights = InvertibleNetwork.Layers(scale).Sum(layer => layer.ParameterCount);
        return FormattableString.Invariant(
            $"| {set} x{scale} | {weights / 1000} k | {megapixels:0} | {ours.Restored} | {ours.Small} | {pair.Restored} | {pair.Small} | {_published[(set, scale)]:0.00} |"
        );
    }

    private static void DrawSheet(ExperimentContext context, int scale, TorchPictures networks)
    {
        List<IReadOnlyList<SheetCell>> rows = new List<IReadOnlyList<SheetCell>>();
        foreach (TestPicture picture in context.OwnPictures(scale).Concat(Effort.Pictures().Take(1)))
        {
            (int width, int height) = (picture.Width / scale, picture.Height / scale);
            float[] small = networks.Reduce(picture);
            rows.Add([
                new SheetCell(picture.Name, picture.Plane, picture.Width, picture.Height),
                new SheetCell(
                    "bicubic",
                    Reduction.Reduce(picture.Plane, picture.Width, picture.Height, scale, ResamplingKernel.Bicubic),
                    width,
                    height
                ),
                new SheetCell("invertible", small, width, height),
                new SheetCell("restored", networks.Enlarge(small, picture), picture.Width, picture.Height),
            ]);
        }

        ContactSheet.Draw(rows, context.PicturePath(FormattableString.Invariant($"small-x{scale}.png")));
    }

    private static void Plot(IEnumerable<(string Caption, TrainedRun Run)> curves, string path)
    {
        using Plot plot = new Plot();
        foreach ((string caption, TrainedRun run) in curves)
        {
            Scatter line = plot.Add.Scatter(
                run.Log.Select(point => point.Megapixels).ToArray(),
                run.Log.Select(point => point.Psnr).ToArray()
            );
            line.LegendText = caption;
            line.LineWidth = 2;
        }

        plot.XLabel("HR megapixels seen");
        plot.YLabel("validation PSNR (dB)");
        plot.ShowLegend(ScottPlot.Alignment.LowerRight);
        plot.SavePng(path, 800, 450);
    }

    /// <summary>What came back (PSNR in dB, SSIM), and the small picture against the bicubic one (PSNR in dB) and in brightness (levels,
    /// without sign).</summary>
    private sealed record Measured(double Psnr, double Ssim, double SmallPsnr, double Brightness)
    {
        public string Restored => FormattableString.Invariant($"{Psnr:0.00} / {Ssim:.0000}");

        public string Small => FormattableString.Invariant($"{SmallPsnr:0.00} dB, {Brightness:0.00} levels");
    }
}
