// RRNet's training step written out for one core. RRNet works at HR resolution and is most of a pair's step (nine tenths at x4), so this is
// where arithmetic is worth saving: Winograd's convolutions, and bias, LReLU and its gradient done where a value is at hand. Torch
// sees RRNet's output as a given tensor whose gradient it hands back. RRNet.cs is the same network to be read beside the paper, and what
// tests compare with.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RsrPlugins.Trainer.Networks;

namespace RsrPlugins.Trainer.Kernels;

/// <summary>The training step of a network that makes small pictures, on crops of one size and one core.</summary>
internal interface IFusedReducing : IDisposable
{
    /// <summary>Small crops, neither bounded nor rounded.</summary>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="high">HR crops, [crops, side, side] of Y/255.</param>
    /// <param name="low">Receives [crops, side/d, side/d].</param>
    void Forward(ReadOnlySpan<float> parameters, ReadOnlySpan<float> high, Span<float> low);

    /// <summary>Adds the network's gradients of the crops last seen.</summary>
    /// <param name="lowGradient">Gradient of what <see cref="Forward"/> gave.</param>
    /// <param name="gradient">The flat gradient.</param>
    void Backward(ReadOnlySpan<float> lowGradient, Span<float> gradient);
}

/// <summary>RRNet of one scale on square crops, forward and backward, before Q-BReLU.</summary>
internal sealed unsafe class FusedRRNet : IFusedReducing
{
    private const int Channels = FeatureMap.Channels;
    private const int VectorLength = Products.VectorLength;

    private readonly ParameterLayout _layout;
    private readonly ConvolutionSpec _first;
    private readonly ConvolutionSpec[] _hidden;
    private readonly ConvolutionSpec _last;
    private readonly int _scale;
    private readonly int _side;

    private readonly LumaConvolution _firstConvolution = new();
    private readonly Winograd[] _convolutions;
    private readonly LumaPlane[] _planes;
    private readonly FeatureMap[][] _features;
    private readonly FeatureMap _gradient;
    private readonly FeatureMap _previousGradient;
    private readonly float[] _parameters;

    /// <param name="scale">Scale factor d.</param>
    /// <param name="layout">Where RRNet's layers stand in the flat vectors.</param>
    /// <param name="crops">Crops of a step.</param>
    /// <param name="side">Side of an HR crop, a multiple of the scale factor.</param>
    internal FusedRRNet(int scale, ParameterLayout layout, int crops, int side)
    {
        IReadOnlyList<ConvolutionSpec> layers = NetworkTable.RRNet(scale);
        (_layout, _scale, _side) = (layout, scale, side);
        (_first, _hidden, _last) = (layers[0], [.. layers.Where(layer => layer.Role == LayerRole.Hidden)], layers[^1]);
        _convolutions = [.. _hidden.Select(_ => new Winograd())];
        _planes = [.. Enumerable.Range(0, crops).Select(_ => new LumaPlane(side))];
        _features =
        [
            .. Enumerable.Range(0, crops).Select(_ => Enumerable.Range(0, _hidden.Length + 1).Select(_ => new FeatureMap(side)).ToArray()),
        ];
        (_gradient, _previousGradient) = (new FeatureMap(side), new FeatureMap(side));
        _parameters = new float[layout.Count];
    }

    /// <inheritdoc/>
    public void Forward(ReadOnlySpan<float> parameters, ReadOnlySpan<float> high, Span<float> low)
    {
        parameters.CopyTo(_parameters);
        _firstConvolution.SetWeights(_layout.Weights(_parameters, _first), _layout.Biases(_parameters, _first));
        fixed (float* parameter = _parameters)
        {
            for (int i = 0; i < _hidden.Length; i++)
            {
                _convolutions[i].SetWeights(parameter + _layout.WeightOffset(_hidden[i]));
            }

            (int highPixels, int lowPixels) = (_side * _side, low.Length / _planes.Length);
            for (int crop = 0; crop < _planes.Length; crop++)
            {
                FeatureMap[] features = _features[crop];
                _planes[crop].Set(high.Slice(crop * highPixels, highPixels));
                _firstConvolution.Forward(_planes[crop], features[0]);
                for (int i = 0; i < _hidden.Length; i++)
                {
                    _convolutions[i].Forward(features[i], parameter + _layout.BiasOffset(_hidden[i]), features[i + 1]);
                }

                ForwardLast(
                    _planes[crop],
                    features[^1],
                    parameter + _layout.WeightOffset(_last),
                    parameter[_layout.BiasOffset(_last)],
                    low.Slice(crop * lowPixels, lowPixels)
                );
            }
        }
    }

