// The benchmark's section of docs/ordinary.md.
using RsrPlugins.Core.Metrics;

namespace RsrPlugins.Trainer.Experiments.Ordinary;

internal static class OrdinaryReport
{
    /// <summary>A case that loses more than this against the better of bicubic and Lanczos is counted as a loss, in dB.</summary>
    private const double CountedLoss = 0.05;

    /// <summary>No case may lose more, in dB.</summary>
    private const double LargestLoss = 0.3;

    /// <summary>No case may lose more, in SSIM.</summary>
    private const double LargestSsimLoss = 0.005;

    /// <summary>Share of the cases that may be counted losses.</summary>
    private const double LossShare = 0.01;

    private const int WorstShown = 15;

    internal static string Write(IReadOnlyList<OrdinaryCase> cases, ExperimentContext context)
    {
        List<string> parts = [Summary(cases)];
        foreach (IGrouping<int, OrdinaryCase> scale in cases.GroupBy(one => one.Scale))
        {
            parts.Add($"### x{scale.Key}");
            parts.Add(Kinds(scale));
            parts.Add(
                "Gain over the better of bicubic and Lanczos: mean / worst picture in dB, and in brackets how many of the pictures lose."
            );
            parts.Add(Grid(scale, "reduction", one => one.Reduction.Name, one => one.Damage.Name));
            parts.Add(Grid(scale, "kind", one => one.Picture.Kind, one => one.Damage.Name));
            parts.Add(Grid(scale, "reduction", one => one.Reduction.Name, one => one.Picture.Kind));
            if (Overshoot(scale) is { } overshoot)
            {
                parts.Add(
                    $"Pixels of which a colour lies more than {OrdinaryCase.CountedOvershoot} levels outside the range of the 3 x 3 small pixels around, undamaged files made by area or drawn small:"
                );
                parts.Add(overshoot);
            }
        }

        OrdinaryCase[] worst = [.. cases.OrderBy(one => one.Gain).Take(WorstShown).Where(one => one.Gain < 0)];
        if (worst.Length > 0)
        {
            parts.Add("### The worst cases");
            parts.Add(
                Table([
                    ["case", "gain, dB", "gain, SSIM", "ours", "bicubic", "Lanczos"],
                    .. worst.Select(one =>
                        (string[])
                            [one.Name, Gain(one.Gain), SsimGain(one.SsimGain), Score(one.Ours), Score(one.Bicubic), Score(one.Lanczos)]
                    ),
                ])
            );
        }

        string pictures = string.Join(
            "; ",
            OrdinaryPictures
                .Kinds.Select(kind =>
                    (kind, Names: cases.Where(one => one.Picture.Kind == kind).Select(one => one.Picture.Name).Distinct())
                )
                .Where(kind => kind.Names.Any())
                .Select(kind => $"{kind.kind}: {string.Join(", ", kind.Names)}")
        );
        parts.Add(
            $"Pictures: {pictures}."
                + (context.UpscaleOptions.Count == 0 ? string.Empty : $" Options: `{string.Join(' ', context.UpscaleOptions)}`.")
        );
        return string.Join("\n\n", parts);
    }

    private static string Summary(IReadOnlyList<OrdinaryCase> cases)
    {
        List<string[]> rows =
        [
            [
                "",
                "cases",
                "mean gain, dB",
                $"lose more than {CountedLoss} dB",
                $"more than {LargestLoss} dB",
                $"more than {LargestSsimLoss} SSIM",
                "worst, dB",
                "worst, SSIM",
                "wanted",
            ],
        ];
        foreach (IGrouping<int, OrdinaryCase> scale in cases.GroupBy(one => one.Scale))
        {
            int counted = scale.Count(one => one.Gain < -CountedLoss),
                large = scale.Count(one => one.Gain < -LargestLoss),
                ssim = scale.Count(one => one.SsimGain < -LargestSsimLoss),
                all = scale.Count();
            rows.Add([
                $"x{scale.Key}",
                $"{all}",
                Gain(scale.Average(one => one.Gain)),
                FormattableString.Invariant($"{counted} ({100.0 * counted / all:0.0} %)"),
                $"{large}",
                $"{ssim}",
                Gain(scale.Min(one => one.Gain)),
                SsimGain(scale.Min(one => one.SsimGain)),
                counted <= LossShare * all && large == 0 && ssim == 0 ? "reached" : "not reached",
            ]);
        }

        return FormattableString.Invariant(
                $"Wanted: at most {100 * LossShare} % of the cases lose more than {CountedLoss} dB, none more than {LargestLoss} dB, none more than {LargestSsimLoss} SSIM.\n\n"
            ) + Table(rows);
    }

