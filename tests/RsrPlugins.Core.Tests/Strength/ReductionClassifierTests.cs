// The classifier against plain loops in the order its remarks promise: the same bits on every machine. And what it is for: it must tell
// ways of making a picture small from one another.
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Strength;

namespace RsrPlugins.Core.Tests.Strength;

public sealed class ReductionClassifierTests
{
    private static readonly ReductionClassifier _classifier = new(Weights());

    [Theory]
    [InlineData(17, 17)]
    [InlineData(18, 33)]
    [InlineData(40, 25)]
    [InlineData(5, 30)] // filled up by mirroring
    [InlineData(1, 1)]
    public void Every_bit_is_that_of_plain_loops(int width, int height)
    {
        float[] luma = Luma(width, height, 1);
        (double[] expected, int places) = Plain(Filled(luma, width, height), Math.Max(width, 17), Math.Max(height, 17));
        double[] sums = new double[ReductionClassifier.Sums];
        Assert.Equal(places, _classifier.AddPlaces(luma, Visible(width, height), width, height, sums));
        Assert.Equal(expected, sums);
        Assert.Contains(expected, sum => sum > 0);
    }

    [Fact]
    public void Places_that_see_what_is_not_visible_are_left_out()
    {
        const int Width = 60,
            Height = 40,
            Hidden = 23;
        bool[] visible = Visible(Width, Height);
        float[] luma = Luma(Width, Height, 2),
            other = (float[])luma.Clone();
        for (int y = 0; y < Height; y++)
        {
            visible[(y * Width) + Hidden] = false;
            other[(y * Width) + Hidden] = 255;
        }

        double[] sums = new double[ReductionClassifier.Sums],
            otherSums = new double[sums.Length];
        int places = _classifier.AddPlaces(luma, visible, Width, Height, sums);
        Assert.Equal(places, _classifier.AddPlaces(other, visible, Width, Height, otherSums));
        Assert.Equal(sums, otherSums);

        // Of the windows at 0, 4, 8 ... those from 7 to 23 see the column: 8, 12, 16, 20 do.
        int rows = ((Height - ReductionClassifier.Window) / 4) + 1,
            columns = ((Width - ReductionClassifier.Window) / 4) + 1;
        Assert.Equal(rows * (columns - 4), places);
    }

    [Fact]
    public void Each_group_of_outputs_is_about_its_mean_and_no_place_says_nothing()
    {
        double[] sums = [.. Enumerable.Range(0, ReductionClassifier.Sums).Select(channel => channel * 0.7)];
        float[] outputs = new float[ReductionClassifier.Outputs];
        _classifier.Write(sums, 10, outputs);
        Assert.Equal(0, outputs[..ReductionClassifier.Reductions].Sum(), 1e-3);
        Assert.Equal(0, outputs[ReductionClassifier.Reductions..].Sum(), 1e-3);
        Assert.Contains(outputs, value => Math.Abs(value) > 0.01);

        float[] twice = new float[outputs.Length];
        _classifier.Write([.. sums.Select(sum => 2 * sum)], 20, twice);
        Assert.Equal(outputs, twice);
        _classifier.Write(sums, 0, outputs);
        Assert.All(outputs, value => Assert.Equal(0, value));
    }

    [Fact]
    public void Another_number_of_weights_is_refused() =>
        Assert.Throws<ArgumentException>(() => new ReductionClassifier(new float[ReductionClassifier.Length - 1]));

    // The order of the outputs is that of the trainer's reductions: 0 is bicubic, 4 nearest, 9 blurred.
    [Theory]
    [InlineData(ResamplingKernel.Bicubic, 0)]
    [InlineData(ResamplingKernel.Nearest, 4)]
    public void The_shipped_one_tells_nearest_from_bicubic(ResamplingKernel kernel, int expected)
    {
        const int Side = 512;
        float[] scene = Luma(Side, Side, 3);
        float[] small = Resampler.Resize(scene, Side, Side, Side / 4, Side / 4, kernel, TestContext.Current.CancellationToken);
        float[] rounded = Array.ConvertAll(small, value => MathF.Round(Math.Clamp(value, 16, 235)));
        float[] statistics = PictureStatistics.Of(rounded, Side / 4, Side / 4)!;
        float[] outputs = statistics[^ReductionClassifier.Outputs..];
        int other = expected == 0 ? 4 : 0;
        Assert.True(outputs[expected] > outputs[other] + 1, $"{outputs[expected]} {outputs[other]}");
    }

