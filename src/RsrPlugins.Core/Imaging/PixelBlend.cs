// How strongly a network's picture shows: a blend with what a classical kernel makes of the same source. Some like less of it, and with
// clean-up less of it is less of the clean-up.
namespace RsrPlugins.Core.Imaging;

/// <summary>Weighted means of two pictures of one source.</summary>
public static class PixelBlend
{
    /// <summary>The largest strength, in per cent: the network's picture alone.</summary>
    public const int Whole = 100;

    /// <summary>Blends the classical picture into a rectangle of the network's. Alpha weighs colour; a pixel whose alpha becomes 0 is 0 in
    /// every channel.</summary>
    /// <param name="learned">The network's picture; its rectangle receives the blend.</param>
    /// <param name="x">Left edge of the rectangle.</param>
    /// <param name="y">Upper edge of the rectangle.</param>
    /// <param name="classical">As large as the rectangle; same layout and depth.</param>
    /// <param name="strength">Share of the network's picture in per cent, 0 to <see cref="Whole"/>; rounded half up.</param>
    /// <exception cref="ArgumentException">Another layout or depth, or the rectangle is not inside the picture.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The strength.</exception>
    public static void Into(PixelImage learned, int x, int y, PixelImage classical, int strength)
    {
        ArgumentNullException.ThrowIfNull(learned);
        ArgumentNullException.ThrowIfNull(classical);
        ArgumentOutOfRangeException.ThrowIfLessThan(strength, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(strength, Whole);
        if (
            (learned.Layout, learned.BitsPerSample) != (classical.Layout, classical.BitsPerSample)
            || x < 0
            || y < 0
            || x > learned.Width - classical.Width
            || y > learned.Height - classical.Height
        )
        {
            throw new ArgumentException(
                $"A part of a {learned.Width} x {learned.Height} {learned.Layout} picture of {learned.BitsPerSample} bits was expected; found {classical.Width} x {classical.Height} at ({x}, {y}), {classical.Layout} of {classical.BitsPerSample} bits.",
                nameof(classical)
            );
        }

        for (int row = 0; row < classical.Height; row++)
        {
            int from = row * classical.Width * classical.Channels,
                to = (((y + row) * learned.Width) + x) * learned.Channels,
                count = classical.Width * classical.Channels;
            if (learned.BitsPerSample == 8)
            {
                Row(learned.Samples8.Slice(to, count), classical.Samples8.Slice(from, count), learned, strength);
            }
            else
            {
                Row(learned.Samples16.Slice(to, count), classical.Samples16.Slice(from, count), learned, strength);
            }
        }
    }

    private static void Row<T>(Span<T> learned, ReadOnlySpan<T> classical, PixelImage picture, int strength)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        int rest = Whole - strength;
        if (!picture.HasAlpha)
        {
            for (int i = 0; i < learned.Length; i++)
            {
                learned[i] = T.CreateTruncating(
                    ((int.CreateTruncating(learned[i]) * strength) + (int.CreateTruncating(classical[i]) * rest) + (Whole / 2)) / Whole
                );
            }

            return;
        }

        int channels = picture.Channels;
        for (int i = 0; i < learned.Length; i += channels)
        {
            long learnedWeight = long.CreateTruncating(learned[i + channels - 1]) * strength,
                classicalWeight = long.CreateTruncating(classical[i + channels - 1]) * rest;
            long sum = learnedWeight + classicalWeight,
                alpha = (sum + (Whole / 2)) / Whole;
            for (int channel = 0; channel < channels - 1; channel++)
            {
                long value =
                    (long.CreateTruncating(learned[i + channel]) * learnedWeight)
                    + (long.CreateTruncating(classical[i + channel]) * classicalWeight);
                learned[i + channel] = alpha == 0 ? T.Zero : T.CreateTruncating((value + (sum / 2)) / sum);
            }

            learned[i + channels - 1] = T.CreateTruncating(alpha);
        }
    }
}
