// Native code is loaded only if the build knew it.
using System.Reflection;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.OnnxRuntime;

namespace RsrPlugins.Core.Tests.Inference;

public sealed class ShippedLibraryTests : IDisposable
{
    private static readonly Assembly _engine = typeof(ShippedLibrary).Assembly;
    private readonly string _folder = Directory.CreateTempSubdirectory("rsr-library-").FullName;

    private string Copy => Path.Combine(_folder, RuntimeLocator.FileName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_library_of_the_build_is_accepted_wherever_it_lies()
    {
        File.Copy(RuntimeLocator.Find(null), Copy);
        ShippedLibrary.Verify(_engine, Copy, "ONNX Runtime");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void One_bit_or_one_byte_more_is_enough_to_refuse_it(int more)
    {
        File.Copy(RuntimeLocator.Find(null), Copy);
        using (FileStream file = File.Open(Copy, FileMode.Open))
        {
            file.Seek(more == 0 ? -1 : 0, SeekOrigin.End);
            file.WriteByte(0x5A);
        }

        long length = new FileInfo(Copy).Length;
        RuntimeLibraryException error = Assert.Throws<RuntimeLibraryException>(() => ShippedLibrary.Verify(_engine, Copy, "ONNX Runtime"));
        Assert.StartsWith(
            $"{Copy} (ONNX Runtime) is damaged or from another release: expected SHA-256 ",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.EndsWith($" in {length:N0} bytes. Reinstall RsrPlugins.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_the_build_did_not_know_is_refused()
    {
        string other = Path.Combine(_folder, "libother.so");
        File.Copy(RuntimeLocator.Find(null), other);
        RuntimeLibraryException error = Assert.Throws<RuntimeLibraryException>(() => ShippedLibrary.Verify(_engine, other, "other"));
        Assert.Contains("was built without libother.so", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_is_not_there_is_looked_for_nowhere_else()
    {
        // Every Linux system has this one, and a bare name would find it.
        RuntimeLibraryException error = Assert.Throws<RuntimeLibraryException>(() =>
            ShippedLibrary.Find(_engine, "libc.so.6", "the C library")
        );
        Assert.StartsWith(
            $"the C library is missing: libc.so.6 was expected in {Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)}",
            error.Message,
            StringComparison.Ordinal
        );
    }
}
