// The training loop, to be read from top to bottom: Run, then TrainStep, then Validate.
using System.Diagnostics;
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
/// <param name="Loss">Mean loss since the last report, in 8-bit levels (255 times the L1 loss).</param>
/// <param name="Rate">The schedule's factor.</param>
/// <param name="KilopixelsPerSecond">HR kilopixels per second since the last report.</param>
/// <param name="ValidationPsnr">PSNR of the validation set in dB where this report follows a validation.</param>
internal sealed record TrainingReport(long Step, double Seconds, double Progress, double Megapixels, double Loss, double Rate, double KilopixelsPerSecond, double? ValidationPsnr);

/// <summary>A training run.</summary>
internal sealed class TrainingRun : IDisposable
{
    private const double ReportSeconds = 5;

    private readonly TrainingConfig _config;
    private readonly CropSampler _crops;
    private readonly IReadOnlyList<LumaImage> _validation;
    private readonly ParameterLayout _layout;
    private readonly Device _device;
    private readonly Tensor _weights;
    private readonly Tensor _average;
    private readonly Optimiser _optimiser;
    private readonly WorkerPool _pool;
    private readonly Worker[] _workers;
    private readonly ParameterViews _averageViews;
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
        var workers = _device.type == DeviceType.CPU ? config.Workers : 1;
        _pool = new WorkerPool(workers);
        using (var initial = _layout.Initialise(config.Seed))
        {
            _weights = initial.to(_device, copy: true);
        }

        _average = _weights.clone();
        _optimiser = new Optimiser(_layout, _device, config);
        if (resume is not null)
        {
            Restore(resume);
        }
        else if (config.Init is not null)
        {
            var source = Checkpoint.Load(config.Init);
            using var other = tensor(source.Vectors[Checkpoint.AverageName]).to(_device);
            NewLayers = _layout.CopyFrom(_weights, source.Layout, other);
            _average.copy_(_weights);
        }

        _workers = [.. Enumerable.Range(0, workers).Select(_ => new Worker(config, _layout, _weights))];
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
        var clock = Stopwatch.StartNew();
        var secondsBefore = _progress.Seconds;
        var sinceReport = (Seconds: clock.Elapsed.TotalSeconds, Step: _progress.Step, Loss: 0.0);
        var lastCheckpoint = clock.Elapsed.TotalSeconds;
        var lastValidation = clock.Elapsed.TotalSeconds;
        var rate = 0.0;
        while (Done(_progress) < 1 && !cancellationToken.IsCancellationRequested)
        {
            var step = _progress.Step + 1;
            rate = Schedule.Rate(_config, step, Done(_progress));
            sinceReport.Loss += TrainStep(step, rate);
            var now = clock.Elapsed.TotalSeconds;
            _progress = _progress with { Step = step, Seconds = secondsBefore + now };
            if (now - lastValidation > 60 * _config.ValidationMinutes)
            {
                Report(ValidateAndKeepBest());
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
            Report(ValidateAndKeepBest());
        }

        save(Snapshot());

        void Report(double? psnr)
        {
            var now = clock.Elapsed.TotalSeconds;
            var steps = _progress.Step - sinceReport.Step;
            var pixelsPerStep = (double)_config.Batch * _config.Patch * _config.Patch;
            report(new TrainingReport(
                _progress.Step,
                _progress.Seconds,
                Done(_progress),
                _progress.Step * pixelsPerStep / 1e6,
                255 * sinceReport.Loss / Math.Max(1, steps),
                rate,
                steps * pixelsPerStep / 1e3 / (now - sinceReport.Seconds),
                psnr));
            sinceReport = (now, _progress.Step, 0);
        }
    }

    private double Done(TrainingProgress progress) => _config.Steps is { } steps ? (double)progress.Step / steps : progress.Seconds / (60 * _config.Minutes);

    /// <summary>One update; returns the loss.</summary>
    private double TrainStep(long step, double rate)
    {
        _pool.Run(index => _workers[index].ComputeGradient(_crops, step, index * (_config.Batch / _workers.Length)));
        using var scope = NewDisposeScope();
        var gradient = _workers[0].Gradient;
        foreach (var worker in _workers[1..])
        {
            gradient.add_(worker.Gradient);
        }

        using Scalar workers = _workers.Length;
        gradient.div_(workers);
        var loss = _workers.Average(worker => worker.Loss);
        if (!double.IsFinite(loss) || !float.IsFinite(gradient.sum().item<float>()))
        {
            throw new TrainerException($"Step {step}: the loss ({loss}) or its gradient is not finite. The last checkpoint is good: lower muonRate or adamRate and resume.");
        }

        _optimiser.Step(_weights, gradient, step, rate);

        // The average of a young run must not remember its initialisation.
        var decay = Math.Min(_config.AverageDecay, (1.0 + step) / (10 + step));
        using var noGrad = no_grad();
        using Scalar kept = decay;
        using Scalar added = 1 - decay;
        _average.mul_(kept).add_(_weights, added);
        return loss;
    }

