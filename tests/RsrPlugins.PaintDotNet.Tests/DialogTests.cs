using System.Reflection;
using PaintDotNet;
using RsrPlugins.Core.Models;
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class DialogTests
{
    [Theory]
    [InlineData(Effects.Downscale, "Scale,Effort,Placement,Rest,Selection,Copy,SaveFolder,SaveName,Save,Device")]
    [InlineData(Effects.Upscale, "Scale,Source,Cleanup,Strength,StrengthUse,Reading,Selection,Copy,SaveFolder,SaveName,Save,Device")]
    public void The_menu_entry_and_the_dialog_are_as_described(string name, string properties)
    {
        using HostServices services = new HostServices();
        using EffectSession session = Open(name, TestPictures.Of("photo"), services);
        IReadOnlyList<DialogControl> controls = session.OpenDialog();

        Assert.Equal((name, "Photo", true), (session.Name, session.Submenu, session.IsConfigurable));
        Assert.Equal(properties.Split(','), controls.Select(control => control.Property));
        Assert.All(controls, control => Assert.NotEmpty(control.Label));
        Assert.All(
            controls.SelectMany(control => control.Choices),
            choice =>
                Assert.NotEqual(
                    choice.Value,
                    choice
                        .Label.Replace("Automatic", "-", StringComparison.Ordinal)
                        .Replace("Keep", "-", StringComparison.Ordinal)
                        .Replace("Centre", "-", StringComparison.Ordinal)
                )
        );
        Assert.Equal("IncrementButton", controls.Single(control => control.Property == "Copy").ControlType);
        Assert.Contains("Paste into New Image", session.HelpText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Plugin_support_info_is_complete()
    {
        PluginSupportInfo info = new PluginSupportInfo();
        Assert.All(
            (string?[])[info.Author, info.Copyright, info.DisplayName, info.Version?.ToString()],
            text => Assert.False(string.IsNullOrEmpty(text))
        );
        Assert.All(
            (Type[])[typeof(LearnedDownscaleEffect), typeof(LearnedUpscaleEffect)],
            effect => Assert.NotNull(effect.GetCustomAttribute<PluginSupportInfoAttribute>())
        );
    }

    [Fact]
    public void Only_installed_scales_are_offered()
    {
        using ModelsFolder folder = new ModelsFolder();
        folder.Delete("rrnet-x3-learned.onnx");
        folder.Delete("srnet-x4-photo.onnx");
        using HostServices services = new HostServices();
        PluginRuntime runtime = new PluginRuntime(_ => new FakeEngine(), () => ModelCatalogue.Load(folder.Path));

        Assert.Equal(["X2", "X4"], ScalesOf(Effects.Downscale));
        Assert.Equal(["X2", "X3", "X4"], ScalesOf(Effects.Upscale));
        folder.Delete("srnet-x4-learned.onnx");
        Assert.Equal(["X2", "X3"], ScalesOf(Effects.Upscale));
        Assert.Contains("2 or 4 times smaller", HelpOf(Effects.Downscale), StringComparison.Ordinal);
        Assert.Contains("by 200 or 300 percent", HelpOf(Effects.Upscale), StringComparison.Ordinal);

        string HelpOf(string name)
        {
            using EffectSession session = new EffectSession(Effects.Create(name, runtime), TestPictures.Of("tiny"), services);
            return session.HelpText();
        }

        string[] ScalesOf(string name)
        {
            using EffectSession session = new EffectSession(Effects.Create(name, runtime), TestPictures.Of("tiny"), services);
            return [.. session.OpenDialog().Single(control => control.Property == "Scale").Choices.Select(choice => choice.Value)];
        }
    }

    [Fact]
    public void A_new_scale_needs_nothing_but_its_networks()
    {
        using ModelsFolder folder = new ModelsFolder();
        folder.AddScale(8);
        using HostServices services = new HostServices();
        Picture layer = TestPictures.Of("photo");

        Picture reduced = Render(Effects.Downscale, "1/8");
        int visible = Enumerable.Range(0, reduced.Bytes.Length / 4).Count(i => reduced.Bytes[(4 * i) + 3] > 0);
        Assert.Equal(layer.Width * layer.Height / 64, visible);
        Assert.NotEqual(layer.Bytes, Render(Effects.Upscale, "8x").Bytes);

        Picture Render(string name, string label)
        {
            FakeEngine engine = new FakeEngine();
            PluginRuntime runtime = new PluginRuntime(_ => engine, () => ModelCatalogue.Load(folder.Path));
            using EffectSession session = new EffectSession(Effects.Create(name, runtime), layer, services);
            DialogControl scale = session.OpenDialog().Single(control => control.Property == "Scale");
            Assert.Contains(label, scale.Choices.Select(choice => choice.Label));
            session.SetAll("Scale=8");
            Picture result = session.Render();
            Assert.Empty(services.ErrorDetails);
            Assert.NotEmpty(engine.Opened);
            Assert.All(engine.Opened, id => Assert.Contains("-x8-", id, StringComparison.Ordinal));
            return result;
        }
    }

    [Theory]
    [InlineData(Effects.Downscale)]
    [InlineData(Effects.Upscale)]
    public void Without_weights_the_dialog_opens_and_says_what_to_do(string name)
    {
        using ModelsFolder folder = new ModelsFolder();
        foreach (string file in Directory.EnumerateFiles(folder.Path, "*.onnx"))
        {
            File.Delete(file);
        }

        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(
            Effects.Create(name, new PluginRuntime(_ => new FakeEngine(), () => ModelCatalogue.Load(folder.Path))),
            TestPictures.Of("tiny"),
            services
        );
        DialogControl scale = session.OpenDialog().Single(control => control.Property == "Scale");

        Assert.Contains("Run the RsrPlugins installer again", scale.Description, StringComparison.Ordinal);
        Assert.Equal("(no weights installed)", Assert.Single(scale.Choices).Label);
    }

    [Fact]
    public void The_dialog_says_whether_the_layer_is_an_enlargement()
    {
        using HostServices services = new HostServices();
        Assert.Contains("is not a nearest-neighbour enlargement", DescriptionFor(TestPictures.Of("photo")), StringComparison.Ordinal);
        foreach (int scale in (int[])[2, 3, 4])
        {
            Assert.Contains(
                $"is a nearest-neighbour enlargement by {scale}",
                DescriptionFor(TestPictures.Of("photo").Enlarged(scale)),
                StringComparison.Ordinal
            );
        }

        string DescriptionFor(Picture layer)
        {
            using EffectSession session = Open(Effects.Upscale, layer, services);
            return session.OpenDialog().Single(control => control.Property == "Reading").Description;
        }
    }

    [Fact]
    public void Making_an_effect_opens_nothing()
    {
        PluginRuntime runtime = new PluginRuntime(
            _ => throw new InvalidOperationException("an engine was made"),
            () => throw new InvalidOperationException("the models were read")
        );
        Effects.Create(Effects.Downscale, runtime).Dispose();
        Effects.Create(Effects.Upscale, runtime).Dispose();
    }

    private static EffectSession Open(string name, Picture layer, HostServices services) =>
        new(Effects.Create(name, Effects.Runtime(new FakeEngine())), layer, services);
}
