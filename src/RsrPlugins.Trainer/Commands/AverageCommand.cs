// A run that goes on from a checkpoint with other pictures gains on those and forgets a little of the rest. The weights between the two
// keep most of both, often more than either (Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022), as long as one run
// started from the other.
using System.CommandLine;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Commands;

/// <summary>rsr-train average.</summary>
internal static class AverageCommand
{
    internal static Command Create()
    {
        Argument<string> before = new Argument<string>("before") { Description = "Checkpoint that the run started from." };
        Argument<string> after = new Argument<string>("after") { Description = "Checkpoint of the run." };
        Option<double> shareOption = new Option<double>("--share")
        {
            Description = "Share of the checkpoint after, above 0 and below 1.",
            HelpName = "X",
            DefaultValueFactory = _ => 0.5,
        };
        shareOption.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and < 1))
            {
                result.AddError("--share takes a number above 0 and below 1.");
            }
        });
        Option<string> outputOption = new Option<string>("--output", "-o")
        {
            Description = "The checkpoint to write.",
            HelpName = "FILE",
            Required = true,
        };
        Command command = new Command("average", "Writes a checkpoint whose weights lie between those before and after a run.")
        {
            before,
            after,
            shareOption,
            outputOption,
        };
        command.SetAction(parsed =>
        {
            string output = parsed.GetRequiredValue(outputOption);
            Mean(
                    Checkpoint.Load(parsed.GetRequiredValue(before)),
                    Checkpoint.Load(parsed.GetRequiredValue(after)),
                    parsed.GetValue(shareOption)
                )
                .Save(output);
            Console.WriteLine(output);
        });
        return command;
    }

    /// <summary>The moving averages' mean; configuration and progress are those of the checkpoint after.</summary>
    /// <param name="before">Of the same layers.</param>
    /// <param name="after">Of a run that started from it.</param>
    /// <param name="share">Of the checkpoint after, 0 to 1.</param>
    /// <exception cref="TrainerException">Networks of different layers.</exception>
    internal static Checkpoint Mean(Checkpoint before, Checkpoint after, double share)
    {
        if (before.Config.Scale != after.Config.Scale || before.Config.Kind != after.Config.Kind)
        {
            throw new TrainerException(
                $"Checkpoints of one kind and scale expected, found {before.Config.Kind} x{before.Config.Scale} and {after.Config.Kind} x{after.Config.Scale}."
            );
        }

        (float[] first, float[] second) = (before.Vectors[Checkpoint.AverageName], after.Vectors[Checkpoint.AverageName]);
        if (first.Length != second.Length)
        {
            throw new TrainerException($"Networks of the same layers expected, found {first.Length} and {second.Length} parameters.");
        }

        float[] mean = [.. first.Zip(second, (a, b) => (float)(((1 - share) * a) + (share * b)))];
        return after.Slim() with
        {
            Vectors = new Dictionary<string, float[]> { [Checkpoint.AverageName] = mean },
        };
    }
}
