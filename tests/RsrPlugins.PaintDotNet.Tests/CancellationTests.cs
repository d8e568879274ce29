using System.Diagnostics;
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class CancellationTests
{
    // Generous: the machine may be busy. What is waited for would otherwise never end.
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(Effects.Downscale)]
    [InlineData(Effects.Upscale)]
    public void A_cancelled_render_stops_within_one_tile(string effect)
    {
        using ManualResetEventSlim started = new ManualResetEventSlim();
        FakeEngine engine = new FakeEngine
        {
            OnRun = (_, token) =>
            {
                started.Set();
                token.WaitHandle.WaitOne();
            },
        };
        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(
            Effects.Create(effect, Effects.Runtime(engine)),
            TestPictures.Noise(600, 400, 1),
            services
        );
        using CancellationTokenSource cancellation = new CancellationTokenSource();
        Task<Picture> render = Task.Run(
            () => session.Render(new RenderSchedule(64, 4), cancellation.Token),
            TestContext.Current.CancellationToken
        );
        Assert.True(started.Wait(_soon, TestContext.Current.CancellationToken));

        Stopwatch watch = Stopwatch.StartNew();
        cancellation.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => render.GetAwaiter().GetResult());
        Assert.True(watch.Elapsed < _soon);
        // No run began after the cancellation: those that had begun are all there were, at most one for every thread that renders.
        Assert.InRange(engine.Runs, 1, new RenderSchedule().Threads);
        Assert.Equal(0, engine.Active);
        Assert.Empty(services.ErrorMessages);
    }

    [Fact]
    public void Ten_quick_changes_leave_no_work_behind()
    {
        // A run lasts until it is cancelled, however late a busy machine does that, and does end if it never is.
        TimeSpan longestRun = TimeSpan.FromSeconds(10);
        FakeEngine engine = new FakeEngine { OnRun = (_, token) => token.WaitHandle.WaitOne(longestRun) };
        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(
            Effects.Create(Effects.Upscale, Effects.Runtime(engine)),
            TestPictures.Noise(400, 300, 2),
            services
        );
        session.OpenDialog();
        for (int i = 0; i < 10; i++)
        {
            session.Set("Scale", (2 + (i % 3)).ToString(System.Globalization.CultureInfo.InvariantCulture));
            using CancellationTokenSource cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(5));
            Assert.ThrowsAny<OperationCanceledException>(() => session.Render(new RenderSchedule(64, 4), cancellation.Token));
            Assert.Equal(0, engine.Active);
        }

        int runs = engine.Runs;
        Thread.Sleep(50);
        Assert.Equal(runs, engine.Runs);

        // And what comes after is whole.
        longestRun = TimeSpan.Zero;
        session.Set("Scale", "2");
        PictureAssert.SameBytes(
            Effects.Run(Effects.Upscale, Effects.Runtime(new FakeEngine()), TestPictures.Noise(400, 300, 2), ["Scale=2"]),
            session.Render(),
            "after ten cancelled renders"
        );
    }
}
