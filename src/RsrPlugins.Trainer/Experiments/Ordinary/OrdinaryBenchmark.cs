// What most people will do with this product: enlarge a picture that nobody prepared. Kinds of pictures x ways of making them small x
// what happens to files, each through the tool as people call it, against bicubic and Lanczos of the same file. The promise this
// measures: never worse than they are.
using System.Globalization;
using RsrPlugins.Core.Models;

namespace RsrPlugins.Trainer.Experiments.Ordinary;

/// <summary>docs/ordinary.md.</summary>
internal sealed class OrdinaryBenchmark : IExperiment
{
    // Pictures of each kind, so that every kind counts alike; a smoke run looks at one.
    private const int Pictures = 3;
    private const int QuickPictures = 2;

    private static readonly int[] _scales = [2, 4];

    public string Name => "ordinary";

    public string Summary => "ordinary pictures, reduced and damaged in every usual way, against bicubic and Lanczos (docs/ordinary.md)";

    public string Document => "docs/ordinary.md";

    public bool HasQuickForm => true;

    public string Run(ExperimentContext context)
    {
        IReadOnlyList<OrdinaryCase> cases = Measure(
            context,
            context.UpscaleOptions,
            (reduction, damage) => IsWanted(context, reduction, damage)
        );
        WriteCases(context.SheetPath("ordinary-cases.csv"), cases);
        return OrdinaryReport.Write(cases, context);
    }

    /// <summary>Measures the cases that are wanted, with the context's models.</summary>
    /// <param name="context">Models, pictures, scale.</param>
    /// <param name="options">Of `rsr upscale`, beyond the scale.</param>
    /// <param name="isWanted">Of all reductions and damages.</param>
    internal static IReadOnlyList<OrdinaryCase> Measure(
        ExperimentContext context,
        IReadOnlyList<string> options,
        Func<SmallReduction, SmallDamage, bool> isWanted
    )
    {
        string? before = Environment.GetEnvironmentVariable(ModelCatalogue.EnvironmentVariable);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("rsr-train-ordinary-");
        try
        {
            Environment.SetEnvironmentVariable(ModelCatalogue.EnvironmentVariable, Path.GetFullPath(context.Models));
            return Measure(context, options, isWanted, folder.FullName);
        }
        finally
        {
            Environment.SetEnvironmentVariable(ModelCatalogue.EnvironmentVariable, before);
            folder.Delete(recursive: true);
        }
    }

    private static List<OrdinaryCase> Measure(
        ExperimentContext context,
        IReadOnlyList<string> options,
        Func<SmallReduction, SmallDamage, bool> isWanted,
        string folder
    )
    {
        IReadOnlyList<OrdinaryPicture> pictures = OrdinaryPictures.Load(
            context,
            context.IsSmoke ? 1
                : context.IsQuick ? QuickPictures
                : Pictures
        );
        List<(int Scale, OrdinaryPicture Picture, SmallReduction Reduction, SmallDamage[] Damages)> work = [];
        foreach (int scale in context.Scale is int only ? [only] : _scales)
        {
            foreach (OrdinaryPicture picture in pictures)
            {
                foreach (
                    SmallReduction reduction in SmallFiles.Reductions.Where(reduction =>
                        reduction.Apply is not null || picture.Svg is not null
                    )
                )
                {
                    SmallDamage[] damages = [.. SmallFiles.Damages.Where(damage => isWanted(reduction, damage))];
                    if (damages.Length > 0)
                    {
                        work.Add((scale, picture, reduction, damages));
                    }
                }
            }
        }

        OrdinaryCase[][] measured = new OrdinaryCase[work.Count][];
        int done = 0;
        ParallelOptions parallel = new ParallelOptions
        {
            CancellationToken = context.CancellationToken,
            MaxDegreeOfParallelism = Environment.ProcessorCount,
        };
        Parallel.For(
            0,
            work.Count,
            parallel,
            index =>
            {
                (int scale, OrdinaryPicture picture, SmallReduction reduction, SmallDamage[] damages) = work[index];
                byte[] small = OrdinaryCase.Reduce(picture, reduction, scale);
                measured[index] =
                [
                    .. damages.Select(
                        (damage, at) =>
                            OrdinaryCase.Measure(
                                picture,
                                reduction,
                                damage,
                                scale,
                                small,
                                (index * SmallFiles.Damages.Count) + at,
                                options,
                                folder,
                                context.CancellationToken
                            )
                    ),
                ];
                int now = Interlocked.Increment(ref done);
                if (now * 10 / work.Count != (now - 1) * 10 / work.Count)
                {
                    context.Log($"{now * 100 / work.Count} %");
                }
            }
        );
        return [.. measured.SelectMany(cases => cases)];
    }

    // Quick: every reduction without damage, every damage after the usual reduction. Smoke: a few of them.
    private static bool IsWanted(ExperimentContext context, SmallReduction reduction, SmallDamage damage)
    {
        bool usual = reduction == SmallFiles.Reductions[0],
            whole = damage == SmallFiles.Damages[0];
        return context.IsSmoke
            ? (usual && damage.Name is "none" or "JPEG 75" or "WebP 75" or "noise 5")
                || (whole && reduction.Name is "sharpened" or "drawn small")
            : !context.IsQuick || usual || whole;
    }

    private static void WriteCases(string path, IReadOnlyList<OrdinaryCase> cases) =>
        File.WriteAllLines(
            path,
            [
                "scale,kind,picture,reduction,damage,psnr,ssim,bicubic psnr,bicubic ssim,lanczos psnr,lanczos ssim,gain psnr,gain ssim",
                .. cases.Select(one =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{one.Scale},{one.Picture.Kind},{one.Picture.Name},\"{one.Reduction.Name}\",{one.Damage.Name},{one.Ours.Psnr:0.000},{one.Ours.Ssim:0.00000},{one.Bicubic.Psnr:0.000},{one.Bicubic.Ssim:0.00000},{one.Lanczos.Psnr:0.000},{one.Lanczos.Ssim:0.00000},{one.Gain:0.000},{one.SsimGain:0.00000}"
                    )
                ),
            ]
        );
}
