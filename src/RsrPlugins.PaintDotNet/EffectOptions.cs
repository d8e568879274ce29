// One immutable record per effect holds what the dialog says; everything after the token works on it. Two equal records are
// one and the same computation, whatever the copy button has counted.
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Sizes;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.PaintDotNet;

/// <summary>
/// The scale factor; one choice per factor whose weights are installed. Its number is the factor, and factors without a name here are
/// choices, too.
/// </summary>
public enum Scale
{
    /// <summary>Factor 2.</summary>
    X2 = 2,

    /// <summary>Factor 3.</summary>
    X3 = 3,

    /// <summary>Factor 4.</summary>
    X4 = 4,
}

/// <summary>What the networks run on.</summary>
public enum ProcessingDevice
{
    /// <summary>The GPU Paint.NET uses, where DirectML runs on it; else the CPU.</summary>
    Automatic,

    /// <summary>The GPU, through DirectML; the CPU where it fails.</summary>
    DirectML,

    /// <summary>The CPU.</summary>
    Cpu,
}

/// <summary>Where the reduced picture goes.</summary>
public enum Placement
{
    /// <summary>Top left, or the middle where the selection is no rectangle: its mask would cut the corner away.</summary>
    Automatic,

    /// <summary>Top left of the selection's bounds: what Learned Upscale reads back.</summary>
    TopLeft,

    /// <summary>The middle of the selection's bounds.</summary>
    Centre,
}

/// <summary>What becomes of the selection outside the reduced picture.</summary>
public enum RestOfSelection
{
    /// <summary>It becomes transparent.</summary>
    Transparent,

    /// <summary>It stays as it is.</summary>
    Keep,
}

/// <summary>What a selection that is no rectangle means.</summary>
public enum SelectionUse
{
    /// <summary>What is not selected is not read and stays as it is.</summary>
    Mask,

    /// <summary>The bounds count as selected.</summary>
    WholeBounds,
}

/// <summary>What made the small picture.</summary>
public enum SourceKind
{
    /// <summary>Learned Downscale where this process remembers having made it, else anything else.</summary>
    Automatic,

    /// <summary>Learned Downscale.</summary>
    Learned,

    /// <summary>Anything else: a photo, a drawing, a download, another program's resize.</summary>
    Ordinary,

    /// <summary>Pixel art: every pixel becomes a block, and no network runs.</summary>
    Pixel,
}

/// <summary>Whether JPEG's blocks and ringing, and noise, are taken out of an ordinary picture.</summary>
public enum Cleanup
{
    /// <summary>No.</summary>
    Off,

    /// <summary>The mean of the picture with and without.</summary>
    Low,

    /// <summary>As much as the weights do.</summary>
    High,
}

/// <summary>What the strength that is set means.</summary>
public enum StrengthUse
{
    /// <summary>Less of it where the picture's own pixels say that less is closer to the truth.</summary>
    AtMost,

    /// <summary>What is set, whatever the picture is.</summary>
    Exactly,
}

/// <summary>How the small picture is read out of the layer.</summary>
public enum Reading
{
    /// <summary>An enlarged image where the layer is one, else the top left part.</summary>
    Automatic,

    /// <summary>The top left 1/d x 1/d of the selection's bounds is the small picture.</summary>
    TopLeftPart,

    /// <summary>The layer is the small picture, enlarged d times with nearest neighbour.</summary>
    EnlargedImage,

    /// <summary>What is visible within the selection's bounds is the small picture; it is enlarged until it fits them, by any
    /// factor.</summary>
    FitSelection,

    /// <summary>All within the selection's bounds, which keeps its size: clean-up alone, or a network that keeps the size.</summary>
    SameSize,
}

/// <summary>A picture and the layer's pixel its top left corner goes to; what lies outside the bounds is cut off.</summary>
internal sealed record PlacedPicture(PixelImage Picture, int X, int Y, bool KeepRest);

/// <summary>What both effects have in common.</summary>
internal abstract record EffectOptions(int Scale, SelectionUse Selection, ProcessingDevice Device)
{
    /// <summary>Also what is not selected is read and written.</summary>
    public bool WholeBounds => Selection == SelectionUse.WholeBounds;

    /// <summary>The options with every automatic choice made for a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="learned">What Learned Downscale has made lately.</param>
    public virtual EffectOptions Resolve(Layer layer, LearnedPictures learned) => this;

    /// <summary>What is remembered of a complete result.</summary>
    public virtual void Remember(PixelImage result, LearnedPictures learned) { }

