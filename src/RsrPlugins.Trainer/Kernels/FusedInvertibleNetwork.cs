// The invertible network's training step written out for one core, for the reasons given in FusedRRNet.cs. Networks/InvertibleNetwork.cs is
// the same network in Torch, and what tests compare with. Its names are used here: a coupling changes the small picture by the detail, then
// the detail by the small picture.
using System.Runtime.Intrinsics;
using RsrPlugins.Trainer.Networks;

namespace RsrPlugins.Trainer.Kernels;

/// <summary>The invertible network of one scale on square crops, both directions, forward and backward.</summary>
internal sealed unsafe class FusedInvertibleNetwork : IFusedReducing, IFusedEnlarging
{
    private readonly Level[] _levels;
    private readonly PlaneStack _picture;
    private readonly float[] _parameters;

    // Of each crop and level.
    private readonly CouplingTrace[][][] _splits;
    private readonly CouplingTrace[][][] _joins;

    /// <param name="scale">2 or 4.</param>
    /// <param name="layout">Where the network's layers stand in the flat vectors.</param>
    /// <param name="crops">Crops of a step.</param>
    /// <param name="side">Side of a large crop.</param>
    internal FusedInvertibleNetwork(int scale, ParameterLayout layout, int crops, int side)
    {
        Queue<ConvolutionSpec> layers = new Queue<ConvolutionSpec>(InvertibleNetwork.Layers(scale));
        IReadOnlyList<int> blocks = InvertibleNetwork.Blocks(scale);
        _levels = [.. blocks.Select((count, level) => new Level(layout, layers, count, 1 << (2 * (level + 1)), side >> (level + 1)))];
        _picture = new PlaneStack(1, side);
        _parameters = new float[layout.Count];
        (_splits, _joins) = (Traces(), Traces());

        CouplingTrace[][][] Traces() =>
            [.. Enumerable.Range(0, crops).Select(_ => _levels.Select(level => level.NewTraces()).ToArray())];
    }

    private IEnumerable<InnerNetwork> Networks => _levels.SelectMany(level => level.Networks);

    /// <summary>Small crops, neither bounded nor rounded.</summary>
    void IFusedReducing.Forward(ReadOnlySpan<float> parameters, ReadOnlySpan<float> high, Span<float> low)
    {
        SetWeights(parameters);
        (int highPixels, int lowPixels) = (high.Length / _splits.Length, low.Length / _splits.Length);
        low.Clear();
        for (int crop = 0; crop < _splits.Length; crop++)
        {
            _picture.Set(0, high.Slice(crop * highPixels, highPixels));
            PlaneStack before = _picture;
            for (int i = 0; i < _levels.Length; i++)
            {
                Level level = _levels[i];
                Haar(before, level.Values, 0.25f);
                level.Couple(_splits[crop][i]);
                before = level.Values;
            }

            before.AddTo(0, low.Slice(crop * lowPixels, lowPixels));
        }
    }

    /// <summary>Adds the gradients of the crops last split.</summary>
    void IFusedReducing.Backward(ReadOnlySpan<float> lowGradient, Span<float> gradient)
    {
        ClearGradients();
        int lowPixels = lowGradient.Length / _splits.Length;
        for (int crop = 0; crop < _splits.Length; crop++)
        {
            SetSmall(lowGradient.Slice(crop * lowPixels, lowPixels));
            for (int i = _levels.Length - 1; i >= 0; i--)
            {
                _levels[i].CoupleBack(_splits[crop][i]);
                if (i > 0)
                {
                    HaarBack(_levels[i].Values, _levels[i - 1].Values, 0.25f);
                }
            }
        }

        AddGradientsTo(gradient);
    }

    /// <summary>Large crops, neither clamped nor rounded.</summary>
    void IFusedEnlarging.Forward(ReadOnlySpan<float> parameters, ReadOnlySpan<float> low, Span<float> restored)
    {
        SetWeights(parameters);
        (int lowPixels, int highPixels) = (low.Length / _joins.Length, restored.Length / _joins.Length);
        restored.Clear();
        for (int crop = 0; crop < _joins.Length; crop++)
        {
            SetSmall(low.Slice(crop * lowPixels, lowPixels));
            for (int i = _levels.Length - 1; i >= 0; i--)
            {
                _levels[i].Uncouple(_joins[crop][i]);
                HaarBack(_levels[i].Values, i > 0 ? _levels[i - 1].Values : _picture, 1);
            }

            _picture.AddTo(0, restored.Slice(crop * highPixels, highPixels));
        }
    }

