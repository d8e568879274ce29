// Microsoft's builds of ONNX Runtime for Linux and macOS collect data about the machine and the program and send it to Microsoft, from the
// moment an environment is made: DisableTelemetryEvents of the C ABI needs an environment, so it comes too late. What does hold is a
// variable in the environment of the process before the library is loaded - the C library's environment: .NET keeps a copy of its
// own on Unix, which getenv never sees. OnnxRuntimeApi is the one place that loads the library, and calls this first, so that
// every host keeps the promise without knowing of it.
using System.Runtime.InteropServices;

namespace RsrPlugins.Core.Inference.OnnxRuntime;

/// <summary>Forbids the runtime library to collect and send data. Nothing that uses this engine ever sends anything.</summary>
public static partial class RuntimeTelemetry
{
    /// <summary>The runtime's own switch; "1" turns its telemetry off.</summary>
    public const string EnvironmentVariable = "ORT_DISABLE_TELEMETRY";

    private static readonly Lock _gate = new();

    /// <summary>
    /// Sets the variable for this process, whatever the user's environment says. Called by whatever loads the library; programs call it at
    /// their start as well, while they have one thread, because setenv is not safe beside a getenv of another thread.
    /// </summary>
    /// <exception cref="RuntimeLibraryException">The system refused; the library must not be loaded then.</exception>
    public static void Forbid()
    {
        lock (_gate)
        {
            if (OperatingSystem.IsWindows())
            {
                // Reaches the process itself there. The Windows builds have no collector's address in them; their events go to the
                // system's tracing, which DisableTelemetryEvents turns off in time.
                Environment.SetEnvironmentVariable(EnvironmentVariable, "1");
            }
            else if (NativeValue() != "1" && SetNative(EnvironmentVariable, "1", overwrite: 1) != 0)
            {
                throw new RuntimeLibraryException(
                    $"{EnvironmentVariable} cannot be set for this process (error {Marshal.GetLastPInvokeError()}), and without it ONNX Runtime sends data. Free some memory and try again."
                );
            }
        }
    }

    /// <summary>The variable as native code sees it; null where it is not set.</summary>
    internal static string? NativeValue() =>
        OperatingSystem.IsWindows()
            ? Environment.GetEnvironmentVariable(EnvironmentVariable)
            : Marshal.PtrToStringUTF8(GetNative(EnvironmentVariable));

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int SetNative(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetNative(string name);
}
