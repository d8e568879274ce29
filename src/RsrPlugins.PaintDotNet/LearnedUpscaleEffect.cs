// Learned Upscale: SRNet enlarges 2, 3 or 4 times. An effect cannot make the canvas larger, so there are ways to read the small
// picture: out of the top left corner (the inverse of Learned Downscale), out of a layer that Image > Resize has already enlarged with
// nearest neighbour, which is how a larger document is made inside the editor, or as what is visible on a larger canvas, which gives any
// factor. The dialog has three groups: what the picture is and what is done, what is read, and where the result goes.
using PaintDotNet;
using PaintDotNet.Effects;
using PaintDotNet.IndirectUI;
using PaintDotNet.PropertySystem;
using RsrPlugins.Core;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.PaintDotNet;

/// <summary>Effects > Photo > Learned Upscale.</summary>
[PluginSupportInfo(typeof(PluginSupportInfo))]
public sealed class LearnedUpscaleEffect : LearnedEffect
{
    // The dialog looks at a corner only: it must open at once, also over a very large layer. The render looks at everything.
    private const int CornerSide = 1024;

    private static readonly CopyButton _copyButton = new();
    private static readonly CopyButton _saveButton = new();
    private static readonly FailureReport _failures = new();

    /// <summary>Made by Paint.NET.</summary>
    public LearnedUpscaleEffect()
        : this(PluginRuntime.Shared, _copyButton, _failures, _saveButton) { }

    internal LearnedUpscaleEffect(PluginRuntime runtime, CopyButton copyButton, FailureReport failures, CopyButton? saveButton = null)
        : base("Learned Upscale", "LearnedUpscale", runtime, copyButton, saveButton ?? new CopyButton(), failures) { }

    /// <summary>Names of this effect's own properties.</summary>
    internal enum PropertyName
    {
        /// <summary>What made the small picture.</summary>
        Source,

        /// <summary>A network the user has added; the property is there only where there is one.</summary>
        Network,

        /// <summary>Whether damage is taken out.</summary>
        Cleanup,

        /// <summary>How much of the network's picture shows, in per cent.</summary>
        Strength,

        /// <summary>Whether it is lowered where the image bears less.</summary>
        StrengthUse,

        /// <summary>How it is read out of the layer.</summary>
        Reading,
    }

    private const string NoNetwork = "";

    private static (NetworkTask, ModelKind)[] Networks { get; } =
    [(NetworkTask.Enlarge, ModelKind.Learned), (NetworkTask.Enlarge, ModelKind.Photo)];

    private protected override string HelpText =>
        $"""
            Learned Upscale enlarges a small picture {Alternatives(Networks, 1)} times. The canvas keeps its size, so there are two ways:

            To enlarge a whole document:
            1. Image > Resize, by {Alternatives(Networks, 100)} percent, with Nearest Neighbor.
            2. Effects > Photo > Learned Upscale, the same scale, "Refine an enlarged image".
            3. OK. The small picture is taken back out of the enlarged one, pixel by pixel, and enlarged anew.

            To get back what Learned Downscale made: the same scale, "Made by Learned Downscale", "Enlarge the top-left part".

            To enlarge by any other factor: put the small picture on a larger canvas, alone in its layer, select the part it is to fill, and choose "Enlarge what is visible to fit the selection".

            To clean up without enlarging: choose a clean-up and "Keep the size".

            Or press "Copy full-size result to the clipboard" and choose Edit > Paste into New Image; or "Save result to the file", which takes any size.

            Networks of your own: "rsr models add FILE.onnx" in a terminal; then they are in this dialog.
            """;

    /// <inheritdoc/>
    protected override PropertyCollection OnCreatePropertyCollection() =>
        new([
            ListOfScales(Networks, PresetScale()),
            ListOf<SourceKind>(PropertyName.Source),
            .. ListOfAdded(),
            ListOf<Cleanup>(PropertyName.Cleanup),
            new Int32Property(PropertyName.Strength, PixelBlend.Whole, 0, PixelBlend.Whole),
            ListOf<StrengthUse>(PropertyName.StrengthUse),
            ListOf<Reading>(PropertyName.Reading),
            ListOf<SelectionUse>(SharedProperty.Selection),
            .. ResultProperties("enlarged.png"),
            ListOf<ProcessingDevice>(SharedProperty.Device),
        ]);

