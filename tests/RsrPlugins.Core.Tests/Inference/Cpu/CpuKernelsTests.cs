// Every kernel against its definition in double precision, and every vector width against every other, bit for bit.
using System.Runtime.InteropServices;
using RsrPlugins.Core.Inference.Cpu;

namespace RsrPlugins.Core.Tests.Inference.Cpu;

public sealed unsafe class CpuKernelsTests
{
    private const int Channels = CpuKernels.Channels;
    private const float Slope = 0.05f;

    // Every way to make a number of rows out of blocks of six, four and one.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(36)]
    public void Products_of_matrices(int rows)
    {
        const int Depth = 9;
        const int Stride = 11;
        (float[] left, float[] right, float[] bias) = (Noise(rows * Stride, 1), Noise(Depth * Channels, 2), Noise(Channels, 3));
        float[] found = Same(kernels =>
        {
            float[] packed = new float[right.Length],
                result = new float[rows * Channels];
            fixed (
                float* l = left,
                    r = right,
                    b = bias,
                    p = packed,
                    o = result
            )
            {
                kernels.Pack(r, Depth, p);
                kernels.Multiply(l, Stride, p, Depth, b, 0, o, Channels, rows, Slope);
            }

            return result;
        });
        for (int i = 0; i < found.Length; i++)
        {
            double sum = bias[i % Channels];
            for (int k = 0; k < Depth; k++)
            {
                sum += (double)left[(i / Channels * Stride) + k] * right[(k * Channels) + (i % Channels)];
            }

            Assert.Equal(Math.Max(sum, Slope * sum), found[i], 1e-5);
        }
    }

    [Fact]
    public void A_product_in_two_parts_is_the_product()
    {
        const int Rows = 10;
        const int Depth = 128;
        (float[] left, float[] right, float[] bias) = (Noise(Rows * Depth, 1), Noise(Depth * Channels, 2), Noise(Channels, 3));
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
        {
            CpuKernels kernels = CpuKernels.Of(width);
            float[] whole = new float[Rows * Channels],
                parts = new float[Rows * Channels],
                packed = new float[right.Length];
            fixed (
                float* l = left,
                    r = right,
                    b = bias,
                    p = packed,
                    w = whole,
                    o = parts
            )
            {
                kernels.Pack(r, Depth, p);
                kernels.Multiply(l, Depth, p, Depth, b, 0, w, Channels, Rows, Slope);
                kernels.Pack(r, Depth / 2, p);
                kernels.Multiply(l, Depth, p, Depth / 2, b, 0, o, Channels, Rows, 1);
                kernels.Pack(r + (Depth / 2 * Channels), Depth / 2, p);
                kernels.Multiply(l + (Depth / 2), Depth, p, Depth / 2, o, Channels, o, Channels, Rows, Slope);
            }

            Assert.Equal(Bits(whole), Bits(parts));
        }
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(3, 10)]
    [InlineData(7, 28)]
    public void Cells_are_a_3_by_3_convolution(int cells, int columns)
    {
        const int Taps = 9;
        int width = (cells * CpuKernels.CellSide) + 2;
        float[] input = Noise(CpuKernels.WindowSide * width * Channels, 1),
            taps = Noise(Channels * Taps * Channels, 2),
            bias = Noise(Channels, 3);
        float[] found = Same(kernels =>
        {
            nint pointStride = (cells * Channels) + CpuKernels.CacheLine;
            float[] kernel = new float[CpuKernels.Points * CpuKernels.KernelStride],
                transformed = new float[CpuKernels.Points * pointStride],
                products = new float[transformed.Length];
            float[] result = new float[CpuKernels.CellSide * columns * Channels];
            float** rows = stackalloc float*[CpuKernels.WindowSide];
            fixed (
                float* i = input,
                    t = taps,
                    b = bias,
                    k = kernel,
                    v = transformed,
                    p = products,
                    o = result
            )
            {
                kernels.TransformKernel(t, Taps * Channels, Channels, k);
                for (int row = 0; row < CpuKernels.WindowSide; row++)
                {
                    rows[row] = i + (row * width * Channels);
                }

                kernels.TransformInputs(rows, cells, v, pointStride);
                kernels.MultiplyPoints(v, cells, pointStride, k, p);
                for (int row = 0; row < CpuKernels.CellSide; row++)
                {
                    // The third row is not wanted.
                    rows[row] = row == 2 ? null : o + (row * columns * Channels);
                }

                kernels.TransformResults(p, cells, pointStride, b, Slope, rows, columns);
            }

            return result;
        });

        for (int i = 0; i < found.Length; i++)
        {
            (int y, int x, int output) = (i / Channels / columns, i / Channels % columns, i % Channels);
            double sum = bias[output];
            for (int tap = 0; tap < Taps; tap++)
            {
                for (int from = 0; from < Channels; from++)
                {
                    sum +=
                        (double)input[((((y + (tap / 3)) * width) + x + (tap % 3)) * Channels) + from]
                        * taps[(((from * Taps) + tap) * Channels) + output];
                }
            }

            Assert.Equal(y == 2 ? 0 : Math.Max(sum, Slope * sum), found[i], 1e-3);
        }
    }

