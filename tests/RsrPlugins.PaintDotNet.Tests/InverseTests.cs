// Down and up again, as a person does it in the editor: the small picture is 8-bit pixels on a layer, its colours rounded. The
// editor's steps must give exactly what the engine gives without an editor, so that the quality measured for the engine is the
// quality the user gets.
using RsrPlugins.Core;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resizing;
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class InverseTests
{
    [Theory]
    [InlineData(2, 168, 120)]
    [InlineData(3, 168, 120)]
    [InlineData(4, 168, 120)]
    [InlineData(2, 101, 67)]
    public void Upscale_gives_back_what_Downscale_made_at_the_engines_own_quality(int scale, int width, int height)
    {
        Picture original = TestPictures.Photo(width, height);
        Picture small = Effects.Run(Effects.Downscale, Effects.RealRuntime, original, [$"Scale={scale}"]);
        Picture restored = Effects.Run(Effects.Upscale, Effects.RealRuntime, small, [$"Scale={scale}"]);

        ModelCatalogue models = ModelCatalogue.LoadDefault();
        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        PixelImage reduced = new LearnedResizer(engine.Open(models.Find(NetworkTask.Reduce, ModelKind.Learned, scale))).Resize(
            original.ToImage(),
            null,
            TestContext.Current.CancellationToken
        );
        PixelImage enlarged = new LearnedResizer(engine.Open(models.Find(NetworkTask.Enlarge, ModelKind.Learned, scale))).Resize(
            reduced,
            null,
            TestContext.Current.CancellationToken
        );
        PictureAssert.SameBytes(enlarged.ToPicture().Crop(0, 0, width, height), restored, "the engine without the editor");
    }
}
