// The benchmark's own arithmetic, against values worked out by hand.
using NetVips;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Trainer.Experiments.Ordinary;

namespace RsrPlugins.Trainer.Tests.Experiments;

public class OrdinaryTests
{
    public static TheoryData<string> Reductions =>
        [.. SmallFiles.Reductions.Where(reduction => reduction.Apply is not null).Select(reduction => reduction.Name)];

    public static TheoryData<string> Damages => [.. SmallFiles.Damages.Select(damage => damage.Name)];

    [Theory]
    [MemberData(nameof(Reductions))]
    public void A_flat_picture_stays_what_it_is(string name)
    {
        byte[] flat = [.. Enumerable.Range(0, 24 * 24).SelectMany(_ => (byte[])[200, 20, 30])];
        foreach (int scale in (int[])[2, 4])
        {
            byte[] small = Reduction(name)(flat, 24, 24, scale);
            Assert.Equal(24 / scale * (24 / scale) * 3, small.Length);
            Assert.Equal(flat[..small.Length], small);
        }
    }

    [Theory]
    [InlineData("nearest", new byte[] { 20, 60 })] // the middle pixel of four is the third
    [InlineData("area", new byte[] { 15, 55 })]
    [InlineData("linear, no antialiasing", new byte[] { 15, 55 })]
    [InlineData("cubic, no antialiasing", new byte[] { 15, 55 })] // -3/32, 19/32, 19/32, -3/32 of 0 to 30, and of 40 to 70
    public void A_ramp_is_reduced_as_worked_out(string name, byte[] expected)
    {
        byte[] ramp = [.. Enumerable.Range(0, 64).SelectMany(index => Enumerable.Repeat((byte)(index % 8 * 10), 3))];
        byte[] small = Reduction(name)(ramp, 8, 8, 4);
        Assert.Equal(expected, new byte[] { small[0], small[3] });
    }

    [Fact]
    public void Sharpening_makes_both_sides_of_an_edge_stronger()
    {
        byte[] edge = [.. Enumerable.Range(0, 32 * 32).SelectMany(index => Enumerable.Repeat((byte)(index % 32 < 16 ? 60 : 180), 3))];
        byte[] small = Reduction("sharpened")(edge, 32, 32, 2);
        byte[] bicubic = Reduction("bicubic")(edge, 32, 32, 2);
        Assert.InRange(small[7 * 3], 0, bicubic[7 * 3] - 8);
        Assert.InRange(small[8 * 3], bicubic[8 * 3] + 8, 255);
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void Files_hold_the_picture_with_the_damage_they_are_named_after(string name)
    {
        byte[] rgb = DrawnScenes.PixelArt()[0].Rgb;
        SmallDamage damage = SmallFiles.Damages.Single(damage => damage.Name == name);
        byte[] file = damage.Encode(rgb, DrawnScenes.Side, DrawnScenes.Side, 1);
        using Image image = Image.NewFromBuffer(file);
        double[] differences = [.. image.WriteToMemory<byte>().Zip(rgb, (a, b) => (double)a - b)];
        double deviation = Math.Sqrt(differences.Average(difference => difference * difference));
        switch (name.Split(' '))
        {
            case ["none"]:
                Assert.Equal(0, deviation);
                break;
            case ["noise", string sigma]: // clamping takes a little
                Assert.InRange(deviation, 0.85 * int.Parse(sigma), 1.02 * int.Parse(sigma));
                break;
            case ["JPEG", _]:
                Assert.Equal("4:2:0", image.Get("jpeg-chroma-subsample"));
                Assert.InRange(deviation, 2, 60);
                break;
            default:
                Assert.InRange(deviation, 2, 60);
                break;
        }
    }

    [Fact]
    public void A_drawing_is_drawn_small_where_its_large_form_is()
    {
        foreach ((string name, string svg) in DrawnScenes.Drawings())
        {
            byte[] source = System.Text.Encoding.UTF8.GetBytes(svg);
            byte[] large = Reduction("area")(DrawnScenes.Render(source, DrawnScenes.Side), DrawnScenes.Side, DrawnScenes.Side, 4);
            byte[] small = DrawnScenes.Render(source, DrawnScenes.Side / 4);
            Assert.True(large.Zip(small, (a, b) => Math.Abs(a - b)).Average() < 3, name); // cairo covers by area
        }
    }

    [Fact]
    public void Any_drawing_becomes_a_square_one_as_a_whole()
    {
        byte[] wide =
            """<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><rect width="200" height="100" fill="#0000ff"/></svg>"""u8.ToArray();
        byte[] rgb = DrawnScenes.Render(DrawnScenes.Squared(wide), DrawnScenes.Side);
        byte[] Pixel(int x, int y) => rgb[(((y * DrawnScenes.Side) + x) * 3)..(((y * DrawnScenes.Side) + x) * 3 + 3)];
        Assert.Equal([255, 255, 255], Pixel(144, 20));
        Assert.Equal([0, 0, 255], Pixel(3, 144));
        Assert.Equal([0, 0, 255], Pixel(285, 144));
    }

    [Fact]
    public void Losses_are_counted_against_the_better_of_the_two()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        OrdinaryPicture picture = new OrdinaryPicture("photo", "one", [], null);
        OrdinaryCase Case(double psnr, double ssim) =>
            new(
                2,
                picture,
                SmallFiles.Reductions[0],
                SmallFiles.Damages[0],
                new EvaluationScore(psnr, ssim),
                new EvaluationScore(30, .90),
                new EvaluationScore(31, .89)
            );
        Assert.Equal(-0.5, Case(30.5, .92).Gain, 6);
        Assert.Equal(0.02, Case(30.5, .92).SsimGain, 6);

        string report = OrdinaryReport.Write(
            [Case(30.97, .92), Case(30.94, .896), Case(30.5, .89), Case(32, .9)],
            TestSupport.Experiment(folder)
        );
        Assert.Contains("| x2 | 4 | +0.10 | 2 (50.0 %) | 1 | 1 | -0.50 | -0.0100 | not reached |", report, StringComparison.Ordinal);
        Assert.Contains("| bicubic | +0.10 / -0.50 (**2**) |", report, StringComparison.Ordinal);
        Assert.Contains("reached |", OrdinaryReport.Write([Case(31, .9)], TestSupport.Experiment(folder)), StringComparison.Ordinal);
    }

    private static Func<byte[], int, int, int, byte[]> Reduction(string name) =>
        SmallFiles.Reductions.Single(reduction => reduction.Name == name).Apply!;
}
