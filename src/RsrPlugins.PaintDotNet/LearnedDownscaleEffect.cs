// Learned Downscale: RRNet makes the selection's content 2, 3 or 4 times smaller, in place, because an effect cannot change the
// canvas. Top left is the preset: from there Learned Upscale reads it back.
using PaintDotNet;
using PaintDotNet.Effects;
using PaintDotNet.IndirectUI;
using PaintDotNet.PropertySystem;
using RsrPlugins.Core.Models;

namespace RsrPlugins.PaintDotNet;

/// <summary>Effects > Photo > Learned Downscale.</summary>
[PluginSupportInfo(typeof(PluginSupportInfo))]
public sealed class LearnedDownscaleEffect : LearnedEffect
{
    private static readonly CopyButton _copyButton = new();
    private static readonly CopyButton _saveButton = new();
    private static readonly FailureReport _failures = new();

    /// <summary>Made by Paint.NET.</summary>
    public LearnedDownscaleEffect()
        : this(PluginRuntime.Shared, _copyButton, _failures, _saveButton) { }

    internal LearnedDownscaleEffect(PluginRuntime runtime, CopyButton copyButton, FailureReport failures, CopyButton? saveButton = null)
        : base("Learned Downscale", "LearnedDownscale", runtime, copyButton, saveButton ?? new CopyButton(), failures) { }

    /// <summary>Names of this effect's own properties.</summary>
    internal enum PropertyName
    {
        /// <summary>Passes that correct the small picture.</summary>
        Effort,

        /// <summary>Where the small picture goes.</summary>
        Placement,

        /// <summary>What becomes of the rest.</summary>
        Rest,
    }

    // Beyond, passes gain hundredths of a decibel; the command line has more.
    private const int MaxEffort = 20;

    private static (NetworkTask, ModelKind)[] Networks { get; } = [(NetworkTask.Reduce, ModelKind.Learned)];

    private protected override string HelpText =>
        $"""
            Learned Downscale makes the selected part of the layer {Alternatives(Networks, 1)} times smaller. The small picture lies in the selection's bounds; the canvas keeps its size.

            With more effort the small picture is tried on Learned Upscale, and corrected by what would be missing, as often as the slider says. Ten passes bring most of what can be gained, five more than half.

            To have the small picture as a document of its own, press "Copy to clipboard" and choose Edit > Paste into New Image, or "Save result to the file".

            Learned Upscale with the same scale, "Made by Learned Downscale" and "Enlarge the top-left part" gives the picture back.
            """;

    /// <inheritdoc/>
    protected override PropertyCollection OnCreatePropertyCollection() =>
        new([
            ListOfScales(Networks),
            new Int32Property(PropertyName.Effort, 0, 0, MaxEffort),
            ListOf<Placement>(PropertyName.Placement),
            ListOf<RestOfSelection>(PropertyName.Rest),
            ListOf<SelectionUse>(SharedProperty.Selection),
            .. ResultProperties("reduced.png"),
            ListOf<ProcessingDevice>(SharedProperty.Device),
        ]);

    /// <inheritdoc/>
    protected override ControlInfo OnCreateConfigUI(PropertyCollection props)
    {
        ControlInfo dialog = CreateDefaultConfigUI(props);
        DescribeShared(dialog, "1/{0}", "Copy to clipboard", "Copies the small picture, for Edit > Paste into New Image.", Networks);

        Describe(
            dialog,
            PropertyName.Effort,
            "Effort",
            "Passes that correct the small picture, so that Learned Upscale restores more of the large one. 0 is fastest."
        );

        Describe(
            dialog,
            PropertyName.Placement,
            "Placement in the selection",
            CurrentLayer.Selection.FillsBounds
                ? "Learned Upscale reads the top left. Automatic uses it too."
                : "The selection is not rectangular: Automatic uses the centre, where cropping removes the least."
        );
        PropertyControlInfo placement = dialog.FindControlForPropertyName(PropertyName.Placement)!;
        placement.SetValueDisplayName(Placement.Automatic, "Automatic");
        placement.SetValueDisplayName(Placement.TopLeft, "Top left");
        placement.SetValueDisplayName(Placement.Centre, "Centre");

        Describe(dialog, PropertyName.Rest, "Rest of the selection", "What surrounds the small picture: transparency, or the previous contents.");
        PropertyControlInfo rest = dialog.FindControlForPropertyName(PropertyName.Rest)!;
        rest.SetValueDisplayName(RestOfSelection.Transparent, "Make transparent");
        rest.SetValueDisplayName(RestOfSelection.Keep, "Keep");
        Group(dialog, SharedProperty.Scale, PropertyName.Effort);
        Group(dialog, PropertyName.Placement, PropertyName.Rest, SharedProperty.Selection);
        GroupOfResult(dialog);
        return dialog;
    }

    private protected override EffectOptions ReadOptions(PropertyBasedEffectConfigToken token) =>
        new DownscaleOptions(
            (int)Choice<Scale>(token, SharedProperty.Scale),
            token.GetProperty<Int32Property>(PropertyName.Effort)!.Value,
            Choice<Placement>(token, PropertyName.Placement),
            Choice<RestOfSelection>(token, PropertyName.Rest),
            Choice<SelectionUse>(token, SharedProperty.Selection),
            Choice<ProcessingDevice>(token, SharedProperty.Device)
        );
}
