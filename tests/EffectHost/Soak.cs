// A person who works for hours opens effects again and again, on layers of different sizes, in one process. Each render here is a
// new effect with a size and settings of its own, on threads that live on, and what is left after it is counted. Run by hand: CI
// has not the time.
using System.Diagnostics;
using PaintDotNet.Effects;

namespace RsrPlugins.EffectHost;

/// <summary>Many renders, and the memory after them.</summary>
public static class Soak
{
    /// <summary>What the memory may grow by between the first count and the last, in bytes.</summary>
    private const long AllowedGrowth = 20L << 20;

    /// <summary>Renders for so long and writes a line at each count.</summary>
    /// <param name="effects">Types of the effects; each is made anew for each render.</param>
    /// <param name="layer">The largest layer; others are its top left parts.</param>
    /// <param name="settings">Settings for all renders, as Property=Value.</param>
    /// <returns>
    /// True if managed memory and working set have grown by at most 20 MB since the first count, after a fifth of the time: until then
    /// networks are opened and the native allocators of ever more threads get their first memory.
    /// </returns>
    public static bool Run(
        IReadOnlyList<Type> effects,
        Picture layer,
        IReadOnlyList<string> settings,
        TimeSpan duration,
        int threads,
        TextWriter output
    )
    {
        const int Sizes = 37;
        const int Counts = 12;
        using RenderThreads pool = new RenderThreads(threads);
        Stopwatch watch = Stopwatch.StartNew();
        TimeSpan warmUp = duration / 5;
        TimeSpan next = warmUp;
        (long Managed, long WorkingSet)? first = null;
        (long Managed, long WorkingSet) last = default;
        int renders = 0;
        while (true)
        {
            Picture part = TopLeft(layer, layer.Width - (renders % Sizes), layer.Height - (renders * 7 % Sizes));
            Render(effects[renders % effects.Count], part, [$"Scale={2 + (renders / effects.Count % 3)}", .. settings], threads, pool);
            renders++;
            if (watch.Elapsed < next && watch.Elapsed < duration)
            {
                continue;
            }

            last = Count();
            first ??= last;
            output.WriteLine(
                FormattableString.Invariant(
                    $"{watch.Elapsed.TotalMinutes,6:0.0} min  {renders,6} renders  {last.Managed / 1e6,7:0.0} MB managed  {GC.GetGCMemoryInfo().TotalCommittedBytes / 1e6,7:0.0} MB committed  {last.WorkingSet / 1e6,7:0.0} MB in all"
                )
            );
            if (watch.Elapsed >= duration)
            {
                break;
            }

            next += (duration - warmUp) / Counts;
        }

        (long managed, long all) = (last.Managed - first.Value.Managed, last.WorkingSet - first.Value.WorkingSet);
        output.WriteLine(
            FormattableString.Invariant(
                $"Grown since the first count: {managed / 1e6:0.0} MB managed, {all / 1e6:0.0} MB in all; allowed {AllowedGrowth / 1e6:0.0} MB each."
            )
        );
        return managed <= AllowedGrowth && all <= AllowedGrowth;
    }

    private static void Render(Type type, Picture layer, IEnumerable<string> settings, int threads, RenderThreads pool)
    {
        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(PluginLoader.Create(type), layer, services);
        session.OpenDialog();
        foreach (string[] parts in settings.Select(setting => setting.Split('=', 2)))
        {
            session.Set(parts[0], parts[^1]);
        }

        session.Render(new RenderSchedule(Threads: threads, Pool: pool));
        if (services.ErrorMessages.Count > 0)
        {
            throw new HostException($"{session.Name}: {string.Join(' ', services.ErrorMessages)}");
        }
    }

    private static (long Managed, long WorkingSet) Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return (GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
    }

    private static Picture TopLeft(Picture picture, int width, int height)
    {
        Picture part = new Picture(width, height);
        for (int y = 0; y < height; y++)
        {
            picture.Bytes.AsSpan(y * picture.Width * 4, width * 4).CopyTo(part.Bytes.AsSpan(y * width * 4));
        }

        return part;
    }
}
