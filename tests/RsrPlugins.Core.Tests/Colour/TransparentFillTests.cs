// Against the sums of the file's head, written out: weights that halve with every pixel along both axes.
using RsrPlugins.Core.Colour;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Colour;

public sealed class TransparentFillTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void A_pixel_becomes_the_mean_of_what_is_visible_around_it(int radius)
    {
        PixelImage image = TestData.Noise(23, 17, PixelLayout.Rgba, 8);
        for (int i = 0; i < 23 * 17; i++)
        {
            image.Samples8[(4 * i) + 3] = (i % 7) switch
            {
                0 => 255,
                1 => 128,
                _ => 0,
            };
        }

        (SourceWindow window, SourceWindow before) = (Window(image), Window(image));
        TileRect core = new TileRect(2, 1, 18, 15);
        new TransparentFill(new Reach(radius)).Apply(window, core);
        for (int y = 0; y < image.Height; y++)
        {
            for (int x = 0; x < image.Width; x++)
            {
                int at = window.At(x, y);
                bool inside = x >= core.X && x < core.Right && y >= core.Y && y < core.Bottom;
                foreach (
                    (float[] after, float[] plane, double neutral) in new[]
                    {
                        (window.FullRangeLuma, before.FullRangeLuma, 0.5),
                        (window.RedDifference, before.RedDifference, 0.0),
                        (window.BlueDifference, before.BlueDifference, 0.0),
                    }
                )
                {
                    double expected = inside && before.Alpha[at] != 1 ? Filled(before, plane, x, y, radius, neutral) : plane[at];
                    Assert.Equal(expected, after[at], 1e-5);
                }
            }
        }
    }

    [Fact]
    public void Where_nothing_is_visible_within_reach_the_colour_is_neutral()
    {
        PixelImage image = PixelImage.Create(9, 1, PixelLayout.Rgba, 8);
        ((ReadOnlySpan<byte>)[255, 0, 0, 255]).CopyTo(image.Samples8);
        SourceWindow window = Window(image);
        new TransparentFill(new Reach(3)).Apply(window, new TileRect(0, 0, 9, 1));
        Assert.Equal(0.299f, window.FullRangeLuma[3], 1e-6f);
        Assert.Equal(TransparentFill.NeutralLuma, window.FullRangeLuma[4]);
        Assert.Equal(0, window.RedDifference[4]);
    }

    private static SourceWindow Window(PixelImage image)
    {
        SourceWindow window = new SourceWindow();
        window.Load(image, new TileRect(0, 0, image.Width, image.Height), ignoreAlpha: false);
        return window;
    }

    private static double Filled(SourceWindow window, float[] plane, int x, int y, int radius, double neutral)
    {
        double alphas = 0,
            weights = 0,
            sum = 0;
        for (int j = Math.Max(y - radius, 0); j <= Math.Min(y + radius, window.Rect.Height - 1); j++)
        {
            for (int i = Math.Max(x - radius, 0); i <= Math.Min(x + radius, window.Rect.Width - 1); i++)
            {
                double weight = Math.Pow(0.5, Math.Abs(i - x) + Math.Abs(j - y));
                weights += weight;
                alphas += weight * window.Alpha[window.At(i, j)];
                sum += weight * window.Alpha[window.At(i, j)] * plane[window.At(i, j)];
            }
        }

        if (alphas == 0)
        {
            return neutral;
        }

        double share = Math.Min(window.Alpha[window.At(x, y)] * weights / alphas, 1);
        return (share * plane[window.At(x, y)]) + ((1 - share) * sum / alphas);
    }
}
