// A pair may hide what it wants to get back in the small picture's values. In detail nobody sees it; on a sky, on water or beside a letter
// on white it is grain. So a run may weigh the difference from the bicubic picture by how smooth that one is there: the eye's masking, in
// its simplest form.
namespace RsrPlugins.Trainer.Training;

/// <summary>How visible a change of each pixel would be.</summary>
internal static class GrainVisibility
{
    /// <summary>Variance at which a change counts half: a standard deviation of 4 levels, of Y/255.</summary>
    internal const float HalfVariance = 4f / 255 * (4f / 255);

    /// <summary>Writes a share for every pixel: 1 where all pixels of the 3 x 3 around are alike, towards 0 the more they differ.</summary>
    /// <param name="picture">A square picture, Y/255.</param>
    /// <param name="side">Its side, 1 or more.</param>
    /// <param name="shares">As many values as pixels.</param>
    internal static void Compute(ReadOnlySpan<float> picture, int side, Span<float> shares)
    {
        for (int y = 0; y < side; y++)
        {
            for (int x = 0; x < side; x++)
            {
                shares[(y * side) + x] = HalfVariance / (HalfVariance + Variance(picture, side, x, y));
            }
        }
    }

    /// <summary>Variance of the 3 x 3 around a pixel, of fewer at the border.</summary>
    private static float Variance(ReadOnlySpan<float> picture, int side, int x, int y)
    {
        (float sum, float squares, int count) = (0, 0, 0);
        for (int v = Math.Max(0, y - 1); v <= Math.Min(side - 1, y + 1); v++)
        {
            for (int u = Math.Max(0, x - 1); u <= Math.Min(side - 1, x + 1); u++)
            {
                // Relative to the pixel itself, so that little is lost by rounding.
                float value = picture[(v * side) + u] - picture[(y * side) + x];
                sum += value;
                squares += value * value;
                count++;
            }
        }

        float mean = sum / count;
        return Math.Max(0, (squares / count) - (mean * mean));
    }
}
