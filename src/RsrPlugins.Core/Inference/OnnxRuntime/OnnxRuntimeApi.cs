// The binding: ONNX Runtime's C ABI, and of it only what the product uses. The managed package is not used because each of its
// versions insists on natives of its own version, while the DirectML natives the product ships are of another; the C
// function table is append-only, so asking for an old enough version of it serves them all.
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace RsrPlugins.Core.Inference.OnnxRuntime;

/// <summary>
/// Positions in the function table (struct OrtApi of onnxruntime_c_api.h), in the header's names. A test reads the header and
/// checks every one. All exist since version 1.17 or earlier.
/// </summary>
internal static class OrtApiIndex
{
    public const int GetErrorCode = 1;
    public const int GetErrorMessage = 2;
    public const int CreateEnv = 3;
    public const int DisableTelemetryEvents = 6;
    public const int CreateSessionFromArray = 8;
    public const int Run = 9;
    public const int CreateSessionOptions = 10;
    public const int SetSessionExecutionMode = 13;
    public const int DisableMemPattern = 17;
    public const int SetSessionGraphOptimizationLevel = 23;
    public const int SetIntraOpNumThreads = 24;
    public const int SetInterOpNumThreads = 25;
    public const int SessionGetInputCount = 30;
    public const int SessionGetOutputCount = 31;
    public const int SessionGetInputTypeInfo = 33;
    public const int SessionGetOutputTypeInfo = 34;
    public const int SessionGetInputName = 36;
    public const int SessionGetOutputName = 37;
    public const int CreateRunOptions = 39;
    public const int RunOptionsSetTerminate = 46;
    public const int CreateTensorWithDataAsOrtValue = 49;
    public const int CastTypeInfoToTensorInfo = 55;
    public const int GetTensorElementType = 60;
    public const int GetDimensionsCount = 61;
    public const int GetDimensions = 62;
    public const int CreateCpuMemoryInfo = 69;
    public const int AllocatorFree = 76;
    public const int GetAllocatorWithDefaultOptions = 78;
    public const int ReleaseEnv = 92;
    public const int ReleaseStatus = 93;
    public const int ReleaseMemoryInfo = 94;
    public const int ReleaseSession = 95;
    public const int ReleaseValue = 96;
    public const int ReleaseRunOptions = 97;
    public const int ReleaseTypeInfo = 98;
    public const int ReleaseSessionOptions = 100;
    public const int GetAvailableProviders = 125;
    public const int ReleaseAvailableProviders = 126;
    public const int AddSessionConfigEntry = 130;
    public const int GetExecutionProviderApi = 195;
}

/// <summary>enum OrtErrorCode, as far as the product tells its members apart.</summary>
internal enum OrtErrorCode
{
    NoModel = 4,
    InvalidProtobuf = 7,
    InvalidGraph = 10,
}

/// <summary>An OrtStatus that was not "ok". Never leaves this folder: sessions translate it.</summary>
internal sealed class OrtStatusException(OrtErrorCode code, string message) : Exception(message)
{
    public OrtErrorCode Code => code;
}

/// <summary>One reference to an object of the runtime, given back with the object's own Release function.</summary>
internal sealed unsafe class OrtHandle : SafeHandle
{
    private readonly delegate* unmanaged<nint, void> _release;
    private readonly SafeHandle? _owner;

    /// <param name="value">The object.</param>
    /// <param name="release">Its Release function.</param>
    /// <param name="owner">What must outlive the object; kept until the object is gone.</param>
    public OrtHandle(nint value, delegate* unmanaged<nint, void> release, SafeHandle? owner = null)
        : base(0, ownsHandle: true)
    {
        _release = release;
        if (owner is not null)
        {
            bool added = false;
            owner.DangerousAddRef(ref added);
            _owner = owner;
        }

        SetHandle(value);
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        _release(handle);
        _owner?.DangerousRelease();
        return true;
    }
}

