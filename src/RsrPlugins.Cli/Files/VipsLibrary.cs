// How libvips is set up in this process: nothing cached (every picture is used once), and its warnings not on stderr, where
// one line of ours says the same in words a user can use. Called when the first picture is opened, because loading the
// library takes longer than `rsr --help` should.
using NetVips;

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
    public static void EnsureReady() => _ = Silence.Value; // Held, so that native code can go on calling it.
}
