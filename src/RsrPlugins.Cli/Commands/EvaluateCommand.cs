// rsr evaluate: the tables of the paper for any folder of pictures. The protocol itself is Core's, shared with the trainer.
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using RsrPlugins.Cli.Batch;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Terminal;
using RsrPlugins.Core;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Refinement;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Cli.Commands;

/// <summary>PSNR in dB (null where infinite) and SSIM.</summary>
internal sealed record EvaluateMean(double? Psnr, double? Ssim);

internal sealed record EvaluateImage(string Name, double? Psnr, double? Ssim);

internal sealed record EvaluateReport(
    int Scale,
    string Method,
    int Effort,
    EvaluateMean Mean,
    IReadOnlyList<EvaluateImage> Images,
    IReadOnlyList<ResizeFailure> Failures
);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EvaluateReport))]
internal sealed partial class EvaluateReportJson : JsonSerializerContext;

internal static class EvaluateCommand
{
    private const string Details = """
        Examples:
          rsr evaluate Set5/ --scale 2                        the learned pair
          rsr evaluate Set5/ --scale 3 --method bicubic       the usual baseline
          rsr evaluate Set14/ --scale 4 --method photo --json
          rsr evaluate Set5/ --scale 3 --method srcnn --models training/baselines
          rsr evaluate Set5/ --scale 4 --effort 10            the learned pair with ten correction passes

        Methods:
          learned         RRNet, its luma rounded to 8 bits, SRNet: the paper's protocol; --effort corrects before rounding
          learned-editor  the same through 8-bit RGB files, as 'rsr downscale' and 'rsr upscale' write them
          photo           bicubic reduction rounded to 8 bits, then the SRNet for ordinary pictures
          photo-editor    the same through 8-bit RGB files: bicubic reduction of R, G and B, enlarged as 'rsr upscale' does,
                          with the network and the strength that it chooses
          antialiased     like photo, with the SRNet for antialiased, undamaged pictures
          bicubic         MATLAB's imresize in both directions
          srcnn           bicubic reduction rounded to 8 bits, then SRCNN (Dong et al.); give --models training/baselines, the folder of
                          the repository that has its models

        Protocol: pictures are cropped to a multiple of the scale; luma (BT.601 studio range; for grey pictures, their values) is
        rounded to 8 bits; as many pixels as the scale factor are ignored on every side; PSNR and SSIM (11 x 11 Gaussian, sigma
        1.5); means are over pictures.
        """;

    private static readonly (string Word, Choice Value)[] _methods =
    [
        ("learned", new Choice("learned", EvaluationMethod.Learned, ModelKind.Learned)),
        ("learned-editor", new Choice("learned-editor", EvaluationMethod.LearnedEditor, ModelKind.Learned)),
        ("photo", new Choice("photo", EvaluationMethod.Photo, ModelKind.Photo)),
        ("photo-editor", new Choice("photo-editor", EvaluationMethod.PhotoEditor, ModelKind.Photo)),
        ("antialiased", new Choice("antialiased", EvaluationMethod.Photo, ModelKind.Antialiased)),
        ("bicubic", new Choice("bicubic", EvaluationMethod.Bicubic, null)),
        ("srcnn", new Choice("srcnn", EvaluationMethod.Photo, ModelKind.Baseline)),
    ];

    /// <summary>A method with the models it needs; bicubic needs none.</summary>
    private sealed record Choice(string Word, EvaluationMethod Method, ModelKind? Kind);

