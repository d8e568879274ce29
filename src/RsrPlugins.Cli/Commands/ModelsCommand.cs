// rsr models: what is installed, and whether it is what was shipped and works here.
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using RsrPlugins.Cli.Terminal;
using RsrPlugins.Core;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;

namespace RsrPlugins.Cli.Commands;

internal sealed record ModelRow(string Id, string Network, string Kind, int Scale, long Bytes, string Sha256, string File, string Card);

internal sealed record ModelList(string Folder, IReadOnlyList<ModelRow> Models);

/// <summary>One model's check. MaxDifference compares CPU and DirectML outputs on the scale of Y/255.</summary>
internal sealed record ModelCheck(string Id, bool Good, string Message, string? Device, double? MaxDifference);

internal sealed record ModelChecks(string Folder, string? Runtime, IReadOnlyList<ModelCheck> Models);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ModelList))]
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

    private const string Details =
        """
        Examples:
          rsr models list
          rsr models verify
          rsr models verify --device all      compares the CPU's and the GPU's outputs
        """;

    public static Command Create(CliContext context)
    {
        DetailedCommand command = new DetailedCommand("models", "What is installed, and whether it is whole and works.", Details);
        command.Add(CreateList(context));
        command.Add(CreateVerify(context));
        command.SetAction(int (_) => throw new UsageException("A command is missing: 'rsr models list' or 'rsr models verify'."));
        return command;
    }

    private static Command CreateList(CliContext context)
    {
        Command command = new Command("list", "Id, network, kind, scale, hash and card of every installed model.");
        Option<bool> json = CommonOptions.Json();
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            ModelCatalogue catalogue = ModelCatalogue.LoadDefault();
            List<ModelRow> rows = catalogue.Models.Select(model => new ModelRow(model.Id, model.Network, Word(model.Kind), model.Scale, model.ByteLength, model.Sha256, model.FilePath, model.CardPath)).ToList();
            if (parsed.GetValue(json))
            {
                context.Output.WriteLine(JsonSerializer.Serialize(new ModelList(catalogue.Folder, rows), ModelsJson.Default.ModelList));
                return ExitCode.Done;
            }

            context.Output.WriteLine($"Models in {catalogue.Folder}:");
            TextTable.Write(
                context.Output,
                ["id", "network", "kind", "scale#", "bytes#", "sha256", "card"],
                rows.Select(row => (string[])[row.Id, row.Network, row.Kind, row.Scale.ToString(CultureInfo.InvariantCulture), row.Bytes.ToString("N0", CultureInfo.InvariantCulture), row.Sha256[..Math.Min(16, row.Sha256.Length)], Path.GetFileName(row.Card)]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateVerify(CliContext context)
    {
        Command command = new Command("verify", "Checks every model's hash and runs it on a small fixed picture.");
        // One engine per device to run on; two are compared.
        Option<DeviceChoice[]> devices = new Option<DeviceChoice[]>("--device")
        {
            Description = "Where to run them: auto, cpu, directml, or all (CPU and DirectML, compared).",
            HelpName = "auto|cpu|directml|all",
            CustomParser = result => CommonOptions.Parse<DeviceChoice[]>(result, ("auto", [DeviceChoice.Auto]), ("cpu", [DeviceChoice.Cpu]), ("directml", [DeviceChoice.DirectML]), ("all", [DeviceChoice.Cpu, DeviceChoice.DirectML])),
            DefaultValueFactory = _ => [DeviceChoice.Auto],
            Arity = ArgumentArity.ExactlyOne,
        };
        Option<bool> json = CommonOptions.Json();
        command.Options.Add(devices);
        command.Options.Add(json);
        command.SetAction(parsed => Verify(context, parsed.GetRequiredValue(devices), parsed.GetValue(json)));
        return command;
    }

    /// <param name="context">Where to report.</param>
    /// <param name="devices">One to run on, or two to compare.</param>
    /// <param name="json">Report as JSON.</param>
    private static int Verify(CliContext context, DeviceChoice[] devices, bool json)
    {
        ModelCatalogue catalogue = ModelCatalogue.LoadDefault();
        using OnnxRuntimeEngine engine = new OnnxRuntimeEngine(new InferenceOptions(devices[0]));
        using OnnxRuntimeEngine? other = devices.Length > 1 ? new OnnxRuntimeEngine(new InferenceOptions(devices[1])) : null;
        List<ModelCheck> checks = new List<ModelCheck>();
        foreach (ModelDescriptor model in catalogue.Models)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            checks.Add(Check(model, engine, other, context.CancellationToken));
        }

        if (json)
        {
            context.Output.WriteLine(JsonSerializer.Serialize(new ModelChecks(catalogue.Folder, engine.RuntimeVersion, checks), ModelsJson.Default.ModelChecks));
        }
        else
        {
            context.Output.WriteLine($"Models in {catalogue.Folder}, ONNX Runtime {engine.RuntimeVersion}. {engine.Decision.Reason}");
            TextTable.Write(
                context.Output,
                ["id", "result", "largest difference#"],
                checks.Select(check => (string[])[check.Id, check.Message, check.MaxDifference is { } difference ? difference.ToString("0.0e+0", CultureInfo.InvariantCulture) : "-"]));
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

    private static ModelCheck Check(ModelDescriptor model, OnnxRuntimeEngine engine, OnnxRuntimeEngine? other, CancellationToken cancellationToken)
    {
        try
        {
            ModelCatalogue.ReadVerified(model);
            float[] probe = Probe(model);
            INetwork network = engine.Open(model);
            float[] output = Run(network, probe, cancellationToken);
            // A gradient is asked where small and large picture agree but for what enlarging blurs: there it is small everywhere.
            bool isPicture = model.Shape.MakesPictures;
            double shift = Math.Abs(output.Average() - (isPicture ? probe.Average() : 0));
            if (!(shift <= LargestShiftOfMean)) // Also true for NaN.
            {
                return new ModelCheck(model.Id, false, $"hash good, but its output is not a {(isPicture ? "picture" : "gradient")} (its mean is off by {shift:0.###})", InstalledModels.NameOf(network.Device), null);
            }

            if (other is null)
            {
                return new ModelCheck(model.Id, true, $"good (hash, runs on {InstalledModels.NameOf(network.Device)})", InstalledModels.NameOf(network.Device), null);
            }

            INetwork onOther = other.Open(model);
            float[] otherOutput = Run(onOther, probe, cancellationToken);
            if (onOther.Device == network.Device)
            {
                return new ModelCheck(model.Id, true, $"good (hash, runs on the CPU; DirectML does not run it. {OneLine.Of(other.Decision.Reason)})", InstalledModels.NameOf(network.Device), null);
            }

            double difference = output.Zip(otherOutput, (a, b) => Math.Abs(a - b)).Max();
            bool good = difference <= LargestDifference;
            return new ModelCheck(model.Id, good, good ? "good (hash, CPU and DirectML agree)" : $"expected CPU and DirectML to differ by at most {LargestDifference:0.####}, found {difference:0.####}", "CPU, DirectML", difference);
        }
        catch (RsrException error) when (error is ModelException or InferenceException)
        {
            return new ModelCheck(model.Id, false, OneLine.Of(error.Message), null, null);
        }
    }

    private static float[] Run(INetwork network, float[] probe, CancellationToken cancellationToken)
    {
        (int width, int height) = network.Shape.OutputSize(ProbeSide, ProbeSide);
        float[] output = new float[width * height];
        network.Run(probe, ProbeSide, ProbeSide, output, cancellationToken);
        return output;
    }

    /// <summary>
    /// Rings around a corner, finer and finer, with a bright square: some of every frequency, the same everywhere, and in all planes of
    /// the input (as sub-pixels, the picture enlarged by nearest neighbour).
    /// </summary>
    private static float[] Probe(ModelDescriptor model)
    {
        float[] probe = new float[ProbeSide * ProbeSide * model.Shape.Input.Count];
        for (int y = 0; y < ProbeSide; y++)
        {
            for (int x = 0; x < ProbeSide; x++)
            {
                bool square = x is >= 28 and < 40 && y is >= 8 and < 20;
                probe[(y * ProbeSide) + x] = square ? 0.9f : 0.5f + (0.25f * MathF.Sin(((x * x) + (y * y)) * 0.02f));
            }
        }

        for (int plane = 1; plane < model.Shape.Input.Count; plane++)
        {
            probe.AsSpan(0, ProbeSide * ProbeSide).CopyTo(probe.AsSpan(plane * ProbeSide * ProbeSide));
        }

        return probe;
    }

    private static string Word(ModelKind kind) => kind.ToString().ToLowerInvariant();
}
