// 3 x 3 convolutions between a few planes and 64 features, either way: an inner network's first layer and its last one. Each is the other's
// gradient with the kernel turned by half a turn, so both need the same two products: planes' windows with a matrix, and features with a
// matrix, whose columns are then added where they belong. (Summing a window of features for each plane reads all of them for each, and took
// most of a step.)
using RsrPlugins.Core.Inference.Cpu;

namespace RsrPlugins.Trainer.Kernels;

/// <summary>One core's 3 x 3 convolution of some planes into 64 features or back, zeros around.</summary>
internal sealed unsafe class PlaneConvolution : IDisposable
{
    private const int Channels = FeatureMap.Channels;
    private const int Side = 3;
    private const int Taps = Side * Side;

    // Rows of sums that Products adds at a time.
    private const int RowsAtATime = 4;

    private readonly int _planes;

    // Values of a pixel's window, and with a one after them and zeros up to whole rows of sums.
    private readonly int _depth;
    private readonly int _windowStride;

    // [planes, taps, 64].
    private readonly float* _toFeatures;

    // [panels, 64, 64]: a row for each feature, 64 pairs of a plane and a tap in a panel.
    private readonly float* _toPlanes;
    private readonly int _panels;

    // Gradient of the first, the sums of the features in the row after it.
    private readonly float* _sums;
    private readonly float* _windows;
    private readonly float* _products;

    /// <param name="planes">Number of planes.</param>
    /// <param name="side">Pixels in a row and in a column.</param>
    internal PlaneConvolution(int planes, int side)
    {
        _planes = planes;
        _depth = planes * Taps;
        _windowStride = (_depth + RowsAtATime) / RowsAtATime * RowsAtATime;
        _toFeatures = NativeFloats.Allocate(_depth * Channels);
        _panels = (_depth + Channels - 1) / Channels;
        _toPlanes = NativeFloats.Allocate(_panels * Products.Matrix);
        _sums = NativeFloats.Allocate(_windowStride * Channels);
        _windows = NativeFloats.Allocate(side * _windowStride);
        _products = NativeFloats.Allocate(side * _panels * Channels);
        for (int x = 0; x < side; x++)
        {
            _windows[(x * _windowStride) + _depth] = 1;
        }
    }