    private double ValidateAndKeepBest()
    {
        var psnr = Validate();
        if (psnr > _progress.BestPsnr)
        {
            _progress = _progress with { BestPsnr = psnr, BestStep = _progress.Step };
        }

        return psnr;
    }

    /// <summary>Mean PSNR of the averaged weights over the validation set by the protocol: 8-bit LR, 8-bit result, d border pixels shaved off.</summary>
    internal double Validate()
    {
        var psnr = new double[_validation.Count];
        var next = -1;
        _pool.Run(_ =>
        {
            using var noGrad = no_grad();
            var rrNet = new RRNet(_config.Scale, _averageViews);
            var srNet = new SRNet(_config.Scale, _averageViews);
            for (var i = Interlocked.Increment(ref next); i < psnr.Length; i = Interlocked.Increment(ref next))
            {
                using var scope = NewDisposeScope();
                var image = _validation[i];
                var high = tensor(image.ToUnit(), [1, 1, image.Height, image.Width]).to(_device);
                var restored = srNet.Forward(rrNet.Forward(high)).clamp(Constants.Zero, Constants.One).mul(Constants.Levels).round().div(Constants.Levels);
                var d = _config.Scale;
                var difference = (restored - high).slice(2, d, image.Height - d, 1).slice(3, d, image.Width - d, 1);
                psnr[i] = -10 * Math.Log10(difference.square().mean().item<float>());
            }
        });
        return psnr.Average();
    }

    /// <summary>The whole state.</summary>
    internal Checkpoint Snapshot()
    {
        var vectors = new Dictionary<string, float[]>
        {
            [Checkpoint.AverageName] = Checkpoint.ToArray(_average),
            [Checkpoint.WeightsName] = Checkpoint.ToArray(_weights),
        };
        foreach (var (name, values) in _optimiser.State)
        {
            vectors[name] = Checkpoint.ToArray(values);
        }

        return new Checkpoint(_config, _progress, vectors);
    }

    private void Restore(Checkpoint checkpoint)
    {
        if (!checkpoint.IsFull)
        {
            throw new TrainerException("This checkpoint holds weights alone. Start a new run from it with \"init\" instead of resuming it.");
        }

        using var noGrad = no_grad();
        foreach (var (name, target) in _optimiser.State.Append((Checkpoint.AverageName, _average)).Append((Checkpoint.WeightsName, _weights)))
        {
            using var values = tensor(checkpoint.Vectors[name]);
            target.copy_(values);
        }

        _progress = checkpoint.Progress;
    }

    public void Dispose()
    {
        _pool.Dispose();
        foreach (var worker in _workers)
        {
            worker.Dispose();
        }

        _averageViews.Dispose();
        _optimiser.Dispose();
        _average.Dispose();
        _weights.Dispose();
    }

    /// <summary>A part of each batch: its own gradient over the shared weights.</summary>
    private sealed class Worker : IDisposable
    {
        private readonly ParameterViews _views;
        private readonly RRNet _rrNet;
        private readonly SRNet _srNet;
        private readonly int _seed;
        private readonly float[] _high;
        private readonly long[] _shape;
        private readonly Device _device;

        internal Worker(TrainingConfig config, ParameterLayout layout, Tensor weights)
        {
            _views = new ParameterViews(layout, weights, train: true);
            _rrNet = new RRNet(config.Scale, _views);
            _srNet = new SRNet(config.Scale, _views);
            _seed = config.Seed;
            _device = weights.device;
            var samples = config.Batch / (weights.device_type == DeviceType.CPU ? config.Workers : 1);
            _shape = [samples, 1, config.Patch, config.Patch];
            _high = new float[samples * config.Patch * config.Patch];
        }

        internal Tensor Gradient => _views.Gradient!;

        internal double Loss { get; private set; }

        internal void ComputeGradient(CropSampler crops, long step, int firstSample)
        {
            var pixels = crops.Patch * crops.Patch;
            for (var i = 0; i < _high.Length / pixels; i++)
            {
                crops.Sample(new SampleRandom(_seed, step, firstSample + i), _high.AsSpan(i * pixels, pixels));
            }

            using var scope = NewDisposeScope();
            using (no_grad())
            {
                Gradient.zero_();
            }

            var high = tensor(_high, _shape).to(_device);
            var restored = _srNet.Forward(_rrNet.Forward(high));
            var loss = nn.functional.l1_loss(restored, high);
            loss.backward();
            Loss = loss.item<float>();
        }

        public void Dispose() => _views.Dispose();
    }
}
