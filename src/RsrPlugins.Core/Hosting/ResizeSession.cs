// What every host needs around the engine, once: networks found and opened when a picture needs them, the GPU tried and the CPU
// taken where it fails, steps chained to an exact size, one progress. A host decides what to resize and says what happened; it has
// no rules of its own about networks, devices or sizes.
//
// One engine per choice of device, made at first use and kept: it keeps one session per model, so moving a slider or doing the next
// picture opens nothing again.
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Refinement;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Core.Sizes;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Hosting;

/// <summary>The GPU a host draws with.</summary>
/// <param name="Luid">LUID of its DXGI adapter.</param>
/// <param name="IsSoftware">It is drawn in software: slower than the CPU by itself.</param>
public sealed record GpuPreference(long Luid, bool IsSoftware);

/// <summary>How a session goes about a picture; never changes a byte of the result but for what a GPU computes otherwise.</summary>
/// <param name="Device">auto, cpu or directml.</param>
/// <param name="DeviceIsRequired">True: where the device asked for fails, so does the picture. False: the CPU does it.</param>
/// <param name="Threads">Tiles at once on the CPU; 0 = one per core.</param>
/// <param name="Gpu">Asked once, when an engine for a GPU is made: the one to prefer; null lets the engine choose.</param>
public sealed record SessionSettings(
    DeviceChoice Device = DeviceChoice.Auto,
    bool DeviceIsRequired = false,
    int Threads = 0,
    Func<GpuPreference?>? Gpu = null
);

/// <summary>A resized picture.</summary>
/// <param name="Picture">The result.</param>
/// <param name="Device">What its networks ran on; null where there was none.</param>
public sealed record SessionResult(PixelImage Picture, DeviceKind? Device);

/// <summary>Networks, devices and pictures of one host. Thread-safe.</summary>
public sealed class ResizeSession : IDisposable
{
    // Rows of a classical picture that are there at once, for a blend.
    private const int RowsPerBand = 64;

    private readonly Func<ModelCatalogue> _loadModels;
    private readonly Func<InferenceOptions, IInferenceEngine> _createEngine;
    private readonly Lock _lock = new();
    private readonly Dictionary<DeviceChoice, IInferenceEngine> _engines = [];

    // Read by dialogs without the lock: making an engine takes as long as a driver likes, and no dialog waits for one.
    private volatile IInferenceEngine? _last;
    private volatile string? _gpuFailure;

    /// <param name="loadModels">Gives the catalogue; null for the installed models.</param>
    /// <param name="createEngine">Makes an engine; null for the product's.</param>
    public ResizeSession(Func<ModelCatalogue>? loadModels = null, Func<InferenceOptions, IInferenceEngine>? createEngine = null)
    {
        _loadModels = loadModels ?? ModelCatalogue.LoadDefault;
        _createEngine = createEngine ?? (options => new InferenceEngine(options));
    }

    /// <summary>What the last picture was computed on and why; null before the first.</summary>
    public string? DeviceReport => _gpuFailure is string failure ? $"CPU: the GPU failed. {failure}" : _last?.Decision.Reason;

    /// <summary>The installed models, read anew each time: an installer may have run meanwhile.</summary>
    /// <exception cref="ModelException">The folder or its list is missing or not understood.</exception>
    public ModelCatalogue Models() => _loadModels();