    [Fact]
    public void A_kernel_read_backwards_is_flipped()
    {
        const int Taps = 9;
        float[] taps = Noise(Channels * Taps * Channels, 2),
            flipped = new float[taps.Length];
        for (int i = 0; i < taps.Length; i++)
        {
            (int input, int tap, int output) = (i / Channels / Taps, i / Channels % Taps, i % Channels);
            flipped[(((input * Taps) + Taps - 1 - tap) * Channels) + output] = taps[i];
        }

        CpuKernels kernels = CpuKernels.Of(CpuKernels.BestWidth);
        float[] expected = new float[CpuKernels.Points * CpuKernels.KernelStride],
            found = new float[expected.Length];
        fixed (
            float* t = taps,
                u = flipped,
                e = expected,
                f = found
        )
        {
            kernels.TransformKernel(u, Taps * Channels, Channels, e);
            kernels.TransformKernel(t + ((Taps - 1) * Channels), Taps * Channels, -Channels, f);
        }

        Assert.Equal(Bits(expected), Bits(found));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 7)]
    [InlineData(9, 8)]
    [InlineData(16, 19)]
    public void Sub_pixels(int outputs, int pixels)
    {
        const int Maps = 3;
        float[][] maps = [.. Enumerable.Range(0, Maps).Select(map => Noise(pixels * Channels, map))];
        (float[] weights, float[] bias) = (Noise(outputs * ((Maps * Channels) + 1), 4), Noise(outputs, 5));
        float[] packed = CpuKernels.PackSubPixels(weights, (Maps * Channels) + 1, Maps * Channels, bias);
        int stride = (outputs + 3) / 4 * 4;
        float[] found = Same(kernels =>
        {
            float[] scratch = new float[CpuKernels.SubPixelRows * CpuKernels.SubPixelLanes(outputs)],
                result = new float[pixels * stride];
            float** rows = stackalloc float*[Maps];
            fixed (
                float* a = maps[0],
                    b = maps[1],
                    c = maps[2],
                    w = packed,
                    s = scratch,
                    o = result
            )
            {
                rows[0] = a;
                rows[1] = b;
                rows[2] = c;
                kernels.MultiplySubPixels(rows, Maps, w, outputs, pixels, s, o);
            }

            return [.. result.Where((_, i) => i % stride < outputs)];
        });
        for (int i = 0; i < found.Length; i++)
        {
            double sum = bias[i % outputs];
            for (int k = 0; k < Maps * Channels; k++)
            {
                sum +=
                    (double)maps[k / Channels][(i / outputs * Channels) + (k % Channels)]
                    * weights[(i % outputs * ((Maps * Channels) + 1)) + k];
            }

            Assert.Equal(sum, found[i], 1e-5);
        }
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 4)]
    public void Windows_of_one_value(int side, int step)
    {
        const int Count = 5;
        int width = ((Count - 1) * step) + side;
        (float[] input, float[] weights) = (Noise(side * width * Channels, 1), Noise(side * side * Channels, 2));
        float[] found = Same(kernels =>
        {
            float[] sums = new float[Count];
            float** rows = stackalloc float*[side];
            fixed (
                float* i = input,
                    w = weights,
                    s = sums
            )
            {
                for (int row = 0; row < side; row++)
                {
                    rows[row] = i + (row * width * Channels);
                }

                kernels.SumWindows(rows, side, side, step, w, Count, s);
            }

            return sums;
        });
        for (int window = 0; window < Count; window++)
        {
            double sum = 0;
            for (int i = 0; i < weights.Length; i++)
            {
                (int y, int x, int channel) = (i / Channels / side, i / Channels % side, i % Channels);
                sum += (double)input[(((y * width) + (window * step) + x) * Channels) + channel] * weights[i];
            }

            Assert.Equal(sum, found[window], 1e-5);
        }
    }

    [Fact]
    public void Slopes_count_where_the_sign_is_not_above_0()
    {
        float[] signs = Noise(Channels, 1);
        (signs[0], signs[1], signs[2], signs[3]) = (0, -0f, float.Epsilon, -float.Epsilon);
        float[] found = Same(kernels =>
        {
            float[] values = Noise(Channels, 2);
            fixed (
                float* v = values,
                    s = signs
            )
            {
                kernels.ApplySlopes(v, s, Slope, Channels);
            }

            return values;
        });
        Assert.Equal(Noise(Channels, 2).Select((value, i) => signs[i] > 0 ? value : value * Slope), found);
    }

    /// <summary>The result of the scalar kernels, after seeing that all others give its bits.</summary>
    private static float[] Same(Func<CpuKernels, float[]> run)
    {
        float[] scalar = run(CpuKernels.Of(VectorWidth.Scalar));
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
        {
            Assert.Equal(Bits(scalar), Bits(run(CpuKernels.Of(width))));
        }

        return scalar;
    }

    private static int[] Bits(float[] values) => MemoryMarshal.Cast<float, int>(values.AsSpan()).ToArray();

    private static float[] Noise(int count, int seed)
    {
        Random random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }
}
