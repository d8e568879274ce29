// Whether it ever costs to take the learned pair instead of a bicubic picture and the networks for ordinary ones: on every picture of the
// ordinary benchmark, not on photographs alone, and picture by picture, not in the mean.
using System.Globalization;
using RsrPlugins.Core;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Refinement;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Evaluation;
using RsrPlugins.Trainer.Experiments.Ordinary;

namespace RsrPlugins.Trainer.Experiments;

/// <summary>The learned pairs against bicubic reduction and the better of the networks for ordinary pictures.</summary>
internal sealed class PairBenchmark : IExperiment
{
    /// <summary>dB by which less of a picture may come back.</summary>
    internal const double MostLoss = 0.3;

    /// <summary>Passes of the columns with effort.</summary>
    private const int Passes = 10;

    private const string HeldOut = "drawings held back";

    public string Name => "pairs";

    public string Summary => "the learned pairs on the ordinary benchmark's pictures, against bicubic down and the ordinary networks up";

    public string Document => "docs/refinement.md";

    /// <summary>The same figures, printed.</summary>
    public bool HasQuickForm => true;

    public string Run(ExperimentContext context)
    {
        IReadOnlyList<OrdinaryPicture> pictures =
        [
            .. OrdinaryPictures.Load(context, context.IsSmoke ? 1 : int.MaxValue),
            .. OrdinaryPictures.AllHeldOut(context, HeldOut),
        ];
        ModelCatalogue models = ModelCatalogue.Load(context.Models);
        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        List<string> lines = [];
        List<string> cases = ["picture,kind,scale,pair_db,effort_db,ordinary_db,brightness_levels,effort_brightness_levels,along_lines_levels,effort_along_lines_levels"];
        foreach (int scale in context.Scale is int only ? [only] : models.Scales(NetworkTask.Reduce, ModelKind.Learned))
        {
            PairFigures[] figures = Measure(models, engine, pictures, scale, context.CancellationToken);
            lines.AddRange(
                OrdinaryPictures.Kinds.Append(HeldOut).SelectMany(kind => Row(kind, scale, [.. figures.Where(one => one.Kind == kind)]))
            );
            cases.AddRange(
                figures.Select(one =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{one.Name},{one.Kind},{scale},{one.Pair.Psnr:0.000},{one.Effort.Psnr:0.000},{one.BestOrdinary:0.000},{one.Pair.Brightness:0.00},{one.Effort.Brightness:0.00},{one.Pair.AlongLines:0},{one.Effort.AlongLines:0}"
                    )
                )
            );
            context.Log($"x{scale}");
        }

        File.WriteAllLines(context.SheetPath("pairs.csv"), cases);

        return string.Join(
            '\n',
            [
                FormattableString.Invariant(
                    $"Every picture of the ordinary benchmark ([ordinary.md](ordinary.md)) and every drawing held back from training, 288 x 288 pixels, luma, small pictures in 8 bits. *Gain*: how much more of it comes back, in dB, than of a bicubic small picture by the better of the two networks for ordinary pictures; *lose*: less by more than {MostLoss} dB. *Brightness*: the largest difference between the mean of the small picture and that of the large one, in levels. *With effort*: the same after {Passes} passes. All of them, one a line: `artifacts/paper/pairs.csv`."
                ),
                string.Empty,
                "| pictures | of them | gain: mean | least | of | lose | brightness | of | with effort: gain | least | lose | brightness |",
                "|---|---|---|---|---|---|---|---|---|---|---|---|",
                .. lines,
            ]
        );
    }

    /// <summary>Measures all pictures at one scale.</summary>
    internal static PairFigures[] Measure(
        ModelCatalogue models,
        InferenceEngine engine,
        IReadOnlyList<OrdinaryPicture> pictures,
        int scale,
        CancellationToken cancellationToken
    )
    {
        LearnedResizer reducing = new LearnedResizer(Open(NetworkTask.Reduce, ModelKind.Learned));
        INetwork enlarging = Open(NetworkTask.Enlarge, ModelKind.Learned);
        LumaRefiner refiner = new LumaRefiner(Open(NetworkTask.Gradient, ModelKind.Learned), Passes);
        INetwork[] ordinary = [Open(NetworkTask.Enlarge, ModelKind.Photo), Open(NetworkTask.Enlarge, ModelKind.Antialiased)];
        return [.. pictures.Select(Figures)];

        INetwork Open(NetworkTask task, ModelKind kind) => engine.Open(models.Find(task, kind, scale));

        PairFigures Figures(OrdinaryPicture one)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TestPicture picture = OrdinaryPictures.Luma(one.Name, one.Rgb);
            SmallPictureMeasure measure = new SmallPictureMeasure(picture, scale);
            float[] large = Array.ConvertAll(picture.Plane, value => value / 255);
            float[] learned = reducing.ResizeLuma(large, picture.Width, picture.Height, cancellationToken);
            SmallPictureFigures pair = FiguresOf(learned);
            refiner.Refine(learned, large, picture.Width / scale, picture.Height / scale, [], null, cancellationToken);
            float[] bicubic = EvaluationProtocol.RoundToEightBits(
                Reduction.Reduce(picture.Plane, picture.Width, picture.Height, scale, ResamplingKernel.Bicubic)
            );
            double best = ordinary.Max(network => measure.Psnr(bicubic, network));
            return new PairFigures(one.Kind, one.Name, pair, FiguresOf(learned), best);

            SmallPictureFigures FiguresOf(float[] small) =>
                measure.Of(EvaluationProtocol.RoundToEightBits(Array.ConvertAll(small, value => value * 255)), enlarging);
        }
    }

    private static IEnumerable<string> Row(string kind, int scale, PairFigures[] figures)
    {
        // A smoke run has no photographs.
        if (figures.Length == 0)
        {
            yield break;
        }

        PairFigures least = figures.MinBy(one => one.Gain)!;
        PairFigures brightest = figures.MaxBy(one => Math.Abs(one.Pair.Brightness))!;
        double[] withEffort = [.. figures.Select(one => one.GainWithEffort)];
        double brightness = figures.Select(one => one.Effort.Brightness).MaxBy(Math.Abs);
        yield return string.Join(
            " | ",
            $"| {kind} x{scale}",
            figures.Length,
            Signed(figures.Average(one => one.Gain)),
            Signed(least.Gain),
            least.Name,
            figures.Count(one => one.Gain < -MostLoss),
            Signed(brightest.Pair.Brightness),
            brightest.Name,
            Signed(withEffort.Average()),
            Signed(withEffort.Min()),
            withEffort.Count(gain => gain < -MostLoss),
            Signed(brightness) + " |"
        );

        static string Signed(double value) => value.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);
    }
}

/// <summary>A picture's figures.</summary>
/// <param name="Kind">Of <see cref="OrdinaryPictures.Kinds"/>.</param>
/// <param name="Name">The picture's.</param>
/// <param name="Pair">Of the pair's small picture.</param>
/// <param name="Effort">Of the same, corrected.</param>
/// <param name="BestOrdinary">PSNR in dB of the bicubic small picture by the better of the networks for ordinary ones.</param>
internal sealed record PairFigures(string Kind, string Name, SmallPictureFigures Pair, SmallPictureFigures Effort, double BestOrdinary)
{
    /// <summary>How much more comes back, in dB.</summary>
    internal double Gain => Pair.Psnr - BestOrdinary;

    /// <summary>The same with effort.</summary>
    internal double GainWithEffort => Effort.Psnr - BestOrdinary;
}
