// A worker computes the gradient of its part of a batch on one core. Torch has the loss, and all of it where the trainer's own kernels do
// not run; with them, Torch's graph ends at the crops and the networks hand gradients on.
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Kernels;
using RsrPlugins.Trainer.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Training;

/// <summary>A part of each batch: its own gradient over the shared weights.</summary>
internal sealed class TrainingWorker : IDisposable
{
    private readonly ParameterViews _views;
    private readonly NetworkPair _networks;
    private readonly TrainingConfig _config;
    private readonly Device _device;
    private readonly int _samples;
    private readonly int _lowSide;
    private readonly float[] _high;
    private readonly float[] _low;
    private readonly float[] _smallPixelWeights;
    private readonly float[] _lossWeights;
    private readonly float[] _classicalErrors;
    private readonly float[] _hingeFactors;
    private readonly ParameterLayout _layout;
    private readonly Tensor _weights;
    private readonly IFusedReducing? _fusedReducing;
    private readonly IFusedEnlarging? _fusedEnlarging;
    private readonly StructuralSimilarity? _similarity;

    internal TrainingWorker(TrainingConfig config, ParameterLayout layout, Tensor weights, int samples)
    {
        _config = config;
        _layout = layout;
        _weights = weights;
        _views = new ParameterViews(layout, weights, train: true);
        _networks = new NetworkPair(config, _views);
        _device = weights.device;
        _samples = samples;
        _lossWeights = new float[samples];
        _classicalErrors = new float[samples];
        _hingeFactors = new float[samples];
        _high = new float[samples * config.Patch * config.Patch];
        _lowSide = config.LowSide;
        _low = new float[samples * _lowSide * _lowSide];
        _smallPixelWeights = new float[_low.Length];
        Array.Fill(_smallPixelWeights, (float)config.LowResolutionWeight);
        _similarity = config.SsimWeight > 0 ? new StructuralSimilarity(config.Patch, _device) : null;
        if (config.UsesOwnKernels)
        {
            (_fusedReducing, _fusedEnlarging) = config.Kind switch
            {
                RunKind.Invertible => Both(new FusedInvertibleNetwork(config.Scale, layout, samples, config.Patch)),
                RunKind.Learned when !config.ReducingIsFrozen => (new FusedRRNet(config.Scale, layout, samples, config.Patch), SRNet()),
                _ => (null, SRNet()),
            };
        }

        FusedSRNet SRNet() => new(config.Scale, config.Units, layout, samples, _lowSide);

        static (IFusedReducing?, IFusedEnlarging?) Both(FusedInvertibleNetwork network) => (network, network);
    }

    internal Tensor Gradient => _views.Gradient!;

    /// <summary>What has the run's RRNet make small pictures of whole ones.</summary>
    internal SmallPictures SmallPictures(FirstUse firstUse) => new(_config, _layout, _weights, RRNet!, firstUse);

    /// <summary>Leaves the gradient of the worker's samples in <see cref="Gradient"/> and returns their loss.</summary>
    internal double ComputeGradient(CropSampler crops, long step, int firstSample)
    {
        (int highPixels, int lowPixels) = (_high.Length / _samples, _low.Length / _samples);
        for (int i = 0; i < _samples; i++)
        {
            _lossWeights[i] = crops.Sample(
                new SampleRandom(_config.Seed, step, firstSample + i),
                _high.AsSpan(i * highPixels, highPixels),
                _low.AsSpan(i * lowPixels, lowPixels),
                out _classicalErrors[i],
                out _hingeFactors[i]
            );
        }

        using DisposeScope scope = NewDisposeScope();
        using (no_grad())
        {
            Gradient.zero_();
        }

        Tensor high = tensor(_high, [_samples, 1, _config.Patch, _config.Patch]).to(_device);
        Tensor? unbounded = RRNet is null || _config.ReducingIsFrozen ? null : ForwardRRNet(high);
        Tensor low = unbounded is null ? tensor(_low, [_samples, 1, _lowSide, _lowSide]).to(_device) : RRNet!.Bound(unbounded);
        Tensor restored = ForwardSRNet(low);
        Tensor loss = RestorationLoss(restored, high);
        double value = loss.item<float>();
        if (_fusedEnlarging is not null)
        {
            // Torch goes back from the loss to the large crops, the network's own code from there to the small ones; what they gave, Torch
            // takes on with: the gradient of sum(low * g) is g.
            loss.backward();
            float[] lowGradient = new float[_low.Length];
            _fusedEnlarging.Backward(TorchValues.Of(restored.grad!), TorchValues.Of(Gradient), lowGradient);
            loss = low.mul(tensor(lowGradient, low.shape)).sum();
        }

        if (unbounded is not null)
        {
            Tensor terms = SmallCropTerms(low, high);
            value += terms.item<float>();
            loss = loss.add(terms, Constants.One);
        }

        if (loss.requires_grad)
        {
            loss.backward();
        }

        if (unbounded is not null && _fusedReducing is not null)
        {
            _fusedReducing.Backward(TorchValues.Of(unbounded.grad!), TorchValues.Of(Gradient));
        }

        return value;
    }

