// The estimate itself, its text, and what a way makes of it.
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Sizes;
using RsrPlugins.Core.Strength;
using RsrPlugins.Core.Tests.Resizing;

namespace RsrPlugins.Core.Tests.Strength;

public sealed class StrengthEstimatorTests
{
    private static readonly ModelCatalogue _models = ModelCatalogue.LoadDefault();

    [Fact]
    public void It_is_softsign_units_and_a_logistic_output()
    {
        float[] weights = Weights(2);
        int units = 2 * PictureStatistics.Count,
            output = weights.Length - 3;
        (weights[0], weights[PictureStatistics.Count]) = (3, 0.5f);
        (weights[units], weights[units + 1]) = (0.25f, 2);
        (weights[output], weights[output + 1], weights[output + 2]) = (0.5f, -3, 4);
        float[] statistics = new float[PictureStatistics.Count];
        statistics[0] = 5; // standardised 1: the first unit has 2.25, the second none
        Assert.Equal(Output(0.5 - (3 * 2.25 / 3.25)), new StrengthEstimator(weights).Of(statistics), 1e-12);

        statistics[0] = 1e6f; // no further than the limit
        double unit = 0.25 + (2 * StrengthEstimator.Limit);
        Assert.Equal(Output(0.5 - (3 * unit / (1 + unit))), new StrengthEstimator(weights).Of(statistics), 1e-12);

        static double Output(double sum) =>
            Math.Clamp(((1 + (2 * StrengthEstimator.Beyond)) / (1 + Math.Exp(-sum))) - StrengthEstimator.Beyond, 0, 1);
    }

    [Fact]
    public void It_takes_what_a_picture_says() => Assert.Equal(PictureStatistics.Count, StrengthEstimator.Count);

    [Fact]
    public void Its_text_is_itself()
    {
        float[] weights = [.. Enumerable.Range(0, StrengthEstimator.Length(3)).Select(i => (float)Math.Sin(i))];
        StrengthEstimator read = StrengthEstimator.Parse(new StrengthEstimator(weights).ToText());
        float[] statistics = [.. Enumerable.Range(0, PictureStatistics.Count).Select(i => (float)Math.Cos(i))];
        Assert.Equal(3, read.Hidden);
        Assert.Equal(new StrengthEstimator(weights).Of(statistics), read.Of(statistics));
    }

    [Fact]
    public void What_is_none_is_refused()
    {
        Assert.Throws<FormatException>(() => StrengthEstimator.Parse("not Base64!"));
        Assert.Throws<FormatException>(() => StrengthEstimator.Parse(Convert.ToBase64String(new byte[7])));
        Assert.Throws<FormatException>(() =>
            StrengthEstimator.Parse(Convert.ToBase64String(new byte[4 * (StrengthEstimator.Length(2) + 1)]))
        );
        float[] weights = Weights(1);
        weights[5] = float.NaN;
        Assert.Throws<ArgumentException>(() => new StrengthEstimator(weights));
        Assert.Throws<ArgumentException>(() => new StrengthEstimator(Weights(1)).Of(new float[3]));
    }

    [Theory]
    [InlineData(0, 100, 50)] // sigmoid(0) is a half
    [InlineData(0, 60, 30)]
    [InlineData(20, 100, 100)]
    [InlineData(-20, 100, 0)]
    [InlineData(0, 0, 0)]
    public void A_way_s_strength_becomes_that_share_of_itself(float bias, int set, int expected)
    {
        ModelDescriptor model = _models.Find(NetworkTask.Enlarge, ModelKind.Photo, 2) with { Strength = Constant(bias) };
        ResizeWay way = ResizeWay.Of(model, 40, 30) with { Strength = set };
        Assert.Equal(expected, way.Adapted(LearnedResizerTests.Patchwork(40, 30, PixelLayout.Rgba, 8)).Strength);
    }

    [Theory]
    [InlineData(-20, ResamplingKernel.Bilinear)]
    [InlineData(-1.5, ResamplingKernel.Bilinear)] // 0.09
    [InlineData(0, ResamplingKernel.Bicubic)] // a half
    [InlineData(1, ResamplingKernel.Lanczos3)] // 0.8
    [InlineData(20, ResamplingKernel.Lanczos3)]
    public void The_rest_is_the_enlargement_that_the_picture_asks_for(float bias, ResamplingKernel expected)
    {
        ModelDescriptor photo = _models.Find(NetworkTask.Enlarge, ModelKind.Photo, 2),
            model = photo with { Strength = Constant(0), Rest = Constant(bias) };
        PixelImage source = LearnedResizerTests.Patchwork(40, 30, PixelLayout.Rgba, 8);
        ResizeWay way = ResizeWay.Of(model, 40, 30, fitTo: (60, 45));
        Assert.Equal(expected, way.Adapted(source).RestKernel);
        Assert.Equal(ResamplingKernel.Bicubic, way.Adapted(source).ClassicalKernel);
        Assert.Equal(ResamplingKernel.Bicubic, (way with { Strength = 50 }).Chosen(source).RestKernel);
        ModelDescriptor unknown = model with { Rest = null };
        Assert.Equal(ResamplingKernel.Bicubic, ResizeWay.Of(unknown, 40, 30).Adapted(source).RestKernel);
    }

