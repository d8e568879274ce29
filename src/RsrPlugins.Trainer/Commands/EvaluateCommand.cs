// The figures of exported models, by the protocol their cards name: measured with the files as the product opens them, not with Torch.
using System.CommandLine;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;
using RsrPlugins.Trainer.Evaluation;

namespace RsrPlugins.Trainer.Commands;

/// <summary>rsr-train evaluate.</summary>
internal static class EvaluateCommand
{
    internal static Command Create()
    {
        Argument<string> modelsArgument = new Argument<string>("models")
        {
            Description = "Folder with models.json.",
            DefaultValueFactory = _ => "models",
        };
        Option<int[]> scaleOption = new Option<int[]>("--scale")
        {
            Description = "Scale factors; by default all available ones.",
            HelpName = "N",
            DefaultValueFactory = _ => [],
        };
        Option<string?> dataOption = CommandLine.DataOption();
        Command command = new Command(
            "evaluate",
            "Prints PSNR and SSIM of models on the test sets by the protocol, and how natural the learned small pictures are."
        )
        {
            modelsArgument,
            scaleOption,
            dataOption,
        };
        command.SetAction(parsed =>
        {
            ModelCatalogue catalogue = ModelCatalogue.Load(parsed.GetRequiredValue(modelsArgument));
            string data = CommandLine.RequireData(parsed.GetValue(dataOption));
            using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
            int[] asked = parsed.GetRequiredValue(scaleOption);
            foreach (int scale in asked.Length > 0 ? asked : [.. catalogue.Models.Select(model => model.Scale).Distinct().Order()])
            {
                Print(catalogue, engine, data, scale);
            }
        });
        return command;
    }

    private static void Print(ModelCatalogue catalogue, InferenceEngine engine, string data, int scale)
    {
        INetwork? rrNet = Find(NetworkTask.Reduce, ModelKind.Learned);
        if (rrNet is not null)
        {
            INetwork srNet =
                Find(NetworkTask.Enlarge, ModelKind.Learned)
                ?? throw new TrainerException($"SRNet x{scale} of the learned pair is missing in {catalogue.Folder}.");
            Console.WriteLine($"Learned pair x{scale}\n\n{ModelFigures.MeasurePair(data, scale, rrNet, srNet).ToMarkdown()}");
            if (Find(NetworkTask.Gradient, ModelKind.Learned) is { } gradient)
            {
                Console.WriteLine(
                    $"Learned pair x{scale}, small pictures corrected\n\n{ModelFigures.MeasureRefined(data, scale, rrNet, srNet, gradient).ToMarkdown()}"
                );
            }
        }

        if (Find(NetworkTask.Enlarge, ModelKind.Photo) is { } photo)
        {
            Console.WriteLine($"Ordinary pictures x{scale}\n\n{ModelFigures.MeasurePhoto(data, scale, photo, rrNet).ToMarkdown()}");
        }

        if (Find(NetworkTask.Enlarge, ModelKind.Antialiased) is { } antialiased)
        {
            Console.WriteLine($"Antialiased pictures x{scale}\n\n{ModelFigures.MeasurePhoto(data, scale, antialiased, rrNet).ToMarkdown()}");
        }

        if (Find(NetworkTask.Enlarge, ModelKind.Cleanup) is { } cleanup)
        {
            Console.WriteLine(
                $"Damaged pictures x{scale}\n\n{ModelFigures.MeasurePhoto(data, scale, cleanup, rrNet, SmallPicture.Jpeg75).ToMarkdown()}"
            );
        }

        INetwork? Find(NetworkTask task, ModelKind kind) =>
            catalogue.Models.FirstOrDefault(model => model.Task == task && model.Kind == kind && model.Scale == scale) is { } model
                ? engine.Open(model)
                : null;
    }
}
