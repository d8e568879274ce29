// Against plain arithmetic in double precision: one pixel at a time, every one of the eight roundings tried.
using RsrPlugins.Core.Colour;
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Core.Tests.Colour;

public sealed class ColourRowsTests
{
    private static readonly double[] _lumaWeights = [0.299, 0.587, 0.114];

    [Fact]
    public void Studio_and_full_range_are_each_other_s_inverse_and_clamp()
    {
        float[] full = [.. Enumerable.Range(0, 37).Select(i => i / 36f)],
            studio = new float[37],
            back = new float[37];
        ColourRows.ToStudio(full, studio);
        ColourRows.ToFullRange(studio, back);
        for (int i = 0; i < full.Length; i++)
        {
            Assert.Equal((16 + (219 * (double)full[i])) / 255, studio[i], 1e-6);
            Assert.Equal(full[i], back[i], 1e-6f);
        }

        float[] outside = [.. Enumerable.Repeat(new[] { 0f, 1f }, 10).SelectMany(pair => pair)];
        ColourRows.ToFullRange(outside, back.AsSpan(0, 20));
        Assert.Equal(outside, back.Take(20));
    }

    [Theory]
    [InlineData(8, ColourRounding.Plain)]
    [InlineData(8, ColourRounding.NearestLuma)]
    [InlineData(16, ColourRounding.Plain)]
    [InlineData(16, ColourRounding.NearestLuma)]
    internal void A_row_is_what_the_formulas_give_pixel_by_pixel(int bits, ColourRounding rounding)
    {
        Random random = new Random(bits);
        const int Width = 203;
        PixelImage image = PixelImage.Create(Width + 3, 3, PixelLayout.Rgb, bits);
        float[] luma = Values(0, 1),
            red = Values(-1, 1),
            blue = Values(-1, 1);
        (double[] lumas, int ties) = ([.. luma.Select(value => (double)value)], 0);
        new ColourRows().Write(image, 2, 1, luma, red, blue, [], rounding);
        for (int x = 0; x < Width; x++)
        {
            double[] exact = Exact(lumas[x], red[x], blue[x], image.MaxValue);
            (int r, int g, int b, _) = DrawnPictures.Get(image, x + 2, 1);
            int[] found = [r, g, b];
            if (rounding == ColourRounding.Plain || bits == 16)
            {
                // A value half way between two levels may fall either way by the last bit of a float.
                Assert.All(Enumerable.Range(0, 3), c => Assert.InRange(Math.Abs(found[c] - exact[c]), 0, 0.5 + (bits == 8 ? 1e-4 : 0.02)));
                continue;
            }

            (int[] best, double cost, double second) = Best(exact);
            if (second - cost < 1e-3)
            {
                ties++;
                continue;
            }

            Assert.Equal(best, found);
        }

        Assert.InRange(ties, 0, Width / 10);
        Assert.Equal((0, 0, 0, image.MaxValue), DrawnPictures.Get(image, 1, 1));
        Assert.Equal((0, 0, 0, image.MaxValue), DrawnPictures.Get(image, 2, 0));

        float[] Values(float min, float max) => [.. Enumerable.Range(0, Width).Select(_ => min + ((max - min) * random.NextSingle()))];
    }

    [Theory]
    [InlineData(PixelLayout.Grey, 8)]
    [InlineData(PixelLayout.GreyAlpha, 8)]
    [InlineData(PixelLayout.GreyAlpha, 16)]
    [InlineData(PixelLayout.Rgba, 16)]
    public void What_cannot_be_seen_is_zero_and_no_alpha_is_opaque(PixelLayout layout, int bits)
    {
        PixelImage image = PixelImage.Create(3, 1, layout, bits);
        float almost = 0.49f / image.MaxValue;
        new ColourRows().Write(
            image,
            0,
            0,
            new[] { 0.5f, 0.5f, 0.5f },
            [0f, 0f, 0f],
            [0f, 0f, 0f],
            [almost, 0.5f, 1f],
            ColourRounding.Plain
        );
        int half = (int)((0.5 * image.MaxValue) + 0.5);
        Assert.Equal(image.HasAlpha ? (0, 0, 0, 0) : (half, half, half, image.MaxValue), DrawnPictures.Get(image, 0, 0));
        Assert.Equal((half, half, half, image.HasAlpha ? half : image.MaxValue), DrawnPictures.Get(image, 1, 0));
        new ColourRows().Write(image, 0, 0, new[] { 0.5f }, [0f], [0f], [], ColourRounding.Plain);
        Assert.Equal((half, half, half, image.MaxValue), DrawnPictures.Get(image, 0, 0));
    }

    [Fact]
    public void A_row_gives_the_same_wherever_it_is_cut()
    {
        Random random = new Random(2);
        float[] luma = Values(),
            red = Values(),
            blue = Values();
        PixelImage whole = PixelImage.Create(61, 1, PixelLayout.Rgb, 8),
            cut = PixelImage.Create(61, 1, PixelLayout.Rgb, 8);
        new ColourRows().Write(whole, 0, 0, (float[])luma.Clone(), red, blue, [], ColourRounding.NearestLuma);
        ColourRows rows = new ColourRows();
        for (int x = 0, length = 1; x < 61; x += length, length = Math.Min(length + 3, 61 - x))
        {
            rows.Write(cut, x, 0, luma.AsSpan(x, length), red.AsSpan(x, length), blue.AsSpan(x, length), [], ColourRounding.NearestLuma);
        }

        Assert.Equal(whole.Samples8, cut.Samples8);

        float[] Values() => [.. Enumerable.Range(0, 61).Select(_ => random.NextSingle())];
    }

    /// <summary>R'G'B' on the sample scale: towards the grey of the same luma until it fits.</summary>
    private static double[] Exact(double luma, double red, double blue, double max)
    {
        double green = luma - ((0.299 * red) + (0.114 * blue));
        double[] colour = [green + red, green, green + blue];
        double share = 1;
        foreach (double channel in colour)
        {
            share =
                channel > 1 ? Math.Min(share, (1 - luma) / (channel - luma))
                : channel < 0 ? Math.Min(share, luma / (luma - channel))
                : share;
        }

        return [.. colour.Select(channel => Math.Clamp(luma + (share * (channel - luma)), 0, 1) * max)];
    }

    private static (int[] Best, double Cost, double Second) Best(double[] exact)
    {
        (int[] best, double cost, double second) = ([], double.MaxValue, double.MaxValue);
        for (int candidate = 0; candidate < 8; candidate++)
        {
            int[] levels = [.. Enumerable.Range(0, 3).Select(c => Math.Min((int)Math.Floor(exact[c]), 254) + ((candidate >> c) & 1))];
            double[] errors = [.. Enumerable.Range(0, 3).Select(c => levels[c] - exact[c])];
            double own =
                (64 * Math.Pow(errors.Zip(_lumaWeights, (error, weight) => error * weight).Sum(), 2)) + errors.Sum(error => error * error);
            double longest = errors.Max(Math.Abs);
            if (Math.Abs(longest - 0.9) < 1e-4)
            {
                return (levels, 0, 0);
            }

            if (longest <= 0.9)
            {
                (best, cost, second) = own < cost ? (levels, own, cost) : (best, cost, Math.Min(second, own));
            }
        }

        return (best, cost, second);
    }
}
