// Enlarging by a whole number repeats the same few weights all along a row, one set per phase (position within an enlarged
// pixel), except where edges are folded in. So a phase can be computed for many source pixels at once. Which positions are
// done so depends on the picture alone, never on the tile, so the bits do not either.
using System.Numerics;

namespace RsrPlugins.Core.Resampling;

/// <summary>The weights of an integer enlargement away from the edges.</summary>
internal sealed class PhaseWeights
{
    private readonly int[] _starts;
    private readonly float[][] _weights;

    private PhaseWeights(int from, int to, int[] starts, float[][] weights)
    {
        From = from;
        To = to;
        _starts = starts;
        _weights = weights;
    }

    /// <summary>First source pixel that has no edge in its windows.</summary>
    public int From { get; }

    /// <summary>One past the last such source pixel.</summary>
    public int To { get; }

    public int Scale => _starts.Length;

    /// <summary>Takes the sets out of a table; null where every window has an edge in it.</summary>
    public static PhaseWeights? Create(AxisWeights table, int scale)
    {
        int reach = table.MaxCount,
            from = reach,
            to = table.SourceLength - reach;
        if (from >= to)
        {
            return null;
        }

        int[] starts = new int[scale];
        float[][] weights = new float[scale][];
        for (int phase = 0; phase < scale; phase++)
        {
            starts[phase] = table.Start((from * scale) + phase) - from;
            weights[phase] = table.Weights((from * scale) + phase).ToArray();
        }

        return new PhaseWeights(from, to, starts, weights);
    }

    /// <summary>
    /// The enlarged pixels of source pixels <paramref name="from"/> to <paramref name="to"/>, all between <see cref="From"/> and
    /// <see cref="To"/>. <paramref name="row"/> begins at source pixel <paramref name="rowStart"/>, <paramref name="result"/> with the
    /// first enlarged pixel.
    /// </summary>
    public void Run(ReadOnlySpan<float> row, int rowStart, int from, int to, Span<float> result)
    {
        Span<float> lanes = stackalloc float[Vector<float>.Count];
        for (int phase = 0; phase < Scale; phase++)
        {
            ReadOnlySpan<float> weights = _weights[phase];
            int at = phase;
            for (int x = from; x < to; x += lanes.Length)
            {
                // Near the end of the row one by one: the same sums, to the bit.
                ReadOnlySpan<float> window = row[(x + _starts[phase] - rowStart)..];
                int count = Math.Min(lanes.Length, to - x);
                if (window.Length >= lanes.Length + weights.Length - 1)
                {
                    Vector<float> sum = new Vector<float>(window) * weights[0];
                    for (int j = 1; j < weights.Length; j++)
                    {
                        sum += new Vector<float>(window[j..]) * weights[j];
                    }

                    sum.CopyTo(lanes);
                }
                else
                {
                    for (int i = 0; i < count; i++)
                    {
                        float sum = window[i] * weights[0];
                        for (int j = 1; j < weights.Length; j++)
                        {
                            sum += window[i + j] * weights[j];
                        }

                        lanes[i] = sum;
                    }
                }

                for (int i = 0; i < count; i++, at += Scale)
                {
                    result[at] = lanes[i];
                }
            }
        }
    }
}
