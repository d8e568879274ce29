// One run from its configuration, or on from its own checkpoint; a run that is stopped loses nothing but the steps since its last save.
using System.CommandLine;
using System.Runtime.InteropServices;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Commands;

/// <summary>rsr-train train.</summary>
internal static class TrainCommand
{
    internal static Command Create()
    {
        Option<string> configOption = new Option<string>("--config")
        {
            Description = "Configuration of the run (JSON; the keys and their defaults are in TrainingConfig.cs).",
            HelpName = "FILE",
            Required = true,
        };
        Option<bool> resumeOption = new Option<bool>("--resume")
        {
            Description = "Continues from the latest checkpoint of the run, with the same results as an uninterrupted run.",
        };
        Option<double?> minutesOption = new Option<double?>("--minutes")
        {
            Description = "Length of the whole run in minutes, instead of the configured one; the schedule follows it.",
            HelpName = "N",
        };
        Option<string?> dataOption = CommandLine.DataOption();
        Command command = new Command(
            "train",
            "Runs the training that a configuration describes. Ctrl-C stops after the current step and writes a checkpoint."
        )
        {
            configOption,
            resumeOption,
            minutesOption,
            dataOption,
        };
        command.SetAction(parsed =>
        {
            TrainingConfig config = TrainingConfig.Load(parsed.GetRequiredValue(configOption));
            if (parsed.GetValue(minutesOption) is { } minutes)
            {
                config = config.WithMinutes(minutes);
            }

            return Run(config, CommandLine.RequireData(parsed.GetValue(dataOption)), parsed.GetValue(resumeOption));
        });
        return command;
    }

    private static int Run(TrainingConfig config, string data, bool resume)
    {
        using CancellationTokenSource stop = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using TrainingSession session = TrainingSession.Open(config, data, resume, Console.WriteLine);
        string outcome = string.Empty;
        TrainingConsole.Show(config.Name, show => outcome = session.Run(show, stop.Token));
        Console.WriteLine(outcome);
        return stop.IsCancellationRequested ? CommandLine.StoppedByUser : 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }
}
