// How near each kernel of the CPU engine comes to what the processor can do: arithmetic it executes against the peak of fused
// multiply-adds, bytes it reads and writes against a copy of as many bytes. A kernel can be no faster than the slower of the two; the last
// column is that bound over its time. The copy has the kernel's own working set, so it runs in the same level of the caches. One thread,
// sizes as the stages of a network use them.
using System.Globalization;
using RsrPlugins.Cli.Bench;
using RsrPlugins.Core.Inference.Cpu;
using static RsrPlugins.Benchmarks.KernelClock;

namespace RsrPlugins.Benchmarks;

/// <summary>roofline [512|256|128]: vectors of so many bits; the widest that are fast here without.</summary>
internal static unsafe class KernelRoofline
{
    private const int Channels = CpuKernels.Channels;
    private const int Cells = 36;
    private const int Pixels = 48;
    private const float Slope = 0.05f;
    private const nint PointStride = (Cells * Channels) + CpuKernels.CacheLine;
    private const int RowLength = ((Cells * CpuKernels.CellSide) + 2) * Channels;

    /// <summary>Operations of one transform of six inputs, a multiply-add counted as two: see VectorKernels.cs.</summary>
    private const int InputOperations = 19;

    /// <summary>The same of one transform of products.</summary>
    private const int ResultOperations = 13;

    /// <summary>1 x 6 transforms of a cell: of a window's columns two are those of the cell before.</summary>
    private const int Transforms = 10;

    /// <summary>Bias and LReLU of a cell's 16 results.</summary>
    private const int Activation = 3 * 16;

    public static int Run(string[] arguments)
    {
        if (WidthOf(arguments) is not { } width)
        {
            Console.Error.WriteLine("roofline [512|256|128]");
            return 2;
        }

        CpuKernels kernels = CpuKernels.Of(width);
        double peak = PeakArithmetic.MeasureGflops(1, CancellationToken.None);
        Write($"{(int)width}-bit vectors; peak of one thread on the widest vectors: {peak:f0} GFLOP/s");
        Write($"{"kernel",-34}{"GFLOP/s",9}{"of peak",9}{"GB/s",7}{"of copy",9}{"of bound",10}");
        fixed (
            float* weights = Noise(CpuKernels.Points * CpuKernels.KernelStride),
                bias = Noise(Channels),
                rows = Noise(6 * RowLength),
                points = Noise((int)(CpuKernels.Points * PointStride)),
                products = Noise((int)(CpuKernels.Points * PointStride)),
                features = Noise(7 * Pixels * Channels),
                result = Noise(7 * Pixels * Channels),
                scratch = new float[1 << 14]
        )
        {
            // Pinned above for as long as the kernels run; lambdas cannot hold fixed locals.
            float* w = weights,
                b = bias,
                r = rows,
                p = points,
                m = products,
                f = features,
                t = result,
                s = scratch;
            float** window = stackalloc float*[6];
            float** maps = stackalloc float*[7];
            for (int i = 0; i < 6; i++)
            {
                window[i] = r + (i * RowLength);
            }

            for (int i = 0; i < 7; i++)
            {
                maps[i] = f + (i * Pixels * Channels);
            }

            float** o = window,
                a = maps;
            const long Values = Channels * (long)Cells;
            Row(
                "input transform, 36 cells",
                Values * Transforms * InputOperations,
                (6L * RowLength) + (36 * Values),
                () => kernels.TransformInputs(o, Cells, p, PointStride)
            );
            Row(
                "36 products, 36 cells",
                2 * 36 * Values * Channels,
                (2 * 36 * Values) + (36L * CpuKernels.Matrix),
                () => kernels.MultiplyPoints(p, Cells, PointStride, w, m)
            );
            Row(
                "result transform, 36 cells",
                Values * ((Transforms * ResultOperations) + Activation),
                (36 + 16) * Values,
                () => kernels.TransformResults(m, Cells, PointStride, b, Slope, o, Cells * 4)
            );
            Row(
                "1 x 1, one map of 64, 48 pixels",
                2L * Pixels * CpuKernels.Matrix,
                (2L * Pixels * Channels) + CpuKernels.Matrix,
                () => kernels.Multiply(f, Channels, w, Channels, b, 0, t, Channels, Pixels, Slope)
            );
            Row(
                "first layer, 9 taps, 48 pixels",
                2L * Pixels * 9 * Channels,
                (Pixels * (9L + Channels)) + (9 * Channels),
                () => kernels.Multiply(f, 9, w, 9, b, 0, t, Channels, Pixels, Slope)
            );
            foreach (int scale in (ReadOnlySpan<int>)[2, 3, 4])
            {
                int outputs = scale * scale;
                Row(
                    $"sub-pixels x{scale}, 7 maps, 48 pixels",
                    2L * Pixels * 7 * Channels * outputs,
                    (7L * Pixels * Channels) + (7L * Channels * outputs),
                    () => kernels.MultiplySubPixels(a, 7, w, outputs, Pixels, s, t)
                );
            }

            Row(
                "windows 2 x 2 step 2, 24 values",
                2L * 24 * 4 * Channels,
                (2L * 48 * Channels) + (4 * Channels),
                () => kernels.SumWindows(a, 2, 2, 2, w, 24, s)
            );
            Row(
                "windows 3 x 3 step 1, 46 values",
                2L * 46 * 9 * Channels,
                (3L * 48 * Channels) + (9 * Channels),
                () => kernels.SumWindows(a, 3, 3, 1, w, 46, s)
            );
            Row(
                "gradient of LReLU, 48 pixels",
                Pixels * Channels,
                3L * Pixels * Channels,
                () => kernels.ApplySlopes(t, f, Slope, Pixels * Channels)
            );
        }

        return 0;

        void Row(string name, long operations, long floats, Action kernel)
        {
            double seconds = Seconds(kernel),
                copy = CopySeconds(floats);
            double bound = Math.Max(operations / peak / 1e9, copy);
            Write(
                $"{name,-34}{operations / seconds / 1e9,9:f0}{operations / seconds / 1e9 / peak,9:p0}{4 * floats / seconds / 1e9,7:f0}{copy / seconds,9:p0}{bound / seconds,10:p0}"
            );
        }
    }

    /// <summary>Time to copy half as many floats: so many are read and written.</summary>
    private static double CopySeconds(long floats)
    {
        float[] from = new float[floats / 2],
            to = new float[floats / 2];
        return Seconds(() => from.AsSpan().CopyTo(to));
    }

    private static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
