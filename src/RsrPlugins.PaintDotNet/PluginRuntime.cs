// One engine per device choice for the life of the process, made at first use: in Paint.NET that is a render thread, never the
// UI thread. The engine keeps one session per model, so moving a slider opens nothing again. When the GPU fails, the CPU takes
// over without a word; why is kept, and the dialog says it the next time it opens.
using RsrPlugins.Core;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;

namespace RsrPlugins.PaintDotNet;

/// <summary>The engines and the catalogue of this process. Thread-safe.</summary>
internal sealed class PluginRuntime(Func<InferenceOptions, IInferenceEngine> createEngine, Func<ModelCatalogue> loadModels)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<DeviceChoice, IInferenceEngine> _engines = [];

    // Read by the dialog without the lock: making an engine takes as long as a driver likes, and the UI thread waits for none.
    private volatile IInferenceEngine? _last;
    private volatile string? _gpuFailure;

    /// <summary>What the effects use when Paint.NET makes them.</summary>
    public static PluginRuntime Shared { get; } = new(options => new OnnxRuntimeEngine(options), ModelCatalogue.LoadDefault);

    /// <summary>The installed models, read anew each time: an installer may have run meanwhile.</summary>
    /// <exception cref="ModelException">The folder or its list is missing or not understood.</exception>
    public ModelCatalogue Models() => loadModels();

    /// <summary>What the last picture was computed on and why; null before the first.</summary>
    public string? DeviceReport => _gpuFailure is string failure ? $"CPU: the GPU failed. {failure}" : _last?.Decision.Reason;

    /// <summary>
    /// Runs work with networks on the device asked for. Where the GPU fails, at the start or in the middle, the work is done
    /// again from its beginning on the CPU.
    /// </summary>
    /// <param name="adapter">The GPU Paint.NET uses, where it says so.</param>
    /// <param name="work">Gets what opens the networks it needs; it opens them before it runs one.</param>
    /// <exception cref="RsrException">The CPU failed too, or was asked for and failed.</exception>
    public T Run<T>(ProcessingDevice device, Func<GraphicsAdapter?> adapter, Func<Func<ModelDescriptor, INetwork>, T> work)
    {
        if (device != ProcessingDevice.Cpu && _gpuFailure is null)
        {
            List<INetwork> opened = new List<INetwork>();
            bool opening = true;
            try
            {
                IInferenceEngine engine = Engine(Choice(device), adapter);
                return work(model =>
                {
                    opening = true;
                    opened.Add(engine.Open(model));
                    opening = false;
                    return opened[^1];
                });
            }
            catch (RuntimeLibraryException exception) when (device == ProcessingDevice.DirectML)
            {
                // DirectML was demanded and is not to be had; whether the CPU can do it is seen below.
                _gpuFailure = exception.Message;
            }
            catch (InferenceException exception) when (opening || opened.Exists(network => network.Device == DeviceKind.DirectML))
            {
                _gpuFailure = exception.Message;
            }
        }

        return work(Engine(DeviceChoice.Cpu, adapter).Open);
    }

    private static DeviceChoice Choice(ProcessingDevice device) => device switch
    {
        ProcessingDevice.DirectML => DeviceChoice.DirectML,
        ProcessingDevice.Cpu => DeviceChoice.Cpu,
        _ => DeviceChoice.Auto,
    };

    private IInferenceEngine Engine(DeviceChoice choice, Func<GraphicsAdapter?> adapter)
    {
        lock (_lock)
        {
            if (!_engines.TryGetValue(choice, out IInferenceEngine? engine))
            {
                engine = Equivalent(choice) ?? Create(choice, adapter);
                _engines.Add(choice, engine);
            }

            return _last = engine;
        }
    }

    // An engine that went to the CPU by itself serves those who ask for the CPU: one session per model and device.
    private IInferenceEngine? Equivalent(DeviceChoice choice)
        => choice == DeviceChoice.Cpu && _engines.TryGetValue(DeviceChoice.Auto, out IInferenceEngine? automatic) && automatic.Decision.Device == DeviceKind.Cpu
            ? automatic
            : null;

    private IInferenceEngine Create(DeviceChoice choice, Func<GraphicsAdapter?> adapter)
    {
        if (choice == DeviceChoice.Cpu)
        {
            return createEngine(new InferenceOptions(DeviceChoice.Cpu));
        }

        GraphicsAdapter? chosen = adapter();
        // Who has told Paint.NET to draw in software does not want to wait for a GPU that is none.
        return choice == DeviceChoice.Auto && chosen is { IsSoftware: true }
            ? createEngine(new InferenceOptions(DeviceChoice.Cpu))
            : createEngine(new InferenceOptions(choice, DirectMLAdapterLuid: chosen?.Luid));
    }
}
