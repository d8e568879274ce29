// Work that is done in parts reports one fraction of the whole.
namespace RsrPlugins.Core.Tiling;

/// <summary>Maps a part's progress, 0 to 1, to its share of the whole.</summary>
public sealed class PartOfProgress : IProgress<double>
{
    private readonly IProgress<double> _whole;
    private readonly double _from;
    private readonly double _to;

    private PartOfProgress(IProgress<double> whole, double from, double to) => (_whole, _from, _to) = (whole, from, to);

    /// <summary>The part from one fraction of the whole to another; null if nobody listens.</summary>
    public static PartOfProgress? Of(IProgress<double>? whole, double from, double to) =>
        whole is null ? null : new PartOfProgress(whole, from, to);

    /// <summary>Reports the part's fraction.</summary>
    public void Report(double value) => _whole.Report(_from + (value * (_to - _from)));
}
