// Pictures of a checkpoint side by side: figures say how near, only a look says what it looks like.
using System.CommandLine;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Evaluation;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Commands;

/// <summary>rsr-train sheet.</summary>
internal static class SheetCommand
{
    private static readonly string[] _pictures = ["baboon", "lenna", "comic"];

    internal static Command Create()
    {
        Argument<string> checkpointArgument = new Argument<string>("checkpoint") { Description = "Checkpoint of a learned pair." };
        Argument<string[]> picturesArgument = new Argument<string[]>("pictures")
        {
            Description = "PNG pictures; by default baboon, lenna and comic of test/set14.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string?> withoutOption = new Option<string?>("--without")
        {
            Description =
                "Checkpoint of a pair trained with \"qbRelu\": false, for the column without Q-BReLU; else the same RRNet's values before Q-BReLU.",
            HelpName = "FILE",
        };
        Option<string> outputOption = new Option<string>("--output", "-o")
        {
            Description = "The sheet (PNG).",
            HelpName = "FILE",
            DefaultValueFactory = _ => "sheet.png",
        };
        Option<string?> dataOption = CommandLine.DataOption();
        Command command = new Command("sheet", "Draws HR, bicubic, without Q-BReLU and learned small pictures side by side.")
        {
            checkpointArgument,
            picturesArgument,
            withoutOption,
            outputOption,
            dataOption,
        };
        command.SetAction(parsed =>
        {
            Checkpoint learned = LoadPair(parsed.GetRequiredValue(checkpointArgument));
            Checkpoint without = parsed.GetValue(withoutOption) is { } path ? LoadPair(path) : learned;
            string[] files = parsed.GetValue(picturesArgument) is { Length: > 0 } given
                ? given
                :
                [
                    .. _pictures.Select(name =>
                        Path.Combine(CommandLine.RequireData(parsed.GetValue(dataOption)), "test/set14", name + ".png")
                    ),
                ];
            Draw(
                [.. files.Select(file => TestPicture.Load(file, learned.Config.Scale))],
                learned,
                without,
                parsed.GetRequiredValue(outputOption)
            );
        });
        return command;
    }

    private static Checkpoint LoadPair(string path)
    {
        Checkpoint checkpoint = Checkpoint.Load(path);
        return checkpoint.Config.Kind is RunKind.Learned or RunKind.Invertible
            ? checkpoint
            : throw new TrainerException($"{path}: a learned pair expected, found SRNet alone.");
    }

    private static void Draw(TestPicture[] pictures, Checkpoint learned, Checkpoint without, string output)
    {
        int scale = learned.Config.Scale;
        using TorchPictures learnedNetworks = new TorchPictures(learned);
        using TorchPictures otherNetworks = new TorchPictures(without);
        ContactSheet.Draw([.. pictures.Select(Row)], output);
        Console.WriteLine(output);

        IReadOnlyList<SheetCell> Row(TestPicture picture)
        {
            (int width, int height) = (picture.Width / scale, picture.Height / scale);
            return
            [
                new SheetCell($"{picture.Name}: HR", picture.Plane, picture.Width, picture.Height),
                new SheetCell(
                    "bicubic",
                    Reduction.Reduce(picture.Plane, picture.Width, picture.Height, scale, ResamplingKernel.Bicubic),
                    width,
                    height
                ),
                new SheetCell("without Q-BReLU", otherNetworks.ReduceUnbounded(picture), width, height),
                new SheetCell("learned", learnedNetworks.Reduce(picture), width, height),
            ];
        }
    }
}
