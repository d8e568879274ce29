// Section 3.1: what Q-BReLU is for. Two pairs are trained from nothing for the same number of steps, one with and one without
// it; then the small pictures of both are looked at, and stored in 8 bits, as every file would.
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Evaluation;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Experiments;

/// <summary>Small pictures with and without Q-BReLU, x2, Set14.</summary>
internal sealed class Figure6 : IExperiment
{
    internal static readonly string[] Shown = ["baboon", "lenna", "comic"];

    private static readonly (string Caption, string Config)[] _runs =
    [
        ("with Q-BReLU", "with-qbrelu-x2"),
        ("without Q-BReLU", "without-qbrelu-x2"),
    ];

    public string Name => "figure6";

    public string Summary => "small pictures with and without Q-BReLU";

    public string Run(ExperimentContext context)
    {
        (string Caption, Checkpoint Checkpoint)[] runs = _runs
            .Select(run => (run.Caption, TrainedRuns.Get(context, run.Config).Checkpoint))
            .ToArray();
        int scale = runs[0].Checkpoint.Config.Scale;
        IReadOnlyList<TestPicture> pictures = context.TestSet("set14", scale);
        (string Caption, TorchPictures Networks)[] networks = runs.Select(run => (run.Caption, Networks: new TorchPictures(run.Checkpoint)))
            .ToArray();
        try
        {
            List<string> lines = new List<string>();
            foreach ((string? caption, TorchPictures? pair) in networks)
            {
                context.CancellationToken.ThrowIfCancellationRequested();
                double[][] measured = pictures.Select(picture => Measure(pair, picture, scale)).ToArray();
                double[] means = Enumerable.Range(0, measured[0].Length).Select(column => measured.Average(row => row[column])).ToArray();
                lines.Add(
                    FormattableString.Invariant(
                        $"| {caption} | {means[0]:0.00} | {means[1]:0.00} | {means[2]:0.00} | {means[3]:0.0} | {means[4]:0.00} | {means[5]:0.00} |"
                    )
                );
                context.Log(caption);
            }

            Draw(pictures.Where(picture => context.IsSmoke || Shown.Contains(picture.Name)), context.SheetPath("figure6-set14.png"));
            Draw(context.OwnPictures(scale), context.PicturePath("figure6.png"));
            return string.Join(
                '\n',
                [
                    FormattableString.Invariant(
                        $"Two x{scale} pairs from nothing, {runs[0].Checkpoint.Megapixels:0} HR megapixels each, Set14, means. *Stored* is the small picture clamped to studio range and rounded to 8 bits, as a file holds it; only then is it a picture. *Outside* is the share of its values that studio range (16 to 235) cuts off; *kept* and *aliasing* are explained below the second table."
                    ),
                    string.Empty,
                    "| pair | restored from the values as they are, PSNR (dB) | restored from the stored picture, PSNR (dB) | stored picture against bicubic, PSNR (dB) | outside, % | kept | aliasing |",
                    "|---|---|---|---|---|---|---|",
                    .. lines,
                    string.Empty,
                    "The sheet shows pictures the project draws; the same of Set14's baboon, lenna and comic, which do not belong in a repository, is written to `artifacts/paper/figure6-set14.png`.",
                    string.Empty,
                    context.ShowPicture("figure6.png", "HR, bicubic, with and without Q-BReLU"),
                ]
            );
        }
        finally
        {
            foreach ((string _, TorchPictures? pair) in networks)
            {
                pair.Dispose();
            }
        }

        void Draw(IEnumerable<TestPicture> shown, string path) => ContactSheet.Draw([.. shown.Select(Row)], path);

        IReadOnlyList<SheetCell> Row(TestPicture picture)
        {
            (int width, int height) = (picture.Width / scale, picture.Height / scale);
            return
            [
                new SheetCell($"{picture.Name}: HR", picture.Plane, picture.Width, picture.Height),
                new SheetCell(
                    "bicubic",
                    Reduction.Reduce(picture.Plane, picture.Width, picture.Height, scale, ResamplingKernel.Bicubic),
                    width,
                    height
                ),
                .. networks.Select(pair => new SheetCell(pair.Caption, pair.Networks.Reduce(picture), width, height)),
            ];
        }
    }

    private static double[] Measure(TorchPictures networks, TestPicture picture, int scale)
    {
        float[] small = networks.Reduce(picture);
        float[] stored = Stored(small);
        (int width, int height) = (picture.Width / scale, picture.Height / scale);
        float[] bicubic = EvaluationProtocol.RoundToEightBits(
            Reduction.Reduce(picture.Plane, picture.Width, picture.Height, scale, ResamplingKernel.Bicubic)
        );
        SmallPictureSpectrum spectrum = SmallPictureSpectrum.Measure(picture.Plane, stored, width, height, scale);
        return
        [
            Restored(small),
            Restored(stored),
            ImageMetrics.Psnr(bicubic, stored, width, height, 0),
            100.0 * small.Count(value => value is < 15.999f or > 235.001f) / small.Length,
            spectrum.Kept,
            spectrum.Aliasing,
        ];

        double Restored(float[] plane) =>
            EvaluationProtocol.Score(picture.Plane, networks.Enlarge(plane, picture), picture.Width, picture.Height, scale).Psnr;
    }

    private static float[] Stored(float[] small) => Array.ConvertAll(small, value => MathF.Round(Math.Clamp(value, 16f, 235f)));
}