    /// <summary>Takes the weights of a layer that reads the planes.</summary>
    /// <param name="weights">[64, 3, 3, planes].</param>
    internal void SetReading(ReadOnlySpan<float> weights)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            (int plane, int tap, int channel) = (i % _planes, i / _planes % Taps, i / _depth);
            _toFeatures[(((plane * Taps) + tap) * Channels) + channel] = weights[i];
            _toPlanes[Place((plane * Taps) + Turned(tap), channel)] = weights[i];
        }
    }

    /// <summary>Takes the weights of a layer that makes the planes.</summary>
    /// <param name="weights">[planes, 3, 3, 64].</param>
    internal void SetMaking(ReadOnlySpan<float> weights)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            (int row, int channel) = (i / Channels, i % Channels);
            _toPlanes[Place(row, channel)] = weights[i];
            _toFeatures[(TurnedRow(row) * Channels) + channel] = weights[i];
        }
    }

    /// <summary>LReLU(convolution of the planes + bias); with a making layer's weights, the gradient of its features.</summary>
    /// <param name="planes">What is read.</param>
    /// <param name="bias">64 values.</param>
    /// <param name="slope">Of negative values; 1 leaves them.</param>
    /// <param name="result">Receives the features.</param>
    internal void ToFeatures(PlaneStack planes, float* bias, float slope, FeatureMap result)
    {
        for (int y = 0; y < planes.Side; y++)
        {
            CollectWindows(planes, y);
            Products.Kernels.Multiply(
                _windows,
                _windowStride,
                _toFeatures,
                _depth,
                bias,
                0,
                result.At(y, 0),
                Channels,
                planes.Side,
                slope
            );
        }
    }

    /// <summary>Convolution of the features; with a reading layer's weights, the gradient of its planes.</summary>
    /// <param name="features">What is read.</param>
    /// <param name="bias">One value for each plane; empty for none.</param>
    /// <param name="result">Receives the planes.</param>
    internal void ToPlanes(FeatureMap features, ReadOnlySpan<float> bias, PlaneStack result)
    {
        int side = features.Side;
        for (int plane = 0; plane < _planes; plane++)
        {
            for (int y = 0; y < side; y++)
            {
                new Span<float>(result.At(plane, y, 0), side).Fill(bias.IsEmpty ? 0 : bias[plane]);
            }
        }

        int stride = _panels * Channels;
        for (int y = 0; y < side; y++)
        {
            for (int panel = 0; panel < _panels; panel++)
            {
                Products.Kernels.Multiply(
                    features.At(y, 0),
                    Channels,
                    _toPlanes + (panel * Products.Matrix),
                    Channels,
                    Products.Zeros,
                    0,
                    _products + (panel * Channels),
                    stride,
                    side,
                    1
                );
            }

            // What a pixel of a window adds to the window's result.
            for (int row = 0; row < _depth; row++)
            {
                (int plane, int down, int right) = (row / Taps, (row % Taps / Side) - 1, (row % Side) - 1);
                if (y - down < 0 || y - down >= side)
                {
                    continue;
                }

                float* target = result.At(plane, y - down, -right);
                float* product = _products + row;
                for (int x = Math.Max(0, right); x < Math.Min(side, side + right); x++)
                {
                    target[x] += product[x * stride];
                }
            }
        }
    }

    /// <summary>Starts a sum of gradients.</summary>
    internal void ClearGradient() => new Span<float>(_sums, _windowStride * Channels).Clear();

    /// <summary>Adds a crop to the gradients: its planes, or their gradient, with its features' gradient, or the features.</summary>
    internal void AddGradient(PlaneStack planes, FeatureMap features)
    {
        for (int y = 0; y < planes.Side; y++)
        {
            CollectWindows(planes, y);
            Products.AddProducts(_windows, _windowStride, features.At(y, 0), planes.Side, _sums);
        }
    }

    /// <summary>Adds the gradients of a layer that reads the planes.</summary>
    /// <param name="weights">[64, 3, 3, planes].</param>
    /// <param name="bias">[64].</param>
    internal void AddReadingTo(Span<float> weights, Span<float> bias)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            (int plane, int tap, int channel) = (i % _planes, i / _planes % Taps, i / _depth);
            weights[i] += _sums[(((plane * Taps) + tap) * Channels) + channel];
        }

        for (int channel = 0; channel < Channels; channel++)
        {
            bias[channel] += _sums[(_depth * Channels) + channel];
        }
    }

    /// <summary>Adds the gradient of a layer that makes the planes; that of its bias is the sum of the planes' gradient.</summary>
    /// <param name="weights">[planes, 3, 3, 64].</param>
    internal void AddMakingTo(Span<float> weights)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] += _sums[(TurnedRow(i / Channels) * Channels) + (i % Channels)];
        }
    }

    public void Dispose()
    {
        foreach (nint memory in (ReadOnlySpan<nint>)[(nint)_toFeatures, (nint)_toPlanes, (nint)_sums, (nint)_windows, (nint)_products])
        {
            NativeFloats.Free((float*)memory);
        }
    }

    // Of a plane and a tap, and a feature, in the panels.
    private static int Place(int row, int channel) => (row / Channels * Products.Matrix) + (channel * Channels) + (row % Channels);

    private static int Turned(int tap) => Taps - 1 - tap;

    // Of a plane and a tap.
    private static int TurnedRow(int row) => row - (row % Taps) + Turned(row % Taps);

    // The windows of a row's pixels.
    private void CollectWindows(PlaneStack planes, int y)
    {
        int stride = planes.Stride;
        for (int plane = 0; plane < _planes; plane++)
        {
            float* above = planes.At(plane, y - 1, -1);
            float* here = above + stride;
            float* below = here + stride;
            float* window = _windows + (plane * Taps);
            for (int x = 0; x < planes.Side; x++, window += _windowStride)
            {
                (window[0], window[1], window[2]) = (above[x], above[x + 1], above[x + 2]);
                (window[3], window[4], window[5]) = (here[x], here[x + 1], here[x + 2]);
                (window[6], window[7], window[8]) = (below[x], below[x + 1], below[x + 2]);
            }
        }
    }
}
