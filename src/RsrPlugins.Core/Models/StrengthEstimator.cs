// How much of a network's enlargement is worth showing. Trained on small pictures of many kinds, a network is a compromise between them,
// and where a picture was made small in a way it cannot undo, part or all of a plain enlargement is closer to the truth. Which way it was
// is seen in the statistics of the whole picture, from which a small network of two layers, fitted for each model, tells the share.
namespace RsrPlugins.Core.Models;

/// <summary>Estimates, from a picture alone, the share of a network's enlargement in its best blend with a bicubic one.</summary>
/// <remarks>Hidden units: softsign of a weighted sum of standardised statistics; output: a logistic function of a weighted sum of
/// them.</remarks>
public sealed class StrengthEstimator
{
    /// <summary>Standardised statistics are taken at most this far from 0: what no fit has seen is not to lead further.</summary>
    public const double Limit = 4;

    /// <summary>The logistic function reaches so far beyond 0 and 1, and is cut there: nothing and all are shares like any other.</summary>
    public const double Beyond = 0.15;

    /// <summary>Numbers that describe a picture (Strength/PictureStatistics.cs).</summary>
    public const int Count = 100;

    private readonly float[] _weights;

    /// <param name="weights">
    /// For each statistic its mean and the reciprocal of its standard deviation; for each hidden unit its bias and a weight for each
    /// statistic; the output's bias and a weight for each hidden unit. See <see cref="Length"/>.
    /// </param>
    /// <exception cref="ArgumentException">Another number of weights, or one that is not finite.</exception>
    public StrengthEstimator(ReadOnlySpan<float> weights)
    {
        int hidden = (weights.Length - (2 * Count) - 1) / (Count + 2);
        if (hidden < 1 || weights.Length != Length(hidden))
        {
            throw new ArgumentException(
                $"{Length(1)} weights and {Count + 2} more for each further unit were expected; found {weights.Length}.",
                nameof(weights)
            );
        }

        foreach (float weight in weights)
        {
            if (!float.IsFinite(weight))
            {
                throw new ArgumentException("A weight is not a finite number.", nameof(weights));
            }
        }

        Hidden = hidden;
        _weights = weights.ToArray();
    }

    /// <summary>Number of hidden units.</summary>
    public int Hidden { get; }

    /// <summary>Number of weights of an estimator.</summary>
    /// <param name="hidden">Hidden units.</param>
    public static int Length(int hidden) => (2 * Count) + (hidden * (Count + 2)) + 1;

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    /// <exception cref="FormatException">Not Base64, or not the weights of an estimator.</exception>
    public static StrengthEstimator Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        byte[] bytes = Convert.FromBase64String(text);
        if (bytes.Length % sizeof(float) != 0)
        {
            throw new FormatException("The weights are not whole 32-bit numbers.");
        }

        float[] weights = new float[bytes.Length / sizeof(float)];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = System.Buffers.Binary.BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
        }

        try
        {
            return new StrengthEstimator(weights);
        }
        catch (ArgumentException exception)
        {
            throw new FormatException(exception.Message, exception);
        }
    }

    /// <summary>The weights as 32-bit little-endian numbers in Base64.</summary>
    public string ToText()
    {
        byte[] bytes = new byte[_weights.Length * sizeof(float)];
        for (int i = 0; i < _weights.Length; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), _weights[i]);
        }

        return Convert.ToBase64String(bytes);
    }

    /// <summary>The nearest of choices that lie evenly spaced between 0 and 1, for a picture's statistics.</summary>
    /// <param name="statistics"><see cref="Count"/> numbers.</param>
    /// <param name="choices">How many, at least 2.</param>
    /// <returns>Its index.</returns>
    public int ChoiceOf(ReadOnlySpan<float> statistics, int choices) => (int)Math.Round(Of(statistics) * (choices - 1));

    /// <summary>The share for a picture's statistics, 0 to 1.</summary>
    /// <exception cref="ArgumentException">Not as many statistics as a picture has.</exception>
    public double Of(ReadOnlySpan<float> statistics)
    {
        if (statistics.Length != Count)
        {
            throw new ArgumentException($"{Count} statistics were expected; found {statistics.Length}.", nameof(statistics));
        }

        Span<double> standard = stackalloc double[Count];
        for (int i = 0; i < Count; i++)
        {
            standard[i] = Math.Clamp(((double)statistics[i] - _weights[i]) * _weights[Count + i], -Limit, Limit);
        }

        ReadOnlySpan<float> units = _weights.AsSpan(2 * Count, Hidden * (Count + 1)),
            output = _weights.AsSpan((2 * Count) + (Hidden * (Count + 1)));
        double sum = output[0];
        for (int unit = 0; unit < Hidden; unit++)
        {
            ReadOnlySpan<float> weights = units.Slice(unit * (Count + 1), Count + 1);
            double input = weights[0];
            for (int i = 0; i < Count; i++)
            {
                input += weights[i + 1] * standard[i];
            }

            sum += output[unit + 1] * (input / (1 + Math.Abs(input)));
        }

        return Math.Clamp(((1 + (2 * Beyond)) / (1 + Math.Exp(-sum))) - Beyond, 0, 1);
    }
}
