// The engine opens models from files, by their row, and checks their hash. A model that is not proven yet must not be in the
// folder of models, so it is staged in a temporary one and opened there exactly as the product will open it.
using System.Security.Cryptography;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;

namespace RsrPlugins.Trainer.Export;

/// <summary>Opens models that are still in memory with the product's engine, on the CPU.</summary>
/// <param name="cpuEngine">Whose code runs them: the product's, or ONNX Runtime where networks of several kinds are compared in
/// speed.</param>
internal sealed class StagedModels(EngineKind cpuEngine = EngineKind.Own) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rsr-train-");
    private readonly InferenceEngine _engine = new(new InferenceOptions(DeviceChoice.Cpu, CpuEngine: cpuEngine));

    /// <summary>Version of ONNX Runtime, for example "1.31.1"; null while nothing has needed it.</summary>
    internal string? RuntimeVersion => _engine.RuntimeVersion;

    /// <summary>Opens a model. Owned by this object.</summary>
    internal INetwork Open(ModelRow row, byte[] onnx) =>
        Open(row.Id, row.Network, Enum.Parse<ModelKind>(row.Kind, ignoreCase: true), row.Scale, row.Shape, row.Pair, onnx);

    /// <summary>Opens a network that is not of this product; its shape is read out of its graph.</summary>
    /// <param name="name">Names it in messages.</param>
    /// <param name="onnx">A network that makes luma of luma.</param>
    internal INetwork OpenForeign(string name, byte[] onnx)
    {
        NetworkShape shape = ModelExporter.ShapeOf(name, onnx, isGradient: false);
        return Open(name, name, ModelKind.Baseline, shape.Factor, shape, null, onnx);
    }

    /// <summary>Opens a model of a folder; null if it has no such model.</summary>
    internal INetwork? OpenExisting(string folder, string id) =>
        ModelFolder.Read(folder).Any(row => row.Id == id)
        && ModelCatalogue.Load(folder).Models.FirstOrDefault(model => model.Id == id) is { } found
            ? _engine.Open(found)
            : null;

    public void Dispose()
    {
        _engine.Dispose();
        _folder.Delete(recursive: true);
    }

    private INetwork Open(string id, string network, ModelKind kind, int scale, NetworkShape shape, string? pair, byte[] onnx)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(onnx));
        string path = Path.Combine(_folder.FullName, $"{id}-{hash}.onnx");
        File.WriteAllBytes(path, onnx);
        return _engine.Open(new ModelDescriptor(id, network, kind, scale, path, string.Empty, onnx.Length, hash, shape, pair));
    }
}