    /// <summary>The networks and sizes the options ask for; automatic choices are made.</summary>
    /// <param name="models">What is installed.</param>
    /// <param name="picture">What is read.</param>
    /// <param name="fitTo">The exact size of the result; null: as the networks make it.</param>
    /// <exception cref="RsrPlugins.Core.RsrException">Not installed, or no way to the size.</exception>
    public abstract ResizeWay Way(ModelCatalogue models, PixelImage picture, (int Width, int Height)? fitTo);

    /// <summary>The picture the network gets to make the layer's new content.</summary>
    public abstract LayerSource Read(Layer layer);

    /// <summary>Where the network's picture goes.</summary>
    public abstract PlacedPicture Place(Layer layer, PixelImage resized);

    /// <summary>The picture the network gets for the clipboard; null when the clipboard gets the layer's new content.</summary>
    public abstract PixelImage? ReadForClipboard(Layer layer);
}

/// <summary>What the network reads, and the size its result is to be brought to before it is placed (null: as it is).</summary>
internal sealed record LayerSource(PixelImage Picture, (int Width, int Height)? FitTo = null);

/// <summary>Learned Downscale's options.</summary>
internal sealed record DownscaleOptions(
    int Scale,
    int Effort,
    Placement Placement,
    RestOfSelection Rest,
    SelectionUse Selection,
    ProcessingDevice Device
) : EffectOptions(Scale, Selection, Device)
{
    public override void Remember(PixelImage result, LearnedPictures learned) => learned.Add(result);

    public override ResizeWay Way(ModelCatalogue models, PixelImage picture, (int Width, int Height)? fitTo)
    {
        ModelDescriptor model = models.Find(NetworkTask.Reduce, ModelKind.Learned, Scale);
        return ResizeWay.Of(model, picture.Width, picture.Height, Effort == 0 ? null : models.GradientFor(model), Effort, fitTo);
    }

    public override LayerSource Read(Layer layer) => new(layer.Read(layer.Bounds, WholeBounds));

    public override PlacedPicture Place(Layer layer, PixelImage resized)
    {
        Placement automatic = WholeBounds || layer.Selection.FillsBounds ? Placement.TopLeft : Placement.Centre;
        Placement placement = Placement == Placement.Automatic ? automatic : Placement;
        (int x, int y) = Geometry.Place(layer.Bounds, resized.Width, resized.Height, placement);
        return new PlacedPicture(resized, x, y, Rest == RestOfSelection.Keep);
    }

    public override PixelImage? ReadForClipboard(Layer layer) => null;
}

/// <summary>A network the user has added.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Factor">How much it enlarges; 1 keeps the size.</param>
internal sealed record AddedNetwork(string Id, int Factor);

