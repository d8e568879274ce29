// What a picture's resize has allocated goes with the picture, although the thread that did it lives on: a batch does thousands of
// pictures on one thread, and an editor renders on the threads of its pool.
using System.Runtime.CompilerServices;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Resizing;

public sealed class PictureMemoryTests
{
    [Theory]
    [InlineData(NetworkTask.Reduce)]
    [InlineData(NetworkTask.Enlarge)]
    public void Nothing_of_a_picture_outlives_its_resizer_on_the_calling_thread(NetworkTask kind)
    {
        List<WeakReference> made = new List<WeakReference>();
        Resize(kind, made);
        Assert.Equal(2, made.Count);
        AssertGone(made);
    }

    [Theory]
    [InlineData(NetworkTask.Reduce)]
    [InlineData(NetworkTask.Enlarge)]
    public void Nothing_of_a_picture_outlives_the_next_of_another_size(NetworkTask kind)
    {
        List<WeakReference> made = new List<WeakReference>();
        LearnedResizer resizer = new LearnedResizer(new SmoothNetwork(kind, 2), new ResizeSettings(2, 8));
        ResizeOne(resizer, 40, 30);
        made.AddRange(Internals(resizer));
        ResizeOne(resizer, 44, 34);
        AssertGone(made);
        GC.KeepAlive(resizer);
    }

    // In methods of their own, so that no local variable of the test keeps what is looked for.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Resize(NetworkTask kind, List<WeakReference> made)
    {
        LearnedResizer resizer = new LearnedResizer(new SmoothNetwork(kind, 2), new ResizeSettings(2, 8));
        ResizeOne(resizer, 40, 30);
        made.AddRange(Internals(resizer));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ResizeOne(LearnedResizer resizer, int width, int height) =>
        resizer.Resize(PixelImage.Create(width, height, PixelLayout.Rgb, 8), null, TestContext.Current.CancellationToken);

    /// <summary>The tables of the picture's size, and a worker with its buffers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] Internals(LearnedResizer resizer)
    {
        TilerPool pool = resizer.LastPool!;
        using TilerPool.Lease lease = pool.Rent();
        return [new WeakReference(pool), new WeakReference(lease.Worker)];
    }

    private static void AssertGone(List<WeakReference> made)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.All(
            made,
            reference => Assert.False(reference.IsAlive, "Something on this thread still refers to the picture's tables or buffers.")
        );
    }
}