    public static Command Create(CliContext context)
    {
        DetailedCommand command = new DetailedCommand(
            "evaluate",
            "Runs the paper's protocol: PSNR and SSIM of pictures that are reduced and enlarged again.",
            Details
        );
        Argument<string[]> inputs = CommonOptions.Inputs("DIR", "A folder of pictures (or files, or quoted patterns).");
        Option<int> scale = new Option<int>("--scale", "-s")
        {
            Description = "Scale factor; 'rsr models list' shows the installed ones (2, 3 and 4 come with the program).",
            HelpName = "N",
            Required = true,
        };
        Option<Choice?> method = new Option<Choice?>("--method", "-m")
        {
            Description = "How pictures are reduced and enlarged; learned is the default.",
            HelpName = "learned|learned-editor|photo|photo-editor|antialiased|bicubic|srcnn",
            CustomParser = result => CommonOptions.Parse(result, _methods),
        };
        Option<string?> folder = new Option<string?>("--models")
        {
            Description = "Folder with models.json, instead of the installed models.",
            HelpName = "DIR",
        };
        Option<DeviceChoice> device = CommonOptions.Device();
        Option<EngineKind?> engine = CommonOptions.Engine();
        Option<int> threads = CommonOptions.Threads();
        Option<int> effort = CommonOptions.Effort();
        Option<bool> json = CommonOptions.Json();
        command.Add(inputs);
        command.Options.Add(scale);
        command.Options.Add(method);
        command.Options.Add(effort);
        command.Options.Add(folder);
        command.Options.Add(device);
        command.Options.Add(engine);
        command.Options.Add(threads);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            Choice choice = parsed.GetValue(method) ?? _methods[0].Value;
            int passes = parsed.GetValue(effort);
            if (passes > 0 && choice.Kind != ModelKind.Learned)
            {
                throw new UsageException($"--effort corrects small pictures of the learned pair; the method is {choice.Word}.");
            }

            using InstalledModels models = new InstalledModels(
                parsed.GetValue(device),
                parsed.GetValue(threads),
                parsed.GetValue(folder),
                parsed.GetValue(engine) ?? EngineKind.Own
            );
            CommonOptions.CheckScale(models.Catalogue, parsed.GetValue(scale));
            return Run(
                context,
                parsed.GetRequiredValue(inputs),
                parsed.GetValue(scale),
                choice,
                passes,
                models,
                parsed.GetValue(threads),
                parsed.GetValue(json)
            );
        });
        return command;
    }

    private static int Run(
        CliContext context,
        IReadOnlyList<string> inputs,
        int scale,
        Choice method,
        int effort,
        InstalledModels models,
        int threads,
        bool json
    )
    {
        FoundInputs found = InputFinder.Find(inputs);
        if (found.Files.Count == 0 && found.Failures is [var first, ..])
        {
            throw first;
        }

        (INetwork? rrNet, INetwork? srNet) = Networks(method, scale, models);
        INetwork? standIn =
            srNet is not null && method.Method == EvaluationMethod.PhotoEditor && models.Catalogue.StandInFor(srNet.Model) is { } other
                ? models.Engine.Open(other)
                : null;
        LumaRefiner? refiner = models.Refiner(scale, effort);

        List<EvaluateImage> images = new List<EvaluateImage>();
        List<EvaluationScore> scores = new List<EvaluationScore>();
        List<ResizeFailure> failures = found.Failures.Select(failure => new ResizeFailure(failure.Path, failure.Problem)).ToList();
        ProgressDisplay progress = new ProgressDisplay(enabled: !json);
        progress.Run(
            "evaluate",
            bar =>
            {
                for (int index = 0; index < found.Files.Count; index++)
                {
                    context.CancellationToken.ThrowIfCancellationRequested();
                    string path = found.Files[index].Path;
                    try
                    {
                        Picture picture = PictureReader.Read(path, null, context.CancellationToken);
                        EvaluationScore score = EvaluationProtocol.Evaluate(
                            picture.Pixels,
                            method.Method,
                            scale,
                            rrNet,
                            srNet,
                            new ResizeSettings(threads),
                            refiner,
                            standIn,
                            context.CancellationToken
                        );
                        scores.Add(score);
                        images.Add(
                            new EvaluateImage(
                                Path.GetFileNameWithoutExtension(path),
                                JsonNumber.Of(score.Psnr, 4),
                                JsonNumber.Of(score.Ssim, 6)
                            )
                        );
                    }
                    catch (RsrException error) when (error is PictureFileException or ImageSizeException)
                    {
                        failures.Add(
                            new ResizeFailure(path, OneLine.Of(error is PictureFileException file ? file.Problem : error.Message))
                        );
                    }

                    bar?.Report((index + 1.0) / found.Files.Count);
                }

                return 0;
            }
        );

        EvaluateMean mean =
            scores.Count == 0
                ? new EvaluateMean(null, null)
                : new EvaluateMean(
                    JsonNumber.Of(scores.Average(score => score.Psnr), 4),
                    JsonNumber.Of(scores.Average(score => score.Ssim), 6)
                );
        if (json)
        {
            context.Output.WriteLine(
                JsonSerializer.Serialize(
                    new EvaluateReport(scale, method.Word, effort, mean, images, failures),
                    EvaluateReportJson.Default.EvaluateReport
                )
            );
        }
        else
        {
            TextTable.Write(
                context.Output,
                [$"{method.Word} x{scale}{(effort == 0 ? string.Empty : $", effort {effort}")}", "PSNR dB#", "SSIM#"],
                [.. images.Select(image => Row(image.Name, image.Psnr, image.Ssim)), Row("mean", mean.Psnr, mean.Ssim)]
            );
        }

        foreach (ResizeFailure failure in failures)
        {
            context.Error.WriteLine($"rsr: {OneLine.Of(failure.Input)}: {failure.Error}");
        }

        return failures.Count == 0 ? ExitCode.Done : ExitCode.InputsFailed;
    }

    private static (INetwork? RRNet, INetwork? SRNet) Networks(Choice method, int scale, InstalledModels models)
    {
        if (method.Kind is not { } kind)
        {
            return (null, null);
        }

        ModelDescriptor srNet = models.Catalogue.Find(NetworkTask.Enlarge, kind, scale);
        ModelDescriptor? rrNet = kind != ModelKind.Learned ? null : models.Catalogue.Find(NetworkTask.Reduce, kind, scale);
        return (rrNet is null ? null : models.Engine.Open(rrNet), models.Engine.Open(srNet));
    }

    private static string[] Row(string name, double? psnr, double? ssim) =>
        [
            name,
            psnr is { } decibel ? decibel.ToString("0.00", CultureInfo.InvariantCulture) : "infinite",
            ssim is { } index ? index.ToString("0.0000", CultureInfo.InvariantCulture) : "-",
        ];
}
