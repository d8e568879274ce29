// How long work will still take. Its first steps say little: files are read in a moment, sessions are made once, and the first tile
// takes as long as many later ones; dividing by them promised hours for minutes of work. So nothing is said until some of the
// work has been seen, and what is said follows the speed of the last third, not of the beginning.
namespace RsrPlugins.Cli.Terminal;

internal sealed class RemainingTime
{
    private static readonly TimeSpan _leastTime = TimeSpan.FromSeconds(2);
    private const double LeastShare = 0.04;

    private readonly List<(TimeSpan Time, double Share)> _seen = [];

    /// <summary>Takes what is known at a moment.</summary>
    /// <param name="time">Since the work began.</param>
    /// <param name="share">Done, 0 to 1.</param>
    public void Add(TimeSpan time, double share)
    {
        if (_seen.Count == 0 || share > _seen[^1].Share)
        {
            _seen.Add((time, share));
        }
    }

    /// <summary>The time still needed, or null while nobody can know.</summary>
    /// <param name="now">Since the work began.</param>
    public TimeSpan? At(TimeSpan now)
    {
        if (_seen.Count < 3)
        {
            return null;
        }

        (TimeSpan lastTime, double lastShare) = _seen[^1];
        (TimeSpan Time, double Share) from = _seen.Last(seen => seen.Share <= lastShare * (2 / 3.0) || seen == _seen[0]);
        TimeSpan took = lastTime - from.Time;
        double share = lastShare - from.Share;
        if (took < _leastTime || share < LeastShare)
        {
            return null;
        }

        TimeSpan left = (took / share * (1 - lastShare)) - (now - lastTime);
        return left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }
}
