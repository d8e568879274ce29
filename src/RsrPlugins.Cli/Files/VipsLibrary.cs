// How libvips is set up in this process: nothing cached (every picture is used once), and its warnings not on stderr, where
// one line of ours says the same in words a user can use. Called when the first picture is opened, because loading the
// library takes longer than `rsr --help` should.
using NetVips;
using RsrPlugins.Core;

namespace RsrPlugins.Cli.Files;

internal static class VipsLibrary
{
    private static readonly Lazy<Log.LogDelegate> Silence = new(() =>
    {
        Log.LogDelegate silence = (_, _, _) => { };
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, silence);
        Cache.Max = 0;
        return silence;
    });

    /// <summary>Sets libvips up, the first time.</summary>
    /// <exception cref="RuntimeLibraryException">libvips is missing or will not load.</exception>
    public static void EnsureReady()
    {
        try
        {
            _ = Silence.Value; // Held, so that native code can go on calling it.
        }
        catch (Exception error) when (error is TypeInitializationException or DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            Exception cause = error;
            while (cause is TypeInitializationException { InnerException: { } inner })
            {
                cause = inner;
            }

            string why = OneLine.Of(cause.Message).Split(';')[0];
            throw new RuntimeLibraryException($"libvips, which reads and writes pictures, cannot be loaded: {why}. Unpack the whole archive again, or reinstall.", error);
        }
    }

    /// <summary>This build of libvips has an operation; which codecs are built in differs.</summary>
    public static bool Has(string operation)
    {
        EnsureReady();
        return NetVips.NetVips.TypeFind("VipsOperation", operation) != nint.Zero;
    }
}
