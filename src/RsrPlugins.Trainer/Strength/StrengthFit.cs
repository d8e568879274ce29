// Fits an estimate of the strength to cases. What counts is the promise the ordinary benchmark measures: a blend that is worse than the
// better classical enlargement costs many times what a decibel of gain brings. Where a second network may stand in for the first, the
// estimates of both and the choice between them are fitted together: each learns the pictures that the choice gives it.
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Strength;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Networks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Strength;

/// <summary>How good blends are.</summary>
/// <param name="Gain">Mean gain over the better classical enlargement, in dB.</param>
/// <param name="Losses">Part of the cases that lose more than 0.05 dB.</param>
/// <param name="LargeLosses">Part of the cases that lose more than 0.3 dB.</param>
/// <param name="SsimLosses">Part of the cases that lose more than 0.005 SSIM.</param>
internal sealed record StrengthScore(double Gain, double Losses, double LargeLosses, double SsimLosses)
{
    /// <summary>Of cases with a blend for each.</summary>
    internal static StrengthScore Of(IReadOnlyList<StrengthCase> cases, Func<StrengthCase, Blend> choice)
    {
        double[] gains = [.. cases.Select(one => GainOf(one, choice(one)))];
        return new StrengthScore(
            gains.Average(),
            gains.Count(gain => gain < -0.05) / (double)gains.Length,
            gains.Count(gain => gain < -0.3) / (double)gains.Length,
            cases.Count(one => SsimGainOf(one, choice(one)) < -0.005) / (double)gains.Length
        );
    }

    /// <summary>Gain of one case in SSIM.</summary>
    internal static double SsimGainOf(StrengthCase one, Blend blend) => one.Sums(blend).SsimGain(blend.Strength);

    /// <summary>Gain of one case in dB.</summary>
    internal static double GainOf(StrengthCase one, Blend blend) =>
        10
        * Math.Log10(
            (one.Reference + StrengthFit.Floor)
                / (one.Sums(blend).Error(one.Classicals[blend.Kernel].Error, blend.Strength) + StrengthFit.Floor)
        );
}

/// <summary>What is fitted for one scale.</summary>
/// <param name="Strengths">An estimate of the strength for each network.</param>
/// <param name="Rests">An estimate for each network of which classical enlargement the rest is.</param>
/// <param name="Preference">Whether the second is to stand in for the first; null for one network.</param>
internal sealed record StrengthEstimates(
    IReadOnlyList<StrengthEstimator> Strengths,
    IReadOnlyList<StrengthEstimator> Rests,
    StrengthEstimator? Preference
)
{
    /// <summary>What the product shows of a case.</summary>
    internal Blend Of(StrengthCase one)
    {
        int network = Preference is not null && Preference.Of(one.Statistics) > 0.5 ? 1 : 0;
        int kernel = Rests[network].ChoiceOf(one.Statistics, ResizeWay.RestKernels.Count);
        return new Blend(kernel, network, Strengths[network].Of(one.Statistics));
    }
}

/// <summary>Fits <see cref="StrengthEstimates"/>.</summary>
internal static class StrengthFit
{
    /// <summary>Errors below this, in 8-bit levels squared, do not count: an 8-bit file cannot show them.</summary>
    internal const double Floor = 0.1;

    /// <summary>Usual number of steps of a fit.</summary>
    internal const int Steps = 1500;

    // Fits from different first weights, whose mean is taken.
    private const int Fits = 3;

    // Cases of one step, where there are more.
    private const int Batch = 8192;
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

    // What is lost beyond this in SSIM costs so much: 0.005 as much as two tenths of a decibel.
    private const double SsimLoss = 0.002;
    private const double SsimLossCost = 600;

    // Part of the cost that each network has for pictures of the other: its estimate must be sound for them too.
    private const double Unchosen = 0.2;

    // Least standard deviation of a statistic.
    private const double Spread = 1e-3;

