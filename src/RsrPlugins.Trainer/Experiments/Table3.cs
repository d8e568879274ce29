// Table 3 with the networks of this repository: what `rsr evaluate` prints for each method, gathered.
using RsrPlugins.Core;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Models;
using RsrPlugins.Trainer.Evaluation;

namespace RsrPlugins.Trainer.Experiments;

/// <summary>Bicubic, SRCNN, the photo models and the learned pairs on Set5 and Set14, beside the published figures.</summary>
internal sealed class Table3 : IExperiment
{
    private static readonly string[] _columns = ["bicubic", "SRCNN", "SRNet, photo", "RSRNet"];

    public string Name => "table3";

    public string Summary => "bicubic, SRCNN and the learned pairs on the benchmark sets";

    public string Run(ExperimentContext context)
    {
        ModelCatalogue installed = ModelCatalogue.Load(context.Models);
        ModelCatalogue baselines = ModelCatalogue.Load(Path.Combine(context.Training, "baselines"));
        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        List<string> measured = new List<string>();
        List<string> published = new List<string>();
        foreach (string set in ModelFigures.TestSets)
        {
            for (int scale = 2; scale <= 4; scale++)
            {
                context.CancellationToken.ThrowIfCancellationRequested();
                IReadOnlyList<TestPicture> pictures = context.TestSet(set, scale);
                INetwork rrNet = engine.Open(installed.Find(NetworkTask.Reduce, ModelKind.Learned, scale));
                (EvaluationMethod, INetwork?)[] methods =
                [
                    (EvaluationMethod.Bicubic, null),
                    (EvaluationMethod.Photo, engine.Open(baselines.Find(NetworkTask.Enlarge, ModelKind.Baseline, scale))),
                    (EvaluationMethod.Photo, engine.Open(installed.Find(NetworkTask.Enlarge, ModelKind.Photo, scale))),
                    (EvaluationMethod.Learned, engine.Open(installed.Find(NetworkTask.Enlarge, ModelKind.Learned, scale))),
                ];
                measured.Add(
                    Row(
                        set,
                        scale,
                        methods.Select(method => Mean(pictures, method.Item1, scale, rrNet, method.Item2, context.CancellationToken))
                    )
                );
                published.Add(Row(set, scale, Published.Table3(set, scale)));
                context.Log($"{set} x{scale}");
            }
        }

        return string.Join(
            '\n',
            [
                "PSNR in dB / SSIM, measured here. For other pictures and one method at a time: `rsr evaluate DIR --scale 3 --method bicubic|photo|learned`, and `--method srcnn --models training/baselines`.",
                string.Empty,
                .. Header(_columns),
                .. measured,
                string.Empty,
                "*Published*:",
                string.Empty,
                .. Header(Published.Methods),
                .. published,
            ]
        );
    }

    private static (double Psnr, double Ssim) Mean(
        IReadOnlyList<TestPicture> pictures,
        EvaluationMethod method,
        int scale,
        INetwork rrNet,
        INetwork? srNet,
        CancellationToken cancellationToken
    )
    {
        EvaluationScore[] scores = pictures
            .Select(picture =>
                EvaluationProtocol.Evaluate(picture.ToGrey(), method, scale, rrNet, srNet, cancellationToken: cancellationToken)
            )
            .ToArray();
        return (scores.Average(score => score.Psnr), scores.Average(score => score.Ssim));
    }

    private static string[] Header(string[] columns) =>
        [$"| set | scale | {string.Join(" | ", columns)} |", $"|---|---|{string.Concat(columns.Select(_ => "---|"))}"];

    private static string Row(string set, int scale, IEnumerable<(double Psnr, double Ssim)> scores) =>
        $"| {set} | x{scale} | {string.Join(" | ", scores.Select(score => FormattableString.Invariant($"{score.Psnr:0.00} / {score.Ssim:.0000}")))} |";
}