    /// <summary>Adds the gradients of the crops last joined.</summary>
    void IFusedEnlarging.Backward(ReadOnlySpan<float> restoredGradient, Span<float> gradient, Span<float> lowGradient)
    {
        ClearGradients();
        (int lowPixels, int highPixels) = (lowGradient.Length / _joins.Length, restoredGradient.Length / _joins.Length);
        for (int crop = 0; crop < _joins.Length; crop++)
        {
            _picture.Set(0, restoredGradient.Slice(crop * highPixels, highPixels));
            PlaneStack before = _picture;
            for (int i = 0; i < _levels.Length; i++)
            {
                Haar(before, _levels[i].Values, 1);
                _levels[i].UncoupleBack(_joins[crop][i]);
                before = _levels[i].Values;
            }

            before.AddTo(0, lowGradient.Slice(crop * lowPixels, lowPixels));
        }

        AddGradientsTo(gradient);
    }

    public void Dispose()
    {
        _picture.Dispose();
        Array.ForEach(_levels, level => level.Dispose());
        foreach (CouplingTrace trace in _splits.Concat(_joins).SelectMany(levels => levels).SelectMany(traces => traces))
        {
            trace.Dispose();
        }
    }

    // Both directions have the same weights.
    private void SetWeights(ReadOnlySpan<float> parameters)
    {
        if (parameters.SequenceEqual(_parameters))
        {
            return;
        }

        parameters.CopyTo(_parameters);
        foreach (InnerNetwork network in Networks)
        {
            network.SetWeights(_parameters);
        }
    }

    private void ClearGradients()
    {
        foreach (InnerNetwork network in Networks)
        {
            network.ClearGradients();
        }
    }

    private void AddGradientsTo(Span<float> gradient)
    {
        foreach (InnerNetwork network in Networks)
        {
            network.AddGradientsTo(gradient);
        }
    }

    // Of the last level the small picture, and no detail.
    private void SetSmall(ReadOnlySpan<float> small)
    {
        PlaneStack values = _levels[^1].Values;
        values.Values(1, values.Planes - 1).Clear();
        values.Set(0, small);
    }

    // Of every plane four of half its side: sum, horizontal, vertical and diagonal difference of four pixels.
    private static void Haar(PlaneStack from, PlaneStack to, float factor)
    {
        for (int plane = 0; plane < from.Planes; plane++)
        {
            for (int y = 0; y < to.Side; y++)
            {
                float* above = from.At(plane, 2 * y, 0);
                float* below = above + from.Stride;
                float* sum = to.At(4 * plane, y, 0);
                float* horizontal = to.At((4 * plane) + 1, y, 0);
                float* vertical = to.At((4 * plane) + 2, y, 0);
                float* diagonal = to.At((4 * plane) + 3, y, 0);
                for (int x = 0; x < to.Side; x++)
                {
                    (sum[x], horizontal[x], vertical[x], diagonal[x]) = Mixed(
                        above[2 * x],
                        above[(2 * x) + 1],
                        below[2 * x],
                        below[(2 * x) + 1],
                        factor
                    );
                }
            }
        }
    }

    // The way back, from four planes to one.
    private static void HaarBack(PlaneStack from, PlaneStack to, float factor)
    {
        for (int plane = 0; plane < to.Planes; plane++)
        {
            for (int y = 0; y < from.Side; y++)
            {
                float* above = to.At(plane, 2 * y, 0);
                float* below = above + to.Stride;
                float* sum = from.At(4 * plane, y, 0);
                float* horizontal = from.At((4 * plane) + 1, y, 0);
                float* vertical = from.At((4 * plane) + 2, y, 0);
                float* diagonal = from.At((4 * plane) + 3, y, 0);
                for (int x = 0; x < from.Side; x++)
                {
                    (above[2 * x], above[(2 * x) + 1], below[2 * x], below[(2 * x) + 1]) = Mixed(
                        sum[x],
                        horizontal[x],
                        vertical[x],
                        diagonal[x],
                        factor
                    );
                }
            }
        }
    }

    // Haar's matrix of four values. It is symmetric, and its own inverse but for a factor of 4.
    private static (float Sum, float Horizontal, float Vertical, float Diagonal) Mixed(float a, float b, float c, float d, float factor) =>
        (factor * (a + b + c + d), factor * (a - b + c - d), factor * (a + b - c - d), factor * (a - b - c + d));

