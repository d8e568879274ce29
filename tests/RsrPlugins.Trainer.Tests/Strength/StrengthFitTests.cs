// A fit must find what the statistics tell, must prefer to be no worse, and must come out of the command as the catalogue reads it.
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Strength;
using RsrPlugins.Trainer.Commands;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Strength;
using RsrPlugins.Trainer.Tests.Commands;

namespace RsrPlugins.Trainer.Tests.Strength;

public class StrengthFitTests
{
    // Enough for so few cases of which a single number tells everything.
    private const int Steps = 800;

    [Fact]
    public void What_the_statistics_tell_is_found()
    {
        StrengthCase[] cases = [.. Enumerable.Range(0, 600).Select(Case)];
        StrengthEstimates estimates = StrengthFit.Fit(cases, 4, 1, Steps);
        Assert.Null(estimates.Preference);
        StrengthCase[] held = [.. cases.Where(one => one.IsHeldBack)];
        StrengthScore alone = StrengthScore.Of(held, _ => new Blend(1, 0, 1)),
            with = StrengthScore.Of(held, estimates.Of),
            best = StrengthScore.Of(held, one => new Blend(1, 0, one.Sums(new Blend(1, 0, 0)).BestStrength));
        Assert.InRange(alone.Losses, 0.35, 0.65);
        Assert.InRange(with.Losses, 0, 0.05);
        Assert.InRange(with.Gain, 0.9 * best.Gain, best.Gain);
        Assert.Equal(estimates.Strengths[0].ToText(), StrengthFit.Fit(cases, 4, 1, Steps).Strengths[0].ToText());

        // Half of the cases are enlarged well by the network, half are not, and the third statistic says which.
        static StrengthCase Case(int index)
        {
            (float[] statistics, bool isGood) = Statistics(5, index, 2);
            return new StrengthCase(statistics, Classicals(new NetworkSums(60, isGood ? 55 : 3)), index % 4 == 0, SmallBy.Bicubic);
        }
    }

    [Fact]
    public void Of_two_networks_each_gets_the_pictures_it_is_better_for()
    {
        StrengthCase[] cases = [.. Enumerable.Range(0, 600).Select(Case)];
        StrengthEstimates estimates = StrengthFit.Fit(cases, 4, 1, Steps);
        StrengthCase[] held = [.. cases.Where(one => one.IsHeldBack)];
        int hits = held.Count(one => estimates.Of(one).Network == (one.By == SmallBy.Bicubic ? 1 : 0));
        Assert.InRange(hits, 0.95 * held.Length, held.Length);
        StrengthScore first = StrengthScore.Of(held, one => new Blend(1, 0, one.Sums(new Blend(1, 0, 0)).BestStrength)),
            both = StrengthScore.Of(held, estimates.Of);
        Assert.True(both.Gain > first.Gain + 0.3, $"{both.Gain} {first.Gain}");

        // The first network gains a little on every picture; the second much on bicubic ones and nothing on others. The fifth statistic
        // tells which they are.
        static StrengthCase Case(int index)
        {
            (float[] statistics, bool isBicubic) = Statistics(6, index, 4);
            return new StrengthCase(
                statistics,
                Classicals(new NetworkSums(25, 25), new NetworkSums(60, isBicubic ? 55 : 3)),
                index % 4 == 0,
                isBicubic ? SmallBy.Bicubic : SmallBy.Nearest
            );
        }
    }

    [Fact]
    public void What_looks_worse_is_shown_less_though_its_error_is_smaller()
    {
        StrengthCase[] cases = [.. Enumerable.Range(0, 600).Select(Case)];
        StrengthEstimates estimates = StrengthFit.Fit(cases, 4, 1, Steps);
        StrengthCase[] held = [.. cases.Where(one => one.IsHeldBack)];
        StrengthScore alone = StrengthScore.Of(held, _ => new Blend(1, 0, 1));
        Assert.Equal(0, alone.Losses);
        Assert.InRange(alone.SsimLosses, 0.35, 0.65);
        Assert.InRange(Mean(true), 0.4, 0.65);
        Assert.InRange(Mean(false), 0.85, 1);

        double Mean(bool isWorse) =>
            held.Where(one => StrengthScore.SsimGainOf(one, new Blend(1, 0, 1)) < 0 == isWorse).Average(one => estimates.Of(one).Strength);

        // The network is nearer to every picture. In half of them structure is lost above a strength of a half, and the third statistic
        // says which.
        static StrengthCase Case(int index)
        {
            (float[] statistics, bool isWorse) = Statistics(7, index, 2);
            double[] gains = isWorse ? [0, 0, 0, -0.02, -0.04] : [0, 0, 0, 0, 0];
            NetworkSums sums = new NetworkSums(60, 60) { SsimGains = gains };
            return new StrengthCase(statistics, Classicals(sums), index % 4 == 0, SmallBy.Bicubic);
        }
    }

