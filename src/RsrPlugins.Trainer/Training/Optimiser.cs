// Muon on the hidden convolutions, Adam on everything else (first and last layers, biases): +0.67 dB over Adam alone in
// equal time, see docs/training-diary.md.
//
// Muon replaces a gradient matrix X (64 x inputs k k) by the nearest orthogonal one, approximated by five Newton-Schulz
// steps X <- (a I + b A + c A A) X with A = X X^T. All hidden layers of our networks have 64 outputs, so every A is 64 x 64; since all
// of the steps' factors are polynomials in the same A they commute, and the steps can be taken on the stacked 64 x 64
// matrices alone, with each X multiplied once at the end. Layers of another width are stacked with their like. Kernels/Muon.cs does the
// same without Torch, a layer at a time on each core.
using RsrPlugins.Trainer.Kernels;
using RsrPlugins.Trainer.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Training;

/// <summary>Updates a flat parameter vector from a flat gradient.</summary>
internal sealed class Optimiser : IDisposable
{
    private const double MuonMomentum = 0.95;
    private const double AdamBeta1 = 0.9;
    private const double AdamBeta2 = 0.999;
    private const int NewtonSchulzSteps = 5;

    // Coefficients of Jordan et al., "Muon" (2024): steep at 0, not exactly convergent, good to about 0.7-1.2 per singular value.
    private static readonly (double A, double B, double C) _newtonSchulz = (3.4445, -4.7750, 2.0315);

    // Held, not implicit: see Networks/Constants.cs.
    private static readonly Scalar _a = _newtonSchulz.A;
    private static readonly Scalar _b = _newtonSchulz.B;
    private static readonly Scalar _c = _newtonSchulz.C;
    private static readonly Scalar _muonMomentum = MuonMomentum;
    private static readonly Scalar _muonRest = 1 - MuonMomentum;
    private static readonly Scalar _adamBeta1 = AdamBeta1;
    private static readonly Scalar _adamRest1 = 1 - AdamBeta1;
    private static readonly Scalar _adamBeta2 = AdamBeta2;
    private static readonly Scalar _adamRest2 = 1 - AdamBeta2;
    private static readonly Scalar _adamEpsilon = 1e-8;
    private static readonly Scalar _tiny = 1e-20;

    private readonly ParameterLayout _layout;
    private readonly double _muonRate;
    private readonly double _reducingRateFactor;
    private readonly double _weightDecay;
    private readonly double _adamRate;
    private readonly Tensor _momentum;
    private readonly Tensor _mean;
    private readonly Tensor _variance;
    private readonly Tensor _rateFactors;
    private readonly Dictionary<int, Tensor> _scaledIdentities;
    private readonly WorkerPool? _pool;
    private readonly Muon[] _muons;
    private readonly ConvolutionSpec[] _layersBySize;

    /// <param name="layout">Shapes.</param>
    /// <param name="device">Where the parameters are.</param>
    /// <param name="config">Rates.</param>
    /// <param name="pool">The cores that share the layers if Muon is computed by the trainer's own kernels; null computes all with
    /// Torch.</param>
    internal Optimiser(ParameterLayout layout, Device device, TrainingConfig config, WorkerPool? pool = null)
    {
        _layout = layout;
        _pool = pool;
        _layersBySize = [.. layout.Hidden.OrderByDescending(ColumnsOf)];
        _muons = pool is null ? [] : [.. Enumerable.Range(0, pool.Count).Select(_ => new Muon(ColumnsOf(_layersBySize[0])))];
        _muonRate = config.MuonRate;
        _reducingRateFactor = config.ReducingRateFactor;
        _weightDecay = config.WeightDecay;
        _adamRate = config.AdamRate;
        using DisposeScope scope = NewDisposeScope();
        int adamCount = layout.Count - layout.HiddenCount;
        _momentum = zeros(layout.HiddenCount, device: device).DetachFromDisposeScope();
        _mean = zeros(adamCount, device: device).DetachFromDisposeScope();
        _variance = zeros(adamCount, device: device).DetachFromDisposeScope();

        Tensor factors = ones(layout.Count);
        foreach (ConvolutionSpec? layer in layout.Layers.Where(layer => layer.Role == LayerRole.Last))
        {
            factors.narrow(0, layout.WeightOffset(layer), layer.WeightCount).fill_(config.LastLayerRateFactor);
            factors.narrow(0, layout.BiasOffset(layer), layer.Outputs).fill_(config.LastLayerRateFactor);
        }

        _rateFactors = factors.narrow(0, layout.HiddenCount, adamCount).to(device).DetachFromDisposeScope();
        _scaledIdentities = layout
            .Hidden.Select(layer => layer.Outputs)
            .Distinct()
            .ToDictionary(width => width, width => eye(width, device: device).mul_(_a).DetachFromDisposeScope());
    }

    /// <summary>The vectors a checkpoint keeps.</summary>
    internal IEnumerable<(string Name, Tensor Values)> State =>
        [("muon.momentum", _momentum), ("adam.mean", _mean), ("adam.variance", _variance)];

