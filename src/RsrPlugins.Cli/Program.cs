// Sets up what a process has - signals, standard streams, temporary files - and runs one command. Everything else is in its own folder:
// Commands (one file per command), Files (libvips), Batch (inputs, names, many files), Sizes (which steps a size takes).
using RsrPlugins.Cli;
using RsrPlugins.Cli.Commands;
using RsrPlugins.Cli.Terminal;
using RsrPlugins.Core.Inference.OnnxRuntime;

RuntimeTelemetry.Forbid();
ReportWriter output = StandardStreams.Guard();
using TemporaryFiles temporaryFiles = new TemporaryFiles();
using StopSignals stop = new StopSignals(temporaryFiles);
CliContext context = new CliContext(Console.Out, Console.Error, temporaryFiles, stop.Token)
{
    StopWithStandardInput = stop.StopWithStandardInput,
};
int exitCode = await CommandRunner.RunAsync(() => RsrCommandLine.RunAsync(args, context), context, () => stop.SayOnce(context.Error));
if (output.Failure is { } lost)
{
    exitCode =
        exitCode == ExitCode.Done
            ? CommandRunner.Fail(
                context,
                $"the work is done, but the report could not be written to standard output: {lost}",
                ExitCode.Unexpected
            )
            : exitCode;
}

return exitCode;
