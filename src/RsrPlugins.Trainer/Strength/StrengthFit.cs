// Fits an estimate of the strength to cases. What counts is the promise the ordinary benchmark measures: a blend that is worse than the
// better classical enlargement costs many times what a decibel of gain brings.
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Strength;
using RsrPlugins.Trainer.Data;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace RsrPlugins.Trainer.Strength;

/// <summary>How good blends are.</summary>
/// <param name="Gain">Mean gain over the better classical enlargement, in dB.</param>
/// <param name="Losses">Part of the cases that lose more than 0.05 dB.</param>
/// <param name="LargeLosses">Part of the cases that lose more than 0.3 dB.</param>
internal sealed record StrengthScore(double Gain, double Losses, double LargeLosses)
{
    /// <summary>Of cases with a strength for each.</summary>
    internal static StrengthScore Of(IReadOnlyList<StrengthCase> cases, Func<StrengthCase, double> strength)
    {
        double[] gains = [.. cases.Select(one => GainOf(one, strength(one)))];
        return new StrengthScore(
            gains.Average(),
            gains.Count(gain => gain < -0.05) / (double)gains.Length,
            gains.Count(gain => gain < -0.3) / (double)gains.Length
        );
    }

    private static double GainOf(StrengthCase one, double strength) =>
        10 * Math.Log10((one.Classical + StrengthFit.Floor) / (one.Error(strength) + StrengthFit.Floor));
}

/// <summary>Fits a <see cref="StrengthEstimator"/>.</summary>
internal static class StrengthFit
{
    /// <summary>Errors below this, in 8-bit levels squared, do not count: an 8-bit file cannot show them.</summary>
    internal const double Floor = 0.1;

    // Fits from different first weights, whose mean is taken.
    private const int Fits = 3;
    private const int Steps = 1500;
    private const double Rate = 0.01;
    private const double WeightDecay = 0.02;

    // Noise on standardised statistics, against learning cases by heart.
    private const double Jitter = 0.1;

    // A decibel below the best possible gain costs one, up to so many.
    private const double MaxMissing = 4;

    // A case has to gain this much, in dB, before it stops costing more; what is missing costs so many times a decibel of gain.
    private const double Margin = 0.04;
    private const double LossCost = 8;

    // What is lost beyond this, in dB, costs so many times more still.
    private const double LargeLoss = 0.15;
    private const double LargeLossCost = 15;

    // Least standard deviation of a statistic.
    private const double Spread = 1e-3;

    /// <summary>Fits to the cases that are not held back.</summary>
    /// <param name="cases">At least some hundreds.</param>
    /// <param name="hidden">Hidden units of each of the fits whose mean is taken.</param>
    /// <param name="seed">Of the first weights.</param>
    internal static StrengthEstimator Fit(IReadOnlyList<StrengthCase> cases, int hidden, int seed)
    {
        StrengthCase[] seen = [.. cases.Where(one => !one.IsHeldBack)];
        const int Count = PictureStatistics.Count;
        using DisposeScope scope = NewDisposeScope();
        Tensor raw = tensor(seen.SelectMany(one => one.Statistics).ToArray(), [seen.Length, Count]);
        Tensor mean = raw.mean([0]),
            scale = 1 / (raw.std([0]) + Spread);
        Tensor inputs = ((raw - mean) * scale).clamp(-StrengthEstimator.Limit, StrengthEstimator.Limit);
        Blends blends = new Blends(seen);

        // The mean of several fits' sums is one network with all their units, and surer than each.
        List<float> units = [],
            outputs = [];
        float bias = 0;
        for (int fit = 0; fit < Fits; fit++)
        {
            (float[][] weights, float[] output) = FitOne(inputs, blends, hidden, seed + fit);
            units.AddRange(weights.SelectMany(unit => unit));
            bias += output[0] / Fits;
            outputs.AddRange(output.Skip(1).Select(weight => weight / Fits));
        }

        return new StrengthEstimator([.. Values(mean), .. Values(scale), .. units, bias, .. outputs]);
    }

    private static (float[][] Units, float[] Output) FitOne(Tensor inputs, Blends blends, int hidden, int seed)
    {
        const int Count = PictureStatistics.Count;
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(seed);
        using Parameter first = new Parameter(randn(hidden, Count) / Math.Sqrt(Count)),
            firstBias = new Parameter(zeros(hidden)),
            second = new Parameter(randn(hidden) * 0.1),
            secondBias = new Parameter(ones(1));
        using Optimizer optimiser = AdamW([first, firstBias, second, secondBias], lr: Rate, weight_decay: WeightDecay);
        Tensor possible = blends.Gains(blends.Best);
        Tensor wanted = minimum(possible, Margin * ones_like(possible));
        for (int step = 0; step < Steps; step++)
        {
            using DisposeScope inner = NewDisposeScope();
            foreach (ILearningRateController group in optimiser.ParamGroups)
            {
                group.LearningRate = Rate * (1 - (step / (double)Steps));
            }

            Tensor units = (inputs + (Jitter * randn_like(inputs))).matmul(first.t()) + firstBias;
            Tensor sum = (units / (1 + units.abs())).matmul(second) + secondBias;
            Tensor strength = (((1 + (2 * StrengthEstimator.Beyond)) * sigmoid(sum)) - StrengthEstimator.Beyond).clamp(0, 1);
            Tensor gains = blends.Gains(strength);
            Tensor loss =
                (possible - gains).clamp_max(MaxMissing)
                + (LossCost * (wanted - gains).clamp_min(0))
                + (LargeLossCost * (-LargeLoss - gains).clamp_min(0));
            loss = (blends.Weights * loss).mean();
            optimiser.zero_grad();
            loss.backward();
            optimiser.step();
        }

        return (
            [.. Enumerable.Range(0, hidden).Select(unit => (float[])[.. Values(firstBias[unit].reshape(1)), .. Values(first[unit])])],
            [.. Values(secondBias), .. Values(second)]
        );
    }

    // Most files are made small well, and must not pay for the few that are not; the strongest sharpening that is drawn is rare.
    private static double WeightOf(SmallBy by) =>
        by switch
        {
            SmallBy.Bicubic => 3,
            SmallBy.Area or SmallBy.Lanczos => 2,
            SmallBy.Triangle or SmallBy.Linear => 1.5,
            SmallBy.Unsharp => 0.3,
            _ => 1,
        };

    private static float[] Values(Tensor values) => values.detach().cpu().data<float>().ToArray();

    // The numbers of cases as tensors.
    private sealed class Blends
    {
        private readonly Tensor _network;
        private readonly Tensor _common;
        private readonly Tensor _bicubic;
        private readonly Tensor _classical;

        public Blends(StrengthCase[] cases)
        {
            (_network, _common) = (Column(one => one.Network), Column(one => one.Common));
            (_bicubic, _classical) = (Column(one => one.Bicubic), Column(one => one.Classical));
            (Best, Weights) = (Column(one => one.BestStrength), Column(one => WeightOf(one.By)));

            Tensor Column(Func<StrengthCase, double> value) => tensor(cases.Select(one => (float)value(one)).ToArray());
        }

        public Tensor Best { get; }

        /// <summary>How much each case counts.</summary>
        public Tensor Weights { get; }

        /// <summary>Gains over the better classical enlargement, in dB.</summary>
        public Tensor Gains(Tensor strength) =>
            (10 / Math.Log(10))
            * (
                (_classical + Floor).log()
                - ((_bicubic - (2 * strength * _common) + (strength * strength * _network)).clamp_min(0) + Floor).log()
            );
    }
}