    /// <summary>One update in place.</summary>
    /// <param name="parameters">Flat parameters.</param>
    /// <param name="gradient">Flat gradient.</param>
    /// <param name="step">Number of this update, from 1.</param>
    /// <param name="rate">The schedule's factor, 0 to 1.</param>
    internal void Step(Tensor parameters, Tensor gradient, long step, double rate)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        if (_pool is null)
        {
            StepMuon(parameters, gradient.narrow(0, 0, _layout.HiddenCount), rate * _muonRate);
        }
        else
        {
            StepMuon(_pool, parameters, gradient, rate * _muonRate);
        }

        StepAdam(
            parameters.narrow(0, _layout.HiddenCount, _mean.numel()),
            gradient.narrow(0, _layout.HiddenCount, _mean.numel()),
            step,
            rate * _adamRate
        );
    }

    private void StepMuon(Tensor parameters, Tensor gradient, double rate)
    {
        _momentum.mul_(_muonMomentum).add_(gradient, _muonRest);
        Tensor nesterov = gradient.mul(_muonRest).add_(_momentum, _muonMomentum);
        using Scalar enlarging = -rate;
        using Scalar reducing = -rate * _reducingRateFactor;
        using Scalar enlargingKept = 1 - (rate * _weightDecay);
        using Scalar reducingKept = 1 - (rate * _reducingRateFactor * _weightDecay);
        foreach (IGrouping<int, ConvolutionSpec> sameWidth in _layout.Hidden.GroupBy(layer => layer.Outputs))
        {
            Tensor[] matrices = sameWidth.Select(layer => Matrix(nesterov, layer)).ToArray();
            Tensor factors = OrthogonalisingFactors(matrices);
            int index = 0;
            foreach (ConvolutionSpec layer in sameWidth)
            {
                Matrix(parameters, layer).mul_(layer.IsReducing ? reducingKept : enlargingKept);
                Matrix(parameters, layer).add_(factors[index].mm(matrices[index]), layer.IsReducing ? reducing : enlarging);
                index++;
            }
        }
    }

    private void StepMuon(WorkerPool pool, Tensor parameters, Tensor gradient, double rate)
    {
        // The largest first, so that the cores are done at about the same time.
        int next = -1;
        pool.Run(worker =>
        {
            for (int i = Interlocked.Increment(ref next); i < _layersBySize.Length; i = Interlocked.Increment(ref next))
            {
                ConvolutionSpec layer = _layersBySize[i];
                double layerRate = rate * (layer.IsReducing ? _reducingRateFactor : 1);
                _muons[worker]
                    .Update(
                        _layout.Weights(TorchValues.Of(parameters), layer),
                        _layout.Weights(TorchValues.Of(_momentum), layer),
                        _layout.Weights(TorchValues.Of(gradient), layer),
                        (float)MuonMomentum,
                        ((float)_newtonSchulz.A, (float)_newtonSchulz.B, (float)_newtonSchulz.C),
                        NewtonSchulzSteps,
                        new MuonStep((float)layerRate, (float)(1 - (layerRate * _weightDecay)))
                    );
            }
        });
    }

    /// <summary>Columns of a layer's weights as a matrix of 64 rows.</summary>
    private static int ColumnsOf(ConvolutionSpec layer) => layer.WeightCount / layer.Outputs;

    /// <summary>For matrices [64, n] (any one number of rows that a hidden layer has) the factors [count, 64, 64] by which each is
    /// multiplied to make it nearly orthogonal.</summary>
    internal Tensor OrthogonalisingFactors(Tensor[] matrices)
    {
        Tensor grams = stack(matrices.Select(matrix => matrix.mm(matrix.t())));
        // Divided by the squared Frobenius norm (the trace of the Gram matrix) all singular values are at most 1.
        Tensor squaredNorms = grams.diagonal(0, 1, 2).sum(1).add_(_tiny).view(-1, 1, 1);
        Tensor q = grams.div(squaredNorms);
        Tensor? product = null;
        for (int i = 0; i < NewtonSchulzSteps; i++)
        {
            Tensor m = q.bmm(q).mul_(_c).add_(q, _b).add_(_scaledIdentities[(int)matrices[0].shape[0]], Constants.One);
            product = product is null ? m : m.bmm(product);
            q = m.bmm(q).bmm(m);
        }

        return product!.div(squaredNorms.sqrt());
    }

    private void StepAdam(Tensor parameters, Tensor gradient, long step, double rate)
    {
        using Scalar meanBias = 1 - Math.Pow(AdamBeta1, step);
        using Scalar varianceBias = 1 - Math.Pow(AdamBeta2, step);
        using Scalar negativeRate = -rate;
        _mean.mul_(_adamBeta1).add_(gradient, _adamRest1);
        _variance.mul_(_adamBeta2).addcmul_(gradient, gradient, _adamRest2);
        Tensor mean = _mean.div(meanBias);
        Tensor deviation = _variance.div(varianceBias).sqrt_().add_(_adamEpsilon);
        parameters.add_(mean.div_(deviation).mul_(_rateFactors), negativeRate);
    }

    private Tensor Matrix(Tensor flat, ConvolutionSpec layer) =>
        flat.narrow(0, _layout.WeightOffset(layer), layer.WeightCount).view(layer.Outputs, -1);

    public void Dispose()
    {
        foreach ((string _, Tensor? values) in State)
        {
            values.Dispose();
        }

        foreach (Muon muon in _muons)
        {
            muon.Dispose();
        }

        _rateFactors.Dispose();
        foreach (Tensor identity in _scaledIdentities.Values)
        {
            identity.Dispose();
        }
    }
}
