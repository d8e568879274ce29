// 3 x 3 convolutions of 64 channels into 64 with a quarter of the multiplications: Winograd's minimal filtering F(4 x 4, 3 x 3) as in
// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016). A tile of 4 x 4 results needs 6 x 6 inputs d and a
// kernel g:  Y = A^T [ (G g G^T) . (B^T d B) ] A  with an elementwise product, which over the channels is 36 matrix products. All this is
// Core's (CpuKernels); here are the maps it runs over, and the kernel's gradient.
//
// Its gradients have the same form. For the input it is a convolution with the turned kernel; for the kernel, with dM = A dY A^T,
// it is G^T [ sum over tiles of dM . (B^T d B) ] G.
//
// Tiles are taken in blocks whose transforms stay in a core's second-level cache. Single precision: the transforms cost about two decimal
// digits of seven, which is far below the noise of a gradient of eight crops (tests compare with Torch).
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RsrPlugins.Core.Inference.Cpu;
using RsrPlugins.Trainer.Networks;

namespace RsrPlugins.Trainer.Kernels;

/// <summary>One core's 3 x 3 convolutions of 64 channels, zeros around, stride 1.</summary>
internal sealed unsafe class Winograd : IDisposable
{
    /// <summary>Side of a tile of results.</summary>
    internal const int TileSide = CpuKernels.CellSide;

    private const int Channels = FeatureMap.Channels;
    private const int Taps = 3;
    private const int Window = CpuKernels.WindowSide;
    private const int Points = CpuKernels.Points;

    private const int VectorLength = Products.VectorLength;

    /// <summary>Tiles whose transforms are held at a time.</summary>
    private const int Block = 36;

    /// <summary>Floats from one point's products to the next: a cache line more than they take, or a tile's 36 points would all fall into
    /// one set of the first-level cache.</summary>
    private const int BlockStride = (Block * Channels) + VectorLength;

    /// <summary>The same for the 64 x 64 values of a kernel.</summary>
    private const int KernelStride = CpuKernels.KernelStride;

    private readonly float* _inputs = NativeFloats.Allocate(Points * BlockStride);
    private readonly float* _outputs = NativeFloats.Allocate(Points * BlockStride);
    private readonly float* _sums = NativeFloats.Allocate(Points * KernelStride);
    private readonly float* _kernel = NativeFloats.Allocate(Points * KernelStride);
    private readonly float* _turnedKernel = NativeFloats.Allocate(Points * KernelStride);
    private readonly float* _window = NativeFloats.Allocate(Points * VectorLength);

    /// <summary>Takes new weights.</summary>
    /// <param name="weights">[to, 3, 3, from].</param>
    internal void SetWeights(float* weights)
    {
        const int InputStride = Taps * Taps * Channels;

        // The inputs' gradient comes from the results' by the kernel turned by half a turn.
        Products.Kernels.TransformKernel(weights + (((Taps * Taps) - 1) * Channels), InputStride, -Channels, _turnedKernel);

        // The memory of the sums is free before a backward pass.
        Transpose(weights, _sums);
        Products.Kernels.TransformKernel(_sums, InputStride, Channels, _kernel);
    }

    /// <summary>LReLU(convolution + bias).</summary>
    internal void Forward(FeatureMap input, float* bias, FeatureMap result) =>
        Convolve(input, _kernel, bias, (float)NetworkTable.LeakySlope, null, result);

    /// <summary>Gradient of the layer's input before its LReLU, from that of its result.</summary>
    /// <param name="gradient">Of the convolution's result.</param>
    /// <param name="activations">The layer's input, whose signs say where LReLU's slope counts.</param>
    /// <param name="result">Receives the gradient.</param>
    internal void Backward(FeatureMap gradient, FeatureMap activations, FeatureMap result) =>
        Convolve(gradient, _turnedKernel, Products.Zeros, 1, activations, result);

    /// <summary>Starts a sum of kernel gradients.</summary>
    internal void ClearKernelGradient() => NativeMemory.Clear(_sums, Points * KernelStride * sizeof(float));

