using NetVips;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Tests.Data;

public class DataTests
{
    [Fact]
    public void A_sample_is_a_function_of_seed_step_and_number()
    {
        static double[] Draw(long seed, long step, int sample)
        {
            SampleRandom random = new SampleRandom(seed, step, sample);
            return [random.NextDouble(), random.NextDouble(), random.NextInt(1000)];
        }

        Assert.Equal(Draw(1, 2, 3), Draw(1, 2, 3));
        Assert.NotEqual(Draw(1, 2, 3), Draw(1, 2, 4));
        Assert.NotEqual(Draw(1, 2, 3), Draw(1, 3, 3));
        Assert.NotEqual(Draw(1, 2, 3), Draw(2, 2, 3));
    }

    [Fact]
    public void Random_integers_are_spread_evenly()
    {
        int[] counts = new int[8];
        for (int sample = 0; sample < 8000; sample++)
        {
            counts[new SampleRandom(1, 7, sample).NextInt(8)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 880, 1120));
    }

    [Fact]
    public void All_eight_orientations_of_a_picture_are_drawn()
    {
        LumaImage image = new LumaImage("q", 2, 2, [16, 50, 100, 200]);
        CropSampler crops = new CropSampler([([image], null)], 2, 2, null);
        HashSet<string> seen = new HashSet<string>();
        for (int sample = 0; sample < 300; sample++)
        {
            float[] crop = new float[4];
            crops.Sample(new SampleRandom(1, 1, sample), crop, []);
            seen.Add(string.Join(' ', crop));
        }

        Assert.Equal(8, seen.Count);
    }

    [Fact]
    public void Small_pictures_made_once_fit_the_crops_of_their_pictures()
    {
        // Every pixel of a small picture is the first one of the block of the large one that it stands for.
        LumaImage image = new LumaImage("drawn", 50, 41, TestSupport.Drawn(50, 41).Luma);
        CropSampler crops = new CropSampler([([image, image, image, image], null)], 12, 3, null, candidates: 2).WithSmallPictures(
            5,
            1,
            images =>
                [
                    .. images.Select(large =>
                    {
                        Assert.True(large.Width % 3 == 0 && large.Height % 3 == 0);
                        (int width, int height) = (large.Width / 3, large.Height / 3);
                        return new LumaImage(
                            large.Name,
                            width,
                            height,
                            [
                                .. Enumerable
                                    .Range(0, width * height)
                                    .Select(i => large.Luma[(i / width * 3 * large.Width) + (i % width * 3)]),
                            ]
                        );
                    }),
                ]
        );
        HashSet<float> seen = new HashSet<float>();
        for (int sample = 0; sample < 200; sample++)
        {
            (float[]? high, float[]? low) = (new float[144], new float[16]);
            crops.Sample(new SampleRandom(1, 1, sample), high, low);
            Assert.Equal([.. Enumerable.Range(0, 16).Select(i => high[(i / 4 * 36) + (i % 4 * 3)])], low);
            seen.Add(high[0]);
        }

        Assert.True(seen.Count > 50);
    }

    [Fact]
    public void Small_pictures_are_made_in_more_orientations_where_crops_are_drawn_more_densely()
    {
        // From the small picture, which is darker, four times as many crops are drawn for each of its pixels.
        LumaImage large = new LumaImage(
            "large",
            64,
            64,
            Array.ConvertAll(TestSupport.Drawn(64, 64).Luma, value => (byte)(100 + (value / 2)))
        );
        LumaImage small = new LumaImage("small", 32, 32, Array.ConvertAll(TestSupport.Drawn(32, 32).Luma, value => (byte)(value / 4)));
        IReadOnlyList<LumaImage> made = [];
        CropSampler crops = new CropSampler([([large], 0.5), ([small], 0.5)], 16, 2, null).WithSmallPictures(
            5,
            8,
            images =>
            {
                made = images;
                return [.. images.Select(image => image.Reduced(2))];
            }
        );
        Assert.Equal(2, Orientations("large"));
        Assert.Equal(8, Orientations("small"));
        int dark = Enumerable
            .Range(0, 2000)
            .Count(sample =>
            {
                float[] crop = new float[256];
                crops.Sample(new SampleRandom(1, 1, sample), crop, new float[64]);
                return crop[0] * 255 < 100;
            });
        Assert.InRange(dark / 2000.0, 0.45, 0.55);

        int Orientations(string name) =>
            made.Where(image => image.Name == name).Select(image => string.Join(' ', image.Luma)).Distinct().Count();
    }

