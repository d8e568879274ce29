// The bottleneck: a matrix product of 64 outputs with all channels of a pixel. Core's kernels do it, forward and for the inputs' gradients.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RsrPlugins.Trainer.Networks;

namespace RsrPlugins.Trainer.Kernels;

/// <summary>1 x 1 convolution of several feature maps, 64 channels each, into 64 channels; the maps are never copied together.</summary>
internal sealed unsafe class PointwiseConvolution
{
    private const int Channels = FeatureMap.Channels;
    private const int Matrix = Products.Matrix;
    private const int VectorLength = Products.VectorLength;

    /// <summary>Pixels whose sums stay in the first-level cache while one map after another is added.</summary>
    private const int Chunk = 48;

    private readonly int _maps;
    private readonly float[] _weights;
    private readonly float[] _transposed;
    private readonly float[] _sums;
    private readonly float[] _bias = new float[Channels];
    private readonly float[] _biasGradient = new float[Channels];

    /// <param name="maps">Number of feature maps read.</param>
    internal PointwiseConvolution(int maps)
    {
        _maps = maps;
        _weights = new float[maps * Matrix];
        _transposed = new float[maps * Matrix];
        _sums = new float[maps * Matrix];
    }

    /// <summary>Takes new weights and forgets the gradients.</summary>
    /// <param name="weights">[64, maps * 64].</param>
    /// <param name="bias">[64].</param>
    internal void SetWeights(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        for (int map = 0; map < _maps; map++)
        {
            for (int to = 0; to < Channels; to++)
            {
                ReadOnlySpan<float> row = weights.Slice(((to * _maps) + map) * Channels, Channels);
                row.CopyTo(_weights.AsSpan((map * Matrix) + (to * Channels)));
                for (int from = 0; from < Channels; from++)
                {
                    _transposed[(map * Matrix) + (from * Channels) + to] = row[from];
                }
            }
        }

        bias.CopyTo(_bias);
        Array.Clear(_sums);
        Array.Clear(_biasGradient);
    }

    /// <summary>Adds the gradients of all crops since <see cref="SetWeights"/>.</summary>
    /// <param name="weights">[64, maps * 64].</param>
    /// <param name="bias">[64].</param>
    internal void AddGradientTo(Span<float> weights, Span<float> bias)
    {
        for (int to = 0; to < Channels; to++)
        {
            bias[to] += _biasGradient[to];
            for (int map = 0; map < _maps; map++)
            {
                Span<float> row = weights.Slice(((to * _maps) + map) * Channels, Channels);
                for (int from = 0; from < Channels; from++)
                {
                    row[from] += _sums[(map * Matrix) + (to * Channels) + from];
                }
            }
        }
    }

    /// <summary>LReLU(convolution + bias).</summary>
    /// <param name="inputs">At least as many maps as are read.</param>
    /// <param name="result">Receives the features.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Forward(FeatureMap[] inputs, FeatureMap result)
    {
        fixed (
            float* weights = _transposed,
                bias = _bias
        )
        {
            for (int y = 0; y < result.Side; y++)
            {
                for (int x = 0; x < result.Side; x += Chunk)
                {
                    float* target = result.At(y, x);
                    for (int map = 0; map < _maps; map++)
                    {
                        float* start = map == 0 ? bias : target;
                        float slope = map == _maps - 1 ? (float)NetworkTable.LeakySlope : 1;
                        Products.Kernels.Multiply(
                            inputs[map].At(y, x),
                            Channels,
                            weights + (map * Matrix),
                            Channels,
                            start,
                            map == 0 ? 0 : Channels,
                            target,
                            Channels,
                            Math.Min(Chunk, result.Side - x),
                            slope
                        );
                    }
                }
            }
        }
    }

    /// <summary>Adds a crop to the gradients of the weights, the bias and the inputs.</summary>
    /// <param name="inputs">The layer's inputs.</param>
    /// <param name="gradient">Of the convolution's result.</param>
    /// <param name="inputGradients">Maps that are added to.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Backward(FeatureMap[] inputs, FeatureMap gradient, FeatureMap[] inputGradients)
    {
        int side = gradient.Side;
        fixed (
            float* weights = _weights,
                sums = _sums,
                biasGradient = _biasGradient
        )
        {
            for (int y = 0; y < side; y++)
            {
                float* row = gradient.At(y, 0);
                AddColumns(row, side, biasGradient);
                for (int map = 0; map < _maps; map++)
                {
                    Products.AddProducts(row, inputs[map].At(y, 0), side, sums + (map * Matrix));
                    float* target = inputGradients[map].At(y, 0);
                    Products.Kernels.Multiply(
                        row,
                        Channels,
                        weights + (map * Matrix),
                        Channels,
                        target,
                        Channels,
                        target,
                        Channels,
                        side,
                        1
                    );
                }
            }
        }
    }

    private static void AddColumns(float* rows, int count, float* sums)
    {
        for (int i = 0; i < count * Channels; i += VectorLength)
        {
            float* sum = sums + (i % Channels);
            (Vector512.Load(sum) + Vector512.Load(rows + i)).Store(sum);
        }
    }
}
