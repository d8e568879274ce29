// The host's own tests: it loads the plugin as Paint.NET does, and it finds a difference where there is one.
using System.Runtime.Loader;
using PaintDotNet.Effects;
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class EffectHostTests
{
    private static string PluginFolder => Repository.File("src", "RsrPlugins.PaintDotNet", "bin", "Release", "net9.0");

    [Fact]
    public void The_plugin_loads_from_its_own_folder_in_its_own_context_and_gives_the_same_picture()
    {
        Assert.SkipUnless(
            Directory.Exists(PluginFolder),
            "The plugin was not built in configuration Release: dotnet build src/RsrPlugins.PaintDotNet -c Release"
        );
        IReadOnlyList<Type> types = PluginLoader.FindEffects(PluginFolder);
        Assert.Equal([nameof(LearnedDownscaleEffect), nameof(LearnedUpscaleEffect)], types.Select(type => type.Name));
        Assert.All(types, type => Assert.NotSame(AssemblyLoadContext.Default, AssemblyLoadContext.GetLoadContext(type.Assembly)));
        // The framework of the host is shared, or the effects would not be effects to it.
        Assert.All(types, type => Assert.True(type.IsAssignableTo(typeof(BitmapEffect))));

        Picture layer = TestPictures.Of("photo");
        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(PluginLoader.Create(types[0]), layer, services);
        session.OpenDialog();
        session.SetAll("Scale=2", "Device=Cpu");
        PictureAssert.SameBytes(
            Effects.Run(Effects.Downscale, Effects.RealRuntime, layer, ["Scale=2"]),
            session.Render(),
            "the plugin in its own load context"
        );
        Assert.Empty(services.ErrorDetails);
    }

    [Fact]
    public void A_folder_without_a_plugin_is_named()
    {
        string folder = Directory.CreateTempSubdirectory("rsr-plugin-").FullName;
        Assert.Contains(folder, Assert.Throws<HostException>(() => PluginLoader.FindEffects(folder)).Message, StringComparison.Ordinal);
        Directory.Delete(folder);
        Assert.Contains(folder, Assert.Throws<HostException>(() => PluginLoader.FindEffects(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_worst_pixel_is_found_and_named()
    {
        Picture expected = TestPictures.Of("gradient"),
            actual = expected.Clone();
        actual[11, 7][1] ^= 0x10;
        PictureDifference difference = PictureDifference.Between(expected, actual);
        Assert.Equal((16, 11, 7), (difference.Maximum, difference.X, difference.Y));
        Assert.Equal(16 / (4.0 * 56 * 48), difference.Mean, 10);
        Assert.True(difference.Within(new Tolerance(16, 0.01)));
        Assert.False(difference.Within(new Tolerance(15, 0.01)));
        Assert.False(difference.Within(new Tolerance(16, 0.001)));
        Assert.Contains("(11, 7)", difference.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(0, difference.Image[11, 7][1]);
    }

    [Fact]
    public void What_is_invisible_in_both_pictures_is_no_difference()
    {
        Picture a = new(2, 1),
            b = new(2, 1);
        a[0, 0][0] = 200;
        Assert.True(PictureDifference.Between(a, b).Within(Tolerance.None));
        b[0, 0][3] = 1;
        Assert.False(PictureDifference.Between(a, b).Within(Tolerance.None));
    }

    [Fact]
    public void A_picture_survives_being_saved()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("rsr-png-").FullName, "noise.png");
        Picture picture = TestPictures.Noise(13, 7, 1);
        picture.Save(path);
        PictureAssert.SameBytes(picture, Picture.Load(path), "the saved picture");
        File.WriteAllText(path, "no picture");
        Assert.Contains(path, Assert.Throws<HostException>(() => Picture.Load(path)).Message, StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    // rsr's rule: a file with every pixel is a picture, one that lacks some is none. The decoder alone shows grey where rows are missing.
    [Fact]
    public void A_picture_that_is_cut_off_or_of_another_kind_is_refused_as_rsr_refuses_it()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("rsr-png-").FullName, "noise.png");
        TestPictures.Noise(40, 30, 1).Save(path);
        byte[] whole = File.ReadAllBytes(path);
        byte[] altered = [.. whole];
        altered[^40] ^= 0x55;
        foreach (byte[] damaged in (byte[][])[whole[..(whole.Length / 2)], whole[..(whole.Length - 40)], altered])
        {
            File.WriteAllBytes(path, damaged);
            Assert.Contains(
                "expected a whole PNG, found a damaged or truncated file",
                Assert.Throws<HostException>(() => Picture.Load(path)).Message,
                StringComparison.Ordinal
            );
        }

        File.WriteAllBytes(path, [0xFF, 0xD8, 0xFF, 0xE0, .. new byte[100]]);
        Assert.Contains(
            "expected a whole PNG, found a file of another kind",
            Assert.Throws<HostException>(() => Picture.Load(path)).Message,
            StringComparison.Ordinal
        );
        File.WriteAllBytes(path, [.. whole, .. new byte[10]]); // Bytes behind the end.
        Assert.Equal(40, Picture.Load(path).Width);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public void A_wrong_setting_is_answered_with_what_there_is()
    {
        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(
            Effects.Create(Effects.Upscale, Effects.Runtime(new FakeEngine())),
            TestPictures.Of("tiny"),
            services
        );
        Assert.Contains("Reading", Assert.Throws<HostException>(() => session.Set("Sauce", "1")).Message, StringComparison.Ordinal);
        Assert.Contains("Ordinary", Assert.Throws<HostException>(() => session.Set("Source", "Tomato")).Message, StringComparison.Ordinal);
    }
}