    [Fact]
    public void A_reduced_picture_keeps_its_brightness_and_loses_its_finest_detail()
    {
        LumaImage flat = new LumaImage("flat", 31, 20, [.. Enumerable.Repeat((byte)77, 31 * 20)]).Reduced(1.5);
        Assert.Equal((21, 13), (flat.Width, flat.Height));
        Assert.All(flat.Luma, value => Assert.Equal(77, value));

        LumaImage checker = new LumaImage(
            "checker",
            32,
            32,
            [.. Enumerable.Range(0, 32 * 32).Select(i => (byte)((i + (i / 32)) % 2 == 0 ? 40 : 200))]
        ).Reduced(2);
        Assert.All(checker.Luma.Chunk(16).Skip(2).SkipLast(2).SelectMany(row => row[2..^2]), value => Assert.InRange(value, 118, 122));
    }

    [Fact]
    public void A_folder_named_twice_gives_its_pictures_at_both_sizes()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        using (Image noise = Image.Gaussnoise(64, 48, sigma: 40, mean: 128).Cast(Enums.BandFormat.Uchar))
        {
            noise.WriteToFile(folder.File("noise.png"));
        }

        TrainingConfig config = TestSupport.Config() with { Patch = 16, Data = [new DataFolder("."), new DataFolder(".", ReducedBy: 2)] };
        CropSampler crops = CropSampler.Load(config, folder.Root);
        Assert.Equal(2, crops.ImageCount);
        Assert.Equal(((64 * 48) + (32 * 24)) / 1e6, crops.Megapixels, 1e-12);
    }

    [Fact]
    public void Pictures_that_are_hard_to_restore_weigh_less()
    {
        LumaImage noise = new LumaImage("noise", 64, 64, Array.ConvertAll(TestSupport.Noise(64 * 64), value => (byte)(16 + (219 * value))));
        LumaImage smooth = new LumaImage(
            "smooth",
            64,
            64,
            [.. Enumerable.Range(0, 64 * 64).Select(i => (byte)(126 + (60 * Math.Sin(i % 64 * 0.2))))]
        );
        Assert.Equal([1f], Weights(picturesCountAlike: false));

        // Noise is lost when it is reduced: its variance is 219 squared / 12 levels. A smooth picture is restored to about a level.
        float[] weights = Weights(picturesCountAlike: true);
        Assert.Equal(2, weights.Length);
        Assert.InRange(weights[0], 10, 60);
        Assert.InRange(weights[1], 5000, 255 * 255);

        float[] Weights(bool picturesCountAlike)
        {
            CropSampler crops = new CropSampler([([noise, smooth], null)], 16, 2, null, picturesCountAlike: picturesCountAlike);
            return
            [
                .. Enumerable
                    .Range(0, 50)
                    .Select(sample => crops.Sample(new SampleRandom(1, 1, sample), new float[256], []))
                    .Distinct()
                    .Order(),
            ];
        }
    }

    [Fact]
    public void Orientations_of_whole_pictures_are_all_different()
    {
        LumaImage image = new LumaImage("q", 3, 2, [1, 2, 3, 4, 5, 6]);
        Assert.Equal([1, 2, 3, 4, 5, 6], image.Oriented(0).Luma);
        Assert.Equal([3, 2, 1, 6, 5, 4], image.Oriented(1).Luma);
        Assert.Equal([4, 5, 6, 1, 2, 3], image.Oriented(2).Luma);
        LumaImage transposed = image.Oriented(4);
        Assert.Equal((2, 3), (transposed.Width, transposed.Height));
        Assert.Equal([1, 4, 2, 5, 3, 6], transposed.Luma);
        Assert.Equal(
            8,
            Enumerable.Range(0, 8).Select(i => image.Oriented(i)).Select(o => $"{o.Width} {string.Join(' ', o.Luma)}").Distinct().Count()
        );
    }

    [Fact]
    public void Folders_get_their_shares()
    {
        LumaImage Flat(byte value, int side) => new("flat", side, side, [.. Enumerable.Repeat(value, side * side)]);
        CropSampler crops = new CropSampler([([Flat(20, 64)], null), ([Flat(40, 32)], null), ([Flat(60, 8)], 0.2)], 4, 2, null);
        Dictionary<float, int> counts = new Dictionary<float, int>();
        for (int sample = 0; sample < 4000; sample++)
        {
            float[] crop = new float[16];
            crops.Sample(new SampleRandom(1, 1, sample), crop, []);
            counts[crop[0] * 255] = counts.GetValueOrDefault(crop[0] * 255) + 1;
        }

        Assert.InRange(counts[60] / 4000.0, 0.17, 0.23);
        Assert.InRange(counts[20] / (double)counts[40], 3.5, 4.6);
    }

    [Fact]
    public void Of_several_candidates_one_that_is_hard_to_restore_is_taken_more_often_and_weighs_less()
    {
        // Left half flat, right half a checker, which reduction loses.
        LumaImage image = new LumaImage(
            "half",
            256,
            64,
            [.. Enumerable.Range(0, 256 * 64).Select(i => (byte)(i % 256 < 128 ? 100 : 60 + (80 * ((i + (i / 256)) % 2))))]
        );
        (bool Detailed, double Weight)[] even = Draw(candidates: 1);
        (bool Detailed, double Weight)[] uneven = Draw(candidates: 8);
        Assert.InRange(even.Count(crop => crop.Detailed) / 2000.0, 0.45, 0.6);
        Assert.InRange(uneven.Count(crop => crop.Detailed) / 2000.0, 0.85, 1);
        Assert.All(even, crop => Assert.Equal(1, crop.Weight));

        // What all crops weigh together, and the detailed ones among them, is what it is when places are drawn evenly.
        Assert.Equal(1, uneven.Average(crop => crop.Weight), 0.15);
        Assert.Equal(even.Average(crop => crop.Detailed ? 1.0 : 0), uneven.Average(crop => crop.Detailed ? crop.Weight : 0), 0.05);

        (bool Detailed, double Weight)[] Draw(int candidates)
        {
            CropSampler crops = new CropSampler([([image], null)], 8, 2, null, null, candidates);
            return
            [
                .. Enumerable
                    .Range(0, 2000)
                    .Select(sample =>
                    {
                        float[] crop = new float[64];
                        float weight = crops.Sample(new SampleRandom(1, 1, sample), crop, []);
                        return (crop.Distinct().Count() > 1, (double)weight);
                    }),
            ];
        }
    }

    [Fact]
    public void The_error_of_bicubic_enlargement_is_known_of_every_square()
    {
        LumaImage image = new LumaImage(
            "drawn",
            61,
            47,
            TestSupport.Noise(61 * 47).Select((value, i) => (byte)(i % 61 < 32 ? 100 : 16 + (219 * value))).ToArray()
        );
        BicubicError error = new BicubicError(image, 3);

        // Flat on the left but for what reaches over the border, noise on the right: its variance is 219 squared / 12 levels, and most of
        // it is lost.
        const double Level = 1 / (255.0 * 255.0);
        Assert.Equal(Level, error.At(0, 0, 16), Level / 10);
        Assert.InRange(error.At(40, 24, 16) / Level, 219 * 219 / 12.0 * 0.6, 219 * 219 / 12.0 * 1.2);
        Assert.InRange(error.Mean, error.At(0, 0, 16), error.At(40, 24, 16));

        // Squares of whole cells add up.
        Assert.Equal(
            error.At(16, 16, 16),
            (error.At(16, 16, 8) + error.At(24, 16, 8) + error.At(16, 24, 8) + error.At(24, 24, 8)) / 4,
            error.At(16, 16, 16) * 1e-9
        );
    }

    [Fact]
    public void A_small_crop_lies_where_its_large_crop_does()
    {
        // On a ramp, reduction gives the ramp's values at block centres, whichever way the crop is turned.
        LumaImage image = new LumaImage("ramp", 200, 200, [.. Enumerable.Range(0, 200 * 200).Select(i => (byte)(20 + (i % 200)))]);
        CropSampler crops = new CropSampler([([image], null)], 16, 2, Reduction.Bicubic);
        for (int sample = 0; sample < 20; sample++)
        {
            (float[]? high, float[]? low) = (new float[256], new float[64]);
            crops.Sample(new SampleRandom(1, 1, sample), high, low);
            for (int i = 0; i < low.Length; i++)
            {
                int corner = (i / 8 * 2 * 16) + (i % 8 * 2);
                float block = (high[corner] + high[corner + 1] + high[corner + 16] + high[corner + 17]) / 4;
                Assert.Equal(block * 255, low[i] * 255, 0.51f);
            }
        }
    }

    [Theory]
    [InlineData(ResamplingKernel.Nearest)]
    [InlineData(ResamplingKernel.Bilinear)]
    [InlineData(ResamplingKernel.Bicubic)]
    public void An_interpolated_crop_lies_where_its_large_crop_does(ResamplingKernel interpolation)
    {
        // On a slow ramp reduction and enlargement change little; a crop in another place would be another part of it.
        LumaImage image = new LumaImage(
            "ramp",
            220,
            220,
            [.. Enumerable.Range(0, 220 * 220).Select(i => (byte)(20 + (i % 220 / 2) + (i / 220 / 3)))]
        );
        CropSampler crops = new CropSampler([([image], null)], 18, 3, Reduction.By(ResamplingKernel.Bicubic), interpolation);
        for (int sample = 0; sample < 20; sample++)
        {
            (float[]? high, float[]? low) = (new float[18 * 18], new float[18 * 18]);
            crops.Sample(new SampleRandom(1, 1, sample), high, low);
            Assert.All(high.Zip(low), pair => Assert.Equal(pair.First * 255, pair.Second * 255, 2.1f));
            Assert.Equal(high.Average() * 255, low.Average() * 255, 0.6f);
        }
    }

    [Fact]
    public void A_JPEG_of_low_quality_is_farther_from_the_picture()
    {
        float[] plane = TestSupport.Drawn(64, 64).ToUnit();
        float Difference(int quality) => plane.Zip(Reduction.Jpeg(plane, 64, 64, quality), (a, b) => MathF.Abs(a - b)).Average();
        Assert.InRange(Difference(95), 1e-4f, 0.01f);
        Assert.True(Difference(60) > 1.5 * Difference(95));
    }

    [Fact]
    public void Blur_keeps_flat_areas_and_spreads_edges()
    {
        float[] plane = new float[32 * 32];
        Array.Fill(plane, 1f, 0, 16 * 32);
        float[] blurred = Reduction.Blur(plane, 32, 32, 1);
        Assert.Equal(1f, blurred[5 * 32], 1e-5f);
        Assert.Equal(0f, blurred[28 * 32], 1e-5f);
        Assert.InRange(blurred[15 * 32], 0.6f, 0.8f);
        Assert.Equal(plane.Sum(), blurred.Sum(), 0.01f);
    }

    [Fact]
    public void Luma_of_files_is_studio_range()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        using (Image image = Image.NewFromMemory(new byte[] { 255, 255, 255, 0, 0, 0, 255, 0, 0 }, 3, 1, 3, Enums.BandFormat.Uchar))
        {
            image.Copy(interpretation: Enums.Interpretation.Srgb).Pngsave(folder.File("b-colour.png"));
        }

        using (Image image = Image.NewFromMemory(new byte[] { 255, 0 }, 2, 1, 1, Enums.BandFormat.Uchar))
        {
            image.Pngsave(folder.File("a-grey.png"));
        }

        IReadOnlyList<LumaImage> images = LumaImage.LoadFolder(folder.Root);
        Assert.Equal(["a-grey", "b-colour"], images.Select(image => image.Name));
        Assert.Equal(new byte[] { 235, 16 }, images[0].Luma);
        Assert.Equal(new byte[] { 235, 16, 81 }, images[1].Luma);
        Assert.Throws<TrainerException>(() => LumaImage.LoadFolder(folder.File("nowhere")));
    }
}
