// What the engine offers beyond a scale and a kind of picture: how strongly it shows, hard edges, networks of the user's, any factor, and
// the size as it is.
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Sizes;
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class OptionTests
{
    private static readonly string[] _corner = ["Scale=2", "Source=Ordinary", "Reading=TopLeftPart", "StrengthUse=Exactly"];

    [Fact]
    public void The_strength_is_at_most_what_the_picture_bears()
    {
        Picture layer = TestPictures.Of("logo");
        Picture Rendered(string use) => Run(layer, ["Scale=2", "Source=Ordinary", "Reading=TopLeftPart", use]);
        PixelImage source = Pixels(layer.Crop(0, 0, layer.Width / 2, layer.Height / 2));
        ModelCatalogue models = Effects.RealRuntime.Models();
        ResizePlan plan = ResizePlan.Upscale(source.Width, source.Height, new SizeRequest(2, null, null), ModelKind.Photo, [2]);
        ResizeWay bears = ResizeWay.Of(plan, models).Adapted(source);
        PixelImage expected = Pixels(Run(layer, [.. _corner, "Strength=100"]));
        CancellationToken token = TestContext.Current.CancellationToken;
        PixelBlend.Into(expected, 0, 0, Resampler.Resize(source, layer.Width, layer.Height, bears.RestKernel, null, token), bears.Strength);
        PictureAssert.SameBytes(
            OfPixels(expected),
            Run(layer, ["Scale=2", "Source=Ordinary", "Reading=TopLeftPart"]),
            $"{bears.Strength} %, the rest {bears.RestKernel}"
        );
        PictureAssert.SameBytes(Rendered("StrengthUse=AtMost"), Rendered("Strength=100"), "the preset");
    }

    [Fact]
    public void Strength_goes_from_the_classical_picture_to_the_learned_one()
    {
        Picture layer = TestPictures.Of("logo");
        Picture learned = Run(layer, _corner);
        PictureAssert.SameBytes(learned, Run(layer, [.. _corner, "Strength=100"]), "100 %");

        FakeEngine engine = new FakeEngine();
        Picture classical = Effects.Run(Effects.Upscale, Effects.Runtime(engine), layer, [.. _corner, "Strength=0"]);
        Assert.Empty(engine.Opened);
        PixelImage expected = Resampler.Resize(
            Pixels(layer.Crop(0, 0, layer.Width / 2, layer.Height / 2)),
            layer.Width,
            layer.Height,
            ResamplingKernel.Bicubic,
            cancellationToken: TestContext.Current.CancellationToken
        );
        PictureAssert.SameBytes(OfPixels(expected), classical, "0 %");

        // Visible pixels of equal alpha lie where the share says.
        Picture between = Run(layer, [.. _corner, "Strength=25"]);
        Assert.NotEqual(learned.Bytes, between.Bytes);
        for (int i = 0; i < between.Bytes.Length; i += 4)
        {
            if (learned.Bytes[i + 3] == 255 && classical.Bytes[i + 3] == 255)
            {
                Assert.Equal((((learned.Bytes[i] * 25) + (classical.Bytes[i] * 75)) + 50) / 100, between.Bytes[i]);
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Pixel_art_gets_blocks_and_no_network(int scale)
    {
        Picture sprite = TestPictures.Noise(12, 9, 3);
        Picture layer = new Picture(12 * scale, 9 * scale);
        Put(sprite, layer);
        FakeEngine engine = new FakeEngine();
        Picture blocks = sprite.Enlarged(scale);
        PictureAssert.SameBytes(
            blocks,
            Effects.Run(
                Effects.Upscale,
                Effects.Runtime(engine),
                layer,
                [$"Scale={scale}", "Source=Pixel", "Reading=TopLeftPart", "Strength=30"]
            ),
            "blocks"
        );
        PictureAssert.SameBytes(
            blocks,
            Effects.Run(Effects.Upscale, Effects.Runtime(engine), blocks, [$"Scale={scale}", "Source=Pixel"]),
            "blocks of blocks"
        );
        Assert.Empty(engine.Opened);
    }

    [Theory]
    [InlineData(30, 20, 75, 50, 75, 50)] // 2.5 times
    [InlineData(30, 20, 80, 50, 75, 50)] // as large as the lower side allows
    [InlineData(31, 21, 64, 43, 64, 43)] // proportions as near as whole pixels are
    public void What_is_visible_fits_the_selection_by_any_factor(
        int width,
        int height,
        int selectionWidth,
        int selectionHeight,
        int expectedWidth,
        int expectedHeight
    )
    {
        Picture small = TestPictures.Photo(width, height);
        Picture layer = new Picture(120, 90);
        const int Left = 7,
            Top = 5;
        Put(small, layer, Left + 3, Top + 2);
        PluginRuntime runtime = Effects.NewRealRuntime();
        Picture result = Effects.Run(
            Effects.Upscale,
            runtime,
            layer,
            ["Source=Ordinary", "Reading=FitSelection", "Cleanup=Off"],
            (Left, Top, selectionWidth, selectionHeight)
        );

        ModelCatalogue models = runtime.Models();
        ResizePlan plan = ResizePlan.Upscale(
            width,
            height,
            new SizeRequest(null, expectedWidth, expectedHeight),
            ModelKind.Photo,
            models.Scales(NetworkTask.Enlarge, ModelKind.Photo)
        );
        PixelImage expected = runtime.Resize(
            ProcessingDevice.Cpu,
            () => null,
            Pixels(small),
            Core.Hosting.ResizeWay.Of(plan, models).Adapted(Pixels(small)),
            CancellationToken.None
        );
        Picture canvas = new Picture(120, 90);
        Put(OfPixels(expected), canvas, Left + ((selectionWidth - expectedWidth) / 2), Top + ((selectionHeight - expectedHeight) / 2));
        PictureAssert.SameBytes(canvas, result, "the small picture enlarged, and nothing else");
    }

    [Fact]
    public void What_cannot_be_made_to_fit_is_said()
    {
        Assert.Contains("already fills the selection", MessageFor(TestPictures.Of("photo")), StringComparison.Ordinal);
        Assert.Contains("nothing is visible", MessageFor(new Picture(40, 30)), StringComparison.Ordinal);
        Picture dot = new Picture(400, 300);
        Put(TestPictures.Photo(4, 3), dot);
        Assert.Contains("at most 16 times", MessageFor(dot), StringComparison.Ordinal);

        static string MessageFor(Picture layer)
        {
            using HostServices services = new HostServices();
            using EffectSession session = new EffectSession(
                Effects.Create(Effects.Upscale, Effects.Runtime(new FakeEngine())),
                layer,
                services
            );
            session.SetAll("Reading=FitSelection", "Source=Ordinary");
            PictureAssert.SameBytes(layer, session.Render(), "the layer");
            return Assert.Single(services.ErrorMessages);
        }
    }

    [Fact]
    public void Cleaning_up_keeps_the_size()
    {
        Picture layer = TestPictures.Of("photo");
        ModelCatalogue models = Effects.RealRuntime.Models();
        ResizePlan plan = ResizePlan.CleanUp(
            layer.Width,
            layer.Height,
            CleanupChoice.High,
            models.Scales(NetworkTask.Enlarge, ModelKind.Cleanup)
        );
        PixelImage expected = Effects.RealRuntime.Resize(
            ProcessingDevice.Cpu,
            () => null,
            Pixels(layer),
            Core.Hosting.ResizeWay.Of(plan, models),
            CancellationToken.None
        );
        PictureAssert.SameBytes(OfPixels(expected), Run(layer, ["Source=Ordinary", "Reading=SameSize", "Cleanup=High"]), "cleaned up");
        PictureAssert.SameBytes(layer, Run(layer, ["Source=Ordinary", "Reading=SameSize", "Cleanup=Off"]), "nothing to do");
        PictureAssert.SameBytes(
            layer,
            Run(layer, ["Source=Ordinary", "Reading=SameSize", "Cleanup=High", "Strength=0"]),
            "nothing of it shows"
        );
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(2, false)]
    [InlineData(1, true)]
    public void Added_networks_are_in_the_list_and_work(int factor, bool rgb)
    {
        using ModelsFolder folder = new ModelsFolder();
        folder.Add("mine", factor, rgb);
        FakeEngine engine = new FakeEngine();
        using PluginRuntime runtime = new PluginRuntime(_ => engine, () => ModelCatalogue.Load(folder.Path));
        using HostServices services = new HostServices();
        Picture layer = TestPictures.Of("photo");
        using EffectSession session = new EffectSession(Effects.Create(Effects.Upscale, runtime), layer, services);
        DialogControl network = session.OpenDialog().Single(control => control.Property == "Network");
        Assert.Equal([("", "What the image needs"), ("mine", factor == 1 ? "mine (keeps the size)" : "mine (2x)")], network.Choices);

        session.SetAll("Network=mine", "Scale=4");
        Picture result = session.Render();
        Assert.Empty(services.ErrorDetails);
        Assert.Equal(["mine"], engine.Opened.Distinct());
        ModelDescriptor model = runtime.Models().Named("mine");
        int side = factor == 1 ? 1 : 4;
        PixelImage source = Pixels(layer.Crop(0, 0, layer.Width / side, layer.Height / side));
        ResizePlan plan = ResizePlan.With(
            source.Width,
            source.Height,
            factor == 1 ? new SizeRequest(null, null, null) : new SizeRequest(4, null, null),
            model
        );
        PixelImage expected = runtime.Resize(
            ProcessingDevice.Cpu,
            () => null,
            source,
            Core.Hosting.ResizeWay.Of(plan, runtime.Models()),
            CancellationToken.None
        );
        PictureAssert.SameBytes(OfPixels(expected), result, "the network's picture");
    }

    [Fact]
    public void An_added_network_that_was_removed_meanwhile_is_named()
    {
        using ModelsFolder folder = new ModelsFolder(),
            without = new ModelsFolder();
        folder.Add("mine", 2, rgb: true);
        string path = folder.Path;
        using PluginRuntime runtime = new PluginRuntime(_ => new FakeEngine(), () => ModelCatalogue.Load(path));
        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(Effects.Create(Effects.Upscale, runtime), TestPictures.Of("photo"), services);
        session.Set("Network", "mine");
        path = without.Path;
        session.Render();
        Assert.Contains("No model mine is installed", Assert.Single(services.ErrorMessages), StringComparison.Ordinal);
    }

    private static Picture Run(Picture layer, string[] settings) => Effects.Run(Effects.Upscale, Effects.RealRuntime, layer, settings);

    private static void Put(Picture from, Picture to, int x = 0, int y = 0)
    {
        for (int row = 0; row < from.Height; row++)
        {
            from.Bytes.AsSpan(row * from.Width * 4, from.Width * 4).CopyTo(to.Bytes.AsSpan((((y + row) * to.Width) + x) * 4));
        }
    }

    private static PixelImage Pixels(Picture picture)
    {
        PixelImage pixels = PixelImage.Create(picture.Width, picture.Height, PixelLayout.Rgba, 8);
        Layer.SwapRedAndBlue(picture.Bytes, pixels.Samples8);
        return pixels;
    }

    private static Picture OfPixels(PixelImage pixels)
    {
        Picture picture = new Picture(pixels.Width, pixels.Height);
        Layer.SwapRedAndBlue(pixels.Samples8, picture.Bytes);
        return picture;
    }
}
