// Resampling is separable, so all of it is two tables like this one. A table depends on sizes alone and a row of it on the
// output position alone: whoever computes only part of a picture (a tile, a band of rows) gets the same values as for
// the whole. Mirrored edges are folded into the weights, which leaves every window a plain run of source samples.
namespace RsrPlugins.Core.Resampling;

/// <summary>For each output position along one axis, the run of source samples it is a weighted sum of.</summary>
internal sealed class AxisWeights
{
    private readonly int[] _starts;
    private readonly int[] _offsets;
    private readonly float[] _weights;

    private AxisWeights(int sourceLength, int length, int[] starts, int[] offsets, float[] weights)
    {
        SourceLength = sourceLength;
        Length = length;
        _starts = starts;
        _offsets = offsets;
        _weights = weights;
        for (int i = 0; i < length; i++)
        {
            MaxCount = Math.Max(MaxCount, offsets[i + 1] - offsets[i]);
        }
    }

    public int SourceLength { get; }

    public int Length { get; }

    /// <summary>The longest window.</summary>
    public int MaxCount { get; }

    /// <summary>First source sample of an output position; never less than that of the position before.</summary>
    public int Start(int position) => _starts[position];

    /// <summary>One past the last source sample of an output position; never less than that of the position before.</summary>
    public int End(int position) => _starts[position] + _offsets[position + 1] - _offsets[position];

    /// <summary>Weights of the samples from <see cref="Start"/> on; they add up to 1.</summary>
    public ReadOnlySpan<float> Weights(int position) => _weights.AsSpan(_offsets[position], _offsets[position + 1] - _offsets[position]);

    /// <summary>The table that takes <paramref name="sourceLength"/> samples to <paramref name="length"/>.</summary>
    public static AxisWeights Create(int sourceLength, int length, ResamplingKernel kernel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sourceLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        int[] starts = new int[length];
        int[] offsets = new int[length + 1];
        List<float> weights = new List<float>(length * 4);
        SortedDictionary<int, double> window = new SortedDictionary<int, double>();
        for (int i = 0; i < length; i++)
        {
            window.Clear();
            AddWindow(window, sourceLength, length, i, kernel);
            double sum = 0;
            foreach (double weight in window.Values)
            {
                sum += weight;
            }

            int first = window.First().Key,
                last = window.Last().Key;
            starts[i] = first;
            for (int j = first; j <= last; j++)
            {
                weights.Add((float)(window.GetValueOrDefault(j) / sum));
            }

            offsets[i + 1] = weights.Count;
        }

        return new AxisWeights(sourceLength, length, starts, offsets, [.. weights]);
    }

    private static void AddWindow(SortedDictionary<int, double> window, int sourceLength, int length, int position, ResamplingKernel kernel)
    {
        double scale = (double)length / sourceLength;
        if (kernel == ResamplingKernel.Nearest)
        {
            window[Math.Clamp((int)Math.Floor((position + 0.5) / scale), 0, sourceLength - 1)] = 1;
            return;
        }

        if (kernel == ResamplingKernel.Area)
        {
            // The exact share of every source pixel in the output pixel's own area, also where edges do not coincide.
            double left = position / scale,
                right = (position + 1) / scale;
            for (int j = (int)Math.Floor(left); j < right; j++)
            {
                double share = Math.Min(right, j + 1) - Math.Max(left, j);
                if (share > 1e-9)
                {
                    Add(window, Mirror(j, sourceLength), share);
                }
            }

            return;
        }

        // Reducing widens the kernel by the scale: MATLAB's antialiasing.
        double narrowing = Math.Min(scale, 1);
        double radius = Radius(kernel) / narrowing;

        // The centre (position + 0.5) / scale - 0.5 in whole numbers, so that positions a whole step apart have the same
        // fraction, and with it the same weights to the bit.
        long numerator = (((2L * position) + 1) * sourceLength) - length,
            denominator = 2L * length;
        (long whole, long rest) = Math.DivRem(numerator, denominator);
        if (rest < 0)
        {
            (whole, rest) = (whole - 1, rest + denominator);
        }

        double fraction = (double)rest / denominator;
        for (int j = (int)Math.Floor(fraction - radius) + 1; j < fraction + radius; j++)
        {
            Add(window, Mirror((int)whole + j, sourceLength), Evaluate(kernel, (j - fraction) * narrowing));
        }
    }

    private static void Add(SortedDictionary<int, double> window, int index, double weight) =>
        window[index] = window.GetValueOrDefault(index) + weight;

    // Symmetric edges: ... 1 0 | 0 1 2 ... n-1 | n-1 n-2 ...
    private static int Mirror(int index, int length)
    {
        int phase = index % (2 * length);
        if (phase < 0)
        {
            phase += 2 * length;
        }

        return phase < length ? phase : (2 * length) - 1 - phase;
    }

    /// <summary>Where a kernel ends, in pixels of the smaller picture; 0 for those that look at an output pixel's own area alone.</summary>
    public static int Radius(ResamplingKernel kernel) =>
        kernel switch
        {
            ResamplingKernel.Nearest or ResamplingKernel.Area => 0,
            ResamplingKernel.Bilinear => 1,
            ResamplingKernel.Bicubic => 2,
            ResamplingKernel.Lanczos3 => 3,
            _ => throw new ArgumentOutOfRangeException(nameof(kernel), kernel, "No such kernel."),
        };

    private static double Evaluate(ResamplingKernel kernel, double x)
    {
        x = Math.Abs(x);
        return kernel switch
        {
            ResamplingKernel.Bilinear => Math.Max(0, 1 - x),

            // Keys 1981, a = -1/2.
            ResamplingKernel.Bicubic when x <= 1 => (((1.5 * x) - 2.5) * x * x) + 1,
            ResamplingKernel.Bicubic when x <= 2 => (((((-0.5 * x) + 2.5) * x) - 4) * x) + 2,
            ResamplingKernel.Lanczos3 when x < 3 => Sinc(x) * Sinc(x / 3),
            _ => 0,
        };
    }

    private static double Sinc(double x) => x < 1e-9 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
}