/// <summary>The loaded library and its function table.</summary>
internal sealed unsafe partial class OnnxRuntimeApi
{
    /// <summary>What the library is called in messages.</summary>
    public const string Product = "ONNX Runtime";

    /// <summary>The newest table this code has been tried with; newer libraries still offer it.</summary>
    private const int NewestApi = 30;

    /// <summary>The oldest table that has every function of <see cref="OrtApiIndex"/> and that is tested.</summary>
    private const int OldestApi = 17;

    private readonly nint _library;
    private readonly nint* _table;

    private OnnxRuntimeApi(nint library, string path, string version, int apiVersion, nint* table)
    {
        _library = library;
        _table = table;
        Path = path;
        Version = version;
        ApiVersion = apiVersion;
    }

    /// <summary>Full path the library was loaded from.</summary>
    public string Path { get; }

    /// <summary>The library's own version, for example "1.31.1".</summary>
    public string Version { get; }

    /// <summary>The version of the function table in use, 17 to 30.</summary>
    public int ApiVersion { get; }

    /// <summary>Loads the library. It stays loaded for the life of the process: unloading it under its own threads is not safe.</summary>
    /// <exception cref="RuntimeLibraryException">It does not load, is no ONNX Runtime, or is too old.</exception>
    public static OnnxRuntimeApi Load(string path)
    {
        RuntimeTelemetry.Forbid();

        // Windows has a DirectML of its own in System32, usually older; the one beside the runtime must win, and it does when
        // it is in the process first. Where it will not load there is no DirectML, which the runtime then says itself.
        string directML = RuntimeLocator.DirectMLBeside(path);
        if (OperatingSystem.IsWindows() && File.Exists(directML))
        {
            NativeLibrary.TryLoad(directML, out _);
        }

        nint library = ShippedLibrary.Load(path, Product);
        if (!NativeLibrary.TryGetExport(library, "OrtGetApiBase", out nint export))
        {
            throw new RuntimeLibraryException($"{path} is not ONNX Runtime: it exports no OrtGetApiBase. Reinstall RsrPlugins.");
        }

        nint* apiBase = ((delegate* unmanaged<nint*>)export)();
        delegate* unmanaged<uint, nint*> getApi = (delegate* unmanaged<uint, nint*>)apiBase[0];
        string version = Utf8(((delegate* unmanaged<byte*>)apiBase[1])());

        int wanted = TableFor(version);
        nint* table = wanted < OldestApi ? null : getApi((uint)wanted);
        if (table == null)
        {
            throw new RuntimeLibraryException(
                $"{path} is ONNX Runtime {version}; 1.{OldestApi} or later is needed. Remove it or reinstall RsrPlugins."
            );
        }

        return new OnnxRuntimeApi(library, path, version, wanted, table);
    }

    /// <summary>
    /// The table to ask a library of this version for: 1.N has tables 1 to N. Computed, not tried out from the newest down,
    /// because a library complains on the error stream about every table it does not have.
    /// </summary>
    /// <returns>At most <see cref="NewestApi"/>; 0 where the version is not understood.</returns>
    internal static int TableFor(string version)
    {
        string[] parts = version.Split('.');
        if (parts.Length < 2 || !int.TryParse(parts[0], out int major) || !int.TryParse(parts[1], out int minor))
        {
            return 0;
        }

        return major > 1 ? NewestApi : Math.Min(NewestApi, minor);
    }

    /// <summary>Names of the execution providers compiled into the library.</summary>
    public IReadOnlyList<string> AvailableProviders()
    {
        byte** names;
        int count;
        Check(((delegate* unmanaged<byte***, int*, nint>)_table[OrtApiIndex.GetAvailableProviders])(&names, &count));
        string[] providers = new string[count];
        for (int i = 0; i < count; i++)
        {
            providers[i] = Utf8(names[i]);
        }

        Check(((delegate* unmanaged<byte**, int, nint>)_table[OrtApiIndex.ReleaseAvailableProviders])(names, count));
        return providers;
    }