    /// <inheritdoc/>
    public void Backward(ReadOnlySpan<float> lowGradient, Span<float> gradient)
    {
        foreach (Winograd convolution in _convolutions)
        {
            convolution.ClearKernelGradient();
        }

        int lowPixels = lowGradient.Length / _planes.Length;
        fixed (
            float* parameter = _parameters,
                target = gradient
        )
        {
            for (int crop = 0; crop < _planes.Length; crop++)
            {
                FeatureMap[] features = _features[crop];
                BackwardLast(
                    lowGradient.Slice(crop * lowPixels, lowPixels),
                    features[^1],
                    parameter + _layout.WeightOffset(_last),
                    target + _layout.WeightOffset(_last),
                    target + _layout.BiasOffset(_last),
                    _gradient
                );
                (FeatureMap? after, FeatureMap? before) = (_gradient, _previousGradient);
                for (int i = _hidden.Length - 1; i >= 0; i--)
                {
                    _convolutions[i].AddKernelGradient(features[i], after, target + _layout.BiasOffset(_hidden[i]));
                    _convolutions[i].Backward(after, features[i], before);
                    (after, before) = (before, after);
                }

                _firstConvolution.AddGradient(_planes[crop], after);
            }
        }

        _firstConvolution.AddGradientTo(_layout.Weights(gradient, _first), _layout.Biases(gradient, _first));
        for (int i = 0; i < _hidden.Length; i++)
        {
            _convolutions[i].AddKernelGradientTo(_layout.Weights(gradient, _hidden[i]));
        }
    }

    public void Dispose()
    {
        foreach (FeatureMap? map in _features.SelectMany(maps => maps).Append(_gradient).Append(_previousGradient))
        {
            map.Dispose();
        }

        foreach (Winograd convolution in _convolutions)
        {
            convolution.Dispose();
        }
    }

    /// <summary>d x d convolution with stride d, and the super-pixel residual: the mean of the d x d pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ForwardLast(LumaPlane plane, FeatureMap features, float* weights, float bias, Span<float> low)
    {
        int lowSide = _side / _scale;
        float** rows = stackalloc float*[_scale];
        fixed (float* sums = low)
        {
            for (int y = 0; y < lowSide; y++)
            {
                for (int row = 0; row < _scale; row++)
                {
                    rows[row] = features.At((y * _scale) + row, 0);
                }

                Products.Kernels.SumWindows(rows, _scale, _scale, _scale, weights, lowSide, sums + (y * lowSide));
                for (int x = 0; x < lowSide; x++)
                {
                    float mean = 0;
                    for (int row = 0; row < _scale; row++)
                    {
                        for (int column = 0; column < _scale; column++)
                        {
                            mean += plane.Values[plane.At((y * _scale) + row, (x * _scale) + column)];
                        }
                    }

                    low[(y * lowSide) + x] += bias + (mean / (_scale * _scale));
                }
            }
        }
    }

    /// <summary>Gradients of the last layer, and of the convolution result that its input was made of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackwardLast(
        ReadOnlySpan<float> lowGradient,
        FeatureMap features,
        float* weights,
        float* weightGradient,
        float* biasGradient,
        FeatureMap result
    )
    {
        int lowSide = _side / _scale;
        Vector512<float> slope = Vector512.Create((float)NetworkTable.LeakySlope);
        for (int y = 0; y < lowSide; y++)
        {
            for (int x = 0; x < lowSide; x++)
            {
                float scalar = lowGradient[(y * lowSide) + x];
                Vector512<float> gradient = Vector512.Create(scalar);
                *biasGradient += scalar;
                for (int row = 0; row < _scale; row++)
                {
                    float* values = features.At((y * _scale) + row, x * _scale);
                    float* target = result.At((y * _scale) + row, x * _scale);
                    int offset = row * _scale * Channels;
                    for (int i = 0; i < _scale * Channels; i += VectorLength)
                    {
                        Vector512<float> value = Vector512.Load(values + i);
                        Vector512
                            .FusedMultiplyAdd(gradient, value, Vector512.Load(weightGradient + offset + i))
                            .Store(weightGradient + offset + i);
                        Vector512<float> back = gradient * Vector512.Load(weights + offset + i);
                        Vector512
                            .ConditionalSelect(Vector512.GreaterThan(value, Vector512<float>.Zero), back, back * slope)
                            .Store(target + i);
                    }
                }
            }
        }
    }
}
