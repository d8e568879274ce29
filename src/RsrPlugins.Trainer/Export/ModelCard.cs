// The card of a model, written with it: what it is, where it comes from, what it reaches, what it is not for. Nothing in
// it is typed by hand, so a card cannot say something else than the model beside it.
using RsrPlugins.Trainer.Evaluation;
using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Export;

/// <summary>Model cards (Markdown).</summary>
internal static class ModelCard
{
    /// <summary>What is known of the training sets, by folder name.</summary>
    private static readonly Dictionary<string, string> _terms = new()
    {
        ["t91"] = "91 pictures of Yang et al. (2010) | research use",
        ["bsds200-train"] =
            "Berkeley Segmentation Data Set, training half, without 302003 (the same picture as Set5 *woman*) | research use",
        ["bsds200-extra"] = "Berkeley Segmentation Data Set, further pictures | research use",
        ["wikimedia49"] = "photographs from Wikimedia Commons | Creative Commons",
        ["wallpapers141"] = "desktop wallpapers | Creative Commons",
        ["div2k-crops181"] = "crops of DIV2K pictures (Agustsson and Timofte 2017) | research use",
        ["openclipart200"] = "drawings from Openclipart | public domain",
        ["openclipart"] =
            "drawings of Debian's openclipart-svg, without those of `training/held-out-drawings.txt`; `rsr-train draw` | public domain",
        ["text"] = "words in free fonts on plain grounds; `rsr-train draw` | our own",
        ["lines"] = "thin lines at every phase; `rsr-train draw` | our own",
        ["screens"] = "interface-like scenes; `rsr-train draw` | our own",
        ["patterns"] = "one fine regular pattern each; `rsr-train draw` | our own",
        ["engravings"] = "shapes filled with fine strokes; `rsr-train draw` | our own",
    };

