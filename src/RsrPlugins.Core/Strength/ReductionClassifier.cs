// Which reduction made a picture small cannot be told from a few of its pixels, but from many places together it can. Four convolutions
// look at 17 x 17 pixels around each place, the means of what they find over the whole picture, and of its squares, go through one
// layer more, and the result names the reduction and the damage. `rsr-train reductions` trains it; its weights are a resource of this
// assembly.
//
// The arithmetic is the same on every machine: sums in a fixed order, a product and a sum each rounded, vectors across the channels of one
// place only. A share that differed between machines would make other pictures.
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace RsrPlugins.Core.Strength;

/// <summary>Tells from a picture's luma by which reduction it was made small, and what damaged it.</summary>
/// <remarks>Convolutions of 3 x 3 pixels without padding, to 16, 48, 64 and 64 channels with rectified linear units; the second and the
/// third take every other pixel. The logarithms of the means over all places and of the means of the squares, whose differences contrast
/// does not change, go through 64 rectified linear units to the outputs.</remarks>
public sealed class ReductionClassifier
{
    /// <summary>Reductions it tells apart.</summary>
    public const int Reductions = 12;

    /// <summary>Kinds of damage, none among them.</summary>
    public const int Damages = 5;

    /// <summary>Numbers for each picture: one for each reduction, then one for each damage.</summary>
    public const int Outputs = Reductions + Damages;

    /// <summary>Side of the square of pixels that one place sees.</summary>
    public const int Window = 17;

    /// <summary>Units between the means and the outputs.</summary>
    public const int Hidden = 64;

    /// <summary>Luma in 8-bit levels is taken from this level, in units of <see cref="Unit"/>.</summary>
    public const float Middle = 126;

    /// <summary>Levels of luma in one unit of input.</summary>
    public const float Unit = 8;

    /// <summary>Added to the means before their logarithms are taken.</summary>
    public const float Offset = 0.01f;

    // Every third convolution's place is this many pixels from the next.
    private const int Step = 4;
    private const int Kernel = 3;
    private const int Taps = Kernel * Kernel;
    private const string Resource = "RsrPlugins.Core.Strength.reductions.weights";

    private static readonly Lazy<ReductionClassifier> _shipped = new(ReadShipped);

    private readonly float[][] _kernels;
    private readonly float[][] _biases;
    private readonly float[] _hidden;
    private readonly float[] _hiddenBias;
    private readonly float[] _output;
    private readonly float[] _outputBias;

    /// <param name="weights">
    /// For each convolution its kernels as [row, column, input, output] and a bias for each output; the same for the two layers after the
    /// means, as [input, output]. <see cref="Length"/> numbers.
    /// </param>
    /// <exception cref="ArgumentException">Another number of weights.</exception>
    public ReductionClassifier(ReadOnlySpan<float> weights)
    {
        if (weights.Length != Length)
        {
            throw new ArgumentException($"{Length} weights were expected; found {weights.Length}.", nameof(weights));
        }

        (_kernels, _biases) = (new float[Channels.Length][], new float[Channels.Length][]);
        for (int layer = 0; layer < Channels.Length; layer++)
        {
            _kernels[layer] = Take(ref weights, Taps * Inputs(layer) * Channels[layer]);
            _biases[layer] = Take(ref weights, Channels[layer]);
        }

        _hidden = Take(ref weights, Sums * Hidden);
        _hiddenBias = Take(ref weights, Hidden);
        _output = Take(ref weights, Hidden * Outputs);
        _outputBias = Take(ref weights, Outputs);
    }

    /// <summary>Output channels of the convolutions.</summary>
    public static ReadOnlySpan<int> Channels => [16, 48, 64, 64];

    /// <summary>Sums for each picture: of the last convolution's channels, then of their squares.</summary>
    public static int Sums { get; } = 2 * Channels[^1];

    /// <summary>Pixels from one place of a convolution to the next, in places of the one before.</summary>
    public static ReadOnlySpan<int> Strides => [1, 2, 2, 1];

