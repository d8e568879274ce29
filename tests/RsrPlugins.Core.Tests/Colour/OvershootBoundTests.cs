using NetVips;
using RsrPlugins.Core.Colour;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Resizing;

namespace RsrPlugins.Core.Tests.Colour;

public sealed class OvershootBoundTests
{
    private static readonly string[] _colours =
    [
        "#c8141e",
        "#1464b4",
        "#f0b400",
        "#148246",
        "#7828a0",
        "#e65a14",
        "#0a1e46",
        "#28aab4",
        "#8c5a32",
        "#d23c8c",
    ];

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Bounds_are_those_of_the_formula(int scale)
    {
        Random random = new Random(scale);
        for (int round = 0; round < 12; round++)
        {
            int width = 1 + random.Next(25),
                height = 1 + random.Next(25);
            float[] source = Shapes(width, height, random);
            float[] below = Filled(width * height * scale * scale, -100),
                above = Filled(below.Length, 100);
            OvershootBound bound = new OvershootBound(scale);
            bound.Apply(source, width, height, below);
            bound.Apply(source, width, height, above);
            for (int i = 0; i < below.Length; i++)
            {
                (float low, float high) = Expected(source, width, height, i % (width * scale) / scale, i / (width * scale) / scale);
                Assert.Equal(low, below[i], 5);
                Assert.Equal(high, above[i], 5);
            }
        }
    }

    [Fact]
    public void What_lies_between_is_left_alone()
    {
        float[] source = Shapes(20, 20, new Random(5));
        float[] result = [.. Enumerable.Range(0, 1600).Select(i => source[(i / 80 * 20) + (i % 40 / 2)])];
        float[] before = [.. result];
        new OvershootBound(2).Apply(source, 20, 20, result);
        Assert.Equal(before, result);
    }

