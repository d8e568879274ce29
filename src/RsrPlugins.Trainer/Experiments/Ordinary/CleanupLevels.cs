// What each level of clean-up does to each kind of damage, so that the levels and what `auto` makes of a JPEG's quality rest on figures.
namespace RsrPlugins.Trainer.Experiments.Ordinary;

/// <summary>The section of docs/ordinary.md about `--cleanup`.</summary>
internal sealed class CleanupLevels : IExperiment
{
    private static readonly string[] _levels = ["off", "low", "high"];

    public string Name => "cleanup";

    public string Summary => "levels of clean-up by damage, against bicubic and Lanczos (docs/ordinary.md)";

    public string Document => "docs/ordinary.md";

    public bool HasQuickForm => true;

    public string Run(ExperimentContext context)
    {
        Dictionary<string, IReadOnlyList<OrdinaryCase>> byLevel = _levels.ToDictionary(
            level => level,
            level =>
            {
                context.Log($"--cleanup {level}");
                return OrdinaryBenchmark.Measure(
                    context,
                    ["--cleanup", level],
                    (reduction, damage) =>
                        reduction == SmallFiles.Reductions[0] && (!context.IsSmoke || damage.Name is "JPEG 75" or "noise 5")
                );
            }
        );
        List<string> parts =
        [
            "After bicubic reduction: gain over the better of bicubic and Lanczos, mean / worst picture in dB, over all kinds of pictures and over photographs and cities alone.",
        ];
        foreach (int scale in byLevel[_levels[0]].Select(one => one.Scale).Distinct())
        {
            List<string[]> rows =
            [
                [$"x{scale}", .. _levels, .. _levels.Select(level => $"{level}, photographs")],
            ];
            foreach (string damage in byLevel[_levels[0]].Select(one => one.Damage.Name).Distinct())
            {
                IEnumerable<OrdinaryCase> Cases(string level) =>
                    byLevel[level].Where(one => one.Scale == scale && one.Damage.Name == damage);
                rows.Add([
                    damage,
                    .. _levels.Select(level => Cell(Cases(level))),
                    .. _levels.Select(level => Cell(Cases(level).Where(one => one.Picture.Kind is "photo" or "city"))),
                ]);
            }

            parts.Add(ExperimentDocument.Table(rows));
        }

        return string.Join("\n\n", parts);
    }

    private static string Cell(IEnumerable<OrdinaryCase> cases) =>
        cases.Any()
            ? FormattableString.Invariant(
                $"{cases.Average(one => one.Gain):+0.00;-0.00;0.00} / {cases.Min(one => one.Gain):+0.00;-0.00;0.00}"
            )
            : string.Empty;
}
