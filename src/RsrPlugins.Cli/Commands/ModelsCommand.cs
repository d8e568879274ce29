// rsr models: what is installed, and whether it is what was shipped and works here.
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using RsrPlugins.Cli.Terminal;
using RsrPlugins.Core;
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;

namespace RsrPlugins.Cli.Commands;

internal sealed record ModelRow(string Id, string Network, string Kind, int Scale, long Bytes, string Sha256, string File, string Card);

internal sealed record ModelList(string Folder, IReadOnlyList<ModelRow> Models);

/// <summary>One model's check. MaxDifference compares CPU and DirectML outputs on the scale of Y/255.</summary>
internal sealed record ModelCheck(string Id, bool Good, string Message, string? Device, double? MaxDifference);

internal sealed record ModelChecks(string Folder, string? Runtime, IReadOnlyList<ModelCheck> Models);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ModelRow))]
[JsonSerializable(typeof(ModelChecks))]
internal sealed partial class ModelsJson : JsonSerializerContext;

internal static class ModelsCommand
{
    // A multiple of 2, 3 and 4, larger than any halo, and done in a moment on anything.
    private const int ProbeSide = 48;

    // Half a step of 8 bits: the most two devices may differ without it being seen in a result.
    private const double LargestDifference = 0.5 / 255;

    // An enlargement or reduction that moves the mean brightness by more than this does something else.
    private const double LargestShiftOfMean = 0.05;

    private const string Details = """
        Examples:
          rsr models list
          rsr models verify
          rsr models verify --device all      compares the outputs of CPU and GPU
          rsr models add esrgan.onnx          adds your own network, for 'rsr upscale --model esrgan'
          rsr models remove esrgan

        Your own networks:
          An ONNX file with one image input and one image output, [N, 1 or 3, H, W], R'G'B' or luma, float32 or float16, with
          variable height and width. 'add' runs the network to measure its scale, the sizes it accepts, its value range (0 to 1 or
          0 to 255) and its receptive field, and checks that tiles with this margin give the same result as the whole picture. A
          network whose receptive field is the whole picture is accepted too: its tiles overlap and are blended, and every report
          says so. Added networks are kept in your application data folder, or in the folder that RSR_USER_MODELS names.
        """;

    public static Command Create(CliContext context)
    {
        DetailedCommand command = new DetailedCommand("models", "Lists, verifies, adds and removes models.", Details);
        command.Add(CreateList(context));
        command.Add(CreateVerify(context));
        command.Add(CreateAdd(context));
        command.Add(CreateRemove(context));
        command.SetAction(int (_) => throw new UsageException("A command is missing: 'rsr models list', 'verify', 'add' or 'remove'."));
        return command;
    }

