// The training loop, to be read from top to bottom: Run, then TrainStep, then Validate. A batch's gradient is in TrainingWorker.cs.
using System.Diagnostics;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Training;

/// <summary>What a run reports after each validation and at least every few seconds.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="Seconds">Training time spent.</param>
/// <param name="Progress">Part of the run that is done, 0 to 1.</param>
/// <param name="Megapixels">HR megapixels seen.</param>
/// <param name="Loss">Mean loss since the last report, in 8-bit levels (255 times the loss; squared levels over 255 where the loss is l2, a
/// ratio where it is psnr).</param>
/// <param name="Rate">The schedule's factor.</param>
/// <param name="KilopixelsPerSecond">HR kilopixels per second since the last report.</param>
/// <param name="Validation">Where this report follows a validation.</param>
/// <param name="Preparation">Before the first step of a run with a frozen RRNet: part of the small pictures that are made, 0 to 1.</param>
internal sealed record TrainingReport(
    long Step,
    double Seconds,
    double Progress,
    double Megapixels,
    double Loss,
    double Rate,
    double KilopixelsPerSecond,
    ValidationScore? Validation,
    double? Preparation = null
);

/// <summary>Means over the validation set.</summary>
/// <param name="Psnr">PSNR of the restored pictures in dB.</param>
/// <param name="LowPsnr">PSNR in dB of the small pictures against bicubic ones: how natural RRNet's pictures are.</param>
/// <param name="DrawingPsnr">PSNR in dB of the restored drawings, 0 where there are none.</param>
internal sealed record ValidationScore(double Psnr, double LowPsnr, double DrawingPsnr = 0);

/// <summary>A training run.</summary>
internal sealed class TrainingRun : IDisposable
{
    private const double ReportSeconds = 5;

    /// <summary>Largest PSNR in dB that a drawing counts with: the part looked at may be a flat ground, without any error.</summary>
    private const double FlatPsnr = 60;

    /// <summary>JPEG quality of the small pictures that clean-up is validated on.</summary>
    private const int ValidationQuality = 50;

    private readonly TrainingConfig _config;
    private readonly IReadOnlyList<LumaImage> _validation;
    private readonly ParameterLayout _layout;
    private readonly Device _device;
    private readonly Tensor _weights;
    private readonly Tensor _average;
    private readonly Optimiser _optimiser;
    private readonly WorkerPool _pool;
    private readonly FirstUse _firstUse = new();
    private readonly TrainingWorker[] _workers;
    private readonly ParameterViews _averageViews;
    private CropSampler _crops;
    private TrainingProgress _progress = new(0, 0, 0, 0);

    /// <param name="config">The run.</param>
    /// <param name="crops">Training data.</param>
    /// <param name="validation">Validation pictures, already cropped.</param>
    /// <param name="resume">State to go on from; null starts anew.</param>
    internal TrainingRun(TrainingConfig config, CropSampler crops, IReadOnlyList<LumaImage> validation, Checkpoint? resume = null)
    {
        _config = config;
        _crops = crops;
        _validation = validation;
        _layout = Checkpoint.LayoutOf(config);
        _device = device(config.Device);
        int workers = _device.type == DeviceType.CPU ? config.Workers : 1;
        _pool = new WorkerPool(workers);
        using (Tensor initial = _layout.Initialise(config.Seed))
        {
            _weights = initial.to(_device, copy: true);
        }

        _average = _weights.clone();
        _optimiser = new Optimiser(_layout, _device, config, config.UsesOwnMuon ? _pool : null);
        if (resume is not null)
        {
            Restore(resume);
        }
        else if (config.Init is not null)
        {
            Checkpoint source = Checkpoint.Load(config.Init);
            using Tensor other = tensor(source.Vectors[Checkpoint.AverageName]).to(_device);
            NewLayers = _layout.CopyFrom(_weights, source.Layout, other);
            _average.copy_(_weights);
            _progress = _progress with
            {
                MegapixelsBefore = source.Progress.MegapixelsBefore + source.Megapixels,
                DataBefore = source.DataSeen,
            };
        }

        _workers = [.. Enumerable.Range(0, workers).Select(_ => new TrainingWorker(config, _layout, _weights, config.Batch / workers))];
        _averageViews = new ParameterViews(_layout, _average, train: false);
    }

