// The seam's real side. Every model has one input and one output, float32 or float16 [N, planes, H, W]; anything else is refused when it is
// opened, not when it is run. What the two are called does not matter.
using System.Text;
using RsrPlugins.Core.Models;

namespace RsrPlugins.Core.Inference.OnnxRuntime;

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
                refusals.Add($"{name} does not support DirectML: {exception.Message}");
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
                Port input = Checked(model, "input", model.Shape.Input.Count, _api.Describe(session, outputs: false));
                Port output = Checked(model, "output", model.Shape.Output.Count, _api.Describe(session, outputs: true));
                return new Session(model, _api, _memoryInfo, session, input, output);
            }
            catch
            {
                session.Dispose();
                throw;
            }
        }
        catch (OrtStatusException exception)
            when (exception.Code is OrtErrorCode.NoModel or OrtErrorCode.InvalidProtobuf or OrtErrorCode.InvalidGraph)
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

    /// <summary>The one input or output there must be.</summary>
    private static Port Checked(
        ModelDescriptor model,
        string role,
        int planes,
        IReadOnlyList<(string Name, int ElementType, long[] Dimensions)> found
    )
    {
        const int Float32 = 1;
        const int Float16 = 10;
        static bool Free(long dimension) => dimension < 1;

        // The output's channels follow from the input's; graphs written by others often do not repeat them.
        if (
            found is [{ ElementType: Float32 or Float16, Dimensions: [var n, var channels, var height, var width] } only]
            && (channels == planes || (role == "output" && Free(channels)))
            && (n == 1 || Free(n))
            && (role == "output" || (Free(height) && Free(width)))
        )
        {
            return new Port([.. Encoding.UTF8.GetBytes(only.Name), 0], only.ElementType == Float16);
        }

        string names = string.Join(
            ", ",
            found.Select(tensor =>
                $"\"{tensor.Name}\" [{string.Join(", ", tensor.Dimensions.Select(d => Free(d) ? "?" : $"{d}"))}] of element type {tensor.ElementType}"
            )
        );
        throw new ModelException(
            $"{model.FilePath} has the wrong {role}: expected one [?, {planes}, ?, ?] of element type {Float32} (float32) or {Float16} (float16), found {names}. Reinstall the models."
        );
    }

    /// <summary>An input or output of a session.</summary>
    /// <param name="Name">UTF-8, ended by a zero.</param>
    /// <param name="IsHalf">Values are float16; the caller's are float32 all the same.</param>
    private sealed record Port(byte[] Name, bool IsHalf);

    private sealed class Session(
        ModelDescriptor model,
        OnnxRuntimeApi api,
        OrtHandle memoryInfo,
        OrtHandle session,
        Port input,
        Port output
    ) : ISession
    {
        public unsafe void Run(
            nint inputData,
            int width,
            int height,
            nint outputData,
            int outputWidth,
            int outputHeight,
            CancellationToken cancellationToken
        )
        {
            cancellationToken.ThrowIfCancellationRequested();

            // The reference keeps the session, and with it memory info and environment, should the engine be disposed meanwhile.
            bool held = false;
            try
            {
                session.DangerousAddRef(ref held);
                int inputLength = checked(width * height * model.Shape.Input.Count),
                    outputLength = checked(outputWidth * outputHeight * model.Shape.Output.Count);
                Half[] halfInput = input.IsHalf ? ToHalf(new ReadOnlySpan<float>((float*)inputData, inputLength)) : [];
                Half[] halfOutput = output.IsHalf ? new Half[outputLength] : [];
                fixed (
                    Half* halfInputData = halfInput,
                        halfOutputData = halfOutput
                )
                {
                    using OrtHandle inputTensor = api.CreateTensor(
                        memoryInfo,
                        input.IsHalf ? (nint)halfInputData : inputData,
                        model.Shape.Input.Count,
                        width,
                        height,
                        input.IsHalf
                    );
                    using OrtHandle outputTensor = api.CreateTensor(
                        memoryInfo,
                        output.IsHalf ? (nint)halfOutputData : outputData,
                        model.Shape.Output.Count,
                        outputWidth,
                        outputHeight,
                        output.IsHalf
                    );
                    using OrtHandle runOptions = api.CreateRunOptions();

                    // Disposed before the options are: disposing a registration waits for its callback.
                    using CancellationTokenRegistration stop = cancellationToken.UnsafeRegister(_ => api.Terminate(runOptions), null);
                    api.Run(session, runOptions, input.Name, inputTensor, output.Name, outputTensor);
                }

                if (output.IsHalf)
                {
                    for (int i = 0; i < halfOutput.Length; i++)
                    {
                        ((float*)outputData)[i] = (float)halfOutput[i];
                    }
                }
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

        private static Half[] ToHalf(ReadOnlySpan<float> values)
        {
            Half[] half = new Half[values.Length];
            for (int i = 0; i < half.Length; i++)
            {
                half[i] = (Half)values[i];
            }

            return half;
        }

        public void Dispose() => session.Dispose();
    }
}
