// Three layers that always come together, so that a coupling (FusedInvertibleNetwork.cs) need not know how a layer's gradient is made. The
// weights are held once, for both directions of the network; what a crop needs for its gradient is the caller's.
using RsrPlugins.Trainer.Networks;

namespace RsrPlugins.Trainer.Kernels;

/// <summary>A coupling's inner network on one core: some planes to 64 features, to 64 features, to some planes.</summary>
internal sealed unsafe class InnerNetwork : IDisposable
{
    /// <summary>Feature maps it makes of a crop.</summary>
    internal const int Maps = 2;

    private const int Channels = FeatureMap.Channels;

    private readonly ParameterLayout _layout;
    private readonly ConvolutionSpec _firstLayer;
    private readonly ConvolutionSpec _hiddenLayer;
    private readonly ConvolutionSpec _lastLayer;
    private readonly PlaneConvolution _first;
    private readonly Winograd _hidden = new();
    private readonly PlaneConvolution _last;

    // Biases of the first two layers, and sums of the second one's gradient.
    private readonly float* _firstBias = NativeFloats.Allocate(Channels);
    private readonly float* _hiddenBias = NativeFloats.Allocate(Channels);
    private readonly float* _hiddenBiasGradient = NativeFloats.Allocate(Channels);
    private readonly float[] _lastBias;
    private readonly float[] _lastBiasGradient;

    /// <param name="layout">Where the layers stand in the flat vectors.</param>
    /// <param name="layers">The layer that reads planes, the hidden one, and the one that makes planes.</param>
    /// <param name="side">Pixels in a row and in a column.</param>
    internal InnerNetwork(ParameterLayout layout, IReadOnlyList<ConvolutionSpec> layers, int side)
    {
        (_layout, _firstLayer, _hiddenLayer, _lastLayer) = (layout, layers[0], layers[1], layers[2]);
        (_first, _last) = (new PlaneConvolution(_firstLayer.Inputs, side), new PlaneConvolution(_lastLayer.Outputs, side));
        (_lastBias, _lastBiasGradient) = (new float[_lastLayer.Outputs], new float[_lastLayer.Outputs]);
    }

    /// <summary>Takes new weights.</summary>
    /// <param name="parameters">The flat vector.</param>
    internal void SetWeights(float[] parameters)
    {
        _first.SetReading(_layout.Weights(parameters, _firstLayer));
        _last.SetMaking(_layout.Weights(parameters, _lastLayer));
        fixed (float* flat = parameters)
        {
            _hidden.SetWeights(flat + _layout.WeightOffset(_hiddenLayer));
        }

        _layout.Biases(parameters, _firstLayer).CopyTo(new Span<float>(_firstBias, Channels));
        _layout.Biases(parameters, _hiddenLayer).CopyTo(new Span<float>(_hiddenBias, Channels));
        _layout.Biases(parameters, _lastLayer).CopyTo(_lastBias);
    }

    /// <summary>Starts sums of gradients.</summary>
    internal void ClearGradients()
    {
        _first.ClearGradient();
        _hidden.ClearKernelGradient();
        _last.ClearGradient();
        new Span<float>(_hiddenBiasGradient, Channels).Clear();
        Array.Clear(_lastBiasGradient);
    }

    /// <summary>The network.</summary>
    /// <param name="planes">What it reads.</param>
    /// <param name="features"><see cref="Maps"/> maps, which keep what <see cref="Backward"/> needs.</param>
    /// <param name="result">Receives the planes it makes.</param>
    internal void Forward(PlaneStack planes, FeatureMap[] features, PlaneStack result)
    {
        _first.ToFeatures(planes, _firstBias, (float)NetworkTable.LeakySlope, features[0]);
        _hidden.Forward(features[0], _hiddenBias, features[1]);
        _last.ToPlanes(features[1], _lastBias, result);
    }

    /// <summary>Adds a crop to the gradients.</summary>
    /// <param name="planes">What the network has read.</param>
    /// <param name="features">The maps of <see cref="Forward"/>.</param>
    /// <param name="resultGradient">Gradient of what it made.</param>
    /// <param name="scratch"><see cref="Maps"/> maps that nobody needs.</param>
    /// <param name="planesGradient">Receives the gradient of what it has read.</param>
    internal void Backward(
        PlaneStack planes,
        FeatureMap[] features,
        PlaneStack resultGradient,
        FeatureMap[] scratch,
        PlaneStack planesGradient
    )
    {
        _last.AddGradient(resultGradient, features[1]);
        for (int plane = 0; plane < _lastBiasGradient.Length; plane++)
        {
            foreach (float value in resultGradient.Values(plane, 1))
            {
                _lastBiasGradient[plane] += value;
            }
        }

        _last.ToFeatures(resultGradient, Products.Zeros, 1, scratch[1]);
        scratch[1].Deactivate(features[1]);
        _hidden.AddKernelGradient(features[0], scratch[1], _hiddenBiasGradient);
        _hidden.Backward(scratch[1], features[0], scratch[0]);
        _first.AddGradient(planes, scratch[0]);
        _first.ToPlanes(scratch[0], [], planesGradient);
    }

    /// <summary>Adds the gradients of all crops since <see cref="ClearGradients"/>.</summary>
    /// <param name="gradient">The flat gradient.</param>
    internal void AddGradientsTo(Span<float> gradient)
    {
        _first.AddReadingTo(_layout.Weights(gradient, _firstLayer), _layout.Biases(gradient, _firstLayer));
        _hidden.AddKernelGradientTo(_layout.Weights(gradient, _hiddenLayer));
        _last.AddMakingTo(_layout.Weights(gradient, _lastLayer));
        Add(new ReadOnlySpan<float>(_hiddenBiasGradient, Channels), _layout.Biases(gradient, _hiddenLayer));
        Add(_lastBiasGradient, _layout.Biases(gradient, _lastLayer));

        static void Add(ReadOnlySpan<float> sums, Span<float> target)
        {
            for (int i = 0; i < sums.Length; i++)
            {
                target[i] += sums[i];
            }
        }
    }

    public void Dispose()
    {
        _first.Dispose();
        _hidden.Dispose();
        _last.Dispose();
        NativeFloats.Free(_firstBias);
        NativeFloats.Free(_hiddenBias);
        NativeFloats.Free(_hiddenBiasGradient);
    }
}
