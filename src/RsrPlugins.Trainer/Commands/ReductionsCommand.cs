// Trains the classifier of reductions and writes its weights, which are part of RsrPlugins.Core. Every estimate of the strength is fitted
// to its outputs and has to be fitted again afterwards.
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.CommandLine;
using System.Runtime.InteropServices;
using RsrPlugins.Core.Strength;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Experiments;
using RsrPlugins.Trainer.Strength;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Commands;

/// <summary>rsr-train reductions.</summary>
internal static class ReductionsCommand
{
    private const int Scored = 60;

    internal static Command Create()
    {
        Option<string[]> configOption = new Option<string[]>("--config")
        {
            Description = "Configurations of kind photo whose pictures are made small, one for each scale factor.",
            HelpName = "FILE",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string> outputOption = new Option<string>("--output", "-o")
        {
            Description = "File of the weights.",
            HelpName = "FILE",
            DefaultValueFactory = _ => "src/RsrPlugins.Core/Strength/reductions.weights",
        };
        Option<int> stepsOption = CommandLine.CountOption(
            "--steps",
            0,
            8000,
            "Steps of training; 0 only says how the weights of this build do."
        );
        Option<string?> fromOption = new Option<string?>("--from")
        {
            Description = "Weights to go on from, as an earlier run has written them; random ones without it.",
            HelpName = "FILE",
        };
        Option<double> rateOption = new Option<double>("--rate")
        {
            Description = "Rate of the first steps, above 0 and at most 0.1; it falls to 0. To go on, give what the earlier run had come to.",
            HelpName = "RATE",
            DefaultValueFactory = _ => ReductionTraining.Rate,
        };
        rateOption.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<double>() is not (> 0 and <= 0.1))
            {
                result.AddError($"--rate takes a number above 0 and at most 0.1; found '{result.Tokens[0].Value}'.");
            }
        });
        Option<string?> dataOption = CommandLine.DataOption();
        Command command = new Command(
            "reductions",
            "Trains the classifier that tells how a picture was made small (docs/strength.md), prints how well it does on pictures held back, and writes its weights."
        )
        {
            configOption,
            outputOption,
            stepsOption,
            fromOption,
            rateOption,
            dataOption,
        };
        command.SetAction(parsed =>
        {
            TrainingConfig[] configs = [.. parsed.GetRequiredValue(configOption).Select(TrainingConfig.Load)];
            foreach (TrainingConfig config in configs)
            {
                if (config.Kind != RunKind.Photo)
                {
                    throw new TrainerException($"{config.Name}: a configuration of kind photo expected, found {config.Kind}.");
                }
            }

            string data = CommandLine.RequireData(parsed.GetValue(dataOption));
            using CancellationTokenSource stop = new CancellationTokenSource();
            using PosixSignalRegistration interrupt = CommandLine.StopOnInterrupt(stop);
            (int steps, string output) = (parsed.GetValue(stepsOption), parsed.GetRequiredValue(outputOption));
            Train(configs, data, steps, parsed.GetValue(rateOption), parsed.GetValue(fromOption), output, stop.Token);
        });
        return command;
    }

    private static void Train(
        TrainingConfig[] configs,
        string data,
        int steps,
        double rate,
        string? from,
        string output,
        CancellationToken cancellationToken
    )
    {
        float[]? first = from is null ? null : Read(from);
        ConcurrentDictionary<(string File, double ReducedBy), LumaImage> kept = new();
        OrdinaryPictures[] pictures = [.. configs.Select(config => new OrdinaryPictures(config, data, kept))];
        ReductionClassifier classifier;
        if (steps == 0)
        {
            classifier = ReductionClassifier.Shipped;
        }
        else
        {
            using ReductionTraining training = new ReductionTraining(configs[0].Seed);
            training.Train(
                pictures,
                steps,
                rate,
                first,
                line =>
                {
                    Console.WriteLine(line);
                    Write(output, training.Weights());
                },
                cancellationToken
            );
            Write(output, training.Weights());
            classifier = new ReductionClassifier(training.Weights());
        }

        Console.WriteLine(Report(ReductionTraining.Score(classifier, pictures, Scored)));
    }

    private static float[] Read(string path)
    {
        try
        {
            return ReductionClassifier.Weights(File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TrainerException($"{path}: not readable: {exception.Message}", exception);
        }
    }

    private static void Write(string path, float[] weights)
    {
        byte[] bytes = new byte[weights.Length * sizeof(float)];
        for (int i = 0; i < weights.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), weights[i]);
        }

        File.WriteAllBytes(path + ".tmp", bytes);
        File.Move(path + ".tmp", path, overwrite: true);
    }

    private static string Report(ReductionScore score)
    {
        SmallBy[] all = Enum.GetValues<SmallBy>();
        List<string[]> rows = [["made by", "of them", "named rightly", "taken most often for"]];
        foreach (SmallBy by in all)
        {
            int row = (int)by;
            SmallBy other = all.Where(one => one != by).MaxBy(one => score.Confusion[row, (int)one]);
            rows.Add(
                [
                    by.ToString(),
                    FormattableString.Invariant($"{score.Count(row)}"),
                    FormattableString.Invariant($"{100 * score.Hits(row):0} %"),
                    FormattableString.Invariant($"{other}, {100.0 * score.Confusion[row, (int)other] / Math.Max(1, score.Count(row)):0} %"),
                ]
            );
        }

        return ExperimentDocument.Table(rows)
            + Environment.NewLine
            + FormattableString.Invariant($"Damage named rightly: {100 * score.DamageHits:0} %");
    }
}
