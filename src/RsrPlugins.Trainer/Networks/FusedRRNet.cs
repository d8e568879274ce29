// RRNet's training step written out for one core. RRNet works at HR resolution and is most of a pair's step (nine tenths at x4), so this is where
// arithmetic is worth saving: Winograd's convolutions, and bias, LReLU and its gradient done where a value is at hand. Torch
// sees RRNet's output as a given tensor whose gradient it hands back. RRNet.cs is the same network to be read beside the paper, and what tests compare with.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RsrPlugins.Trainer.Networks;

/// <summary>RRNet of one scale on square crops, forward and backward, before Q-BReLU.</summary>
internal sealed unsafe class FusedRRNet : IDisposable
{
    private const int Channels = FeatureMap.Channels;
    private const int Vectors = 4;
    private const int VectorLength = Channels / Vectors;
    private const int Taps = 9;

    private readonly ParameterLayout _layout;
    private readonly ConvolutionSpec _first;
    private readonly ConvolutionSpec[] _hidden;
    private readonly ConvolutionSpec _last;
    private readonly int _scale;
    private readonly int _side;
    private readonly int _paddedSide;

    private readonly float[][] _planes;
    private readonly FeatureMap[][] _features;
    private readonly FeatureMap _gradient;
    private readonly FeatureMap _previousGradient;
    private readonly Winograd[] _convolutions;
    private readonly float[] _firstWeights = new float[Taps * Channels];
    private readonly float[] _firstGradient = new float[Taps * Channels];
    private readonly float[] _parameters;

    /// <param name="scale">Scale factor d.</param>
    /// <param name="layout">Where RRNet's layers stand in the flat vectors.</param>
    /// <param name="crops">Crops of a step.</param>
    /// <param name="side">Side of an HR crop, a multiple of the scale factor.</param>
    internal FusedRRNet(int scale, ParameterLayout layout, int crops, int side)
    {
        var layers = NetworkTable.RRNet(scale);
        (_layout, _scale, _side, _paddedSide) = (layout, scale, side, side + 2);
        (_first, _hidden, _last) = (layers[0], [.. layers.Where(layer => layer.Role == LayerRole.Hidden)], layers[^1]);
        _parameters = new float[layout.Count];
        _planes = [.. Enumerable.Range(0, crops).Select(_ => new float[_paddedSide * _paddedSide])];
        _features = [.. Enumerable.Range(0, crops).Select(_ => Enumerable.Range(0, _hidden.Length + 1).Select(_ => new FeatureMap(side)).ToArray())];
        (_gradient, _previousGradient) = (new FeatureMap(side), new FeatureMap(side));
        _convolutions = [.. _hidden.Select(_ => new Winograd())];
    }

    /// <summary>True where the vectors it is written for are the machine's own; elsewhere Torch is faster.</summary>
    internal static bool IsFast => Vector512.IsHardwareAccelerated;

    /// <summary>Small crops, neither bounded nor rounded.</summary>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="high">HR crops, [crops, side, side] of Y/255.</param>
    /// <param name="low">Receives [crops, side/d, side/d].</param>
    internal void Forward(ReadOnlySpan<float> parameters, ReadOnlySpan<float> high, Span<float> low)
    {
        parameters.CopyTo(_parameters);
        Transpose(_parameters.AsSpan(_layout.WeightOffset(_first), _first.WeightCount), _firstWeights);
        fixed (float* parameter = _parameters)
        {
            for (var i = 0; i < _hidden.Length; i++)
            {
                _convolutions[i].SetWeights(parameter + _layout.WeightOffset(_hidden[i]));
            }
        }

        var (highPixels, lowPixels) = (_side * _side, low.Length / _planes.Length);
        for (var crop = 0; crop < _planes.Length; crop++)
        {
            for (var y = 0; y < _side; y++)
            {
                high.Slice((crop * highPixels) + (y * _side), _side).CopyTo(_planes[crop].AsSpan(((y + 1) * _paddedSide) + 1));
            }

            var features = _features[crop];
            fixed (float* parameter = _parameters)
            {
                ForwardFirst(_planes[crop], parameter + _layout.BiasOffset(_first), features[0]);
                for (var i = 0; i < _hidden.Length; i++)
                {
                    _convolutions[i].Forward(features[i], parameter + _layout.BiasOffset(_hidden[i]), features[i + 1]);
                }

                ForwardLast(_planes[crop], features[^1], parameter + _layout.WeightOffset(_last), parameter[_layout.BiasOffset(_last)], low.Slice(crop * lowPixels, lowPixels));
            }
        }
    }

