// The command line that QA and the Windows rig use, as a process of its own.
using System.Diagnostics;
using System.Runtime.InteropServices;
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class EffectHostCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rsr-host-").FullName;

    public EffectHostCommandTests()
    {
        Assert.SkipUnless(
            Directory.Exists(Plugin),
            "The plugin was not built in configuration Release: dotnet build src/RsrPlugins.PaintDotNet -c Release"
        );
        TestPictures.Of("photo").Save(Input);
    }

    private static string Plugin => Repository.File("src", "RsrPlugins.PaintDotNet", "bin", "Release", "net9.0");

    private string Input => Path.Combine(_folder, "in.png");

    private string Output => Path.Combine(_folder, "out.png");

    [Fact]
    public void List_names_the_effects_and_their_controls()
    {
        (int code, string text) = Host("list");
        Assert.Equal(0, code);
        Assert.Contains("Learned Downscale  (Effects > Photo, with a dialog)", text, StringComparison.Ordinal);
        Assert.Contains("Refine an enlarged image", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_renders_copies_and_compares()
    {
        string golden = Path.Combine(_folder, "golden.png"),
            clipboard = Path.Combine(_folder, "clipboard.png");
        Effects
            .Run(Effects.Upscale, Effects.RealRuntime, TestPictures.Of("photo"), ["Scale=2", "Source=Ordinary"], (3, 4, 40, 30))
            .Save(golden);

        (int code, string text) = Host(
            "run",
            "Learned Upscale",
            "--set",
            "Scale=2",
            "--set",
            "Source=Ordinary",
            "--set",
            "Device=Cpu",
            Input,
            Output,
            "--selection",
            "3,4,40,30",
            "--tiles",
            "16",
            "--threads",
            "3",
            "--copy",
            clipboard,
            "--golden",
            golden
        );
        Assert.True(code == 0, text);
        PictureAssert.SameBytes(Picture.Load(golden), Picture.Load(Output), "what the command wrote");
        Assert.Equal((80, 60), (Picture.Load(clipboard).Width, Picture.Load(clipboard).Height));
    }

    [Fact]
    public void A_golden_that_differs_is_shown_and_counted()
    {
        string difference = Path.Combine(_folder, "difference.png");
        (int code, string text) = Host(
            "run",
            "Learned Downscale",
            Input,
            Output,
            "--set",
            "Device=Cpu",
            "--golden",
            Input,
            "--tolerance",
            "1",
            "--difference",
            difference
        );
        Assert.Equal(3, code);
        Assert.Contains("worst pixel at (", text, StringComparison.Ordinal);
        Assert.Equal(56, Picture.Load(difference).Width);
    }

    [Fact]
    public void Goldens_that_are_missing_or_of_another_size_fail_and_the_rest_run()
    {
        string list = Path.Combine(_folder, "goldens"),
            failures = Path.Combine(_folder, "failures");
        Directory.CreateDirectory(Path.Combine(list, "inputs"));
        TestPictures.Of("photo").Save(Path.Combine(list, "inputs", "photo.png"));
        GoldenCase[] cases =
        [
            .. new[] { "good", "missing", "other-size" }.Select(name => new GoldenCase(
                name,
                "Learned Downscale",
                "photo",
                ["Device=Cpu"],
                null,
                "model"
            )),
        ];
        GoldenList.Save(list, cases);
        (int code, string text) = Host(
            "run",
            "Learned Downscale",
            Path.Combine(list, "inputs", "photo.png"),
            Path.Combine(list, "good.png"),
            "--set",
            "Device=Cpu"
        );
        Assert.True(code == 0, text);
        new Picture(3, 3).Save(Path.Combine(list, "other-size.png"));

        (code, text) = Host("goldens", list, "--failures", failures);
        Assert.Equal(3, code);
        Assert.Contains("1 passed, 2 failed, 0 skipped", text, StringComparison.Ordinal);
        Assert.Contains("other-size (model): the golden is 3 x 3, the result ", text, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(failures, "missing.png"))); // What would become the golden.

        (code, text) = Host("goldens", list, "--only", "nothing");
        Assert.Equal(2, code);
        Assert.Contains("--only nothing: no golden", text, StringComparison.Ordinal);
        (code, text) = Host(
            "run",
            "Learned Downscale",
            Input,
            Output,
            "--set",
            "Device=Cpu",
            "--golden",
            Path.Combine(list, "missing.png")
        );
        Assert.Equal(3, code);
    }

    [Theory]
    [InlineData("--tiles", "0", "--tiles takes at least 1; found 0")]
    [InlineData("--threads", "0", "--threads takes 1 to 1024; found 0")]
    [InlineData("--threads", "-3", "found -3")]
    [InlineData("--tolerance", "-1", "0 to 255")]
    [InlineData("--mean-tolerance", "NaN", "0 to 255")]
    [InlineData("--cancel-after", "-5", "at least 0")]
    [InlineData("--tiles", "many", "many")]
    [InlineData("--selection", "0,0,0,5", "width and height at least 1")]
    public void Numbers_are_checked(string option, string value, string expected)
    {
        (int code, string text) = Host("run", "Learned Upscale", Input, Output, option, value);
        Assert.Equal(2, code);
        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.False(File.Exists(Output));
    }

    [Fact]
    public void Help_names_the_exit_codes_and_list_describes_a_layer_that_shows_something()
    {
        Assert.Contains("3 a golden differs or is missing", Host("--help").Text, StringComparison.Ordinal);
        Assert.DoesNotContain("empty", Host("list").Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_cancelled_run_says_when_it_stopped()
    {
        TestPictures.Photo(1200, 900).Save(Input);
        (int code, string text) = Host(
            "run",
            "Learned Upscale",
            Input,
            Output,
            "--set",
            "Scale=4",
            "--set",
            "Device=Cpu",
            "--cancel-after",
            "1"
        );
        Assert.Equal(0, code);
        Assert.Contains("cancelled after 1 ms", text, StringComparison.Ordinal);
        Assert.False(File.Exists(Output));
    }

    [Theory]
    [InlineData("Learned Sidescale", "Learned Downscale, Learned Upscale")]
    [InlineData("Learned Upscale", "Reading")]
    public void Bad_usage_is_answered_with_what_there_is(string effect, string part)
    {
        (int code, string text) = Host("run", effect, Input, Output, "--set", "Sauce=1");
        Assert.Equal(2, code);
        Assert.Contains(part, text, StringComparison.Ordinal);
    }

    public static TheoryData<string> Absent => [.. AbsentMembers.Names];

    /// <summary>In a Paint.NET without one of them the effects do all the rest: the same picture, and no word about it.</summary>
    [Theory]
    [MemberData(nameof(Absent))]
    public void A_service_that_goes_away_breaks_nothing(string member)
    {
        string golden = Path.Combine(_folder, "golden.png");
        Effects
            .Run(Effects.Upscale, Effects.RealRuntime, TestPictures.Of("photo"), ["Scale=2", "Source=Ordinary"], (3, 4, 40, 30))
            .Save(golden);

        (int code, string text) = Host(
            "run",
            "Learned Upscale",
            "--set",
            "Scale=2",
            "--set",
            "Source=Ordinary",
            Input,
            Output,
            "--selection",
            "3,4,40,30",
            "--absent",
            member
        );
        Assert.True(code == 0, text);
        PictureAssert.SameBytes(Picture.Load(golden), Picture.Load(Output), "what the command wrote");
    }

    /// <summary>What goes with a copied or saved picture costs that alone.</summary>
    [Theory]
    [InlineData("ClipboardExtensions.SetImage/3")]
    [InlineData("IEffectDocumentInfo.get_ColorContext")]
    [InlineData("IEffectDocumentInfo.get_Resolution")]
    [InlineData("IColorContext.GetProfileBytes")]
    [InlineData("IBitmap.set_Resolution")]
    [InlineData("IShellService")]
    public void Copies_and_files_are_made_all_the_same(string member)
    {
        string copied = Path.Combine(_folder, "clipboard.png"),
            saved = Path.Combine(_folder, "saved.png");
        (int code, string text) = Host(
            "run",
            "Learned Downscale",
            "--set",
            "Device=Cpu",
            Input,
            Output,
            "--copy",
            copied,
            "--save",
            saved,
            "--absent",
            member
        );
        Assert.True(code == 0, text);
        PictureAssert.SameBytes(Picture.Load(copied), Picture.Load(saved), "the saved picture");
        Assert.Equal(28, Picture.Load(saved).Width);
    }

    /// <summary>The one thing a clipboard's absence costs is copying, and that is said.</summary>
    [Theory]
    [InlineData("IClipboardService")]
    [InlineData("ClipboardExtensions.SetImage")]
    public void Without_a_clipboard_copying_says_what_to_do_instead(string member)
    {
        (int code, string text) = Host(
            "run",
            "Learned Downscale",
            Input,
            Output,
            "--copy",
            Path.Combine(_folder, "clipboard.png"),
            "--absent",
            member
        );
        Assert.NotEqual(0, code);
        Assert.Contains("copy the layer", text, StringComparison.Ordinal);
        Assert.True(File.Exists(Output), text);
    }

    [Fact]
    public void An_unknown_member_is_bad_usage()
    {
        (int code, string text) = Host("run", "Learned Downscale", Input, Output, "--absent", "IDxgiAdapterService9");
        Assert.Equal(2, code);
        Assert.Contains("expected one of IDxgiAdapterService2", text, StringComparison.Ordinal);
    }

    /// <summary>
    /// ONNX Runtime's telemetry keeps its events in these folders; the whole proof, with the network, is in the tool's NoTelemetryTests.
    /// Without fused multiply-add the engine of our own is not used, so ONNX Runtime is; the system's loader says that it was.
    /// </summary>
    [Fact]
    public void A_run_on_onnx_runtime_leaves_nothing_in_home_and_temporary_folder()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64,
            "HOME, LD_DEBUG and a switch for fused multiply-add are of Linux on x64"
        );
        Dictionary<string, string?> folders = new Dictionary<string, string?>
        {
            ["HOME"] = Directory.CreateDirectory(Path.Combine(_folder, "home")).FullName,
            ["TMPDIR"] = Directory.CreateDirectory(Path.Combine(_folder, "tmp")).FullName,
            ["ORT_DISABLE_TELEMETRY"] = null,
            ["CI"] = null,
            ["DOTNET_EnableAVX2"] = "0",
            ["DOTNET_EnableFMA"] = "0",
            ["LD_DEBUG"] = "files",
        };
        (int code, string text) = Host(
            folders,
            "run",
            "Learned Upscale",
            Input,
            Output,
            "--set",
            "Device=Cpu",
            "--set",
            "StrengthUse=Exactly"
        );
        Assert.True(code == 0, text);
        Assert.Matches("calling init: .*libonnxruntime", text);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folders["HOME"]!));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folders["TMPDIR"]!));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static (int Code, string Text) Host(params string[] arguments) => Host([], arguments);

    private static (int Code, string Text) Host(Dictionary<string, string?> environment, params string[] arguments)
    {
        ProcessStartInfo start = new ProcessStartInfo(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "effecthost.dll"), .. arguments, "--plugin", Plugin]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string? value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
