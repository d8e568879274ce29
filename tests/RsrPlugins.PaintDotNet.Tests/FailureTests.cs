// Whatever goes wrong, the layer is left as it was and one message says what to do; a GPU that fails is not even that: the CPU
// takes over, and the next dialog says so.
using Moq;
using RsrPlugins.Core;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class FailureTests
{
    private static readonly string[] _effects = [Effects.Downscale, Effects.Upscale];

    public static TheoryData<string> BothEffects => [.. _effects];

    [Theory]
    [MemberData(nameof(BothEffects))]
    public void Missing_weights(string effect)
    {
        using ModelsFolder folder = new ModelsFolder();
        foreach (string file in Directory.EnumerateFiles(folder.Path))
        {
            File.Delete(file);
        }

        AssertOneMessage(
            effect,
            new PluginRuntime(_ => new FakeEngine(), () => ModelCatalogue.Load(folder.Path)),
            "models.json is missing"
        );
    }

    [Fact]
    public void A_scale_that_was_uninstalled_since_the_dialog_opened()
    {
        using ModelsFolder folder = new ModelsFolder();
        PluginRuntime runtime = new PluginRuntime(_ => new FakeEngine(), () => ModelCatalogue.Load(folder.Path));
        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(Effects.Create(Effects.Downscale, runtime), TestPictures.Of("photo"), services);
        session.OpenDialog();
        session.Set("Scale", "4");
        folder.Delete("rrnet-x4-learned.onnx");
        session.Render();
        Assert.Contains("is not installed", Assert.Single(services.ErrorMessages), StringComparison.Ordinal);

        session.Set("Scale", "2");
        folder.Delete("srnet-x2-learned-gradient.onnx");
        session.Render();
        Assert.Single(services.ErrorMessages);
        session.Set("Effort", "1");
        session.Render();
        Assert.Contains("corrects reductions x2 (learned) is not installed", services.ErrorMessages[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Effects.Downscale, "rrnet-x2-learned.onnx")]
    [InlineData(Effects.Upscale, "srnet-x2-photo.onnx")]
    public void Damaged_weights(string effect, string file)
    {
        using ModelsFolder folder = new ModelsFolder();
        folder.Damage(file);
        AssertOneMessage(
            effect,
            new PluginRuntime(_ => new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu)), () => ModelCatalogue.Load(folder.Path)),
            file
        );
    }

    [Theory]
    [MemberData(nameof(BothEffects))]
    public void A_runtime_that_does_not_load(string effect)
    {
        string library = Path.Combine(AppContext.BaseDirectory, "models", "models.json");
        AssertOneMessage(
            effect,
            new PluginRuntime(options => new InferenceEngine(options with { RuntimePath = library }), ModelCatalogue.LoadDefault),
            library
        );
    }

    [Theory]
    [MemberData(nameof(BothEffects))]
    public void The_CPU_failing_in_the_middle(string effect) =>
        AssertOneMessage(
            effect,
            Effects.Runtime(
                new FakeEngine { OnRun = (number, _) => FailAt(3, number, new InferenceException("the network broke. Reinstall it.")) }
            ),
            "the network broke. Reinstall it."
        );

    [Theory]
    [MemberData(nameof(BothEffects))]
    public void Out_of_memory(string effect) =>
        AssertOneMessage(
            effect,
            Effects.Runtime(new FakeEngine { OnRun = (number, _) => FailAt(2, number, new InsufficientMemoryException()) }),
            "not enough memory"
        );

    [Theory]
    [MemberData(nameof(BothEffects))]
    public void Something_unforeseen(string effect) =>
        AssertOneMessage(
            effect,
            Effects.Runtime(new FakeEngine { OnRun = (number, _) => FailAt(2, number, new InvalidOperationException("a bug")) }),
            "failed unexpectedly"
        );

    [Theory]
    [MemberData(nameof(BothEffects))]
    public void DirectML_demanded_and_not_to_be_had(string effect)
    {
        FakeEngine cpu = new FakeEngine();
        AssertSilentFallback(
            effect,
            "DirectML",
            cpu,
            options => options.Device == DeviceChoice.Cpu ? cpu : throw new RuntimeLibraryException("this ONNX Runtime has no DirectML"),
            "this ONNX Runtime has no DirectML"
        );
    }

    [Theory]
    [MemberData(nameof(BothEffects))]
    public void A_GPU_that_refuses_the_network(string effect)
    {
        FakeEngine cpu = new FakeEngine();
        Mock<IInferenceEngine> gpu = new Mock<IInferenceEngine>();
        gpu.SetupGet(engine => engine.Decision).Returns(new DeviceDecision(DeviceKind.DirectML, "DirectML"));
        gpu.Setup(engine => engine.Open(It.IsAny<ModelDescriptor>())).Throws(new InferenceException("887A0004"));
        AssertSilentFallback(effect, "Automatic", cpu, options => options.Device == DeviceChoice.Cpu ? cpu : gpu.Object, "887A0004");
    }

    [Theory]
    [MemberData(nameof(BothEffects))]
    public void A_GPU_that_is_removed_in_the_middle_of_a_render(string effect)
    {
        FakeEngine cpu = new FakeEngine();
        FakeEngine gpu = new FakeEngine
        {
            Device = DeviceKind.DirectML,
            OnRun = (number, _) => FailAt(2, number, new InferenceException("887A0005: device removed")),
        };
        AssertSilentFallback(effect, "Automatic", cpu, options => options.Device == DeviceChoice.Cpu ? cpu : gpu, "887A0005");
        Assert.True(gpu.Runs > 1);
    }

    [Fact]
    public async Task A_dialog_opens_while_an_engine_is_still_being_made()
    {
        using ManualResetEventSlim making = new ManualResetEventSlim();
        using ManualResetEventSlim go = new ManualResetEventSlim();
        PluginRuntime runtime = new PluginRuntime(
            _ =>
            {
                making.Set();
                go.Wait();
                return new FakeEngine();
            },
            ModelCatalogue.LoadDefault
        );
        using HostServices services = new HostServices();
        using EffectSession first = new EffectSession(Effects.Create(Effects.Downscale, runtime), TestPictures.Of("photo"), services);
        Task<Picture> render = Task.Run(() => first.Render(), TestContext.Current.CancellationToken);
        making.Wait(TestContext.Current.CancellationToken);

        using EffectSession second = new EffectSession(Effects.Create(Effects.Upscale, runtime), TestPictures.Of("photo"), services);
        Task<IReadOnlyList<DialogControl>> dialog = Task.Run(second.OpenDialog, TestContext.Current.CancellationToken);
        bool opened = await Task.WhenAny(dialog, Task.Delay(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken)) == dialog;
        go.Set();
        await render;
        Assert.True(opened, "the dialog waited for the engine");
    }

    [Fact]
    public void The_same_failure_is_said_once_per_dialog()
    {
        FailureReport report = new FailureReport();
        using HostServices services = new HostServices();
        PluginRuntime runtime = Effects.Runtime(new FakeEngine { OnRun = (_, _) => throw new InferenceException("broken") });
        for (int dialog = 1; dialog <= 2; dialog++)
        {
            using EffectSession session = new EffectSession(
                Effects.Create(Effects.Downscale, runtime, report: report),
                TestPictures.Of("photo"),
                services
            );
            session.OpenDialog();
            foreach (string placement in (string[])["TopLeft", "Centre", "TopLeft"])
            {
                session.Set("Placement", placement);
                session.Render();
            }

            Assert.Equal(dialog, services.ErrorMessages.Count);
        }
    }

    [Fact]
    public void The_GPU_Paint_NET_uses_is_the_one_that_is_asked_for()
    {
        List<InferenceOptions> asked = new List<InferenceOptions>();
        PluginRuntime runtime = new PluginRuntime(
            options =>
            {
                asked.Add(options);
                return new FakeEngine { Device = DeviceKind.DirectML };
            },
            ModelCatalogue.LoadDefault
        );
        ModelDescriptor model = runtime.Models().Models[0];
        runtime.Run(ProcessingDevice.DirectML, () => new GraphicsAdapter(0x1234_0000_5678, false), open => open(model));
        runtime.Run(ProcessingDevice.Automatic, () => new GraphicsAdapter(1, IsSoftware: true), open => open(model));
        runtime.Run(ProcessingDevice.Cpu, () => throw new InvalidOperationException("the CPU needs no adapter"), open => open(model));
        runtime.Run(ProcessingDevice.DirectML, () => throw new InvalidOperationException("asked twice"), open => open(model));

        Assert.Equal(
            [
                new InferenceOptions(DeviceChoice.DirectML, DirectMLAdapterLuid: 0x1234_0000_5678),
                new InferenceOptions(DeviceChoice.Cpu),
                new InferenceOptions(DeviceChoice.Cpu),
            ],
            asked
        );
    }

    private static void FailAt(int number, int run, Exception exception)
    {
        if (run == number)
        {
            throw exception;
        }
    }

    private static void AssertOneMessage(string effect, PluginRuntime runtime, string part)
    {
        Picture layer = TestPictures.Noise(700, 500, 6);
        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(Effects.Create(effect, runtime), layer, services);
        session.OpenDialog();
        PictureAssert.SameBytes(layer, session.Render(new RenderSchedule(32, 4)), "the layer after a failure");
        Assert.Contains(part, Assert.Single(services.ErrorMessages), StringComparison.Ordinal);
        Assert.StartsWith(effect, services.ErrorMessages[0], StringComparison.Ordinal);
    }

    private static void AssertSilentFallback(
        string effect,
        string device,
        FakeEngine cpu,
        Func<InferenceOptions, IInferenceEngine> create,
        string reason
    )
    {
        Picture layer = TestPictures.Noise(700, 500, 7);
        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(
            Effects.Create(effect, new PluginRuntime(create, ModelCatalogue.LoadDefault)),
            layer,
            services
        );
        session.OpenDialog();
        session.Set("Device", device);
        Picture result = session.Render(new RenderSchedule(64, 4));

        Assert.Empty(services.ErrorDetails);
        PictureAssert.SameBytes(
            Effects.Run(effect, Effects.Runtime(new FakeEngine()), layer, []),
            result,
            "the CPU's picture after the GPU failed"
        );
        Assert.True(cpu.Runs > 0);
        Assert.Contains(reason, session.OpenDialog().Single(control => control.Property == "Device").Description, StringComparison.Ordinal);
    }
}
