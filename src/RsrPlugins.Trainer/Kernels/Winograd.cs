// 3 x 3 convolutions of 64 channels into 64 with a quarter of the multiplications: Winograd's minimal filtering F(4 x 4, 3 x 3) as in
// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016). A tile of 4 x 4 results needs 6 x 6 inputs d and a
// kernel g:  Y = A^T [ (G g G^T) . (B^T d B) ] A  with an elementwise product, which over the channels is 36 matrix products.
//
// Its gradients have the same form. For the input it is a convolution with the turned kernel; for the kernel, with dM = A dY A^T,
// it is G^T [ sum over tiles of dM . (B^T d B) ] G.
//
// Tiles are taken in blocks whose transforms stay in a core's second-level cache. Single precision: the transforms cost about two decimal digits
// of seven, which is far below the noise of a gradient of eight crops (tests compare with Torch).
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RsrPlugins.Trainer.Networks;

namespace RsrPlugins.Trainer.Kernels;

/// <summary>One core's 3 x 3 convolutions of 64 channels, zeros around, stride 1.</summary>
internal sealed unsafe class Winograd : IDisposable
{
    /// <summary>Side of a tile of results.</summary>
    internal const int TileSide = 4;

    private const int Channels = FeatureMap.Channels;
    private const int Taps = 3;
    private const int Window = TileSide + Taps - 1;
    private const int Points = Window * Window;

    private const int VectorLength = Products.VectorLength;

    /// <summary>Tiles whose transforms are held at a time; a multiple of the rows of a product's inner block.</summary>
    private const int Block = 36;

    /// <summary>Floats from one point's products to the next: a cache line more than they take, or a tile's 36 points would all fall into one set of the first-level cache.</summary>
    private const int BlockStride = (Block * Channels) + VectorLength;

    /// <summary>The same for the 64 x 64 values of a kernel.</summary>
    private const int KernelStride = Products.Matrix + VectorLength;

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
        // The inputs' gradient comes from the results' by the kernel turned by half a turn.
        TransformTaps(weights + (((Taps * Taps) - 1) * Channels), -Channels, _turnedKernel);