    // Held, not implicit: see Networks/Constants.cs. That is also why sums are add(..., Constants.One) here.
    private static readonly Scalar _spread = Spread;
    private static readonly Scalar _lowest = -StrengthEstimator.Limit;
    private static readonly Scalar _highest = StrengthEstimator.Limit;
    private static readonly Scalar _firstSpread = Math.Sqrt(PictureStatistics.Count);
    private static readonly Scalar _secondSpread = 0.1;
    private static readonly Scalar _margin = Margin;
    private static readonly Scalar _jitter = Jitter;
    private static readonly Scalar _maxMissing = MaxMissing;
    private static readonly Scalar _lossCost = LossCost;
    private static readonly Scalar _largeLoss = -LargeLoss;
    private static readonly Scalar _largeLossCost = LargeLossCost;
    private static readonly Scalar _ssimLoss = -SsimLoss;
    private static readonly Scalar _ssimLossCost = SsimLossCost;
    private static readonly Scalar _unchosen = Unchosen;
    private static readonly Scalar _floor = Floor;
    private static readonly Scalar _decibels = 10 / Math.Log(10);
    private static readonly Scalar _two = 2.0;
    private static readonly Scalar _lastRest = ResizeWay.RestKernels.Count - 1.0;
    private static readonly Scalar _lastStrength = NetworkSums.Strengths.Count - 1.0;
    private static readonly Scalar _shareRange = 1 + (2 * StrengthEstimator.Beyond);
    private static readonly Scalar _shareStart = -StrengthEstimator.Beyond;
    private static readonly Scalar[] _places =
    [
        .. Enumerable
            .Range(0, Math.Max(ResizeWay.RestKernels.Count, NetworkSums.Strengths.Count))
            .Select(place => (Scalar)(-(double)place)),
    ];

    /// <summary>Fits to the cases that are not held back.</summary>
    /// <param name="cases">At least some hundreds, all with as many networks.</param>
    /// <param name="hidden">Hidden units of each of the fits whose mean is taken.</param>
    /// <param name="seed">Of the first weights.</param>
    /// <param name="steps">Of each of the fits.</param>
    internal static StrengthEstimates Fit(IReadOnlyList<StrengthCase> cases, int hidden, int seed, int steps = Steps)
    {
        StrengthCase[] seen = [.. cases.Where(one => !one.IsHeldBack)];
        const int Count = PictureStatistics.Count;
        using DisposeScope scope = NewDisposeScope();
        Tensor raw = tensor(seen.SelectMany(one => one.Statistics).ToArray(), [seen.Length, Count]);
        Tensor mean = raw.mean([0]),
            scale = raw.std([0]).add(_spread, Constants.One).reciprocal();
        Tensor inputs = raw.sub(mean).mul(scale).clamp(_lowest, _highest);
        int networks = seen[0].Networks;
        Blends[][] blends =
        [
            .. Enumerable
                .Range(0, networks)
                .Select(network =>
                    Enumerable.Range(0, ResizeWay.RestKernels.Count).Select(kernel => new Blends(seen, kernel, network)).ToArray()
                ),
        ];
        Head[][] fits;
        int threads = get_num_threads();
        try
        {
            // The matrices are small: a second thread costs more than it brings, and with one the sums are the same on every machine.
            set_num_threads(1);
            fits = [.. Enumerable.Range(0, Fits).Select(fit => FitOne(inputs, blends, hidden, seed + fit, steps))];
        }
        finally
        {
            set_num_threads(threads);
        }

        StrengthEstimator[] estimators = [.. Enumerable.Range(0, fits[0].Length).Select(head => Mean([.. fits.Select(fit => fit[head])]))];
        return new StrengthEstimates(
            estimators[..networks],
            estimators[networks..(2 * networks)],
            networks == 1 ? null : estimators[2 * networks]
        );

        // The mean of several fits' sums is one network with all their units, and surer than each.
        StrengthEstimator Mean(Head[] heads) =>
            new(
                [
                    .. Values(mean),
                    .. Values(scale),
                    .. heads.SelectMany(head => head.Units.SelectMany(unit => unit)),
                    heads.Average(head => head.Output[0]),
                    .. heads.SelectMany(head => head.Output.Skip(1).Select(weight => weight / Fits)),
                ]
            );
    }

