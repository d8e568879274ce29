// SRNet's training step written out for one core, for the reasons given in FusedRRNet.cs. Networks/SRNet.cs is the same network to be read
// beside the paper, and what tests compare with.
using RsrPlugins.Trainer.Networks;

namespace RsrPlugins.Trainer.Kernels;

/// <summary>The training step of a network that makes large pictures, on crops of one size and one core.</summary>
internal interface IFusedEnlarging : IDisposable
{
    /// <summary>Large crops, neither clamped nor rounded.</summary>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="low">Small crops, [crops, side, side] of Y/255.</param>
    /// <param name="restored">Receives [crops, d side, d side].</param>
    void Forward(ReadOnlySpan<float> parameters, ReadOnlySpan<float> low, Span<float> restored);

    /// <summary>Adds the network's gradients of the crops last seen.</summary>
    /// <param name="restoredGradient">Gradient of what <see cref="Forward"/> gave.</param>
    /// <param name="gradient">The flat gradient.</param>
    /// <param name="lowGradient">Is added the gradient of the small crops.</param>
    void Backward(ReadOnlySpan<float> restoredGradient, Span<float> gradient, Span<float> lowGradient);
}

/// <summary>SRNet of one scale on square crops, forward and backward.</summary>
internal sealed unsafe class FusedSRNet : IFusedEnlarging
{
    private readonly int _units;
    private readonly ParameterLayout _layout;
    private readonly ConvolutionSpec _first;
    private readonly ConvolutionSpec[] _bottlenecks;
    private readonly ConvolutionSpec[] _hidden;
    private readonly ConvolutionSpec _last;

    private readonly LumaConvolution _firstConvolution = new();
    private readonly PointwiseConvolution[] _pointwise;
    private readonly Winograd[] _convolutions;
    private readonly SubPixelConvolution _lastConvolution;

    private readonly LumaPlane[] _planes;

    /// <summary>Of each crop: the first layer's features and those of each dense unit.</summary>
    private readonly FeatureMap[][] _features;

    /// <summary>Of each crop: what each unit's 3 x 3 convolution reads.</summary>
    private readonly FeatureMap[][] _reduced;

    private readonly FeatureMap[] _gradients;
    private readonly FeatureMap _reducedGradient;
    private readonly float[] _parameters;

    /// <param name="scale">Scale factor d.</param>
    /// <param name="units">Dense units.</param>
    /// <param name="layout">Where SRNet's layers stand in the flat vectors.</param>
    /// <param name="crops">Crops of a step.</param>
    /// <param name="side">Side of a small crop.</param>
    internal FusedSRNet(int scale, int units, ParameterLayout layout, int crops, int side)
    {
        IReadOnlyList<ConvolutionSpec> layers = NetworkTable.SRNet(scale, units);
        (_layout, _units) = (layout, units);
        (_first, _last) = (layers[0], layers[^1]);
        _bottlenecks = [.. Enumerable.Range(0, units).Select(unit => layers[1 + (2 * unit)])];
        _hidden = [.. Enumerable.Range(0, units).Select(unit => layers[2 + (2 * unit)])];
        _pointwise = [.. Enumerable.Range(1, units).Select(maps => new PointwiseConvolution(maps))];
        _convolutions = [.. _hidden.Select(_ => new Winograd())];
        _lastConvolution = new SubPixelConvolution(units + 1, scale);
        _planes = [.. Enumerable.Range(0, crops).Select(_ => new LumaPlane(side))];
        _features = [.. Enumerable.Range(0, crops).Select(_ => Maps(units + 1))];
        _reduced = [.. Enumerable.Range(0, crops).Select(_ => Maps(units))];
        _gradients = Maps(units + 1);
        _reducedGradient = new FeatureMap(side);
        _parameters = new float[layout.Count];

        FeatureMap[] Maps(int count) => [.. Enumerable.Range(0, count).Select(_ => new FeatureMap(side))];
    }

