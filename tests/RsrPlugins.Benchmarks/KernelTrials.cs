// Other ways to do what the CPU engine does, beside its own: what docs/inference.md calls tried and lost. All are made of the engine's
// kernels, so that only the way differs. One thread; a 3 x 3 layer from 64 to 64 channels, and a chain of them as SRNet is.
using System.Globalization;
using RsrPlugins.Core.Inference.Cpu;
using static RsrPlugins.Benchmarks.KernelClock;

namespace RsrPlugins.Benchmarks;

/// <summary>trials [512|256|128]: vectors of so many bits; the widest that are fast here without.</summary>
internal static unsafe class KernelTrials
{
    private const int Channels = CpuKernels.Channels;
    private const int Cell = CpuKernels.CellSide;
    private const float Slope = 0.05f;

    // The engine's own choices.
    private const int Cells = 36;
    private const int Chunk = 48;

    // A tile of so many cells each way, and as many layers as six dense units have.
    private const int TileCells = 24;
    private const int Layers = 6;

    // Strips a tile is cut into where two layers are done together.
    private const int Strips = 4;
    private const int StripCells = TileCells / Strips;

    // Rows a layer's ring holds: those of a window and of the next row of cells.
    private const int Ring = 10;

    private const int MostCells = 144;

    public static int Run(string[] arguments)
    {
        if (WidthOf(arguments) is not { } width)
        {
            Console.Error.WriteLine("trials [512|256|128]");
            return 2;
        }

        CpuKernels kernels = CpuKernels.Of(width);
        Write($"{(int)width}-bit vectors, nanoseconds for a pixel of 64 channels, and times as long as the engine's own way");
        fixed (
            float* weights = Noise(CpuKernels.Points * CpuKernels.KernelStride),
                bias = Noise(Channels),
                scratch = Noise(2 * CpuKernels.Points * ((MostCells * Channels) + CpuKernels.CacheLine)),
                maps = Noise((Layers + 1) * Layer.LengthOf(TileCells * Cell)),
                wide = Noise(12 * ((MostCells * Cell) + 2) * Channels)
        )
        {
            // Pinned above for as long as the kernels run; lambdas cannot hold fixed locals.
            float* w = weights,
                b = bias,
                s = scratch,
                m = maps,
                r = wide;

            double own = Winograd(Cells, CpuKernels.CacheLine);
            Row("3 x 3: F(4 x 4, 3 x 3), 36 cells at a time", own, own);
            foreach (int cells in (ReadOnlySpan<int>)[3, 6, 12, 18, 72, 144])
            {
                Row($"3 x 3: {cells} cells at a time", Winograd(cells, CpuKernels.CacheLine), own);
            }

            Row("3 x 3: points whole kilobytes apart", Winograd(32, 0), own);
            Row("3 x 3: nine products, no transform", Direct(Chunk), own);
            Row("3 x 3: nine products, 12 pixels at a time", Direct(12), own);

            double one = Pointwise(Chunk, Chunk);
            Row("1 x 1, three maps: 48 pixels at a time", one, one);
            Row("1 x 1, three maps: 12 pixels at a time", Pointwise(12, 12), one);
            Row("1 x 1, three maps: 288 pixels at a time", Pointwise(288, 288), one);
            Row("1 x 1, three maps: accumulators of 4 rows", Pointwise(Chunk, 4), one);

            double rows = Chain(Ring, isByRows: true);
            Row("six layers of a tile: row by row, in rings", rows, rows);
            Row("six layers of a tile: row by row, in maps", Chain(TileCells * Cell, isByRows: true), rows);
            Row("six layers of a tile: layer by layer, in maps", Chain(TileCells * Cell, isByRows: false), rows);

            double between = Bottleneck(Ring, Strips);
            Row("1 x 1 of three maps, then 3 x 3: rows between in a ring", between, between);
            Row("the same: between in the first-level cache, at best", Bottleneck(6, 1), between);

            // A layer on cells beside each other.
            double Winograd(int cells, nint padding)
            {
                nint stride = (cells * Channels) + padding;
                int row = ((cells * Cell) + 2) * Channels;
                float** window = stackalloc float*[6];
                for (int i = 0; i < 6; i++)
                {
                    window[i] = r + (i * row);
                }

                float** read = window;
                return Seconds(() => Convolve(read, cells, stride, r + (6 * row), row)) / (cells * Cell * Cell);
            }

            void Convolve(float** window, int cells, nint stride, float* target, int row)
            {
                float** targets = stackalloc float*[Cell];
                for (int i = 0; i < Cell; i++)
                {
                    targets[i] = target + (i * row);
                }

                ConvolveRows(window, cells, stride, targets);
            }

            void ConvolveRows(float** window, int cells, nint stride, float** targets)
            {
                float* products = s + (CpuKernels.Points * stride);
                kernels.TransformInputs(window, cells, s, stride);
                kernels.MultiplyPoints(s, cells, stride, w, products);
                kernels.TransformResults(products, cells, stride, b, Slope, targets, cells * Cell);
            }

            // One of the products whose sum is a layer: the first begins with the bias, the last ends with LReLU.
            void AddProduct(int product, int products, float* source, float* target, int pixels) =>
                kernels.Multiply(
                    source,
                    Channels,
                    w + (product * CpuKernels.KernelStride),
                    Channels,
                    product == 0 ? b : target,
                    product == 0 ? 0 : Channels,
                    target,
                    Channels,
                    pixels,
                    product == products - 1 ? Slope : 1
                );

            // The same layer as a sum of nine products of the pixels as they lie.
            double Direct(int chunk)
            {
                const int Pixels = Cells * Cell;
                const int Row = (Pixels + 2) * Channels;
                return Seconds(() =>
                    {
                        for (int left = 0; left < Pixels; left += chunk)
                        {
                            float* target = r + (6 * Row) + (left * Channels);
                            for (int tap = 0; tap < 9; tap++)
                            {
                                AddProduct(tap, 9, r + (tap / 3 * Row) + ((left + (tap % 3)) * Channels), target, chunk);
                            }
                        }
                    }) / Pixels;
            }

            // 1 x 1 from three maps: sums of so many pixels at a time, so many rows in one call.
            double Pointwise(int chunk, int rowsOfCall)
            {
                const int Pixels = 288;
                const int Map = Pixels * Channels;
                return Seconds(() =>
                    {
                        for (int left = 0; left < Pixels; left += chunk)
                        {
                            for (int map = 0; map < 3; map++)
                            {
                                for (int first = left; first < left + chunk; first += rowsOfCall)
                                {
                                    int at = first * Channels;
                                    AddProduct(map, 3, r + (map * Map) + at, r + (3 * Map) + at, rowsOfCall);
                                }
                            }
                        }
                    }) / Pixels;
            }

            // Layers one after another on a tile, each held whole or in a ring of rows.
            double Chain(int held, bool isByRows)
            {
                Layer[] layers = [.. Enumerable.Range(0, Layers + 1).Select(layer => new Layer(m + (layer * Layer.LengthOf(held)), held))];
                return Seconds(() =>
                    {
                        for (int outer = 0; outer < (isByRows ? TileCells : Layers); outer++)
                        {
                            for (int inner = 0; inner < (isByRows ? Layers : TileCells); inner++)
                            {
                                (int cellRow, int layer) = isByRows ? (outer, inner) : (inner, outer);
                                Step(layers[layer], layers[layer + 1], cellRow * Cell, 0, TileCells);
                            }
                        }
                    }) / (Layers * TileCells * Cell * TileCells * Cell);
            }

            // A bottleneck and the layer that reads it, strip by strip. Fused, what lies between would stay in the first-level cache; that
            // is what it is like where all strips share one place, and fusing cannot be better.
            double Bottleneck(int held, int places)
            {
                Layer between = new Layer(m, held),
                    result = new Layer(m + Layer.LengthOf(Ring), Ring);
                const int Pixels = StripCells * Cell;
                return Seconds(() =>
                    {
                        for (int top = 0; top < TileCells * Cell; top += Cell)
                        {
                            for (int strip = 0; strip < Strips; strip++)
                            {
                                int left = strip % places * Pixels * Channels;
                                for (int y = top + 2; y < top + 6; y++)
                                {
                                    for (int map = 0; map < 3; map++)
                                    {
                                        AddProduct(map, 3, r + (map * Pixels * Channels), between.RowAt(y) + left, Pixels);
                                    }
                                }

                                Step(between, result, top, left, StripCells);
                            }
                        }
                    }) / (TileCells * Cell * TileCells * Cell);
            }

            void Step(Layer from, Layer to, int top, int left, int cells)
            {
                const nint Stride = (TileCells * Channels) + CpuKernels.CacheLine;
                float** window = stackalloc float*[6];
                for (int i = 0; i < 6; i++)
                {
                    window[i] = from.RowAt(top + i) + left;
                }

                float** targets = stackalloc float*[Cell];
                for (int i = 0; i < Cell; i++)
                {
                    targets[i] = to.RowAt(top + i) + left;
                }

                ConvolveRows(window, cells, Stride, targets);
            }
        }

        return 0;

        static void Row(string name, double seconds, double own) => Write($"{name,-50}{1e9 * seconds,9:f1}{seconds / own,8:f2}");
    }

    private static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>Rows of a layer's features, of which so many are held.</summary>
    private sealed class Layer(float* first, int held)
    {
        private const int RowLength = ((TileCells * Cell) + 2) * Channels;

        internal static int LengthOf(int held) => held * RowLength;

        internal float* RowAt(int y) => first + (y % held * RowLength);
    }
}
