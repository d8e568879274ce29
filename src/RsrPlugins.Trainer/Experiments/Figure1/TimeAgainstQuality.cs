// Figure 1 of the paper. Its seconds were measured on another machine in another framework, so all of them are measured
// again: every network through the product's engine, on whole pictures and on one thread. Not in tiles: a tile of MemNet
// needs 80 pixels around it, and the comparison would be one of halos.
using System.Diagnostics;
using System.Globalization;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Evaluation;
using RsrPlugins.Trainer.Export;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Experiments.Figure1;

/// <summary>Time against PSNR at x3 on Set5.</summary>
internal sealed class TimeAgainstQuality : IExperiment
{
    private const int Scale = 3;
    private const string Plot = "figure1.png";

    /// <summary>Side of the one large picture of a smoke run: MemNet and DRCN take a second for it on a busy core.</summary>
    private const int SmokeSide = 48;

    /// <summary>How much longer MemNet takes than RSRNet, as the paper says.</summary>
    private const int PublishedRatio = 100;

    private const float Levels = 255f;

    public string Name => "figure1";

    public string Summary => "time against PSNR at x3, every network timed here";

    public string Run(ExperimentContext context)
    {
        IReadOnlyList<TestPicture> pictures = context.IsSmoke
            ? [Corner(context.TestSet("set5", Scale)[0], SmokeSide)]
            : context.TestSet("set5", Scale);
        PictureClock clock = context.IsSmoke ? new PictureClock(TimeSpan.Zero, 1) : new PictureClock(TimeSpan.FromSeconds(1), 15);
        double publishedPsnr = Published.Psnr("RSRNet", "set5", Scale);
        // All by ONNX Runtime: our own engine runs our own networks alone, and would time itself and not them.
        using StagedModels staged = new StagedModels(EngineKind.OnnxRuntime);
        (INetwork? rrNet, INetwork? srNet) = (Installed(staged, context.Models, "rrnet"), Installed(staged, context.Models, "srnet"));
        ModelEvaluation evaluation = new ModelEvaluation(pictures, Scale, rrNet);
        double psnr = evaluation.Score(SmallPicture.Learned, srNet).Psnr;
        context.Log($"RSRNet: {Two(psnr)} dB");

        Plane[] learned = SmallPlanes(evaluation, pictures, SmallPicture.Learned);
        Plane[] bicubic = SmallPlanes(evaluation, pictures, SmallPicture.Bicubic);
        Plane[] large = pictures
            .Select(picture => new Plane(Array.ConvertAll(picture.Plane, value => value / Levels), picture.Width, picture.Height))
            .ToArray();
        List<TimedRow> rows = new List<TimedRow>();
        PictureTimes enlarging = Time(clock, bicubic, plane => Enlarged(plane).Values, context.CancellationToken);
        foreach (PublishedNetwork published in PublishedNetworks.All)
        {
            // An engine of its own, so that the memory of one network is gone when the next begins.
            using StagedModels own = new StagedModels(EngineKind.OnnxRuntime);
            byte[] onnx = published.Build(Scale);
            INetwork network = own.OpenForeign(published.Name, onnx);
            Add(
                new TimedRow(
                    published.Name,
                    published.Configuration,
                    published.ReadsEnlarged ? "LR, enlarged" : "LR",
                    GraphArithmetic.Of(onnx),
                    Time(
                        clock,
                        bicubic,
                        plane => Output(network, published.ReadsEnlarged ? Enlarged(plane) : plane, context.CancellationToken),
                        context.CancellationToken
                    ),
                    $"{Two(published.Set5Psnr)} (published)"
                )
            );
        }

        TimedRow restoring = Add(
            new TimedRow(
                "**RSRNet** (SRNet)",
                "as installed",
                "LR",
                Arithmetic(srNet),
                Time(clock, learned, plane => Output(srNet, plane, context.CancellationToken), context.CancellationToken),
                $"**{Two(psnr)}** (ours), {Two(publishedPsnr)} (published)"
            )
        );
        TimedRow reducing = Add(
            new TimedRow(
                "RSRNet (RRNet)",
                "as installed",
                "HR",
                Arithmetic(rrNet),
                Time(clock, large, plane => Output(rrNet, plane, context.CancellationToken), context.CancellationToken),
                "makes the LR picture"
            )
        );

        TimePlot.Save(
            [
                new TimePoint("RSRNet (ours)", restoring.Times.Seconds, psnr, PointMarker.Own),
                new TimePoint("RSRNet (published PSNR)", restoring.Times.Seconds, publishedPsnr, PointMarker.OwnPublished),
                .. PublishedNetworks.All.Zip(
                    rows,
                    (published, row) => new TimePoint(published.Name, row.Times.Seconds, published.Set5Psnr, PointMarker.Other)
                ),
            ],
            context.PicturePath(Plot)
        );
        return Section(context, staged.RuntimeVersion!, rows, enlarging, restoring, reducing);

        TimedRow Add(TimedRow row)
        {
            rows.Add(row);
            context.Log($"{row.Name.Replace("*", string.Empty, StringComparison.Ordinal)}: {Significant(row.Times.Seconds)} s per picture");
            return row;
        }
    }

