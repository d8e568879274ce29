// The rules of a session, with engines that cost nothing: steps chained to an exact size, partners by id, the CPU where a GPU fails.
using Moq;
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Core.Sizes;
using RsrPlugins.Core.Tests.Resizing;

namespace RsrPlugins.Core.Tests.Hosting;

public sealed class ResizeSessionTests
{
    private static readonly ModelCatalogue _models = ModelCatalogue.LoadDefault();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void A_chain_is_the_steps_one_after_the_other_and_the_classical_one_last()
    {
        PixelImage source = LearnedResizerTests.Patchwork(13, 11, PixelLayout.Rgb, 8);
        ResizeWay way = ResizeWay.Of(ResizePlan.Upscale(13, 11, new SizeRequest(5.5m, null, null), ModelKind.Photo, [2, 3, 4]), _models);
        Assert.Equal(["srnet-x2-photo", "srnet-x3-photo"], way.ModelIds());
        using ResizeSession session = new ResizeSession(null, _ => Engine(DeviceKind.Cpu));
        List<double> shares = [];
        SessionResult result = session.Resize(source, way, new SessionSettings(), new Recorder(shares), cancellationToken: Token);

        PixelImage expected = new LearnedResizer(Network(way.Steps[1].Model)).Resize(
            new LearnedResizer(Network(way.Steps[0].Model)).Resize(source, null, Token),
            null,
            Token
        );
        expected = Core.Resampling.Resampler.Resize(expected, 72, 61, Core.Resampling.ResamplingKernel.Bicubic, null, Token);
        Assert.Equal((72, 61, DeviceKind.Cpu), (result.Picture.Width, result.Picture.Height, result.Device));
        Assert.True(expected.Samples8.SequenceEqual(result.Picture.Samples8));
        Assert.Equal(shares.Order(), shares);
        Assert.Equal(1, shares[^1], 1e-9);
    }

    [Fact]
    public void Half_of_a_step_is_the_mean_of_two_networks()
    {
        PixelImage source = LearnedResizerTests.Patchwork(13, 11, PixelLayout.Rgba, 16);
        ModelDescriptor one = _models.Find(NetworkTask.Enlarge, ModelKind.Learned, 2),
            other = _models.Find(NetworkTask.Enlarge, ModelKind.Photo, 2);
        ResizeWay way = new ResizeWay([new WayStep(one, null, 0, 26, 22) { MeanWith = other }], 26, 22, ClassicalStep: false);
        Assert.Equal(["srnet-x2-learned", "srnet-x2-photo"], way.ModelIds());
        PixelImage Alone(ModelDescriptor model)
        {
            using ResizeSession session = new ResizeSession();
            return session
                .Resize(source, ResizeWay.Of(model, 13, 11), new SessionSettings(DeviceChoice.Cpu), cancellationToken: Token)
                .Picture;
        }

        using ResizeSession session = new ResizeSession();
        List<double> shares = [];
        PixelImage mean = session
            .Resize(source, way, new SessionSettings(DeviceChoice.Cpu), new Recorder(shares), cancellationToken: Token)
            .Picture;
        PixelImage a = Alone(one),
            b = Alone(other);
        Assert.False(a.Samples16.SequenceEqual(b.Samples16));
        for (int i = 0; i < mean.Samples16.Length; i++)
        {
            Assert.Equal((a.Samples16[i] + b.Samples16[i] + 1) / 2, mean.Samples16[i]);
        }

        Assert.Equal(shares.Order(), shares);
        Assert.Equal(1, shares[^1], 1e-9);
    }

