// The commands of rsr-train; one file each.
using System.CommandLine;
using System.Runtime.InteropServices;
using RsrPlugins.Cli;
using RsrPlugins.Cli.Files;
using RsrPlugins.Core;

namespace RsrPlugins.Trainer.Commands;

/// <summary>The command line of rsr-train.</summary>
internal static class CommandLine
{
    /// <summary>Exit code after Ctrl-C.</summary>
    internal const int StoppedByUser = 130;

    /// <summary>Exit codes: 0 done, 1 failed (message on stderr), 2 bad usage, 130 stopped by Ctrl-C.</summary>
    internal static int Run(string[] arguments)
    {
        RootCommand root = new RootCommand(
            """
            Trains the networks of RsrPlugins and exports them.

            Examples:
              rsr-train train --config training/configs/learned-x2.json --minutes 45
              rsr-train train --config training/configs/learned-x2.json --resume
              rsr-train export training/checkpoints/learned-x2.ckpt --models models
              rsr-train strength --config training/configs/continue-photo-x2.json
              rsr-train average before.ckpt training/runs/continue-x2/weights.ckpt --share 0.7 -o mean.ckpt
              rsr-train evaluate models --scale 2
              rsr-train sheet training/checkpoints/learned-x2.ckpt -o sheet.png
              rsr-train bench
              rsr-train experiment table1
              rsr-train draw --svg openclipart/usr/share/openclipart/svg --fonts fonts

            Pictures are found under --data or the environment variable RSR_DATA.
            """
        )
        {
            TrainCommand.Create(),
            ExportCommand.Create(),
            EvaluateCommand.Create(),
            BenchCommand.Create(),
            SheetCommand.Create(),
            AverageCommand.Create(),
            ExperimentCommand.Create(),
            DrawCommand.Create(),
            ReductionsCommand.Create(),
            StrengthCommand.Create(),
        };
        try
        {
            ParseResult parsed = root.Parse(arguments);
            if (parsed.Errors.Count == 0)
            {
                VipsLibrary.EnsureShipped();
            }

            int code = parsed.Invoke(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }
            );
            return parsed.Errors.Count > 0 ? 2 : code;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("rsr-train: stopped");
            return StoppedByUser;
        }
        catch (RsrException error)
        {
            Console.Error.WriteLine($"rsr-train: {error.Message}");
            return 1;
        }
#pragma warning disable CA1031 // The last resort: whatever it is, the user gets one line and the documented code.
        catch (Exception error)
#pragma warning restore CA1031
        {
            // What a worker threw comes wrapped; what was thrown says more.
            Exception cause = error is AggregateException { InnerExceptions.Count: > 0 } many ? many.Flatten().InnerExceptions[0] : error;
            if (Environment.GetEnvironmentVariable("RSR_TRACE") == "1")
            {
                Console.Error.WriteLine(error);
            }

            Console.Error.WriteLine(
                cause is RsrException
                    ? $"rsr-train: {cause.Message}"
                    : $"rsr-train: unexpected failure, {cause.GetType().Name}: {OneLine.Of(cause.Message)} (RSR_TRACE=1 shows where)"
            );
            return 1;
        }
    }

    /// <summary>Ctrl-C asks a command to stop instead of ending the process, as long as what this returns is not disposed.</summary>
    internal static PosixSignalRegistration StopOnInterrupt(CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(
            PosixSignal.SIGINT,
            signal =>
            {
                signal.Cancel = true;
                stop.Cancel();
            }
        );

    /// <summary>--data, else RSR_DATA.</summary>
    internal static Option<string?> DataOption() =>
        new("--data")
        {
            Description = "Folder of picture folders; by default that of the environment variable RSR_DATA.",
            HelpName = "DIR",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("RSR_DATA"),
        };

    /// <summary>An option that takes a whole number.</summary>
    /// <param name="least">What is below is refused.</param>
    internal static Option<int> CountOption(string name, int least, int usual, string description)
    {
        Option<int> option = new Option<int>(name)
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => usual,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, out int count) || count < least))
            {
                result.AddError($"{name} takes a whole number of at least {least}; found '{result.Tokens[0].Value}'.");
            }
        });
        return option;
    }

    internal static string RequireData(string? value) =>
        value
        ?? throw new TrainerException("Where are the pictures? Give their folder with --data or in the environment variable RSR_DATA.");
}
