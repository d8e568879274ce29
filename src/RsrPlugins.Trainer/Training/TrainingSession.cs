// A run with its files. It loads the pictures, trains, and keeps the run's folder: latest.ckpt (everything), weights.ckpt (the
// averaged weights alone), log.csv and curves.png.
using RsrPlugins.Trainer.Data;

namespace RsrPlugins.Trainer.Training;

/// <summary>A training run and its folder.</summary>
internal sealed class TrainingSession : IDisposable
{
    private readonly TrainingConfig _config;
    private readonly TrainingRun _run;
    private readonly TrainingLog _log;

    private TrainingSession(
        TrainingConfig config,
        CropSampler crops,
        IReadOnlyList<LumaImage> validation,
        Checkpoint? resumed,
        Action<string> announce
    )
    {
        announce($"{config.Name}: {crops.ImageCount} training pictures, {crops.Megapixels:0} megapixels");
        NetVips.NetVips.Concurrency = 1; // from here on libvips only sees crops, and the cores are the workers'
        _config = config;
        _run = new TrainingRun(config, crops, validation, resumed);
        _log = new TrainingLog(FolderOf(config), resumed?.Progress.Step ?? 0);
        if (_run.NewLayers.Count > 0)
        {
            announce($"{config.Name}: starts from {config.Init}, but for {string.Join(", ", _run.NewLayers)}");
        }
    }

    /// <summary>The folder of a run.</summary>
    internal static string FolderOf(TrainingConfig config) => Path.Combine(config.Output, config.Name);

    /// <summary>The state a run is resumed from.</summary>
    internal static string LatestOf(TrainingConfig config) => Path.Combine(FolderOf(config), "latest.ckpt");

    /// <summary>The averaged weights alone.</summary>
    internal static string WeightsOf(TrainingConfig config) => Path.Combine(FolderOf(config), "weights.ckpt");

    /// <summary>The log of a run.</summary>
    internal static string LogOf(TrainingConfig config) => Path.Combine(FolderOf(config), "log.csv");

    /// <summary>Loads the pictures of a run.</summary>
    /// <param name="config">The run.</param>
    /// <param name="data">Folder of picture folders.</param>
    /// <param name="resume">Goes on from the run's latest checkpoint.</param>
    /// <param name="announce">Receives lines about what is trained on what.</param>
    /// <exception cref="TrainerException">Pictures or checkpoint are missing, or there is one already and it is not to be
    /// resumed.</exception>
    internal static TrainingSession Open(TrainingConfig config, string data, bool resume, Action<string> announce)
    {
        Checkpoint? resumed = OpenFolder(config, resume);
        return new TrainingSession(
            config,
            CropSampler.Load(config, data),
            Validation(config, [.. LumaImage.LoadFolder(DataFolders.Find(data, config.Validation)), .. Drawings()]),
            resumed,
            announce
        );

        IReadOnlyList<LumaImage> Drawings() =>
            config.ValidationDrawings is { } folder && config.IsOrdinary
                ? LumaImage.LoadFolder(DataFolders.Find(data, folder), inColour: true)
                : [];
    }

    /// <summary>The same on given pictures.</summary>
    internal static TrainingSession Open(TrainingConfig config, IReadOnlyList<LumaImage> pictures, bool resume, Action<string> announce) =>
        new(config, CropSampler.From(config, [(pictures, null)]), Validation(config, pictures), OpenFolder(config, resume), announce);

    /// <summary>Trains until the run is done or cancelled; the checkpoint is kept either way.</summary>
    /// <returns>How far it came, in one line.</returns>
    internal string Run(Action<TrainingReport> show, CancellationToken cancellationToken)
    {
        _run.Run(Report, Save, cancellationToken);
        TrainingProgress progress = _run.Progress;
        return $"{_config.Name}: {(cancellationToken.IsCancellationRequested ? "stopped" : "done")} at step {progress.Step}, best PSNR {progress.BestPsnr:0.000} dB at step {progress.BestStep}; {LatestOf(_config)}";

        void Save(Checkpoint state)
        {
            state.Save(LatestOf(_config));
            state.Slim().Save(WeightsOf(_config));
        }

        void Report(TrainingReport report)
        {
            show(report);
            if (report.Validation is { } score)
            {
                _log.Add(report, score);
            }
        }
    }

    public void Dispose() => _run.Dispose();

    private static Checkpoint? OpenFolder(TrainingConfig config, bool resume)
    {
        string latest = LatestOf(config);
        Directory.CreateDirectory(FolderOf(config));
        return resume ? Checkpoint.Load(latest)
            : File.Exists(latest)
                ? throw new TrainerException($"{latest} exists: give --resume to go on with it, or remove it to start anew.")
            : null;
    }

    private static LumaImage[] Validation(TrainingConfig config, IReadOnlyList<LumaImage> pictures) =>
        [.. pictures.Select(image => image.CentralCrop(config.ValidationCrop, config.Scale))];
}