    /// <inheritdoc/>
    protected override ControlInfo OnCreateConfigUI(PropertyCollection props)
    {
        ControlInfo dialog = CreateDefaultConfigUI(props);
        DescribeShared(
            dialog,
            "{0}x",
            "Copy full-size result to the clipboard",
            "For Edit > Paste into New Image. With \"Enlarge the top-left part\" the whole selection is enlarged for it.",
            Networks
        );

        Describe(dialog, PropertyName.Source, "The image is", DescribeSource());
        PropertyControlInfo source = dialog.FindControlForPropertyName(PropertyName.Source)!;
        source.SetValueDisplayName(SourceKind.Automatic, "Automatic");
        source.SetValueDisplayName(SourceKind.Learned, "Made by Learned Downscale");
        source.SetValueDisplayName(SourceKind.Ordinary, "An ordinary image");
        source.SetValueDisplayName(SourceKind.Pixel, "Pixel art: hard edges");

        if (dialog.FindControlForPropertyName(PropertyName.Network) is { } network)
        {
            Describe(
                dialog,
                PropertyName.Network,
                "Network",
                "One that you have added with \"rsr models add\", whatever the image is. One that keeps the size takes the whole selection."
            );
            network.SetValueDisplayName(NoNetwork, "What the image needs");
            foreach (ModelDescriptor added in AddedNetworks())
            {
                network.SetValueDisplayName(
                    added.Id,
                    $"{added.Id} ({(added.Shape.Factor == 1 ? "keeps the size" : $"{added.Shape.Factor}x")})"
                );
            }
        }

        Describe(dialog, PropertyName.Cleanup, "Clean-up", DescribeCleanup());
        PropertyControlInfo cleanup = dialog.FindControlForPropertyName(PropertyName.Cleanup)!;
        cleanup.SetValueDisplayName(Cleanup.Off, "None");
        cleanup.SetValueDisplayName(Cleanup.Low, "Low: half of it");
        cleanup.SetValueDisplayName(Cleanup.High, "High: all of it");

        Describe(
            dialog,
            PropertyName.Strength,
            "Strength, %",
            "Lower values mix the network's image with a classical one. At 0 no network runs. Does not apply to pixel art."
        );

        Describe(
            dialog,
            PropertyName.StrengthUse,
            "Take the strength",
            "If the pixels show that an image was reduced without smoothing or was sharpened, the network's detail is less reliable, and a mix with a classical enlargement is closer to the truth."
        );
        PropertyControlInfo strengthUse = dialog.FindControlForPropertyName(PropertyName.StrengthUse)!;
        strengthUse.SetValueDisplayName(StrengthUse.AtMost, "As far as the image bears it");
        strengthUse.SetValueDisplayName(StrengthUse.Exactly, "Exactly as it is set");

        Describe(dialog, PropertyName.Reading, "How to read it", DescribeLayer());
        PropertyControlInfo reading = dialog.FindControlForPropertyName(PropertyName.Reading)!;
        reading.SetValueDisplayName(Reading.Automatic, "Automatic");
        reading.SetValueDisplayName(Reading.TopLeftPart, "Enlarge the top-left part");
        reading.SetValueDisplayName(Reading.EnlargedImage, "Refine an enlarged image");
        reading.SetValueDisplayName(Reading.FitSelection, "Enlarge what is visible to fit the selection");
        reading.SetValueDisplayName(Reading.SameSize, "Keep the size: clean up only");
        Group(
            dialog,
            SharedProperty.Scale,
            PropertyName.Source,
            PropertyName.Network,
            PropertyName.Cleanup,
            PropertyName.Strength,
            PropertyName.StrengthUse
        );
        Group(dialog, PropertyName.Reading, SharedProperty.Selection);
        GroupOfResult(dialog);
        return dialog;
    }