    private static string Section(
        ExperimentContext context,
        string runtime,
        IReadOnlyList<TimedRow> rows,
        PictureTimes enlarging,
        TimedRow own,
        TimedRow reducing
    )
    {
        TimedRow memNet = rows.Single(row => row.Name == "MemNet");
        double gigabytes = Process.GetCurrentProcess().PeakWorkingSet64 / 1e9;
        string table = string.Join(
            '\n',
            rows.Select(row =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {row.Name} | {row.Configuration} | {row.Input} | {row.Arithmetic.Weights / 1e3:#,0.0} k | {row.Arithmetic.MultiplyAddsPerHRPixel / 1e3:#,0.0} k | {Significant(row.Times.Seconds)} | {row.Times.Runs} | {row.Psnr} |"
                )
            )
        );
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {context.ShowPicture(
                Plot,
                "Seconds per picture against PSNR on Set5 at x3, of SRCNN, FSRCNN, ESPCN, VDSR, DRCN, DRRN, MemNet and RSRNet"
            )}

            | network | configuration | input | weights | multiply-adds per HR pixel | seconds per picture | runs | Set5 x3 PSNR (dB) |
            |---|---|---|---|---|---|---|---|
            {table}

            MemNet takes **{memNet.Times.Seconds
                / own.Times.Seconds:0} times** as long as RSRNet's SRNet (the paper: {PublishedRatio} times), with {memNet.Arithmetic.MultiplyAddsPerHRPixel
                / own.Arithmetic.MultiplyAddsPerHRPixel:0} times its multiply-adds;
            with the reduction by RRNet counted too, {memNet.Times.Seconds / (own.Times.Seconds + reducing.Times.Seconds):0} times.