    /// <inheritdoc/>
    public void Forward(ReadOnlySpan<float> parameters, ReadOnlySpan<float> low, Span<float> restored)
    {
        parameters.CopyTo(_parameters);
        _firstConvolution.SetWeights(_layout.Weights(_parameters, _first), _layout.Biases(_parameters, _first));
        _lastConvolution.SetWeights(_layout.Weights(_parameters, _last), _layout.Biases(_parameters, _last));
        fixed (float* parameter = _parameters)
        {
            for (int unit = 0; unit < _units; unit++)
            {
                _pointwise[unit]
                    .SetWeights(_layout.Weights(_parameters, _bottlenecks[unit]), _layout.Biases(_parameters, _bottlenecks[unit]));
                _convolutions[unit].SetWeights(parameter + _layout.WeightOffset(_hidden[unit]));
            }

            (int lowPixels, int highPixels) = (low.Length / _planes.Length, restored.Length / _planes.Length);
            for (int crop = 0; crop < _planes.Length; crop++)
            {
                (FeatureMap[]? features, FeatureMap[]? reduced) = (_features[crop], _reduced[crop]);
                _planes[crop].Set(low.Slice(crop * lowPixels, lowPixels));
                _firstConvolution.Forward(_planes[crop], features[0]);
                for (int unit = 0; unit < _units; unit++)
                {
                    _pointwise[unit].Forward(features, reduced[unit]);
                    _convolutions[unit].Forward(reduced[unit], parameter + _layout.BiasOffset(_hidden[unit]), features[unit + 1]);
                }

                _lastConvolution.Forward(_planes[crop], features, restored.Slice(crop * highPixels, highPixels));
            }
        }
    }

    /// <inheritdoc/>
    public void Backward(ReadOnlySpan<float> restoredGradient, Span<float> gradient, Span<float> lowGradient)
    {
        foreach (Winograd convolution in _convolutions)
        {
            convolution.ClearKernelGradient();
        }

        (int lowPixels, int highPixels) = (lowGradient.Length / _planes.Length, restoredGradient.Length / _planes.Length);
        fixed (float* target = gradient)
        {
            for (int crop = 0; crop < _planes.Length; crop++)
            {
                (FeatureMap[]? features, FeatureMap[]? reduced) = (_features[crop], _reduced[crop]);
                Span<float> cropGradient = lowGradient.Slice(crop * lowPixels, lowPixels);
                _lastConvolution.Backward(restoredGradient.Slice(crop * highPixels, highPixels), features, _gradients, cropGradient);
                for (int unit = _units - 1; unit >= 0; unit--)
                {
                    // All that reads the unit's features has added its part.
                    _gradients[unit + 1].Deactivate(features[unit + 1]);
                    _convolutions[unit].AddKernelGradient(reduced[unit], _gradients[unit + 1], target + _layout.BiasOffset(_hidden[unit]));
                    _convolutions[unit].Backward(_gradients[unit + 1], reduced[unit], _reducedGradient);
                    _pointwise[unit].Backward(features, _reducedGradient, _gradients);
                }

                _gradients[0].Deactivate(features[0]);
                _firstConvolution.AddGradient(_planes[crop], _gradients[0]);
                _firstConvolution.AddInputGradient(_gradients[0], cropGradient);
            }
        }

        _firstConvolution.AddGradientTo(_layout.Weights(gradient, _first), _layout.Biases(gradient, _first));
        _lastConvolution.AddGradientTo(_layout.Weights(gradient, _last), _layout.Biases(gradient, _last));
        for (int unit = 0; unit < _units; unit++)
        {
            _pointwise[unit].AddGradientTo(_layout.Weights(gradient, _bottlenecks[unit]), _layout.Biases(gradient, _bottlenecks[unit]));
            _convolutions[unit].AddKernelGradientTo(_layout.Weights(gradient, _hidden[unit]));
        }
    }

    public void Dispose()
    {
        foreach (FeatureMap? map in _features.Concat(_reduced).Append(_gradients).SelectMany(maps => maps).Append(_reducedGradient))
        {
            map.Dispose();
        }

        foreach (Winograd convolution in _convolutions)
        {
            convolution.Dispose();
        }
    }
}
