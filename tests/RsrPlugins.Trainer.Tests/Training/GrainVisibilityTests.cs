using RsrPlugins.Trainer.Training;
using Xunit;

namespace RsrPlugins.Trainer.Tests.Training;

public sealed class GrainVisibilityTests
{
    private const float Level = 1 / 255f;

    [Fact]
    public void A_change_is_seen_where_the_picture_is_smooth_and_not_in_detail()
    {
        // A plane of 100 levels; to the right of column 4, pixels that alternate by 40 levels.
        float[] picture = [.. Enumerable.Range(0, 81).Select(i => (100 + (i % 9 > 4 ? (i % 2 * 80) - 40 : 0)) * Level)];

        float[] shares = new float[81];
        GrainVisibility.Compute(picture, 9, shares);

        for (int y = 0; y < 9; y++)
        {
            Assert.All(shares[(y * 9)..((y * 9) + 4)], share => Assert.Equal(1f, share, 1e-5f));
            Assert.All(shares[((y * 9) + 4)..((y * 9) + 9)], share => Assert.InRange(share, 0f, 0.05f));
        }
    }

    [Fact]
    public void At_a_deviation_of_four_levels_it_counts_half()
    {
        // Around the middle of nine pixels, four are 4 * sqrt(9/8) above and four below: the standard deviation of all nine is 4.
        float step = 4 * MathF.Sqrt(9f / 8) * Level;
        float[] picture = [.. new[] { 1, -1, 1, -1, 0, 1, -1, 1, -1 }.Select(sign => 0.5f + (sign * step))];

        float[] shares = new float[9];
        GrainVisibility.Compute(picture, 3, shares);

        Assert.Equal(0.5f, shares[4], 1e-3f);
    }
}