    // Weights of one estimate of one fit: of each unit its bias and its inputs, of the output the same.
    private sealed record Head(float[][] Units, float[] Output);

    // Heads: of each network the strength, then of each the rest, then whether the second network stands in.
    private static Head[] FitOne(Tensor inputs, Blends[][] blends, int hidden, int seed, int steps)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(seed);
        int networks = blends.Length;
        HeadWeights[] heads =
        [
            .. Enumerable.Range(0, networks == 1 ? 2 : (2 * networks) + 1).Select(head => new HeadWeights(hidden, head < networks ? 1 : 0)),
        ];
        using Adam optimiser = new Adam(heads.SelectMany(head => head.All), WeightDecay);
        Tensor all = tensor(Enumerable.Range(0, (int)inputs.shape[0]).Select(index => (long)index).ToArray());
        Tensor possible = blends.SelectMany(kernels => kernels).Select(one => one.Gains(one.Best, all)).Aggregate(maximum);
        Tensor wanted = possible.clamp_max(_margin);
        for (int step = 0; step < steps; step++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor drawn = randperm(inputs.shape[0])[..(int)Math.Min(Batch, inputs.shape[0])];
            Tensor noisy = inputs[drawn];
            noisy = noisy.add(randn_like(noisy).mul(_jitter), Constants.One);
            Tensor[] costs = [.. Enumerable.Range(0, networks).Select(network => CostOfRests(network, noisy, drawn))];
            Tensor cost = costs[0];
            if (networks > 1)
            {
                Tensor second = heads[^1].Share(noisy);
                cost = OneLess(second)
                    .mul(costs[0])
                    .add(second.mul(costs[1]), Constants.One)
                    .add(costs[0].add(costs[1], Constants.One).mul(_unchosen).div(_two), Constants.One);
            }

            Tensor loss = blends[0][0].Weights[drawn].mul(cost).mean();
            loss.backward();
            optimiser.Step(Rate * (1 - (step / (double)steps)));
        }

        Head[] fitted = [.. heads.Select(head => head.Head())];
        Array.ForEach(heads, head => head.Dispose());
        return fitted;

        // Between two kernels the cost is on a straight line: a share near one of them is a sure choice.
        Tensor CostOfRests(int network, Tensor statistics, Tensor drawn)
        {
            Tensor strength = heads[network].Share(statistics),
                at = heads[networks + network].Share(statistics).mul(_lastRest);
            return Sum(blends[network].Select((one, kernel) => Nearness(at, kernel).mul(Cost(one, strength, drawn))));
        }

