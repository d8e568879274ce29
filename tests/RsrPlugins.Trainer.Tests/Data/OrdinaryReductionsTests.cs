using NetVips;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Drawing;
using RsrPlugins.Trainer.Training;
using SkiaSharp;

namespace RsrPlugins.Trainer.Tests.Data;

public class OrdinaryReductionsTests
{
    private const int Side = 96;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Taps_reduce_as_the_resampler_does_away_from_edges(int scale)
    {
        float[] plane = TestSupport.Noise(Side * Side);
        AssertSame(ResamplingKernel.Bicubic, SeparableTaps.Of(scale, x => SeparableTaps.Cubic(x, -0.5), 2));
        AssertSame(ResamplingKernel.Bilinear, SeparableTaps.Of(scale, SeparableTaps.Triangle, 1));
        AssertSame(ResamplingKernel.Lanczos3, SeparableTaps.Of(scale, SeparableTaps.Lanczos3, 3));
        AssertSame(ResamplingKernel.Area, SeparableTaps.Area(scale));
        AssertSame(ResamplingKernel.Nearest, SeparableTaps.Nearest(scale, scale / 2));

        void AssertSame(ResamplingKernel kernel, SeparableTaps taps)
        {
            int small = Side / scale;
            (float[] expected, float[] found) = (Resampler.Resize(plane, Side, Side, small, small, kernel), taps.Reduce(plane, Side, Side));
            for (int y = 4; y < small - 4; y++)
            {
                for (int x = 4; x < small - 4; x++)
                {
                    Assert.Equal(expected[(y * small) + x], found[(y * small) + x], 1e-5f);
                }
            }
        }
    }