        // The memory of the sums is free before a backward pass.
        Transpose(weights, _sums);
        TransformTaps(_sums, Channels, _kernel);
    }

    /// <summary>LReLU(convolution + bias).</summary>
    internal void Forward(FeatureMap input, float* bias, FeatureMap result)
    {
        for (int first = 0; first < input.Tiles * input.Tiles; first += Block)
        {
            int count = MultiplyBlock(input, _kernel, first);
            for (int i = 0; i < count; i++)
            {
                (int y, int x) = Place(input, first + i);
                TransformResult(_outputs + (i * Channels), bias, null, result, y, x);
            }
        }
    }

    /// <summary>Gradient of the layer's input before its LReLU, from that of its result.</summary>
    /// <param name="gradient">Of the convolution's result.</param>
    /// <param name="activations">The layer's input, whose signs say where LReLU's slope counts.</param>
    /// <param name="result">Receives the gradient.</param>
    internal void Backward(FeatureMap gradient, FeatureMap activations, FeatureMap result)
    {
        for (int first = 0; first < gradient.Tiles * gradient.Tiles; first += Block)
        {
            int count = MultiplyBlock(gradient, _turnedKernel, first);
            for (int i = 0; i < count; i++)
            {
                (int y, int x) = Place(gradient, first + i);
                TransformResult(_outputs + (i * Channels), null, activations, result, y, x);
            }
        }
    }

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
                Products.AddProducts(_outputs + (point * BlockStride), _inputs + (point * BlockStride), count, _sums + (point * KernelStride));
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
                        TransformBack(sums + (column * KernelStride), Window * KernelStride, _window + (column * VectorLength), Window * VectorLength, add: false);
                    }

                    for (int row = 0; row < Taps; row++)
                    {
                        TransformBack(_window + (row * Window * VectorLength), VectorLength, target + (((to * Taps) + row) * Taps * Channels) + from, Channels, add: true);
                    }
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (nint memory in (ReadOnlySpan<nint>)[(nint)_inputs, (nint)_outputs, (nint)_sums, (nint)_kernel, (nint)_turnedKernel, (nint)_window])
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

    private int MultiplyBlock(FeatureMap input, float* kernel, int first)
    {
        int count = TransformInputs(input, first);
        for (int point = 0; point < Points; point++)
        {
            for (int row = 0; row < count; row += Products.Rows)
            {
                int offset = (point * BlockStride) + (row * Channels);
                float* left = _inputs + offset;
                Products.Multiply(&left, 1, kernel + (point * KernelStride), _outputs + offset);
            }
        }

        return count;
    }

    private int TransformInputs(FeatureMap input, int first)
    {
        int count = Math.Min(Block, (input.Tiles * input.Tiles) - first);
        for (int i = 0; i < count; i++)
        {
            (int y, int x) = Place(input, first + i);
            TransformInput(input.At(y - 1, x - 1), input.Stride, _inputs + (i * Channels));
        }

        return count;
    }

    /// <summary>B^T d B of a tile's 6 x 6 inputs, to [36, block, 64].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransformInput(float* input, int stride, float* target)
    {
        for (int channel = 0; channel < Channels; channel += VectorLength)
        {
            for (int column = 0; column < Window; column++)
            {
                InputPoints(input + (column * Channels) + channel, stride, _window + (column * VectorLength), Window * VectorLength);
            }

            for (int row = 0; row < Window; row++)
            {
                InputPoints(_window + (row * Window * VectorLength), VectorLength, target + (row * Window * BlockStride) + channel, BlockStride);
            }
        }
    }

    /// <summary>B^T d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputPoints(float* d, int stride, float* target, int targetStride)
    {
        (Vector512<float> d0, Vector512<float> d1, Vector512<float> d2) = (Vector512.Load(d), Vector512.Load(d + stride), Vector512.Load(d + (2 * stride)));
        (Vector512<float> d3, Vector512<float> d4, Vector512<float> d5) = (Vector512.Load(d + (3 * stride)), Vector512.Load(d + (4 * stride)), Vector512.Load(d + (5 * stride)));
        (Vector512<float> two, Vector512<float> four, Vector512<float> minusFour, Vector512<float> minusFive) = (Vector512.Create(2f), Vector512.Create(4f), Vector512.Create(-4f), Vector512.Create(-5f));
        Vector512<float> even = Vector512.FusedMultiplyAdd(minusFour, d2, d4);
        Vector512<float> odd = Vector512.FusedMultiplyAdd(minusFour, d1, d3);
        Vector512<float> even2 = d4 - d2;
        Vector512<float> odd2 = two * (d3 - d1);
        Vector512.FusedMultiplyAdd(four, d0, Vector512.FusedMultiplyAdd(minusFive, d2, d4)).Store(target);
        (even + odd).Store(target + targetStride);
        (even - odd).Store(target + (2 * targetStride));
        (even2 + odd2).Store(target + (3 * targetStride));
        (even2 - odd2).Store(target + (4 * targetStride));
        Vector512.FusedMultiplyAdd(four, d1, Vector512.FusedMultiplyAdd(minusFive, d3, d5)).Store(target + (5 * targetStride));
    }

    /// <summary>A^T M A, and what follows a convolution: bias and LReLU, or the gradient of the LReLU before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransformResult(float* products, float* bias, FeatureMap? activations, FeatureMap result, int y, int x)
    {
        Vector512<float> slope = Vector512.Create((float)NetworkTable.LeakySlope);
        (int rows, int columns) = (Math.Min(TileSide, result.Side - y), Math.Min(TileSide, result.Side - x));
        for (int channel = 0; channel < Channels; channel += VectorLength)
        {
            for (int column = 0; column < Window; column++)
            {
                ResultPoints(products + (column * BlockStride) + channel, Window * BlockStride, _window + (column * VectorLength), Window * VectorLength);
            }

            for (int row = 0; row < rows; row++)
            {
                // In place: the four results replace the first four of six values.
                float* values = _window + (row * Window * VectorLength);
                ResultPoints(values, VectorLength, values, VectorLength);
                float* target = result.At(y + row, x) + channel;
                if (activations is null)
                {
                    Vector512<float> added = Vector512.Load(bias + channel);
                    for (int column = 0; column < columns; column++)
                    {
                        Vector512<float> value = Vector512.Load(values + (column * VectorLength)) + added;
                        Vector512.Max(value, value * slope).Store(target + (column * Channels));
                    }
                }
                else
                {
                    float* signs = activations.At(y + row, x) + channel;
                    for (int column = 0; column < columns; column++)
                    {
                        Vector512<float> value = Vector512.Load(values + (column * VectorLength));
                        Vector512<float> positive = Vector512.GreaterThan(Vector512.Load(signs + (column * Channels)), Vector512<float>.Zero);
                        Vector512.ConditionalSelect(positive, value, value * slope).Store(target + (column * Channels));
                    }
                }
            }
        }
    }

    /// <summary>A^T m.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ResultPoints(float* m, int stride, float* target, int targetStride)
    {
        (Vector512<float> m0, Vector512<float> m1, Vector512<float> m2) = (Vector512.Load(m), Vector512.Load(m + stride), Vector512.Load(m + (2 * stride)));
        (Vector512<float> m3, Vector512<float> m4, Vector512<float> m5) = (Vector512.Load(m + (3 * stride)), Vector512.Load(m + (4 * stride)), Vector512.Load(m + (5 * stride)));
        (Vector512<float> sum, Vector512<float> difference, Vector512<float> sum2, Vector512<float> difference2) = (m1 + m2, m1 - m2, m3 + m4, m3 - m4);
        (m0 + sum + sum2).Store(target);
        Vector512.FusedMultiplyAdd(Vector512.Create(2f), difference2, difference).Store(target + targetStride);
        Vector512.FusedMultiplyAdd(Vector512.Create(4f), sum2, sum).Store(target + (2 * targetStride));
        (Vector512.FusedMultiplyAdd(Vector512.Create(8f), difference2, difference) + m5).Store(target + (3 * targetStride));
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
                sum += GradientPoints(gradient + (column * Channels) + channel, stride, _window + (column * VectorLength), TileSide * VectorLength);
            }

            sum.Store(biasGradient + channel);
            for (int row = 0; row < Window; row++)
            {
                GradientPoints(_window + (row * TileSide * VectorLength), VectorLength, target + (row * Window * BlockStride) + channel, BlockStride);
            }
        }
    }

    /// <summary>A y; returns the sum of y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> GradientPoints(float* y, int stride, float* target, int targetStride)
    {
        (Vector512<float> y0, Vector512<float> y1, Vector512<float> y2, Vector512<float> y3) = (Vector512.Load(y), Vector512.Load(y + stride), Vector512.Load(y + (2 * stride)), Vector512.Load(y + (3 * stride)));
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

    /// <summary>G g G^T, vectors over the last index.</summary>
    /// <param name="taps">First of 9 taps of 64 values, of 64 such kernels.</param>
    /// <param name="tapStride">Floats from a tap to the next.</param>
    /// <param name="kernel">[36, 64, 64].</param>
    private void TransformTaps(float* taps, int tapStride, float* kernel)
    {
        for (int i = 0; i < Channels; i++)
        {
            for (int channel = 0; channel < Channels; channel += VectorLength)
            {
                float* first = taps + (i * Taps * Taps * Channels) + channel;
                for (int column = 0; column < Taps; column++)
                {
                    KernelPoints(first + (column * tapStride), Taps * tapStride, _window + (column * VectorLength), Taps * VectorLength);
                }

                for (int row = 0; row < Window; row++)
                {
                    KernelPoints(_window + (row * Taps * VectorLength), VectorLength, kernel + (row * Window * KernelStride) + (i * Channels) + channel, KernelStride);
                }
            }
        }
    }

    /// <summary>G g.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void KernelPoints(float* g, int stride, float* target, int targetStride)
    {
        (Vector512<float> g0, Vector512<float> g1, Vector512<float> g2) = (Vector512.Load(g), Vector512.Load(g + stride), Vector512.Load(g + (2 * stride)));
        (Vector512<float> even, Vector512<float> even2) = ((g0 + g2) * (-1f / 6), (g0 + (4f * g2)) * (1f / 24));
        (g0 * 0.25f).Store(target);
        (even - (g1 * (1f / 6))).Store(target + targetStride);
        (even + (g1 * (1f / 6))).Store(target + (2 * targetStride));
        (even2 + (g1 * (1f / 12))).Store(target + (3 * targetStride));
        (even2 - (g1 * (1f / 12))).Store(target + (4 * targetStride));
        g2.Store(target + (5 * targetStride));
    }

    /// <summary>G^T u.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransformBack(float* u, int stride, float* target, int targetStride, bool add)
    {
        (Vector512<float> u0, Vector512<float> u1, Vector512<float> u2) = (Vector512.Load(u), Vector512.Load(u + stride), Vector512.Load(u + (2 * stride)));
        (Vector512<float> u3, Vector512<float> u4, Vector512<float> u5) = (Vector512.Load(u + (3 * stride)), Vector512.Load(u + (4 * stride)), Vector512.Load(u + (5 * stride)));
        (Vector512<float> sum, Vector512<float> difference, Vector512<float> sum2, Vector512<float> difference2) = ((u1 + u2) * (-1f / 6), (u2 - u1) * (1f / 6), u3 + u4, u3 - u4);
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
