// What the first use shows: the dialog opens with choices that fit the layer, and Automatic takes the right ones.
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class AutomaticTests
{
    private static readonly string[] _ordinaryCorner = ["Source=Ordinary", "Reading=TopLeftPart"];

    [Fact]
    public void An_ordinary_picture_is_enlarged_as_one()
    {
        Picture layer = TestPictures.Photo(90, 70);
        Same(layer, [], _ordinaryCorner);
        Assert.Equal("X2", Control(layer, "Scale").Value);
        Assert.Equal("Automatic", Control(layer, "Source").Value);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void An_enlarged_picture_presets_its_scale_and_is_refined(int scale)
    {
        Picture layer = TestPictures.Of("photo").Enlarged(scale);
        Assert.Equal($"X{scale}", Control(layer, "Scale").Value);
        Assert.Contains($"is a nearest-neighbour enlargement by {scale}", Control(layer, "Reading").Description, StringComparison.Ordinal);
        Same(layer, [$"Scale={scale}"], ["Source=Ordinary", "Reading=EnlargedImage", $"Scale={scale}"]);
    }

    [Fact]
    public void One_colour_is_an_enlargement_of_nothing()
    {
        Picture layer = new Picture(80, 60);
        layer.Bytes.AsSpan().Fill(200);
        Assert.Equal("X2", Control(layer, "Scale").Value);
        Assert.Contains("is not a nearest-neighbour enlargement", Control(layer, "Reading").Description, StringComparison.Ordinal);
    }

    /// <summary>In place, and pasted into an image of its own that is then enlarged: the two ways back that the documents show.</summary>
    [Fact]
    public void What_Learned_Downscale_made_comes_back_through_its_partner()
    {
        using PluginRuntime runtime = Effects.NewRealRuntime();
        Picture layer = TestPictures.Photo(96, 80);
        Picture reduced = Effects.Run(Effects.Downscale, runtime, layer, ["Scale=2"]);
        PictureAssert.SameBytes(
            Upscaled(runtime, reduced, "Source=Learned", "Reading=TopLeftPart"),
            Upscaled(runtime, reduced),
            "in place"
        );

        Picture pasted = reduced.Crop(0, 0, 48, 40).Enlarged(2);
        Picture automatic = Upscaled(runtime, pasted);
        PictureAssert.SameBytes(Upscaled(runtime, pasted, "Source=Learned", "Reading=EnlargedImage"), automatic, "pasted and enlarged");
        Assert.NotEqual(Upscaled(runtime, pasted, "Source=Ordinary", "Reading=EnlargedImage").Bytes, automatic.Bytes);

        // One level somewhere, and it is another picture.
        reduced[3, 3][0] ^= 1;
        PictureAssert.SameBytes(
            Upscaled(runtime, reduced, "Source=Ordinary", "Reading=TopLeftPart"),
            Upscaled(runtime, reduced),
            "changed since"
        );
        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(Effects.Create(Effects.Upscale, runtime), reduced, services);
        Assert.Contains(
            "last taken for an ordinary one",
            session.OpenDialog().Single(control => control.Property == "Source").Description,
            StringComparison.Ordinal
        );
    }

    private static Picture Upscaled(PluginRuntime runtime, Picture layer, params string[] settings) =>
        Effects.Run(Effects.Upscale, runtime, layer, ["Scale=2", .. settings]);

    private static void Same(Picture layer, string[] automatic, string[] chosen)
    {
        using PluginRuntime runtime = Effects.NewRealRuntime();
        PictureAssert.SameBytes(
            Effects.Run(Effects.Upscale, runtime, layer, chosen),
            Effects.Run(Effects.Upscale, runtime, layer, automatic),
            string.Join(' ', chosen)
        );
    }

    private static DialogControl Control(Picture layer, string property)
    {
        using PluginRuntime runtime = Effects.NewRealRuntime();
        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(Effects.Create(Effects.Upscale, runtime), layer, services);
        return session.OpenDialog().Single(control => control.Property == property);
    }
}