    /// <summary>Layers that "init" had nothing for.</summary>
    internal IReadOnlyList<string> NewLayers { get; } = [];

    internal TrainingProgress Progress => _progress;

    /// <summary>Trains until the run is done or cancelled.</summary>
    /// <param name="report">Called every few seconds and after each validation.</param>
    /// <param name="save">Called with the state every "checkpointMinutes" and at the end.</param>
    /// <param name="cancellationToken">Stops after the current step, with a checkpoint.</param>
    /// <exception cref="TrainerException">The loss is not finite.</exception>
    internal void Run(Action<TrainingReport> report, Action<Checkpoint> save, CancellationToken cancellationToken)
    {
        MakeSmallPictures(report, cancellationToken);

        Stopwatch clock = Stopwatch.StartNew();
        double secondsBefore = _progress.Seconds;
        (double Seconds, long Step, double Loss) sinceReport = (Seconds: clock.Elapsed.TotalSeconds, Step: _progress.Step, Loss: 0.0);
        double lastCheckpoint = clock.Elapsed.TotalSeconds;
        double lastValidation = clock.Elapsed.TotalSeconds;
        while (Done(_progress) < 1 && !cancellationToken.IsCancellationRequested)
        {
            sinceReport.Loss += Advance();
            double now = clock.Elapsed.TotalSeconds;
            _progress = _progress with { Seconds = secondsBefore + now };
            if (now - lastValidation > 60 * _config.ValidationMinutes)
            {
                ReportValidation();
                lastValidation = clock.Elapsed.TotalSeconds;
            }
            else if (now - sinceReport.Seconds > ReportSeconds)
            {
                Report(null);
            }

            if (now - lastCheckpoint > 60 * _config.CheckpointMinutes)
            {
                save(Snapshot());
                lastCheckpoint = now;
            }
        }

        if (!cancellationToken.IsCancellationRequested)
        {
            ReportValidation();
        }

        save(Snapshot());

        void ReportValidation()
        {
            double before = clock.Elapsed.TotalSeconds;
            ValidationScore score = ValidateAndKeepBest();
            sinceReport.Seconds += clock.Elapsed.TotalSeconds - before; // the speed reported is that of training
            Report(score);
        }

        void Report(ValidationScore? validation)
        {
            double now = clock.Elapsed.TotalSeconds;
            long steps = _progress.Step - sinceReport.Step;
            report(
                new TrainingReport(
                    _progress.Step,
                    _progress.Seconds,
                    Done(_progress),
                    _progress.Step * PixelsPerStep / 1e6,
                    255 * sinceReport.Loss / Math.Max(1, steps),
                    Rate,
                    steps * PixelsPerStep / 1e3 / (now - sinceReport.Seconds),
                    validation
                )
            );
            sinceReport = (now, _progress.Step, 0);
        }
    }

    /// <summary>Has a frozen RRNet make all its small pictures, once. Leaves some out if cancelled, after which there must be no
    /// step.</summary>
    private void MakeSmallPictures(Action<TrainingReport> report, CancellationToken cancellationToken)
    {
        if (!_config.ReducingIsFrozen || _crops.HasSmallPictures)
        {
            return;
        }

        Stopwatch clock = Stopwatch.StartNew();
        _crops = _crops.WithSmallPictures(
            _config.Seed,
            _config.Orientations,
            images =>
            {
                LumaImage[] small = new LumaImage[images.Count];
                (int next, int made, double lastReport) = (-1, 0, 0.0);
                _pool.Run(worker =>
                {
                    using SmallPictures maker = _workers[worker].SmallPictures(_firstUse);
                    for (
                        int i = Interlocked.Increment(ref next);
                        i < small.Length && !cancellationToken.IsCancellationRequested;
                        i = Interlocked.Increment(ref next)
                    )
                    {
                        small[i] = maker.Make(images[i]);
                        Interlocked.Increment(ref made);
                        if (worker == 0 && clock.Elapsed.TotalSeconds - lastReport > ReportSeconds)
                        {
                            lastReport = clock.Elapsed.TotalSeconds;
                            report(
                                new TrainingReport(
                                    _progress.Step,
                                    _progress.Seconds,
                                    Done(_progress),
                                    _progress.Step * PixelsPerStep / 1e6,
                                    0,
                                    0,
                                    0,
                                    null,
                                    (double)made / small.Length
                                )
                            );
                        }
                    }
                });
                return small;
            }
        );
    }

