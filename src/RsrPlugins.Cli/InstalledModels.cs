// The installed networks and the runtime, opened when the first picture needs them: a mistyped file name is then reported
// as that, and not as a missing runtime, and `models list` works where no runtime loads.
using RsrPlugins.Core;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;

namespace RsrPlugins.Cli;

internal sealed class InstalledModels(DeviceChoice device, int threads = 0, string? folder = null) : IDisposable
{
    private ModelCatalogue? _catalogue;
    private OnnxRuntimeEngine? _engine;

    /// <exception cref="ModelException">models.json is missing or not understood.</exception>
    public ModelCatalogue Catalogue => _catalogue ??= folder is null ? ModelCatalogue.LoadDefault() : ModelCatalogue.Load(folder);

    /// <exception cref="RuntimeLibraryException">The runtime is missing, or the device asked for is not to be had.</exception>
    public IInferenceEngine Engine => _engine ??= new OnnxRuntimeEngine(new InferenceOptions(device));

    public LearnedResizer Resizer(ModelDescriptor model) => new(Engine.Open(model), new ResizeSettings(threads));

    /// <summary>A device as users know it.</summary>
    public static string NameOf(DeviceKind device) => device == DeviceKind.Cpu ? "CPU" : "DirectML";

    public void Dispose() => _engine?.Dispose();
}
