// Trains the classifier of reductions. It needs no enlarging network, only small pictures, and these are without end: every step sees new
// ones. Torch's own convolutions do; the network is small.
using RsrPlugins.Core.Strength;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Networks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace RsrPlugins.Trainer.Strength;

/// <summary>How well reductions are told apart.</summary>
/// <param name="Confusion">Of each reduction (row), how many pictures were taken for which (column).</param>
/// <param name="DamageHits">Part of the pictures whose damage was named rightly.</param>
internal sealed record ReductionScore(int[,] Confusion, double DamageHits)
{
    /// <summary>Part of the pictures of one reduction that were named rightly.</summary>
    internal double Hits(int reduction) => Confusion[reduction, reduction] / (double)Math.Max(1, Count(reduction));

    /// <summary>Pictures of one reduction.</summary>
    internal int Count(int reduction) => Enumerable.Range(0, ReductionClassifier.Reductions).Sum(column => Confusion[reduction, column]);
}

/// <summary>The classifier as Torch trains it.</summary>
internal sealed class ReductionTraining : IDisposable
{
    /// <summary>Usual rate of the first steps.</summary>
    internal const double Rate = 4e-3;

    private const int Batch = 48;
    private const int WarmUp = 100;

    // Held, not implicit: see Networks/Constants.cs. Squares are products, since an exponent would be made for them. The damage is half as
    // important as the reduction.
    private static readonly Scalar _damageWeight = 0.5;
    private static readonly Scalar _offset = ReductionClassifier.Offset;

    // Drawing a picture that is large enough, and held back or not as it should be.
    private const int MaxAttempts = 1000;

    // All small pictures of a step have one of these sides.
    private static readonly int[] _sides = [24, 32, 32, 48, 48, 64, 64, 96, 128];

    private readonly List<Parameter> _kernels = [];
    private readonly List<Parameter> _biases = [];
    private readonly Parameter _hidden;
    private readonly Parameter _hiddenBias;
    private readonly Parameter _output;
    private readonly Parameter _outputBias;
    private readonly Adam _optimiser;

    /// <param name="seed">Of the first weights.</param>
    internal ReductionTraining(int seed)
    {
        random.manual_seed(seed);
        int inputs = 1;
        foreach (int outputs in ReductionClassifier.Channels)
        {
            _kernels.Add(new Parameter(randn(outputs, inputs, 3, 3) * Math.Sqrt(2.0 / (9 * inputs))));
            _biases.Add(new Parameter(zeros(outputs)));
            inputs = outputs;
        }

        _hidden = new Parameter(randn(ReductionClassifier.Sums, ReductionClassifier.Hidden) * Math.Sqrt(2.0 / ReductionClassifier.Sums));
        _hiddenBias = new Parameter(zeros(ReductionClassifier.Hidden));
        _output = new Parameter(randn(ReductionClassifier.Hidden, ReductionClassifier.Outputs) * 0.1);
        _outputBias = new Parameter(zeros(ReductionClassifier.Outputs));
        _optimiser = new Adam(All, weightDecay: 0);
    }

    private IEnumerable<Parameter> All => [.. _kernels, .. _biases, _hidden, _hiddenBias, _output, _outputBias];

