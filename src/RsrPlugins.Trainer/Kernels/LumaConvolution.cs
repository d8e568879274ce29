// The first layer has one input channel, so it is memory and not arithmetic that counts: nine pixels against 64 outputs, held in registers.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RsrPlugins.Trainer.Networks;

namespace RsrPlugins.Trainer.Kernels;

/// <summary>A network's first layer: 3 x 3 convolution of luma into 64 channels, zeros around.</summary>
internal sealed unsafe class LumaConvolution
{
    private const int Channels = FeatureMap.Channels;
    private const int VectorLength = Products.VectorLength;
    private const int Taps = 9;

    private readonly float[] _weights = new float[Taps * Channels];
    private readonly float[] _bias = new float[Channels];
    private readonly float[] _weightGradient = new float[Taps * Channels];
    private readonly float[] _biasGradient = new float[Channels];

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
        (int side, int stride) = (plane.Side, plane.Stride);
        Vector512<float> slope = Vector512.Create((float)NetworkTable.LeakySlope);
        fixed (float* values = plane.Values, weights = _weights, bias = _bias)
        {
            for (int y = 0; y < side; y++)
            {
                for (int x = 0; x < side; x++)
                {
                    float* target = result.At(y, x);
                    (Vector512<float> s0, Vector512<float> s1) = (Vector512.Load(bias), Vector512.Load(bias + VectorLength));
                    (Vector512<float> s2, Vector512<float> s3) = (Vector512.Load(bias + (2 * VectorLength)), Vector512.Load(bias + (3 * VectorLength)));
                    for (int tap = 0; tap < Taps; tap++)
                    {
                        Vector512<float> value = Vector512.Create(values[((y + (tap / 3)) * stride) + x + (tap % 3)]);
                        float* weight = weights + (tap * Channels);
                        s0 = Vector512.FusedMultiplyAdd(value, Vector512.Load(weight), s0);
                        s1 = Vector512.FusedMultiplyAdd(value, Vector512.Load(weight + VectorLength), s1);
                        s2 = Vector512.FusedMultiplyAdd(value, Vector512.Load(weight + (2 * VectorLength)), s2);
                        s3 = Vector512.FusedMultiplyAdd(value, Vector512.Load(weight + (3 * VectorLength)), s3);
                    }

                    Vector512.Max(s0, s0 * slope).Store(target);
                    Vector512.Max(s1, s1 * slope).Store(target + VectorLength);
                    Vector512.Max(s2, s2 * slope).Store(target + (2 * VectorLength));
                    Vector512.Max(s3, s3 * slope).Store(target + (3 * VectorLength));
                }
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
        fixed (float* values = plane.Values, sums = _weightGradient, biasGradient = _biasGradient)
        {
            for (int channel = 0; channel < Channels; channel += VectorLength)
            {
                float* sum = sums + channel;
                Vector512<float> bias = Vector512.Load(biasGradient + channel);
                (Vector512<float> s0, Vector512<float> s1, Vector512<float> s2) = (Vector512.Load(sum), Vector512.Load(sum + Channels), Vector512.Load(sum + (2 * Channels)));
                (Vector512<float> s3, Vector512<float> s4, Vector512<float> s5) = (Vector512.Load(sum + (3 * Channels)), Vector512.Load(sum + (4 * Channels)), Vector512.Load(sum + (5 * Channels)));
                (Vector512<float> s6, Vector512<float> s7, Vector512<float> s8) = (Vector512.Load(sum + (6 * Channels)), Vector512.Load(sum + (7 * Channels)), Vector512.Load(sum + (8 * Channels)));
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
        fixed (float* weights = _weights)
        {
            for (int y = 0; y < gradient.Side; y++)
            {
                for (int x = 0; x < gradient.Side; x++)
                {
                    // The pixel is tap (row, column) of the result one row and column further on the other side.
                    (Vector512<float> s0, Vector512<float> s1) = (Vector512<float>.Zero, Vector512<float>.Zero);
                    for (int tap = 0; tap < Taps; tap++)
                    {
                        float* value = gradient.At(y + 1 - (tap / 3), x + 1 - (tap % 3));
                        float* weight = weights + (tap * Channels);
                        s0 = Vector512.FusedMultiplyAdd(Vector512.Load(value), Vector512.Load(weight), s0);
                        s1 = Vector512.FusedMultiplyAdd(Vector512.Load(value + VectorLength), Vector512.Load(weight + VectorLength), s1);
                        s0 = Vector512.FusedMultiplyAdd(Vector512.Load(value + (2 * VectorLength)), Vector512.Load(weight + (2 * VectorLength)), s0);
                        s1 = Vector512.FusedMultiplyAdd(Vector512.Load(value + (3 * VectorLength)), Vector512.Load(weight + (3 * VectorLength)), s1);
                    }

                    result[(y * gradient.Side) + x] += Vector512.Sum(s0 + s1);
                }
            }
        }
    }
}
