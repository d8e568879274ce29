// Making effects and sessions for tests: every test has its own runtime, button and report, so none disturbs another.
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

internal static class Effects
{
    public const string Downscale = "Learned Downscale";
    public const string Upscale = "Learned Upscale";

    /// <summary>The real engine and the shipped models, shared by all tests: sessions are dear.</summary>
    public static PluginRuntime RealRuntime { get; } = NewRealRuntime();

    /// <summary>One that remembers nothing yet.</summary>
    public static PluginRuntime NewRealRuntime() =>
        new(options => new InferenceEngine(options with { Device = DeviceChoice.Cpu }), ModelCatalogue.LoadDefault);

    public static PluginRuntime Runtime(IInferenceEngine engine) => new(_ => engine, ModelCatalogue.LoadDefault);

    public static LearnedEffect Create(string name, PluginRuntime runtime, CopyButton? button = null, FailureReport? report = null) =>
        name == Downscale
            ? new LearnedDownscaleEffect(runtime, button ?? new CopyButton(), report ?? new FailureReport())
            : new LearnedUpscaleEffect(runtime, button ?? new CopyButton(), report ?? new FailureReport());

    /// <summary>Opens the dialog, sets controls ("Scale=2"), renders once.</summary>
    public static Picture Run(
        string name,
        PluginRuntime runtime,
        Picture layer,
        string[] settings,
        (int, int, int, int)? selection = null,
        RenderSchedule? schedule = null,
        Picture? mask = null
    )
    {
        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(Create(name, runtime), layer, services, selection, mask);
        session.OpenDialog();
        session.SetAll(settings);
        Picture result = session.Render(schedule);
        Assert.Empty(services.ErrorDetails);
        return result;
    }

    public static void SetAll(this EffectSession session, params IEnumerable<string> settings)
    {
        foreach (string[] parts in settings.Select(setting => setting.Split('=')))
        {
            session.Set(parts[0], parts[1]);
        }
    }
}
