// The rules above the seam: which device, whose code, what when a device fails. ONNX Runtime itself is below (OnnxRuntimeSessions,
// OnnxRuntimeApi), which is why a test can let a GPU die in the middle of a run; so is our own engine (Cpu/), which does without it. ONNX
// Runtime is loaded when something needs it: DirectML, or a network that our own engine does not know.
using System.Numerics;
using System.Runtime.InteropServices;
using RsrPlugins.Core.Inference.Cpu;
using RsrPlugins.Core.Inference.OnnxRuntime;
using RsrPlugins.Core.Models;

namespace RsrPlugins.Core.Inference.Engine;

/// <summary>The engine of the product: loads the runtime library, chooses the device, keeps sessions.</summary>
public sealed class InferenceEngine : IInferenceEngine
{
    /// <summary>Side of the picture a new session is tried on, in blocks of its network.</summary>
    private const int ProbeBlocks = 8;

    private readonly InferenceOptions _options;
    private readonly Lazy<ISessionFactory> _sessions;
    private readonly Dictionary<(string Id, string Path, string Hash), Network> _networks = [];

    /// <summary>Guards the networks and session making, which may take a second; never held during a run.</summary>
    private readonly Lock _gate = new();

    /// <summary>Held during a run on the GPU: DirectML sessions run one at a time.</summary>
    private readonly Lock _gpu = new();

    /// <summary>Guards changes of the decision alone, so that asking for it never waits for a session.</summary>
    private readonly Lock _deciding = new();
    private volatile DeviceDecision _decision;
    private bool _disposed;

    /// <exception cref="RuntimeLibraryException">
    /// The library named in the options is missing or too old, as is the installed one where DirectML is possible, or DirectML was demanded
    /// and is not available.
    /// </exception>
    public InferenceEngine(InferenceOptions options)
        : this(options, null) { }

    /// <param name="options">What the user asked for.</param>
    /// <param name="sessions">Another runtime than the installed one, for tests.</param>
    internal InferenceEngine(InferenceOptions options, ISessionFactory? sessions)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _sessions = new Lazy<ISessionFactory>(() => sessions ?? new OnnxRuntimeSessionFactory(options.RuntimePath));