    /// <summary>The environment: one per process is shared by all that ask. Logs nothing, every error comes back as a status.</summary>
    public OrtHandle CreateEnvironment()
    {
        const int LogFatalOnly = 4;
        nint value;
        fixed (byte* name = "RsrPlugins\0"u8)
        {
            Check(((delegate* unmanaged<int, byte*, nint*, nint>)_table[OrtApiIndex.CreateEnv])(LogFatalOnly, name, &value));
        }

        OrtHandle environment = Own(value, OrtApiIndex.ReleaseEnv);
        Check(((delegate* unmanaged<nint, nint>)_table[OrtApiIndex.DisableTelemetryEvents])(value));
        return environment;
    }

    /// <summary>Session options of a run on the calling thread: one thread, sequential, all graph optimisations, no spinning.</summary>
    public OrtHandle CreateSessionOptions()
    {
        const int Sequential = 0;
        const int AllOptimisations = 99;
        nint value;
        Check(((delegate* unmanaged<nint*, nint>)_table[OrtApiIndex.CreateSessionOptions])(&value));
        OrtHandle options = Own(value, OrtApiIndex.ReleaseSessionOptions);
        SetOption(OrtApiIndex.SetSessionExecutionMode, value, Sequential);
        SetOption(OrtApiIndex.SetSessionGraphOptimizationLevel, value, AllOptimisations);
        SetOption(OrtApiIndex.SetIntraOpNumThreads, value, 1);
        SetOption(OrtApiIndex.SetInterOpNumThreads, value, 1);
        AddConfig(value, "session.intra_op.allow_spinning\0"u8, "0\0"u8);
        AddConfig(value, "session.inter_op.allow_spinning\0"u8, "0\0"u8);
        return options;
    }

    /// <summary>Puts DirectML before the CPU; creates the D3D12 device, so this is where a missing GPU shows.</summary>
    /// <param name="options">From <see cref="CreateSessionOptions"/>.</param>
    /// <param name="adapterIndex">In the order of IDXGIFactory1::EnumAdapters1.</param>
    public void AppendDirectML(OrtHandle options, int adapterIndex)
    {
        nint value = options.DangerousGetHandle();
        // DirectML's own demands: memory patterns off, sequential execution (already set).
        Check(((delegate* unmanaged<nint, nint>)_table[OrtApiIndex.DisableMemPattern])(value));
        if (!NativeLibrary.TryGetExport(_library, "OrtSessionOptionsAppendExecutionProvider_DML", out nint append))
        {
            nint* api;
            fixed (byte* name = "DML\0"u8)
            {
                Check(
                    ((delegate* unmanaged<byte*, uint, nint**, nint>)_table[OrtApiIndex.GetExecutionProviderApi])(
                        name,
                        (uint)ApiVersion,
                        &api
                    )
                );
            }

            append = api[0];
        }

        Check(((delegate* unmanaged<nint, int, nint>)append)(value, adapterIndex));
    }

    /// <summary>Makes a session of a model in memory.</summary>
    /// <param name="environment">From <see cref="CreateEnvironment"/>.</param>
    /// <param name="model">The ONNX file's bytes; copied.</param>
    /// <param name="options">From <see cref="CreateSessionOptions"/>.</param>
    /// <param name="keep">What the session's runs need besides; kept as long as the session.</param>
    public OrtHandle CreateSession(OrtHandle environment, ReadOnlySpan<byte> model, OrtHandle options, OrtHandle keep)
    {
        nint value;
        fixed (byte* bytes = model)
        {
            Check(
                ((delegate* unmanaged<nint, byte*, nuint, nint, nint*, nint>)_table[OrtApiIndex.CreateSessionFromArray])(
                    environment.DangerousGetHandle(),
                    bytes,
                    (nuint)model.Length,
                    options.DangerousGetHandle(),
                    &value
                )
            );
        }

        return Own(value, OrtApiIndex.ReleaseSession, keep);
    }