    /// <summary>RRNet's small crops before Q-BReLU: of Torch's graph, or a leaf of it whose gradient is handed back to the network's own
    /// code.</summary>
    private Tensor ForwardRRNet(Tensor high)
    {
        if (_fusedReducing is null)
        {
            return RRNet!.ForwardUnbounded(high);
        }

        float[] unbounded = new float[_low.Length];
        _fusedReducing.Forward(TorchValues.Of(_weights), _high, unbounded);
        return tensor(unbounded, [_samples, 1, _lowSide, _lowSide], requires_grad: true);
    }

    /// <summary>The same for the large crops of the enlarging network.</summary>
    private Tensor ForwardSRNet(Tensor low)
    {
        if (_fusedEnlarging is null)
        {
            return _networks.Enlarging.Forward(low);
        }

        float[] restored = new float[_high.Length];
        using Tensor values = low.detach();
        _fusedEnlarging.Forward(TorchValues.Of(_weights), TorchValues.Of(values), restored);
        return tensor(restored, [_samples, 1, _config.Patch, _config.Patch], requires_grad: true);
    }

    /// <summary>What is asked of RRNet's crops themselves.</summary>
    private Tensor SmallCropTerms(Tensor low, Tensor high)
    {
        using Scalar brightnessWeight = _config.BrightnessWeight;
        // mul and not square(), which is pow with an implicit Scalar: see Networks/Constants.cs.
        Tensor shift = low.mean([1, 2, 3]).sub(high.mean([1, 2, 3]));
        Tensor terms = shift.mul(shift).mean().mul(brightnessWeight);
        if (_config.ComparesSmallPictures)
        {
            if (_config.GrainWeight > 0)
            {
                WeighSmallPixels();
            }

            Tensor difference = low.sub(tensor(_low, low.shape).to(_device));
            terms = terms.add(
                difference.mul(difference).mul(tensor(_smallPixelWeights, low.shape).to(_device)).mean(),
                Constants.One
            );
        }

        return terms;
    }

    /// <summary>What the squared difference of each pixel from the bicubic small picture counts.</summary>
    private void WeighSmallPixels()
    {
        (float everywhere, float whereSmooth) = ((float)_config.LowResolutionWeight, (float)_config.GrainWeight);
        int pixels = _lowSide * _lowSide;
        for (int sample = 0; sample < _samples; sample++)
        {
            GrainVisibility.Compute(_low.AsSpan(sample * pixels, pixels), _lowSide, _smallPixelWeights.AsSpan(sample * pixels, pixels));
        }

        for (int i = 0; i < _smallPixelWeights.Length; i++)
        {
            _smallPixelWeights[i] = everywhere + (whereSmooth * _smallPixelWeights[i]);
        }
    }

    private Tensor RestorationLoss(Tensor restored, Tensor high)
    {
        Tensor ofCrops = _config.Loss switch
        {
            TrainingLoss.L2 or TrainingLoss.Psnr => SquaredError(),
            TrainingLoss.Rmse => SquaredError().add(Constants.TinySquare, Constants.One).sqrt(),
            TrainingLoss.LogMse => SquaredError().add(Constants.QuarterLevelSquare, Constants.One).log(),
            _ => nn.functional.l1_loss(restored, high, nn.Reduction.None).mean([1, 2, 3]),
        };
        if (_config.HingeWeight > 0)
        {
            using Scalar hingeWeight = _config.HingeWeight;
            ofCrops = ofCrops.add(
                ofCrops.sub(tensor(_classicalErrors).to(_device)).relu().mul(tensor(_hingeFactors).to(_device)),
                hingeWeight
            );
        }

        Tensor loss = ofCrops.mul(tensor(_lossWeights).to(_device)).mean();
        if (_similarity is not null)
        {
            using Scalar weight = -_config.SsimWeight;
            using Scalar best = _config.SsimWeight;
            loss = loss.add(_similarity.Of(restored, high).mean().mul(weight), Constants.One).add(best, Constants.One);
        }

        return loss;

        Tensor SquaredError() => nn.functional.mse_loss(restored, high, nn.Reduction.None).mean([1, 2, 3]);
    }

    /// <summary>Null where small pictures are given.</summary>
    private IReducingNetwork? RRNet => _networks.Reducing;

    public void Dispose()
    {
        _fusedReducing?.Dispose();
        if (!ReferenceEquals(_fusedEnlarging, _fusedReducing))
        {
            _fusedEnlarging?.Dispose();
        }

        _similarity?.Dispose();
        _views.Dispose();
    }
}