/// <summary>Learned Upscale's options.</summary>
internal sealed record UpscaleOptions(
    int Scale,
    SourceKind Source,
    AddedNetwork? Network,
    Cleanup Cleanup,
    int Strength,
    StrengthUse StrengthUse,
    Reading Reading,
    SelectionUse Selection,
    ProcessingDevice Device
) : EffectOptions(Scale, Selection, Device)
{
    public override EffectOptions Resolve(Layer layer, LearnedPictures learned)
    {
        UpscaleOptions resolved = this;
        if (resolved.Source != SourceKind.Pixel && Network is { Factor: 1 })
        {
            resolved = resolved with { Reading = Reading.SameSize };
        }

        if (resolved.Reading == Reading.Automatic)
        {
            bool isEnlarged = layer.IsEnlargedBy(layer.Bounds, Scale, WholeBounds);
            resolved = resolved with { Reading = isEnlarged ? Reading.EnlargedImage : Reading.TopLeftPart };
        }

        if (resolved.Source == SourceKind.Automatic)
        {
            resolved = resolved with { Source = learned.Contains(resolved.Read(layer).Picture) ? SourceKind.Learned : SourceKind.Ordinary };
        }

        return resolved;
    }

    public override ResizeWay Way(ModelCatalogue models, PixelImage picture, (int Width, int Height)? fitTo)
    {
        if (Source == SourceKind.Pixel)
        {
            return Blocks(models, picture, fitTo);
        }

        ResizeWay way = Networks(models, picture, fitTo) with { Strength = Strength };
        return StrengthUse == StrengthUse.AtMost ? way.Adapted(picture) : way.Chosen(picture);
    }

    public override LayerSource Read(Layer layer)
    {
        LayerSource source = ReadAsItIs(layer);
        if (Source != SourceKind.Pixel || Reading == Reading.SameSize)
        {
            return source;
        }

        // Pixel art that is made of blocks already: its own pixels become the new blocks, so that all of them are alike.
        (int Width, int Height) target = source.FitTo ?? (checked(source.Picture.Width * Scale), checked(source.Picture.Height * Scale));
        return new LayerSource(EnlargedPixels.Find(source.Picture)?.Own ?? source.Picture, target);
    }

    public override PlacedPicture Place(Layer layer, PixelImage resized)
    {
        if (Reading != Reading.FitSelection)
        {
            return new PlacedPicture(resized, layer.Bounds.X, layer.Bounds.Y, KeepRest: true);
        }

        // All that was visible has been enlarged; beside it nothing is left.
        (int x, int y) = Geometry.Place(layer.Bounds, resized.Width, resized.Height, Placement.Centre);
        return new PlacedPicture(resized, x, y, KeepRest: false);
    }

    // The corner enlarged is what the layer shows already; a larger document needs the whole layer enlarged.
    public override PixelImage? ReadForClipboard(Layer layer) =>
        Reading == Reading.TopLeftPart ? layer.Read(layer.Bounds, WholeBounds) : null;

    private LayerSource ReadAsItIs(Layer layer)
    {
        switch (Reading)
        {
            case Reading.TopLeftPart:
                return new LayerSource(layer.Read(Geometry.TopLeftPart(layer.Bounds, Scale), WholeBounds));
            case Reading.SameSize:
                return new LayerSource(layer.Read(layer.Bounds, WholeBounds));
            case Reading.FitSelection:
                PixelImage visible = layer.ReadVisible(WholeBounds);
                return new LayerSource(visible, Geometry.FitInto(visible.Width, visible.Height, layer.Bounds));
            default:
                NearestEnlargement enlargement = NearestEnlargement.Undo(layer.Read(layer.Bounds, WholeBounds), Scale);
                return new LayerSource(enlargement.Small, enlargement.FitTo(Scale));
        }
    }

    private ResizeWay Blocks(ModelCatalogue models, PixelImage picture, (int Width, int Height)? fitTo)
    {
        (int Width, int Height) target =
            fitTo
            ?? (
                Reading == Reading.SameSize
                    ? (picture.Width, picture.Height)
                    : (checked(picture.Width * Scale), checked(picture.Height * Scale))
            );
        return ResizeWay.Of(ResizePlan.Blocks(target.Width, target.Height), models);
    }

    private ResizeWay Networks(ModelCatalogue models, PixelImage picture, (int Width, int Height)? fitTo)
    {
        (int width, int height) = (picture.Width, picture.Height);
        SizeRequest request = fitTo is { } exact ? new SizeRequest(null, exact.Width, exact.Height) : new SizeRequest(Scale, null, null);
        CleanupChoice cleanup =
            Source == SourceKind.Learned
                ? CleanupChoice.Off
                : Cleanup switch
                {
                    Cleanup.Low => CleanupChoice.Low,
                    Cleanup.High => CleanupChoice.High,
                    _ => CleanupChoice.Off,
                };
        IReadOnlyList<int> cleanupScales = models.Scales(NetworkTask.Enlarge, ModelKind.Cleanup);
        if (Network is not null)
        {
            ModelDescriptor own = models.Named(Network.Id);
            return Reading == Reading.SameSize && own.Shape.Factor > 1
                ? ResizeWay.Of(own, width, height, fitTo: (width, height))
                : ResizeWay.Of(
                    ResizePlan.With(width, height, own.Shape.Factor == 1 ? new SizeRequest(null, null, null) : request, own),
                    models
                );
        }

        if (Reading == Reading.SameSize)
        {
            return cleanup == CleanupChoice.Off
                ? new ResizeWay([], width, height, ClassicalStep: false)
                : ResizeWay.Of(ResizePlan.CleanUp(width, height, cleanup, cleanupScales), models);
        }

        ModelKind kind = Source == SourceKind.Learned ? ModelKind.Learned : ModelKind.Photo;
        if (Reading == Reading.FitSelection)
        {
            return ResizeWay.Of(
                ResizePlan.Upscale(width, height, request, kind, models.Scales(NetworkTask.Enlarge, kind), null, cleanup, cleanupScales),
                models
            );
        }

        // That scale's network or nothing: quietly taking another way to it would not be what was asked for.
        ModelDescriptor model = models.Find(NetworkTask.Enlarge, cleanup == CleanupChoice.Off ? kind : ModelKind.Cleanup, Scale);
        ResizeWay way = ResizeWay.Of(model, width, height, fitTo: fitTo);
        return cleanup == CleanupChoice.Low
            ? way with
            {
                Steps = [way.Steps[0] with { MeanWith = models.Find(NetworkTask.Enlarge, ModelKind.Photo, Scale) }],
            }
            : way with
            {
                Steps = [way.Steps[0] with { StandIn = models.StandInFor(model) }],
            };
    }
}