    private double PixelsPerStep => (double)_config.Batch * _config.Patch * _config.Patch;

    private double Done(TrainingProgress progress) =>
        _config.Steps is { } steps ? (double)progress.Step / steps : progress.Seconds / (60 * _config.Minutes);

    private double Rate => Schedule.Rate(_config, _progress.Step + 1, Done(_progress));

    /// <summary>The next update of the run; returns its loss.</summary>
    internal double Advance()
    {
        MakeSmallPictures(_ => { }, CancellationToken.None);
        double loss = TrainStep(_progress.Step + 1, Rate);
        _progress = _progress with { Step = _progress.Step + 1 };
        return loss;
    }

    /// <summary>One update; returns the loss.</summary>
    internal double TrainStep(long step, double rate)
    {
        int samples = _config.Batch / _workers.Length;
        double[] losses = new double[_workers.Length];
        _pool.Run(index => losses[index] = _firstUse.Run("step", () => _workers[index].ComputeGradient(_crops, step, index * samples)));
        using DisposeScope scope = NewDisposeScope();
        Tensor gradient = _workers[0].Gradient;
        foreach (TrainingWorker worker in _workers[1..])
        {
            gradient.add_(worker.Gradient, Constants.One);
        }

        using Scalar workers = _workers.Length;
        gradient.div_(workers);
        double loss = losses.Average();
        if (!double.IsFinite(loss) || !float.IsFinite(gradient.sum().item<float>()))
        {
            throw new TrainerException(
                $"Step {step}: the loss ({loss}) or its gradient is not finite. The last checkpoint is good: lower muonRate or adamRate and resume."
            );
        }

        _optimiser.Step(_weights, gradient, step, rate);

        // The average of a young run must not remember its initialisation.
        double decay = Math.Min(_config.AverageDecay, (1.0 + step) / (10 + step));
        using IDisposable noGrad = no_grad();
        using Scalar kept = decay;
        using Scalar added = 1 - decay;
        _average.mul_(kept).add_(_weights, added);
        return loss;
    }

    private ValidationScore ValidateAndKeepBest()
    {
        ValidationScore score = Validate();
        if (score.Psnr > _progress.BestPsnr)
        {
            _progress = _progress with { BestPsnr = score.Psnr, BestStep = _progress.Step };
        }

        return score;
    }

    /// <summary>
    /// Scores the averaged weights on the validation set by the protocol: 8-bit LR, 8-bit result, d border pixels shaved off.
    /// A run without RRNet is scored on bicubic small pictures as files have them (for clean-up saved as JPEG at quality 50; drawings are
    /// reduced by area), SRCNN on those it is for.
    /// </summary>
    internal ValidationScore Validate()
    {
        ValidationScore[] scores = new ValidationScore[_validation.Count];
        int next = -1;
        _pool.Run(_ =>
        {
            NetworkPair networks = new NetworkPair(_config, _averageViews);
            for (int i = Interlocked.Increment(ref next); i < scores.Length; i = Interlocked.Increment(ref next))
            {
                LumaImage image = _validation[i];
                scores[i] = _firstUse.Run(("picture", image.Width, image.Height), () => Validate(networks, image));
            }
        });
        return new ValidationScore(
            Mean(false, score => score.Psnr),
            Mean(false, score => score.LowPsnr),
            Mean(true, score => Math.Min(score.Psnr, FlatPsnr))
        );

        double Mean(bool ofDrawings, Func<ValidationScore, double> value) =>
            scores.Where((_, i) => _validation[i].Colour is not null == ofDrawings).Select(value).DefaultIfEmpty().Average();
    }

