// What every command needs from its process, handed over instead of reached for, so that Program alone knows Console.
namespace RsrPlugins.Cli;

/// <param name="Output">Results: what a script may read.</param>
/// <param name="Error">Errors, notes and progress.</param>
/// <param name="TemporaryFiles">Files to be gone when the process ends early.</param>
/// <param name="CancellationToken">Set by Ctrl-C, SIGTERM, and the end of the parent.</param>
internal sealed record CliContext(TextWriter Output, TextWriter Error, TemporaryFiles TemporaryFiles, CancellationToken CancellationToken)
{
    /// <summary>From now on the work stops when standard input ends.</summary>
    public Action StopWithStandardInput { get; init; } = () => { };
}
