// The exit codes scripts may rely on; they are documented in the help and never renumbered.
namespace RsrPlugins.Cli;

internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>A failure nobody foresaw, a bug or the system; or the work is done and the report could not be written.</summary>
    public const int Unexpected = 1;

    /// <summary>The command line itself is wrong; nothing was touched.</summary>
    public const int Usage = 2;

    /// <summary>At least one input failed; the others were done.</summary>
    public const int InputsFailed = 3;

    /// <summary>Models or the inference runtime are missing or damaged.</summary>
    public const int ModelsOrRuntime = 4;

    /// <summary>Stopped by Ctrl-C or SIGTERM: 128 + SIGINT, as shells expect.</summary>
    public const int Cancelled = 130;
}