    private ValidationScore Validate(NetworkPair networks, LumaImage image)
    {
        int scale = _config.Scale;
        (int width, int height) = (image.Width, image.Height);
        (int lowWidth, int lowHeight) = (width / scale, height / scale);
        SampleRandom random = default(SampleRandom);
        float[] plane = image.ToUnit();
        float[] given = _config.IsOrdinary
            ? Ordinary(image)
            : Data.Reduction.By(_config.Kind == RunKind.Srcnn ? _config.Reduction : ResamplingKernel.Bicubic)(
                plane,
                width,
                height,
                scale,
                ref random
            );

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor low = networks.Reducing is { } rrNet ? rrNet.Forward(tensor(plane, [1, 1, height, width]).to(_device)) : Enlarged(given);
        Tensor restored = networks.Enlarging.Forward(low).clamp(Constants.Zero, Constants.One).mul(Constants.Levels).round();
        return new ValidationScore(
            ImageMetrics.Psnr(Levels(plane), Checkpoint.ToArray(restored), width, height, scale),
            networks.Reducing is null ? 0 : ImageMetrics.Psnr(Levels(given), Levels(Checkpoint.ToArray(low)), lowWidth, lowHeight, 0)
        );

        Tensor Enlarged(float[] small) =>
            _config.Kind == RunKind.Srcnn && Data.Reduction.Kernel(_config.Interpolation) is { } kernel
                ? tensor(Resampler.Resize(small, lowWidth, lowHeight, width, height, kernel), [1, 1, height, width]).to(_device)
                : tensor(small, [1, 1, lowHeight, lowWidth]).to(_device);

        float[] Ordinary(LumaImage image)
        {
            FilePlanes large = image.ToFile(0, 0, width, height);
            OrdinaryReductions pictures = new OrdinaryReductions(scale, RunKind.Photo);
            SmallBy by = image.Colour is null ? SmallBy.Bicubic : SmallBy.Area;
            return _config.Kind == RunKind.Cleanup
                ? pictures.MakeJpeg(large, by, ValidationQuality)
                : pictures.Make(large, by, Damage.None, ref random);
        }

        static float[] Levels(float[] values) => Array.ConvertAll(values, value => value * 255f);
    }

    /// <summary>The whole state.</summary>
    internal Checkpoint Snapshot()
    {
        Dictionary<string, float[]> vectors = new Dictionary<string, float[]>
        {
            [Checkpoint.AverageName] = Checkpoint.ToArray(_average),
            [Checkpoint.WeightsName] = Checkpoint.ToArray(_weights),
        };
        foreach ((string? name, Tensor? values) in _optimiser.State)
        {
            vectors[name] = Checkpoint.ToArray(values);
        }

        return new Checkpoint(_config, _progress, vectors);
    }

    private void Restore(Checkpoint checkpoint)
    {
        if (!checkpoint.IsFull)
        {
            throw new TrainerException(
                "This checkpoint holds weights alone. Start a new run from it with \"init\" instead of resuming it."
            );
        }

        using IDisposable noGrad = no_grad();
        foreach (
            (string? name, Tensor? target) in _optimiser
                .State.Append((Checkpoint.AverageName, _average))
                .Append((Checkpoint.WeightsName, _weights))
        )
        {
            using Tensor values = tensor(checkpoint.Vectors[name]);
            target.copy_(values);
        }

        _progress = checkpoint.Progress;
    }

    public void Dispose()
    {
        _pool.Dispose();
        foreach (TrainingWorker worker in _workers)
        {
            worker.Dispose();
        }

        _averageViews.Dispose();
        _optimiser.Dispose();
        _average.Dispose();
        _weights.Dispose();
    }
}
