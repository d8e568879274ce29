// Reads the configuration, loads the pictures, runs the training, and keeps the run's folder: latest.ckpt (everything),
// weights.ckpt (the averaged weights alone), log.csv and curves.png.
using System.CommandLine;
using System.Runtime.InteropServices;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Commands;

/// <summary>rsr-train train.</summary>
internal static class TrainCommand
{
    private const int StoppedByUser = 130;

    internal static Command Create()
    {
        var configOption = new Option<string>("--config") { Description = "Configuration of the run (JSON; the keys and their defaults are in TrainingConfig.cs).", HelpName = "FILE", Required = true };
        var resumeOption = new Option<bool>("--resume") { Description = "Goes on from the run's latest checkpoint, to the same numbers as if it had never stopped." };
        var minutesOption = new Option<double?>("--minutes") { Description = "Length of the whole run, instead of the configuration's; the schedule follows it.", HelpName = "N" };
        var dataOption = CommandLine.DataOption();
        var command = new Command("train", "Trains what a configuration describes. Ctrl-C stops after the current step, with a checkpoint.") { configOption, resumeOption, minutesOption, dataOption };
        command.SetAction(parsed =>
        {
            var config = TrainingConfig.Load(parsed.GetRequiredValue(configOption));
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
        var folder = Path.Combine(config.Output, config.Name);
        var latest = Path.Combine(folder, "latest.ckpt");
        Directory.CreateDirectory(folder);
        if (!resume && File.Exists(latest))
        {
            throw new TrainerException($"{latest} exists: give --resume to go on with it, or remove it to start anew.");
        }

        var checkpoint = resume ? Checkpoint.Load(latest) : null;
        var crops = CropSampler.Load(config, data);
        Console.WriteLine($"{config.Name}: {crops.ImageCount} training pictures, {crops.Megapixels:0} megapixels");
        var validation = LumaImage.LoadFolder(Path.Combine(data, config.Validation)).Select(image => image.CentralCrop(config.ValidationCrop, config.Scale)).ToArray();

        NetVips.NetVips.Concurrency = 1; // from here on libvips only sees crops, and the cores are the workers'
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var run = new TrainingRun(config, crops, validation, checkpoint);
        if (run.NewLayers.Count > 0)
        {
            Console.WriteLine($"{config.Name}: starts from {config.Init}, but for {string.Join(", ", run.NewLayers)}");
        }

        var log = new TrainingLog(folder, checkpoint?.Progress.Step ?? 0);
        TrainingConsole.Show(config.Name, show => run.Run(report => Report(report, show), Save, stop.Token));
        Console.WriteLine($"{config.Name}: {(stop.IsCancellationRequested ? "stopped" : "done")} at step {run.Progress.Step}, best PSNR {run.Progress.BestPsnr:0.000} dB at step {run.Progress.BestStep}; {latest}");
        return stop.IsCancellationRequested ? StoppedByUser : 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }

        void Save(Checkpoint state)
        {
            state.Save(latest);
            state.Slim().Save(Path.Combine(folder, "weights.ckpt"));
        }

        void Report(TrainingReport report, Action<TrainingReport> show)
        {
            show(report);
            if (report.Validation is { } score)
            {
                log.Add(report, score);
            }
        }
    }
}
