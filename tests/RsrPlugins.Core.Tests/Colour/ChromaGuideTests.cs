// Against the formulas of the file's head, written out once more in double precision and without vectors, windows or tiles.
using RsrPlugins.Core.Colour;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Colour;

public sealed class ChromaGuideTests
{
    private const double VarianceFloor = 6e-5;
    private const double Overshoot = 0.1;

    [Theory]
    [InlineData(13, 9, 0, 0, 13, 9)]
    [InlineData(40, 21, 5, 3, 30, 11)]
    [InlineData(1, 1, 0, 0, 1, 1)]
    [InlineData(2, 7, 0, 2, 2, 5)]
    public void Slopes_are_those_of_the_fit_over_nine_pixels(int width, int height, int x, int y, int rectWidth, int rectHeight)
    {
        SourceWindow window = Window(TestData.Noise(width, height, PixelLayout.Rgb, 16));
        TileRect rect = new TileRect(x, y, rectWidth, rectHeight);
        ChromaGuide guide = new ChromaGuide();
        guide.Fit(window, rect);
        for (int i = 0; i < rectWidth * rectHeight; i++)
        {
            (double red, double blue) = (
                Slope(window, window.RedDifference, x + (i % rectWidth), y + (i / rectWidth)),
                Slope(window, window.BlueDifference, x + (i % rectWidth), y + (i / rectWidth))
            );
            Assert.Equal(red, guide.RedSlope[i], 2e-4);
            Assert.Equal(blue, guide.BlueSlope[i], 2e-4);
        }
    }

    [Fact]
    public void A_line_of_colour_over_luma_gives_its_slope_and_grey_gives_none()
    {
        // R' - G' = 0.5 t and B' - G' = 0, so luma goes by 0.4 t + 0.299 * 0.5 t if G' goes by 0.4 t.
        PixelImage image = PixelImage.Create(16, 8, PixelLayout.Rgb, 16);
        for (int i = 0; i < 16 * 8; i++)
        {
            double t = i % 16 < 8 ? 0 : 1;
            ((ReadOnlySpan<ushort>)[(ushort)(65535 * 0.9 * t), (ushort)(65535 * 0.4 * t), (ushort)(65535 * 0.4 * t)]).CopyTo(
                image.Samples16[(3 * i)..]
            );
        }

        ChromaGuide guide = new ChromaGuide();
        guide.Fit(Window(image), new TileRect(0, 0, 16, 8));
        Assert.Equal(0.5 / (0.4 + (0.299 * 0.5)), guide.RedSlope[(4 * 16) + 8], 1e-2);
        Assert.All(guide.BlueSlope.Take(16 * 8), slope => Assert.Equal(0f, slope));
        Assert.Equal(0f, guide.RedSlope[4 * 16]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Colour_takes_the_share_of_what_luma_gained_and_stays_near_its_neighbours(int scale)
    {
        SourceWindow window = Window(TestData.Noise(17, 6, PixelLayout.Rgb, 8));
        ChromaGuide guide = new ChromaGuide();
        TileRect rect = new TileRect(2, 1, 14, 4);
        guide.Fit(window, rect);
        Random random = new Random(scale);
        (int firstX, int count) = ((3 * scale) + scale - 1, (11 * scale) - 1);
        for (int y = scale; y < 5 * scale; y++)
        {
            float[] luma = Values(count, 1),
                kernel = Values(count, 1),
                redSlope = Values(count, 2),
                blueSlope = Values(count, 2),
                red = Values(count, 1),
                blue = Values(count, 1);
            (float[] redBefore, float[] blueBefore) = ([.. red], [.. blue]);
            guide.Apply(firstX, y, scale, redSlope, blueSlope, luma, kernel, red, blue);
            for (int i = 0; i < count; i++)
            {
                int column = (firstX + i) / scale,
                    row = y / scale;
                Assert.Equal(
                    Held(window, window.RedDifference, column, row, redBefore[i] + (redSlope[i] * (double)(luma[i] - kernel[i]))),
                    red[i],
                    1e-5
                );
                Assert.Equal(
                    Held(window, window.BlueDifference, column, row, blueBefore[i] + (blueSlope[i] * (double)(luma[i] - kernel[i]))),
                    blue[i],
                    1e-5
                );
            }
        }

        float[] Values(int length, float range) => [.. Enumerable.Range(0, length).Select(_ => range * ((2 * random.NextSingle()) - 1))];
    }

    private static SourceWindow Window(PixelImage image)
    {
        SourceWindow window = new SourceWindow();
        window.Load(image, new TileRect(0, 0, image.Width, image.Height), ignoreAlpha: true);
        return window;
    }

    private static IEnumerable<(double Luma, double Colour)> Nine(SourceWindow window, float[] plane, int x, int y)
    {
        for (int j = -1; j <= 1; j++)
        {
            for (int i = -1; i <= 1; i++)
            {
                int at = window.At(Math.Clamp(x + i, 0, window.Rect.Width - 1), Math.Clamp(y + j, 0, window.Rect.Height - 1));
                yield return (window.FullRangeLuma[at], plane[at]);
            }
        }
    }

    private static double Slope(SourceWindow window, float[] plane, int x, int y)
    {
        (double Luma, double Colour)[] nine = [.. Nine(window, plane, x, y)];
        double lumaMean = nine.Average(pixel => pixel.Luma),
            colourMean = nine.Average(pixel => pixel.Colour);
        double lumaVariance = nine.Average(pixel => Math.Pow(pixel.Luma - lumaMean, 2)),
            colourVariance = nine.Average(pixel => Math.Pow(pixel.Colour - colourMean, 2));
        double covariance = nine.Average(pixel => (pixel.Luma - lumaMean) * (pixel.Colour - colourMean));
        double correlation = Math.Min(covariance * covariance / Math.Max(lumaVariance * colourVariance, 1e-12), 1);
        return covariance / (lumaVariance + VarianceFloor) * Math.Pow(correlation, 4);
    }

    private static double Held(SourceWindow window, float[] plane, int x, int y, double value)
    {
        (double Luma, double Colour)[] nine = [.. Nine(window, plane, x, y)];
        double min = nine.Min(pixel => pixel.Colour),
            max = nine.Max(pixel => pixel.Colour);
        return Math.Clamp(value, min - (Overshoot * (max - min)), max + (Overshoot * (max - min)));
    }
}
