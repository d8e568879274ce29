// A pixel's d * d sub-pixels are computed a vector of 16 at a time: one for d to 4, four for d = 8.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RsrPlugins.Trainer.Kernels;

/// <summary>SRNet's last layer: 1 x 1 convolution of all feature maps into d x d sub-pixels, the sub-pixel residual, and the shuffle.</summary>
internal sealed unsafe class SubPixelConvolution
{
    private const int Channels = FeatureMap.Channels;
    private const int VectorLength = Products.VectorLength;

    private readonly int _maps;
    private readonly int _scale;
    private readonly int _subPixels;
    private readonly int _vectors;
    private readonly float[] _weights;
    private readonly float[] _transposed;
    private readonly float[] _bias;
    private readonly float[] _weightGradient;
    private readonly float[] _biasGradient;

    /// <param name="maps">Number of feature maps read.</param>
    /// <param name="scale">Scale factor d.</param>
    internal SubPixelConvolution(int maps, int scale)
    {
        (_maps, _scale, _subPixels) = (maps, scale, scale * scale);
        _vectors = (_subPixels + VectorLength - 1) / VectorLength;
        _bias = new float[_vectors * VectorLength];
        _biasGradient = new float[_vectors * VectorLength];
        _weights = new float[_subPixels * maps * Channels];
        _transposed = new float[_vectors * maps * Channels * VectorLength];
        _weightGradient = new float[_weights.Length];
    }

    /// <summary>Takes new weights and forgets the gradients.</summary>
    /// <param name="weights">[d * d, maps * 64].</param>
    /// <param name="bias">[d * d].</param>
    internal void SetWeights(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        weights.CopyTo(_weights);
        bias.CopyTo(_bias);
        int inputs = _maps * Channels;
        for (int subPixel = 0; subPixel < _subPixels; subPixel++)
        {
            for (int from = 0; from < inputs; from++)
            {
                _transposed[(((subPixel / VectorLength * inputs) + from) * VectorLength) + (subPixel % VectorLength)] = weights[(subPixel * inputs) + from];
            }
        }

        Array.Clear(_weightGradient);
        Array.Clear(_biasGradient);
    }

    /// <summary>Adds the gradients of all crops since <see cref="SetWeights"/>.</summary>
    internal void AddGradientTo(Span<float> weights, Span<float> bias)
    {
        for (int i = 0; i < _weightGradient.Length; i++)
        {
            weights[i] += _weightGradient[i];
        }

        for (int i = 0; i < _subPixels; i++)
        {
            bias[i] += _biasGradient[i];
        }
    }

    /// <summary>The large crop.</summary>
    /// <param name="low">The small crop.</param>
    /// <param name="inputs">Features of it; sides of at least 6.</param>
    /// <param name="restored">Receives [d * side, d * side].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Forward(LumaPlane low, FeatureMap[] inputs, Span<float> restored)
    {
        float* block = stackalloc float[Products.Rows * VectorLength];
        (int side, int stride) = (low.Side, low.Side * _scale);
        fixed (float* weights = _transposed, bias = _bias)
        {
            for (int y = 0; y < side; y++)
            {
                for (int start = 0; start < side; start += Products.Rows)
                {
                    int x = Math.Min(start, side - Products.Rows);
                    for (int first = 0; first < _subPixels; first += VectorLength)
                    {
                        Multiply(inputs, y, x, weights + (first * _maps * Channels), Vector512.Load(bias + first), block);
                        int last = Math.Min(first + VectorLength, _subPixels);
                        for (int pixel = 0; pixel < Products.Rows; pixel++)
                        {
                            float residual = low.Values[low.At(y, x + pixel)];
                            for (int i = first; i < last; i++)
                            {
                                restored[(((y * _scale) + (i / _scale)) * stride) + ((x + pixel) * _scale) + (i % _scale)] = block[(pixel * VectorLength) + i - first] + residual;
                            }
                        }
                    }
                }
            }
        }
    }