    private static Command CreateList(CliContext context)
    {
        Command command = new Command("list", "Lists id, network, kind, scale, hash and card of every installed model.");
        Option<bool> json = CommonOptions.Json();
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            ModelCatalogue catalogue = ModelCatalogue.LoadDefault();
            List<ModelRow> rows = catalogue.Models.Select(RowOf).ToList();
            if (parsed.GetValue(json))
            {
                context.Output.WriteLine(JsonSerializer.Serialize(new ModelList(catalogue.Folder, rows), ModelsJson.Default.ModelList));
                return ExitCode.Done;
            }

            context.Output.WriteLine($"Models in {catalogue.Folder}:");
            TextTable.Write(
                context.Output,
                ["id", "network", "kind", "scale#", "bytes#", "sha256", "card"],
                rows.Select(row =>
                    (string[])
                        [
                            row.Id,
                            row.Network,
                            row.Kind,
                            row.Scale.ToString(CultureInfo.InvariantCulture),
                            row.Bytes.ToString("N0", CultureInfo.InvariantCulture),
                            row.Sha256[..Math.Min(16, row.Sha256.Length)],
                            Path.GetFileName(row.Card),
                        ]
                )
            );
            if (catalogue.Problem is { } problem)
            {
                context.Error.WriteLine($"rsr: {problem}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateAdd(CliContext context)
    {
        Command command = new Command("add", "Adds your own network, an ONNX file, after running and measuring it.");
        Argument<string> file = new Argument<string>("FILE") { Description = "The ONNX file; it is copied." };
        Option<string?> name = new Option<string?>("--name")
        {
            Description = "Name for 'rsr upscale --model'; by default the file's name.",
            HelpName = "NAME",
        };
        Option<int?> scale = new Option<int?>("--scale")
        {
            Description = "Its enlargement factor, 1 to 16; by default it is measured.",
            HelpName = "N",
        };
        scale.Validators.Add(result => CommonOptions.Range(result, 1, 16));
        Option<bool> json = CommonOptions.Json();
        command.Add(file);
        command.Options.Add(name);
        command.Options.Add(scale);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            AddedModels models = new AddedModels(ModelCatalogue.UserFolder(), ModelCatalogue.LoadDefault());
            ModelDescriptor added = new ProgressDisplay(!parsed.GetValue(json)).Run(
                "Measuring",
                progress =>
                    models.Add(
                        parsed.GetRequiredValue(file),
                        parsed.GetValue(name),
                        parsed.GetValue(scale),
                        progress,
                        context.CancellationToken
                    )
            );
            if (parsed.GetValue(json))
            {
                context.Output.WriteLine(JsonSerializer.Serialize(RowOf(added), ModelsJson.Default.ModelRow));
                return ExitCode.Done;
            }

            context.Output.WriteLine($"{added.Id}: {DescribeShape(added.Shape)}");
            context.Output.WriteLine($"  kept as {added.FilePath}; use it with: rsr upscale PICTURE --model {added.Id}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateRemove(CliContext context)
    {
        Command command = new Command("remove", "Removes an added network.");
        Argument<string> name = new Argument<string>("NAME") { Description = "Its id, as 'rsr models list' shows it." };
        command.Add(name);
        command.SetAction(parsed =>
        {
            string id = parsed.GetRequiredValue(name);
            new AddedModels(ModelCatalogue.UserFolder(), ModelCatalogue.LoadDefault()).Remove(id);
            context.Output.WriteLine($"{id}: removed");
            return ExitCode.Done;
        });
        return command;
    }

    private static string DescribeShape(NetworkShape shape)
    {
        string planes = shape.Input.Carries == PlaneContent.Rgb ? "RGB" : "luma";
        string sizes = shape.InputStep == 1 ? string.Empty : $", in blocks of {shape.InputStep} pixels";
        string tiles = shape.TilesAreExact
            ? $"receptive field of {shape.Halo} pixels around a pixel; tiles are exact"
            : "receptive field is the whole picture; tiles are blended, not exact";
        return $"{planes} of 0 to {(shape.Input.Unit == ValueUnit.Byte ? 255 : 1)}, x{shape.Factor}{sizes}; {tiles}";
    }

    private static ModelRow RowOf(ModelDescriptor model) =>
        new(model.Id, model.Network, Word(model.Kind), model.Scale, model.ByteLength, model.Sha256, model.FilePath, model.CardPath);

    private static Command CreateVerify(CliContext context)
    {
        Command command = new Command("verify", "Checks the hash of every model and runs it on a small fixed picture.");
        // One engine per device to run on; two are compared.
        Option<DeviceChoice[]> devices = new Option<DeviceChoice[]>("--device")
        {
            Description = "Where to run them: auto, cpu, directml, or all (CPU and DirectML, compared).",
            HelpName = "auto|cpu|directml|all",
            CustomParser = result =>
                CommonOptions.Parse<DeviceChoice[]>(
                    result,
                    ("auto", [DeviceChoice.Auto]),
                    ("cpu", [DeviceChoice.Cpu]),
                    ("directml", [DeviceChoice.DirectML]),
                    ("all", [DeviceChoice.Cpu, DeviceChoice.DirectML])
                ),
            DefaultValueFactory = _ => [DeviceChoice.Auto],
            Arity = ArgumentArity.ExactlyOne,
        };
        Option<EngineKind?> engine = CommonOptions.Engine();
        Option<bool> json = CommonOptions.Json();
        command.Options.Add(devices);
        command.Options.Add(engine);
        command.Options.Add(json);
        command.SetAction(parsed =>
            Verify(context, parsed.GetRequiredValue(devices), parsed.GetValue(engine) ?? EngineKind.Own, parsed.GetValue(json))
        );
        return command;
    }

    /// <param name="context">Where to report.</param>
    /// <param name="devices">One to run on, or two to compare.</param>
    /// <param name="cpuEngine">What runs them on the CPU.</param>
    /// <param name="json">Report as JSON.</param>
    private static int Verify(CliContext context, DeviceChoice[] devices, EngineKind cpuEngine, bool json)
    {
        ModelCatalogue catalogue = ModelCatalogue.LoadDefault();
        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(devices[0], CpuEngine: cpuEngine));
        using InferenceEngine? other =
            devices.Length > 1 ? new InferenceEngine(new InferenceOptions(devices[1], CpuEngine: cpuEngine)) : null;
        List<ModelCheck> checks = new List<ModelCheck>();
        foreach (ModelDescriptor model in catalogue.Models)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            checks.Add(Check(model, engine, other, context.CancellationToken));
        }

        if (json)
        {
            context.Output.WriteLine(
                JsonSerializer.Serialize(new ModelChecks(catalogue.Folder, engine.RuntimeVersion, checks), ModelsJson.Default.ModelChecks)
            );
        }
        else
        {
            context.Output.WriteLine(
                $"Models in {catalogue.Folder}, {(engine.RuntimeVersion is { } version ? $"ONNX Runtime {version}" : "without ONNX Runtime")}. {engine.Decision.Reason}"
            );
            TextTable.Write(
                context.Output,
                ["id", "result", "largest difference#"],
                checks.Select(check =>
                    (string[])
                        [
                            check.Id,
                            check.Message,
                            check.MaxDifference is { } difference ? difference.ToString("0.0e+0", CultureInfo.InvariantCulture) : "-",
                        ]
                )
            );
        }

        foreach (ModelCheck check in checks.Where(check => !check.Good))
        {
            context.Error.WriteLine($"rsr: {check.Id}: {check.Message}");
        }

        if (checks.Count == 0)
        {
            throw new ModelException($"No model is installed in {catalogue.Folder}.");
        }

        return checks.All(check => check.Good) ? ExitCode.Done : ExitCode.ModelsOrRuntime;
    }

    private static ModelCheck Check(
        ModelDescriptor model,
        InferenceEngine engine,
        InferenceEngine? other,
        CancellationToken cancellationToken
    )
    {
        try
        {
            ModelCatalogue.ReadVerified(model);
            float[] probe = Probe(model);
            INetwork network = engine.Open(model);
            float[] output = Run(network, probe, cancellationToken);
            // A gradient is asked where small and large picture agree but for what enlarging blurs: there it is small everywhere.
            bool isPicture = model.Shape.MakesPictures;
            double white = model.Shape.Input.Unit == ValueUnit.Byte ? 255 : 1;
            double shift = Math.Abs(output.Average() - (isPicture ? probe.Average() : 0)) / white;
            if (!(shift <= LargestShiftOfMean)) // Also true for NaN.
            {
                return new ModelCheck(
                    model.Id,
                    false,
                    $"hash valid, but its output is not a {(isPicture ? "picture" : "gradient")} (its mean is off by {shift:0.###})",
                    InstalledModels.NameOf(network),
                    null
                );
            }

            if (other is null)
            {
                return new ModelCheck(
                    model.Id,
                    true,
                    $"good (hash, runs on {InstalledModels.NameOf(network)})",
                    InstalledModels.NameOf(network),
                    null
                );
            }

            INetwork onOther = other.Open(model);
            float[] otherOutput = Run(onOther, probe, cancellationToken);
            if (onOther.Device == network.Device)
            {
                return new ModelCheck(
                    model.Id,
                    true,
                    $"good (hash, runs on the CPU; does not run on DirectML. {OneLine.Of(other.Decision.Reason)})",
                    InstalledModels.NameOf(network),
                    null
                );
            }

            double difference = output.Zip(otherOutput, (a, b) => Math.Abs(a - b)).Max() / white;
            bool good = difference <= LargestDifference;
            return new ModelCheck(
                model.Id,
                good,
                good
                    ? "good (hash, CPU and DirectML agree)"
                    : $"expected CPU and DirectML to differ by at most {LargestDifference:0.####}, found {difference:0.####}",
                "CPU, DirectML",
                difference
            );
        }
        catch (RsrException error) when (error is ModelException or InferenceException)
        {
            return new ModelCheck(model.Id, false, OneLine.Of(error.Message), null, null);
        }
    }

    private static float[] Run(INetwork network, float[] probe, CancellationToken cancellationToken)
    {
        int side = network.Model.Shape.Extended(ProbeSide);
        (int width, int height) = network.Shape.OutputSize(side, side);
        float[] output = new float[width * height * network.Model.Shape.Output.Count];
        network.Run(probe, side, side, output, cancellationToken);
        return output;
    }

    /// <summary>
    /// Rings around a corner, finer and finer, with a bright square: some of every frequency, the same everywhere, and in all planes of
    /// the input (as sub-pixels, the picture enlarged by nearest neighbour).
    /// </summary>
    private static float[] Probe(ModelDescriptor model)
    {
        int side = model.Shape.Extended(ProbeSide);
        float white = model.Shape.Input.Unit == ValueUnit.Byte ? 255 : 1;
        float[] probe = new float[side * side * model.Shape.Input.Count];
        for (int i = 0; i < probe.Length; i++)
        {
            (int y, int x) = (i / side % side, i % side);
            bool square = x is >= 28 and < 40 && y is >= 8 and < 20;
            probe[i] = white * (square ? 0.9f : 0.5f + (0.25f * MathF.Sin(((x * x) + (y * y)) * 0.02f)));
        }

        return probe;
    }

    private static string Word(ModelKind kind) => kind.ToString().ToLowerInvariant();
}
