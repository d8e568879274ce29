// How fast this machine trains, on noise: the arithmetic does not depend on the pictures.
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Commands;

/// <summary>rsr-train bench.</summary>
internal static class BenchCommand
{
    private const int WarmupSteps = 3;

    /// <summary>A multiply and an add, once forward and twice backward (gradients of inputs and of weights).</summary>
    private const double OperationsPerMultiplyAdd = 6;

    internal static Command Create()
    {
        Option<double> secondsOption = new Option<double>("--seconds")
        {
            Description = "Time per measurement.",
            HelpName = "N",
            DefaultValueFactory = _ => 5,
        };
        Option<int> workersOption = CommandLine.CountOption(
            "--workers",
            1,
            Environment.ProcessorCount,
            "Number of workers; by default one per core."
        );
        Option<bool> torchOption = new Option<bool>("--torch") { Description = "Leaves everything to Torch (\"ownKernels\": false)." };
        Command command = new Command(
            "bench",
            "Measures training steps: HR kilopixels and arithmetic per second, of the pair and of SRNet alone, at each scale."
        )
        {
            secondsOption,
            workersOption,
            torchOption,
        };
        command.SetAction(parsed =>
        {
            Console.WriteLine("scale  step    kpx/s  GFLOP/s  steps/s");
            for (int scale = 2; scale <= 4; scale++)
            {
                Measure(
                    scale,
                    RunKind.Learned,
                    parsed.GetValue(secondsOption),
                    parsed.GetValue(workersOption),
                    !parsed.GetValue(torchOption)
                );
                Measure(
                    scale,
                    RunKind.Photo,
                    parsed.GetValue(secondsOption),
                    parsed.GetValue(workersOption),
                    !parsed.GetValue(torchOption)
                );
            }
        });
        return command;
    }

    /// <summary>Multiply-adds per HR pixel of one forward pass of a layer.</summary>
    internal static double MultiplyAdds(ConvolutionSpec layer, int scale)
    {
        bool atLowResolution = layer.Stride > 1 || !layer.IsReducing;
        return layer.WeightCount / (atLowResolution ? (double)(scale * scale) : 1);
    }

    private static void Measure(int scale, RunKind kind, double seconds, int workers, bool ownKernels)
    {
        TrainingConfig config = new TrainingConfig
        {
            Name = "bench",
            Scale = scale,
            Kind = kind,
            Data = [new DataFolder("noise")],
            Workers = workers,
            OwnKernels = ownKernels,
        };
        using TrainingRun run = new TrainingRun(
            config,
            new CropSampler([([Noise()], null)], config.Patch, scale, kind == RunKind.Photo ? Reduction.Bicubic : null),
            []
        );
        long step = 0L;
        while (step < WarmupSteps)
        {
            run.TrainStep(++step, rate: 0);
        }

        Stopwatch clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            run.TrainStep(++step, rate: 0);
        }

        double stepsPerSecond = (step - WarmupSteps) / clock.Elapsed.TotalSeconds;
        double kilopixels = stepsPerSecond * config.Batch * config.Patch * config.Patch / 1e3;
        double operations = Checkpoint.LayoutOf(config).Layers.Sum(layer => MultiplyAdds(layer, scale)) * OperationsPerMultiplyAdd;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"x{scale}     {(kind == RunKind.Learned ? "pair " : "SRNet")} {kilopixels,7:0} {kilopixels * operations / 1e6,8:0} {stepsPerSecond,8:0.0}"
            )
        );
    }

    private static LumaImage Noise()
    {
        const int Side = 256;
        SampleRandom random = new SampleRandom(1, 0, 0);
        byte[] luma = new byte[Side * Side];
        for (int i = 0; i < luma.Length; i++)
        {
            luma[i] = (byte)(16 + random.NextInt(220));
        }

        return new LumaImage("noise", Side, Side, luma);
    }
}