        Tensor Cost(Blends blend, Tensor strength, Tensor drawn)
        {
            Tensor gains = blend.Gains(strength, drawn);
            return possible[drawn]
                .sub(gains)
                .clamp_max(_maxMissing)
                .add(wanted[drawn].sub(gains).clamp_min(Constants.Zero).mul(_lossCost), Constants.One)
                .add(gains.neg().add(_largeLoss, Constants.One).clamp_min(Constants.Zero).mul(_largeLossCost), Constants.One)
                .add(
                    blend.SsimGains(strength, drawn).neg().add(_ssimLoss, Constants.One).clamp_min(Constants.Zero).mul(_ssimLossCost),
                    Constants.One
                );
        }
    }

    private static Tensor OneLess(Tensor values) => values.neg().add(Constants.One, Constants.One);

    // 1 at a place, falling to 0 at its neighbours: what lies between two places is shared on a straight line.
    private static Tensor Nearness(Tensor at, int place) =>
        OneLess(at.add(_places[place], Constants.One).abs()).clamp_min(Constants.Zero);

    private static Tensor Sum(IEnumerable<Tensor> terms) => terms.Aggregate((sum, one) => sum.add(one, Constants.One));

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

    // Trained weights of one estimate.
    private sealed class HeadWeights(int hidden, float bias) : IDisposable
    {
        private readonly Parameter _first = new(randn(hidden, PictureStatistics.Count).div(_firstSpread));
        private readonly Parameter _firstBias = new(zeros(hidden));
        private readonly Parameter _second = new(randn(hidden).mul(_secondSpread));
        private readonly Parameter _secondBias = new(tensor([bias]));

        public IEnumerable<Parameter> All => [_first, _firstBias, _second, _secondBias];

        public Tensor Share(Tensor inputs)
        {
            Tensor units = inputs.matmul(_first.t()).add(_firstBias, Constants.One);
            Tensor sum = units
                .div(units.abs().add(Constants.One, Constants.One))
                .matmul(_second)
                .add(_secondBias, Constants.One);
            return sigmoid(sum).mul(_shareRange).add(_shareStart, Constants.One).clamp(Constants.Zero, Constants.One);
        }

        public void Dispose()
        {
            foreach (Parameter one in All)
            {
                one.Dispose();
            }
        }

        public Head Head() =>
            new(
                [.. Enumerable.Range(0, hidden).Select(unit => (float[])[.. Values(_firstBias[unit].reshape(1)), .. Values(_first[unit])])],
                [.. Values(_secondBias), .. Values(_second)]
            );
    }

    // The numbers of cases as tensors.
    private sealed class Blends
    {
        private readonly Tensor _network;
        private readonly Tensor _common;
        private readonly Tensor _classical;
        private readonly Tensor _reference;
        private readonly Tensor[] _ssimGains;

        public Blends(StrengthCase[] cases, int kernel, int network)
        {
            Blend blend = new Blend(kernel, network, 0);
            (_network, _common) = (Column(one => one.Sums(blend).Network), Column(one => one.Sums(blend).Common));
            (_classical, _reference) = (Column(one => one.Classicals[kernel].Error), Column(one => one.Reference));
            _ssimGains =
            [
                .. Enumerable.Range(0, NetworkSums.Strengths.Count).Select(at => Column(one => one.Sums(blend).SsimGains[at])),
            ];
            (Best, Weights) = (Column(one => one.Sums(blend).BestStrength), Column(one => WeightOf(one.By)));

            Tensor Column(Func<StrengthCase, double> value) => tensor(cases.Select(one => (float)value(one)).ToArray());
        }

        public Tensor Best { get; }

        /// <summary>How much each case counts.</summary>
        public Tensor Weights { get; }

        /// <summary>Gains over the better classical enlargement, in dB.</summary>
        /// <param name="strength">One for each case.</param>
        /// <param name="of">The cases' numbers.</param>
        public Tensor Gains(Tensor strength, Tensor of) =>
            Logarithm(_reference[of])
                .sub(
                    Logarithm(
                        _classical[of]
                            .sub(strength.mul(_two).mul(_common[of]))
                            .add(strength.mul(strength).mul(_network[of]), Constants.One)
                            .clamp_min(Constants.Zero)
                    )
                )
                .mul(_decibels);

        /// <summary>Gains in SSIM, as <see cref="NetworkSums.SsimGain"/>.</summary>
        /// <param name="strength">One for each case.</param>
        /// <param name="of">The cases' numbers.</param>
        public Tensor SsimGains(Tensor strength, Tensor of)
        {
            Tensor at = strength.mul(_lastStrength);
            return Sum(_ssimGains.Select((gains, index) => gains[of].mul(Nearness(at, index))));
        }

        private static Tensor Logarithm(Tensor errors) => errors.add(_floor, Constants.One).log();
    }
}