    /// <summary>What a coupling keeps of a crop for its gradient.</summary>
    private sealed class CouplingTrace(int details, int side) : IDisposable
    {
        /// <summary>The detail that the small picture is changed by.</summary>
        public PlaneStack Detail { get; } = new PlaneStack(details, side);

        /// <summary>The small picture that the detail is changed by.</summary>
        public PlaneStack Small { get; } = new PlaneStack(1, side);

        /// <summary>s and exp(s), or exp(-s) on the way back.</summary>
        public PlaneStack Factor { get; } = new PlaneStack(details, side);

        public PlaneStack Exponential { get; } = new PlaneStack(details, side);

        public FeatureMap[] OfSmall { get; } = NewMaps(side);

        public FeatureMap[] OfDetail { get; } = NewMaps(side);

        public void Dispose()
        {
            foreach (IDisposable one in (IEnumerable<IDisposable>)[Detail, Small, Factor, Exponential, .. OfSmall, .. OfDetail])
            {
                one.Dispose();
            }
        }
    }

    private static FeatureMap[] NewMaps(int side) => [.. Enumerable.Range(0, InnerNetwork.Maps).Select(_ => new FeatureMap(side))];

    /// <summary>The couplings after one Haar transform.</summary>
    private sealed class Level : IDisposable
    {
        private readonly int _details;
        private readonly int _side;
        private readonly (InnerNetwork OfSmall, InnerNetwork OfDetail)[] _blocks;
        private readonly PlaneStack _change;
        private readonly PlaneStack _both;
        private readonly PlaneStack _detailGradient;
        private readonly FeatureMap[] _scratch;

        public Level(ParameterLayout layout, Queue<ConvolutionSpec> layers, int blocks, int planes, int side)
        {
            (_details, _side) = (planes - 1, side);
            _blocks = [.. Enumerable.Range(0, blocks).Select(_ => (Inner(), Inner()))];
            Values = new PlaneStack(planes, side);
            _change = new PlaneStack(1, side);
            _both = new PlaneStack(2 * _details, side);
            _detailGradient = new PlaneStack(_details, side);
            _scratch = NewMaps(side);

            InnerNetwork Inner() => new(layout, [layers.Dequeue(), layers.Dequeue(), layers.Dequeue()], side);
        }

        /// <summary>The small picture and the detail, or their gradients; changed in place.</summary>
        public PlaneStack Values { get; }

        public IEnumerable<InnerNetwork> Networks => _blocks.SelectMany(block => new[] { block.OfSmall, block.OfDetail });

        public CouplingTrace[] NewTraces() => [.. _blocks.Select(_ => new CouplingTrace(_details, _side))];

        /// <summary>y1 = x1 + f(x2); y2 = x2 exp(s) + t with (s, t) = g(y1).</summary>
        public void Couple(CouplingTrace[] traces)
        {
            for (int i = 0; i < _blocks.Length; i++)
            {
                CouplingTrace trace = traces[i];
                Detail().CopyTo(trace.Detail.Values(0, _details));
                _blocks[i].OfSmall.Forward(trace.Detail, trace.OfSmall, _change);
                AddToSmall(_change, 1);
                Small().CopyTo(trace.Small.Values(0, 1));
                _blocks[i].OfDetail.Forward(trace.Small, trace.OfDetail, _both);
                SetFactors(trace, 1);
                for (int at = 0; at < Count; at += VectorLength)
                {
                    (Load(trace.Detail, at) * Load(trace.Exponential, at) + LoadShift(at)).Store(Values.Plane(1) + at);
                }
            }
        }

        /// <summary>From the gradients of what <see cref="Couple"/> gave to those of what it was given.</summary>
        public void CoupleBack(CouplingTrace[] traces)
        {
            for (int i = _blocks.Length - 1; i >= 0; i--)
            {
                CouplingTrace trace = traces[i];
                for (int at = 0; at < Count; at += VectorLength)
                {
                    Vector512<float> gradient = Vector512.Load(Values.Plane(1) + at);
                    Vector512<float> scaled = gradient * Load(trace.Exponential, at);
                    StoreBoth(at, scaled * Load(trace.Detail, at), gradient, trace);
                    scaled.Store(Values.Plane(1) + at);
                }

                _blocks[i].OfDetail.Backward(trace.Small, trace.OfDetail, _both, _scratch, _change);
                AddToSmall(_change, 1);
                Small().CopyTo(_change.Values(0, 1));
                _blocks[i].OfSmall.Backward(trace.Detail, trace.OfSmall, _change, _scratch, _detailGradient);
                AddToDetail();
            }
        }

