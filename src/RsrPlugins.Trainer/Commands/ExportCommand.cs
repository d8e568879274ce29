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
        var checkpointArgument = new Argument<string>("checkpoint") { Description = "Checkpoint of a run (latest.ckpt or weights.ckpt)." };
        var modelsOption = new Option<string>("--models") { Description = "Folder of the models, models.json and cards.", HelpName = "DIR", DefaultValueFactory = _ => "models" };
        var dataOption = CommandLine.DataOption();
        var command = new Command("export", "Writes a checkpoint's networks as ONNX with their cards, after proving that they give Torch's numbers. With test sets under --data the figures go into models.json and the cards.")
        {
            checkpointArgument, modelsOption, dataOption,
        };
        command.SetAction(parsed =>
        {
            var checkpoint = Checkpoint.Load(parsed.GetRequiredValue(checkpointArgument));
            var folder = parsed.GetRequiredValue(modelsOption);
            var exported = ModelExporter.Build(checkpoint, folder, parsed.GetValue(dataOption));
            ModelFolder.Write(folder, exported);
            foreach (var model in exported)
            {
                var scores = string.Join(", ", model.Row.Psnr.Select(score => string.Create(CultureInfo.InvariantCulture, $"{score.Key} {score.Value:0.00} dB")));
                Console.WriteLine($"{model.Row.File}  {model.Onnx.Length} bytes  {scores}");
            }
        });
        return command;
    }
}
