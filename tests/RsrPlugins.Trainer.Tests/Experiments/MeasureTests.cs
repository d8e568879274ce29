using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Evaluation;
using RsrPlugins.Trainer.Experiments;
using RsrPlugins.Trainer.Training;
using SkiaSharp;

namespace RsrPlugins.Trainer.Tests.Experiments;

public class MeasureTests
{
    [Fact]
    public void A_cosine_below_the_small_pictures_limit_is_kept_and_one_above_is_aliasing()
    {
        // 48 samples reduced by 2: frequencies up to 24 half periods fit, 30 folds down to 18.
        float[] fits = Waves(48, 20);
        SmallPictureSpectrum spectrum = SmallPictureSpectrum.Measure(fits, EverySecond(fits, 48), 24, 24, 2);
        Assert.InRange(spectrum.Kept, 0.8, 1.2);
        Assert.InRange(spectrum.Aliasing, 0, 0.05);

        float[] both = fits.Zip(Waves(48, 30), (a, b) => a + b).ToArray();
        Assert.InRange(SmallPictureSpectrum.Measure(both, EverySecond(both, 48), 24, 24, 2).Aliasing, 0.5, 2);
        float[] area = Resampler.Resize(both, 48, 48, 24, 24, ResamplingKernel.Area);
        Assert.InRange(SmallPictureSpectrum.Measure(both, area, 24, 24, 2).Kept, 0.3, 0.9);
    }

    [Fact]
    public void The_first_coefficient_is_the_mean_at_every_size()
    {
        Assert.Equal(7, SmallPictureSpectrum.Cosine([.. Enumerable.Repeat(7f, 30)], 6, 5, 2, 2)[0], 1e-6);
        Assert.Equal(0, SmallPictureSpectrum.Cosine([.. Enumerable.Repeat(7f, 30)], 6, 5, 2, 2)[3], 1e-6);
    }

    [Fact]
    public void The_curve_of_a_run_that_went_on_is_one()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        IReadOnlyList<(double Megapixels, double Psnr)> points = TrainedRuns
            .Get(TestSupport.Experiment(folder, isSmoke: false), "invertible-x2")
            .Log;
        double[][] logs =
        [
            .. new[] { "01.csv", "02.csv" }.Select(name =>
                TrainingLog
                    .Read(TestSupport.InRepository(Path.Combine("training", "logs", "invertible-x2", name)))
                    .Select(row => row[2])
                    .ToArray()
            ),
        ];
        Assert.Equal([.. logs[0], .. logs[1].Select(megapixels => logs[0][^1] + megapixels)], points.Select(point => point.Megapixels));
    }

    [Fact]
    public void A_row_is_won_by_its_highest_value() =>
        Assert.Equal(
            2,
            Table1.DiagonalWins(
                new[,]
                {
                    { 3.0, 1, 2 },
                    { 1, 2, 3 },
                    { 1, 2, 3 },
                }
            )
        );

    [Fact]
    public void A_sheet_shows_small_pixels_as_squares_at_the_size_of_the_large_picture()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        string path = folder.File("sheet.png");
        ContactSheet.Draw(
            [
                [
                    new SheetCell("large", new float[480 * 480], 480, 480),
                    new SheetCell("small", [.. Enumerable.Repeat(235f, 240 * 240)], 240, 240),
                ],
            ],
            path
        );
        using SKBitmap sheet = SKBitmap.Decode(path);
        Assert.Equal(SKColors.Black, sheet.GetPixel(8 + 120, 32 + 120));
        Assert.Equal(SKColors.White, sheet.GetPixel(8 + 248 + 1, 32 + 1));
        Assert.Equal((2 * 248) + 8, sheet.Width);
    }

    [Fact]
    public void Small_pictures_of_a_checkpoint_are_its_networks()
    {
        TestPicture picture = DrawnPictures.TestSet(3)[0];
        using TorchPictures networks = new TorchPictures(TestSupport.RandomCheckpoint(TestSupport.Config(3)));
        float[] small = networks.Reduce(picture);
        Assert.Equal(picture.Plane.Length / 9, small.Length);
        Assert.All(small, value => Assert.Equal(MathF.Round(value), value, 1e-3f));
        Assert.Contains(networks.ReduceUnbounded(picture), value => MathF.Abs(value - MathF.Round(value)) > 0.1f);
        Assert.Equal(picture.Plane.Length, networks.Enlarge(small, picture).Length);

        using TorchPictures srcnn = new TorchPictures(TestSupport.RandomCheckpoint(TestSupport.Config(3, RunKind.Srcnn)));
        Assert.Equal(picture.Plane.Length, srcnn.Enlarge(small, picture).Length);
        Assert.Throws<TrainerException>(() => srcnn.Reduce(picture));
    }

    private static float[] Waves(int side, int halfPeriods) =>
        [.. Enumerable.Range(0, side * side).Select(i => (float)Math.Cos(Math.PI * ((i % side) + 0.5) * halfPeriods / side))];

    // Linear between the two middle samples would attenuate; an ideal reduction samples the wave itself, at the blocks' centres.
    private static float[] EverySecond(float[] plane, int side)
    {
        double[] coefficients = SmallPictureSpectrum.Cosine(plane, side, side, side, side);
        int half = side / 2;
        return
        [
            .. Enumerable
                .Range(0, half * half)
                .Select(i =>
                    (float)
                        Enumerable
                            .Range(0, side)
                            .Sum(k => coefficients[k] * (k == 0 ? 1 : Math.Sqrt(2)) * Math.Cos(Math.PI * ((2 * (i % half)) + 1) * k / side))
                ),
        ];
    }
}