    private static float[] Weights()
    {
        Random random = new Random(7);
        float[] weights = new float[ReductionClassifier.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = (float)((random.NextDouble() - 0.5) * 0.2);
        }

        return weights;
    }

    private static bool[] Visible(int width, int height)
    {
        bool[] visible = new bool[width * height];
        Array.Fill(visible, true);
        return visible;
    }

    // Discs on a gradient, with some texture; what seed decides is where.
    private static float[] Luma(int width, int height, int seed)
    {
        float[] luma = new float[width * height];
        for (int i = 0; i < luma.Length; i++)
        {
            (int x, int y) = (i % width, i / width);
            double disc = Math.Sqrt(Math.Pow(((x + (3 * seed)) % 43) - 20, 2) + Math.Pow(((y + seed) % 37) - 18, 2));
            luma[i] = (float)Math.Round(60 + (0.1 * x) + (disc < 12.3 ? 100 : 0) + (9 * Math.Sin(x * 0.31) * Math.Cos(y * 0.23)));
        }

        return luma;
    }

    private static float[] Filled(float[] luma, int width, int height)
    {
        int fullWidth = Math.Max(width, ReductionClassifier.Window),
            fullHeight = Math.Max(height, ReductionClassifier.Window);
        float[] filled = new float[fullWidth * fullHeight];
        for (int i = 0; i < filled.Length; i++)
        {
            filled[i] = luma[(Mirrored(i / fullWidth, height) * width) + Mirrored(i % fullWidth, width)];
        }

        return filled;

        static int Mirrored(int at, int length)
        {
            if (length == 1)
            {
                return 0;
            }

            while (at >= length || at < 0)
            {
                at = at < 0 ? -at : (2 * (length - 1)) - at;
            }

            return at;
        }
    }

    private static (double[] Sums, int Places) Plain(float[] luma, int width, int height)
    {
        float[] weights = Weights();
        int next = 0,
            channels = 1;
        float[] values = Array.ConvertAll(luma, value => (value - ReductionClassifier.Middle) / ReductionClassifier.Unit);
        for (int layer = 0; layer < ReductionClassifier.Channels.Length; layer++)
        {
            (int outputs, int stride) = (ReductionClassifier.Channels[layer], ReductionClassifier.Strides[layer]);
            int columns = ((width - 3) / stride) + 1,
                rows = ((height - 3) / stride) + 1,
                biases = next + (9 * channels * outputs);
            float[] result = new float[columns * rows * outputs];
            for (int at = 0; at < columns * rows; at++)
            {
                for (int output = 0; output < outputs; output++)
                {
                    float sum = weights[biases + output];
                    for (int tap = 0; tap < 9 * channels; tap++)
                    {
                        (int row, int column, int channel) = (tap / (3 * channels), tap / channels % 3, tap % channels);
                        int from = (((at / columns * stride) + row) * width) + (at % columns * stride) + column;
                        float product = values[(from * channels) + channel] * weights[next + (tap * outputs) + output];
                        sum += product;
                    }

                    result[(at * outputs) + output] = Math.Max(sum, 0);
                }
            }

            (values, width, height, channels, next) = (result, columns, rows, outputs, biases + outputs);
        }

        double[] sums = new double[2 * channels];
        for (int i = 0; i < values.Length; i++)
        {
            sums[i % channels] += values[i];
            sums[channels + (i % channels)] += (double)values[i] * values[i];
        }

        return (sums, width * height);
    }
}
