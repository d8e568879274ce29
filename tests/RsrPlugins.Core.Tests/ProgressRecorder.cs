namespace RsrPlugins.Core.Tests;

/// <summary>Records every report at once, on the reporting thread (Progress&lt;T&gt; would post them).</summary>
internal sealed class ProgressRecorder : IProgress<double>
{
    private readonly List<double> _reports = [];

    public void Report(double value)
    {
        lock (_reports)
        {
            _reports.Add(value);
        }
    }

    public void AssertComplete()
    {
        Assert.NotEmpty(_reports);
        Assert.Equal(_reports.Order(), _reports);
        Assert.InRange(_reports[0], 0, 1);
        Assert.Equal(1, _reports[^1]);
    }
}