    [Fact]
    public void Bounds_depend_on_the_reach_and_on_nothing_further()
    {
        const int Side = 15,
            Middle = (7 * Side) + 7;
        float[] flat = Filled(Side * Side, 0.5f);
        float Low(int x, int y)
        {
            float[] source = [.. flat];
            source[(y * Side) + x] = 0.2f;
            source[Middle + 1] = 0.9f; // without a range of its own the 3 x 3 around would decide
            float[] result = Filled(Side * Side, -100);
            new OvershootBound(1).Apply(source, Side, Side, result);
            return result[Middle];
        }

        float alone = Low(0, 0);
        Assert.Equal(alone, Low(7 - OvershootBound.Reach.Pixels - 1, 7));
        Assert.Equal(alone, Low(7, 7 + OvershootBound.Reach.Pixels + 1));
        Assert.NotEqual(alone, Low(7 - OvershootBound.Reach.Pixels, 7));
        Assert.NotEqual(alone, Low(7, 7 + OvershootBound.Reach.Pixels));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void A_surface_is_held_and_a_line_one_pixel_wide_is_not(int wide, bool held)
    {
        const int Side = 16;
        float[] source = [.. Enumerable.Range(0, Side * Side).Select(i => i % Side >= 7 && i % Side < 7 + wide ? 0.3f : 0.9f)];
        float[] result = Filled(Side * Side * 4, 0);
        new OvershootBound(2).Apply(source, Side, Side, result);
        Assert.Equal(held, result[(16 * 32) + 14] > 0.28f);
    }

    /// <summary>The whole pipeline with the shipped weights: shapes of ten colours, on white and on one another.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Flat_colours_get_no_rims(int scale)
    {
        ModelCatalogue models = ModelCatalogue.LoadDefault();
        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        foreach (ModelKind kind in new[] { ModelKind.Photo, ModelKind.Learned })
        {
            INetwork network = engine.Open(models.Find(NetworkTask.Enlarge, kind, scale));
            double before = 0,
                after = 0;
            for (int index = 0; index < _colours.Length; index++)
            {
                PixelImage small = Draw(_colours[index], index % 2 == 0 ? "#fff" : _colours[(index + 3) % 10]);
                before += Rims(
                    small,
                    new LearnedResizer(network, null, ColourOptions.Default with { BoundOvershoot = false }).Resize(
                        small,
                        null,
                        TestContext.Current.CancellationToken
                    ),
                    scale
                );
                double rims = Rims(small, new LearnedResizer(network).Resize(small, null, TestContext.Current.CancellationToken), scale);
                Assert.True(rims < 0.001, $"{kind}, {_colours[index]}: {rims:P3} of the pixels are rims.");
                after += rims;
            }

            Assert.True(after < before / 10, $"{kind}: {after / 10:P3}, unbounded {before / 10:P3}.");
        }
    }

    [Fact]
    public void Photographs_lose_nothing_by_it()
    {
        const int Scale = 3; // where most is lost of all sets, scales and kinds of weights
        IReadOnlyList<(string Name, PixelImage Image)> pictures = TestData.Load("test/set14");
        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        INetwork network = engine.Open(ModelCatalogue.LoadDefault().Find(NetworkTask.Enlarge, ModelKind.Photo, Scale));
        double[] losses =
        [
            .. pictures.Select(picture =>
            {
                PixelImage original = EvaluationProtocol.CropToMultiple(picture.Image, Scale);
                PixelImage small = Resampler.Resize(original, original.Width / Scale, original.Height / Scale, ResamplingKernel.Bicubic);
                return Psnr(
                        original,
                        new LearnedResizer(network, null, ColourOptions.Default with { BoundOvershoot = false }).Resize(small)
                    ) - Psnr(original, new LearnedResizer(network).Resize(small));
            }),
        ];
        Assert.InRange(losses.Average(), -0.02, 0.005);
        Assert.InRange(losses.Max(), -0.02, 0.05);

        static double Psnr(PixelImage original, PixelImage restored) =>
            EvaluationProtocol
                .Score(
                    EvaluationProtocol.LumaPlane(original),
                    EvaluationProtocol.LumaPlane(restored),
                    original.Width,
                    original.Height,
                    Scale
                )
                .Psnr;
    }

    /// <summary>Share of the pixels whose luma leaves the range of the 3 x 3 small pixels around by more than six levels.</summary>
    private static double Rims(PixelImage small, PixelImage large, int scale)
    {
        float[] source = Luma.Bt601StudioRounded(small),
            result = Luma.Bt601StudioRounded(large);
        int rims = 0;
        for (int i = 0; i < result.Length; i++)
        {
            (int x, int y) = (i % large.Width / scale, i / large.Width / scale);
            float min = float.MaxValue,
                max = float.MinValue;
            for (int j = 0; j < 9; j++)
            {
                float value = source[
                    (Math.Clamp(y + (j / 3) - 1, 0, small.Height - 1) * small.Width) + Math.Clamp(x + (j % 3) - 1, 0, small.Width - 1)
                ];
                (min, max) = (Math.Min(min, value), Math.Max(max, value));
            }

            rims += result[i] < min - 6 || result[i] > max + 6 ? 1 : 0;
        }

        return (double)rims / result.Length;
    }

    private static PixelImage Draw(string colour, string ground)
    {
        string svg =
            $"""<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="{ground}"/><g fill="{colour}"><circle cx="17.3" cy="17.6" r="12.2"/><path d="M36,6 h21.5 v17.5 h-21.5 z"/><rect x="6.4" y="37.5" width="20" height="19" rx="5"/><path d="M46,34 L58.5,55 H35 Z"/></g><circle cx="46" cy="15" r="4" fill="{ground}"/></svg>""";
        using Image drawn = Image.SvgloadBuffer(System.Text.Encoding.UTF8.GetBytes(svg));
        using Image flat = drawn.Flatten();
        PixelImage picture = PixelImage.Create(64, 64, PixelLayout.Rgb, 8);
        flat.WriteToMemory<byte>().CopyTo(picture.Samples8);
        return picture;
    }

    private static float[] Shapes(int width, int height, Random random)
    {
        float[] plane = Filled(width * height, 0.5f);
        for (int shape = 0; shape < 6; shape++)
        {
            (int left, int top, int wide, int high) = (random.Next(width), random.Next(height), 1 + random.Next(8), 1 + random.Next(8));
            float value = random.Next(1, 20) / 20f;
            for (int y = top; y < Math.Min(top + high, height); y++)
            {
                plane.AsSpan((y * width) + left, Math.Min(wide, width - left)).Fill(value);
            }
        }

        return plane;
    }

    private static (float Low, float High) Expected(float[] source, int width, int height, int x, int y)
    {
        float At(int column, int row) => source[(Math.Clamp(row, 0, height - 1) * width) + Math.Clamp(column, 0, width - 1)];
        float min = 9,
            max = -9,
            darkest = 9,
            lightest = -9,
            nearMin = 9,
            nearMax = -9;
        for (int dy = -3; dy <= 3; dy++)
        {
            for (int dx = -3; dx <= 3; dx++)
            {
                (min, max) = (Math.Min(min, At(x + dx, y + dy)), Math.Max(max, At(x + dx, y + dy)));
                if (Math.Abs(dx) <= 1 && Math.Abs(dy) <= 1)
                {
                    (nearMin, nearMax) = (Math.Min(nearMin, At(x + dx, y + dy)), Math.Max(nearMax, At(x + dx, y + dy)));
                }

                if (dx < 3 && dy < 3)
                {
                    float[] block = [At(x + dx, y + dy), At(x + dx + 1, y + dy), At(x + dx, y + dy + 1), At(x + dx + 1, y + dy + 1)];
                    (darkest, lightest) = (Math.Min(darkest, block.Max()), Math.Max(lightest, block.Min()));
                }
            }
        }

        float range = nearMax - nearMin;
        return (
            (3f / -255) + Math.Max(min - (3 * (darkest - min)), nearMin - range),
            (3f / 255) + Math.Min(max + (3 * (max - lightest)), nearMax + range)
        );
    }

    private static float[] Filled(int count, float value)
    {
        float[] plane = new float[count];
        Array.Fill(plane, value);
        return plane;
    }
}
