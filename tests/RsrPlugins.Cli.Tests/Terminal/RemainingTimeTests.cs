using RsrPlugins.Cli.Terminal;

namespace RsrPlugins.Cli.Tests.Terminal;

public class RemainingTimeTests
{
    private static TimeSpan Seconds(double value) => TimeSpan.FromSeconds(value);

    /// <summary>Work of two minutes as it really goes: the file is read in a moment, sessions take a second, the first tiles come
    /// late.</summary>
    private static IEnumerable<(double Time, double Share)> TwoMinutes()
    {
        for (int strip = 1; strip <= 50; strip++)
        {
            yield return (0.01 * strip, 0.001 * strip);
        }

        for (int tile = 1; tile <= 200; tile++)
        {
            yield return (3 + (tile * 0.56), 0.05 + (0.85 * tile / 200));
        }

        for (int strip = 1; strip <= 50; strip++)
        {
            yield return (115 + (strip * 0.1), 0.9 + (0.002 * strip));
        }
    }

    [Fact]
    public void Every_estimate_is_sane()
    {
        RemainingTime remaining = new RemainingTime();
        List<(double Time, double Left)> said = [];
        foreach ((double time, double share) in TwoMinutes())
        {
            remaining.Add(Seconds(time), share);
            if (remaining.At(Seconds(time)) is { } left)
            {
                said.Add((time, left.TotalSeconds));
            }
        }

        Assert.InRange(said[0].Time, 2, 20); // Not at once, and not for long.
        Assert.All(said, estimate => Assert.InRange(estimate.Left, 0, 2 * (120 - estimate.Time) + 15));
        Assert.All(
            said.Where(estimate => estimate.Time is > 20 and < 100),
            estimate => Assert.InRange(estimate.Left, 0.6 * (120 - estimate.Time), 1.5 * (120 - estimate.Time))
        );
    }

    [Fact]
    public void Time_runs_while_nothing_is_reported_and_never_below_zero()
    {
        RemainingTime remaining = new RemainingTime();
        Assert.Null(remaining.At(Seconds(5)));
        foreach (int step in Enumerable.Range(1, 5))
        {
            remaining.Add(Seconds(step), step / 10.0);
        }

        Assert.Equal(5, remaining.At(Seconds(5))!.Value.TotalSeconds, 3);
        Assert.Equal(3, remaining.At(Seconds(7))!.Value.TotalSeconds, 3);
        Assert.Equal(0, remaining.At(Seconds(70))!.Value.TotalSeconds);
    }
}
