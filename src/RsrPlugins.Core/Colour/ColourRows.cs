// Puts a row of pixels together again: luma from the network, the two colour differences from a classical kernel.
//
// Out of gamut. Luma and differences come from different filters, so their sum may leave the cube. Clipping channels would
// change luma, the very thing the network was asked for; instead the colour is moved towards the grey of the same luma
// until it fits.
//
// Rounding. Of the eight R'G'B' triples around the exact colour the one is taken whose luma is nearest, with distance in
// colour as the lesser part of the cost; a grey pixel is rounded plainly and stays grey. 16-bit samples need no such care.
// No channel moves by more than 0.9: so where two machines' exact colours differ in the last bits and the choice tips over,
// their channels are at most one level apart, and never two.
//
// All of it is element by element without fused multiply-add, so a row gives the same bits wherever it is cut.
using System.Numerics;
using System.Runtime.InteropServices;
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Core.Colour;

/// <summary>How exact colours become integer samples.</summary>
internal enum ColourRounding
{
    /// <summary>Each channel to its nearest integer.</summary>
    Plain,

    /// <summary>The neighbouring triple whose luma is nearest.</summary>
    NearestLuma,
}

/// <summary>Recombination of one row; buffers of one worker.</summary>
internal sealed class ColourRows
{
    // What an error of luma costs against the same error of a channel. Large enough that luma decides and colour breaks near-ties.
    private const float LumaCost = 64;

    // How far rounding may move a channel, in levels: from 0.5, which is plain rounding, to below 1. Twice this bounds how far
    // apart two machines' results can be; below 2 levels means at most 1.
    private const float LongestMove = 0.9f;

    private float[] _red = [];
    private float[] _green = [];
    private float[] _blue = [];

    /// <summary>Studio luma Y/255 to full-range luma, clamped to 0 to 1.</summary>
    public static void ToFullRange(ReadOnlySpan<float> studio, Span<float> fullRange)
    {
        ReadOnlySpan<Vector<float>> from = MemoryMarshal.Cast<float, Vector<float>>(studio);
        Span<Vector<float>> to = MemoryMarshal.Cast<float, Vector<float>>(fullRange);
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = Vector.Min(
                Vector.Max(((from[i] * 255f) - new Vector<float>(16f)) * (1f / 219f), Vector<float>.Zero),
                Vector<float>.One
            );
        }

