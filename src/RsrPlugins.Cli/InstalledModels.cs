// The tool's side of a session: the device the user named is a demand, and the catalogue is read once for a command. Networks and
// runtime are opened when the first picture needs them: a mistyped file name is then reported as that, and not as a missing runtime,
// and `models list` works where no runtime loads.
using RsrPlugins.Core;
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Refinement;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Cli;

internal sealed class InstalledModels : IDisposable
{
    private readonly ResizeSession _session;
    private readonly SessionSettings _settings;
    private ModelCatalogue? _catalogue;

    public InstalledModels(DeviceChoice device, int threads = 0, string? folder = null, EngineKind cpuEngine = EngineKind.Own)
    {
        _session = new ResizeSession(
            folder is null ? ModelCatalogue.LoadDefault : () => ModelCatalogue.Load(folder),
            options => new InferenceEngine(options with { CpuEngine = cpuEngine })
        );
        _settings = new SessionSettings(device, DeviceIsRequired: device == DeviceChoice.DirectML, threads);
    }

    /// <exception cref="ModelException">models.json is missing or not understood.</exception>
    public ModelCatalogue Catalogue => _catalogue ??= _session.Models();

    /// <exception cref="RuntimeLibraryException">The runtime is missing, or it lacks the device asked for.</exception>
    public IInferenceEngine Engine => _session.Engine(_settings);

    /// <summary>Resizes a picture; the last margin stays on for the writer to cut.</summary>
    /// <exception cref="RsrException">Any failure of the engine.</exception>
    public SessionResult Resize(PixelImage source, ResizeWay way, IProgress<double>? progress, CancellationToken cancellationToken) =>
        _session.Resize(source, way, _settings, progress, keepLastMargin: true, cancellationToken);

    /// <summary>Corrects small pictures of the learned pair; null for an effort of 0.</summary>
    /// <exception cref="ModelException">The gradient is missing or damaged.</exception>
    public LumaRefiner? Refiner(int scale, int effort) =>
        effort == 0
            ? null
            : new LumaRefiner(
                Engine.Open(Catalogue.Find(NetworkTask.Gradient, ModelKind.Learned, scale)),
                effort,
                new ResizeSettings(_settings.Threads)
            );

    /// <summary>A device as users know it.</summary>
    public static string NameOf(DeviceKind device) => device == DeviceKind.Cpu ? "CPU" : "DirectML";

    /// <summary>Whose code runs a network, as users know it.</summary>
    public static string NameOf(EngineKind engine) => engine == EngineKind.Own ? "own" : "onnxruntime";

    /// <summary>Device and engine, for a report: "CPU", "CPU with ONNX Runtime", "DirectML".</summary>
    public static string NameOf(INetwork network) =>
        network.Device == DeviceKind.Cpu && network.Engine == EngineKind.OnnxRuntime ? "CPU with ONNX Runtime" : NameOf(network.Device);

    public void Dispose() => _session.Dispose();
}
