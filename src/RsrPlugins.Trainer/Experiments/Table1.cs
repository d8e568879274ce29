// Section 2.1: a network that enlarges learns one reduction and fails on another, so the reduction should be learned with it.
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Evaluation;

namespace RsrPlugins.Trainer.Experiments;

/// <summary>SRCNN trained on each of three reductions and tested on all three, x3, Set5.</summary>
internal sealed class Table1 : IExperiment
{
    internal const int Scale = 3;

    /// <summary>Reductions with the configuration that trains on each.</summary>
    private static readonly (ResamplingKernel Kernel, string Config)[] _reductions =
    [
        (ResamplingKernel.Nearest, "table1-nearest"),
        (ResamplingKernel.Bilinear, "table1-bilinear"),
        (ResamplingKernel.Bicubic, "table1-bicubic"),
    ];

    /// <summary>PSNR in dB as published: [trained on, tested on].</summary>
    private static readonly double[,] _published =
    {
        { 30.59, 29.76, 30.56 },
        { 25.38, 32.17, 31.19 },
        { 27.59, 31.92, 32.45 },
    };

    public string Name => "table1";

    public string Summary => "SRCNN trained on one reduction and tested on others";

    public string Run(ExperimentContext context)
    {
        IReadOnlyList<TestPicture> pictures = context.TestSet("set5", Scale);
        double[,] psnr = new double[_reductions.Length, _reductions.Length];
        double megapixels = 0.0;
        for (int trained = 0; trained < _reductions.Length; trained++)
        {
            TrainedRun run = TrainedRuns.Get(context, _reductions[trained].Config);
            megapixels = run.Checkpoint.Progress.MegapixelsBefore + run.Checkpoint.Megapixels;
            using TorchPictures network = new TorchPictures(run.Checkpoint);
            for (int tested = 0; tested < _reductions.Length; tested++)
            {
                context.CancellationToken.ThrowIfCancellationRequested();
                psnr[trained, tested] = pictures.Average(picture => Score(network, picture, _reductions[tested].Kernel));
            }

            context.Log($"{_reductions[trained].Kernel} tested");
        }

        return Section(psnr, megapixels);
    }

    private static double Score(TorchPictures network, TestPicture picture, ResamplingKernel kernel)
    {
        float[] small = EvaluationProtocol.RoundToEightBits(
            Data.Reduction.Reduce(picture.Plane, picture.Width, picture.Height, Scale, kernel)
        );
        return EvaluationProtocol.Score(picture.Plane, network.Enlarge(small, picture), picture.Width, picture.Height, Scale).Psnr;
    }

    /// <summary>Rows whose highest value stands on the diagonal.</summary>
    internal static int DiagonalWins(double[,] psnr)
    {
        int wins = 0;
        for (int row = 0; row < psnr.GetLength(0); row++)
        {
            int best = Enumerable.Range(0, psnr.GetLength(1)).MaxBy(column => psnr[row, column]);
            wins += best == row ? 1 : 0;
        }

        return wins;
    }

    private static string Section(double[,] psnr, double megapixels)
    {
        List<string> lines = new List<string>
        {
            FormattableString.Invariant(
                $"SRCNN 9-5-5 at x{Scale}, each network trained on {megapixels:0} HR megapixels, the last half with the squared error its authors use; PSNR in dB on Set5, *published* in brackets. Small pictures are rounded to 8 bits and enlarged bicubically before the network."
            ),
            string.Empty,
            "| trained on | tested on nearest | bilinear | bicubic |",
            "|---|---|---|---|",
        };
        for (int row = 0; row < _reductions.Length; row++)
        {
            IEnumerable<string> cells = Enumerable
                .Range(0, _reductions.Length)
                .Select(column =>
                    FormattableString.Invariant(
                        $"{Bold(row == column)}{psnr[row, column]:0.00}{Bold(row == column)} (*{_published[row, column]:0.00}*)"
                    )
                );
            lines.Add($"| {_reductions[row].Kernel.ToString().ToLowerInvariant()} | {string.Join(" | ", cells)} |");
        }

        lines.AddRange([
            string.Empty,
            $"The reduction a network was trained on is the one it does best on in {DiagonalWins(psnr)} of {_reductions.Length} rows (published: {DiagonalWins(_published)}).",
        ]);
        return string.Join('\n', lines);

        static string Bold(bool yes) => yes ? "**" : string.Empty;
    }
}
