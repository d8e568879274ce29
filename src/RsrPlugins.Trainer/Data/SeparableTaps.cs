// Every linear reduction by a whole number is one run of weights along each axis, the same for every small pixel: antialiased or not,
// blurred before or not. The engine's resampler builds a table of edges and phases anew for each call, and no kernel without antialiasing;
// a training run makes ten thousand small crops a minute, so they are made with these. Tests compare the two.
using System.Numerics;

namespace RsrPlugins.Trainer.Data;

/// <summary>Weights by which one small pixel is made of large ones: pixel i is the sum of Weights[k] * large[i d + Start + k] along each
/// axis.</summary>
/// <param name="Scale">Scale factor d.</param>
/// <param name="Start">First large pixel of small pixel 0, negative for kernels wider than d.</param>
/// <param name="Weights">Add up to 1.</param>
internal sealed record SeparableTaps(int Scale, int Start, float[] Weights)
{
    /// <summary>A kernel stretched by the scale factor (antialiased, as MATLAB and Pillow do it), or not stretched (as OpenCV and a
    /// browser's or GPU's sampler do it).</summary>
    /// <param name="scale">Scale factor d.</param>
    /// <param name="kernel">Kernel of a distance in pixels, even, 0 outside the support.</param>
    /// <param name="support">Half its width.</param>
    /// <param name="antialiased">True stretches it.</param>
    internal static SeparableTaps Of(int scale, Func<double, double> kernel, double support, bool antialiased = true)
    {
        double stretch = antialiased ? scale : 1;
        double centre = (scale - 1) / 2.0;
        int start = (int)Math.Ceiling(centre - (support * stretch));
        int end = (int)Math.Floor(centre + (support * stretch));
        return Normalised(scale, start, [.. Enumerable.Range(start, end - start + 1).Select(pixel => kernel((pixel - centre) / stretch))]);
    }

    /// <summary>The mean of the d x d large pixels.</summary>
    internal static SeparableTaps Area(int scale) => Normalised(scale, 0, [.. Enumerable.Repeat(1.0, scale)]);

    /// <summary>One of the large pixels.</summary>
    /// <param name="scale">Scale factor d.</param>
    /// <param name="phase">Which, 0 to d - 1.</param>
    internal static SeparableTaps Nearest(int scale, int phase) => new(scale, phase, [1f]);

    /// <summary>The same after a Gaussian blur of the large picture.</summary>
    /// <param name="sigma">In large pixels.</param>
    internal SeparableTaps Blurred(double sigma)
    {
        int radius = (int)Math.Ceiling(2.5 * sigma);
        double[] weights = new double[Weights.Length + (2 * radius)];
        for (int i = 0; i < Weights.Length; i++)
        {
            for (int tap = -radius; tap <= radius; tap++)
            {
                weights[i + tap + radius] += Weights[i] * Math.Exp(-0.5 * Math.Pow(tap / sigma, 2));
            }
        }

        return Normalised(Scale, Start - radius, weights);
    }

    /// <summary>Keys' cubic: a = -0.5 is the field's bicubic, -0.75 OpenCV's, below that "sharper".</summary>
    internal static double Cubic(double x, double a)
    {
        x = Math.Abs(x);
        return x switch
        {
            < 1 => ((((a + 2) * x) - (a + 3)) * x * x) + 1,
            < 2 => a * ((((((x - 5) * x) + 8) * x) - 4)),
            _ => 0,
        };
    }

    internal static double Triangle(double x) => Math.Max(0, 1 - Math.Abs(x));

    internal static double Lanczos3(double x) =>
        Math.Abs(x) < 1e-9 ? 1
        : Math.Abs(x) >= 3 ? 0
        : 3 * Math.Sin(Math.PI * x) * Math.Sin(Math.PI * x / 3) / (Math.PI * Math.PI * x * x);

    /// <summary>Reduces a plane; edges are repeated.</summary>
    /// <param name="plane">width x height values.</param>
    /// <param name="width">A multiple of the scale factor.</param>
    /// <param name="height">A multiple of the scale factor.</param>
    internal float[] Reduce(ReadOnlySpan<float> plane, int width, int height)
    {
        (int smallWidth, int smallHeight) = (width / Scale, height / Scale);
        float[] result = new float[smallWidth * smallHeight];
        float[] row = new float[width];
        for (int y = 0; y < smallHeight; y++)
        {
            Array.Clear(row);
            for (int k = 0; k < Weights.Length; k++)
            {
                AddRow(plane.Slice(Math.Clamp((y * Scale) + Start + k, 0, height - 1) * width, width), Weights[k], row);
            }

            Span<float> target = result.AsSpan(y * smallWidth, smallWidth);
            for (int x = 0; x < smallWidth; x++)
            {
                int first = (x * Scale) + Start;
                float sum = 0;
                if (first >= 0 && first + Weights.Length <= width)
                {
                    ReadOnlySpan<float> window = row.AsSpan(first, Weights.Length);
                    for (int k = 0; k < window.Length; k++)
                    {
                        sum += Weights[k] * window[k];
                    }
                }
                else
                {
                    for (int k = 0; k < Weights.Length; k++)
                    {
                        sum += Weights[k] * row[Math.Clamp(first + k, 0, width - 1)];
                    }
                }

                target[x] = sum;
            }
        }

        return result;
    }

    private static void AddRow(ReadOnlySpan<float> source, float weight, Span<float> target)
    {
        int x = 0;
        for (; x <= source.Length - Vector<float>.Count; x += Vector<float>.Count)
        {
            (new Vector<float>(target[x..]) + (new Vector<float>(source[x..]) * weight)).CopyTo(target[x..]);
        }

        for (; x < source.Length; x++)
        {
            target[x] += source[x] * weight;
        }
    }

    private static SeparableTaps Normalised(int scale, int start, double[] weights)
    {
        double sum = weights.Sum();
        return new SeparableTaps(scale, start, [.. weights.Select(weight => (float)(weight / sum))]);
    }
}
