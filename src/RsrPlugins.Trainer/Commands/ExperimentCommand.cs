// Every table and figure of the paper is one experiment; this lists them and runs one, and the document is filled between its marks.
using System.CommandLine;
using System.Runtime.InteropServices;
using RsrPlugins.Trainer.Experiments;
using RsrPlugins.Trainer.Experiments.Figure1;
using RsrPlugins.Trainer.Experiments.Ordinary;

namespace RsrPlugins.Trainer.Commands;

/// <summary>rsr-train experiment.</summary>
internal static class ExperimentCommand
{
    /// <summary>In the order of docs/paper.md, then those of other documents.</summary>
    internal static readonly IReadOnlyList<IExperiment> All =
    [
        new TimeAgainstQuality(),
        new Table1(),
        new Figure3(),
        new Table3(),
        new Figure6(),
        new Figure8(),
        new Table4(),
        new Effort(),
        new PairBenchmark(),
        new InvertibleExperiment(),
        new OrdinaryBenchmark(),
        new CleanupLevels(),
    ];

    internal static Command Create()
    {
        Argument<string> nameArgument = new Argument<string>("name")
        {
            Description = string.Join("; ", All.Select(experiment => $"{experiment.Name}: {experiment.Summary}")),
        };
        nameArgument.AcceptOnlyFromAmong([.. All.Select(experiment => experiment.Name)]);
        Option<string?> documentOption = new Option<string?>("--document")
        {
            Description =
                "The document whose section of this name is replaced; its pictures go to a folder of the document's name beside it. Where not given, the one it belongs to.",
            HelpName = "FILE",
        };
        Option<bool> smokeOption = new Option<bool>("--smoke")
        {
            Description =
                "The shortest possible run, on drawn pictures, printed instead of written. It only tests that everything runs; the figures are meaningless.",
        };
        Option<bool> quickOption = new Option<bool>("--quick")
        {
            Description = "Printed instead of written, for comparing models (pairs; ordinary, with fewer pictures and cases).",
        };
        Option<int?> scaleOption = new Option<int?>("--scale")
        {
            Description = "With --quick or --smoke: only this scale.",
            HelpName = "N",
        };
        Option<string?> upscaleOption = new Option<string?>("--upscale-options")
        {
            Description =
                "With --quick or --smoke: options handed on to `rsr upscale`, in one pair of quotes, for example \"--source photo\".",
            HelpName = "TEXT",
        };
        Option<string> modelsOption = new Option<string>("--models")
        {
            Description = "Folder of the models.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "models",
        };
        Option<string> trainingOption = new Option<string>("--training")
        {
            Description = "Folder of training configurations, checkpoints and baselines.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "training",
        };
        Option<string> sheetsOption = new Option<string>("--sheets")
        {
            Description = "Folder for contact sheets of the test sets, whose pictures do not belong in the repository.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "artifacts/paper",
        };
        Option<string> samplesOption = new Option<string>("--samples")
        {
            Description = "Folder of the project's own pictures.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "samples",
        };
        Option<string?> dataOption = CommandLine.DataOption();
        Command command = new Command(
            "experiment",
            "Reproduces a table or figure of the paper and writes its section of docs/paper.md; ordinary: the benchmark of docs/ordinary.md."
        )
        {
            nameArgument,
            documentOption,
            smokeOption,
            quickOption,
            scaleOption,
            upscaleOption,
            modelsOption,
            trainingOption,
            sheetsOption,
            samplesOption,
            dataOption,
        };
        command.SetAction(parsed =>
        {
            IExperiment experiment = All.Single(experiment => experiment.Name == parsed.GetRequiredValue(nameArgument));
            string document = parsed.GetValue(documentOption) ?? experiment.Document;
            bool smoke = parsed.GetValue(smokeOption),
                quick = parsed.GetValue(quickOption);
            Check(experiment, quick, smoke, parsed.GetValue(scaleOption), parsed.GetValue(upscaleOption));
            string? temporary = smoke ? Directory.CreateTempSubdirectory("rsr-train-smoke-").FullName : null;
            string pictures = temporary ?? Path.ChangeExtension(document, null);
            using CancellationTokenSource stop = new CancellationTokenSource();
            using PosixSignalRegistration interrupt = CommandLine.StopOnInterrupt(stop);
            ExperimentContext context = new ExperimentContext(
                parsed.GetValue(dataOption),
                parsed.GetRequiredValue(modelsOption),
                parsed.GetRequiredValue(trainingOption),
                pictures,
                temporary ?? parsed.GetRequiredValue(sheetsOption),
                parsed.GetRequiredValue(samplesOption),
                Path.GetFileName(pictures),
                smoke,
                line => Console.Error.WriteLine($"{experiment.Name}: {line}"),
                stop.Token
            )
            {
                IsQuick = quick,
                Scale = parsed.GetValue(scaleOption),
                UpscaleOptions = parsed.GetValue(upscaleOption)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [],
            };
            try
            {
                return Run(experiment, context, document);
            }
            finally
            {
                if (temporary is not null)
                {
                    Directory.Delete(temporary, recursive: true);
                }
            }
        });
        return command;
    }

    private static void Check(IExperiment experiment, bool quick, bool smoke, int? scale, string? upscaleOptions)
    {
        if (quick && !experiment.HasQuickForm)
        {
            throw new TrainerException(
                $"{experiment.Name} has no quick form; those that have: {string.Join(", ", All.Where(other => other.HasQuickForm).Select(other => other.Name))}."
            );
        }

        if ((scale is not null || upscaleOptions is not null) && !quick && !smoke)
        {
            throw new TrainerException(
                "--scale and --upscale-options go with --quick or --smoke: a document has all scales, with the options people start with."
            );
        }
    }

    private static int Run(IExperiment experiment, ExperimentContext context, string document)
    {
        try
        {
            string section = experiment.Run(context);
            if (context.IsSmoke || context.IsQuick)
            {
                Console.WriteLine(section);
                return 0;
            }

            ExperimentDocument.Replace(document, experiment.Name, section);
            Console.WriteLine($"{experiment.Name}: written to {document}");
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }
}
