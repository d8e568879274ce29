using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Inference.OnnxRuntime;

namespace RsrPlugins.Core.Tests.Inference.OnnxRuntime;

public sealed class RuntimeLocatorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rsr-runtime-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_library_lies_beside_the_engine_and_is_found_by_full_path()
    {
        string found = RuntimeLocator.Find(null);
        Assert.True(Path.IsPathFullyQualified(found));
        Assert.Equal(Path.Combine(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory), RuntimeLocator.FileName), found);
    }

    [Fact]
    public void A_path_that_is_asked_for_and_missing_is_an_error_and_not_replaced()
    {
        string missing = Path.Combine(_folder, "nowhere.so");
        RuntimeLibraryException error = Assert.Throws<RuntimeLibraryException>(() =>
            new InferenceEngine(new InferenceOptions(RuntimePath: missing))
        );
        Assert.Contains(missing, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_library_is_named()
    {
        string text = Path.Combine(_folder, RuntimeLocator.FileName);
        File.WriteAllText(text, "not a library");
        RuntimeLibraryException error = Assert.Throws<RuntimeLibraryException>(() =>
            new InferenceEngine(new InferenceOptions(RuntimePath: text))
        );
        Assert.StartsWith($"{text} does not load as ONNX Runtime", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Another_library_than_onnx_runtime_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Takes a library every Linux process has.");
        string other = File.ReadLines("/proc/self/maps")
            .Select(line => line[(line.LastIndexOf(' ') + 1)..])
            .First(path => path.Contains("/libc.so", StringComparison.Ordinal) || path.Contains("/libc-", StringComparison.Ordinal));
        RuntimeLibraryException error = Assert.Throws<RuntimeLibraryException>(() =>
            new InferenceEngine(new InferenceOptions(RuntimePath: other))
        );
        Assert.Contains("is not ONNX Runtime: it exports no OrtGetApiBase", error.Message, StringComparison.Ordinal);
    }
}
