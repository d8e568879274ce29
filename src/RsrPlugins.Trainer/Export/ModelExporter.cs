// From a checkpoint to models. Nothing is written before ONNX Runtime has given Torch's numbers for it.
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Evaluation;
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

    /// <summary>Ends the id of a gradient; the rest is its SRNet's.</summary>
    internal const string GradientSuffix = "-gradient";

    internal const string Protocol = "PSNR/SSIM on 8-bit BT.601 studio luma, d pixels shaved off every border, 8-bit LR, means over images";

    internal static string IdOf(string network, int scale, RunKind kind) =>
        kind == RunKind.Srcnn
            ? FormattableString.Invariant($"srcnn-x{scale}")
            : FormattableString.Invariant($"{network}-x{scale}-{kind}").ToLowerInvariant();

    /// <summary>The models of a checkpoint: a pair, or SRNet alone.</summary>
    /// <param name="checkpoint">Weights and where they come from.</param>
    /// <param name="models">Folder of models, in which a photo model looks for the pair of the same scale to compare itself with.</param>
    /// <param name="data">Folder of the test sets; null leaves the figures out.</param>
    /// <exception cref="TrainerException">ONNX Runtime and Torch disagree.</exception>
    internal static IReadOnlyList<ExportedModel> Build(Checkpoint checkpoint, string models, string? data)
    {
        TrainingConfig config = checkpoint.Config;
        if (config.Kind == RunKind.Invertible)
        {
            throw new TrainerException(
                $"{config.Name}: an invertible network is an experiment (rsr-train experiment invertible); it cannot be exported."
            );
        }

        if (!config.QBRelu)
        {
            throw new TrainerException(
                $"{config.Name}: trained without Q-BReLU, so its small pictures are no 8-bit pictures; it cannot be exported."
            );
        }

        if (config is { Kind: RunKind.Srcnn } and not { Reduction: ResamplingKernel.Bicubic, Interpolation: Interpolation.Bicubic })
        {
            throw new TrainerException(
                $"{config.Name}: only SRCNN on bicubic reductions enlarged bicubically is exported, found {config.Reduction} and {config.Interpolation}."
            );
        }

        float[] parameters = checkpoint.Vectors[Checkpoint.AverageName];
        using StagedModels staged = new StagedModels();
        if (config.IsOrdinary)
        {
            Proof photo = Proven(
                ModelRow.SRNet,
                null,
                Kernels(NetworkTable.SRNet(config.Scale, config.Units)),
                metadata => NetworkGraphs.SRNet(config.Scale, config.Units, checkpoint.Layout, parameters, metadata)
            );
            return
            [
                Model(
                    photo,
                    data is null
                        ? null
                        : ModelFigures.MeasurePhoto(
                            data,
                            config.Scale,
                            photo.Network,
                            staged.OpenExisting(models, IdOf("rrnet", config.Scale, RunKind.Learned)),
                            config.Kind == RunKind.Cleanup ? SmallPicture.Jpeg75 : SmallPicture.Bicubic
                        )
                ),
            ];
        }

        if (config.Kind == RunKind.Srcnn)
        {
            Proof srcnn = Proven(
                ModelRow.Srcnn,
                null,
                Kernels(NetworkTable.Srcnn(outputs: 1)),
                metadata => NetworkGraphs.Srcnn(config.Scale, checkpoint.Layout, parameters, metadata)
            );
            return [Model(srcnn, data is null ? null : ModelFigures.MeasureBaseline(data, config.Scale, srcnn.Network))];
        }

        int[] srKernels = Kernels(NetworkTable.SRNet(config.Scale, config.Units));
        Proof rr = Proven(
            ModelRow.RRNet,
            IdOf("srnet", config.Scale, config.Kind),
            Kernels(NetworkTable.RRNet(config.Scale)),
            metadata => NetworkGraphs.RRNet(config.Scale, checkpoint.Layout, parameters, metadata)
        );
        Proof sr = Proven(
            ModelRow.SRNet,
            rr.Row.Id,
            srKernels,
            metadata => NetworkGraphs.SRNet(config.Scale, config.Units, checkpoint.Layout, parameters, metadata)
        );
        Proof gradient = Proven(
            ModelRow.SRNetGradient,
            sr.Row.Id,
            [.. srKernels, .. srKernels],
            metadata => NetworkGraphs.SRNetGradient(config.Scale, config.Units, checkpoint.Layout, parameters, metadata)
        ); // forward and backward
        ModelFigures? figures = data is null ? null : ModelFigures.MeasurePair(data, config.Scale, rr.Network, sr.Network);
        ModelFigures? refined = data is null
            ? null
            : ModelFigures.MeasureRefined(data, config.Scale, rr.Network, sr.Network, gradient.Network);
        return [Model(rr, figures), Model(sr, figures), Model(gradient, refined)];

        // The row of a graph, whose shape is read out of the graph itself, and the graph once it gives Torch's numbers.
        Proof Proven(string network, string? pair, int[] kernels, Func<Dictionary<string, string>, byte[]> build)
        {
            bool isGradient = network == ModelRow.SRNetGradient;
            string id = isGradient ? pair + GradientSuffix : IdOf(network, config.Scale, config.Kind);
            string kind = config.Kind switch
            {
                RunKind.Learned => ModelRow.Learned,
                RunKind.Photo => ModelRow.Photo,
                RunKind.Antialiased => ModelRow.Antialiased,
                RunKind.Cleanup => ModelRow.Cleanup,
                _ => ModelRow.Baseline,
            };
            byte[] onnx = build(Metadata(checkpoint, id, network, kind, kernels));
            ModelRow row = new ModelRow(
                id,
                network,
                kind,
                config.Scale,
                id + ".onnx",
                0,
                string.Empty,
                id + ".md",
                ShapeOf(id, onnx, isGradient),
                pair,
                checkpoint.DataSeen,
                config.Kind == RunKind.Cleanup ? Protocol + "; small pictures bicubic, saved as JPEG at quality 75" : Protocol,
                new Dictionary<string, double>(),
                new Dictionary<string, double>()
            );
            INetwork open = staged.Open(row, onnx);
            float difference = LargestDifference(checkpoint, row, open);
            return difference <= ParityTolerance
                ? new Proof(row, onnx, open)
                : throw new TrainerException(
                    $"{row.Id}: ONNX Runtime differs from Torch by {difference:g3}, at most {ParityTolerance:g1} expected. Nothing was written."
                );
        }

        ExportedModel Model(Proof proof, ModelFigures? figures)
        {
            ModelRow complete = figures is null
                ? proof.Row
                : proof.Row with
                {
                    Psnr = figures.Main.Scores.ToDictionary(score => score.Key, score => Math.Round(score.Value.Psnr, 3)),
                    Ssim = figures.Main.Scores.ToDictionary(score => score.Key, score => Math.Round(score.Value.Ssim, 4)),
                };
            return new ExportedModel(complete, proof.Onnx, ModelCard.Write(complete, checkpoint, figures));
        }
    }

    /// <summary>What the graph of a network of ours says of it; all of them work on studio luma.</summary>
    /// <param name="id">Names it in messages.</param>
    /// <param name="onnx">The model.</param>
    /// <param name="isGradient">Else it makes a picture of a picture.</param>
    internal static NetworkShape ShapeOf(string id, byte[] onnx, bool isGradient) =>
        GraphFacts
            .Of(OnnxGraph.Parse(onnx, id), id)
            .ToShape(
                isGradient ? PlaneContent.LumaAndSubPixels : PlaneContent.Luma,
                isGradient ? PlaneContent.LumaGradient : PlaneContent.Luma
            );

    /// <summary>Runs a model and the Torch network on the same picture.</summary>
    internal static float LargestDifference(Checkpoint checkpoint, ModelRow row, INetwork onnx)
    {
        (int scale, int units) = (checkpoint.Config.Scale, checkpoint.Config.Units);
        int height = (36 + scale - 1) / scale * scale;
        int width = (48 + scale - 1) / scale * scale;
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using ParameterViews views = new ParameterViews(
            checkpoint.Layout,
            tensor(checkpoint.Vectors[Checkpoint.AverageName]),
            train: false
        );
        using Generator generator = new Generator(1);
        Tensor input = rand([1, 1, height, width], generator: generator);
        if (row.Network == ModelRow.SRNetGradient)
        {
            return LargestDifferenceOfGradient(views, scale, units, input, onnx);
        }

        if (row.Kind == ModelRow.Baseline)
        {
            return LargestDifferenceInside(views, scale, input, onnx);
        }

        Tensor expected =
            row.Network == ModelRow.RRNet
                ? QBRelu.Clamp(new RRNet(scale, views).ForwardUnbounded(input))
                : new SRNet(scale, units, views).Forward(input);
        float[] actual = new float[expected.numel()];
        onnx.Run(Checkpoint.ToArray(input), width, height, actual, CancellationToken.None);
        return Checkpoint.ToArray(expected).Zip(actual, (left, right) => MathF.Abs(left - right)).Max();
    }

    /// <summary>The same for SRNet's gradient, which Torch gets by going backward through SRNet.</summary>
    private static float LargestDifferenceOfGradient(ParameterViews views, int scale, int units, Tensor large, INetwork onnx)
    {
        using IDisposable grad = enable_grad();
        (int height, int width) = ((int)large.shape[2] / scale, (int)large.shape[3] / scale);
        Tensor small = nn.functional.avg_pool2d(large, scale, scale).detach().requires_grad_(true);
        using Scalar halfMean = (0.5 / (scale * scale)).ToScalar();
        new SRNet(scale, units, views).Forward(small).sub(large).pow(2).sum().mul(halfMean).backward();
        Tensor planes = cat([small.detach(), nn.functional.pixel_unshuffle(large, scale)], 1);
        float[] actual = new float[height * width];
        onnx.Run(Checkpoint.ToArray(planes), width, height, actual, CancellationToken.None);
        return Checkpoint.ToArray(small.grad!).Zip(actual, (left, right) => MathF.Abs(left - right)).Max();
    }

    /// <summary>The same for SRCNN, whose Torch form takes an interpolated picture; at the borders the two enlargements repeat edges
    /// differently.</summary>
    private static float LargestDifferenceInside(ParameterViews views, int scale, Tensor input, INetwork onnx)
    {
        const int Border = 4; // small pixels: beyond the reach of what differs
        (int height, int width) = ((int)input.shape[2], (int)input.shape[3]);
        (int largeHeight, int largeWidth) = (height * scale, width * scale);
        float[] enlarged = Resampler.Resize(Checkpoint.ToArray(input), width, height, largeWidth, largeHeight, ResamplingKernel.Bicubic);
        float[] expected = Checkpoint.ToArray(
            new Srcnn(scale, Interpolation.Bicubic, views).Forward(tensor(enlarged, [1, 1, largeHeight, largeWidth]))
        );
        float[] actual = new float[expected.Length];
        onnx.Run(Checkpoint.ToArray(input), width, height, actual, CancellationToken.None);
        float largest = 0f;
        int border = (Border + (8 / scale) + 1) * scale;
        for (int y = border; y < largeHeight - border; y++)
        {
            for (int x = border; x < largeWidth - border; x++)
            {
                largest = MathF.Max(largest, MathF.Abs(expected[(y * largeWidth) + x] - actual[(y * largeWidth) + x]));
            }
        }

        return largest;
    }

    private static int[] Kernels(IReadOnlyList<ConvolutionSpec> layers) => [.. layers.Select(layer => layer.Kernel)];

    private static Dictionary<string, string> Metadata(Checkpoint checkpoint, string id, string network, string kind, int[] kernels)
    {
        TrainingConfig config = checkpoint.Config;
        return new Dictionary<string, string>
        {
            ["id"] = id,
            ["network"] = network,
            ["kind"] = kind,
            ["scale"] = Invariant($"{config.Scale}"),
            ["halo"] = Invariant($"{kernels.SkipLast(network == ModelRow.RRNet ? 1 : 0).Sum(kernel => (kernel - 1) / 2)}"),
            ["kernels"] = string.Join(",", kernels),
            ["luma"] = "BT.601 studio luma of the 8-bit scale, Y = 16 + (65.481 R + 128.553 G + 24.966 B) / 255, as Y/255",
            ["run"] = Invariant(
                $"{config.Name}: {checkpoint.Progress.Step} steps, {checkpoint.Megapixels:0} HR megapixels, {checkpoint.Progress.Seconds / 60:0} minutes; {checkpoint.Progress.MegapixelsBefore:0} HR megapixels before"
            ),
            ["data"] = string.Join(",", checkpoint.DataSeen),
            ["psnr"] = Invariant($"{checkpoint.Progress.BestPsnr:0.00} dB on {Path.GetFileName(config.Validation)} (validation)"),
        };
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    /// <summary>A graph that gives Torch's numbers.</summary>
    private sealed record Proof(ModelRow Row, byte[] Onnx, INetwork Network);
}