            Seconds are the median of a picture's runs, after one run to warm up, averaged over the pictures of Set5; *runs* counts those
            of all pictures. The networks were timed one after the other by the same engine (ONNX Runtime {runtime}) with the same
            settings: one thread, whole pictures, at most {gigabytes:0.0} GB of memory. (The product cuts tiles and runs one per core; the deep
            networks' tiles would be mostly halo.) Networks that read the enlarged picture are charged for its bicubic enlargement
            ({Significant(enlarging.Seconds * 1e3)} ms, on all cores).

            All but RSRNet were built from their published configurations with random weights, which serve for the time alone: their
            PSNR is the published one. Recursive networks apply the same weights again and again, so *weights* (of the convolutions,
            without biases) counts those once and *multiply-adds* every time; both were counted in the graphs that were timed. Batch
            normalisation (DRRN, MemNet) is an operator of the graph, folded by the runtime where it follows a convolution.
            """
        );
    }

    private static INetwork Installed(StagedModels staged, string models, string network)
    {
        string id = ModelExporter.IdOf(network, Scale, RunKind.Learned);
        return staged.OpenExisting(models, id)
            ?? throw new TrainerException($"{models}: the model {id} expected, found none. Name the folder of the models with --models.");
    }

    private static GraphArithmetic Arithmetic(INetwork network) => GraphArithmetic.Of(ModelCatalogue.ReadVerified(network.Model));

    private static Plane[] SmallPlanes(ModelEvaluation evaluation, IReadOnlyList<TestPicture> pictures, SmallPicture kind) =>
        [
            .. evaluation
                .Small(kind)
                .Zip(
                    pictures,
                    (small, picture) =>
                        new Plane(Array.ConvertAll(small, value => value / Levels), picture.Width / Scale, picture.Height / Scale)
                ),
        ];

    private static Plane Enlarged(Plane plane) =>
        new(
            Resampler.Resize(plane.Values, plane.Width, plane.Height, plane.Width * Scale, plane.Height * Scale, ResamplingKernel.Bicubic),
            plane.Width * Scale,
            plane.Height * Scale
        );

    private static float[] Output(INetwork network, Plane plane, CancellationToken cancellationToken)
    {
        (int width, int height) = network.Shape.OutputSize(plane.Width, plane.Height);
        float[] output = new float[width * height];
        network.Run(plane.Values, plane.Width, plane.Height, output, cancellationToken);
        return output;
    }

    /// <summary>Times a network on pictures.</summary>
    /// <exception cref="TrainerException">It gave something that is not a number: its time would mean nothing.</exception>
    internal static PictureTimes Time(
        PictureClock clock,
        IReadOnlyList<Plane> planes,
        Func<Plane, float[]> run,
        CancellationToken cancellationToken
    )
    {
        run(planes.MinBy(plane => plane.Values.Length)!);
        (double seconds, int runs) = (0.0, 0);
        foreach (Plane plane in planes)
        {
            float[] output = [];
            IReadOnlyList<double> times = clock.Measure(() => output = run(plane), cancellationToken);
            if (!output.All(float.IsFinite))
            {
                throw new TrainerException("A network gave values that are not finite, so its time means nothing.");
            }

            seconds += PictureClock.Median(times);
            runs += times.Count;
        }

        return new PictureTimes(seconds / planes.Count, runs);
    }

    private static TestPicture Corner(TestPicture picture, int side)
    {
        float[] plane = new float[side * side];
        for (int y = 0; y < side; y++)
        {
            picture.Plane.AsSpan(y * picture.Width, side).CopyTo(plane.AsSpan(y * side));
        }

        return new TestPicture(picture.Name, side, side, plane);
    }

    private static string Two(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>Three significant digits, without an exponent.</summary>
    internal static string Significant(double value)
    {
        int decimals = value > 0 ? Math.Clamp(2 - (int)Math.Floor(Math.Log10(value)), 0, 9) : 0;
        return value.ToString("F" + decimals, CultureInfo.InvariantCulture);
    }

    /// <summary>A network and what was measured of it.</summary>
    private sealed record TimedRow(
        string Name,
        string Configuration,
        string Input,
        GraphArithmetic Arithmetic,
        PictureTimes Times,
        string Psnr
    );
}

/// <summary>A plane of Y/255, row by row.</summary>
internal sealed record Plane(float[] Values, int Width, int Height);

/// <summary>Mean over pictures of the median over runs.</summary>
/// <param name="Seconds">Per picture.</param>
/// <param name="Runs">Of all pictures together.</param>
internal sealed record PictureTimes(double Seconds, int Runs);

/// <summary>Repeats quick work and does slow work once.</summary>
/// <param name="Enough">No further run begins once the runs have taken this long together.</param>
/// <param name="MostRuns">Nor after so many runs.</param>
internal sealed record PictureClock(TimeSpan Enough, int MostRuns)
{
    /// <summary>Seconds of every run; at least one.</summary>
    internal IReadOnlyList<double> Measure(Action run, CancellationToken cancellationToken)
    {
        List<double> times = new List<double>();
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        } while (times.Count < MostRuns && times.Sum() < Enough.TotalSeconds);

        return times;
    }

    internal static double Median(IReadOnlyList<double> values)
    {
        double[] sorted = values.Order().ToArray();
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