    /// <summary>Adds RRNet's gradients of the crops last seen.</summary>
    /// <param name="lowGradient">Gradient of what <see cref="Forward"/> gave.</param>
    /// <param name="gradient">The flat gradient.</param>
    internal void Backward(ReadOnlySpan<float> lowGradient, Span<float> gradient)
    {
        foreach (var convolution in _convolutions)
        {
            convolution.ClearKernelGradient();
        }

        Array.Clear(_firstGradient);
        var lowPixels = lowGradient.Length / _planes.Length;
        fixed (float* parameter = _parameters, target = gradient)
        {
            for (var crop = 0; crop < _planes.Length; crop++)
            {
                var features = _features[crop];
                BackwardLast(lowGradient.Slice(crop * lowPixels, lowPixels), features[^1], parameter + _layout.WeightOffset(_last), target + _layout.WeightOffset(_last), target + _layout.BiasOffset(_last), _gradient);
                var (after, before) = (_gradient, _previousGradient);
                for (var i = _hidden.Length - 1; i >= 0; i--)
                {
                    _convolutions[i].AddKernelGradient(features[i], after, target + _layout.BiasOffset(_hidden[i]));
                    _convolutions[i].Backward(after, features[i], before);
                    (after, before) = (before, after);
                }

                BackwardFirst(_planes[crop], after, target + _layout.BiasOffset(_first));
            }
        }

        for (var i = 0; i < _hidden.Length; i++)
        {
            _convolutions[i].AddKernelGradientTo(gradient.Slice(_layout.WeightOffset(_hidden[i]), _hidden[i].WeightCount));
        }

        var first = gradient.Slice(_layout.WeightOffset(_first), _first.WeightCount);
        for (var channel = 0; channel < Channels; channel++)
        {
            for (var tap = 0; tap < Taps; tap++)
            {
                first[(channel * Taps) + tap] += _firstGradient[(tap * Channels) + channel];
            }
        }
    }

    public void Dispose()
    {
        foreach (var map in _features.SelectMany(maps => maps).Append(_gradient).Append(_previousGradient))
        {
            map.Dispose();
        }

        foreach (var convolution in _convolutions)
        {
            convolution.Dispose();
        }
    }

    /// <summary>[64, 9] to [9, 64].</summary>
    private static void Transpose(ReadOnlySpan<float> weights, Span<float> transposed)
    {
        for (var channel = 0; channel < Channels; channel++)
        {
            for (var tap = 0; tap < Taps; tap++)
            {
                transposed[(tap * Channels) + channel] = weights[(channel * Taps) + tap];
            }
        }
    }