    /// <summary>Resizes a picture along a way; same layout and depth.</summary>
    /// <param name="source">The picture; let go of as soon as the first step is done.</param>
    /// <param name="way">Networks and sizes.</param>
    /// <param name="settings">Device and threads.</param>
    /// <param name="progress">Fraction of the work done, 0 to 1.</param>
    /// <param name="keepLastMargin">
    /// The last network may make a few columns and rows more than the way's size, where a reduction had filled its last block up. True
    /// leaves them on, for a host that cuts while it writes.
    /// </param>
    /// <param name="cancellationToken">Stops within a tile.</param>
    /// <exception cref="RsrException">Any failure of the engine, on the CPU too where that may stand in.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public SessionResult Resize(
        PixelImage source,
        ResizeWay way,
        SessionSettings settings,
        IProgress<double>? progress = null,
        bool keepLastMargin = false,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(way);
        ArgumentNullException.ThrowIfNull(settings);
        return way.Strength == PixelBlend.Whole || way.Steps.Count == 0
            ? Learned(source, way, settings, progress, keepLastMargin, cancellationToken)
            : Blended(source, way, settings, progress, keepLastMargin, cancellationToken);
    }

    private SessionResult Learned(
        PixelImage source,
        ResizeWay way,
        SessionSettings settings,
        IProgress<double>? progress,
        bool keepLastMargin,
        CancellationToken cancellationToken
    )
    {
        double total = Math.Max(1, way.Steps.Sum(step => step.Work) + (way.ClassicalStep ? ResizeWay.ClassicalWork : 0));
        double done = 0;
        DeviceKind? device = null;
        PixelImage picture = source;
        for (int index = 0; index < way.Steps.Count; index++)
        {
            WayStep step = way.Steps[index];
            IProgress<double>? part = PartOfProgress.Of(progress, done / total, (done + step.Work) / total);
            (picture, device) = Run(settings, open => Step(picture, step, settings, open, part, cancellationToken));
            done += step.Work;
            if (index < way.Steps.Count - 1 || way.ClassicalStep || !keepLastMargin)
            {
                picture = Cropping.TopLeft(picture, step.Width, step.Height);
            }
        }

        if (way.ClassicalStep)
        {
            picture = Resampler.Resize(
                picture,
                way.Width,
                way.Height,
                way.ClassicalKernel,
                PartOfProgress.Of(progress, done / total, 1),
                cancellationToken
            );
        }

        return new SessionResult(picture, device);
    }

    private SessionResult Blended(
        PixelImage source,
        ResizeWay way,
        SessionSettings settings,
        IProgress<double>? progress,
        bool keepLastMargin,
        CancellationToken cancellationToken
    )
    {
        if (way.Strength is < 0 or > PixelBlend.Whole || way.Steps.Any(step => step.Model.Shape.Reduces))
        {
            throw new ArgumentException(
                $"A strength of 0 to {PixelBlend.Whole} was expected, for networks that do not reduce; found {way.Strength} for {string.Join(", ", way.ModelIds())}.",
                nameof(way)
            );
        }

        const double NetworkShare = 0.95;
        SessionResult? learned =
            way.Strength == 0
                ? null
                : Learned(source, way, settings, PartOfProgress.Of(progress, 0, NetworkShare), keepLastMargin, cancellationToken);
        WayStep last = way.Steps[^1];
        int factor = way.Steps.Aggregate(1, (product, step) => checked(product * step.Model.Shape.Factor));
        (int width, int height) = (checked(source.Width * factor), checked(source.Height * factor));
        ResampledPicture classical;
        if (!way.ClassicalStep)
        {
            // What the networks made is as large as this, or its top left part where a reduction had filled its last block up.
            classical = new ResampledPicture(source, width, height, way.RestKernel);
        }
        else if ((last.Width, last.Height) == (width, height))
        {
            classical = new ResampledPicture(source, way.Width, way.Height, way.RestKernel);
        }
        else
        {
            PixelImage whole = new ResampledPicture(source, width, height, way.RestKernel).Part(
                new TileRect(0, 0, last.Width, last.Height),
                cancellationToken
            );
            classical = new ResampledPicture(whole, way.Width, way.Height, way.ClassicalKernel);
        }

        PixelImage picture = learned?.Picture ?? PixelImage.Create(way.Width, way.Height, source.Layout, source.BitsPerSample);
        int strength = way.Strength;
        int bands = (picture.Height + RowsPerBand - 1) / RowsPerBand;
        Parallel.For(
            0,
            bands,
            new ParallelOptions
            {
                CancellationToken = cancellationToken,
                MaxDegreeOfParallelism = settings.Threads > 0 ? settings.Threads : Environment.ProcessorCount,
            },
            band =>
            {
                TileRect rows = new TileRect(
                    0,
                    band * RowsPerBand,
                    picture.Width,
                    Math.Min(RowsPerBand, picture.Height - (band * RowsPerBand))
                );
                PixelBlend.Into(picture, 0, rows.Y, classical.Part(rows, CancellationToken.None), strength);
            }
        );
        progress?.Report(1);
        return new SessionResult(picture, learned?.Device);
    }

    /// <summary>
    /// Runs work with networks on the device asked for. Where that is a GPU and it fails, at the start or in the middle, the work is done
    /// again from its beginning on the CPU, unless the device is required.
    /// </summary>
    /// <param name="settings">Device and threads.</param>
    /// <param name="work">Gets what opens the networks it needs; it opens them before it runs one.</param>
    /// <exception cref="RsrException">The CPU failed too, or was asked for and failed.</exception>
    public T Run<T>(SessionSettings settings, Func<Func<ModelDescriptor, INetwork>, T> work)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(work);
        if (settings.DeviceIsRequired)
        {
            return work(Engine(settings).Open);
        }

        if (settings.Device != DeviceChoice.Cpu && _gpuFailure is null)
        {
            List<INetwork> opened = new List<INetwork>();
            bool opening = true;
            try
            {
                IInferenceEngine engine = Engine(settings);
                return work(model =>
                {
                    opening = true;
                    opened.Add(engine.Open(model));
                    opening = false;
                    return opened[^1];
                });
            }
            catch (RuntimeLibraryException exception) when (settings.Device == DeviceChoice.DirectML)
            {
                // DirectML was asked for and is not there; whether the CPU can do it is seen below.
                _gpuFailure = exception.Message;
            }
            catch (InferenceException exception) when (opening || opened.Exists(network => network.Device == DeviceKind.DirectML))
            {
                _gpuFailure = exception.Message;
            }
        }

        return work(Engine(settings with { Device = DeviceChoice.Cpu }).Open);
    }

    /// <summary>The engine for a choice of device, made at first use.</summary>
    /// <exception cref="RuntimeLibraryException">The runtime is missing, or it lacks the device that is required.</exception>
    public IInferenceEngine Engine(SessionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        lock (_lock)
        {
            if (!_engines.TryGetValue(settings.Device, out IInferenceEngine? engine))
            {
                engine = Equivalent(settings.Device) ?? Create(settings);
                _engines.Add(settings.Device, engine);
            }

            return _last = engine;
        }
    }

    /// <summary>Closes all engines.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (IInferenceEngine engine in _engines.Values.Distinct())
            {
                engine.Dispose();
            }

            _engines.Clear();
        }
    }

    private static (PixelImage Picture, DeviceKind? Device) Step(
        PixelImage picture,
        WayStep step,
        SessionSettings settings,
        Func<ModelDescriptor, INetwork> open,
        IProgress<double>? progress,
        CancellationToken cancellationToken
    )
    {
        INetwork network = open(step.Model);
        ResizeSettings resize = new ResizeSettings(settings.Threads);
        LumaRefiner? refiner = step.Gradient is null ? null : new LumaRefiner(open(step.Gradient), step.Passes, resize);
        if (step.MeanWith is null)
        {
            return (new LearnedResizer(network, resize, refiner).Resize(picture, progress, cancellationToken), network.Device);
        }

        INetwork other = open(step.MeanWith);
        double share =
            network.Shape.OperationsPerInputPixel / (network.Shape.OperationsPerInputPixel + other.Shape.OperationsPerInputPixel);
        PixelImage resized = new LearnedResizer(network, resize, refiner).Resize(
            picture,
            PartOfProgress.Of(progress, 0, share),
            cancellationToken
        );
        PixelImage with = new LearnedResizer(other, resize).Resize(picture, PartOfProgress.Of(progress, share, 1), cancellationToken);
        return (PixelMean.Of(resized, with), network.Device);
    }

    // An engine that went to the CPU by itself serves those who ask for the CPU: one session per model and device.
    private IInferenceEngine? Equivalent(DeviceChoice choice) =>
        choice == DeviceChoice.Cpu
        && _engines.TryGetValue(DeviceChoice.Auto, out IInferenceEngine? automatic)
        && automatic.Decision.Device == DeviceKind.Cpu
            ? automatic
            : null;

    private IInferenceEngine Create(SessionSettings settings)
    {
        if (settings.Device == DeviceChoice.Cpu)
        {
            return _createEngine(new InferenceOptions(DeviceChoice.Cpu));
        }

        GpuPreference? preferred = settings.Gpu?.Invoke();
        // Who draws in software does not want to wait for a GPU that is none.
        return settings.Device == DeviceChoice.Auto && preferred is { IsSoftware: true }
            ? _createEngine(new InferenceOptions(DeviceChoice.Cpu))
            : _createEngine(new InferenceOptions(settings.Device, DirectMLAdapterLuid: preferred?.Luid));
    }
}
