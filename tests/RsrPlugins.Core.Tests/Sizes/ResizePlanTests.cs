using RsrPlugins.Core.Models;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Core.Tests.Sizes;

public class ResizePlanTests
{
    private static readonly int[] _allScales = [2, 3, 4];

    private static SizeRequest Scale(double scale) => new((decimal)scale, null, null);

    private static string Text(ResizePlan plan) =>
        string.Join(
            " ",
            plan.Steps.Select(step => $"{step.Kind}{step.Factor}:{step.Width}x{step.Height}")
                .Append($"={plan.Width}x{plan.Height}")
                .Append(plan.ClassicalStep ? "classical" : "exact")
        );

    [Theory]
    [InlineData(100, 80, 2, "Learned2:50x40 =50x40 exact")]
    [InlineData(101, 81, 2, "Learned2:51x41 =51x41 exact")]
    [InlineData(100, 80, 3, "Learned3:34x27 =34x27 exact")]
    [InlineData(100, 80, 4, "Learned4:25x20 =25x20 exact")]
    [InlineData(5, 5, 3, "Learned3:2x2 =2x2 exact")]
    [InlineData(600, 300, 6, "Learned3:200x100 Learned2:100x50 =100x50 exact")]
    [InlineData(600, 300, 8, "Learned4:150x75 Learned2:75x38 =75x38 exact")]
    [InlineData(601, 301, 16, "Learned4:151x76 Learned4:38x19 =38x19 exact")]
    [InlineData(600, 300, 5, "Learned4:150x75 =120x60 classical")]
    [InlineData(600, 300, 2.5, "Learned2:300x150 =240x120 classical")]
    [InlineData(600, 300, 1.5, "=400x200 classical")]
    public void Downscale_by_a_scale(int width, int height, double scale, string expected) =>
        Assert.Equal(expected, Text(ResizePlan.Downscale(width, height, Scale(scale), _allScales)));

    [Theory]
    [InlineData(800, 600, 400, null, "Learned2:400x300 =400x300 exact")]
    [InlineData(800, 600, null, 300, "Learned2:400x300 =400x300 exact")]
    [InlineData(800, 600, 267, null, "Learned3:267x200 =267x200 exact")]
    [InlineData(800, 600, 500, null, "=500x375 classical")]
    [InlineData(800, 600, 399, null, "Learned2:400x300 =399x299 classical")]
    [InlineData(800, 600, 200, 100, "Learned4:200x150 =200x100 classical")]
    public void Downscale_to_a_size(int width, int height, int? targetWidth, int? targetHeight, string expected) =>
        Assert.Equal(expected, Text(ResizePlan.Downscale(width, height, new SizeRequest(null, targetWidth, targetHeight), _allScales)));

    [Theory]
    [InlineData(50, 40, 2, "Photo2:100x80 =100x80 exact")]
    [InlineData(50, 40, 3, "Photo3:150x120 =150x120 exact")]
    [InlineData(50, 40, 4, "Photo4:200x160 =200x160 exact")]
    [InlineData(1, 1, 4, "Photo4:4x4 =4x4 exact")]
    [InlineData(50, 40, 6, "Photo2:100x80 Photo3:300x240 =300x240 exact")]
    [InlineData(50, 40, 8, "Photo2:100x80 Photo4:400x320 =400x320 exact")]
    [InlineData(50, 40, 16, "Photo4:200x160 Photo4:800x640 =800x640 exact")]
    [InlineData(50, 40, 5, "Photo2:100x80 Photo3:300x240 =250x200 classical")]
    [InlineData(50, 40, 1.5, "Photo2:100x80 =75x60 classical")]
    [InlineData(50, 41, 1.51, "Photo2:100x82 =76x62 classical")]
    [InlineData(1000, 10, 2.1, "Photo3:3000x30 =2100x21 classical")]
    public void Upscale_by_a_scale(int width, int height, double scale, string expected) =>
        Assert.Equal(expected, Text(ResizePlan.Upscale(width, height, Scale(scale), ModelKind.Photo, _allScales)));

    [Theory]
    [InlineData(2, "Cleanup2:100x80 =100x80 exact")]
    [InlineData(4, "Cleanup4:200x160 =200x160 exact")]
    [InlineData(3, "Cleanup4:200x160 =150x120 classical")]
    [InlineData(6, "Cleanup2:100x80 Photo3:300x240 =300x240 exact")]
    [InlineData(8, "Cleanup2:100x80 Photo4:400x320 =400x320 exact")]
    [InlineData(16, "Cleanup4:200x160 Photo4:800x640 =800x640 exact")]
    [InlineData(1.5, "Cleanup2:100x80 =75x60 classical")]
    public void The_first_step_of_an_enlargement_cleans_up(double scale, string expected)
    {
        ResizePlan plan = ResizePlan.Upscale(50, 40, Scale(scale), ModelKind.Photo, _allScales, null, CleanupChoice.High, [2, 4]);
        Assert.Equal(expected, Text(plan));
        Assert.All(plan.Steps, step => Assert.False(step.IsHalf));
        ResizePlan half = ResizePlan.Upscale(50, 40, Scale(scale), ModelKind.Photo, _allScales, null, CleanupChoice.Low, [2, 4]);
        Assert.Equal(expected, Text(half));
        Assert.Equal(half.Steps.Select((_, index) => index == 0), half.Steps.Select(step => step.IsHalf));
    }

