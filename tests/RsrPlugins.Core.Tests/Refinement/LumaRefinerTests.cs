// The correction of small pictures with the installed gradients on the real runtime, and what it must never do.
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Refinement;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Core.Tests.Resampling;
using RsrPlugins.Core.Tests.Resizing;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Refinement;

public sealed class LumaRefinerTests : IDisposable
{
    private const float MinLuma = 16f / 255;
    private const float MaxLuma = 235f / 255;

    private readonly InferenceEngine _engine = new(new InferenceOptions(DeviceChoice.Cpu));
    private readonly ModelCatalogue _models = ModelCatalogue.Load(Path.Combine(AppContext.BaseDirectory, "models"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_more_passes_the_better_the_restored_picture(int scale)
    {
        const int Width = 40;
        const int Height = 33;
        float[] large = Rings(Width * scale, Height * scale, scale);
        float[] small = Reduced(scale, large, Width, Height);
        double before = Error(scale, small, large, Width, Height);
        // Rings near the limit of resolution alias, and what holds the small picture's brightness takes a little back in the end.
        foreach ((int passes, double most) in new[] { (5, 0.99), (12, 0.99), (30, 1.05) })
        {
            float[] refined = (float[])small.Clone();
            Refiner(scale, passes).Refine(refined, large, Width, Height, [], null, Token);
            double after = Error(scale, refined, large, Width, Height);
            Assert.True(after < most * before, $"{passes} passes: {after:g4} after {before:g4}");
            Assert.All(refined, value => Assert.InRange(value, MinLuma, MaxLuma));
            before = after;
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Tiles_are_exact_and_a_halo_one_smaller_is_not(int scale)
    {
        const int Width = 43;
        const int Height = 31;
        float[] large = Rings(Width * scale, Height * scale, scale);
        float[] small = Reduced(scale, large, Width, Height);
        INetwork gradient = Gradient(scale);
        float[] Refined(INetwork network, int tileSize)
        {
            float[] refined = (float[])small.Clone();
            new LumaRefiner(network, 3, new ResizeSettings(2, tileSize)).Refine(refined, large, Width, Height, [], null, Token);
            return refined;
        }

        float[] whole = Refined(gradient, 1000);
        Assert.Equal(8, gradient.Model.Shape.Halo);
        foreach (int tileSize in new[] { 5, 16 })
        {
            Assert.Equal(whole, Refined(gradient, tileSize));
        }

        Assert.NotEqual(whole, Refined(new SmallerHalo(gradient), 5));
    }

    /// <summary>
    /// People look at the small picture: a line of one colour stays one, however much more alternating values would carry. Without the
    /// averaging the same lines become dashes, which shows that the picture is one that tempts the descent.
    /// </summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Straight_lines_stay_lines(int scale)
    {
        const int Side = 48;
        float[] large = Lines(Side * scale);
        RepeatedPixels repeated = RepeatedPixels.Find(large, Side, Side, scale, 1, Token);
        float[] made = Reduced(scale, large, Side, Side);
        float Variation(DescentOptions? options)
        {
            float[] small = (float[])made.Clone();
            if (options is not null)
            {
                new LumaRefiner(Gradient(scale), 10, null, options).Refine(small, large, Side, Side, [], null, Token);
            }

            return 255 * repeated.LargestStep(small);
        }

        float plain = Variation(null);
        float kept = Variation(new DescentOptions());
        float free = Variation(new DescentOptions(KeepRepetition: false));
        Assert.True(kept <= plain + 4, $"{kept:f1} levels along lines, {plain:f1} without effort");
        Assert.True(free > plain + 20, $"{free:f1} levels along lines without averaging, {plain:f1} without effort");
    }

    /// <summary>The small picture of dark lines on light ground is as bright as the large one; by the gradient alone it is not.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Brightness_is_that_of_the_large_picture(int scale)
    {
        const int Side = 48;
        float[] large = Lines(Side * scale);
        float[] made = [.. Reduced(scale, large, Side, Side).Select(value => Math.Clamp(value - (3f / 255), MinLuma, MaxLuma))];
        double Shift(DescentOptions options)
        {
            float[] small = (float[])made.Clone();
            new LumaRefiner(Gradient(scale), 10, null, options).Refine(small, large, Side, Side, [], null, Token);
            return 255 * (small.Average(value => (double)value) - large.Average(value => (double)value));
        }

        double held = Shift(new DescentOptions());
        double free = Shift(new DescentOptions(BrightnessWeight: 0));
        Assert.InRange(held, -0.5, 0.5);
        Assert.True(Math.Abs(free) > Math.Abs(held), $"{free:f2} levels by the gradient alone, {held:f2} held");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void No_pixel_moves_farther_than_the_bound(int scale)
    {
        const int Side = 48;
        float[] large = Lines(Side * scale);
        float[] made = Reduced(scale, large, Side, Side);
        float[] small = (float[])made.Clone();
        DescentOptions options = new DescentOptions();
        new LumaRefiner(Gradient(scale), 20, null, options).Refine(small, large, Side, Side, [], null, Token);
        float moved = made.Zip(small).Max(pair => Math.Abs(pair.First - pair.Second));
        Assert.InRange(moved, 0.5f * options.MaxCorrection, options.MaxCorrection + 1e-6f);
    }

    [Fact]
    public void Fixed_pixels_stay_and_others_do_not()
    {
        const int Side = 24;
        float[] large = Rings(2 * Side, 2 * Side, 2);
        float[] small = Reduced(2, large, Side, Side);
        float[] refined = (float[])small.Clone();
        bool[] isFixed = [.. Enumerable.Range(0, small.Length).Select(i => i % 3 == 0)];
        Refiner(2, 2).Refine(refined, large, Side, Side, isFixed, null, Token);
        for (int i = 0; i < small.Length; i++)
        {
            if (isFixed[i])
            {
                Assert.Equal(small[i], refined[i]);
            }
        }

        Assert.True(small.Zip(refined).Count(pair => pair.First != pair.Second) > small.Length / 2);
    }

    [Fact]
    public void Progress_grows_to_one_and_a_cancelled_run_stops()
    {
        const int Side = 40;
        float[] large = Rings(2 * Side, 2 * Side, 2),
            small = Reduced(2, large, Side, Side);
        ProgressRecorder progress = new ProgressRecorder();
        new LumaRefiner(Gradient(2), 3, new ResizeSettings(1, 16)).Refine(small, large, Side, Side, [], progress, Token);
        progress.AssertComplete();

        using CancellationTokenSource stop = new CancellationTokenSource();
        StopAtFirstReport stopper = new StopAtFirstReport(stop);
        Assert.ThrowsAny<OperationCanceledException>(() => Refiner(2, 50).Refine(small, large, Side, Side, [], stopper, stop.Token));
        Assert.InRange(stopper.Reports, 1, 4);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Refiner(2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Refiner(2, LumaRefiner.MaxPasses + 1));
        Assert.Throws<ArgumentException>("gradient", () => new LumaRefiner(Open(NetworkTask.Enlarge, 2), 1));
        Assert.Throws<ArgumentException>(() => Refiner(2, 1).Refine(new float[4], new float[15], 2, 2, []));
        Assert.Throws<ArgumentException>(() => Refiner(2, 1).Refine(new float[4], new float[16], 2, 2, [true]));
        Assert.Throws<ArgumentException>("refiner", () => new LearnedResizer(Open(NetworkTask.Reduce, 3), null, Refiner(2, 1)));
        Assert.Throws<ArgumentException>("refiner", () => new LearnedResizer(Open(NetworkTask.Enlarge, 2), null, Refiner(2, 1)));
        Assert.Throws<ArgumentException>("network", () => new LearnedResizer(Gradient(2)));
    }

    /// <summary>
    /// A part is corrected from a window a halo wider for every pass. With the engine's own halo it has the bits of the whole, with the
    /// network's the values but for rounding, and with less it has not. The picture repeats itself nowhere, as chains of equal surroundings
    /// end at the window.
    /// </summary>
    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    public void Parts_are_exact_and_from_a_smaller_window_they_are_not(int scale, int passes)
    {
        const int Width = 131;
        const int Height = 126;
        float[] large = Rings(Width * scale, Height * scale, scale);
        Random random = new Random(3);
        for (int i = 0; i < large.Length; i++)
        {
            large[i] += (random.NextSingle() - 0.5f) * 0.1f;
        }

        float[] small = Reduced(scale, large, Width, Height),
            whole = (float[])small.Clone();
        Refiner(scale, passes).Refine(whole, large, Width, Height, [], null, Token);
        int halo = Gradient(scale).Model.Shape.Halo;
        foreach (TileRect part in new[] { new TileRect(0, 0, 20, 12), new TileRect(60, 61, 6, 5), new TileRect(120, 115, 11, 11) })
        {
            Assert.Equal(0, Difference(part, Gradient(scale).Shape.Halo));
            Assert.InRange(Difference(part, halo), 0, 1e-6);
            double less = Difference(part, halo / 2);
            Assert.True(less > 2e-6, $"{part} from a window half as wide: {less:g3}");
        }

        double Difference(TileRect part, int haloOfPass)
        {
            LumaRefiner refiner = new LumaRefiner(Gradient(scale), passes) { HaloOfPass = haloOfPass };
            TileRect window = refiner.Window(part, Width, Height);
            float[] own = Of(small, window, Width),
                ownLarge = Of(
                    large,
                    new TileRect(window.X * scale, window.Y * scale, window.Width * scale, window.Height * scale),
                    Width * scale
                );
            TileRect inWindow = new TileRect(part.X - window.X, part.Y - window.Y, part.Width, part.Height);
            refiner.Refine(own, ownLarge, window.Width, window.Height, [], inWindow, null, Token);
            return Of(whole, part, Width).Zip(Of(own, inWindow, window.Width), (a, b) => (double)Math.Abs(a - b)).Max();
        }

        static float[] Of(float[] plane, TileRect rect, int stride) =>
            [.. Enumerable.Range(rect.Y, rect.Height).SelectMany(y => plane.AsSpan((y * stride) + rect.X, rect.Width).ToArray())];
    }

    /// <summary>Colour, alpha and odd sizes come through the same way: regions of a corrected picture are regions of the whole.</summary>
    [Theory]
    [InlineData(PixelLayout.Rgba, 8)]
    [InlineData(PixelLayout.Grey, 16)]
    public void Regions_of_a_corrected_picture_are_those_of_the_whole(PixelLayout layout, int bits)
    {
        PixelImage source = PixelImage.Create(151, 143, layout, bits);
        Random random = new Random(8);
        if (bits == 8)
        {
            random.NextBytes(source.Samples8);
        }
        else
        {
            random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(source.Samples16));
        }

        LearnedResizer resizer = new LearnedResizer(Open(NetworkTask.Reduce, 2), null, Refiner(2, 2));
        PixelImage whole = resizer.Resize(source, null, Token);
        foreach (
            TileRect part in new[]
            {
                new TileRect(0, 0, 30, 20),
                new TileRect(35, 36, 9, 8),
                new TileRect(whole.Width - 12, whole.Height - 7, 12, 7),
            }
        )
        {
            PixelImage made = PixelImage.Create(part.Width, part.Height, layout, bits);
            resizer.ResizeRegion(source, part, made, Token);
            for (int y = 0; y < part.Height; y++)
            {
                int from = (((part.Y + y) * whole.Width) + part.X) * whole.Channels,
                    at = y * part.Width * whole.Channels,
                    count = part.Width * whole.Channels;
                for (int i = 0; i < count; i++)
                {
                    Assert.InRange(
                        bits == 8 ? whole.Samples8[from + i] - made.Samples8[at + i] : whole.Samples16[from + i] - made.Samples16[at + i],
                        -1,
                        1
                    );
                }
            }
        }
    }

    public static TheoryData<PixelLayout, int> Pictures()
    {
        TheoryData<PixelLayout, int> data = new TheoryData<PixelLayout, int>();
        foreach (PixelLayout layout in Enum.GetValues<PixelLayout>())
        {
            data.Add(layout, 8);
            data.Add(layout, 16);
        }

        return data;
    }

    /// <summary>Sizes that are no multiples of the scale, transparency and flat parts included.</summary>
    [Theory]
    [MemberData(nameof(Pictures))]
    public void A_refined_picture_is_the_same_in_any_tiles_and_comes_back_better(PixelLayout layout, int bits)
    {
        PixelImage source = LearnedResizerTests.Patchwork(95, 71, layout, bits);
        PixelImage Reduce(int passes, int threads, int tileSize, IProgress<double>? progress = null)
        {
            ResizeSettings settings = new ResizeSettings(threads, tileSize);
            return new LearnedResizer(
                Open(NetworkTask.Reduce, 2),
                settings,
                passes == 0 ? null : new LumaRefiner(Gradient(2), passes, settings)
            ).Resize(source, progress, Token);
        }

        ProgressRecorder progress = new ProgressRecorder();
        PixelImage plain = Reduce(0, 2, 0),
            whole = Reduce(6, 1, 1000, progress),
            tiled = Reduce(6, 3, 9);
        progress.AssertComplete();
        ResamplerTests.AssertSame(whole, tiled);
        Assert.True(Restored(whole) > Restored(plain) + 0.1, $"{Restored(whole):f2} dB after {Restored(plain):f2} dB");

        double Restored(PixelImage small)
        {
            PixelImage large = new LearnedResizer(Open(NetworkTask.Enlarge, 2)).Resize(small, null, Token);
            double squares = 0;
            int count = 0;
            for (int y = 0; y < source.Height; y++)
            {
                for (int x = 0; x < source.Width; x++)
                {
                    (int Red, int Green, int Blue, int Alpha) a = DrawnPictures.Get(source, x, y),
                        b = DrawnPictures.Get(large, x, y);
                    if (a.Alpha < source.MaxValue)
                    {
                        continue;
                    }

                    double difference = Luma.Bt601Studio(a.Red - b.Red, a.Green - b.Green, a.Blue - b.Blue) - 16;
                    squares += difference * difference;
                    count++;
                }
            }

            return 10 * Math.Log10((double)source.MaxValue * source.MaxValue * count / squares);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(77)]
    [InlineData(255)]
    public void A_flat_picture_stays_flat_to_the_bit(int level)
    {
        PixelImage source = PixelImage.Create(50, 34, PixelLayout.Rgb, 8);
        source.Samples8.Fill((byte)level);
        PixelImage small = new LearnedResizer(Open(NetworkTask.Reduce, 2), null, Refiner(2, 3)).Resize(source, null, Token);
        Assert.All(small.Samples8.ToArray(), sample => Assert.Equal(level, sample));
    }

    [Fact]
    public void Flat_ground_beside_a_drawing_stays_as_it_is_and_nothing_bleeds()
    {
        PixelImage source = PixelImage.Create(96, 96, PixelLayout.Rgb, 8);
        source.Samples8.Fill(200);
        for (int y = 40; y < 56; y++)
        {
            for (int x = 40; x < 56; x++)
            {
                DrawnPictures.Set(source, x, y, 20, 20, 20);
            }
        }

        PixelImage small = new LearnedResizer(Open(NetworkTask.Reduce, 2), null, Refiner(2, 10)).Resize(source, null, Token);
        for (int y = 0; y < 48; y++)
        {
            for (int x = 0; x < 48; x++)
            {
                if (x is < 17 or > 30 || y is < 17 or > 30)
                {
                    Assert.Equal((200, 200, 200, 255), DrawnPictures.Get(small, x, y));
                }
            }
        }

        LearnedResizer disc = new LearnedResizer(Open(NetworkTask.Reduce, 4), null, Refiner(4, 10));
        DrawnPictures.AssertOnlyRed(disc.Resize(DrawnPictures.RedDiscOnTransparentGreen(128, 8), null, Token), colourTolerance: 40);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(2, 17)]
    public void Tiny_pictures_have_a_result(int width, int height)
    {
        PixelImage source = LearnedResizerTests.Patchwork(width, height, PixelLayout.Rgba, 8);
        PixelImage small = new LearnedResizer(Open(NetworkTask.Reduce, 4), null, Refiner(4, 2)).Resize(source, null, Token);
        Assert.Equal(((width + 3) / 4, (height + 3) / 4), (small.Width, small.Height));
    }

    [Fact]
    public void The_protocol_scores_refined_pictures_better_by_both_methods()
    {
        PixelImage source = LearnedResizerTests.Patchwork(96, 80, PixelLayout.Rgb, 8);
        foreach (EvaluationMethod method in new[] { EvaluationMethod.Learned, EvaluationMethod.LearnedEditor })
        {
            EvaluationScore Score(LumaRefiner? refiner) =>
                EvaluationProtocol.Evaluate(
                    source,
                    method,
                    2,
                    Open(NetworkTask.Reduce, 2),
                    Open(NetworkTask.Enlarge, 2),
                    null,
                    refiner,
                    null,
                    Token
                );
            Assert.True(Score(Refiner(2, 8)).Psnr > Score(null).Psnr + 0.1, method.ToString());
        }
    }

    private LumaRefiner Refiner(int scale, int passes) => new(Gradient(scale), passes);

    private INetwork Gradient(int scale) => Open(NetworkTask.Gradient, scale);

    private INetwork Open(NetworkTask task, int scale) => _engine.Open(_models.Find(task, ModelKind.Learned, scale));

    private float[] Reduced(int scale, float[] large, int width, int height) =>
        new LearnedResizer(Open(NetworkTask.Reduce, scale)).ResizeLuma(large, width * scale, height * scale, Token);

    private double Error(int scale, float[] small, float[] large, int width, int height) =>
        new LearnedResizer(Open(NetworkTask.Enlarge, scale))
            .ResizeLuma(small, width, height, Token)
            .Zip(large, (a, b) => (double)(a - b) * (a - b))
            .Sum();

    /// <summary>Rings around a corner with a bright square: some of every frequency a small picture can hold, and a few it
    /// cannot.</summary>
    /// <summary>1-pixel lines along rows and columns at several phases, dark on light.</summary>
    private static float[] Lines(int side)
    {
        float[] plane = new float[side * side];
        Array.Fill(plane, 220f / 255);
        int[] starts = [side / 8, (side / 3) + 1, (side / 2) + 2, (3 * side / 4) + 3];
        foreach (int start in starts)
        {
            for (int i = side / 10; i < side - (side / 10); i++)
            {
                plane[(start * side) + i] = 40f / 255;
                plane[(i * side) + start + 1] = 90f / 255;
            }
        }

        return plane;
    }

    private static float[] Rings(int width, int height, int scale)
    {
        float[] plane = new float[width * height];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                plane[(y * width) + x] =
                    x is >= 28 and < 50 && y is >= 8 and < 30
                        ? 0.9f
                        : 0.5f + (0.25f * MathF.Sin(((x * x) + (y * y)) * 0.04f / (scale * scale)));
            }
        }

        return plane;
    }

    /// <summary>The same network, whose shape forgets one 3 x 3 convolution.</summary>
    private sealed class SmallerHalo(INetwork network) : INetwork
    {
        public ModelDescriptor Model { get; } =
            network.Model with
            {
                Shape = network.Model.Shape with { Halo = network.Model.Shape.Halo - 1 },
            };

        public DeviceKind Device => network.Device;

        public void Run(ReadOnlySpan<float> input, int width, int height, Span<float> output, CancellationToken cancellationToken) =>
            network.Run(input, width, height, output, cancellationToken);
    }

    private sealed class StopAtFirstReport(CancellationTokenSource stop) : IProgress<double>
    {
        private int _reports;

        public int Reports => _reports;

        public void Report(double value)
        {
            Interlocked.Increment(ref _reports);
            stop.Cancel();
        }
    }
}
