using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Tiling;

public class TileSchedulerTests
{
    private static readonly PlannedTile[] _tiles = Enumerable
        .Range(0, 50)
        .Select(i => new PlannedTile(new TileRect(i, 0, 1, 1), default, default))
        .ToArray();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(80)]
    public void Every_tile_is_done_once_with_one_set_of_buffers_per_worker(int workers)
    {
        int[] done = new int[_tiles.Length];
        int created = 0,
            disposed = 0;
        TileScheduler.Run(
            _tiles,
            workers,
            () =>
            {
                Interlocked.Increment(ref created);
                return new Buffers(() => Interlocked.Increment(ref disposed));
            },
            (_, tile, _) => Interlocked.Increment(ref done[tile.Tile.X])
        );
        Assert.All(done, times => Assert.Equal(1, times));
        Assert.InRange(created, 1, workers);
        Assert.Equal(created, disposed);
    }

    [Fact]
    public void Workers_run_at_the_same_time()
    {
        using Barrier meeting = new Barrier(3);
        TileScheduler.Run(_tiles[..3], 3, () => 0, (_, _, token) => Assert.True(meeting.SignalAndWait(TimeSpan.FromSeconds(30), token)));
    }

    [Fact]
    public void Progress_ascends_to_one()
    {
        Recorder seen = new Recorder();
        TileScheduler.Run(_tiles, 4, () => 0, (_, _, _) => { }, seen);
        Assert.Equal(_tiles.Length, seen.Values.Count);
        Assert.Equal(seen.Values.Order(), seen.Values);
        Assert.Equal(1.0, seen.Values[^1]);
    }

    [Fact]
    public void The_first_exception_stops_the_others_and_comes_out_as_it_was()
    {
        int done = 0;
        using ManualResetEventSlim failed = new ManualResetEventSlim();
        InferenceException error = Assert.Throws<InferenceException>(() =>
            TileScheduler.Run(
                _tiles,
                2,
                () => 0,
                (_, tile, token) =>
                {
                    if (tile.Tile.X == 0)
                    {
                        failed.Set();
                        throw new InferenceException("tile 0");
                    }

                    // The other worker waits until it is told to stop, as a network's run does.
                    failed.Wait(CancellationToken.None);
                    token.WaitHandle.WaitOne(TimeSpan.FromSeconds(30));
                    Interlocked.Increment(ref done);
                    token.ThrowIfCancellationRequested();
                }
            )
        );
        Assert.Equal("tile 0", error.Message);
        Assert.InRange(done, 0, 1);
    }

    [Fact]
    public void Cancelling_stops_within_a_tile()
    {
        using CancellationTokenSource cancel = new CancellationTokenSource();
        int done = 0;
        Assert.ThrowsAny<OperationCanceledException>(() =>
            TileScheduler.Run(
                _tiles,
                2,
                () => 0,
                (_, _, token) =>
                {
                    // The third tile cancels; a fourth may be under way and lasts until it hears of it.
                    int number = Interlocked.Increment(ref done);
                    if (number == 3)
                    {
                        cancel.Cancel();
                    }
                    else if (number > 3)
                    {
                        Assert.True(token.WaitHandle.WaitOne(TimeSpan.FromSeconds(30)));
                    }
                },
                null,
                cancel.Token
            )
        );
        Assert.InRange(done, 3, 4);
    }

    [Fact]
    public void A_cancelled_token_runs_nothing()
    {
        Assert.ThrowsAny<OperationCanceledException>(() =>
            TileScheduler.Run(_tiles, 2, () => 0, (_, _, _) => Assert.Fail("ran a tile"), null, new CancellationToken(true))
        );
    }

    [Fact]
    public void Buffers_that_cannot_be_made_are_the_callers_error() =>
        Assert.Throws<InsufficientMemoryException>(() =>
            TileScheduler.Run<int>(_tiles, 2, () => throw new InsufficientMemoryException(), (_, _, _) => { })
        );

    private sealed class Buffers(Action disposed) : IDisposable
    {
        public void Dispose() => disposed();
    }

    private sealed class Recorder : IProgress<double>
    {
        public List<double> Values { get; } = [];

        public void Report(double value) => Values.Add(value);
    }
}