        // A library somebody names is wanted, and on Windows it may have DirectML; else it is loaded when it is needed.
        bool isNeeded =
            sessions is not null || options.RuntimePath is not null || (options.Device != DeviceChoice.Cpu && OperatingSystem.IsWindows());
        try
        {
            _decision = Decide(options, isNeeded ? _sessions.Value : null);
        }
        catch
        {
            DisposeSessions();
            throw;
        }
    }

    public string? RuntimeVersion => _sessions.IsValueCreated ? _sessions.Value.RuntimeVersion : null;

    public DeviceDecision Decision => _decision;

    public INetwork Open(ModelDescriptor model)
    {
        ArgumentNullException.ThrowIfNull(model);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            (string, string, string) key = (model.Id, model.FilePath, model.Sha256);
            if (_networks.TryGetValue(key, out Network? open))
            {
                return open;
            }

            byte[] bytes = ModelCatalogue.ReadVerified(model);
            ISession? gpu = null;
            if (_decision.Device == DeviceKind.DirectML)
            {
                try
                {
                    gpu = CreateTried(model, bytes, DeviceKind.DirectML);
                }
                catch (InferenceException exception)
                {
                    // This model alone: others may well run there.
                    lock (_deciding)
                    {
                        _decision = _decision with { Reason = $"{_decision.Reason} {model.Id} runs on the CPU: {exception.Message}" };
                    }
                }
            }

            return _networks[key] = new Network(this, model, gpu, gpu is null ? CreateTried(model, bytes, DeviceKind.Cpu) : null);
        }
    }

    /// <summary>Closes all sessions; a run that is going on ends first.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            foreach (Network network in _networks.Values)
            {
                network.Dispose();
            }

            DisposeSessions();
        }
    }

    private void DisposeSessions()
    {
        if (_sessions.IsValueCreated)
        {
            _sessions.Value.Dispose();
        }
    }

    private static DeviceDecision Decide(InferenceOptions options, ISessionFactory? sessions)
    {
        if (options.Device == DeviceChoice.Cpu)
        {
            return new DeviceDecision(DeviceKind.Cpu, "CPU: chosen.");
        }

        string reason;
        if (sessions is { HasDirectML: true })
        {
            try
            {
                return new DeviceDecision(DeviceKind.DirectML, $"DirectML: {sessions.FindDirectMLAdapter(options.DirectMLAdapterLuid)}.");
            }
            catch (InferenceException exception)
            {
                reason = exception.Message;
            }
        }
        else
        {
            reason = sessions is null ? "this system has no DirectML." : $"this ONNX Runtime ({sessions.RuntimeVersion}) has no DirectML.";
        }

        if (options.Device == DeviceChoice.DirectML)
        {
            throw new RuntimeLibraryException($"DirectML is not available: {reason} Choose the device auto or cpu.");
        }

        return new DeviceDecision(DeviceKind.Cpu, $"CPU: {reason}");
    }

    /// <summary>On the CPU a session of our own engine, if it is asked for and knows the network; else one of ONNX Runtime.</summary>
    private ISession Create(ModelDescriptor model, byte[] bytes, DeviceKind device) =>
        device == DeviceKind.Cpu && _options.CpuEngine == EngineKind.Own && CpuSession.TryCreate(model, bytes) is { } own
            ? own
            : _sessions.Value.Create(model, bytes, device);

    /// <summary>
    /// A session whose graph fits the descriptor and that has done one small run, so that a model a device accepts but cannot run, or whose
    /// scale is not its descriptor's, is found here and not in the middle of a picture.
    /// </summary>
    private unsafe ISession CreateTried(ModelDescriptor model, byte[] bytes, DeviceKind device)
    {
        ISession? session = null;
        try
        {
            session = Create(model, bytes, device);
            GraphFacts.Check(model, bytes);
            int side = ProbeBlocks * model.Shape.InputStep;
            (int outputWidth, int outputHeight) = model.Shape.OutputSize(side, side);
            // Every value a plane may hold, so that weights too large for the format of the numbers show too.
            float white = model.Shape.Input.Unit == ValueUnit.Byte ? 255 : 1;
            float[] input = [.. Enumerable.Range(0, side * side * model.Shape.Input.Count).Select(i => white * (i % side) / (side - 1))];
            float[] output = new float[outputWidth * outputHeight * model.Shape.Output.Count];
            fixed (
                float* inputPinned = input,
                    outputPinned = output
            )
            {
                session.Run((nint)inputPinned, side, side, (nint)outputPinned, outputWidth, outputHeight, CancellationToken.None);
            }

            CheckFinite(model, output, side, side);
            return session;
        }
        catch (InferenceException exception)
        {
            session?.Dispose();
            if (device == DeviceKind.Cpu)
            {
                throw new ModelException(
                    $"{model.FilePath} does not work as {model.Network} x{model.Scale}: {exception.Message} Reinstall the models.",
                    exception
                );
            }

            throw;
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    /// <summary>A picture is never made of values that are no numbers: damaged weights or a device that fails without saying so are
    /// errors.</summary>
    private static void CheckFinite(ModelDescriptor model, ReadOnlySpan<float> output, int width, int height)
    {
        if (!IsFinite(output))
        {
            throw new InferenceException($"{model.Id} gives NaN or infinite values on {width} x {height} pixels.");
        }
    }

    private static bool IsFinite(ReadOnlySpan<float> values)
    {
        // Exponent bits all set: infinite or NaN.
        const int Exponent = 0x7F800000;
        ReadOnlySpan<int> bits = MemoryMarshal.Cast<float, int>(values);
        int i = 0;
        for (; i <= bits.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            if (Vector.EqualsAny(new Vector<int>(bits[i..]) & new Vector<int>(Exponent), new Vector<int>(Exponent)))
            {
                return false;
            }
        }

        for (; i < bits.Length; i++)
        {
            if ((bits[i] & Exponent) == Exponent)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The GPU is lost for this engine, for every model.</summary>
    private void GiveUpGpu(InferenceException exception)
    {
        lock (_deciding)
        {
            _decision = new DeviceDecision(DeviceKind.Cpu, $"CPU: the GPU failed. {exception.Message}");
        }
    }

    /// <summary>One model: its GPU session as long as the GPU lives, its CPU session from when it is needed.</summary>
    private sealed class Network(InferenceEngine engine, ModelDescriptor model, ISession? gpu, ISession? cpu) : INetwork, IDisposable
    {
        private ISession? _cpu = cpu;

        public ModelDescriptor Model => model;

        public DeviceKind Device => gpu is null ? DeviceKind.Cpu : engine._decision.Device;

        public EngineKind Engine => Device == DeviceKind.Cpu && Cpu() is ITileSession ? EngineKind.Own : EngineKind.OnnxRuntime;

        public NetworkShape Shape => Device == DeviceKind.Cpu && Cpu() is ITileSession session ? session.Shape : model.Shape;

        public void Run(ReadOnlySpan<float> input, int width, int height, Span<float> output, CancellationToken cancellationToken) =>
            Run(input, width, height, output, null, cancellationToken);

        public void RunTile(ReadOnlySpan<float> input, Tiling.PlannedTile tile, Span<float> output, CancellationToken cancellationToken) =>
            Run(input, tile.Source.Width, tile.Source.Height, output, tile, cancellationToken);

        private unsafe void Run(
            ReadOnlySpan<float> input,
            int width,
            int height,
            Span<float> output,
            Tiling.PlannedTile? tile,
            CancellationToken cancellationToken
        )
        {
            NetworkShape shape = model.Shape;
            int step = shape.InputStep;
            if (width < 1 || height < 1 || input.Length != (long)width * height * shape.Input.Count)
            {
                throw new InferenceException(
                    $"{model.Id} was given {input.Length:N0} values as {width} x {height} pixels{(shape.Input.Count == 1 ? string.Empty : $" in {shape.Input.Count} planes")}."
                );
            }

            if (width % step != 0 || height % step != 0)
            {
                throw new InferenceException($"{model.Id} needs sides that are multiples of {step}; found {width} x {height}.");
            }

            (int outputWidth, int outputHeight) = shape.OutputSize(width, height);
            if (output.Length != (long)outputWidth * outputHeight * shape.Output.Count)
            {
                throw new InferenceException(
                    $"{model.Id} makes {outputWidth} x {outputHeight} pixels of {width} x {height}; the output buffer holds {output.Length:N0} values."
                );
            }

            fixed (
                float* inputPinned = input,
                    outputPinned = output
            )
            {
                InferenceException? gpuFailure = null;
                if (gpu is not null)
                {
                    lock (engine._gpu)
                    {
                        // Asked inside: while this run waited, the GPU may have failed in another.
                        if (engine._decision.Device == DeviceKind.DirectML)
                        {
                            try
                            {
                                gpu.Run((nint)inputPinned, width, height, (nint)outputPinned, outputWidth, outputHeight, cancellationToken);
                                CheckFinite(model, output, width, height);
                                return;
                            }
                            catch (InferenceException exception)
                            {
                                gpuFailure = exception;
                                engine.GiveUpGpu(exception);
                            }
                        }
                    }
                }

                try
                {
                    ISession session = Cpu();
                    if (tile is { } planned && session is ITileSession tiled)
                    {
                        tiled.Run((nint)inputPinned, planned, (nint)outputPinned, cancellationToken);
                    }
                    else
                    {
                        session.Run((nint)inputPinned, width, height, (nint)outputPinned, outputWidth, outputHeight, cancellationToken);
                    }

                    CheckFinite(model, output, width, height);
                }
                catch (InferenceException exception) when (gpuFailure is not null)
                {
                    throw new InferenceException(
                        $"The GPU failed ({gpuFailure.Message}) and then the CPU ({exception.Message})",
                        exception
                    );
                }
            }
        }

        public void Dispose()
        {
            gpu?.Dispose();
            _cpu?.Dispose();
        }

        private ISession Cpu()
        {
            if (_cpu is { } open)
            {
                return open;
            }

            lock (engine._gate)
            {
                ObjectDisposedException.ThrowIf(engine._disposed, engine);
                return _cpu ??= engine.CreateTried(model, ModelCatalogue.ReadVerified(model), DeviceKind.Cpu);
            }
        }
    }
}
