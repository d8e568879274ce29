// The installed networks and the runtime, opened when the first picture needs them: a mistyped file name is then reported
// as that, and not as a missing runtime, and `models list` works where no runtime loads.
using RsrPlugins.Core;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Refinement;

namespace RsrPlugins.Cli;

internal sealed class InstalledModels(DeviceChoice device, int threads = 0, string? folder = null) : IDisposable
{
    private ModelCatalogue? _catalogue;
    private OnnxRuntimeEngine? _engine;

    /// <exception cref="ModelException">models.json is missing or not understood.</exception>
    public ModelCatalogue Catalogue => _catalogue ??= folder is null ? ModelCatalogue.LoadDefault() : ModelCatalogue.Load(folder);

    /// <exception cref="RuntimeLibraryException">The runtime is missing, or the device asked for is not to be had.</exception>
    public IInferenceEngine Engine => _engine ??= new OnnxRuntimeEngine(new InferenceOptions(device));

    /// <param name="model">The network.</param>
    /// <param name="effort">Passes that correct an RRNet's picture; 0 for none, and for every other network.</param>
    /// <exception cref="ModelException">A model is missing or damaged.</exception>
    public LearnedResizer Resizer(ModelDescriptor model, int effort = 0) => new(Engine.Open(model), new ResizeSettings(threads), Refiner(model.Scale, effort));

    /// <summary>Corrects small pictures of the learned pair; null for an effort of 0.</summary>
    /// <exception cref="ModelException">The gradient is missing or damaged.</exception>
    public LumaRefiner? Refiner(int scale, int effort) =>
        effort == 0 ? null : new LumaRefiner(Engine.Open(Gradient(Catalogue, scale)), effort, new ResizeSettings(threads));

    /// <summary>The gradient of the learned pair's SRNet.</summary>
    /// <exception cref="ModelException">Not installed.</exception>
    public static ModelDescriptor Gradient(ModelCatalogue catalogue, int scale) => catalogue.Find(NetworkTask.Gradient, ModelKind.Learned, scale);

    /// <summary>A device as users know it.</summary>
    public static string NameOf(DeviceKind device) => device == DeviceKind.Cpu ? "CPU" : "DirectML";

    public void Dispose() => _engine?.Dispose();
}