    [Fact]
    public void What_a_reduction_filled_up_is_cut_off_again_unless_the_host_does_it()
    {
        PixelImage small = LearnedResizerTests.Patchwork(6, 5, PixelLayout.Rgb, 8);
        DownscaleRecord record = new DownscaleRecord(2, 11, 9, [new DownscaleRecordStep(2, "rrnet-x2-learned", new string('0', 64))]);
        ResizeWay way = ResizeWay.Of(
            ResizePlan.Upscale(6, 5, new SizeRequest(null, null, null), ModelKind.Learned, [2, 3, 4], record),
            _models
        );
        using ResizeSession session = new ResizeSession(null, _ => Engine(DeviceKind.Cpu));
        Assert.Equal((11, 9), SizeOf(session.Resize(small, way, new SessionSettings(), cancellationToken: Token)));
        Assert.Equal((12, 10), SizeOf(session.Resize(small, way, new SessionSettings(), keepLastMargin: true, cancellationToken: Token)));

        static (int Width, int Height) SizeOf(SessionResult result) => (result.Picture.Width, result.Picture.Height);
    }

    [Theory]
    [InlineData(PixelLayout.Rgba, 8, 2, null, ResamplingKernel.Bilinear)]
    [InlineData(PixelLayout.Rgb, 16, 5.5, null, ResamplingKernel.Lanczos3)]
    [InlineData(PixelLayout.GreyAlpha, 8, 6, 11, ResamplingKernel.Bicubic)]
    public void Strength_blends_with_the_classical_picture(
        PixelLayout layout,
        int bits,
        double scale,
        int? recordedWidth,
        ResamplingKernel rest
    )
    {
        PixelImage source = LearnedResizerTests.Patchwork(6, 5, layout, bits);
        DownscaleRecord? record = recordedWidth is { } width
            ? new DownscaleRecord(2, width, 9, [new DownscaleRecordStep(2, "rrnet-x2-learned", new string('0', 64))])
            : null;
        ResizePlan plan = record is null
            ? ResizePlan.Upscale(6, 5, new SizeRequest((decimal)scale, null, null), ModelKind.Photo, [2, 3, 4])
            : ResizePlan.Upscale(6, 5, new SizeRequest(null, null, null), ModelKind.Learned, [2, 3, 4], record);
        ResizeWay way = ResizeWay.Of(plan, _models) with { RestKernel = rest };
        int opened = 0;
        using ResizeSession session = new ResizeSession(
            null,
            _ =>
            {
                opened++;
                return Engine(DeviceKind.Cpu);
            }
        );
        List<double> shares = [];
        SessionResult none = session.Resize(
            source,
            way with
            {
                Strength = 0,
            },
            new SessionSettings(),
            new Recorder(shares),
            cancellationToken: Token
        );
        Assert.Equal((0, null), (opened, none.Device));
        Assert.Equal(1, shares[^1]);

        // The classical picture lies where the networks' does: what a reduction had filled up is enlarged too, and cut off.
        PixelImage classical = record is null
            ? Resampler.Resize(source, plan.Width, plan.Height, rest, null, Token)
            : Cropping.TopLeft(Resampler.Resize(source, 12, 10, rest, null, Token), 11, 9);
        AssertSame(classical, none.Picture);

        PixelImage learned = session.Resize(source, way, new SessionSettings(), cancellationToken: Token).Picture;
        AssertSame(learned, session.Resize(source, way with { Strength = 100 }, new SessionSettings(), cancellationToken: Token).Picture);
        PixelImage half = session
            .Resize(source, way with { Strength = 50 }, new SessionSettings(), new Recorder(shares), cancellationToken: Token)
            .Picture;
        PixelBlend.Into(learned, 0, 0, classical, 50);
        AssertSame(learned, half);
        PixelImage withMargin = session
            .Resize(source, way with { Strength = 50 }, new SessionSettings(), keepLastMargin: true, cancellationToken: Token)
            .Picture;
        AssertSame(half, Cropping.TopLeft(withMargin, half.Width, half.Height));
        Assert.Equal(record is null ? half.Width : 12, withMargin.Width);

        static void AssertSame(PixelImage expected, PixelImage found)
        {
            Assert.Equal((expected.Width, expected.Height), (found.Width, found.Height));
            Assert.True(
                expected.BitsPerSample == 8
                    ? expected.Samples8.SequenceEqual(found.Samples8)
                    : expected.Samples16.SequenceEqual(found.Samples16)
            );
        }
    }