    private protected override EffectOptions ReadOptions(PropertyBasedEffectConfigToken token) =>
        new UpscaleOptions(
            (int)Choice<Scale>(token, SharedProperty.Scale),
            Choice<SourceKind>(token, PropertyName.Source),
            ReadNetwork(token),
            Choice<Cleanup>(token, PropertyName.Cleanup),
            token.GetProperty<Int32Property>(PropertyName.Strength)!.Value,
            Choice<StrengthUse>(token, PropertyName.StrengthUse),
            Choice<Reading>(token, PropertyName.Reading),
            Choice<SelectionUse>(token, SharedProperty.Selection),
            Choice<ProcessingDevice>(token, SharedProperty.Device)
        );

    /// <summary>A list of the networks the user has added; none where there are none, so that the dialog has nothing that does
    /// nothing.</summary>
    private IEnumerable<Property> ListOfAdded()
    {
        object[] added = [.. AddedNetworks().Select(model => model.Id)];
        return added.Length == 0 ? [] : [new StaticListChoiceProperty(PropertyName.Network, [NoNetwork, .. added], 0)];
    }

    private ModelDescriptor[] AddedNetworks()
    {
        try
        {
            return
            [
                .. Runtime
                    .Models()
                    .Models.Where(model => model.Kind == ModelKind.Added && model.Shape is { MakesPictures: true, Reduces: false }),
            ];
        }
        catch (ModelException)
        {
            // The list of scales says why there is nothing.
            return [];
        }
    }

    private AddedNetwork? ReadNetwork(PropertyBasedEffectConfigToken token)
    {
        if (token.GetProperty<StaticListChoiceProperty>(PropertyName.Network)?.Value is not string { Length: > 0 } id)
        {
            return null;
        }

        // One that was removed since is not found when it is opened, and the message says so.
        return new AddedNetwork(id, AddedNetworks().FirstOrDefault(model => model.Id == id)?.Shape.Factor ?? 0);
    }

    private string DescribeSource()
    {
        const string What =
            "An ordinary image is a photo, a drawing, a download, or the result of another resize. Automatic knows what Learned Downscale has made since Paint.NET started.";
        return Runtime.LastResolved is UpscaleOptions last
            ? $"{What} It was last taken for {last.Source switch { SourceKind.Learned => "one of Learned Downscale's", SourceKind.Pixel => "pixel art", _ => "an ordinary one" }}."
            : What;
    }

    private string DescribeCleanup()
    {
        const string What = "Removes JPEG blocks, ringing and noise from an ordinary image. Some fine texture may be removed as well.";
        IReadOnlyList<int> scales = InstalledScales([(NetworkTask.Enlarge, ModelKind.Cleanup)], out string? problem);
        return problem is null
            ? $"{What} Installed for {string.Join(", ", scales.Select(scale => $"{scale}x"))}."
            : $"{What} No weights for it are installed.";
    }

    private string DescribeLayer()
    {
        TileRect bounds = CurrentLayer.Bounds;
        string what = bounds.Width > CornerSide || bounds.Height > CornerSide ? "Judging by its top left, this layer" : "This layer";
        int enlargedBy = EnlargedBy();
        return enlargedBy > 0
            ? $"{what} is a nearest-neighbour enlargement by {enlargedBy}: Automatic refines it at that scale, and the small image comes back out of it exactly."
            : $"{what} is not a nearest-neighbour enlargement: Automatic takes the top-left part, \"Refine\" would use the mean of each block.";
    }

    /// <summary>The factor by which the layer's corner is enlarged; 0 for none. The largest that fits: what was enlarged 4 times also has
    /// blocks of 2.</summary>
    private int EnlargedBy()
    {
        Layer layer = CurrentLayer;
        TileRect bounds = layer.Bounds;
        TileRect corner = new TileRect(bounds.X, bounds.Y, Math.Min(bounds.Width, CornerSide), Math.Min(bounds.Height, CornerSide));
        return InstalledScales(Networks, out _)
            .OrderDescending()
            .FirstOrDefault(scale => layer.IsEnlargedBy(corner, scale, wholeBounds: false));
    }

    /// <summary>The scale that fits the layer; 0 where that cannot be known when the properties are made.</summary>
    private int PresetScale()
    {
        try
        {
            return EnlargedBy();
        }
        catch (Exception exception)
            when (OptionalService.IsAbsence(exception)
                || exception is InvalidOperationException or NullReferenceException or ObjectDisposedException
            )
        {
            // Whether the layer is there this early is not documented.
            return 0;
        }
    }
}
