// The first layer has one input channel, so it is memory and not arithmetic that counts. Forward and its input's gradient are Core's
// kernels; the weights' gradient keeps nine sums of a vector of outputs in registers.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RsrPlugins.Core.Inference.Cpu;
using RsrPlugins.Trainer.Networks;

namespace RsrPlugins.Trainer.Kernels;

/// <summary>A network's first layer: 3 x 3 convolution of luma into 64 channels, zeros around.</summary>
internal sealed unsafe class LumaConvolution
{
    private const int Channels = FeatureMap.Channels;
    private const int VectorLength = Products.VectorLength;
    private const int Taps = LumaWindows.Taps;

    private readonly float[] _weights = new float[Taps * Channels];
    private readonly float[] _turnedWeights = new float[Taps * Channels];
    private readonly float[] _bias = new float[Channels];
    private readonly float[] _weightGradient = new float[Taps * Channels];
    private readonly float[] _biasGradient = new float[Channels];
    private float[] _windows = [];
    private float[] _inputGradient = [];

    /// <summary>Takes new weights and forgets the gradients.</summary>
    /// <param name="weights">[64, 9].</param>
    /// <param name="bias">[64].</param>
    internal void SetWeights(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        for (int channel = 0; channel < Channels; channel++)
        {
            for (int tap = 0; tap < Taps; tap++)
            {
                _weights[(tap * Channels) + channel] = weights[(channel * Taps) + tap];
                _turnedWeights[((Taps - 1 - tap) * Channels) + channel] = weights[(channel * Taps) + tap];
            }
        }

        bias.CopyTo(_bias);
        Array.Clear(_weightGradient);
        Array.Clear(_biasGradient);
    }

    /// <summary>Adds the gradients of all crops since <see cref="SetWeights"/>.</summary>
    /// <param name="weights">[64, 9].</param>
    /// <param name="bias">[64].</param>
    internal void AddGradientTo(Span<float> weights, Span<float> bias)
    {
        for (int channel = 0; channel < Channels; channel++)
        {
            bias[channel] += _biasGradient[channel];
            for (int tap = 0; tap < Taps; tap++)
            {
                weights[(channel * Taps) + tap] += _weightGradient[(tap * Channels) + channel];
            }
        }
    }

    /// <summary>LReLU(3 x 3 convolution of the luma plane + bias).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Forward(LumaPlane plane, FeatureMap result)
    {
        int side = plane.Side;
        Reserve(ref _windows, side * Taps);
        fixed (
            float* values = plane.Values,
                weights = _weights,
                bias = _bias,
                windows = _windows
        )
        {
            for (int y = 0; y < side; y++)
            {
                for (int row = 0; row < 3; row++)
                {
                    LumaWindows.CollectRow(values + plane.At(y + row - 1, 0), side, 0, side, windows + (3 * row));
                }

                Products.Kernels.Multiply(
                    windows,
                    Taps,
                    weights,
                    Taps,
                    bias,
                    0,
                    result.At(y, 0),
                    Channels,
                    side,
                    (float)NetworkTable.LeakySlope
                );
            }
        }
    }

    /// <summary>Adds a crop to the gradients.</summary>
    /// <param name="plane">The layer's input.</param>
    /// <param name="gradient">Of the convolution's result.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void AddGradient(LumaPlane plane, FeatureMap gradient)
    {
        (int side, int stride) = (plane.Side, plane.Stride);
        fixed (
            float* values = plane.Values,
                sums = _weightGradient,
                biasGradient = _biasGradient
        )
        {
            for (int channel = 0; channel < Channels; channel += VectorLength)
            {
                float* sum = sums + channel;
                Vector512<float> bias = Vector512.Load(biasGradient + channel);
                (Vector512<float> s0, Vector512<float> s1, Vector512<float> s2) = (
                    Vector512.Load(sum),
                    Vector512.Load(sum + Channels),
                    Vector512.Load(sum + (2 * Channels))
                );
                (Vector512<float> s3, Vector512<float> s4, Vector512<float> s5) = (
                    Vector512.Load(sum + (3 * Channels)),
                    Vector512.Load(sum + (4 * Channels)),
                    Vector512.Load(sum + (5 * Channels))
                );
                (Vector512<float> s6, Vector512<float> s7, Vector512<float> s8) = (
                    Vector512.Load(sum + (6 * Channels)),
                    Vector512.Load(sum + (7 * Channels)),
                    Vector512.Load(sum + (8 * Channels))
                );
                for (int y = 0; y < side; y++)
                {
                    float* above = values + (y * stride);
                    float* here = above + stride;
                    float* below = here + stride;
                    float* row = gradient.At(y, 0) + channel;
                    for (int x = 0; x < side; x++)
                    {
                        Vector512<float> value = Vector512.Load(row + (x * Channels));
                        bias += value;
                        s0 = Vector512.FusedMultiplyAdd(value, Vector512.Create(above[x]), s0);
                        s1 = Vector512.FusedMultiplyAdd(value, Vector512.Create(above[x + 1]), s1);
                        s2 = Vector512.FusedMultiplyAdd(value, Vector512.Create(above[x + 2]), s2);
                        s3 = Vector512.FusedMultiplyAdd(value, Vector512.Create(here[x]), s3);
                        s4 = Vector512.FusedMultiplyAdd(value, Vector512.Create(here[x + 1]), s4);
                        s5 = Vector512.FusedMultiplyAdd(value, Vector512.Create(here[x + 2]), s5);
                        s6 = Vector512.FusedMultiplyAdd(value, Vector512.Create(below[x]), s6);
                        s7 = Vector512.FusedMultiplyAdd(value, Vector512.Create(below[x + 1]), s7);
                        s8 = Vector512.FusedMultiplyAdd(value, Vector512.Create(below[x + 2]), s8);
                    }
                }

                bias.Store(biasGradient + channel);
                s0.Store(sum);
                s1.Store(sum + Channels);
                s2.Store(sum + (2 * Channels));
                s3.Store(sum + (3 * Channels));
                s4.Store(sum + (4 * Channels));
                s5.Store(sum + (5 * Channels));
                s6.Store(sum + (6 * Channels));
                s7.Store(sum + (7 * Channels));
                s8.Store(sum + (8 * Channels));
            }
        }
    }

    /// <summary>Adds the gradient of the layer's input.</summary>
    /// <param name="gradient">Of the convolution's result.</param>
    /// <param name="result">[side, side].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void AddInputGradient(FeatureMap gradient, Span<float> result)
    {
        const int Window = 3;
        int side = gradient.Side;
        Reserve(ref _inputGradient, side);
        float** rows = stackalloc float*[Window];
        fixed (
            float* weights = _turnedWeights,
                sums = _inputGradient
        )
        {
            for (int y = 0; y < side; y++)
            {
                for (int row = 0; row < Window; row++)
                {
                    rows[row] = gradient.At(y + row - 1, -1);
                }

                Products.Kernels.SumWindows(rows, Window, Window, 1, weights, side, sums);
                for (int x = 0; x < side; x++)
                {
                    result[(y * side) + x] += sums[x];
                }
            }
        }
    }

    private static void Reserve(ref float[] memory, int count)
    {
        if (memory.Length < count)
        {
            memory = new float[count];
        }
    }
}
