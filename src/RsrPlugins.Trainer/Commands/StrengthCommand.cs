// Fits, for one exported network, the estimate of how much of its enlargement to show, and writes it into the network's row of models.json.
// Exporting the network again drops it: it is of these weights and no others.
using System.CommandLine;
using System.Runtime.InteropServices;
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Core.Strength;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Experiments;
using RsrPlugins.Trainer.Export;
using RsrPlugins.Trainer.Strength;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Commands;

/// <summary>rsr-train strength.</summary>
internal static class StrengthCommand
{
    private const int HiddenUnits = 24;
    private const int MinCases = 200;

    internal static Command Create()
    {
        Option<string> configOption = new Option<string>("--config")
        {
            Description = "Configuration of the run that trained the network, photo or cleanup: its scale and pictures.",
            HelpName = "FILE",
            Required = true,
        };
        Option<string> modelsOption = new Option<string>("--models")
        {
            Description = "Folder of the exported model and models.json, into which the estimate is written.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "models",
        };
        Option<int> casesOption = CommandLine.CountOption(
            "--cases",
            MinCases,
            8000,
            $"Small pictures to make and enlarge, at least {MinCases}."
        );
        Option<int> stepsOption = CommandLine.CountOption("--steps", 1, StrengthFit.Steps, "Steps of each of the fits whose mean is taken.");
        Option<string?> fileOption = new Option<string?>("--cases-file")
        {
            Description = "Keeps the cases in this file. If it exists, they are read from it and no network runs.",
            HelpName = "FILE",
        };
        Option<string?> dataOption = CommandLine.DataOption();
        Command command = new Command(
            "strength",
            "Fits the estimate of how much of a network's enlargement to show (docs/strength.md), prints what it does on pictures held back, and whether the network for antialiased pictures is to stand in, and writes both into models.json."
        )
        {
            configOption,
            modelsOption,
            casesOption,
            stepsOption,
            fileOption,
            dataOption,
        };
        command.SetAction(parsed =>
        {
            TrainingConfig config = TrainingConfig.Load(parsed.GetRequiredValue(configOption));
            if (config.Kind is not (RunKind.Photo or RunKind.Cleanup))
            {
                throw new TrainerException(
                    $"{config.Name}: a configuration of kind photo or cleanup expected, found {config.Kind}; the pairs' pictures are made for their networks, and the network for antialiased pictures is fitted together with that for ordinary ones."
                );
            }

            string data = CommandLine.RequireData(parsed.GetValue(dataOption));
            using CancellationTokenSource stop = new CancellationTokenSource();
            using PosixSignalRegistration interrupt = CommandLine.StopOnInterrupt(stop);
            (int count, int steps) = (parsed.GetValue(casesOption), parsed.GetValue(stepsOption));
            Fit(config, data, parsed.GetRequiredValue(modelsOption), count, steps, parsed.GetValue(fileOption), stop.Token);
        });
        return command;
    }