    /// <summary>Trains on pictures that are not held back.</summary>
    /// <param name="pictures">One source for each scale factor.</param>
    /// <param name="steps">Of <see cref="Batch"/> pictures each.</param>
    /// <param name="rate">Of the first steps; falls to 0 on a straight line.</param>
    /// <param name="from">Weights to start from, as <see cref="Weights"/> gives them; null for random ones.</param>
    /// <param name="log">Receives a line now and then, when the weights may be kept.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    internal void Train(
        IReadOnlyList<OrdinaryPictures> pictures,
        int steps,
        double rate,
        float[]? from,
        Action<string> log,
        CancellationToken cancellationToken
    )
    {
        if (from is null)
        {
            Standardise(Draw(pictures, 0, false));
        }
        else
        {
            Set(from);
        }

        double sum = 0;
        Task<OrdinarySmall[]> next = Task.Run(() => Draw(pictures, 1, false), cancellationToken);
        for (int step = 1; step <= steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            OrdinarySmall[] batch = next.GetAwaiter().GetResult();
            int following = step + 1;
            next = Task.Run(() => Draw(pictures, following, false), cancellationToken);
            using DisposeScope scope = NewDisposeScope();
            Tensor outputs = Forward(Inputs(batch));
            Tensor loss =
                cross_entropy(outputs[.., ..ReductionClassifier.Reductions], Targets(batch, one => (long)one.By))
                    .add(
                        cross_entropy(outputs[.., ReductionClassifier.Reductions..], Targets(batch, one => (long)one.Damage)),
                        _damageWeight
                    );
            loss.backward();
            _optimiser.Step(rate * Math.Min(step / (double)WarmUp, 1 - ((step - 1) / (double)steps)));
            sum += loss.item<float>();
            if (step % 100 == 0)
            {
                log(FormattableString.Invariant($"step {step} of {steps}, loss {sum / 100:0.000}"));
                sum = 0;
            }
        }

        next.GetAwaiter().GetResult();
    }

    /// <summary>Names the reductions of pictures held back.</summary>
    /// <param name="classifier">As the product computes it.</param>
    /// <param name="pictures">As in training.</param>
    /// <param name="batches">How many steps' pictures.</param>
    internal static ReductionScore Score(ReductionClassifier classifier, IReadOnlyList<OrdinaryPictures> pictures, int batches)
    {
        int[,] confusion = new int[ReductionClassifier.Reductions, ReductionClassifier.Reductions];
        (int hits, int count) = (0, 0);
        for (int batch = 1; batch <= batches; batch++)
        {
            foreach (OrdinarySmall one in Draw(pictures, -batch, true))
            {
                float[] outputs = Outputs(classifier, Array.ConvertAll(one.Small, value => 255 * value), one.Side);
                confusion[(int)one.By, Largest(outputs.AsSpan(0, ReductionClassifier.Reductions))]++;
                hits += Largest(outputs.AsSpan(ReductionClassifier.Reductions)) == (int)one.Damage ? 1 : 0;
                count++;
            }
        }

        return new ReductionScore(confusion, hits / (double)Math.Max(1, count));

        static int Largest(ReadOnlySpan<float> values)
        {
            int largest = 0;
            for (int i = 1; i < values.Length; i++)
            {
                largest = values[i] > values[largest] ? i : largest;
            }

            return largest;
        }
    }

    /// <summary>The product's outputs for a square picture.</summary>
    internal static float[] Outputs(ReductionClassifier classifier, float[] levels, int side)
    {
        bool[] visible = new bool[levels.Length];
        Array.Fill(visible, true);
        double[] sums = new double[ReductionClassifier.Sums];
        float[] outputs = new float[ReductionClassifier.Outputs];
        classifier.Write(sums, classifier.AddPlaces(levels, visible, side, side, sums), outputs);
        return outputs;
    }

    /// <summary>Torch's outputs for square pictures of one side, logarithms of probabilities up to a constant for each group.</summary>
    internal float[] Outputs(float[] levels, int side)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        return [.. Forward(Input(levels, side)).data<float>()];
    }

    /// <summary>The weights in the order of <see cref="ReductionClassifier"/>.</summary>
    internal float[] Weights()
    {
        using DisposeScope scope = NewDisposeScope();
        List<float> weights = [];
        Tensor[] kernels = Kernels();
        for (int layer = 0; layer < kernels.Length; layer++)
        {
            weights.AddRange(Values(kernels[layer].permute(2, 3, 1, 0)));
            weights.AddRange(Values(_biases[layer]));
        }

        foreach (Parameter one in (Parameter[])[_hidden, _hiddenBias, _output, _outputBias])
        {
            weights.AddRange(Values(one));
        }

        return [.. weights];

        static float[] Values(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();
    }

    // The inverse of Weights.
    private void Set(ReadOnlySpan<float> weights)
    {
        if (weights.Length != ReductionClassifier.Length)
        {
            throw new TrainerException(
                $"{ReductionClassifier.Length} weights of a classifier were expected; found {weights.Length}. Start from random ones."
            );
        }

        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        for (int layer = 0; layer < _kernels.Count; layer++)
        {
            long[] shape = _kernels[layer].shape;
            _kernels[layer].copy_(Take(ref weights, [3, 3, shape[1], shape[0]]).permute(3, 2, 0, 1));
            _biases[layer].copy_(Take(ref weights, _biases[layer].shape));
        }

        foreach (Parameter one in (Parameter[])[_hidden, _hiddenBias, _output, _outputBias])
        {
            one.copy_(Take(ref weights, one.shape));
        }

        static Tensor Take(ref ReadOnlySpan<float> weights, long[] shape)
        {
            int count = (int)shape.Aggregate((product, side) => product * side);
            Tensor taken = tensor(weights[..count].ToArray(), shape);
            weights = weights[count..];
            return taken;
        }
    }

    public void Dispose()
    {
        _optimiser.Dispose();
        foreach (Parameter one in All)
        {
            one.Dispose();
        }
    }

    private Tensor Forward(Tensor values)
    {
        Tensor[] kernels = Kernels();
        for (int layer = 0; layer < kernels.Length; layer++)
        {
            int stride = ReductionClassifier.Strides[layer];
            values = relu(conv2d(values, kernels[layer], _biases[layer], strides: [stride, stride]));
        }

        return relu(Means(values).matmul(_hidden).add(_hiddenBias, Constants.One)).matmul(_output).add(_outputBias, Constants.One);
    }

    // Logarithms of the means, then of those of the squares.
    private static Tensor Means(Tensor values) => cat([values, values * values], 1).mean([2, 3]).add(_offset, Constants.One).log();

    // The first kernels' sums are 0: brightness says nothing, and its large numbers would drown what does.
    private Tensor[] Kernels() => [_kernels[0] - _kernels[0].mean([2, 3], keepdim: true), .. _kernels.Skip(1)];

    // Kernels are divided so that every layer's values vary by 1 at the start (Mishkin and Matas 2016), and the means' logarithms are
    // centred: their levels differ from channel to channel by much more than what tells one reduction from another.
    private void Standardise(OrdinarySmall[] batch)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor values = Inputs(batch);
        for (int layer = 0; layer < _kernels.Count; layer++)
        {
            long stride = ReductionClassifier.Strides[layer];
            Tensor made = conv2d(values, Kernels()[layer], strides: [stride, stride]);
            Tensor spread = made.std();
            _kernels[layer].div_(spread);
            values = relu(made / spread);
        }

        Tensor means = Means(values);
        _hidden.div_(means.std([0]).unsqueeze(1) + 0.1);
        _hiddenBias.sub_(means.mean([0]).matmul(_hidden));
    }

    private static Tensor Inputs(OrdinarySmall[] batch) =>
        cat([.. batch.Select(one => Input(Array.ConvertAll(one.Small, value => 255 * value), one.Side))], 0);

    private static Tensor Input(float[] levels, int side) =>
        tensor(Array.ConvertAll(levels, level => (level - ReductionClassifier.Middle) / ReductionClassifier.Unit), [1, 1, side, side]);

    private static Tensor Targets(OrdinarySmall[] batch, Func<OrdinarySmall, long> target) => tensor(batch.Select(target).ToArray());

    // Pictures of one scale and side, held back or not.
    private static OrdinarySmall[] Draw(IReadOnlyList<OrdinaryPictures> pictures, int step, bool heldBack)
    {
        OrdinaryPictures source = pictures[Math.Abs(step) % pictures.Count];
        SampleRandom choices = source.Random(-1, step);
        int side = _sides[choices.NextInt(_sides.Length)];
        OrdinarySmall[] batch = new OrdinarySmall[Batch];
        Parallel.For(
            0,
            Batch,
            index =>
            {
                SampleRandom random = source.Random(index, step);
                OrdinarySmall? small = null;
                for (int attempt = 0; small is null && attempt < MaxAttempts; attempt++)
                {
                    OrdinaryPicture picture = source.Draw(ref random);
                    small = picture.IsHeldBack == heldBack ? source.MakeSmall(picture, side, ref random) : null;
                }

                batch[index] =
                    small
                    ?? throw new TrainerException(
                        $"Hardly any picture is large enough for a small one of {side} x {side} pixels{(heldBack ? " among those held back" : string.Empty)}."
                    );
            }
        );
        return batch;
    }
}
