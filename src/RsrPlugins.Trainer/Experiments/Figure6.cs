// Section 3.1: what Q-BReLU is for. Two pairs are trained from nothing for the same number of steps, one with and one without
// it; then the small pictures of both are looked at, and stored in 8 bits, as every file would.
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Evaluation;

namespace RsrPlugins.Trainer.Experiments;

/// <summary>Small pictures with and without Q-BReLU, x2, Set14.</summary>
internal sealed class Figure6 : IExperiment
{
    internal static readonly string[] Shown = ["baboon", "lenna", "comic"];

    private static readonly (string Caption, string Config)[] _runs = [("with Q-BReLU", "with-qbrelu-x2"), ("without Q-BReLU", "without-qbrelu-x2")];

    public string Name => "figure6";

    public string Summary => "small pictures with and without Q-BReLU";

    public string Run(ExperimentContext context)
    {
        var scale = 0;
        var lines = new List<string>();
        var sheet = new Dictionary<string, List<SheetCell>>();
        var megapixels = 0.0;
        foreach (var (caption, config) in _runs)
        {
            var run = TrainedRuns.Get(context, config);
            (scale, megapixels) = (run.Checkpoint.Config.Scale, run.Checkpoint.Megapixels);
            var pictures = context.TestSet("set14", scale);
            using var networks = new TorchPictures(run.Checkpoint);
            var measured = new List<double[]>();
            foreach (var picture in pictures)
            {
                context.CancellationToken.ThrowIfCancellationRequested();
                var small = networks.Reduce(picture);
                measured.Add(Measure(networks, picture, small, scale));
                if (context.IsSmoke || Shown.Contains(picture.Name))
                {
                    AddToSheet(sheet, picture, small, caption, scale);
                }
            }

            var means = Enumerable.Range(0, measured[0].Length).Select(column => measured.Average(row => row[column])).ToArray();
            lines.Add(FormattableString.Invariant($"| {caption} | {means[0]:0.00} | {means[1]:0.00} | {means[2]:0.00} | {means[3]:0.0} | {means[4]:0.00} |"));
            context.Log(caption);
        }

        ContactSheet.Draw([.. sheet.Values], context.PicturePath("figure6.png"));
        return string.Join('\n',
        [
            FormattableString.Invariant($"Two x{scale} pairs from nothing, {megapixels:0} HR megapixels each, Set14, means. *Stored* is the small picture clamped to studio range and rounded to 8 bits, as a file holds it; only then is it a picture. *Outside* is the share of its values that studio range (16 to 235) cuts off."),
            string.Empty,
            "| pair | restored from the values as they are, PSNR (dB) | restored from the stored picture, PSNR (dB) | stored small picture against bicubic, PSNR (dB) | outside, % | detail kept |",
            "|---|---|---|---|---|---|",
            .. lines,
            string.Empty,
            context.ShowPicture("figure6.png", "HR, bicubic, with and without Q-BReLU"),
        ]);
    }

    private static double[] Measure(TorchPictures networks, TestPicture picture, float[] small, int scale)
    {
        var stored = Stored(small);
        var (width, height) = (picture.Width / scale, picture.Height / scale);
        var bicubic = TorchPictures.RoundToEightBits(Reduction.Reduce(picture.Plane, picture.Width, picture.Height, scale, ResamplingKernel.Bicubic));
        return
        [
            Restored(small),
            Restored(stored),
            ImageMetrics.Psnr(bicubic, stored, width, height, 0),
            100.0 * small.Count(value => value is < 15.999f or > 235.001f) / small.Length,
            SmallPictureSpectrum.Measure(picture.Plane, stored, width, height, scale).Kept,
        ];

        double Restored(float[] plane) => EvaluationProtocol.Score(picture.Plane, networks.Enlarge(plane, picture), picture.Width, picture.Height, scale).Psnr;
    }

    private static float[] Stored(float[] small) => Array.ConvertAll(small, value => MathF.Round(Math.Clamp(value, 16f, 235f)));

    private static void AddToSheet(Dictionary<string, List<SheetCell>> sheet, TestPicture picture, float[] small, string caption, int scale)
    {
        var (width, height) = (picture.Width / scale, picture.Height / scale);
        if (!sheet.TryGetValue(picture.Name, out var row))
        {
            row =
            [
                new SheetCell($"{picture.Name}: HR", picture.Plane, picture.Width, picture.Height),
                new SheetCell("bicubic", Reduction.Reduce(picture.Plane, picture.Width, picture.Height, scale, ResamplingKernel.Bicubic), width, height),
            ];
            sheet.Add(picture.Name, row);
        }

        row.Add(new SheetCell(caption, small, width, height));
    }
}
