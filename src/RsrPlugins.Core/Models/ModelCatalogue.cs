// models.json beside the ONNX files says what is installed. A file is hashed when it is opened, not when the list is read,
// so that listing is instant and a damaged file is found before the runtime sees it.
namespace RsrPlugins.Core.Models;

/// <summary>The installed models of one folder.</summary>
public sealed class ModelCatalogue
{
    private ModelCatalogue(string folder, IReadOnlyList<ModelDescriptor> models)
    {
        Folder = folder;
        Models = models;
    }

    public string Folder { get; }

    /// <summary>Rows of models.json whose ONNX file exists, in file order (an installer may leave scales out).</summary>
    public IReadOnlyList<ModelDescriptor> Models { get; }

    /// <summary>Reads models.json of a folder.</summary>
    /// <exception cref="ModelException">The folder or models.json is missing or not understood.</exception>
    public static ModelCatalogue Load(string folder) => throw new NotImplementedException(folder);

    /// <summary>The folder "models" beside the engine's own assembly, or RSR_MODELS where that is set.</summary>
    public static ModelCatalogue LoadDefault() => throw new NotImplementedException();

    /// <summary>Scale factors for which such a network is installed, ascending.</summary>
    public IReadOnlyList<int> Scales(NetworkKind network, ModelKind kind) => throw new NotImplementedException();

    /// <summary>Finds a network.</summary>
    /// <exception cref="ModelException">Not installed; the message names the scales that are.</exception>
    public ModelDescriptor Find(NetworkKind network, ModelKind kind, int scale) => throw new NotImplementedException();

    /// <summary>Reads a model's bytes and checks length and SHA-256.</summary>
    /// <exception cref="ModelException">Missing, wrong length or wrong hash: says expected and found.</exception>
    public static byte[] ReadVerified(ModelDescriptor model) => throw new NotImplementedException();
}
