using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Core.Tests.Sizes;

public class CleanupDecisionTests
{
    [Theory]
    [InlineData(CleanupChoice.Auto, 100, false, CleanupChoice.Off)]
    [InlineData(CleanupChoice.Auto, 92, false, CleanupChoice.Off)]
    [InlineData(CleanupChoice.Auto, 91, false, CleanupChoice.Low)]
    [InlineData(CleanupChoice.Auto, 80, false, CleanupChoice.Low)]
    [InlineData(CleanupChoice.Auto, 79, false, CleanupChoice.High)]
    [InlineData(CleanupChoice.Auto, 1, false, CleanupChoice.High)]
    [InlineData(CleanupChoice.Auto, null, false, CleanupChoice.Off)]
    [InlineData(CleanupChoice.Auto, null, true, CleanupChoice.Low)]
    [InlineData(CleanupChoice.Off, 30, true, CleanupChoice.Off)]
    [InlineData(CleanupChoice.Low, 98, false, CleanupChoice.Low)]
    [InlineData(CleanupChoice.High, null, false, CleanupChoice.High)]
    public void What_is_done_follows_the_wish_and_the_file(CleanupChoice asked, int? quality, bool saysSo, CleanupChoice done)
    {
        CleanupDecision decision = CleanupDecision.For(asked, quality, saysSo, isInstalled: true);
        Assert.Equal(done, decision.Level);
        Assert.Equal(asked == CleanupChoice.Auto && done != CleanupChoice.Off, decision.Note is not null);
    }

    [Fact]
    public void Without_weights_auto_says_so_and_a_wish_is_refused()
    {
        CleanupDecision decision = CleanupDecision.For(CleanupChoice.Auto, 60, false, isInstalled: false);
        Assert.Equal(CleanupChoice.Off, decision.Level);
        Assert.Contains("quality 60", decision.Note, StringComparison.Ordinal);
        Assert.Contains("weights are not installed", decision.Note, StringComparison.Ordinal);
        Assert.Null(CleanupDecision.For(CleanupChoice.Auto, 95, false, isInstalled: false).Note);
        Assert.Throws<ModelException>(() => CleanupDecision.For(CleanupChoice.Low, 60, false, isInstalled: false));
    }
}
