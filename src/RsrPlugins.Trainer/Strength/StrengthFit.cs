// Fits an estimate of the strength to cases. What counts is the promise the ordinary benchmark measures: a blend that is worse than the
// better classical enlargement costs many times what a decibel of gain brings.
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Strength;
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

    private const int Steps = 4000;
    private const double Rate = 0.01;
    private const double WeightDecay = 0.02;

    // Noise on standardised statistics, against learning cases by heart.
    private const double Jitter = 0.15;

    // A case has to gain this much before it stops costing, in dB; what is missing costs so many times a decibel of gain.
    private const double Margin = 0.04;
    private const double LossCost = 8;
    private const double LargeLossCost = 30;
    private const double LargeLoss = 0.15;

    // More gain than this above the strengths' best is not asked for.
    private const double Spread = 1e-3;

    /// <summary>Fits to the cases that are not held back.</summary>
    /// <param name="cases">At least some hundreds.</param>
    /// <param name="hidden">Hidden units.</param>
    /// <param name="seed">Of the first weights.</param>
    internal static StrengthEstimator Fit(IReadOnlyList<StrengthCase> cases, int hidden, int seed)
    {
        StrengthCase[] seen = [.. cases.Where(one => !one.IsHeldBack)];
        const int Count = PictureStatistics.Count;
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(seed);
        Tensor raw = tensor(seen.SelectMany(one => one.Statistics).ToArray(), [seen.Length, Count]);
        Tensor mean = raw.mean([0]),
            scale = 1 / (raw.std([0]) + Spread);
        Tensor inputs = ((raw - mean) * scale).clamp(-StrengthEstimator.Limit, StrengthEstimator.Limit);
        Tensor network = Column(one => one.Network),
            common = Column(one => one.Common),
            bicubic = Column(one => one.Bicubic),
            classical = Column(one => one.Classical);
        using Parameter first = new Parameter(randn(hidden, Count) / Math.Sqrt(Count)),
            firstBias = new Parameter(zeros(hidden)),
            second = new Parameter(randn(hidden) * 0.1),
            secondBias = new Parameter(ones(1));
        using optim.Optimizer optimiser = optim.AdamW([first, firstBias, second, secondBias], lr: Rate, weight_decay: WeightDecay);
        Tensor possible = Gains(Best());
        for (int step = 0; step < Steps; step++)
        {
            using DisposeScope inner = NewDisposeScope();
            foreach (ILearningRateController group in optimiser.ParamGroups)
            {
                group.LearningRate = Rate * (1 - (step / (double)Steps));
            }

            Tensor units = (inputs + (Jitter * randn_like(inputs))).matmul(first.t()) + firstBias;
            Tensor strength = sigmoid((units / (1 + units.abs())).matmul(second) + secondBias);
            Tensor gains = Gains(strength);
            Tensor loss = (
                (possible - gains).clamp_max(2)
                + (LossCost * (minimum(possible, Margin * ones_like(possible)) - gains).clamp_min(0))
                + (LargeLossCost * (-LargeLoss - gains).clamp_min(0))
            ).mean();
            optimiser.zero_grad();
            loss.backward();
            optimiser.step();
        }

        float[] weights =
        [
            .. Values(mean),
            .. Values(scale),
            .. Enumerable.Range(0, hidden).SelectMany(unit => Values(firstBias[unit].reshape(1)).Concat(Values(first[unit]))),
            .. Values(secondBias),
            .. Values(second),
        ];
        return new StrengthEstimator(weights);

        Tensor Column(Func<StrengthCase, double> value) => tensor(seen.Select(one => (float)value(one)).ToArray());

        Tensor Gains(Tensor strength) =>
            (10 / Math.Log(10))
            * (
                (classical + Floor).log()
                - ((bicubic - (2 * strength * common) + (strength * strength * network)).clamp_min(0) + Floor).log()
            );

        Tensor Best() => (common / (network + 1e-6)).clamp(0, 1);
    }

    private static float[] Values(Tensor values) => values.detach().cpu().data<float>().ToArray();
}
