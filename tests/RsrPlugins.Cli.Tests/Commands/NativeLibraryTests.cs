// The tool in an installation whose native libraries are missing or damaged: exit code 4 and one line that says what to do; and a library
// of the same name elsewhere on the system is not taken instead.
using System.Diagnostics;
using System.Runtime.InteropServices;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Commands;

public sealed class NativeLibraryTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly string _installed;
    private readonly string _vips;

    public NativeLibraryTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "names Linux's libraries");
        // The tool as it was built for this system, without the libraries of other systems. Links do, but for what a test damages and for
        // the program itself, whose folder is the installation's.
        _installed = Directory.CreateDirectory(_folder["installed"]).FullName;
        string natives = Path.Combine(
            "runtimes",
            $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}",
            "native"
        );
        Directory.CreateDirectory(Path.Combine(_installed, natives));
        string[] copied =
        [
            "rsr.dll",
            "rsr.deps.json",
            "rsr.runtimeconfig.json",
            "libonnxruntime.so",
            Path.Combine(natives, "libvips.so.42"),
        ];
        foreach (string file in copied)
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, file), Path.Combine(_installed, file));
        }

        foreach (string entry in Directory.EnumerateFileSystemEntries(AppContext.BaseDirectory))
        {
            string link = Path.Combine(_installed, Path.GetFileName(entry));
            if (!Path.Exists(link))
            {
                File.CreateSymbolicLink(link, entry);
            }
        }

        _vips = Path.Combine(_installed, natives, "libvips.so.42");
        using NetVips.Image picture = Pictures.Rgb(20, 16);
        picture.WriteToFile(_folder["in.png"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_copy_works_while_nothing_is_wrong_with_it()
    {
        (int code, string error) = Run();
        Assert.True(code == 0, error);
    }

    [Fact]
    public void Missing_libvips_is_exit_4_although_the_system_has_one()
    {
        string system = Directory.CreateDirectory(_folder["system"]).FullName;
        File.Move(_vips, Path.Combine(system, "libvips.so.42"));
        (int code, string error) = Run(("LD_LIBRARY_PATH", system));
        Assert.True(code == 4, error);
        Assert.StartsWith("rsr: libvips is missing: libvips.so.42 was expected in ", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Damaged_libvips_is_exit_4()
    {
        Damage(_vips);
        (int code, string error) = Run();
        Assert.True(code == 4, error);
        Assert.StartsWith($"rsr: {_vips} (libvips) is damaged or from another release: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_onnx_runtime_is_exit_4()
    {
        string library = Path.Combine(_installed, "libonnxruntime.so");
        Damage(library);
        (int code, string error) = Run(["models", "verify", "--engine", "onnxruntime"]);
        Assert.True(code == 4, error);
        Assert.StartsWith($"rsr: {library} (ONNX Runtime) is damaged or from another release: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_needs_no_onnx_runtime()
    {
        File.Delete(Path.Combine(_installed, "libonnxruntime.so"));
        (int code, string error) = Run();
        Assert.True(code == 0, error);
    }

    private static void Damage(string path)
    {
        using FileStream file = File.Open(path, FileMode.Open);
        file.SetLength(file.Length / 2);
    }

    private (int Code, string Error) Run(params (string Name, string Value)[] environment) =>
        Run(["upscale", _folder["in.png"], "--scale", "2", "--device", "cpu", "-o", _folder["out.png"]], environment);

    private (int Code, string Error) Run(string[] arguments, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new ProcessStartInfo("dotnet", [Path.Combine(_installed, "rsr.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        _ = output.Result;
        return (process.ExitCode, error);
    }
}
