// Clean-up in the dialog: other weights for an ordinary picture, halfway by a mean, and nothing for what the pair made.
using RsrPlugins.Core.Models;
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class CleanupTests
{
    private static readonly string[] _scales =
    [
        .. Effects.RealRuntime.Models().Scales(NetworkTask.Enlarge, ModelKind.Cleanup).Select(scale => $"Scale={scale}"),
    ];

    [Fact]
    public void Low_lies_halfway_between_off_and_high()
    {
        Assert.NotEmpty(_scales);
        foreach (string scale in _scales)
        {
            Picture off = Run(scale, "Cleanup=Off"),
                low = Run(scale, "Cleanup=Low"),
                high = Run(scale, "Cleanup=High");
            Assert.NotEqual(off.Bytes, high.Bytes);
            for (int i = 0; i < off.Bytes.Length; i++)
            {
                Assert.InRange(low.Bytes[i] - ((off.Bytes[i] + high.Bytes[i]) / 2.0), -1, 1);
            }
        }
    }

    [Fact]
    public void What_the_pair_made_needs_none() =>
        PictureAssert.SameBytes(
            Effects.Run(
                Effects.Upscale,
                Effects.RealRuntime,
                TestPictures.Of("photo"),
                [_scales[0], "Source=Learned", "Reading=TopLeftPart"]
            ),
            Effects.Run(
                Effects.Upscale,
                Effects.RealRuntime,
                TestPictures.Of("photo"),
                [_scales[0], "Source=Learned", "Reading=TopLeftPart", "Cleanup=High"]
            ),
            "Cleanup=High"
        );

    [Fact]
    public void A_scale_without_such_weights_says_so()
    {
        using ModelsFolder folder = new ModelsFolder();
        foreach (string file in Directory.EnumerateFiles(folder.Path, "*cleanup*"))
        {
            File.Delete(file);
        }

        using PluginRuntime runtime = new PluginRuntime(_ => new FakeEngine(), () => ModelCatalogue.Load(folder.Path));
        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(Effects.Create(Effects.Upscale, runtime), TestPictures.Of("photo"), services);
        Assert.Contains(
            "No weights for it are installed",
            session.OpenDialog().Single(control => control.Property == "Cleanup").Description,
            StringComparison.Ordinal
        );
        session.SetAll("Source=Ordinary", "Cleanup=High");
        session.Render();
        Assert.Contains("is not installed", Assert.Single(services.ErrorMessages), StringComparison.Ordinal);
    }

    private static Picture Run(params string[] settings) =>
        Effects.Run(
            Effects.Upscale,
            Effects.RealRuntime,
            TestPictures.Of("photo"),
            ["Source=Ordinary", "Reading=TopLeftPart", "StrengthUse=Exactly", .. settings]
        );
}
