// Two pictures are the same when no channel differs by more than one limit and the mean difference keeps below another: the first
// lets rounding through, the second a shift of everything by one level does not pass. Colour counts as far as it is visible: it
// is weighted by alpha, because straight colour of an almost transparent pixel magnifies the last bit of its computation.
namespace RsrPlugins.EffectHost;

/// <summary>How far two pictures may differ.</summary>
/// <param name="PerChannel">Largest difference of one channel of one pixel, in levels of 255; colour as it shows, rounded up.</param>
/// <param name="Mean">Largest mean difference over all channels, in levels of 255.</param>
public sealed record Tolerance(int PerChannel, double Mean)
{
    /// <summary>Not a byte.</summary>
    public static Tolerance None { get; } = new(0, 0);
}

/// <summary>How two pictures of one size differ.</summary>
/// <param name="Maximum">Largest difference of one channel, in levels.</param>
/// <param name="Mean">Mean difference over all channels, in levels.</param>
/// <param name="X">Place of the largest difference.</param>
/// <param name="Y">Place of the largest difference.</param>
/// <param name="Image">The differences, amplified so that one level can be seen, on black.</param>
public sealed record PictureDifference(int Maximum, double Mean, int X, int Y, string Expected, string Actual, Picture Image)
{
    public bool Within(Tolerance tolerance)
    {
        ArgumentNullException.ThrowIfNull(tolerance);
        return Maximum <= tolerance.PerChannel && Mean <= tolerance.Mean;
    }

    public override string ToString() =>
        Maximum == 0
            ? "identical"
            : FormattableString.Invariant(
                $"worst pixel at ({X}, {Y}): expected {Expected}, found {Actual}, {Maximum} levels apart; mean {Mean:0.0000} levels"
            );

    /// <exception cref="HostException">The sizes differ.</exception>
    public static PictureDifference Between(Picture expected, Picture actual)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(actual);
        if (expected.Width != actual.Width || expected.Height != actual.Height)
        {
            throw new HostException($"expected a picture of {expected.Width} x {expected.Height}, found {actual.Width} x {actual.Height}.");
        }

        Picture image = new Picture(expected.Width, expected.Height);
        int maximum = 0,
            worstX = 0,
            worstY = 0;
        long sum = 0;
        for (int y = 0; y < expected.Height; y++)
        {
            for (int x = 0; x < expected.Width; x++)
            {
                Span<byte> a = expected[x, y],
                    b = actual[x, y],
                    shown = image[x, y];
                shown[3] = 255;
                for (int channel = 0; channel < 4; channel++)
                {
                    int difference =
                        channel == 3 ? Math.Abs(a[3] - b[3]) : (Math.Abs((a[channel] * a[3]) - (b[channel] * b[3])) + 254) / 255;
                    sum += difference;
                    // A difference of alpha shows in all colours.
                    for (int c = channel == 3 ? 0 : channel; c <= Math.Min(channel, 2); c++)
                    {
                        shown[c] = (byte)Math.Max(shown[c], Math.Min(255, difference * 32));
                    }

                    if (difference > maximum)
                    {
                        (maximum, worstX, worstY) = (difference, x, y);
                    }
                }
            }
        }

        return new PictureDifference(
            maximum,
            sum / (4.0 * expected.Width * expected.Height),
            worstX,
            worstY,
            Describe(expected[worstX, worstY]),
            Describe(actual[worstX, worstY]),
            image
        );
    }

    private static string Describe(ReadOnlySpan<byte> pixel) => $"R{pixel[2]} G{pixel[1]} B{pixel[0]} A{pixel[3]}";
}
