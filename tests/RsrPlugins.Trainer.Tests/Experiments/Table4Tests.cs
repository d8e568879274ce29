// The pieces of Table 4: what a file costs, how a quality is found, that codecs give back what they were given, and what happens
// where a tool is missing.
using System.Diagnostics;
using System.Text;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Models;
using RsrPlugins.Trainer.Evaluation;
using RsrPlugins.Trainer.Experiments;
using RsrPlugins.Trainer.Experiments.Compression;

namespace RsrPlugins.Trainer.Tests.Experiments;

public class Table4Tests
{
    private static readonly ExternalTool _missing = new("no-such-package", string.Empty, "rsr-no-such-tool");

    public static TheoryData<string> LosslessNames => [.. Codecs.Lossless.Select(codec => codec.Name)];

    public static TheoryData<string> LossyNames => [.. Codecs.Lossy.Append(Codecs.ReversibleJpeg2000).Select(codec => codec.Name)];

    [Theory]
    [InlineData(260_100, 510, 510, 8)]
    [InlineData(100, 20, 10, 4)]
    [InlineData(1, 65_536, 65_536, 8.0 / 4_294_967_296)]
    public void The_rate_is_that_of_the_original(long bytes, int width, int height, double expected) =>
        Assert.Equal(expected, Stored.Rate(bytes, width, height), 1e-15);

    [Fact]
    public void A_mean_takes_each_figure_for_itself()
    {
        Stored mean = Stored.Mean([new Stored(100, 1, 30, 0.9), new Stored(300, 0.5, 34, 0.8)]);

        Assert.Equal(200, mean.Bytes);
        Assert.Equal(0.75, mean.BitsPerPixel);
        Assert.Equal(32, mean.Psnr);
        Assert.Equal(0.85, mean.Ssim, 1e-12);
    }

    // SSIM = setting / 100, bytes = 10 x setting.
    [Theory]
    [InlineData(0.5, 500)]
    [InlineData(0.501, 510)]
    [InlineData(0, 0)]
    [InlineData(-1, 0)]
    [InlineData(0.99, 990)]
    public void The_search_finds_the_first_setting_that_is_not_below(double ssim, double bytes)
    {
        HashSet<int> tried = new HashSet<int>();
        Stored? found = QualitySearch.SmallestNotBelow(
            100,
            setting =>
                tried.Add(setting) ? new Stored(10 * setting, 1, 30, setting / 100.0) : throw new InvalidOperationException("Tried twice."),
            ssim
        );

        Assert.Equal(bytes, found?.Bytes);
        Assert.InRange(tried.Count, 2, 11);
    }

    [Fact]
    public void The_search_says_when_no_setting_is_enough() =>
        Assert.Null(QualitySearch.SmallestNotBelow(100, setting => new Stored(setting, 1, 30, setting / 100.0), 0.995));

    [Fact]
    public void The_search_takes_a_smaller_file_that_a_ripple_makes_good_enough()
    {
        // Setting 48 is as good as 50; bisection alone stops at 50.
        Stored? found = QualitySearch.SmallestNotBelow(
            100,
            setting => new Stored(setting, 1, 30, setting == 48 ? 0.5 : setting / 100.0),
            0.5
        );

        Assert.Equal(48, found?.Bytes);
    }

    [Theory]
    [MemberData(nameof(LosslessNames))]
    public void A_lossless_codec_gives_every_sample_back(string name)
    {
        LosslessCodec codec = Codecs.Lossless.Single(codec => codec.Name == name);
        SkipWithout(codec.Tools);
        GreyPicture noise = new GreyPicture(37, 21, Array.ConvertAll(TestSupport.Noise(37 * 21), value => (byte)(value * 255.99f)));

        foreach (
            GreyPicture? picture in new[]
            {
                noise,
                Drawn(64, 48),
                new GreyPicture(5, 3, [0, 1, 2, 3, 4, 250, 251, 252, 253, 254, 255, 128, 16, 235, 17]),
            }
        )
        {
            byte[] file = codec.Encode(picture, TestContext.Current.CancellationToken);
            GreyPicture back = codec.Decode(file, TestContext.Current.CancellationToken);
            Assert.Equal((picture.Width, picture.Height), (back.Width, back.Height));
            Assert.Equal(picture.Samples, back.Samples);
        }
    }