        for (int i = from.Length * Vector<float>.Count; i < studio.Length; i++)
        {
            fullRange[i] = MathF.Min(MathF.Max(((studio[i] * 255f) - 16f) * (1f / 219f), 0f), 1f);
        }
    }

    /// <summary>Full-range luma to what networks read, studio luma Y/255.</summary>
    public static void ToStudio(ReadOnlySpan<float> fullRange, Span<float> studio)
    {
        ReadOnlySpan<Vector<float>> from = MemoryMarshal.Cast<float, Vector<float>>(fullRange);
        Span<Vector<float>> to = MemoryMarshal.Cast<float, Vector<float>>(studio);
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = (from[i] * (219f / 255f)) + new Vector<float>(16f / 255f);
        }

        for (int i = from.Length * Vector<float>.Count; i < fullRange.Length; i++)
        {
            studio[i] = (fullRange[i] * (219f / 255f)) + (16f / 255f);
        }
    }

    /// <summary>
    /// Writes one row into a picture from (x, y) on. <paramref name="alpha"/> is empty for opaque rows; a pixel whose alpha rounds
    /// to 0 becomes 0 in every channel.
    /// </summary>
    public void Write(
        PixelImage image,
        int x,
        int y,
        Span<float> luma,
        ReadOnlySpan<float> redDifference,
        ReadOnlySpan<float> blueDifference,
        ReadOnlySpan<float> alpha,
        ColourRounding rounding
    )
    {
        int width = luma.Length;
        Span<float> red = luma,
            green = luma,
            blue = luma;
        if (image.HasColour)
        {
            // Whole vectors: what lies beyond the row is computed and thrown away.
            int padded = (width + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;
            if (_red.Length < padded)
            {
                (_red, _green, _blue) = (new float[padded], new float[padded], new float[padded]);
            }

            luma.CopyTo(_green);
            redDifference.CopyTo(_red);
            blueDifference.CopyTo(_blue);
            Combine(padded, image.MaxValue, rounding == ColourRounding.NearestLuma && image.BitsPerSample == 8);
            red = _red.AsSpan(0, width);
            green = _green.AsSpan(0, width);
            blue = _blue.AsSpan(0, width);
        }
        else
        {
            for (int i = 0; i < width; i++)
            {
                luma[i] *= image.MaxValue;
            }
        }

        int start = ((y * image.Width) + x) * image.Channels;
        int count = width * image.Channels;
        if (image.BitsPerSample == 8)
        {
            Interleave<byte, EightBits>(image.Samples8.Slice(start, count), image, red, green, blue, alpha);
        }
        else
        {
            Interleave<ushort, SixteenBits>(image.Samples16.Slice(start, count), image, red, green, blue, alpha);
        }
    }

    /// <summary>From (R' - G', Y', B' - G') in the buffers to R'G'B' on the sample scale, in gamut.</summary>
    private void Combine(int count, float max, bool nearestLuma)
    {
        Vector<float> zero = Vector<float>.Zero,
            one = Vector<float>.One;
        for (int i = 0; i < count; i += Vector<float>.Count)
        {
            Vector<float> luma = new Vector<float>(_green, i);
            Vector<float> redDifference = new Vector<float>(_red, i);
            Vector<float> blueDifference = new Vector<float>(_blue, i);
            Vector<float> green = luma - ((0.299f * redDifference) + (0.114f * blueDifference));
            Vector<float> red = green + redDifference,
                blue = green + blueDifference;

            Vector<float> largest = Vector.Max(Vector.Max(red, green), blue),
                smallest = Vector.Min(Vector.Min(red, green), blue);
            Vector<int> outside = Vector.GreaterThan(largest, one) | Vector.LessThan(smallest, zero);
            if (Vector.LessThanAny(outside, Vector<int>.Zero))
            {
                // How far towards the colour one may go from grey before the first channel leaves the cube.
                Vector<float> share = Vector.Min(
                    Vector.ConditionalSelect(Vector.GreaterThan(largest, one), (one - luma) / (largest - luma), one),
                    Vector.ConditionalSelect(Vector.LessThan(smallest, zero), luma / (luma - smallest), one)
                );
                red = Vector.ConditionalSelect(outside, luma + (share * (red - luma)), red);
                green = Vector.ConditionalSelect(outside, luma + (share * (green - luma)), green);
                blue = Vector.ConditionalSelect(outside, luma + (share * (blue - luma)), blue);
            }

            red = Vector.Min(Vector.Max(red, zero), one) * max;
            green = Vector.Min(Vector.Max(green, zero), one) * max;
            blue = Vector.Min(Vector.Max(blue, zero), one) * max;
            if (nearestLuma)
            {
                Vector<int> grey = Vector.Equals(redDifference, zero) & Vector.Equals(blueDifference, zero);
                RoundToNearestLuma(ref red, ref green, ref blue, grey, new Vector<float>(max - 1));
            }

            red.CopyTo(_red, i);
            green.CopyTo(_green, i);
            blue.CopyTo(_blue, i);
        }
    }

    private static void RoundToNearestLuma(
        ref Vector<float> red,
        ref Vector<float> green,
        ref Vector<float> blue,
        Vector<int> grey,
        Vector<float> highestFloor
    )
    {
        Vector<float> redFloor = Vector.Min(Vector.Floor(red), highestFloor),
            greenFloor = Vector.Min(Vector.Floor(green), highestFloor),
            blueFloor = Vector.Min(Vector.Floor(blue), highestFloor);
        Vector<float> redPart = red - redFloor,
            greenPart = green - greenFloor,
            bluePart = blue - blueFloor;
        Vector<float> bestCost = new(float.MaxValue),
            bestRed = red,
            bestGreen = green,
            bestBlue = blue;
        for (int candidate = 0; candidate < 8; candidate++)
        {
            Vector<float> redStep = new(candidate & 1),
                greenStep = new((candidate >> 1) & 1),
                blueStep = new(candidate >> 2);
            Vector<float> redError = redStep - redPart,
                greenError = greenStep - greenPart,
                blueError = blueStep - bluePart;
            Vector<float> lumaError = (redError * 0.299f) + (greenError * 0.587f) + (blueError * 0.114f);
            Vector<float> cost =
                (lumaError * lumaError * LumaCost) + (redError * redError) + (greenError * greenError) + (blueError * blueError);
            Vector<float> longest = Vector.Max(Vector.Max(Vector.Abs(redError), Vector.Abs(greenError)), Vector.Abs(blueError));
            Vector<int> better = Vector.LessThan(cost, bestCost) & Vector.LessThanOrEqual(longest, new Vector<float>(LongestMove));
            bestCost = Vector.ConditionalSelect(better, cost, bestCost);
            bestRed = Vector.ConditionalSelect(better, redFloor + redStep, bestRed);
            bestGreen = Vector.ConditionalSelect(better, greenFloor + greenStep, bestGreen);
            bestBlue = Vector.ConditionalSelect(better, blueFloor + blueStep, bestBlue);
        }

        red = Vector.ConditionalSelect(grey, red, bestRed);
        green = Vector.ConditionalSelect(grey, green, bestGreen);
        blue = Vector.ConditionalSelect(grey, blue, bestBlue);
    }

    private static void Interleave<T, TRounding>(
        Span<T> samples,
        PixelImage image,
        ReadOnlySpan<float> red,
        ReadOnlySpan<float> green,
        ReadOnlySpan<float> blue,
        ReadOnlySpan<float> alpha
    )
        where T : struct
        where TRounding : ISampleRounding<T>
    {
        T opaque = TRounding.Round(image.MaxValue);
        int channels = image.Channels;
        if (image.HasColour)
        {
            for (int x = 0, i = 0; x < red.Length; x++, i += channels)
            {
                samples[i + 2] = TRounding.Round(blue[x]);
                samples[i + 1] = TRounding.Round(green[x]);
                samples[i] = TRounding.Round(red[x]);
            }
        }
        else
        {
            for (int x = 0, i = 0; x < red.Length; x++, i += channels)
            {
                samples[i] = TRounding.Round(red[x]);
            }
        }

        if (!image.HasAlpha)
        {
            return;
        }

        for (int x = 0, i = 0; x < red.Length; x++, i += channels)
        {
            samples[i + channels - 1] = alpha.IsEmpty ? opaque : TRounding.Round(alpha[x] * image.MaxValue);
            if (EqualityComparer<T>.Default.Equals(samples[i + channels - 1], default))
            {
                samples.Slice(i, channels).Clear();
            }
        }
    }

    // Types, not delegates: the conversion is inlined into the loop of each depth.
    private interface ISampleRounding<T>
    {
        static abstract T Round(float value);
    }

    private readonly struct EightBits : ISampleRounding<byte>
    {
        public static byte Round(float value) => (byte)(int)(value + 0.5f);
    }

    private readonly struct SixteenBits : ISampleRounding<ushort>
    {
        public static ushort Round(float value) => (ushort)(int)(value + 0.5f);
    }
}