    /// <summary>The session's inputs, or its outputs: name, element type (1 = float), dimensions (-1 = free).</summary>
    public IReadOnlyList<(string Name, int ElementType, long[] Dimensions)> Describe(OrtHandle session, bool outputs)
    {
        nint value = session.DangerousGetHandle();
        nuint count;
        Check(
            (
                (delegate* unmanaged<nint, nuint*, nint>)
                    _table[outputs ? OrtApiIndex.SessionGetOutputCount : OrtApiIndex.SessionGetInputCount]
            )(value, &count)
        );
        nint allocator;
        Check(((delegate* unmanaged<nint*, nint>)_table[OrtApiIndex.GetAllocatorWithDefaultOptions])(&allocator));

        List<(string, int, long[])> descriptions = new List<(string, int, long[])>();
        for (nuint i = 0; i < count; i++)
        {
            byte* nameBytes;
            Check(
                (
                    (delegate* unmanaged<nint, nuint, nint, byte**, nint>)
                        _table[outputs ? OrtApiIndex.SessionGetOutputName : OrtApiIndex.SessionGetInputName]
                )(value, i, allocator, &nameBytes)
            );
            string name = Utf8(nameBytes);
            Check(((delegate* unmanaged<nint, void*, nint>)_table[OrtApiIndex.AllocatorFree])(allocator, nameBytes));

            nint typeValue;
            Check(
                (
                    (delegate* unmanaged<nint, nuint, nint*, nint>)
                        _table[outputs ? OrtApiIndex.SessionGetOutputTypeInfo : OrtApiIndex.SessionGetInputTypeInfo]
                )(value, i, &typeValue)
            );
            using OrtHandle type = Own(typeValue, OrtApiIndex.ReleaseTypeInfo);
            nint tensor; // Part of the type; null when the value is no tensor.
            Check(((delegate* unmanaged<nint, nint*, nint>)_table[OrtApiIndex.CastTypeInfoToTensorInfo])(typeValue, &tensor));
            if (tensor == 0)
            {
                descriptions.Add((name, 0, []));
                continue;
            }

            int elementType;
            nuint rank;
            Check(((delegate* unmanaged<nint, int*, nint>)_table[OrtApiIndex.GetTensorElementType])(tensor, &elementType));
            Check(((delegate* unmanaged<nint, nuint*, nint>)_table[OrtApiIndex.GetDimensionsCount])(tensor, &rank));
            long[] dimensions = new long[(int)rank];
            fixed (long* pinned = dimensions)
            {
                Check(((delegate* unmanaged<nint, long*, nuint, nint>)_table[OrtApiIndex.GetDimensions])(tensor, pinned, rank));
            }

            descriptions.Add((name, elementType, dimensions));
        }

        return descriptions;
    }

    /// <summary>Says "ordinary memory" of the buffers given to <see cref="CreateTensor"/>.</summary>
    /// <param name="environment">Kept as long as the result.</param>
    public OrtHandle CreateCpuMemoryInfo(OrtHandle environment)
    {
        const int DeviceAllocator = 0;
        const int DefaultMemory = 0;
        nint value;
        Check(
            ((delegate* unmanaged<int, int, nint*, nint>)_table[OrtApiIndex.CreateCpuMemoryInfo])(DeviceAllocator, DefaultMemory, &value)
        );
        return Own(value, OrtApiIndex.ReleaseMemoryInfo, environment);
    }

    /// <summary>Wraps a caller's buffer, without copying, as a tensor [1, planes, height, width] of float32 or float16.</summary>
    public OrtHandle CreateTensor(OrtHandle memoryInfo, nint data, int planes, int width, int height, bool isHalf = false)
    {
        const int Float32 = 1;
        const int Float16 = 10;
        long* shape = stackalloc long[] { 1, planes, height, width };
        nint value;
        Check(
            ((delegate* unmanaged<nint, nint, nuint, long*, nuint, int, nint*, nint>)_table[OrtApiIndex.CreateTensorWithDataAsOrtValue])(
                memoryInfo.DangerousGetHandle(),
                data,
                (nuint)planes * (nuint)width * (nuint)height * (nuint)(isHalf ? sizeof(ushort) : sizeof(float)),
                shape,
                4,
                isHalf ? Float16 : Float32,
                &value
            )
        );
        return Own(value, OrtApiIndex.ReleaseValue);
    }

