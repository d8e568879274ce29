// ONNX Runtime through its C ABI; see OnnxRuntimeApi for why there is no managed package in between.
using RsrPlugins.Core.Models;

namespace RsrPlugins.Core.Inference;

/// <summary>The engine of the product: loads the runtime library, chooses the device, keeps sessions.</summary>
public sealed class OnnxRuntimeEngine : IInferenceEngine
{
    /// <exception cref="RuntimeLibraryException">The library is missing, too old, or DirectML was demanded and is not to be had.</exception>
    public OnnxRuntimeEngine(InferenceOptions options) => throw new NotImplementedException(options.ToString());

    public string RuntimeVersion => throw new NotImplementedException();

    public DeviceDecision Decision => throw new NotImplementedException();

    public INetwork Open(ModelDescriptor model) => throw new NotImplementedException();

    public void Dispose()
    {
    }
}