    [Theory]
    [MemberData(nameof(LossyNames))]
    public void A_lossy_codec_is_better_and_larger_at_better_settings(string name)
    {
        LossyCodec codec = Codecs.Lossy.Append(Codecs.ReversibleJpeg2000).Single(codec => codec.Name == name);
        SkipWithout(codec.Tools);
        GreyPicture picture = Drawn(131, 97);
        (int Length, double Psnr)[] files = new[]
        {
            codec.Settings[codec.Settings.Count / 4],
            codec.Settings[codec.Settings.Count * 3 / 5],
            codec.Settings[^2],
        }
            .Select(setting =>
            {
                byte[] file = codec.Encode(picture, setting, TestContext.Current.CancellationToken);
                GreyPicture back = codec.Decode(file, TestContext.Current.CancellationToken);
                Assert.Equal((picture.Width, picture.Height), (back.Width, back.Height));
                return (file.Length, Psnr: ImageMetrics.Psnr(picture.ToPlane(), back.ToPlane(), picture.Width, picture.Height, 0));
            })
            .ToArray();

        Assert.True(files[0].Length < files[1].Length && files[1].Length < files[2].Length, string.Join(", ", files));
        Assert.True(files[0].Psnr < files[1].Psnr && files[1].Psnr < files[2].Psnr, string.Join(", ", files));
        // The values as they are, not stretched or squeezed to another range on the way.
        Assert.True(files[2].Psnr > 42, string.Join(", ", files));
    }

    [Fact]
    public void The_pair_pays_for_the_small_picture_and_is_scored_on_the_large_one()
    {
        IReadOnlyList<TestPicture> pictures = DrawnPictures.TestSet(3);
        ModelCatalogue catalogue = ModelCatalogue.Load(TestSupport.InRepository("models"));
        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        PairedCompression measured = new PairedCompression(
            3,
            pictures,
            engine.Open(catalogue.Find(NetworkTask.Reduce, ModelKind.Learned, 3)),
            engine.Open(catalogue.Find(NetworkTask.Enlarge, ModelKind.Learned, 3)),
            TestContext.Current.CancellationToken
        );

        Stored[] stored = measured.Pair(Codecs.Png);

        Assert.Equal(pictures.Count, stored.Length);
        for (int i = 0; i < pictures.Count; i++)
        {
            Assert.Equal((pictures[i].Width / 3, pictures[i].Height / 3), (measured.Small[i].Width, measured.Small[i].Height));
            Assert.Equal(Codecs.Png.Encode(measured.Small[i], default).Length, stored[i].Bytes);
            Assert.Equal(8 * stored[i].Bytes / (pictures[i].Width * pictures[i].Height), stored[i].BitsPerPixel, 1e-12);
            Assert.InRange(stored[i].Psnr, 20, 60);
        }

        foreach ((Stored? own, Stored? other) in stored.Zip(measured.AtEqualSsim(Codecs.PlainJpeg, 1)))
        {
            Assert.NotNull(other);
            Assert.InRange(other.Ssim, own.Ssim, own.Ssim + 0.02);
        }
    }

