// The part of the picture that Paint.NET asks for first is there first, and no part is computed before somebody wants it.
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tiling;
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class TilesTests
{
    [Theory]
    [InlineData(Effects.Downscale, "Scale=2 Rest=Keep")]
    [InlineData(Effects.Downscale, "Scale=2 Rest=Keep Effort=10")]
    [InlineData(Effects.Upscale, "Scale=2 Source=Ordinary Reading=TopLeftPart")]
    [InlineData(Effects.Upscale, "Scale=4 Source=Ordinary Reading=EnlargedImage")]
    [InlineData(Effects.Upscale, "Scale=2 Source=Ordinary Reading=TopLeftPart Cleanup=Low Strength=40")]
    public void A_tenth_of_the_work_is_enough_for_the_first_tile(string effect, string options)
    {
        Picture layer = TestPictures.Noise(2400, 1600, 11);
        int first = Runs(layer, (0, 0, 64, 64), out int whole);
        Assert.True(first * 10 <= whole, $"{first} runs of the network before the first tile, {whole} for all");

        int Runs(Picture picture, (int X, int Y, int Width, int Height) part, out int all)
        {
            FakeEngine engine = new FakeEngine();
            using HostServices services = new HostServices();
            using EffectSession session = new EffectSession(Effects.Create(effect, Effects.Runtime(engine)), picture, services);
            session.SetAll(options.Split(' '));
            int before = 0;
            session.Render(new RenderSchedule(64, 1) { TileDone = number => before = number == 1 ? engine.Runs : before });
            all = engine.Runs;
            return before;
        }
    }

    /// <summary>Parts in any order, from several threads, give the bytes of the picture computed as a whole.</summary>
    [Theory]
    [InlineData(NetworkTask.Reduce, ModelKind.Learned, 3, 100)]
    [InlineData(NetworkTask.Enlarge, ModelKind.Learned, 2, 100)]
    [InlineData(NetworkTask.Enlarge, ModelKind.Photo, 4, 63)]
    public void Parts_make_the_whole(NetworkTask task, ModelKind kind, int scale, int strength)
    {
        PixelImage source = PixelImage.Create(233, 171, PixelLayout.Rgba, 8);
        new Random(5).NextBytes(source.Samples8);
        ModelDescriptor model = Effects.RealRuntime.Models().Find(task, kind, scale);
        ResizeWay way = ResizeWay.Of(model, source.Width, source.Height) with { Strength = strength };
        PixelImage expected = Effects.RealRuntime.Resize(ProcessingDevice.Cpu, () => null, source, way, CancellationToken.None);

        Assert.True(TiledPicture.Takes(way));
        TiledPicture tiled = new TiledPicture(source, way, Effects.RealRuntime, ProcessingDevice.Cpu, () => null);
        TileRect[] parts =
        [
            .. Enumerable.Range(0, 400).Select(i => new TileRect(i * 37 % expected.Width, i * 53 % expected.Height, 60, 45)),
        ];
        Parallel.ForEach(parts, part => tiled.Complete(part, CancellationToken.None));
        tiled.CompleteAll(CancellationToken.None);
        Assert.True(expected.Samples8.SequenceEqual(tiled.Picture.Samples8));
    }

    /// <summary>A failure after the first tile cannot leave half a picture behind: the render is given up, and the editor keeps the
    /// layer.</summary>
    [Fact]
    public void A_failure_after_the_first_tile_gives_the_render_up()
    {
        Picture layer = TestPictures.Noise(900, 700, 12);
        bool fails = false;
        FakeEngine engine = new FakeEngine { OnRun = (_, _) => FailIf(fails) };
        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(Effects.Create(Effects.Upscale, Effects.Runtime(engine)), layer, services);
        session.Set("Scale", "2");
        Picture result = session.Render(new RenderSchedule(64, 1) { TileDone = number => fails |= number == 2 });
        PictureAssert.SameBytes(layer, result, "the layer");
        Assert.Contains("failed unexpectedly", Assert.Single(services.ErrorMessages), StringComparison.Ordinal);
    }

    private static void FailIf(bool fails)
    {
        if (fails)
        {
            throw new InvalidOperationException("a bug");
        }
    }
}