    /// <summary>Number of weights.</summary>
    public static int Length { get; } =
        Enumerable.Range(0, Channels.Length).Sum(layer => ((Taps * Inputs(layer)) + 1) * Channels[layer])
        + ((Sums + 1) * Hidden)
        + ((Hidden + 1) * Outputs);

    /// <summary>The one whose weights are part of the assembly.</summary>
    public static ReductionClassifier Shipped => _shipped.Value;

    /// <summary>The weights in a file of them.</summary>
    /// <param name="bytes">Single precision, little-endian.</param>
    public static float[] Weights(ReadOnlySpan<byte> bytes)
    {
        float[] weights = new float[bytes.Length / sizeof(float)];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        }

        return weights;
    }

    /// <summary>Sums of the last convolution's channels and of their squares over the places of a square.</summary>
    /// <param name="luma">Row by row, on the 8-bit scale; at least width x height.</param>
    /// <param name="visible">The same; places that see a pixel that is not are left out.</param>
    /// <param name="width">At least 1 pixel; less than <see cref="Window"/> is filled up by mirroring.</param>
    /// <param name="height">As the width.</param>
    /// <param name="sums"><see cref="Sums"/> numbers; added to.</param>
    /// <returns>Number of places.</returns>
    public int AddPlaces(ReadOnlySpan<float> luma, ReadOnlySpan<bool> visible, int width, int height, Span<double> sums)
    {
        (int fullWidth, int fullHeight) = (Math.Max(width, Window), Math.Max(height, Window));
        float[] input = new float[fullWidth * fullHeight];
        bool[] shown = new bool[input.Length];
        for (int y = 0; y < fullHeight; y++)
        {
            for (int x = 0; x < fullWidth; x++)
            {
                int from = (Mirrored(y, height) * width) + Mirrored(x, width);
                input[(y * fullWidth) + x] = (luma[from] - Middle) / Unit;
                shown[(y * fullWidth) + x] = visible[from];
            }
        }

        (float[] values, int columns, int rows) = (input, fullWidth, fullHeight);
        for (int layer = 0; layer < Channels.Length; layer++)
        {
            (values, columns, rows) = Convolve(values, columns, rows, layer);
        }

        int places = 0;
        bool all = !shown.AsSpan().Contains(false);
        for (int y = 0; y < rows; y++)
        {
            for (int x = 0; x < columns; x++)
            {
                if (all || IsShown(shown, fullWidth, x * Step, y * Step))
                {
                    ReadOnlySpan<float> place = values.AsSpan(((y * columns) + x) * Channels[^1], Channels[^1]);
                    for (int channel = 0; channel < place.Length; channel++)
                    {
                        double value = place[channel];
                        sums[channel] += value;
                        sums[place.Length + channel] += value * value;
                    }

                    places++;
                }
            }
        }

        return places;
    }

    /// <summary>The outputs for a picture: logarithms of probabilities, each group about its mean.</summary>
    /// <param name="sums">What <see cref="AddPlaces"/> added.</param>
    /// <param name="places">How many places; 0 gives zeros.</param>
    /// <param name="outputs"><see cref="Outputs"/> numbers, written.</param>
    public void Write(ReadOnlySpan<double> sums, long places, Span<float> outputs)
    {
        outputs[..Outputs].Clear();
        if (places == 0)
        {
            return;
        }

        Span<double> means = stackalloc double[Sums];
        for (int channel = 0; channel < means.Length; channel++)
        {
            means[channel] = Math.Log((sums[channel] / places) + Offset);
        }

        Span<double> hidden = stackalloc double[Hidden];
        for (int unit = 0; unit < Hidden; unit++)
        {
            double sum = _hiddenBias[unit];
            for (int channel = 0; channel < means.Length; channel++)
            {
                sum += _hidden[(channel * Hidden) + unit] * means[channel];
            }

            hidden[unit] = Math.Max(sum, 0);
        }

        Span<double> logits = stackalloc double[Outputs];
        for (int output = 0; output < Outputs; output++)
        {
            logits[output] = _outputBias[output];
            for (int unit = 0; unit < Hidden; unit++)
            {
                logits[output] += _output[(unit * Outputs) + output] * hidden[unit];
            }
        }

        Centre(logits[..Reductions], outputs[..Reductions]);
        Centre(logits[Reductions..], outputs[Reductions..Outputs]);
    }

    private static void Centre(ReadOnlySpan<double> values, Span<float> centred)
    {
        double mean = 0;
        foreach (double value in values)
        {
            mean += value / values.Length;
        }

        for (int i = 0; i < values.Length; i++)
        {
            centred[i] = (float)(values[i] - mean);
        }
    }

    private (float[] Values, int Columns, int Rows) Convolve(float[] values, int width, int height, int layer)
    {
        (int inputs, int outputs, int stride) = (Inputs(layer), Channels[layer], Strides[layer]);
        (int columns, int rows) = (((width - Kernel) / stride) + 1, ((height - Kernel) / stride) + 1);
        float[] result = new float[columns * rows * outputs];
        ReadOnlySpan<Vector<float>> kernels = MemoryMarshal.Cast<float, Vector<float>>(_kernels[layer].AsSpan()),
            bias = MemoryMarshal.Cast<float, Vector<float>>(_biases[layer].AsSpan());
        Span<Vector<float>> results = MemoryMarshal.Cast<float, Vector<float>>(result.AsSpan());
        int vectors = bias.Length;
        for (int y = 0; y < rows; y++)
        {
            for (int x = 0; x < columns; x++)
            {
                Span<Vector<float>> sums = results.Slice(((y * columns) + x) * vectors, vectors);
                bias.CopyTo(sums);
                for (int row = 0; row < Kernel; row++)
                {
                    // The three pixels of a row and their channels lie one after the other.
                    ReadOnlySpan<float> seen = values.AsSpan(
                        ((((y * stride) + row) * width) + (x * stride)) * inputs,
                        Kernel * inputs
                    );
                    ReadOnlySpan<Vector<float>> weights = kernels.Slice(row * seen.Length * vectors, seen.Length * vectors);
                    AddProducts(seen, weights, sums);
                }

                for (int vector = 0; vector < vectors; vector++)
                {
                    sums[vector] = Vector.Max(sums[vector], Vector<float>.Zero);
                }
            }
        }

        return (result, columns, rows);
    }

    private static void AddProducts(ReadOnlySpan<float> seen, ReadOnlySpan<Vector<float>> weights, Span<Vector<float>> sums)
    {
        int vectors = sums.Length;
        int vector = 0;
        for (; vector + 1 < vectors; vector += 2)
        {
            (Vector<float> first, Vector<float> second) = (sums[vector], sums[vector + 1]);
            for (int i = 0, at = vector; i < seen.Length; i++, at += vectors)
            {
                Vector<float> value = new Vector<float>(seen[i]);
                first += value * weights[at];
                second += value * weights[at + 1];
            }

            (sums[vector], sums[vector + 1]) = (first, second);
        }

        for (; vector < vectors; vector++)
        {
            Vector<float> sum = sums[vector];
            for (int i = 0, at = vector; i < seen.Length; i++, at += vectors)
            {
                sum += new Vector<float>(seen[i]) * weights[at];
            }

            sums[vector] = sum;
        }
    }

    private static bool IsShown(bool[] shown, int width, int left, int top)
    {
        for (int y = top; y < top + Window; y++)
        {
            if (shown.AsSpan((y * width) + left, Window).Contains(false))
            {
                return false;
            }
        }

        return true;
    }

    // Over and over where a picture is smaller than half of the window.
    private static int Mirrored(int at, int length)
    {
        int period = Math.Max(1, (2 * length) - 2),
            within = at % period;
        return within < length ? within : period - within;
    }

    private static int Inputs(int layer) => layer == 0 ? 1 : Channels[layer - 1];

    private static float[] Take(ref ReadOnlySpan<float> weights, int count)
    {
        float[] taken = weights[..count].ToArray();
        weights = weights[count..];
        return taken;
    }

    private static ReductionClassifier ReadShipped()
    {
        using Stream stream =
            typeof(ReductionClassifier).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing.");
        byte[] bytes = new byte[Length * sizeof(float)];
        stream.ReadExactly(bytes);
        return new ReductionClassifier(Weights(bytes));
    }
}
