// Somebody plays with the controls: for half a minute every control is changed all the time, so that renders are begun and cancelled
// by the hundred. What is left when the dialog has closed is counted: threads, processes, memory, and the processor's time.
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Windows.Forms;
using PaintDotNet.Effects;
using RsrPlugins.EffectHost;

namespace RsrPlugins.WindowHost;

/// <summary>Moves all controls of a dialog, and counts what is left.</summary>
internal static partial class Movement
{
    /// <summary>
    /// What a process may keep after 30 s of changes beyond what it kept after the first ones, in bytes: the last session's pictures,
    /// which a pooled thread holds until its next work, are 60 MB.
    /// </summary>
    private const long AllowedGrowth = 128L << 20;

    /// <summary>Threads of the runtime's own that come and go.</summary>
    private const int AllowedThreads = 3;

    public static void Check(Checks checks, Type type, Picture layer, TimeSpan time, RenderThreads threads, int threadCount)
    {
        // First every choice once, whole: networks are opened, and allocators of all threads get their first memory.
        Move(type, layer, threads, threadCount, UseAll);
        Count before = Count.Now();
        int childrenBefore = Children();
        (int changes, int finished, string name) = Move(type, layer, threads, threadCount, (rows, _) => Play(rows, time));
        checks.Check(
            $"{name}: {time.TotalSeconds:0} s of changes are answered: {changes} changes, {finished} pictures",
            () =>
                changes < time.TotalSeconds ? ["the controls hardly move"]
                : finished < 1 ? ["no picture came"]
                : []
        );
        checks.Check(
            $"{name}: nothing runs when the dialog has closed",
            () =>
            {
                TimeSpan began = Process.GetCurrentProcess().TotalProcessorTime;
                Thread.Sleep(2000);
                TimeSpan used = Process.GetCurrentProcess().TotalProcessorTime - began;
                // Wine's desktop is a child of whoever needed it first.
                int children = Children() - childrenBefore;
                return (string[])
                    [
                        .. used > TimeSpan.FromMilliseconds(200)
                            ? [$"{used.TotalMilliseconds:0} ms of processor time in 2 s"]
                            : (string[])[],
                        .. children > 0 ? [$"{children} processes were started and run"] : (string[])[],
                    ];
            }
        );
        Count after = Count.Now();
        string kept = string.Create(
            CultureInfo.InvariantCulture,
            $"threads {before.Threads} to {after.Threads}, managed {before.Managed / 1e6:0.0} to {after.Managed / 1e6:0.0} MB, in all {before.All / 1e6:0.0} to {after.All / 1e6:0.0} MB"
        );
        checks.Check(
            $"{name}: threads and memory are back ({kept})",
            () =>
                (string[])
                    [
                        .. after.Threads > before.Threads + AllowedThreads ? ["threads are left"] : (string[])[],
                        .. after.Managed > before.Managed + AllowedGrowth ? ["managed memory has grown"] : (string[])[],
                        .. after.All > before.All + AllowedGrowth ? ["memory has grown"] : (string[])[],
                    ]
        );
    }

    private static void UseAll(Row[] rows, Preview preview)
    {
        foreach (Row row in rows)
        {
            row.Input!.Focus();
            for (int i = 0; i < Math.Max(2, row.Control.Choices.Count); i++)
            {
                Messages.Press(row.Keys[0]);
                WaitForPicture(preview);
            }

            // Back to the first: what is slow is slow once.
            for (int i = 0; i < Math.Max(2, row.Control.Choices.Count); i++)
            {
                Messages.Press(row.Keys[^1]);
            }
        }
    }

    /// <summary>There and back again, each control for a second.</summary>
    private static void Play(Row[] rows, TimeSpan time)
    {
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; watch.Elapsed < time; i++)
        {
            Row row = rows[(int)watch.Elapsed.TotalSeconds % rows.Length];
            row.Input!.Focus();
            Messages.Press(row.Keys[i / 4 % row.Keys.Count]);
            Messages.For(TimeSpan.FromMilliseconds(30));
        }
    }

    private static (int Changes, int Finished, string Name) Move(
        Type type,
        Picture layer,
        RenderThreads threads,
        int threadCount,
        Action<Row[], Preview> play
    )
    {
        using HostServices services = new HostServices(new WindowsUI());
        using EffectSession session = new EffectSession(PluginLoader.Create(type), layer, services);
        using EffectDialog dialog = DialogChecks.Open(session);
        using Preview preview = new Preview(session, threads, threadCount);
        int changes = 0;
        dialog.Changed = () =>
        {
            changes++;
            preview.Restart();
        };
        preview.Restart();
        // Buttons are pressed by another check.
        play([.. dialog.Rows.Where(row => row.Shown is not null)], preview);
        // The hand rests: what is chosen now is computed whole.
        WaitForPicture(preview);
        if (services.ErrorMessages.Count > 0)
        {
            throw new HostException($"{session.Name}: {string.Join(' ', services.ErrorMessages)}");
        }

        return (changes, preview.Finished, session.Name);
    }

    private static void WaitForPicture(Preview preview)
    {
        if (!Messages.Until(() => preview.IsIdle, TimeSpan.FromMinutes(3)))
        {
            throw new HostException("No picture came within 3 minutes.");
        }
    }

    private static unsafe int Children()
    {
        uint self = (uint)Environment.ProcessId;
        nint snapshot = CreateToolhelp32Snapshot(2, 0);
        ProcessEntry entry = new ProcessEntry { Size = (uint)sizeof(ProcessEntry) };
        int children = 0;
        for (bool more = Process32First(snapshot, ref entry); more; more = Process32Next(snapshot, ref entry))
        {
            children += entry.Parent == self ? 1 : 0;
        }

        CloseHandle(snapshot);
        return children;
    }

    [LibraryImport("kernel32")]
    private static partial nint CreateToolhelp32Snapshot(uint flags, uint process);

    [LibraryImport("kernel32", EntryPoint = "Process32FirstW")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Process32First(nint snapshot, ref ProcessEntry entry);

    [LibraryImport("kernel32", EntryPoint = "Process32NextW")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Process32Next(nint snapshot, ref ProcessEntry entry);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CloseHandle(nint handle);

    /// <summary>What a process holds, once garbage is gone.</summary>
    private readonly record struct Count(int Threads, long Managed, long All)
    {
        public static Count Now()
        {
            for (int i = 0; i < 3; i++)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
                GC.WaitForPendingFinalizers();
            }

            using Process process = Process.GetCurrentProcess();
            return new Count(process.Threads.Count, GC.GetTotalMemory(forceFullCollection: true), process.WorkingSet64);
        }
    }

    /// <summary>PROCESSENTRY32W.</summary>
    private unsafe struct ProcessEntry
    {
        public uint Size;
        public uint Usage;
        public uint Id;
        public nuint Heap;
        public uint Module;
        public uint Threads;
        public uint Parent;
        public int Priority;
        public uint Flags;
        public fixed char Name[260];
    }
}