    /// <summary>Adds a crop to the kernel's gradient, still transformed, and to the bias's.</summary>
    /// <param name="input">The layer's input.</param>
    /// <param name="gradient">Of the convolution's result.</param>
    /// <param name="biasGradient">64 sums that are added to.</param>
    internal void AddKernelGradient(FeatureMap input, FeatureMap gradient, float* biasGradient)
    {
        for (int first = 0; first < input.Tiles * input.Tiles; first += Block)
        {
            int count = TransformInputs(input, first);
            for (int i = 0; i < count; i++)
            {
                (int y, int x) = Place(input, first + i);
                TransformGradient(gradient.At(y, x), gradient.Stride, _outputs + (i * Channels), biasGradient);
            }

            for (int point = 0; point < Points; point++)
            {
                Products.AddProducts(
                    _outputs + (point * BlockStride),
                    _inputs + (point * BlockStride),
                    count,
                    _sums + (point * KernelStride)
                );
            }
        }
    }

    /// <summary>Adds the sum to a gradient of weights.</summary>
    /// <param name="gradient">[to, 3, 3, from].</param>
    internal void AddKernelGradientTo(Span<float> gradient)
    {
        fixed (float* target = gradient)
        {
            for (int to = 0; to < Channels; to++)
            {
                for (int from = 0; from < Channels; from += VectorLength)
                {
                    float* sums = _sums + (to * Channels) + from;
                    for (int column = 0; column < Window; column++)
                    {
                        TransformBack(
                            sums + (column * KernelStride),
                            Window * KernelStride,
                            _window + (column * VectorLength),
                            Window * VectorLength,
                            add: false
                        );
                    }

                    for (int row = 0; row < Taps; row++)
                    {
                        TransformBack(
                            _window + (row * Window * VectorLength),
                            VectorLength,
                            target + (((to * Taps) + row) * Taps * Channels) + from,
                            Channels,
                            add: true
                        );
                    }
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (
            nint memory in (ReadOnlySpan<nint>)
                [(nint)_inputs, (nint)_outputs, (nint)_sums, (nint)_kernel, (nint)_turnedKernel, (nint)_window]
        )
        {
            NativeFloats.Free((float*)memory);
        }
    }

    private static (int Y, int X) Place(FeatureMap map, int tile) => (tile / map.Tiles * TileSide, tile % map.Tiles * TileSide);

    /// <summary>[to, 3, 3, from] to [from, 3, 3, to], a few lines of the caches at a time.</summary>
    private static void Transpose(float* weights, float* result)
    {
        const int Side = VectorLength;
        const int Stride = Taps * Taps * Channels;
        for (int tap = 0; tap < Taps * Taps; tap++)
        {
            for (int corner = 0; corner < Products.Matrix / (Side * Side); corner++)
            {
                (int firstTo, int firstFrom) = (corner / (Channels / Side) * Side, corner % (Channels / Side) * Side);
                float* source = weights + (firstTo * Stride) + (tap * Channels) + firstFrom;
                float* target = result + (firstFrom * Stride) + (tap * Channels) + firstTo;
                for (int from = 0; from < Side; from++)
                {
                    for (int to = 0; to < Side; to++)
                    {
                        target[(from * Stride) + to] = source[(to * Stride) + from];
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Convolve(FeatureMap input, float* kernel, float* bias, float slope, FeatureMap? activations, FeatureMap result)
    {
        float** rows = stackalloc float*[TileSide];
        for (int first = 0; first < input.Tiles * input.Tiles; first += Block)
        {
            int count = TransformInputs(input, first);
            Products.Kernels.MultiplyPoints(_inputs, count, BlockStride, kernel, _outputs);
            for (int i = 0; i < count; i += TilesOfRow(input, first + i, first + count))
            {
                (int y, int x) = Place(input, first + i);
                int tiles = TilesOfRow(input, first + i, first + count);
                int columns = Math.Min(tiles * TileSide, result.Side - x);
                for (int row = 0; row < TileSide; row++)
                {
                    rows[row] = y + row < result.Side ? result.At(y + row, x) : null;
                }

                Products.Kernels.TransformResults(_outputs + (i * Channels), tiles, BlockStride, bias, slope, rows, columns);
                for (int row = 0; row < TileSide && activations is not null && rows[row] != null; row++)
                {
                    Products.Kernels.ApplySlopes(rows[row], activations.At(y + row, x), (float)NetworkTable.LeakySlope, columns * Channels);
                }
            }
        }
    }

    /// <summary>Tiles from one on that lie in its row, and before the end.</summary>
    private static int TilesOfRow(FeatureMap map, int tile, int end) => Math.Min(map.Tiles - (tile % map.Tiles), end - tile);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int TransformInputs(FeatureMap input, int first)
    {
        float** rows = stackalloc float*[Window];
        int count = Math.Min(Block, (input.Tiles * input.Tiles) - first);
        for (int i = 0; i < count; i += TilesOfRow(input, first + i, first + count))
        {
            (int y, int x) = Place(input, first + i);
            for (int row = 0; row < Window; row++)
            {
                rows[row] = input.At(y + row - 1, x - 1);
            }

            Products.Kernels.TransformInputs(rows, TilesOfRow(input, first + i, first + count), _inputs + (i * Channels), BlockStride);
        }

        return count;
    }

    /// <summary>A dY A^T of a tile's 4 x 4 gradients, to [36, block, 64], and their sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransformGradient(float* gradient, int stride, float* target, float* biasGradient)
    {
        for (int channel = 0; channel < Channels; channel += VectorLength)
        {
            Vector512<float> sum = Vector512.Load(biasGradient + channel);
            for (int column = 0; column < TileSide; column++)
            {
                sum += GradientPoints(
                    gradient + (column * Channels) + channel,
                    stride,
                    _window + (column * VectorLength),
                    TileSide * VectorLength
                );
            }

            sum.Store(biasGradient + channel);
            for (int row = 0; row < Window; row++)
            {
                GradientPoints(
                    _window + (row * TileSide * VectorLength),
                    VectorLength,
                    target + (row * Window * BlockStride) + channel,
                    BlockStride
                );
            }
        }
    }

    /// <summary>A y; returns the sum of y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> GradientPoints(float* y, int stride, float* target, int targetStride)
    {
        (Vector512<float> y0, Vector512<float> y1, Vector512<float> y2, Vector512<float> y3) = (
            Vector512.Load(y),
            Vector512.Load(y + stride),
            Vector512.Load(y + (2 * stride)),
            Vector512.Load(y + (3 * stride))
        );
        (Vector512<float> even, Vector512<float> odd) = (y0 + y2, y1 + y3);
        Vector512<float> even2 = Vector512.FusedMultiplyAdd(Vector512.Create(4f), y2, y0);
        Vector512<float> odd2 = Vector512.FusedMultiplyAdd(Vector512.Create(8f), y3, y1 + y1);
        y0.Store(target);
        (even + odd).Store(target + targetStride);
        (even - odd).Store(target + (2 * targetStride));
        (even2 + odd2).Store(target + (3 * targetStride));
        (even2 - odd2).Store(target + (4 * targetStride));
        y3.Store(target + (5 * targetStride));
        return even + odd;
    }

    /// <summary>G^T u.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransformBack(float* u, int stride, float* target, int targetStride, bool add)
    {
        (Vector512<float> u0, Vector512<float> u1, Vector512<float> u2) = (
            Vector512.Load(u),
            Vector512.Load(u + stride),
            Vector512.Load(u + (2 * stride))
        );
        (Vector512<float> u3, Vector512<float> u4, Vector512<float> u5) = (
            Vector512.Load(u + (3 * stride)),
            Vector512.Load(u + (4 * stride)),
            Vector512.Load(u + (5 * stride))
        );
        (Vector512<float> sum, Vector512<float> difference, Vector512<float> sum2, Vector512<float> difference2) = (
            (u1 + u2) * (-1f / 6),
            (u2 - u1) * (1f / 6),
            u3 + u4,
            u3 - u4
        );
        Vector512<float> g0 = (u0 * 0.25f) + sum + (sum2 * (1f / 24));
        Vector512<float> g1 = difference + (difference2 * (1f / 12));
        Vector512<float> g2 = sum + (sum2 * (1f / 6)) + u5;
        if (add)
        {
            g0 += Vector512.Load(target);
            g1 += Vector512.Load(target + targetStride);
            g2 += Vector512.Load(target + (2 * targetStride));
        }

        g0.Store(target);
        g1.Store(target + targetStride);
        g2.Store(target + (2 * targetStride));
    }
}