    internal static string Write(ModelRow row, Checkpoint checkpoint, ModelFigures? figures)
    {
        TrainingConfig config = checkpoint.Config;
        IReadOnlyList<ConvolutionSpec> layers = row switch
        {
            { Kind: ModelRow.Baseline } => NetworkTable.Srcnn(outputs: 1),
            { Network: ModelRow.RRNet } => NetworkTable.RRNet(row.Scale),
            _ => NetworkTable.SRNet(row.Scale, config.Units),
        };
        string data = string.Join(
            '\n',
            row.TrainedOn.Select(name => $"| {name} | {_terms.GetValueOrDefault(name, "not described | unknown")} |")
        );
        return FormattableString.Invariant(
            $"""
            # {row.Id}

            {Purpose(row)}

            - Network: {Origin(row)}, {layers.Sum(layer => layer.ParameterCount)} parameters, scale factor {row.Scale}
            - File: `{row.File}`, ONNX opset 13; {Shapes(row)}, float32
            - Values: BT.601 studio luma of the 8-bit scale, Y = 16 + (65.481 R + 128.553 G + 24.966 B) / 255, as Y/255{Values(row)}
            - Partner: {row.Pair ?? "none"}

            ## Training

            Run `{config.Name}`: {checkpoint.Progress.Step} steps of {config.Batch} crops of {config.Patch} x {config.Patch}, {checkpoint.Megapixels:0} HR megapixels, {checkpoint.Progress.Seconds
                / 60:0} minutes on a CPU{(
                config.Init is null
                    ? string.Empty
                    : Invariant(
                        $", started from `{Path.GetFileNameWithoutExtension(config.Init)}` ({checkpoint.Progress.MegapixelsBefore:0} HR megapixels before)"
                    )
            )}. {Loss(config)} Muon {config.MuonRate}{(
                config.WeightDecay > 0 ? Invariant($" with weight decay {config.WeightDecay}") : string.Empty
            )} on hidden convolutions, Adam {config.AdamRate} elsewhere, the last layers {config.LastLayerRateFactor} times as fast; moving average of the weights. Validation on {Path.GetFileName(
                config.Validation
            )}: {checkpoint.Progress.BestPsnr:0.00} dB. The exact configuration stands as JSON at the head of the checkpoint in `training/checkpoints`; `training/configs/{config.Name}.json` and docs/training.md say how to go on from it.

            Pictures these weights have seen, in this run and those before it:

            | data | what | terms |
            |---|---|---|
            {data}

            ## Figures

            {row.Protocol}. Measured with the exported file by `rsr-train evaluate`.

            {figures?.ToMarkdown().TrimEnd() ?? "Not measured."}

            ## Not for

            {Limits(row)}

            """
        );
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static string Origin(ModelRow row) =>
        row.Kind == ModelRow.Baseline
            ? "SRCNN 9-5-5 of Dong et al., *Image Super-Resolution Using Deep Convolutional Networks*, after a bicubic enlargement"
            : $"{(row.Network == ModelRow.SRNetGradient ? "gradient of SRNet" : row.Network)} of Cai et al., *Learning Reduced-Resolution and Super-Resolution Networks in Synchrony*";

    private static string Shapes(ModelRow row) =>
        row.Network switch
        {
            ModelRow.RRNet => Invariant($"`input` [N, 1, H, W] to `output` [N, 1, H/{row.Scale}, W/{row.Scale}]"),
            ModelRow.SRNet or ModelRow.Srcnn => Invariant($"`input` [N, 1, H, W] to `output` [N, 1, {row.Scale} H, {row.Scale} W]"),
            _ => Invariant(
                $"`input` [N, {1 + (row.Scale * row.Scale)}, H, W] (the small picture; then row i, column j of each {row.Scale} x {row.Scale} block of the large one in plane 1 + {row.Scale} i + j) to `output` [N, 1, H, W]"
            ),
        };

    private static string Values(ModelRow row) =>
        row.Network switch
        {
            ModelRow.RRNet => "; the output is clamped to 16/255 .. 235/255 and not rounded, the engine rounds to the depth of the file",
            ModelRow.SRNet or ModelRow.Srcnn => "; the output is neither clamped nor rounded",
            _ => Invariant($"; the output is dE/dL of E = sum of (SRNet(L) - H)^2 over the large picture / {2 * row.Scale * row.Scale}"),
        };

    private static string Purpose(ModelRow row) =>
        (row.Network, row.Kind) switch
        {
            (ModelRow.SRNetGradient, _) =>
                $"Says how the error of `{row.Pair}` changes with every pixel of the small picture it is given. `rsr downscale --effort` corrects small pictures with it.",
            (ModelRow.RRNet, _) => $"Makes a picture {row.Scale} times smaller in such a way that `{row.Pair}` can bring it back.",
            (_, ModelRow.Learned) => $"Brings back pictures that `{row.Pair}` made {row.Scale} times smaller.",
            (_, ModelRow.Baseline) =>
                $"SRCNN, trained by the same trainer for comparison; not part of the product. Enlarges bicubic reductions {row.Scale} times.",
            (_, ModelRow.Antialiased) =>
                $"Enlarges small pictures {row.Scale} times that were made with antialiasing (bicubic, Lanczos, area) and not damaged. Stands in for the network for ordinary pictures where a picture is seen to be one of these.",
            (_, ModelRow.Cleanup) =>
                $"Enlarges damaged small pictures {row.Scale} times and removes the damage: JPEG blocks and ringing from quality 20 up, WebP's, noise.",
            _ =>
                $"Enlarges ordinary small pictures {row.Scale} times: photographs and drawings, reduced by any common method with or without antialiasing, sharpened, lightly blurred or lightly damaged.",
        };

    private static string Loss(TrainingConfig config)
    {
        if (config.Kind == RunKind.Srcnn)
        {
            return $"Small pictures: bicubic reductions. {NameOf(config.Loss)} loss.";
        }

        if (config.IsOrdinary)
        {
            string hinge =
                config.HingeWeight > 0
                    ? Invariant(
                        $", and {config.HingeWeight} times what is above the error of the better of bicubic and Lanczos enlargement"
                    )
                    : string.Empty;
            string made = Data.OrdinaryReductions.Describe(config.Kind, config.CleanShare);
            return $"{made} {NameOf(config.Loss)} loss{hinge}.";
        }

        string small =
            config.LowResolutionWeight > 0
                ? Invariant($" + {config.LowResolutionWeight} times the squared difference of the small picture from the bicubic one")
                : string.Empty;
        string grain = config.GrainWeight > 0 ? Invariant($" + {config.GrainWeight} times the same where that one is smooth") : string.Empty;
        string frozen = config.ReducingIsFrozen ? "; RRNet as it was, SRNet alone learned" : string.Empty;
        return $"{NameOf(config.Loss)} loss of the restored picture{small}{grain}{frozen}.";
    }

    private static string NameOf(TrainingLoss loss) =>
        loss switch
        {
            TrainingLoss.L1 => "L1",
            TrainingLoss.L2 => "L2",
            TrainingLoss.Psnr => "Mean-of-PSNR (squared error over that of bicubic enlargement, per picture)",
            TrainingLoss.LogMse => "Logarithm-of-the-squared-error (per crop)",
            _ => "Root-mean-square (per crop)",
        };

    private static string Limits(ModelRow row) =>
        (row.Network, row.Kind) switch
        {
            (ModelRow.SRNetGradient, _) =>
                "Enlarging: it needs the large picture. It is no network of the paper and has no weights of its own; it is `SRNet` and the way back through it.",
            (ModelRow.RRNet, _) =>
                "Small pictures that go on to another program's enlargement: they are sharper than bicubic ones, and a classical enlargement does not undo that (the row \"learned, enlarged by bicubic\").",
            (_, ModelRow.Learned) =>
                "Ordinary small pictures. It undoes what its RRNet did; on a bicubic small picture it does worse than the photo model (the row \"bicubic, enlarged by this SRNet\").",
            (_, ModelRow.Baseline) => "Anything but tables: it is their baseline.",
            (_, ModelRow.Antialiased) =>
                "Pictures reduced without antialiasing, sharpened, blurred, noisy or saved as JPEG: their defects are enlarged with them. `rsr upscale` takes the network for ordinary pictures there.",
            (_, ModelRow.Cleanup) =>
                "Clean small pictures: fine texture looks like damage and goes with it (the row \"bicubic\"). Pictures made by the RRNet of the same scale.",
            _ =>
                "Pictures made by the RRNet of the same scale: the pair's own SRNet restores them better (the row \"learned\"). It leaves most of noise, strong blur and JPEG damage as it is (the clean-up model takes noise and JPEG damage away), and it does not know text or faces.",
        };
}
