using System.CommandLine;
using RsrPlugins.Trainer.Export;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Commands;

/// <summary>rsr-train export.</summary>
internal static class ExportCommand
{
    internal static Command Create()
    {
        var checkpointArgument = new Argument<string>("checkpoint") { Description = "Checkpoint of a run (latest.ckpt or weights.ckpt)." };
        var modelsOption = new Option<string>("--models") { Description = "Folder of the models, models.json and cards.", HelpName = "DIR", DefaultValueFactory = _ => "models" };
        var command = new Command("export", "Writes a checkpoint's networks as ONNX, after proving that they give Torch's numbers.") { checkpointArgument, modelsOption };
        command.SetAction(parsed =>
        {
            var checkpoint = Checkpoint.Load(parsed.GetRequiredValue(checkpointArgument));
            var models = ModelExporter.Build(checkpoint).Select(model => new ExportedModel(model.Row, model.Onnx, $"# {model.Row.Id}\n")).ToArray();
            ModelFolder.Write(parsed.GetRequiredValue(modelsOption), models);
            foreach (var model in models)
            {
                Console.WriteLine($"{model.Row.File}  {model.Onnx.Length} bytes");
            }
        });
        return command;
    }
}
