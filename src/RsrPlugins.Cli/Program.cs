// Parses, runs one command, turns exceptions into one line on stderr and an exit code. Everything else is in its own folder:
// Commands (one file per command), Files (libvips), Batch (inputs, names, many files), Sizes (which steps a size takes).
using RsrPlugins.Cli;
using RsrPlugins.Cli.Commands;
using RsrPlugins.Cli.Terminal;
using RsrPlugins.Core;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.OnnxRuntime;

RuntimeTelemetry.Forbid();
ReportWriter output = StandardStreams.Guard();
using TemporaryFiles temporaryFiles = new TemporaryFiles();
using StopSignals stop = new StopSignals(temporaryFiles);
CliContext context = new CliContext(Console.Out, Console.Error, temporaryFiles, stop.Token) { StopWithStandardInput = stop.StopWithStandardInput };
int exitCode = await RunAsync();
if (output.Failure is { } lost)
{
    exitCode = exitCode == ExitCode.Done ? Fail($"the work is done, but the report could not be written to standard output: {lost}", ExitCode.Unexpected) : exitCode;
}

return exitCode;

async Task<int> RunAsync()
{
    try
    {
        return await RsrCommandLine.RunAsync(args, context);
    }
    catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
    {
        stop.SayOnce(context.Error);
        return ExitCode.Cancelled;
    }
    catch (UsageException failure)
    {
        return Fail(failure.Message, ExitCode.Usage);
    }
    catch (ReaderGoneException)
    {
        return ExitCode.InputsFailed;
    }
    catch (RsrException failure) when (failure is ModelException or RuntimeLibraryException)
    {
        return Fail(failure.Message, ExitCode.ModelsOrRuntime);
    }
    catch (RsrException failure)
    {
        return Fail(failure.Message, ExitCode.InputsFailed);
    }
#pragma warning disable CA1031 // The last resort: whatever it is, the user gets one line and the documented code.
    catch (Exception failure)
#pragma warning restore CA1031
    {
        if (Environment.GetEnvironmentVariable("RSR_TRACE") == "1")
        {
            context.Error.WriteLine(failure);
        }

        return Fail($"unexpected failure, {failure.GetType().Name}: {OneLine.Of(failure.Message)} (RSR_TRACE=1 shows where)", ExitCode.Unexpected);
    }
}

int Fail(string message, int code)
{
    context.Error.WriteLine($"rsr: {OneLine.Of(message)}");
    return code;
}
