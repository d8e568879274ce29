// From a checkpoint to models. Nothing is written before ONNX Runtime has given Torch's numbers for it.
using RsrPlugins.Core.Inference;
using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Export;

/// <summary>Turns the averaged weights of a checkpoint into ONNX models.</summary>
internal static class ModelExporter
{
    /// <summary>Largest permitted difference between ONNX Runtime and Torch, in units of Y/255.</summary>
    internal const float ParityTolerance = 1e-5f;

    internal const string LumaDefinition = "BT.601 studio, Y/255";

    internal const string Protocol = "PSNR/SSIM on 8-bit BT.601 studio luma, d pixels shaved off every border, 8-bit LR, means over images";

    internal static string IdOf(string network, int scale, RunKind kind) =>
        FormattableString.Invariant($"{network}-x{scale}-{kind}").ToLowerInvariant();

    /// <summary>The ONNX files of a checkpoint by id: a pair, or SRNet alone.</summary>
    /// <exception cref="TrainerException">ONNX Runtime and Torch disagree.</exception>
    internal static IReadOnlyList<(ModelRow Row, byte[] Onnx)> Build(Checkpoint checkpoint)
    {
        var config = checkpoint.Config;
        var parameters = checkpoint.Vectors[Checkpoint.AverageName];
        var models = new List<(ModelRow, byte[])>();
        if (config.Kind == RunKind.Learned)
        {
            var row = Row(ModelRow.RRNet, NetworkTable.RRNet(config.Scale), IdOf("srnet", config.Scale, config.Kind));
            models.Add((row, NetworkGraphs.RRNet(config.Scale, checkpoint.Layout, parameters, Metadata(checkpoint, row))));
        }

        var srRow = Row(ModelRow.SRNet, NetworkTable.SRNet(config.Scale), config.Kind == RunKind.Learned ? IdOf("rrnet", config.Scale, config.Kind) : null);
        models.Add((srRow, NetworkGraphs.SRNet(config.Scale, checkpoint.Layout, parameters, Metadata(checkpoint, srRow))));
        using var staged = new StagedModels();
        foreach (var (row, onnx) in models)
        {
            var difference = LargestDifference(checkpoint, row, staged.Open(row, onnx));
            if (!(difference <= ParityTolerance))
            {
                throw new TrainerException($"{row.Id}: ONNX Runtime differs from Torch by {difference:g3}, at most {ParityTolerance:g1} expected. Nothing was written.");
            }
        }

        return models;

        ModelRow Row(string network, IReadOnlyList<ConvolutionSpec> layers, string? pair)
        {
            var id = IdOf(network, config.Scale, config.Kind);
            return new ModelRow(
                id,
                network,
                config.Kind == RunKind.Learned ? ModelRow.Learned : ModelRow.Photo,
                config.Scale,
                id + ".onnx",
                0,
                string.Empty,
                id + ".md",
                [.. layers.Select(layer => layer.Kernel)],
                pair,
                LumaDefinition,
                [.. config.Data.Select(folder => Path.GetFileName(folder.Path))],
                Protocol,
                new Dictionary<string, double>(),
                new Dictionary<string, double>());
        }
    }

    /// <summary>Runs a model and the Torch network on the same picture.</summary>
    internal static float LargestDifference(Checkpoint checkpoint, ModelRow row, INetwork onnx)
    {
        var scale = checkpoint.Config.Scale;
        const int Height = 36;
        const int Width = 48;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        using var views = new ParameterViews(checkpoint.Layout, tensor(checkpoint.Vectors[Checkpoint.AverageName]), train: false);
        using var generator = new Generator(1);
        var input = rand([1, 1, Height, Width], generator: generator);
        var expected = row.Network == ModelRow.RRNet ? QBRelu.Clamp(new RRNet(scale, views).ForwardUnbounded(input)) : new SRNet(scale, views).Forward(input);
        var actual = new float[expected.numel()];
        onnx.Run(Checkpoint.ToArray(input), Width, Height, actual, CancellationToken.None);
        return Checkpoint.ToArray(expected).Zip(actual, (left, right) => MathF.Abs(left - right)).Max();
    }

    private static Dictionary<string, string> Metadata(Checkpoint checkpoint, ModelRow row)
    {
        var config = checkpoint.Config;
        var pixels = checkpoint.Progress.Step * (double)config.Batch * config.Patch * config.Patch / 1e6;
        return new Dictionary<string, string>
        {
            ["id"] = row.Id,
            ["network"] = row.Network,
            ["kind"] = row.Kind,
            ["scale"] = Invariant($"{row.Scale}"),
            ["halo"] = Invariant($"{row.Kernels.SkipLast(row.Network == ModelRow.RRNet ? 1 : 0).Sum(kernel => (kernel - 1) / 2)}"),
            ["kernels"] = string.Join(",", row.Kernels),
            ["luma"] = "BT.601 studio luma of the 8-bit scale, Y = 16 + (65.481 R + 128.553 G + 24.966 B) / 255, as Y/255",
            ["run"] = Invariant($"{config.Name}: {checkpoint.Progress.Step} steps, {pixels:0} HR megapixels, {checkpoint.Progress.Seconds / 60:0} minutes"),
            ["data"] = string.Join(",", row.TrainedOn),
            ["psnr"] = Invariant($"{checkpoint.Progress.BestPsnr:0.00} dB on {Path.GetFileName(config.Validation)} (validation)"),
        };
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
