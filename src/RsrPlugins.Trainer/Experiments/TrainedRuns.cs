// Experiments that need networks of their own train them: a committed checkpoint and log of the configuration's name are
// taken as they are, otherwise the run is made (or gone on with, if it was interrupted) and its results are put there.
using System.Globalization;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Experiments;

/// <summary>A finished training run.</summary>
/// <param name="Checkpoint">Its averaged weights.</param>
/// <param name="Log">Its log, and those of runs that went on from it: megapixels seen and validation PSNR in dB.</param>
internal sealed record TrainedRun(Checkpoint Checkpoint, IReadOnlyList<(double Megapixels, double Psnr)> Log);

/// <summary>Finds or makes the runs experiments need.</summary>
internal static class TrainedRuns
{
    private const long SmokeSteps = 12;

    /// <summary>The run of training/configs/NAME.json.</summary>
    /// <exception cref="TrainerException">No such configuration, or the training fails.</exception>
    /// <exception cref="OperationCanceledException">Stopped; the run goes on from its checkpoint next time.</exception>
    internal static TrainedRun Get(ExperimentContext context, string name)
    {
        TrainingConfig config = TrainingConfig.Load(Path.Combine(context.Training, "configs", name + ".json"));
        if (context.IsSmoke)
        {
            return Smoke(context, config);
        }

        string checkpoint = Path.Combine(context.Training, "checkpoints", name + ".ckpt");
        string logs = Path.Combine(context.Training, "logs", name);
        string log = Path.Combine(logs, "01.csv");
        if (!File.Exists(checkpoint) || !File.Exists(log))
        {
            config = config with { Output = Path.Combine(context.Training, "runs") };
            using (
                TrainingSession session = TrainingSession.Open(
                    config,
                    context.RequireData(),
                    File.Exists(TrainingSession.LatestOf(config)),
                    context.Log
                )
            )
            {
                context.Log(session.Run(Shown(context), context.CancellationToken));
            }

            context.CancellationToken.ThrowIfCancellationRequested();
            Copy(TrainingSession.LogOf(config), log);
            Copy(TrainingSession.WeightsOf(config), checkpoint);
        }

        return Read(checkpoint, Directory.GetFiles(logs, "*.csv").Order(StringComparer.Ordinal));
    }

    private static TrainedRun Smoke(ExperimentContext context, TrainingConfig config)
    {
        TrainingConfig tiny = config with
        {
            Init = null,
            Steps = SmokeSteps,
            WarmupSteps = 2,
            Batch = 2,
            Workers = 2,
            Patch = 24,
            ValidationCrop = 48,
            ValidationMinutes = 1e-6,
            Output = context.PicturePath("runs"),
        };
        using (TrainingSession session = TrainingSession.Open(tiny, DrawnPictures.Luma(), resume: false, context.Log))
        {
            session.Run(_ => { }, context.CancellationToken);
        }

        context.CancellationToken.ThrowIfCancellationRequested();
        TrainedRun run = Read(TrainingSession.WeightsOf(tiny), [TrainingSession.LogOf(tiny)]);
        Directory.Delete(TrainingSession.FolderOf(tiny), recursive: true);
        return run;
    }

    // A run that goes on counts its pixels from 0 again.
    private static TrainedRun Read(string checkpoint, IEnumerable<string> logs)
    {
        List<(double Megapixels, double Psnr)> points = new List<(double, double)>();
        foreach (string log in logs)
        {
            double before = points.Count == 0 ? 0 : points[^1].Megapixels;
            points.AddRange(TrainingLog.Read(log).Select(row => (before + row[2], row[6])));
        }

        return new TrainedRun(Checkpoint.Load(checkpoint), points);
    }

    private static Action<TrainingReport> Shown(ExperimentContext context) =>
        report =>
        {
            if (report.Validation is { } score)
            {
                context.Log(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{report.Progress:p0}, {report.Megapixels:0} MP, {report.KilopixelsPerSecond:0} kpx/s, PSNR {score.Psnr:0.00} dB"
                    )
                );
            }
        };

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Copy(from, to + ".tmp", overwrite: true);
        File.Move(to + ".tmp", to, overwrite: true);
    }
}
