// Halfway between two ways of enlarging one picture.
namespace RsrPlugins.Core.Imaging;

/// <summary>Means of two pictures of one source.</summary>
public static class PixelMean
{
    /// <summary>The mean of two pictures of one size and layout, rounded up where it lies between two values; written into the
    /// first.</summary>
    /// <remarks>Colour is the mean of colours whatever alpha is: both pictures come from one source, and their alphas are close.</remarks>
    /// <exception cref="ArgumentException">Another size, layout or depth.</exception>
    public static PixelImage Of(PixelImage first, PixelImage second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (
            (first.Width, first.Height, first.Layout, first.BitsPerSample)
            != (second.Width, second.Height, second.Layout, second.BitsPerSample)
        )
        {
            throw new ArgumentException(
                $"Two pictures of one kind were expected; found {first.Width} x {first.Height} {first.Layout} and {second.Width} x {second.Height} {second.Layout}.",
                nameof(second)
            );
        }

        if (first.BitsPerSample == 8)
        {
            Span<byte> a = first.Samples8,
                b = second.Samples8;
            for (int i = 0; i < a.Length; i++)
            {
                a[i] = (byte)((a[i] + b[i] + 1) >> 1);
            }
        }
        else
        {
            Span<ushort> a = first.Samples16,
                b = second.Samples16;
            for (int i = 0; i < a.Length; i++)
            {
                a[i] = (ushort)((a[i] + b[i] + 1) >> 1);
            }
        }

        return first;
    }
}
