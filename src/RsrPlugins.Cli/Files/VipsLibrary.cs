// How libvips is set up in this process: nothing cached (every picture is used once), and its warnings not on stderr, where
// one line of ours says the same in words a user can use. Called when the first picture is opened, because loading the
// library takes longer than `rsr --help` should. The library is the one that came with the program, loaded by full path before NetVips
// asks for it by name: the loader then has it, and a libvips of the system, of whatever version and build, is never taken.
//
// A decoder's complaints about the last rows of a picture reach its warnings alone, whatever it is told to fail on; so they are heard.
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NetVips;
using RsrPlugins.Core;
using RsrPlugins.Core.Inference;

namespace RsrPlugins.Cli.Files;

internal static class VipsLibrary
{
    private const int MostHeard = 1000;

    private static readonly ConcurrentQueue<string> _heard = new();
    private static readonly Lock _oneAtATime = new();
    private static readonly Lazy<nint> _library = new(() => ShippedLibrary.Load(typeof(VipsLibrary).Assembly, FileName, "libvips"));

    private static string FileName =>
        OperatingSystem.IsWindows() ? "libvips-42.dll"
        : OperatingSystem.IsMacOS() ? "libvips.42.dylib"
        : "libvips.so.42";

    /// <summary>Loads the libvips that came with the program, the first time; must precede every use of NetVips.</summary>
    /// <exception cref="RuntimeLibraryException">It is missing, not the one that came with the program, or will not load.</exception>
    public static void EnsureShipped() => _ = _library.Value;

    /// <summary>Sets libvips up, the first time.</summary>
    /// <exception cref="RuntimeLibraryException">libvips is missing, not the one that came with the program, or will not load.</exception>
    public static void EnsureReady()
    {
        EnsureShipped();
        try
        {
            NetVipsSettings.Apply();
        }
        catch (Exception error)
            when (error is TypeInitializationException or DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            Exception cause = error;
            while (cause is TypeInitializationException { InnerException: { } inner })
            {
                cause = inner;
            }

            string why = OneLine.Of(cause.Message).Split(';')[0];
            throw new RuntimeLibraryException(
                $"libvips, which reads and writes pictures, cannot be loaded: {why}. Unpack the complete archive again, or reinstall.",
                error
            );
        }
    }

    /// <summary>Does some work, alone among those that are heard, and returns what libvips warned of meanwhile.</summary>
    public static IReadOnlyList<string> Hear(Action work)
    {
        EnsureReady();
        lock (_oneAtATime)
        {
            if (!_heard.IsEmpty)
            {
                ForgetErrors();
                _heard.Clear();
            }

            work();
            return [.. _heard];
        }
    }

    /// <summary>
    /// Empties libvips' error buffer. Decoders' warnings pile up there until a call fails, whichever picture they were about; without this
    /// the error of one file would give the reasons of those before it.
    /// </summary>
    public static unsafe void ForgetErrors() => ((delegate* unmanaged<void>)NativeLibrary.GetExport(_library.Value, "vips_error_clear"))();

    /// <summary>This build of libvips has an operation; which codecs are built in differs.</summary>
    public static bool Has(string operation)
    {
        EnsureReady();
        return NetVipsSettings.Has(operation);
    }

    /// <summary>Apart, because NetVips loads libvips as soon as a type of it is initialised, even by the compilation of a method that
    /// mentions it.</summary>
    private static class NetVipsSettings
    {
        private static readonly Lazy<Log.LogDelegate> _silence = new(() =>
        {
            Log.LogDelegate silence = (_, _, message) =>
            {
                if (_heard.Count < MostHeard)
                {
                    _heard.Enqueue(message);
                }
            };
            Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, silence);
            Cache.Max = 0;
            return silence;
        });

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Apply() => _ = _silence.Value; // Held, so that native code can go on calling it.

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static bool Has(string operation) => NetVips.NetVips.TypeFind("VipsOperation", operation) != nint.Zero;
    }
}