    [Fact]
    public void Without_antialiasing_only_the_pixels_around_the_centre_count()
    {
        // OpenCV at 1/2 and 1/4: the centre lies between two pixels. Its bicubic (a = -0.75) there: -3/32, 19/32, 19/32, -3/32.
        Assert.Equal(new SeparableTaps(4, 1, [0.5f, 0.5f]), SeparableTaps.Of(4, SeparableTaps.Triangle, 1, antialiased: false), Same);
        Assert.Equal(
            new SeparableTaps(2, -1, [-0.09375f, 0.59375f, 0.59375f, -0.09375f]),
            SeparableTaps.Of(2, x => SeparableTaps.Cubic(x, -0.75), 2, antialiased: false),
            Same
        );

        static bool Same(SeparableTaps expected, SeparableTaps found)
        {
            // Taps at the rim of the support are 0.
            float[] weights = [.. found.Weights.SkipWhile(weight => Math.Abs(weight) < 1e-6)];
            int start = found.Start + found.Weights.Length - weights.Length;
            weights = [.. weights.Reverse().SkipWhile(weight => Math.Abs(weight) < 1e-6).Reverse()];
            return expected.Start == start
                && expected.Weights.Length == weights.Length
                && expected.Weights.Zip(weights).All(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Classical_error_is_that_of_the_resamplers_better_kernel(int scale)
    {
        int small = Side / scale,
            crop = 12 / scale * 2,
            column = 5,
            row = 6;
        (float[] low, float[] high) = (TestSupport.Noise(small * small), TestSupport.Noise(Side * Side, seed: 9));
        double expected = new[] { ResamplingKernel.Bicubic, ResamplingKernel.Lanczos3 }.Min(kernel =>
        {
            float[] enlarged = Resampler.Resize(low, small, small, Side, Side, kernel);
            double squares = 0;
            for (int y = row * scale; y < (row + crop) * scale; y++)
            {
                for (int x = column * scale; x < (column + crop) * scale; x++)
                {
                    squares += Math.Pow(enlarged[(y * Side) + x] - high[(y * Side) + x], 2);
                }
            }

            return squares / (crop * crop * scale * scale);
        });
        Assert.Equal(expected, new ClassicalError(scale).Of(low, high, small, column, row, crop), 1e-6 * expected + 1e-7);
    }

    [Fact]
    public void Every_reduction_and_damage_gives_8_bit_files_of_the_same_brightness()
    {
        LumaImage image = TestSupport.Drawn(Side, Side);
        OrdinaryReductions pictures = new OrdinaryReductions(3, RunKind.Photo);
        FilePlanes large = image.ToFile(0, 0, Side, Side);
        foreach (SmallBy by in Enum.GetValues<SmallBy>())
        {
            foreach (Damage damage in Enum.GetValues<Damage>())
            {
                SampleRandom random = new SampleRandom(1, (int)by, (int)damage);
                float[] low = pictures.Make(large, by, damage, ref random);
                Assert.Equal(32 * 32, low.Length);
                // Full-range grey in whole levels, between black and white.
                Assert.All(
                    low,
                    value => Assert.Equal(MathF.Round(((value * 255) - 16) * 255 / 219), ((value * 255) - 16) * 255 / 219, 2e-2f)
                );
                Assert.All(low, value => Assert.InRange(value * 255, 15.99f, 235.01f));
                // Light is averaged in linear light, which is brighter.
                Assert.Equal(image.ToUnit().Average() * 255, low.Average() * 255, by == SmallBy.LinearLight ? 12f : 4f);
            }
        }
    }

    [Fact]
    public void Colours_are_clipped_each_by_itself()
    {
        // A pure red field beside a black one: bicubic overshoots in red alone, where there is no room; the same luma in grey has room.
        byte[] colour = new byte[3 * Side * Side];
        byte[] luma = new byte[Side * Side];
        for (int i = 0; i < luma.Length; i++)
        {
            bool isRed = i % Side >= Side / 2;
            colour[3 * i] = isRed ? (byte)255 : (byte)0;
            luma[i] = isRed ? (byte)81 : (byte)16;
        }

        LumaImage drawing = new LumaImage("red", Side, Side, luma) { Colour = colour };
        LumaImage grey = new LumaImage("grey", Side, Side, luma);
        Assert.InRange(Reduced(drawing).Max() * 255, 81f, 81.6f);
        Assert.InRange(Reduced(grey).Max() * 255, 82f, 90f);

        static float[] Reduced(LumaImage image)
        {
            SampleRandom random = default(SampleRandom);
            return new OrdinaryReductions(2, RunKind.Photo).Make(image.ToFile(0, 0, Side, Side), SmallBy.Bicubic, Damage.None, ref random);
        }
    }

    [Fact]
    public void A_JPEG_or_WebP_of_low_quality_is_farther_from_the_picture()
    {
        FilePlanes picture = TestSupport.Drawn(64, 64).ToFile(0, 0, 64, 64);
        picture = picture with { Planes = [Array.ConvertAll(picture.Planes[0], MathF.Round)] };
        Assert.InRange(Difference(OrdinaryReductions.Jpeg(picture, 95, halfChroma: true)), 0.02f, 2f);
        Assert.True(
            Difference(OrdinaryReductions.Jpeg(picture, 50, halfChroma: true))
                > 1.5 * Difference(OrdinaryReductions.Jpeg(picture, 95, halfChroma: true))
        );
        Assert.True(Difference(OrdinaryReductions.WebP(picture, 30)) > 1.5 * Difference(OrdinaryReductions.WebP(picture, 95)));

        float Difference(FilePlanes other) => picture.Planes[0].Zip(other.Planes[0], (a, b) => MathF.Abs(a - b)).Average();
    }

    [Fact]
    public void Ordinary_crops_lie_where_their_large_crops_do_and_damage_lowers_their_weight()
    {
        LumaImage image = TestSupport.Drawn(240, 240);
        CropSampler clean = Sampler(new OrdinaryReductions(2, RunKind.Photo, cleanShare: 1));
        CropSampler damaged = Sampler(new OrdinaryReductions(2, RunKind.Cleanup));
        (List<float> cleanWeights, List<float> damagedWeights) = ([], []);
        for (int sample = 0; sample < 60; sample++)
        {
            (float[] high, float[] low) = (new float[24 * 24], new float[12 * 12]);
            cleanWeights.Add(clean.Sample(new SampleRandom(1, 1, sample), high, low, out float cleanError, out float _));
            Assert.Equal(high.Average() * 255, low.Average() * 255, 1f);
            Assert.InRange(cleanError, 0, 0.01f);
            damagedWeights.Add(damaged.Sample(new SampleRandom(1, 1, sample), high, low, out float damagedError, out float _));
            Assert.True(float.IsFinite(damagedError));
        }

        Assert.True(damagedWeights.Average() < 0.8 * cleanWeights.Average());

        CropSampler Sampler(OrdinaryReductions ordinary) => new CropSampler([([image], null)], 24, 2, null, null, 1, true, ordinary);
    }

    [Fact]
    public void The_hinge_adds_to_the_loss_of_what_is_worse_than_classical_enlargement()
    {
        // At its start the network repeats pixels, which is worse than bicubic everywhere.
        TrainingConfig config = TestSupport.Config(2, RunKind.Photo) with
        {
            Loss = TrainingLoss.Psnr,
            Steps = 2,
        };
        Assert.InRange(FirstLoss(config with { HingeWeight = 1 }) / FirstLoss(config), 1.05, 2);

        static double FirstLoss(TrainingConfig config)
        {
            using TrainingRun run = new TrainingRun(config, CropSampler.From(config, [([TestSupport.Drawn(160, 144)], null)]), []);
            return run.Advance();
        }
    }

    [Fact]
    public void Scenes_and_vector_drawings_are_drawn_and_held_back_ones_are_not()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("svg/signs"));
        foreach (string name in new[] { "one", "two", "three" })
        {
            File.WriteAllText(
                folder.File($"svg/signs/{name}.svg"),
                """<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect x="5" y="5" width="20" height="15" fill="#c02020"/></svg>"""
            );
        }

        File.WriteAllText(folder.File("svg/signs/broken.svg"), "not a drawing");
        IReadOnlyList<VectorDrawing> drawings = VectorDrawings.Find(folder.File("svg"));
        Assert.Equal(["signs-broken", "signs-one", "signs-three", "signs-two"], drawings.Select(drawing => drawing.Name).Order());
        Assert.Null(VectorDrawings.Render(drawings.Single(drawing => drawing.Name == "signs-broken"), 240, [255, 255, 255]));
        using Image? rendered = VectorDrawings.Render(drawings[0].Name == "signs-broken" ? drawings[1] : drawings[0], 240, [255, 255, 255]);
        Assert.Equal((240, 180), (rendered!.Width, rendered.Height));

        File.WriteAllLines(folder.File("held-out.txt"), ["# comment", "signs/two.svg", ""]);
        Assert.Equal(["signs/two.svg"], VectorDrawings.ReadList(folder.File("held-out.txt")));
        Assert.Throws<TrainerException>(() => VectorDrawings.ReadList(folder.File("nowhere.txt")));
        Assert.Throws<TrainerException>(() => new Scenes(folder.File("svg")));
    }

    [Fact]
    public void The_same_number_draws_the_same_scene_and_another_another()
    {
        const string Fonts = "/usr/share/fonts";
        Assert.SkipUnless(
            Directory.Exists(Fonts) && Directory.EnumerateFiles(Fonts, "*.ttf", SearchOption.AllDirectories).Any(),
            "no fonts are installed in /usr/share/fonts"
        );
        using Scenes scenes = new Scenes(Fonts);
        Func<SampleRandom, SKBitmap>[] kinds = [scenes.Text, Scenes.Lines, Scenes.Patterns, Scenes.Engravings, scenes.Screen];
        foreach (Func<SampleRandom, SKBitmap> draw in kinds)
        {
            using SKBitmap first = draw(new SampleRandom(1, 0, 1));
            using SKBitmap again = draw(new SampleRandom(1, 0, 1));
            using SKBitmap other = draw(new SampleRandom(1, 0, 2));
            Assert.Equal((480, 384), (first.Width, first.Height));
            Assert.True(first.Bytes.AsSpan().SequenceEqual(again.Bytes));
            Assert.False(first.Bytes.AsSpan().SequenceEqual(other.Bytes));
        }
    }
}