    /// <summary>LReLU(3 x 3 convolution of the luma plane + bias).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ForwardFirst(float[] plane, float* bias, FeatureMap result)
    {
        var slope = Vector512.Create((float)NetworkTable.LeakySlope);
        fixed (float* values = plane, weights = _firstWeights)
        {
            for (var y = 0; y < _side; y++)
            {
                for (var x = 0; x < _side; x++)
                {
                    var target = result.At(y, x);
                    var (s0, s1) = (Vector512.Load(bias), Vector512.Load(bias + VectorLength));
                    var (s2, s3) = (Vector512.Load(bias + (2 * VectorLength)), Vector512.Load(bias + (3 * VectorLength)));
                    for (var tap = 0; tap < Taps; tap++)
                    {
                        var value = Vector512.Create(values[((y + (tap / 3)) * _paddedSide) + x + (tap % 3)]);
                        var weight = weights + (tap * Channels);
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

    /// <summary>d x d convolution with stride d, and the super-pixel residual: the mean of the d x d pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ForwardLast(float[] plane, FeatureMap features, float* weights, float bias, Span<float> low)
    {
        var lowSide = _side / _scale;
        for (var y = 0; y < lowSide; y++)
        {
            for (var x = 0; x < lowSide; x++)
            {
                var (sum, mean) = (Vector512<float>.Zero, 0f);
                for (var row = 0; row < _scale; row++)
                {
                    // A row of the d x d block is one run of values, in the features and in the weights.
                    var values = features.At((y * _scale) + row, x * _scale);
                    var weight = weights + (row * _scale * Channels);
                    for (var i = 0; i < _scale * Channels; i += VectorLength)
                    {
                        sum = Vector512.FusedMultiplyAdd(Vector512.Load(values + i), Vector512.Load(weight + i), sum);
                    }

                    for (var column = 0; column < _scale; column++)
                    {
                        mean += plane[(((y * _scale) + row + 1) * _paddedSide) + (x * _scale) + column + 1];
                    }
                }

                low[(y * lowSide) + x] = Vector512.Sum(sum) + bias + (mean / (_scale * _scale));
            }
        }
    }

    /// <summary>Gradients of the last layer, and of the convolution result that its input was made of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackwardLast(ReadOnlySpan<float> lowGradient, FeatureMap features, float* weights, float* weightGradient, float* biasGradient, FeatureMap result)
    {
        var lowSide = _side / _scale;
        var slope = Vector512.Create((float)NetworkTable.LeakySlope);
        for (var y = 0; y < lowSide; y++)
        {
            for (var x = 0; x < lowSide; x++)
            {
                var scalar = lowGradient[(y * lowSide) + x];
                var gradient = Vector512.Create(scalar);
                *biasGradient += scalar;
                for (var row = 0; row < _scale; row++)
                {
                    var values = features.At((y * _scale) + row, x * _scale);
                    var target = result.At((y * _scale) + row, x * _scale);
                    var offset = row * _scale * Channels;
                    for (var i = 0; i < _scale * Channels; i += VectorLength)
                    {
                        var value = Vector512.Load(values + i);
                        Vector512.FusedMultiplyAdd(gradient, value, Vector512.Load(weightGradient + offset + i)).Store(weightGradient + offset + i);
                        var back = gradient * Vector512.Load(weights + offset + i);
                        Vector512.ConditionalSelect(Vector512.GreaterThan(value, Vector512<float>.Zero), back, back * slope).Store(target + i);
                    }
                }
            }
        }
    }

    /// <summary>Gradients of the first layer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackwardFirst(float[] plane, FeatureMap gradient, float* biasGradient)
    {
        fixed (float* values = plane, sums = _firstGradient)
        {
            for (var channel = 0; channel < Channels; channel += VectorLength)
            {
                var sum = sums + channel;
                var bias = Vector512.Load(biasGradient + channel);
                var (s0, s1, s2) = (Vector512.Load(sum), Vector512.Load(sum + Channels), Vector512.Load(sum + (2 * Channels)));
                var (s3, s4, s5) = (Vector512.Load(sum + (3 * Channels)), Vector512.Load(sum + (4 * Channels)), Vector512.Load(sum + (5 * Channels)));
                var (s6, s7, s8) = (Vector512.Load(sum + (6 * Channels)), Vector512.Load(sum + (7 * Channels)), Vector512.Load(sum + (8 * Channels)));
                for (var y = 0; y < _side; y++)
                {
                    var above = values + (y * _paddedSide);
                    var here = above + _paddedSide;
                    var below = here + _paddedSide;
                    var row = gradient.At(y, 0) + channel;
                    for (var x = 0; x < _side; x++)
                    {
                        var value = Vector512.Load(row + (x * Channels));
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
}