        /// <summary>The inverse of <see cref="Couple"/>.</summary>
        public void Uncouple(CouplingTrace[] traces)
        {
            for (int i = _blocks.Length - 1; i >= 0; i--)
            {
                CouplingTrace trace = traces[i];
                Small().CopyTo(trace.Small.Values(0, 1));
                _blocks[i].OfDetail.Forward(trace.Small, trace.OfDetail, _both);
                SetFactors(trace, -1);
                for (int at = 0; at < Count; at += VectorLength)
                {
                    ((Vector512.Load(Values.Plane(1) + at) - LoadShift(at)) * Load(trace.Exponential, at)).Store(Values.Plane(1) + at);
                }

                Detail().CopyTo(trace.Detail.Values(0, _details));
                _blocks[i].OfSmall.Forward(trace.Detail, trace.OfSmall, _change);
                AddToSmall(_change, -1);
            }
        }

        /// <summary>From the gradients of what <see cref="Uncouple"/> gave to those of what it was given.</summary>
        public void UncoupleBack(CouplingTrace[] traces)
        {
            for (int i = 0; i < _blocks.Length; i++)
            {
                CouplingTrace trace = traces[i];
                _change.Values(0, 1).Clear();
                AddTo(_change.Plane(0), Values.Plane(0), Values.PlaneSize, -1);
                _blocks[i].OfSmall.Backward(trace.Detail, trace.OfSmall, _change, _scratch, _detailGradient);
                AddToDetail();
                for (int at = 0; at < Count; at += VectorLength)
                {
                    Vector512<float> gradient = Vector512.Load(Values.Plane(1) + at);
                    Vector512<float> scaled = gradient * Load(trace.Exponential, at);
                    StoreBoth(at, -gradient * Load(trace.Detail, at), -scaled, trace);
                    scaled.Store(Values.Plane(1) + at);
                }

                _blocks[i].OfDetail.Backward(trace.Small, trace.OfDetail, _both, _scratch, _change);
                AddToSmall(_change, 1);
            }
        }

        public void Dispose()
        {
            foreach (IDisposable one in (IEnumerable<IDisposable>)[Values, _change, _both, _detailGradient, .. _scratch, .. Networks])
            {
                one.Dispose();
            }
        }

        private const int VectorLength = Products.VectorLength;

        // Values of the detail, borders included.
        private int Count => _details * Values.PlaneSize;

        private Span<float> Small() => Values.Values(0, 1);

        private Span<float> Detail() => Values.Values(1, _details);

        private void AddToSmall(PlaneStack change, float sign) => AddTo(Values.Plane(0), change.Plane(0), Values.PlaneSize, sign);

        private void AddToDetail() => AddTo(Values.Plane(1), _detailGradient.Plane(0), Count, 1);

        private static void AddTo(float* target, float* values, int count, float sign)
        {
            for (int at = 0; at < count; at += VectorLength)
            {
                (Vector512.Load(target + at) + (sign * Vector512.Load(values + at))).Store(target + at);
            }
        }

        private static Vector512<float> Load(PlaneStack planes, int at) => Vector512.Load(planes.Plane(0) + at);

        private Vector512<float> LoadShift(int at) => Vector512.Load(_both.Plane(_details) + at);

        // s = tanh of the first half of what the inner network gave, and exp(s) or exp(-s).
        private void SetFactors(CouplingTrace trace, float sign)
        {
            for (int at = 0; at < Count; at += VectorLength)
            {
                Vector512<float> factor =
                    Vector512<float>.One
                    - (Vector512.Create(2f) / (Vector512.Exp(2f * Load(_both, at)) + Vector512<float>.One));
                factor.Store(trace.Factor.Plane(0) + at);
                Vector512.Exp(sign * factor).Store(trace.Exponential.Plane(0) + at);
            }
        }

        // Gradients of what the inner network gave: of tanh's argument, and of the shift.
        private void StoreBoth(int at, Vector512<float> factorGradient, Vector512<float> shiftGradient, CouplingTrace trace)
        {
            Vector512<float> factor = Load(trace.Factor, at);
            (factorGradient * (Vector512<float>.One - (factor * factor))).Store(_both.Plane(0) + at);
            shiftGradient.Store(_both.Plane(_details) + at);
        }
    }
}