    // What the enlargements themselves are, without damage.
    private static string Kinds(IEnumerable<OrdinaryCase> scale)
    {
        List<string[]> rows =
        [
            ["undamaged, PSNR / SSIM", "rsr", "bicubic", "Lanczos"],
        ];
        foreach (
            IGrouping<string, OrdinaryCase> kind in scale.Where(one => one.Damage == SmallFiles.Damages[0]).GroupBy(one => one.Picture.Kind)
        )
        {
            rows.Add([kind.Key, Mean(kind, one => one.Ours), Mean(kind, one => one.Bicubic), Mean(kind, one => one.Lanczos)]);
        }

        return Table(rows);
    }

    private static string? Overshoot(IEnumerable<OrdinaryCase> scale)
    {
        OrdinaryCase[] cases =
        [
            .. scale.Where(one =>
                one.Damage == SmallFiles.Damages[0]
                && one.Reduction.Name is "area" or "drawn small"
                && one.Picture.Kind is "drawing" or "screen" or "line art"
            ),
        ];
        return cases.Length == 0
            ? null
            : Table([
                ["", "rsr", "the picture itself", "bicubic"],
                .. cases
                    .GroupBy(one => one.Picture.Kind)
                    .Select(kind =>
                        (string[])
                            [
                                kind.Key,
                                Part(kind, one => one.Outside.Ours),
                                Part(kind, one => one.Outside.Picture),
                                Part(kind, one => one.Outside.Bicubic),
                            ]
                    ),
            ]);

        static string Part(IEnumerable<OrdinaryCase> kind, Func<OrdinaryCase, double> of) =>
            FormattableString.Invariant($"{100 * kind.Average(of):0.0} %");
    }

    private static string Grid(
        IEnumerable<OrdinaryCase> cases,
        string title,
        Func<OrdinaryCase, string> row,
        Func<OrdinaryCase, string> column
    )
    {
        string[] columns = [.. cases.Select(column).Distinct()];
        List<string[]> rows =
        [
            [title, .. columns],
        ];
        foreach (IGrouping<string, OrdinaryCase> group in cases.GroupBy(row))
        {
            rows.Add([group.Key, .. columns.Select(name => Cell([.. group.Where(one => column(one) == name)]))]);
        }

        return Table(rows);
    }

    private static string Cell(OrdinaryCase[] cases)
    {
        if (cases.Length == 0)
        {
            return string.Empty;
        }

        int losses = cases.Count(one => one.Gain < -CountedLoss || one.SsimGain < -LargestSsimLoss);
        return $"{Gain(cases.Average(one => one.Gain))} / {Gain(cases.Min(one => one.Gain))}"
            + (losses == 0 ? string.Empty : $" (**{losses}**)");
    }

    private static string Mean(IEnumerable<OrdinaryCase> cases, Func<OrdinaryCase, EvaluationScore> score) =>
        Score(new EvaluationScore(cases.Average(one => score(one).Psnr), cases.Average(one => score(one).Ssim)));

    private static string Score(EvaluationScore score) => FormattableString.Invariant($"{score.Psnr:0.00} / {score.Ssim:.0000}");

    private static string Gain(double gain) => FormattableString.Invariant($"{gain:+0.00;-0.00;0.00}");

    private static string SsimGain(double gain) => FormattableString.Invariant($"{gain:+0.0000;-0.0000;0.0000}");

    private static string Table(IReadOnlyList<string[]> rows) => ExperimentDocument.Table(rows);
}
