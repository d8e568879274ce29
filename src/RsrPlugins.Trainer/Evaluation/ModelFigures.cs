// The figures of one scale's models, gathered once and shown in three places: the console, models.json and the cards.
using RsrPlugins.Cli.Files;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Refinement;

namespace RsrPlugins.Trainer.Evaluation;

/// <summary>A row of a table: what was enlarged by what, with the score on each set.</summary>
internal sealed record FigureRow(string SmallPicture, string EnlargedBy, IReadOnlyDictionary<string, SetScore> Scores);

/// <summary>Everything measured for one SRNet and, in a learned pair, its RRNet.</summary>
/// <param name="Sets">Names of the test sets.</param>
/// <param name="Main">The row the model is judged by: learned small pictures for a pair, clean bicubic ones for photo, JPEG ones for
/// clean-up.</param>
/// <param name="Others">Other small pictures and other ways of enlarging, for comparison; what the model is not for among them.</param>
/// <param name="LearnedSmall">Per set, for a pair.</param>
internal sealed record ModelFigures(
    IReadOnlyList<string> Sets,
    FigureRow Main,
    IReadOnlyList<FigureRow> Others,
    IReadOnlyDictionary<string, Naturalness> LearnedSmall
)
{
    internal static readonly string[] TestSets = ["set5", "set14"];

    /// <summary>Passes a gradient is judged by.</summary>
    private const int RefinedPasses = 10;

    /// <summary>Measures a learned pair.</summary>
    internal static ModelFigures MeasurePair(string data, int scale, INetwork rrNet, INetwork srNet)
    {
        Dictionary<string, ModelEvaluation> sets = Load(data, scale, rrNet);
        return new ModelFigures(
            TestSets,
            Row(sets, SmallPicture.Learned, "this SRNet", srNet),
            [
                Row(sets, SmallPicture.Bicubic, "bicubic", null),
                Row(sets, SmallPicture.Learned, "bicubic", null),
                Row(sets, SmallPicture.Bicubic, "this SRNet", srNet),
            ],
            sets.ToDictionary(set => set.Key, set => set.Value.LearnedAgainstClassical())
        );
    }

    /// <summary>Measures an SRNet for ordinary pictures; with the pair's RRNet also what happens to learned small pictures.</summary>
    /// <param name="data">Folder of the test sets.</param>
    /// <param name="scale">Scale factor d.</param>
    /// <param name="srNet">The network.</param>
    /// <param name="rrNet">The pair's; null leaves its row out.</param>
    /// <param name="judgedBy">Small pictures of the main row.</param>
    internal static ModelFigures MeasurePhoto(
        string data,
        int scale,
        INetwork srNet,
        INetwork? rrNet,
        SmallPicture judgedBy = SmallPicture.Bicubic
    )
    {
        Dictionary<string, ModelEvaluation> sets = Load(data, scale, rrNet);
        List<FigureRow> others = new List<FigureRow>();
        foreach (
            SmallPicture kind in new[]
            {
                SmallPicture.Bicubic,
                SmallPicture.Jpeg75,
                SmallPicture.Area,
                SmallPicture.Lanczos,
                SmallPicture.Bilinear,
            }
        )
        {
            if (kind != judgedBy)
            {
                others.Add(Row(sets, kind, "this SRNet", srNet));
            }

            others.Add(Row(sets, kind, "bicubic", null));
        }

        others.Insert(0, Files(data, scale, srNet));
        if (rrNet is not null)
        {
            others.Add(Row(sets, SmallPicture.Learned, "this SRNet", srNet));
        }

        return new ModelFigures(TestSets, Row(sets, judgedBy, "this SRNet", srNet), others, new Dictionary<string, Naturalness>());
    }

    /// <summary>Measures SRCNN.</summary>
    internal static ModelFigures MeasureBaseline(string data, int scale, INetwork srcnn)
    {
        Dictionary<string, ModelEvaluation> sets = Load(data, scale, null);
        return new ModelFigures(
            TestSets,
            Row(sets, SmallPicture.Bicubic, "SRCNN", srcnn),
            [Row(sets, SmallPicture.Bicubic, "bicubic", null)],
            new Dictionary<string, Naturalness>()
        );
    }

    /// <summary>Measures what a gradient brings a learned pair, by passes.</summary>
    internal static ModelFigures MeasureRefined(string data, int scale, INetwork rrNet, INetwork srNet, INetwork gradient)
    {
        Dictionary<string, ModelEvaluation> unrefined = Load(data, scale, rrNet);
        List<FigureRow> rows = new List<FigureRow> { Row(unrefined, SmallPicture.Learned, "its SRNet", srNet) };
        foreach (int passes in new[] { 2, 5, 20 })
        {
            rows.Add(Refined(Load(data, scale, rrNet, new LumaRefiner(gradient, passes)), passes));
        }

        Dictionary<string, ModelEvaluation> main = Load(data, scale, rrNet, new LumaRefiner(gradient, RefinedPasses));
        return new ModelFigures(
            TestSets,
            Refined(main, RefinedPasses),
            rows,
            main.ToDictionary(set => set.Key, set => set.Value.LearnedAgainstClassical())
        );

        FigureRow Refined(Dictionary<string, ModelEvaluation> sets, int passes) =>
            Row(sets, SmallPicture.Learned, "its SRNet", srNet) with
            {
                SmallPicture = FormattableString.Invariant($"{Describe(SmallPicture.Learned)}, {passes} passes"),
            };
    }

    /// <summary>8-bit R'G'B' files end to end, enlarged by this network and no other.</summary>
    private static FigureRow Files(string data, int scale, INetwork srNet) =>
        new(
            "bicubic, 8-bit RGB files",
            srNet.Model.Strength is null ? "this network alone" : "this network at its estimated strength",
            TestSets.ToDictionary(
                set => set,
                set =>
                {
                    EvaluationScore[] scores =
                    [
                        .. TestPicture
                            .Files(data, "test/" + set)
                            .Select(file =>
                                EvaluationProtocol.Evaluate(
                                    PictureReader.Read(file).Pixels,
                                    EvaluationMethod.PhotoEditor,
                                    scale,
                                    null,
                                    srNet
                                )
                            ),
                    ];
                    return new SetScore(scores.Average(score => score.Psnr), scores.Average(score => score.Ssim));
                }
            )
        );

    private static Dictionary<string, ModelEvaluation> Load(string data, int scale, INetwork? rrNet, LumaRefiner? refiner = null) =>
        TestSets.ToDictionary(
            set => set,
            set => new ModelEvaluation(TestPicture.LoadSet(data, "test/" + set, scale), scale, rrNet, refiner)
        );

    private static FigureRow Row(Dictionary<string, ModelEvaluation> sets, SmallPicture kind, string enlargedBy, INetwork? srNet) =>
        new(Describe(kind), enlargedBy, sets.ToDictionary(set => set.Key, set => set.Value.Score(kind, srNet)));

    private static string Describe(SmallPicture kind) =>
        kind switch
        {
            SmallPicture.Learned => "learned (RRNet)",
            SmallPicture.Jpeg75 => "bicubic, JPEG q 75",
            _ => kind.ToString().ToLowerInvariant(),
        };

    /// <summary>The tables as Markdown.</summary>
    internal string ToMarkdown()
    {
        List<string> lines = new List<string>
        {
            "| small picture | enlarged by | " + string.Join(" | ", Sets.Select(set => $"{set} PSNR / SSIM")) + " |",
            "|---|---|" + string.Concat(Sets.Select(_ => "---|")),
        };
        foreach (FigureRow? row in Others.Prepend(Main))
        {
            string bold = row == Main ? "**" : string.Empty;
            lines.Add(
                $"| {row.SmallPicture} | {row.EnlargedBy} | "
                    + string.Join(
                        " | ",
                        Sets.Select(set =>
                            FormattableString.Invariant($"{bold}{row.Scores[set].Psnr:0.00}{bold} / {row.Scores[set].Ssim:.0000}")
                        )
                    )
                    + " |"
            );
        }

        if (LearnedSmall.Count > 0)
        {
            lines.AddRange([
                "",
                "| learned small pictures against | " + string.Join(" | ", Sets) + " |",
                "|---|" + string.Concat(Sets.Select(_ => "---|")),
            ]);
            lines.Add(
                "| bicubic ones, PSNR in dB (lowest) | "
                    + Each(small => $"{small.PsnrToBicubic:0.00} ({small.LowestPsnrToBicubic:0.00}, {small.LowestName})")
            );
            lines.Add("| area-averaged ones, PSNR in dB | " + Each(small => $"{small.PsnrToArea:0.00}"));
            lines.Add("| their mean brightness, difference in 8-bit levels | " + Each(small => $"{small.BrightnessShift:0.00}"));
        }

        return string.Join('\n', lines) + "\n";

        string Each(Func<Naturalness, FormattableString> text) =>
            string.Join(" | ", Sets.Select(set => FormattableString.Invariant(text(LearnedSmall[set])))) + " |";
    }
}
