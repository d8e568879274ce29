// Between the integers of a picture and the floats of a computation, one row at a time. Values keep their integer scale
// (0 to MaxValue), so converting to floats and back is exact.
using System.Numerics;

namespace RsrPlugins.Core.Imaging;

/// <summary>Rows of samples as floats and back.</summary>
internal static class Samples
{
    /// <summary>Reads the samples of <paramref name="width"/> pixels from (x, y) on, channels interleaved, 0 to MaxValue.</summary>
    public static void Read(PixelImage image, int x, int y, int width, Span<float> row)
    {
        int start = ((y * image.Width) + x) * image.Channels;
        int count = width * image.Channels;
        if (image.BitsPerSample == 8)
        {
            Widen(image.Samples8.Slice(start, count), row);
        }
        else
        {
            Widen(image.Samples16.Slice(start, count), row);
        }
    }

    /// <summary>Writes interleaved samples from (x, y) on, rounded half up and clamped to 0 to MaxValue.</summary>
    public static void Write(PixelImage image, int x, int y, ReadOnlySpan<float> row)
    {
        int start = ((y * image.Width) + x) * image.Channels;
        float max = image.MaxValue;
        if (image.BitsPerSample == 8)
        {
            Span<byte> samples = image.Samples8.Slice(start, row.Length);
            for (int i = 0; i < row.Length; i++)
            {
                samples[i] = (byte)(Math.Min(Math.Max(row[i], 0f), max) + 0.5f);
            }
        }
        else
        {
            Span<ushort> samples = image.Samples16.Slice(start, row.Length);
            for (int i = 0; i < row.Length; i++)
            {
                samples[i] = (ushort)(Math.Min(Math.Max(row[i], 0f), max) + 0.5f);
            }
        }
    }

    /// <summary>Whether no pixel of a rectangle is even partly transparent. True for pictures without alpha.</summary>
    public static bool IsOpaque(PixelImage image)
    {
        if (!image.HasAlpha)
        {
            return true;
        }

        int channels = image.Channels;
        if (image.BitsPerSample == 8)
        {
            ReadOnlySpan<byte> samples = image.Samples8;
            for (int i = channels - 1; i < samples.Length; i += channels)
            {
                if (samples[i] != byte.MaxValue)
                {
                    return false;
                }
            }
        }
        else
        {
            ReadOnlySpan<ushort> samples = image.Samples16;
            for (int i = channels - 1; i < samples.Length; i += channels)
            {
                if (samples[i] != ushort.MaxValue)
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static void Widen(ReadOnlySpan<byte> samples, Span<float> row)
    {
        int i = 0;
        for (; i <= samples.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(samples[i..]), out Vector<ushort> low, out Vector<ushort> high);
            Store(low, row[i..]);
            Store(high, row[(i + Vector<ushort>.Count)..]);
        }

        for (; i < samples.Length; i++)
        {
            row[i] = samples[i];
        }
    }

    private static void Widen(ReadOnlySpan<ushort> samples, Span<float> row)
    {
        int i = 0;
        for (; i <= samples.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Store(new Vector<ushort>(samples[i..]), row[i..]);
        }

        for (; i < samples.Length; i++)
        {
            row[i] = samples[i];
        }
    }

    private static void Store(Vector<ushort> samples, Span<float> row)
    {
        Vector.Widen(samples, out Vector<uint> low, out Vector<uint> high);
        Vector.ConvertToSingle(Vector.AsVectorInt32(low)).CopyTo(row);
        Vector.ConvertToSingle(Vector.AsVectorInt32(high)).CopyTo(row[Vector<float>.Count..]);
    }
}