    private static void Fit(
        TrainingConfig config,
        string data,
        string models,
        int count,
        int steps,
        string? file,
        CancellationToken cancellationToken
    )
    {
        ModelKind kind = config.Kind == RunKind.Cleanup ? ModelKind.Cleanup : ModelKind.Photo;
        ModelCatalogue catalogue = ModelCatalogue.Load(models);
        ModelDescriptor model = catalogue.Find(NetworkTask.Enlarge, kind, config.Scale);
        ModelDescriptor? standIn =
            kind == ModelKind.Photo
                ? catalogue.Models.FirstOrDefault(other => other.Kind == ModelKind.Antialiased && other.Scale == config.Scale)
                : null;
        ModelDescriptor[] networks = standIn is null ? [model] : [model, standIn];
        string of = string.Join(" and ", networks.Select(network => network.Sha256));
        IReadOnlyList<StrengthCase> cases;
        if (File.Exists(file))
        {
            cases = StrengthCase.Load(file, of);
        }
        else
        {
            using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
            OrdinaryPictures pictures = new OrdinaryPictures(config, data, new());
            LearnedResizer[] resizers = [.. networks.Select(network => new LearnedResizer(engine.Open(network)))];
            cases = new StrengthCases(config.Scale, pictures, resizers).Make(count, Console.WriteLine, cancellationToken);
            if (file is not null)
            {
                StrengthCase.Save(file, of, cases);
            }
        }

        StrengthEstimates estimates = StrengthFit.Fit(cases, HiddenUnits, config.Seed, steps);
        ModelFolder.SetEstimates(models, model.Id, estimates.Strengths[0].ToText(), estimates.Rests[0].ToText(), null);
        if (standIn is not null)
        {
            ModelFolder.SetEstimates(
                models,
                standIn.Id,
                estimates.Strengths[1].ToText(),
                estimates.Rests[1].ToText(),
                estimates.Preference!.ToText()
            );
        }

        Console.WriteLine();
        Console.WriteLine(Report(model.Id, cases, estimates));
    }

    private static string Report(string id, IReadOnlyList<StrengthCase> cases, StrengthEstimates estimates)
    {
        StrengthCase[] held = [.. cases.Where(one => one.IsHeldBack)];
        bool hasChoice = estimates.Preference is not null;
        List<string[]> rows =
        [
            [
                $"{id}: small pictures made by",
                "of them",
                .. (string[])(hasChoice ? ["stand-in chosen"] : []),
                "mean strength",
                .. ResizeWay.RestKernels.Select(kernel => $"rest {kernel.ToString().ToLowerInvariant()}"),
                "gain, dB: network alone",
                "with the estimate",
                "at its best",
                "lose > 0.05 dB: network alone",
                "with the estimate",
                "lose > 0.3 dB: network alone",
                "with the estimate",
                "lose > 0.005 SSIM: network alone",
                "with the estimate",
            ],
        ];
        foreach (IGrouping<SmallBy, StrengthCase> group in held.GroupBy(one => one.By).OrderBy(group => group.Key))
        {
            rows.Add(Row(group.Key.ToString(), [.. group]));
        }

        rows.Add(Row("all", held));
        return ExperimentDocument.Table(rows);

        string[] Row(string name, StrengthCase[] group)
        {
            Blend[] blends = Array.ConvertAll(group, estimates.Of);
            StrengthScore alone = StrengthScore.Of(group, _ => new Blend(0, 0, 1)),
                best = StrengthScore.Of(group, Best),
                with = StrengthScore.Of(group, estimates.Of);
            return
            [
                name,
                FormattableString.Invariant($"{group.Length}"),
                .. (string[])(hasChoice ? [PerCent(blends.Average(blend => blend.Network))] : []),
                FormattableString.Invariant($"{blends.Average(blend => blend.Strength):0.00}"),
                .. ResizeWay.RestKernels.Select(
                    (_, kernel) => PerCent(blends.Count(blend => blend.Kernel == kernel) / (double)blends.Length)
                ),
                Decibels(alone.Gain),
                Decibels(with.Gain),
                Decibels(best.Gain),
                PerCent(alone.Losses),
                PerCent(with.Losses),
                PerCent(alone.LargeLosses),
                PerCent(with.LargeLosses),
                PerCent(alone.SsimLosses),
                PerCent(with.SsimLosses),
            ];
        }

        static Blend Best(StrengthCase one) =>
            one
                .Classicals.SelectMany(
                    (classical, kernel) => classical.Networks.Select((sums, network) => new Blend(kernel, network, sums.BestStrength))
                )
                .MaxBy(blend => StrengthScore.GainOf(one, blend));

        static string Decibels(double value) => FormattableString.Invariant($"{value:+0.00;-0.00;0.00}");

        static string PerCent(double part) => FormattableString.Invariant($"{100 * part:0.0} %");
    }
}
