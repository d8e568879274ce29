// What the user, or a script, asked for: read once from GIMP's config, then never changed.
using System.Globalization;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Sizes;
using RsrPlugins.Gimp.Interop;

namespace RsrPlugins.Gimp;

/// <summary>What is resized.</summary>
internal enum ResizedPart
{
    /// <summary>The canvas and everything on it.</summary>
    Image,

    /// <summary>The selected layers, about their centres; the canvas stays.</summary>
    Layer,

    /// <summary>What is selected of the active layer, into a new layer above it.</summary>
    Selection,
}

/// <summary>What the image is, which decides how it is enlarged; as `rsr upscale --source`.</summary>
internal enum SourceChoice
{
    /// <summary>
    /// The partner of what reduced the layer where that is recorded, else the weights for ordinary pictures; a layer whose pixels were all
    /// repeated a whole number of times is made of its own pixels first.
    /// </summary>
    Auto,

    Photo,

    /// <summary>The same: one set of weights serves photographs and drawings.</summary>
    Drawing,

    /// <summary>Pixel art: blocks with hard edges, no network.</summary>
    Pixel,

    Learned,
}

/// <param name="Enlarge">Learned Upscale; else Learned Downscale.</param>
/// <param name="Scale">An installed scale; null where width and height say the size.</param>
/// <param name="Width">Pixels of what is resized; null for what is in proportion to the height.</param>
/// <param name="Height">Pixels of what is resized; null for what is in proportion to the width.</param>
/// <param name="Cleanup">Whether JPEG's blocks and ringing, and noise, are taken out of an ordinary picture.</param>
/// <param name="Model">Id of the network that enlarges and no other, for example one that the user has added; null for what the source
/// says.</param>
/// <param name="Strength">Share of the networks' picture in per cent, the rest being a classical enlargement; 100 for a reduction.</param>
/// <param name="AdaptsStrength">The strength is lowered where a layer's own pixels say that less is better.</param>
/// <param name="Effort">Passes that correct a reduced picture; 0 for an enlargement.</param>
internal sealed record ResizeOptions(
    bool Enlarge,
    ResizedPart Part,
    int? Scale,
    int? Width,
    int? Height,
    SourceChoice Source,
    CleanupChoice Cleanup,
    string? Model,
    int Strength,
    bool AdaptsStrength,
    int Effort,
    DeviceChoice Device
)
{
    /// <summary>The choice of scale that stands for width and height.</summary>
    public const string ExactSize = "exact";

    public string Title => Enlarge ? "Learned Upscale" : "Learned Downscale";

    /// <summary>Reads the arguments of a procedure.</summary>
    public static ResizeOptions Read(bool enlarge, nint config)
    {
        string scale = GObject.GetText(config, ArgumentNames.Scale);
        bool exact = scale == ExactSize;
        int width = GObject.GetNumber(config, ArgumentNames.Width);
        int height = GObject.GetNumber(config, ArgumentNames.Height);
        return new ResizeOptions(
            enlarge,
            Enum.Parse<ResizedPart>(GObject.GetText(config, ArgumentNames.Part), ignoreCase: true),
            exact ? null : int.Parse(scale, CultureInfo.InvariantCulture),
            exact && width > 0 ? width : null,
            exact && height > 0 ? height : null,
            enlarge ? Enum.Parse<SourceChoice>(GObject.GetText(config, ArgumentNames.Source), ignoreCase: true) : SourceChoice.Auto,
            enlarge ? Enum.Parse<CleanupChoice>(GObject.GetText(config, ArgumentNames.Cleanup), ignoreCase: true) : CleanupChoice.Off,
            enlarge && GObject.GetText(config, ArgumentNames.Model) is { Length: > 0 } model ? model : null,
            enlarge ? GObject.GetNumber(config, ArgumentNames.Strength) : PixelBlend.Whole,
            enlarge && GObject.GetText(config, ArgumentNames.StrengthUse) == ArgumentNames.AtMost,
            enlarge ? 0 : GObject.GetNumber(config, ArgumentNames.Effort),
            Enum.Parse<DeviceChoice>(GObject.GetText(config, ArgumentNames.Device), ignoreCase: true)
        );
    }
}

/// <summary>Names of the procedures' arguments, as scripts write them.</summary>
internal static class ArgumentNames
{
    public const string Part = "part";
    public const string Scale = "scale";
    public const string Width = "width";
    public const string Height = "height";
    public const string Source = "source";
    public const string Cleanup = "cleanup";
    public const string Model = "model";
    public const string Strength = "strength";
    public const string StrengthUse = "strength-use";

    /// <summary>The strength is lowered where a layer bears less.</summary>
    public const string AtMost = "at-most";
    public const string Effort = "effort";
    public const string Device = "device";
}