    [Fact]
    public void Of_two_networks_the_mean_counts_and_where_nothing_is_known_all_is_shown()
    {
        PixelImage source = LearnedResizerTests.Patchwork(40, 30, PixelLayout.Rgb, 8);
        ModelDescriptor none = _models.Find(NetworkTask.Enlarge, ModelKind.Learned, 2),
            half = _models.Find(NetworkTask.Enlarge, ModelKind.Photo, 2) with { Strength = Constant(0) };
        Assert.Null(none.Strength);
        Assert.Equal(100, ResizeWay.Of(none, 40, 30).Adapted(source).Strength);
        Assert.Equal(
            75,
            new ResizeWay([new WayStep(none, null, 0, 80, 60) { MeanWith = half }], 80, 60, ClassicalStep: false).Adapted(source).Strength
        );

        // Clean-up is never shown by less than three quarters.
        ModelDescriptor cleanUp = _models.Find(NetworkTask.Enlarge, ModelKind.Cleanup, 2) with
        {
            Strength = Constant(-20),
        };
        Assert.Equal(75, ResizeWay.Of(cleanUp, 40, 30).Adapted(source).Strength);

        // Too small to tell, cleaned up at its own size, no network at all.
        Assert.Equal(100, ResizeWay.Of(half, 8, 8).Adapted(LearnedResizerTests.Patchwork(8, 8, PixelLayout.Rgb, 8)).Strength);
        Assert.Equal(100, ResizeWay.Of(half, 40, 30, fitTo: (40, 30)).Adapted(source).Strength);
        Assert.Equal(100, ResizeWay.Of(ResizePlan.Blocks(80, 60), _models).Adapted(source).Strength);
    }

    [Fact]
    public void The_network_that_the_picture_prefers_enlarges_it()
    {
        PixelImage source = LearnedResizerTests.Patchwork(40, 30, PixelLayout.Rgb, 8);
        ModelDescriptor photo = _models.Find(NetworkTask.Enlarge, ModelKind.Photo, 2) with { Strength = Constant(0) };
        ResizeWay Way(float preference) =>
            new(
                [
                    new WayStep(photo, null, 0, 80, 60)
                    {
                        StandIn = _models.StandInFor(photo)! with { Strength = Constant(20), Preference = Constant(preference) },
                    },
                    new WayStep(_models.Find(NetworkTask.Enlarge, ModelKind.Photo, 3), null, 0, 240, 180),
                ],
                240,
                180,
                ClassicalStep: false
            );

        Assert.Equal(["srnet-x2-antialiased", "srnet-x3-photo"], Way(1).Chosen(source).ModelIds());
        Assert.Equal(["srnet-x2-photo", "srnet-x3-photo"], Way(-1).Chosen(source).ModelIds());
        Assert.Equal(100, Way(1).Chosen(source).Strength);
        Assert.Equal(100, Way(1).Adapted(source).Strength); // of the chosen one
        Assert.Equal("srnet-x2-antialiased", Way(1).Adapted(source).ModelIds()[0]);
        Assert.Equal(50, Way(-1).Adapted(source).Strength);
        Assert.Equal("srnet-x2-photo", Way(-1).Adapted(source).ModelIds()[0]);

        // Without a network, and where the picture is too small to tell, nothing is chosen.
        Assert.Equal("srnet-x2-photo", (Way(1) with { Strength = 0 }).Chosen(source).ModelIds()[0]);
        Assert.Equal("srnet-x2-photo", Way(1).Chosen(LearnedResizerTests.Patchwork(8, 8, PixelLayout.Rgb, 8)).ModelIds()[0]);
    }

    [Fact]
    public void Only_ordinary_enlargements_have_a_stand_in()
    {
        Assert.Equal("srnet-x3-antialiased", _models.StandInFor(_models.Find(NetworkTask.Enlarge, ModelKind.Photo, 3))?.Id);
        foreach (ModelKind kind in (ModelKind[])[ModelKind.Learned, ModelKind.Cleanup, ModelKind.Antialiased])
        {
            Assert.Null(_models.StandInFor(_models.Find(NetworkTask.Enlarge, kind, 3)));
        }

        // In a plan's way: the first step has the choice, a network asked for by name does not, and neither has half a clean-up.
        ResizeWay Way(ResizePlan plan) => ResizeWay.Of(plan, _models);
        SizeRequest twice = new SizeRequest(2, null, null);
        Assert.Equal("srnet-x2-antialiased", Way(ResizePlan.Upscale(9, 9, twice, ModelKind.Photo, [2])).Steps[0].StandIn?.Id);
        Assert.Null(Way(ResizePlan.Upscale(9, 9, twice, ModelKind.Learned, [2])).Steps[0].StandIn);
        Assert.Null(Way(ResizePlan.Upscale(9, 9, twice, ModelKind.Photo, [2], null, CleanupChoice.Low, [2])).Steps[0].StandIn);
        Assert.Null(Way(ResizePlan.With(9, 9, twice, _models.Named("srnet-x2-photo"))).Steps[0].StandIn);
    }

    [Fact]
    public void Installed_networks_for_ordinary_pictures_have_one_each()
    {
        foreach (ModelDescriptor model in _models.Models)
        {
            Assert.Equal(model.Kind is ModelKind.Photo or ModelKind.Antialiased or ModelKind.Cleanup, model.Strength is not null);
            Assert.Equal(model.Strength is null, model.Rest is null);
            Assert.Equal(model.Kind == ModelKind.Antialiased, model.Preference is not null);
        }
    }

    private static StrengthEstimator Constant(float bias)
    {
        float[] weights = Weights(1);
        weights[^2] = bias;
        return new StrengthEstimator(weights);
    }

    private static float[] Weights(int hidden) => new float[StrengthEstimator.Length(hidden)];
}