    /// <summary>Adds a crop to the gradients of the weights, the bias and the small crop; sets those of the features.</summary>
    /// <param name="restoredGradient">[d * side, d * side].</param>
    /// <param name="inputs">The layer's inputs.</param>
    /// <param name="inputGradients">Receive the features' gradients.</param>
    /// <param name="lowGradient">[side, side].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Backward(ReadOnlySpan<float> restoredGradient, FeatureMap[] inputs, FeatureMap[] inputGradients, Span<float> lowGradient)
    {
        int side = inputs[0].Side;
        int stride = side * _scale;
        float* gradients = stackalloc float[_vectors * VectorLength];
        fixed (float* weights = _weights, weightGradient = _weightGradient)
        {
            for (int y = 0; y < side; y++)
            {
                for (int x = 0; x < side; x++)
                {
                    for (int i = 0; i < _subPixels; i++)
                    {
                        gradients[i] = restoredGradient[(((y * _scale) + (i / _scale)) * stride) + (x * _scale) + (i % _scale)];
                        lowGradient[(y * side) + x] += gradients[i];
                        _biasGradient[i] += gradients[i];
                    }

                    for (int map = 0; map < _maps; map++)
                    {
                        BackwardPixel(gradients, inputs[map].At(y, x), weights + (map * Channels), weightGradient + (map * Channels), inputGradients[map].At(y, x));
                    }
                }
            }
        }
    }

    /// <summary>Six pixels' sub-pixels, one vector each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(FeatureMap[] inputs, int y, int x, float* weights, Vector512<float> bias, float* result)
    {
        (Vector512<float> s0, Vector512<float> s1, Vector512<float> s2, Vector512<float> s3, Vector512<float> s4, Vector512<float> s5) = (bias, bias, bias, bias, bias, bias);
        for (int map = 0; map < _maps; map++)
        {
            float* left = inputs[map].At(y, x);
            float* right = weights + (map * Channels * VectorLength);
            for (int k = 0; k < Channels; k++)
            {
                Vector512<float> row = Vector512.Load(right + (k * VectorLength));
                s0 = Vector512.FusedMultiplyAdd(Vector512.Create(left[k]), row, s0);
                s1 = Vector512.FusedMultiplyAdd(Vector512.Create(left[k + Channels]), row, s1);
                s2 = Vector512.FusedMultiplyAdd(Vector512.Create(left[k + (2 * Channels)]), row, s2);
                s3 = Vector512.FusedMultiplyAdd(Vector512.Create(left[k + (3 * Channels)]), row, s3);
                s4 = Vector512.FusedMultiplyAdd(Vector512.Create(left[k + (4 * Channels)]), row, s4);
                s5 = Vector512.FusedMultiplyAdd(Vector512.Create(left[k + (5 * Channels)]), row, s5);
            }
        }

        s0.Store(result);
        s1.Store(result + VectorLength);
        s2.Store(result + (2 * VectorLength));
        s3.Store(result + (3 * VectorLength));
        s4.Store(result + (4 * VectorLength));
        s5.Store(result + (5 * VectorLength));
    }

    /// <summary>One pixel and one feature map.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackwardPixel(float* gradients, float* values, float* weights, float* weightGradient, float* result)
    {
        int inputs = _maps * Channels;
        (Vector512<float> v0, Vector512<float> v1) = (Vector512.Load(values), Vector512.Load(values + VectorLength));
        (Vector512<float> v2, Vector512<float> v3) = (Vector512.Load(values + (2 * VectorLength)), Vector512.Load(values + (3 * VectorLength)));
        (Vector512<float> s0, Vector512<float> s1, Vector512<float> s2, Vector512<float> s3) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        for (int i = 0; i < _subPixels; i++)
        {
            Vector512<float> gradient = Vector512.Create(gradients[i]);
            float* weight = weights + (i * inputs);
            float* sum = weightGradient + (i * inputs);
            s0 = Vector512.FusedMultiplyAdd(gradient, Vector512.Load(weight), s0);
            s1 = Vector512.FusedMultiplyAdd(gradient, Vector512.Load(weight + VectorLength), s1);
            s2 = Vector512.FusedMultiplyAdd(gradient, Vector512.Load(weight + (2 * VectorLength)), s2);
            s3 = Vector512.FusedMultiplyAdd(gradient, Vector512.Load(weight + (3 * VectorLength)), s3);
            Vector512.FusedMultiplyAdd(gradient, v0, Vector512.Load(sum)).Store(sum);
            Vector512.FusedMultiplyAdd(gradient, v1, Vector512.Load(sum + VectorLength)).Store(sum + VectorLength);
            Vector512.FusedMultiplyAdd(gradient, v2, Vector512.Load(sum + (2 * VectorLength))).Store(sum + (2 * VectorLength));
            Vector512.FusedMultiplyAdd(gradient, v3, Vector512.Load(sum + (3 * VectorLength))).Store(sum + (3 * VectorLength));
        }

        s0.Store(result);
        s1.Store(result + VectorLength);
        s2.Store(result + (2 * VectorLength));
        s3.Store(result + (3 * VectorLength));
    }
}
