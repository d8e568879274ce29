// From a checkpoint to the folder of models. What is written has been compared with Torch first (Export/ModelExporter.cs).
using System.CommandLine;
using System.Globalization;
using RsrPlugins.Trainer.Evaluation;
using RsrPlugins.Trainer.Export;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Commands;

/// <summary>rsr-train export.</summary>
internal static class ExportCommand
{
    internal static Command Create()
    {
        Argument<string> checkpointArgument = new Argument<string>("checkpoint")
        {
            Description = "Checkpoint of a run (latest.ckpt or weights.ckpt).",
        };
        Option<string> modelsOption = new Option<string>("--models")
        {
            Description = "Folder of the models, models.json and cards.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "models",
        };
        Option<string?> dataOption = CommandLine.DataOption();
        Command command = new Command(
            "export",
            "Exports the networks of a checkpoint as ONNX files with cards, after checking that they give the same values as Torch. With test sets under --data, models.json and the cards get the measured figures."
        )
        {
            checkpointArgument,
            modelsOption,
            dataOption,
        };
        command.SetAction(parsed =>
        {
            Checkpoint checkpoint = Checkpoint.Load(parsed.GetRequiredValue(checkpointArgument));
            string folder = parsed.GetRequiredValue(modelsOption);
            IReadOnlyList<ExportedModel> exported = ModelExporter.Build(checkpoint, folder, parsed.GetValue(dataOption));
            ModelFolder.Write(folder, exported);
            foreach (ExportedModel model in exported)
            {
                string scores = string.Join(
                    ", ",
                    model.Row.Psnr.Select(score => string.Create(CultureInfo.InvariantCulture, $"{score.Key} {score.Value:0.00} dB"))
                );
                Console.WriteLine($"{model.Row.File}  {model.Onnx.Length} bytes  {scores}");
            }
        });
        return command;
    }
}
