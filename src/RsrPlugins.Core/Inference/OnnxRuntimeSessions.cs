// The seam's real side. Every model has one input "input", float [N, planes, H, W], and one output "output", float [N, planes, H, W]; anything else is not
// a network of ours and is refused when it is opened, by name and shape, not when it is run.
using RsrPlugins.Core.Models;

namespace RsrPlugins.Core.Inference;

/// <summary>Sessions of ONNX Runtime.</summary>
internal sealed class OnnxRuntimeSessionFactory : ISessionFactory
{
    private readonly OnnxRuntimeApi _api;
    private readonly OrtHandle _environment;
    private readonly OrtHandle _memoryInfo;
    private int _adapterIndex;

    /// <exception cref="RuntimeLibraryException">The library is missing, does not load, or is too old.</exception>
    public OnnxRuntimeSessionFactory(string? runtimePath)
    {
        _api = OnnxRuntimeApi.Load(RuntimeLocator.Find(runtimePath));
        HasDirectML = _api.AvailableProviders().Contains("DmlExecutionProvider");
        _environment = _api.CreateEnvironment();
        _memoryInfo = _api.CreateCpuMemoryInfo(_environment);
    }

    public string RuntimeVersion => _api.Version;

    public bool HasDirectML { get; }

    public string FindDirectMLAdapter(long? adapterLuid)
    {
        List<string> refusals = new List<string>();
        foreach ((int index, string name) in DxgiAdapters.InOrder(adapterLuid))
        {
            try
            {
                using OrtHandle options = _api.CreateSessionOptions();
                _api.AppendDirectML(options, index);
                _adapterIndex = index;
                return name;
            }
            catch (OrtStatusException exception)
            {
                refusals.Add($"{name} does not answer to DirectML: {exception.Message}");
            }
        }

        throw new InferenceException(string.Join(' ', refusals));
    }

    public ISession Create(ModelDescriptor model, byte[] bytes, DeviceKind device)
    {
        try
        {
            using OrtHandle options = _api.CreateSessionOptions();
            if (device == DeviceKind.DirectML)
            {
                _api.AppendDirectML(options, _adapterIndex);
            }

            OrtHandle session = _api.CreateSession(_environment, bytes, options, _memoryInfo);
            try
            {
                CheckTensor(model, "input", model.Shape.Input.Count, _api.Describe(session, outputs: false));
                CheckTensor(model, "output", model.Shape.Output.Count, _api.Describe(session, outputs: true));
            }
            catch
            {
                session.Dispose();
                throw;
            }

            return new Session(model, _api, _memoryInfo, session);
        }
        catch (OrtStatusException exception) when (exception.Code is OrtErrorCode.NoModel or OrtErrorCode.InvalidProtobuf or OrtErrorCode.InvalidGraph)
        {
            throw new ModelException($"{model.FilePath} is not a valid ONNX model: {exception.Message} Reinstall the models.", exception);
        }
        catch (OrtStatusException exception)
        {
            throw new InferenceException($"{model.Id} cannot be opened on {device}: {exception.Message}", exception);
        }
    }

    public void Dispose()
    {
        _memoryInfo.Dispose();
        _environment.Dispose();
    }

    private static void CheckTensor(ModelDescriptor model, string expected, int planes, IReadOnlyList<(string Name, int ElementType, long[] Dimensions)> found)
    {
        const int Float = 1;
        static bool Free(long dimension) => dimension < 1;
        bool fits = found is [{ ElementType: Float, Dimensions: [var n, var channels, var height, var width] } only]
            && only.Name == expected && channels == planes && (n == 1 || Free(n)) && Free(height) && Free(width);
        if (!fits)
        {
            string names = string.Join(", ", found.Select(tensor => $"\"{tensor.Name}\" [{string.Join(", ", tensor.Dimensions.Select(d => Free(d) ? "?" : $"{d}"))}] of element type {tensor.ElementType}"));
            throw new ModelException($"{model.FilePath} has the wrong {expected}: expected \"{expected}\" [?, {planes}, ?, ?] of element type {Float} (float), found {names}. Reinstall the models.");
        }
    }

    private sealed class Session(ModelDescriptor model, OnnxRuntimeApi api, OrtHandle memoryInfo, OrtHandle session) : ISession
    {
        public void Run(nint input, int width, int height, nint output, int outputWidth, int outputHeight, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // The reference keeps the session, and with it memory info and environment, should the engine be disposed meanwhile.
            bool held = false;
            try
            {
                session.DangerousAddRef(ref held);
                using OrtHandle inputTensor = api.CreateTensor(memoryInfo, input, model.Shape.Input.Count, width, height);
                using OrtHandle outputTensor = api.CreateTensor(memoryInfo, output, model.Shape.Output.Count, outputWidth, outputHeight);
                using OrtHandle runOptions = api.CreateRunOptions();

                // Disposed before the options are: disposing a registration waits for its callback.
                using CancellationTokenRegistration stop = cancellationToken.UnsafeRegister(_ => api.Terminate(runOptions), null);
                api.Run(session, runOptions, "input\0"u8, inputTensor, "output\0"u8, outputTensor);
            }
            catch (OrtStatusException exception)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new InferenceException($"{model.Id} failed on {width} x {height} pixels: {exception.Message}", exception);
            }
            finally
            {
                if (held)
                {
                    session.DangerousRelease();
                }
            }
        }

        public void Dispose() => session.Dispose();
    }
}
