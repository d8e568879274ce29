// Runs one command and turns exceptions into one line and an exit code: what rsr does for its terminal, and rsr-enlarge for its window.
using RsrPlugins.Cli.Terminal;
using RsrPlugins.Core;
using RsrPlugins.Core.Inference;

namespace RsrPlugins.Cli;

internal static class CommandRunner
{
    /// <summary>Runs; never throws.</summary>
    /// <param name="command">Parses and runs a command.</param>
    /// <param name="sayCancelled">Called if the work was stopped by the context's token.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(Func<Task<int>> command, CliContext context, Action sayCancelled)
    {
        try
        {
            return await command();
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            sayCancelled();
            return ExitCode.Cancelled;
        }
        catch (UsageException failure)
        {
            return Fail(context, failure.Message, ExitCode.Usage);
        }
        catch (ReaderGoneException)
        {
            return ExitCode.InputsFailed;
        }
        catch (RsrException failure) when (failure is ModelException or RuntimeLibraryException)
        {
            return Fail(context, failure.Message, ExitCode.ModelsOrRuntime);
        }
        catch (RsrException failure)
        {
            return Fail(context, failure.Message, ExitCode.InputsFailed);
        }
#pragma warning disable CA1031 // The last resort: whatever it is, the user gets one line and the documented code.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            if (Environment.GetEnvironmentVariable("RSR_TRACE") == "1")
            {
                context.Error.WriteLine(failure);
            }

            return Fail(
                context,
                $"unexpected failure, {failure.GetType().Name}: {OneLine.Of(failure.Message)} (RSR_TRACE=1 shows where)",
                ExitCode.Unexpected
            );
        }
    }

    /// <summary>Says why, in one line.</summary>
    /// <returns>The code given.</returns>
    public static int Fail(CliContext context, string message, int code)
    {
        context.Error.WriteLine($"rsr: {OneLine.Of(message)}");
        return code;
    }
}