    [Fact]
    public void Reductions_have_no_strength()
    {
        using ResizeSession session = new ResizeSession(null, _ => Engine(DeviceKind.Cpu));
        ResizeWay way = ResizeWay.Of(_models.Find(NetworkTask.Reduce, ModelKind.Learned, 2), 8, 8) with { Strength = 50 };
        Assert.Throws<ArgumentException>(() =>
            session.Resize(LearnedResizerTests.Patchwork(8, 8, PixelLayout.Rgb, 8), way, new SessionSettings(), cancellationToken: Token)
        );
    }

    [Fact]
    public void Partners_and_gradients_are_found_by_the_ids_the_models_name()
    {
        Assert.Equal("srnet-x3-learned", _models.PartnerOf("rrnet-x3-learned", NetworkTask.Enlarge)!.Id);
        Assert.Null(_models.PartnerOf("rrnet-x3-learned", NetworkTask.Reduce));
        Assert.Null(_models.PartnerOf("srnet-x3-photo", NetworkTask.Reduce));
        Assert.Null(_models.PartnerOf("not-installed", NetworkTask.Enlarge));
        Assert.Equal("srnet-x4-learned-gradient", _models.GradientFor(_models.Find(NetworkTask.Reduce, ModelKind.Learned, 4)).Id);
        Assert.Equal(
            ["rrnet-x3-learned", "rrnet-x2-learned", "srnet-x3-learned-gradient", "srnet-x2-learned-gradient"],
            ResizeWay.Of(ResizePlan.Downscale(60, 60, new SizeRequest(6, null, null), [2, 3, 4]), _models, passes: 3).ModelIds()
        );
    }

    [Fact]
    public void The_CPU_stands_in_for_a_GPU_that_fails_unless_it_is_required()
    {
        PixelImage source = LearnedResizerTests.Patchwork(9, 8, PixelLayout.Rgb, 8);
        ResizeWay way = ResizeWay.Of(_models.Find(NetworkTask.Enlarge, ModelKind.Photo, 2), 9, 8);
        using ResizeSession session = new ResizeSession(
            null,
            options => options.Device == DeviceChoice.Cpu ? Engine(DeviceKind.Cpu) : Engine(DeviceKind.DirectML, fails: true)
        );
        Assert.Throws<InferenceException>(() =>
            session.Resize(source, way, new SessionSettings(DeviceChoice.DirectML, DeviceIsRequired: true), cancellationToken: Token)
        );
        Assert.Equal(DeviceKind.Cpu, session.Resize(source, way, new SessionSettings(), cancellationToken: Token).Device);
        Assert.Equal("CPU: the GPU failed. lost", session.DeviceReport);
    }

    [Fact]
    public void A_cancelled_session_says_so_and_works_on()
    {
        PixelImage source = LearnedResizerTests.Patchwork(9, 8, PixelLayout.Rgb, 8);
        ResizeWay way = ResizeWay.Of(_models.Find(NetworkTask.Enlarge, ModelKind.Photo, 2), 9, 8, fitTo: (20, 15));
        using ResizeSession session = new ResizeSession(null, _ => Engine(DeviceKind.Cpu));
        Assert.ThrowsAny<OperationCanceledException>(() =>
            session.Resize(source, way, new SessionSettings(), cancellationToken: new CancellationToken(true))
        );
        SessionResult result = session.Resize(source, way, new SessionSettings(), cancellationToken: Token);
        Assert.Equal((20, 15), (result.Picture.Width, result.Picture.Height));
    }

    private static SmoothNetwork Network(ModelDescriptor model) => new(model.Shape.Task, model.Shape.Factor);

    private static IInferenceEngine Engine(DeviceKind device, bool fails = false)
    {
        Mock<IInferenceEngine> engine = new Mock<IInferenceEngine>();
        engine.SetupGet(open => open.Decision).Returns(new DeviceDecision(device, device.ToString()));
        engine
            .Setup(open => open.Open(It.IsAny<ModelDescriptor>()))
            .Returns((ModelDescriptor model) => fails ? throw new InferenceException("lost") : Network(model));
        return engine.Object;
    }

    private sealed class Recorder(List<double> shares) : IProgress<double>
    {
        public void Report(double value) => shares.Add(value);
    }
}
