// What an effect held goes with it: Paint.NET may keep a disposed effect for a while, and pictures of many megabytes must not wait for
// that.
using System.Reflection;
using System.Runtime.CompilerServices;
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class DisposalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rsr-disposal-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Effects.Downscale, "Scale=2 Effort=2")]
    [InlineData(Effects.Upscale, "Scale=2 Source=Ordinary Reading=TopLeftPart Strength=50 Cleanup=Low")]
    [InlineData(Effects.Upscale, "Scale=2 Source=Pixel Reading=TopLeftPart")]
    [InlineData(Effects.Upscale, "Source=Ordinary Reading=SameSize Cleanup=High")]
    public void A_disposed_effect_holds_no_picture(string name, string settings)
    {
        using PluginRuntime runtime = Effects.Runtime(new FakeEngine());
        using HostServices services = new HostServices();
        LearnedEffect effect = Effects.Create(name, runtime);
        WeakReference[] held = Use(effect, services, settings.Split(' '));
        Assert.Empty(services.ErrorDetails);
        for (int i = 0; i < 10 && held.Any(one => one.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.All(held, one => Assert.False(one.IsAlive));
        GC.KeepAlive(effect);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference[] Use(LearnedEffect effect, HostServices services, string[] settings)
    {
        using EffectSession session = new EffectSession(effect, TestPictures.Noise(120, 90, 1), services);
        session.OpenDialog();
        session.SetAll([.. settings, $"SaveFolder={_folder}", "SaveName=a.tif"]);
        session.Render();
        session.Press("Copy");
        session.Render();
        session.Press("Save");
        session.Render();
        Assert.True(File.Exists(Path.Combine(_folder, "a.tif")));
        object job = typeof(LearnedEffect).GetField("_job", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(effect)!;
        return [new WeakReference(job), new WeakReference(effect.CurrentLayer)];
    }
}
