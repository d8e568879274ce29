// Forward it is Core's kernel; backward a pixel's channels are four vectors, whatever the scale.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RsrPlugins.Core.Inference.Cpu;

namespace RsrPlugins.Trainer.Kernels;

/// <summary>SRNet's last layer: 1 x 1 convolution of all feature maps into d x d sub-pixels, the sub-pixel residual, and the
/// shuffle.</summary>
internal sealed unsafe class SubPixelConvolution
{
    private const int Channels = FeatureMap.Channels;
    private const int VectorLength = Products.VectorLength;

    private readonly int _maps;
    private readonly int _scale;
    private readonly int _subPixels;
    private readonly float[] _weights;
    private readonly float[] _weightGradient;
    private readonly float[] _biasGradient;
    private readonly float[] _scratch;
    private float[] _packed = [];
    private float[] _sums = [];

    /// <param name="maps">Number of feature maps read.</param>
    /// <param name="scale">Scale factor d.</param>
    internal SubPixelConvolution(int maps, int scale)
    {
        (_maps, _scale, _subPixels) = (maps, scale, scale * scale);
        _biasGradient = new float[_subPixels];
        _scratch = new float[CpuKernels.SubPixelRows * CpuKernels.SubPixelLanes(_subPixels)];
        _weights = new float[_subPixels * maps * Channels];
        _weightGradient = new float[_weights.Length];
    }

    /// <summary>Takes new weights and forgets the gradients.</summary>
    /// <param name="weights">[d * d, maps * 64].</param>
    /// <param name="bias">[d * d].</param>
    internal void SetWeights(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        weights.CopyTo(_weights);
        _packed = CpuKernels.PackSubPixels(weights, _maps * Channels, _maps * Channels, bias);
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
    /// <param name="inputs">Features of it.</param>
    /// <param name="restored">Receives [d * side, d * side].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Forward(LumaPlane low, FeatureMap[] inputs, Span<float> restored)
    {
        (int side, int stride, int sumStride) = (low.Side, low.Side * _scale, (_subPixels + 3) / 4 * 4);
        if (_sums.Length < side * sumStride)
        {
            _sums = new float[side * sumStride];
        }

        float** maps = stackalloc float*[_maps];
        fixed (
            float* packed = _packed,
                scratch = _scratch,
                sums = _sums
        )
        {
            for (int y = 0; y < side; y++)
            {
                for (int map = 0; map < _maps; map++)
                {
                    maps[map] = inputs[map].At(y, 0);
                }

                Products.Kernels.MultiplySubPixels(maps, _maps, packed, _subPixels, side, scratch, sums);
                for (int i = 0; i < _subPixels; i++)
                {
                    int target = (((y * _scale) + (i / _scale)) * stride) + (i % _scale);
                    for (int x = 0; x < side; x++, target += _scale)
                    {
                        restored[target] = sums[(x * sumStride) + i] + low.Values[low.At(y, x)];
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
        float* gradients = stackalloc float[_subPixels];
        fixed (
            float* weights = _weights,
                weightGradient = _weightGradient
        )
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
                        BackwardPixel(
                            gradients,
                            inputs[map].At(y, x),
                            weights + (map * Channels),
                            weightGradient + (map * Channels),
                            inputGradients[map].At(y, x)
                        );
                    }
                }
            }
        }
    }

    /// <summary>One pixel and one feature map.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackwardPixel(float* gradients, float* values, float* weights, float* weightGradient, float* result)
    {
        int inputs = _maps * Channels;
        (Vector512<float> v0, Vector512<float> v1) = (Vector512.Load(values), Vector512.Load(values + VectorLength));
        (Vector512<float> v2, Vector512<float> v3) = (
            Vector512.Load(values + (2 * VectorLength)),
            Vector512.Load(values + (3 * VectorLength))
        );
        (Vector512<float> s0, Vector512<float> s1, Vector512<float> s2, Vector512<float> s3) = (
            Vector512<float>.Zero,
            Vector512<float>.Zero,
            Vector512<float>.Zero,
            Vector512<float>.Zero
        );
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
