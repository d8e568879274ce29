// CONTRIBUTING's walkthrough "add a scale", carried out: x8 is trained for some steps, exported, cut into tiles, and taken by the engine's
// own session in both directions. What it learns in so few steps is of no interest; that nothing between the configuration and the picture
// knows a list of scales is.
using RsrPlugins.Core;
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Core.Sizes;
using RsrPlugins.Core.Tiling;
using RsrPlugins.Trainer.Export;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Tests;

public class WalkthroughTests
{
    [Theory]
    [InlineData(8, true)]
    [InlineData(8, false)]
    [InlineData(5, true)]
    public void A_new_scale_is_trained_exported_tiled_and_used(int scale, bool ownKernels)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        TrainingConfig config = TestSupport.Config(scale, steps: ownKernels ? 50 : 3) with { Patch = 8 * scale, OwnKernels = ownKernels };
        _ = TrainingConfig.Parse(config.ToJson(), "test");
        Checkpoint trained;
        using (TrainingRun run = new TrainingRun(config, TestSupport.Crops(config), []))
        {
            for (int step = 0; step < config.Steps; step++)
            {
                run.Advance();
            }

            trained = run.Snapshot();
        }

        using TemporaryFolder folder = new TemporaryFolder();
        ModelFolder.Write(folder.Root, ModelExporter.Build(trained, folder.Root, null)); // compares with Torch
        ModelCatalogue catalogue = ModelCatalogue.Load(folder.Root);
        Assert.Equal([scale], catalogue.Scales(NetworkTask.Reduce, ModelKind.Learned));
        Assert.Equal([scale], catalogue.Scales(NetworkTask.Enlarge, ModelKind.Learned));

        PixelImage source = PixelImage.Create((6 * scale) + 3, (5 * scale) + 1, PixelLayout.Grey, 8);
        TestSupport.Drawn(source.Width, source.Height).Luma.CopyTo(source.Samples8);
        using ResizeSession session = new ResizeSession(() => catalogue);
        ResizeWay down = ResizeWay.Of(
            ResizePlan.Downscale(
                source.Width,
                source.Height,
                new SizeRequest(scale, null, null),
                catalogue.Scales(NetworkTask.Reduce, ModelKind.Learned)
            ),
            catalogue,
            passes: 1
        );
        PixelImage small = session.Resize(source, down, new SessionSettings(DeviceChoice.Cpu), cancellationToken: token).Picture;
        Assert.Equal((7, 6), (small.Width, small.Height));

        DownscaleRecord record = new DownscaleRecord(
            scale,
            source.Width,
            source.Height,
            [new DownscaleRecordStep(scale, down.Steps[0].Model.Id, down.Steps[0].Model.Sha256)]
        );
        ResizeWay up = ResizeWay.Of(
            ResizePlan.Upscale(7, 6, new SizeRequest(null, null, null), ModelKind.Learned, [scale], record),
            catalogue
        );
        PixelImage restored = session.Resize(small, up, new SessionSettings(DeviceChoice.Cpu), cancellationToken: token).Picture;
        Assert.Equal((source.Width, source.Height), (restored.Width, restored.Height));

        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        foreach (ModelDescriptor model in catalogue.Models.Where(model => model.Shape.MakesPictures))
        {
            INetwork network = engine.Open(model);
            PixelImage whole = new LearnedResizer(network, new ResizeSettings(1, 1000)).Resize(source, null, token);
            PixelImage tiled = new LearnedResizer(network, new ResizeSettings(2, 4)).Resize(source, null, token);
            Assert.True(whole.Samples8.SequenceEqual(tiled.Samples8), model.Id);
        }
    }
}