    [Fact]
    public void Where_the_network_gains_nothing_the_better_classical_enlargement_is_found()
    {
        StrengthCase[] cases = [.. Enumerable.Range(0, 600).Select(Case)];
        StrengthEstimates estimates = StrengthFit.Fit(cases, 4, 1, Steps);
        StrengthCase[] held = [.. cases.Where(one => one.IsHeldBack)];
        double bicubicAlone = StrengthScore.Of(held, _ => new Blend(1, 0, 0)).Losses,
            lanczosAlone = StrengthScore.Of(held, _ => new Blend(2, 0, 0)).Losses;
        Assert.Equal(1, bicubicAlone + lanczosAlone, 1e-9);
        Assert.InRange(StrengthScore.Of(held, estimates.Of).Losses, 0, 0.06);
        Assert.InRange(held.Count(one => estimates.Of(one).Kernel == (one.By == SmallBy.Bicubic ? 1 : 2)), 0.94 * held.Length, held.Length);

        // The network only adds errors. In half of the cases bicubic is better than Lanczos, else the other way round, and the fourth
        // statistic says which; bilinear is worse than both.
        static StrengthCase Case(int index)
        {
            (float[] statistics, bool isBicubic) = Statistics(8, index, 3);
            NetworkSums[] sums = [new NetworkSums(60, -10)];
            return new StrengthCase(
                statistics,
                [new(140, sums), new(isBicubic ? 100 : 105, sums), new(isBicubic ? 105 : 100, sums)],
                index % 4 == 0,
                isBicubic ? SmallBy.Bicubic : SmallBy.Lanczos
            );
        }
    }

    // Random numbers, one of which tells, with a gap between, which half a case belongs to.
    private static (float[] Statistics, bool IsUpper) Statistics(int seed, int index, int telling)
    {
        SampleRandom random = new SampleRandom(seed, 0, index);
        float[] statistics = new float[PictureStatistics.Count];
        for (int i = 0; i < statistics.Length; i++)
        {
            statistics[i] = (float)random.NextDouble();
        }

        bool isUpper = statistics[telling] > 0.5;
        statistics[telling] += isUpper ? 0.5f : 0;
        return (statistics, isUpper);
    }

    // Bicubic is a little better than Lanczos and much better than bilinear.
    private static ClassicalSums[] Classicals(params NetworkSums[] networks) => Classicals(100, networks);

    private static ClassicalSums[] Classicals(double bicubic, params NetworkSums[] networks) =>
        [new(2 * bicubic, networks), new(bicubic, networks), new(bicubic + 1, networks)];

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(0.25, 0.2)]
    [InlineData(0.375, 0.1)]
    [InlineData(0.9, -0.28)]
    [InlineData(1, -0.4)]
    public void Gains_in_SSIM_lie_on_straight_lines(double strength, double expected) =>
        Assert.Equal(expected, new NetworkSums(1, 1) { SsimGains = [0.1, 0.2, 0, -0.1, -0.4] }.SsimGain(strength), 1e-9);

    [Fact]
    public void The_error_of_a_blend_is_that_of_its_pixels()
    {
        // Two pixels: true 10, 20; bicubic 6, 22; network 9, 17.
        StrengthCase one = new StrengthCase(
            [],
            Classicals((16 + 4) / 2.0, new NetworkSums((9 + 25) / 2.0, ((3 * 4) + (-5 * -2)) / 2.0)),
            false,
            SmallBy.Area
        );
        NetworkSums sums = one.Sums(new Blend(1, 0, 0));
        for (double strength = 0; strength <= 1; strength += 0.25)
        {
            double first = 6 + (strength * 3) - 10,
                second = 22 - (strength * 5) - 20;
            Assert.Equal(((first * first) + (second * second)) / 2, sums.Error(one.Classicals[1].Error, strength), 1e-9);
        }

        Assert.Equal(11 / 17.0, sums.BestStrength, 1e-9);
        Assert.Equal(10, one.Reference, 1e-9);
    }

    [Fact]
    public void The_command_writes_the_network_s_row_and_no_other()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        string models = Directory.CreateDirectory(folder.File("models")).FullName;
        foreach (string file in Directory.GetFiles(TestSupport.InRepository("models")))
        {
            File.Copy(file, Path.Combine(models, Path.GetFileName(file)));
        }

        CommandTests.WritePictures(folder, "train/drawn", 3, 64);
        foreach (string kind in (string[])["photo", "learned"])
        {
            File.WriteAllText(
                folder.File($"{kind}.json"),
                $$"""{ "name": "tiny", "scale": 2, "kind": "{{kind}}", "data": [{ "path": "train/drawn" }], "batch": 2, "patch": 16, "steps": 3 }"""
            );
        }

        string[] options = ["--models", models, "--cases", "200", "--steps", "50", "--data", folder.Root];
        Assert.Equal(1, CommandLine.Run(["strength", "--config", folder.File("learned.json"), .. options]));
        Assert.Equal(2, CommandLine.Run(["strength", "--config", folder.File("photo.json"), "--cases", "10"]));
        Assert.Equal(0, CommandLine.Run(["strength", "--config", folder.File("photo.json"), .. options]));
        IReadOnlyList<ModelDescriptor> before = ModelCatalogue.Load(TestSupport.InRepository("models")).Models,
            after = ModelCatalogue.Load(models).Models;
        foreach ((ModelDescriptor was, ModelDescriptor now) in before.Zip(after))
        {
            Assert.Equal(was.Id, now.Id);
            bool isFitted = was.Id is "srnet-x2-photo" or "srnet-x2-antialiased";
            Assert.Equal(isFitted, was.Strength?.ToText() != now.Strength?.ToText());
            Assert.Equal(isFitted, was.Rest?.ToText() != now.Rest?.ToText());
            Assert.Equal(isFitted && was.Preference is not null, was.Preference?.ToText() != now.Preference?.ToText());
        }
    }
}
