// Parses, runs one command, turns exceptions into one line on stderr and an exit code. Everything else is in its own folder:
// Commands (one file per command), Files (libvips), Batch (inputs, names, many files), Sizes (which steps a size takes).
using RsrPlugins.Cli;
using RsrPlugins.Cli.Commands;
using RsrPlugins.Core;
using RsrPlugins.Core.Inference;

RuntimeTelemetry.Forbid();
using TemporaryFiles temporaryFiles = new TemporaryFiles();
using StopSignals stop = new StopSignals(temporaryFiles);
CliContext context = new CliContext(Console.Out, Console.Error, temporaryFiles, stop.Token);
try
{
    return await RsrCommandLine.RunAsync(args, context);
}
catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
{
    return Fail("cancelled; nothing was left half-written", ExitCode.Cancelled);
}
catch (UsageException error)
{
    return Fail(error.Message, ExitCode.Usage);
}
catch (RsrException error) when (error is ModelException or RuntimeLibraryException)
{
    return Fail(error.Message, ExitCode.ModelsOrRuntime);
}
catch (RsrException error)
{
    return Fail(error.Message, ExitCode.InputsFailed);
}
#pragma warning disable CA1031 // The last resort: whatever it is, the user gets one line and the documented code.
catch (Exception error)
#pragma warning restore CA1031
{
    if (Environment.GetEnvironmentVariable("RSR_TRACE") == "1")
    {
        context.Error.WriteLine(error);
    }

    return Fail($"unexpected failure, {error.GetType().Name}: {OneLine.Of(error.Message)} (RSR_TRACE=1 shows where)", ExitCode.Unexpected);
}

int Fail(string message, int code)
{
    context.Error.WriteLine($"rsr: {OneLine.Of(message)}");
    return code;
}
