// What both writers do to a row: alpha is left out where there is none to keep.
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.PaintDotNet.Saving;

/// <summary>Rows of 8-bit RGBA pictures.</summary>
internal static class RgbaRows
{
    /// <summary>Whether no pixel is even partly transparent.</summary>
    public static bool IsOpaque(PixelImage picture)
    {
        ReadOnlySpan<byte> samples = picture.Samples8;
        for (int i = 3; i < samples.Length; i += 4)
        {
            if (samples[i] != byte.MaxValue)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Copies a row with 3 channels, or 4.</summary>
    public static void Copy(PixelImage picture, int y, int channels, Span<byte> row)
    {
        ReadOnlySpan<byte> from = picture.Samples8.Slice(y * picture.Width * 4, picture.Width * 4);
        if (channels == 4)
        {
            from.CopyTo(row);
            return;
        }

        for (int x = 0, i = 0; x < from.Length; x += 4, i += 3)
        {
            (row[i], row[i + 1], row[i + 2]) = (from[x], from[x + 1], from[x + 2]);
        }
    }
}
