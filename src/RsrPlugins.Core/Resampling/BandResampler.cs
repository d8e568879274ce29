// Resamples one band of output rows after another from a few source rows: a worker holds as many rows as its vertical
// window is long, never a plane, so memory stays bounded at every picture size. Multiplications and additions are kept
// apart (no fused multiply-add), so that every vector width and every band gives the same bits.
using System.Numerics;
using System.Runtime.InteropServices;

namespace RsrPlugins.Core.Resampling;

/// <summary>Reads source row <paramref name="y"/> as floats, channels interleaved.</summary>
internal delegate void RowReader(int y, Span<float> row);

/// <summary>Takes the finished output row <paramref name="y"/>; the span is reused afterwards.</summary>
internal delegate void RowWriter(int y, Span<float> row);

/// <summary>Buffers and loops of one worker; not thread-safe.</summary>
internal sealed class BandResampler
{
    private readonly AxisWeights _horizontal;
    private readonly AxisWeights _vertical;
    private readonly int _channels;
    private readonly float[][] _rows;
    private readonly int[] _rowNumbers;
    private readonly float[] _column;
    private readonly float[] _result;
    private readonly int _left;
    private readonly int _right;

    public BandResampler(AxisWeights horizontal, AxisWeights vertical, int channels)
        : this(horizontal, vertical, channels, 0, horizontal.Length, 0, horizontal.SourceLength) { }

    /// <summary>For output columns <paramref name="left"/> to <paramref name="right"/> (exclusive) alone; source rows begin at <see
    /// cref="SourceX"/>.</summary>
    public BandResampler(AxisWeights horizontal, AxisWeights vertical, int channels, int left, int right)
        : this(horizontal, vertical, channels, left, right, horizontal.Start(left), horizontal.End(right - 1) - horizontal.Start(left)) { }

    private BandResampler(AxisWeights horizontal, AxisWeights vertical, int channels, int left, int right, int sourceX, int sourceWidth)
    {
        _horizontal = horizontal;
        _vertical = vertical;
        _channels = channels;
        (_left, _right) = (left, right);
        (SourceX, SourceWidth) = (sourceX, sourceWidth);
        _rows = new float[vertical.MaxCount][];
        for (int i = 0; i < _rows.Length; i++)
        {
            _rows[i] = new float[SourceWidth * channels];
        }

        _rowNumbers = new int[vertical.MaxCount];
        Array.Fill(_rowNumbers, -1);
        _column = new float[SourceWidth * channels];
        _result = new float[(right - left) * channels];
    }

    /// <summary>First source column that is read.</summary>
    public int SourceX { get; }

    /// <summary>Source columns that are read.</summary>
    public int SourceWidth { get; }

    /// <summary>Computes output rows <paramref name="from"/> to <paramref name="to"/> (exclusive).</summary>
    public void Run(int from, int to, RowReader read, RowWriter write, CancellationToken cancellationToken)
    {
        for (int y = from; y < to; y++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadOnlySpan<float> weights = _vertical.Weights(y);
            for (int j = 0; j < weights.Length; j++)
            {
                float[] row = Row(_vertical.Start(y) + j, read);
                if (j == 0)
                {
                    Scale(row, weights[0], _column);
                }
                else
                {
                    Accumulate(row, weights[j], _column);
                }
            }

            ResampleRow(_column, _result, _horizontal, SourceX, _left, _right, _channels);
            write(y, _result);
        }
    }

    private float[] Row(int y, RowReader read)
    {
        int slot = y % _rows.Length;
        if (_rowNumbers[slot] != y)
        {
            read(y, _rows[slot]);
            _rowNumbers[slot] = y;
        }

        return _rows[slot];
    }

    /// <summary>destination = weight * row.</summary>
    public static void Scale(ReadOnlySpan<float> row, float weight, Span<float> destination)
    {
        ReadOnlySpan<Vector<float>> from = MemoryMarshal.Cast<float, Vector<float>>(row);
        Span<Vector<float>> to = MemoryMarshal.Cast<float, Vector<float>>(destination)[..from.Length];
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = from[i] * weight;
        }

        for (int i = from.Length * Vector<float>.Count; i < row.Length; i++)
        {
            destination[i] = row[i] * weight;
        }
    }

    /// <summary>destination += weight * row.</summary>
    public static void Accumulate(ReadOnlySpan<float> row, float weight, Span<float> destination)
    {
        ReadOnlySpan<Vector<float>> from = MemoryMarshal.Cast<float, Vector<float>>(row);
        Span<Vector<float>> to = MemoryMarshal.Cast<float, Vector<float>>(destination)[..from.Length];
        for (int i = 0; i < from.Length; i++)
        {
            to[i] += from[i] * weight;
        }

        for (int i = from.Length * Vector<float>.Count; i < row.Length; i++)
        {
            destination[i] += row[i] * weight;
        }
    }

    /// <summary>
    /// Output positions <paramref name="from"/> to <paramref name="to"/> of one row; <paramref name="row"/> begins at source
    /// position <paramref name="rowStart"/> and must hold every window asked for.
    /// </summary>
    public static void ResampleRow(
        ReadOnlySpan<float> row,
        Span<float> result,
        AxisWeights horizontal,
        int rowStart,
        int from,
        int to,
        int channels
    )
    {
        for (int x = from; x < to; x++)
        {
            ReadOnlySpan<float> weights = horizontal.Weights(x);
            ReadOnlySpan<float> window = row.Slice((horizontal.Start(x) - rowStart) * channels, weights.Length * channels);
            int at = (x - from) * channels;
            switch (channels)
            {
                case 1:
                    float sum = 0;
                    for (int j = 0; j < window.Length; j++)
                    {
                        sum += weights[j] * window[j];
                    }

                    result[at] = sum;
                    break;
                case 3:
                    float red = 0,
                        green = 0,
                        blue = 0;
                    for (int j = 0, k = 0; j < weights.Length; j++, k += 3)
                    {
                        red += weights[j] * window[k];
                        green += weights[j] * window[k + 1];
                        blue += weights[j] * window[k + 2];
                    }

                    result[at] = red;
                    result[at + 1] = green;
                    result[at + 2] = blue;
                    break;
                default:
                    for (int c = 0; c < channels; c++)
                    {
                        float value = 0;
                        for (int j = 0, k = c; j < weights.Length; j++, k += channels)
                        {
                            value += weights[j] * window[k];
                        }

                        result[at + c] = value;
                    }

                    break;
            }
        }
    }
}
