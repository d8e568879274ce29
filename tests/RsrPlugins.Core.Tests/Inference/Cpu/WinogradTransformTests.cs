// The three transforms of Winograd's F(4 x 4, 3 x 3) and the products between them, each by itself against its matrices as Lavin and Gray
// print them (2016, Section 4.3), in double precision and without any order of operations. A convolution that comes out right proves less:
// an error in one transform may be undone by another.
using RsrPlugins.Core.Inference.Cpu;

namespace RsrPlugins.Core.Tests.Inference.Cpu;

public sealed unsafe class WinogradTransformTests
{
    private const int Channels = CpuKernels.Channels;
    private const int Window = CpuKernels.WindowSide;
    private const int Points = CpuKernels.Points;
    private const float Slope = 0.05f;

    /// <summary>B^T.</summary>
    private static readonly double[][] _inputMatrix =
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ];

    /// <summary>G.</summary>
    private static readonly double[][] _kernelMatrix =
    [
        [1 / 4.0, 0, 0],
        [-1 / 6.0, -1 / 6.0, -1 / 6.0],
        [-1 / 6.0, 1 / 6.0, -1 / 6.0],
        [1 / 24.0, 1 / 12.0, 1 / 6.0],
        [1 / 24.0, -1 / 12.0, 1 / 6.0],
        [0, 0, 1],
    ];

    /// <summary>A^T.</summary>
    private static readonly double[][] _resultMatrix =
    [
        [1, 1, 1, 1, 1, 0],
        [0, 1, -1, 2, -2, 0],
        [0, 1, 1, 4, 4, 0],
        [0, 1, -1, 8, -8, 1],
    ];

    public static TheoryData<int> Widths() => [.. Enum.GetValues<VectorWidth>().Select(width => (int)width)];

    /// <summary>The matrices themselves: A^T [(G g G^T) . (B^T d B)] A is the convolution, with exact arithmetic.</summary>
    [Fact]
    public void The_matrices_make_a_convolution()
    {
        (float[] input, float[] taps) = (Noise(Window * Window, 1), Noise(9, 2));
        double[,] d = Transform(_inputMatrix, (y, x) => input[(y * Window) + x], Window),
            g = Transform(_kernelMatrix, (y, x) => taps[(y * 3) + x], 3);
        double[,] found = Transform(_resultMatrix, (y, x) => d[y, x] * g[y, x], Window);
        for (int i = 0; i < 16; i++)
        {
            double expected = 0;
            for (int tap = 0; tap < 9; tap++)
            {
                expected += (double)taps[tap] * input[(((i / 4) + (tap / 3)) * Window) + (i % 4) + (tap % 3)];
            }

            Assert.Equal(expected, found[i / 4, i % 4], 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Inputs(int width)
    {
        const int Cells = 3;
        const int Pixels = (4 * Cells) + 2;
        const int PointStride = (Cells * Channels) + 5;
        float[] map = Noise(Window * Pixels * Channels, 3),
            found = new float[Points * PointStride];
        float** rows = stackalloc float*[Window];
        fixed (
            float* values = map,
                target = found
        )
        {
            for (int y = 0; y < Window; y++)
            {
                rows[y] = values + (y * Pixels * Channels);
            }

            CpuKernels.Of((VectorWidth)width).TransformInputs(rows, Cells, target, PointStride);
        }

        for (int cell = 0; cell < Cells; cell++)
        {
            for (int channel = 0; channel < Channels; channel++)
            {
                double[,] expected = Transform(_inputMatrix, (y, x) => map[(((y * Pixels) + (4 * cell) + x) * Channels) + channel], Window);
                for (int point = 0; point < Points; point++)
                {
                    Assert.Equal(
                        expected[point / Window, point % Window],
                        found[(point * PointStride) + (cell * Channels) + channel],
                        5e-5
                    );
                }
            }
        }
    }

    /// <summary>Kernels are seen through the products: an input that is 1 in one channel of one point shows a row of its matrix.</summary>
    [Theory]
    [MemberData(nameof(Widths))]
    public void Kernels_and_the_products_with_them(int width)
    {
        const int Cells = Channels;
        const int PointStride = (Cells * Channels) + CpuKernels.CacheLine;
        float[] taps = Noise(Channels * 9 * Channels, 4),
            kernel = new float[Points * CpuKernels.KernelStride],
            inputs = new float[Points * PointStride],
            found = new float[Points * PointStride];
        for (int point = 0; point < Points; point++)
        {
            for (int channel = 0; channel < Channels; channel++)
            {
                inputs[(point * PointStride) + (channel * Channels) + channel] = 1;
            }
        }

        CpuKernels kernels = CpuKernels.Of((VectorWidth)width);
        fixed (
            float* t = taps,
                k = kernel,
                i = inputs,
                f = found
        )
        {
            kernels.TransformKernel(t, 9 * Channels, Channels, k);
            kernels.MultiplyPoints(i, Cells, PointStride, k, f);
        }

        for (int from = 0; from < Channels; from++)
        {
            for (int to = 0; to < Channels; to++)
            {
                double[,] expected = Transform(_kernelMatrix, (y, x) => taps[(((from * 9) + (y * 3) + x) * Channels) + to], 3);
                for (int point = 0; point < Points; point++)
                {
                    Assert.Equal(expected[point / Window, point % Window], found[(point * PointStride) + (from * Channels) + to], 1e-6);
                }
            }
        }
    }

    /// <summary>Sums over the channels: a plain matrix product at every point, whatever the number of cells leaves of the blocks.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(13)]
    public void Products_are_matrix_products(int cells)
    {
        int pointStride = (cells * Channels) + 3;
        float[] taps = Noise(Channels * 9 * Channels, 5),
            inputs = Noise(Points * pointStride, 6),
            kernel = new float[Points * CpuKernels.KernelStride];
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
        {
            float[] found = new float[Points * pointStride];
            CpuKernels kernels = CpuKernels.Of(width);
            fixed (
                float* t = taps,
                    k = kernel,
                    i = inputs,
                    f = found
            )
            {
                kernels.TransformKernel(t, 9 * Channels, Channels, k);
                kernels.MultiplyPoints(i, cells, pointStride, k, f);
            }

            foreach (int to in (int[])[0, 17, 63])
            {
                double[][,] weights =
                [
                    .. Enumerable
                        .Range(0, Channels)
                        .Select(from => Transform(_kernelMatrix, (y, x) => taps[(((from * 9) + (y * 3) + x) * Channels) + to], 3)),
                ];
                for (int i = 0; i < Points * cells; i++)
                {
                    (int point, int cell) = (i / cells, i % cells);
                    double expected = Enumerable
                        .Range(0, Channels)
                        .Sum(from =>
                            inputs[(point * pointStride) + (cell * Channels) + from] * weights[from][point / Window, point % Window]
                        );
                    Assert.Equal(expected, found[(point * pointStride) + (cell * Channels) + to], 2e-5);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Results(int width)
    {
        const int Cells = 2;
        const int PointStride = (Cells * Channels) + 9;
        const int Columns = 7;
        float[] products = Noise(Points * PointStride, 7),
            bias = Noise(Channels, 8),
            found = new float[4 * 8 * Channels];
        float** rows = stackalloc float*[4];
        fixed (
            float* p = products,
                b = bias,
                f = found
        )
        {
            for (int y = 0; y < 4; y++)
            {
                rows[y] = y == 2 ? null : f + (y * 8 * Channels);
            }

            CpuKernels.Of((VectorWidth)width).TransformResults(p, Cells, PointStride, b, Slope, rows, Columns);
        }

        for (int cell = 0; cell < Cells; cell++)
        {
            for (int channel = 0; channel < Channels; channel++)
            {
                double[,] sums = Transform(
                    _resultMatrix,
                    (y, x) => products[(((y * Window) + x) * PointStride) + (cell * Channels) + channel],
                    Window
                );
                for (int i = 0; i < 16; i++)
                {
                    (int y, int x) = (i / 4, (4 * cell) + (i % 4));
                    double value = sums[y, i % 4] + bias[channel];
                    Assert.Equal(
                        y == 2 || x >= Columns ? 0 : Math.Max(value, Slope * value),
                        found[(((y * 8) + x) * Channels) + channel],
                        2e-4
                    );
                }
            }
        }
    }

    /// <summary>M v M^T of a square of values.</summary>
    private static double[,] Transform(double[][] matrix, Func<int, int, double> values, int side)
    {
        double[,] result = new double[matrix.Length, matrix.Length];
        for (int row = 0; row < matrix.Length; row++)
        {
            for (int column = 0; column < matrix.Length; column++)
            {
                for (int i = 0; i < side; i++)
                {
                    for (int j = 0; j < side; j++)
                    {
                        result[row, column] += matrix[row][i] * values(i, j) * matrix[column][j];
                    }
                }
            }
        }

        return result;
    }

    private static float[] Noise(int count, int seed)
    {
        Random random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
    }
}