    [Fact]
    public void A_clean_up_at_its_own_size_goes_there_and_back()
    {
        ResizePlan plan = ResizePlan.CleanUp(50, 40, CleanupChoice.High, [2, 4]);
        Assert.Equal("Cleanup2:100x80 =50x40 classical", Text(plan));
        Assert.Equal("clean-up x2, then bicubic to 50 x 40", plan.Describe());
        Assert.True(ResizePlan.CleanUp(50, 40, CleanupChoice.Low, [2, 4]).Steps.Single().IsHalf);
        Assert.Contains(
            "not installed",
            Assert.Throws<ModelException>(() => ResizePlan.CleanUp(50, 40, CleanupChoice.High, [])).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "clean up: none",
            Assert
                .Throws<ModelException>(() =>
                    ResizePlan.Upscale(50, 40, Scale(2), ModelKind.Photo, _allScales, null, CleanupChoice.High, [])
                )
                .Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(50, 40, 100, null, "Photo2:100x80 =100x80 exact")]
    [InlineData(50, 40, 120, null, "Photo3:150x120 =120x96 classical")]
    [InlineData(50, 40, 60, 160, "Photo4:200x160 =60x160 classical")]
    public void Upscale_to_a_size(int width, int height, int? targetWidth, int? targetHeight, string expected) =>
        Assert.Equal(
            expected,
            Text(ResizePlan.Upscale(width, height, new SizeRequest(null, targetWidth, targetHeight), ModelKind.Photo, _allScales))
        );

    [Theory]
    [InlineData(new[] { 2 }, 4, "Photo2:20x20 Photo2:40x40 =40x40 exact")]
    [InlineData(new[] { 3 }, 4, "Photo3:30x30 Photo3:90x90 =40x40 classical")]
    [InlineData(new[] { 2, 4 }, 3, "Photo4:40x40 =30x30 classical")]
    public void Only_installed_scales_are_used(int[] scales, double scale, string expected) =>
        Assert.Equal(expected, Text(ResizePlan.Upscale(10, 10, Scale(scale), ModelKind.Photo, scales)));

    // 301 x 199 made 1/3 (101 x 67), then 1/2 (51 x 34). At x2, 102 x 68 is a pixel beyond 101 x 67: both steps are needed.
    [Theory]
    [InlineData(null, "Learned2:101x67 Learned3:301x199 =301x199 exact")]
    [InlineData(6.0, "Learned2:101x67 Learned3:301x199 =301x199 exact")]
    [InlineData(2.0, "Learned2:101x67 Learned3:301x199 =102x68 classical")]
    [InlineData(12.0, "Learned2:101x67 Learned3:301x199 Photo3:903x597 =612x408 classical")]
    [InlineData(1.5, "Learned2:101x67 =77x51 classical")]
    public void A_recorded_reduction_is_undone_step_by_step_before_anything_else(double? scale, string expected)
    {
        DownscaleRecord record = new DownscaleRecord(
            6,
            301,
            199,
            [new DownscaleRecordStep(3, "rrnet-x3-learned", "a"), new DownscaleRecordStep(2, "rrnet-x2-learned", "b")]
        );
        Assert.True(record.Fits(51, 34));
        Assert.False(record.Fits(50, 34));
        Assert.Equal(
            expected,
            Text(ResizePlan.Upscale(51, 34, new SizeRequest((decimal?)scale, null, null), ModelKind.Photo, _allScales, record))
        );
    }

    [Theory]
    [InlineData(100, 100, 50, null)]
    [InlineData(100, 100, 100, null)]
    [InlineData(100, 100, 200, 50)]
    [InlineData(100, 100, 1601, null)]
    public void An_enlargement_that_is_none_or_too_large_is_refused(int width, int height, int? targetWidth, int? targetHeight) =>
        Assert.Throws<ImageSizeException>(() =>
            ResizePlan.Upscale(width, height, new SizeRequest(null, targetWidth, targetHeight), ModelKind.Photo, _allScales)
        );

    [Theory]
    [InlineData(100, 100, 200, null)]
    [InlineData(100, 100, 100, 100)]
    [InlineData(100, 100, 50, 101)]
    [InlineData(1000, 1000, 60, null)]
    public void A_reduction_that_is_none_or_too_small_is_refused(int width, int height, int? targetWidth, int? targetHeight) =>
        Assert.Throws<ImageSizeException>(() =>
            ResizePlan.Downscale(width, height, new SizeRequest(null, targetWidth, targetHeight), _allScales)
        );
}