    /// <summary>Options of one run; they exist to stop it.</summary>
    public OrtHandle CreateRunOptions()
    {
        nint value;
        Check(((delegate* unmanaged<nint*, nint>)_table[OrtApiIndex.CreateRunOptions])(&value));
        return Own(value, OrtApiIndex.ReleaseRunOptions);
    }

    /// <summary>Makes the run with these options, now or later, fail at its next operator. Callable from any thread.</summary>
    public void Terminate(OrtHandle runOptions) =>
        Check(((delegate* unmanaged<nint, nint>)_table[OrtApiIndex.RunOptionsSetTerminate])(runOptions.DangerousGetHandle()));

    /// <summary>Runs a session with one input and one output tensor.</summary>
    public void Run(
        OrtHandle session,
        OrtHandle runOptions,
        ReadOnlySpan<byte> inputName,
        OrtHandle input,
        ReadOnlySpan<byte> outputName,
        OrtHandle output
    )
    {
        nint inputValue = input.DangerousGetHandle();
        nint outputValue = output.DangerousGetHandle();
        fixed (
            byte* inputNamePinned = inputName,
                outputNamePinned = outputName
        )
        {
            byte* inputNames = inputNamePinned;
            byte* outputNames = outputNamePinned;
            Check(
                ((delegate* unmanaged<nint, nint, byte**, nint*, nuint, byte**, nuint, nint*, nint>)_table[OrtApiIndex.Run])(
                    session.DangerousGetHandle(),
                    runOptions.DangerousGetHandle(),
                    &inputNames,
                    &inputValue,
                    1,
                    &outputNames,
                    1,
                    &outputValue
                )
            );
        }
    }

    private static string Utf8(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? string.Empty;

    /// <summary>Messages are shown on one line and to users: the runtime's may have several, and DirectML's begin with places in its
    /// source.</summary>
    internal static string OneLine(string text) =>
        DirectMLPlace()
            .Replace(string.Join(' ', text.Split((char[])['\r', '\n', '\t', ' '], StringSplitOptions.RemoveEmptyEntries)), string.Empty);

    [GeneratedRegex(@"[^\s\[]+\(\d+\)\\[\w.]+![0-9A-F]+: \(caller: [0-9A-F]+\) Exception\(\d+\) tid\([0-9a-f]+\) ")]
    private static partial Regex DirectMLPlace();

    private void SetOption(int index, nint options, int value) =>
        Check(((delegate* unmanaged<nint, int, nint>)_table[index])(options, value));

    private void AddConfig(nint options, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        fixed (
            byte* keyPinned = key,
                valuePinned = value
        )
        {
            Check(
                ((delegate* unmanaged<nint, byte*, byte*, nint>)_table[OrtApiIndex.AddSessionConfigEntry])(options, keyPinned, valuePinned)
            );
        }
    }

    private OrtHandle Own(nint value, int release, SafeHandle? owner = null) =>
        new(value, (delegate* unmanaged<nint, void>)_table[release], owner);

    private void Check(nint status)
    {
        if (status != 0)
        {
            Throw(status);
        }
    }

    [DoesNotReturn]
    private void Throw(nint status)
    {
        OrtErrorCode code = (OrtErrorCode)((delegate* unmanaged<nint, int>)_table[OrtApiIndex.GetErrorCode])(status);
        string message = OneLine(Utf8(((delegate* unmanaged<nint, byte*>)_table[OrtApiIndex.GetErrorMessage])(status)));
        ((delegate* unmanaged<nint, void>)_table[OrtApiIndex.ReleaseStatus])(status);
        throw new OrtStatusException(code, message);
    }
}