    [Fact]
    public void A_codec_that_loses_something_is_not_taken_for_lossless()
    {
        ModelCatalogue catalogue = ModelCatalogue.Load(TestSupport.InRepository("models"));
        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        PairedCompression measured = new PairedCompression(
            2,
            DrawnPictures.TestSet(2),
            engine.Open(catalogue.Find(NetworkTask.Reduce, ModelKind.Learned, 2)),
            engine.Open(catalogue.Find(NetworkTask.Enlarge, ModelKind.Learned, 2)),
            TestContext.Current.CancellationToken
        );
        LosslessCodec jpeg = new LosslessCodec(
            "JPEG",
            [],
            (picture, token) => Codecs.PlainJpeg.Encode(picture, 50, token),
            Codecs.PlainJpeg.Decode
        );

        TrainerException error = Assert.Throws<TrainerException>(() => measured.Pair(jpeg));
        Assert.Contains("JPEG", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_run_without_a_tool_names_its_package()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        TrainerException error = Assert.Throws<TrainerException>(() =>
            new Table4([Codecs.Png], [Without()]).Run(TestSupport.Experiment(folder, isSmoke: false))
        );

        Assert.Contains("rsr-no-such-tool", error.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install no-such-package", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_smoke_run_without_a_tool_says_what_is_left_out()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        string section = new Table4([Codecs.Png], [Codecs.PlainJpeg, Without()]).Run(TestSupport.Experiment(folder, isSmoke: true));

        Assert.Contains("Left out: rsr-no-such-tool", section, StringComparison.Ordinal);
        Assert.DoesNotContain("| lost |", section, StringComparison.Ordinal);
        Assert.Contains("pair + PNG", section, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tool_that_fails_is_an_error_with_its_last_words()
    {
        SkipWithout([ExternalTool.OpjDecompress]);
        using TemporaryFolder folder = new TemporaryFolder();
        TrainerException error = Assert.Throws<TrainerException>(() =>
            ExternalTool.OpjDecompress.Run(folder.Root, ["-i", "no such file.jp2", "-o", "a.pgm"], TestContext.Current.CancellationToken)
        );

        Assert.Contains("opj_decompress ended with exit code", error.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_cancelled_tool_is_ended()
    {
        ExternalTool sleep = new ExternalTool("coreutils", string.Empty, "sleep");
        SkipWithout([sleep]);
        using TemporaryFolder folder = new TemporaryFolder();
        using CancellationTokenSource stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        Stopwatch watch = Stopwatch.StartNew();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Task.Run(() => sleep.Run(folder.Root, ["300"], stop.Token), TestContext.Current.CancellationToken)
        );

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }

    [Fact]
    public void A_tool_says_its_version()
    {
        SkipWithout([ExternalTool.OpjCompress, ExternalTool.SevenZip, ExternalTool.Cjxl]);
        foreach (ExternalTool? tool in new[] { ExternalTool.OpjCompress, ExternalTool.SevenZip, ExternalTool.Cjxl })
        {
            Assert.Matches(@"^\d+\.\d+", tool.Version(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void Pgm_is_read_with_comments_and_nothing_else_is_read()
    {
        GreyPicture picture = new GreyPicture(3, 2, [10, 35, 9, 13, 32, 255]);

        GreyPicture plain = GreyPicture.FromPgm(picture.ToPgm(), "plain");
        GreyPicture commented = GreyPicture.FromPgm(
            [.. Encoding.ASCII.GetBytes("P5\n#made by a tool 1.0\n3 2\n# and more\n255\n"), .. picture.Samples],
            "commented"
        );

        Assert.Equal(picture.Samples, plain.Samples);
        Assert.Equal(picture.Samples, commented.Samples);
        Assert.Equal((3, 2), (commented.Width, commented.Height));
        foreach (
            string? wrong in new[]
            {
                "P6\n3 2\n255\nabcdef",
                "P5\n3 2\n255\nabcde",
                "P5\n3 2\n65535\nabcdef",
                "P5\n# never ends",
                string.Empty,
            }
        )
        {
            Assert.Contains(
                "wrong.pgm",
                Assert.Throws<TrainerException>(() => GreyPicture.FromPgm(Encoding.ASCII.GetBytes(wrong), "wrong.pgm")).Message,
                StringComparison.Ordinal
            );
        }
    }

    private static LossyCodec Without() => Codecs.PlainJpeg with { Name = "lost", Tools = [_missing] };

    private static GreyPicture Drawn(int width, int height) => new(width, height, TestSupport.Drawn(width, height).Luma);

    private static void SkipWithout(IReadOnlyList<ExternalTool> tools) =>
        Assert.SkipUnless(
            tools.All(tool => tool.IsInstalled),
            string.Join("; ", tools.Where(tool => !tool.IsInstalled).Select(tool => tool.MissingMessage))
        );
}
