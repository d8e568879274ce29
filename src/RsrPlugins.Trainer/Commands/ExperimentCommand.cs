using System.CommandLine;
using System.Runtime.InteropServices;
using RsrPlugins.Trainer.Experiments;
using RsrPlugins.Trainer.Experiments.Figure1;

namespace RsrPlugins.Trainer.Commands;

/// <summary>rsr-train experiment.</summary>
internal static class ExperimentCommand
{
    /// <summary>In the order of docs/paper.md.</summary>
    internal static readonly IReadOnlyList<IExperiment> All =
    [
        new TimeAgainstQuality(),
        new Table1(),
        new Figure3(),
        new Table3(),
        new Figure6(),
        new Figure8(),
        new Table4(),
    ];

    internal static Command Create()
    {
        var nameArgument = new Argument<string>("name") { Description = string.Join("; ", All.Select(experiment => $"{experiment.Name}: {experiment.Summary}")) };
        nameArgument.AcceptOnlyFromAmong([.. All.Select(experiment => experiment.Name)]);
        var documentOption = new Option<string>("--document") { Description = "The document whose section of this name is replaced; its pictures go to a folder of the document's name beside it.", HelpName = "FILE", DefaultValueFactory = _ => "docs/paper.md" };
        var smokeOption = new Option<bool>("--smoke") { Description = "The shortest run, on drawn pictures, printed instead of written: shows that everything runs, its figures mean nothing." };
        var modelsOption = new Option<string>("--models") { Description = "Folder of the models.", HelpName = "DIR", DefaultValueFactory = _ => "models" };
        var trainingOption = new Option<string>("--training") { Description = "Folder of training configurations, checkpoints and baselines.", HelpName = "DIR", DefaultValueFactory = _ => "training" };
        var dataOption = CommandLine.DataOption();
        var command = new Command("experiment", "Runs a table or figure of the paper again and writes its section of docs/paper.md.")
        {
            nameArgument, documentOption, smokeOption, modelsOption, trainingOption, dataOption,
        };
        command.SetAction(parsed => Run(
            All.Single(experiment => experiment.Name == parsed.GetRequiredValue(nameArgument)),
            parsed.GetRequiredValue(documentOption),
            parsed.GetValue(smokeOption),
            parsed.GetRequiredValue(modelsOption),
            parsed.GetRequiredValue(trainingOption),
            parsed.GetValue(dataOption)));
        return command;
    }

    private static int Run(IExperiment experiment, string document, bool smoke, string models, string training, string? data)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
        var pictures = smoke ? Directory.CreateTempSubdirectory("rsr-train-smoke-").FullName : Path.ChangeExtension(document, null);
        var context = new ExperimentContext(data, models, training, pictures, Path.GetFileName(pictures), smoke, line => Console.Error.WriteLine($"{experiment.Name}: {line}"), stop.Token);
        try
        {
            var section = experiment.Run(context);
            if (smoke)
            {
                Console.WriteLine(section);
            }
            else
            {
                ExperimentDocument.Replace(document, experiment.Name, section);
                Console.WriteLine($"{experiment.Name}: written to {document}");
            }

            return 0;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
        finally
        {
            if (smoke)
            {
                Directory.Delete(pictures, recursive: true);
            }
        }
    }
}
