// Reads the configuration, loads the pictures, runs the training, and keeps the run's folder: latest.ckpt (everything),
// weights.ckpt (the averaged weights alone), log.csv.
using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Commands;

/// <summary>rsr-train train.</summary>
internal static class TrainCommand
{
    internal static Command Create()
    {
        var configOption = new Option<string>("--config") { Description = "Configuration of the run (JSON).", HelpName = "FILE", Required = true };
        var resumeOption = new Option<bool>("--resume") { Description = "Goes on from the run's latest checkpoint." };
        var minutesOption = new Option<double?>("--minutes") { Description = "Length of the whole run, instead of the configuration's.", HelpName = "N" };
        var dataOption = CommandLine.DataOption();
        var command = new Command("train", "Trains what a configuration describes.") { configOption, resumeOption, minutesOption, dataOption };
        command.SetAction(parsed =>
        {
            var config = TrainingConfig.Load(parsed.GetRequiredValue(configOption));
            if (parsed.GetValue(minutesOption) is { } minutes)
            {
                config = config with { Minutes = minutes };
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

        var crops = CropSampler.Load(config, data);
        Console.WriteLine($"{crops.ImageCount} training pictures, {crops.Megapixels:0} megapixels");
        var validation = LumaImage.LoadFolder(Path.Combine(data, config.Validation)).Select(image => image.CentralCrop(config.ValidationCrop, config.Scale)).ToArray();
        NetVips.NetVips.Concurrency = 1; // from here on libvips only sees crops, and the cores are the workers'
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var run = new TrainingRun(config, crops, validation, resume ? Checkpoint.Load(latest) : null);
        run.Run(Report, Save, stop.Token);
        return stop.IsCancellationRequested ? 130 : 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }

        void Save(Checkpoint checkpoint)
        {
            checkpoint.Save(latest);
            checkpoint.Slim().Save(Path.Combine(folder, "weights.ckpt"));
        }

        void Report(TrainingReport report)
        {
            Console.WriteLine(report);
            if (report.Validation is { } score)
            {
                File.AppendAllText(Path.Combine(folder, "log.csv"), string.Create(CultureInfo.InvariantCulture, $"{report.Step},{report.Seconds:0.0},{report.Megapixels:0.00},{report.Loss:0.0000},{report.Rate:0.0000},{report.KilopixelsPerSecond:0.0},{score.Psnr:0.000},{score.LowPsnr:0.000}\n"));
            }
        }
    }
}
