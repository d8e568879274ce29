// One immutable record per effect holds what the dialog says; everything after the token works on it. Two equal records are
// one and the same computation, whatever the copy button has counted.
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Sizes;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.PaintDotNet;

/// <summary>The scale factor; one choice per factor whose weights are installed.</summary>
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

    /// <summary>Anything else: a photo, a download, another program's resize.</summary>
    Ordinary,
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

/// <summary>How the small picture is read out of the layer.</summary>
public enum Reading
{
    /// <summary>An enlarged image where the layer is one, else the top left part.</summary>
    Automatic,

    /// <summary>The top left 1/d x 1/d of the selection's bounds is the small picture.</summary>
    TopLeftPart,

    /// <summary>The layer is the small picture, enlarged d times with nearest neighbour.</summary>
    EnlargedImage,
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
    public virtual void Remember(PixelImage result, LearnedPictures learned)
    {
    }

    /// <summary>The network the options ask for; automatic choices are made.</summary>
    /// <exception cref="RsrPlugins.Core.ModelException">Not installed.</exception>
    public abstract ModelDescriptor FindModel(ModelCatalogue models);

    /// <summary>The network whose picture is averaged with it; null for none.</summary>
    /// <exception cref="RsrPlugins.Core.ModelException">Not installed.</exception>
    public virtual ModelDescriptor? FindMeanWith(ModelCatalogue models) => null;

    /// <summary>Passes that correct what the network makes.</summary>
    public virtual int Passes => 0;

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
internal sealed record DownscaleOptions(int Scale, int Effort, Placement Placement, RestOfSelection Rest, SelectionUse Selection, ProcessingDevice Device)
    : EffectOptions(Scale, Selection, Device)
{
    public override int Passes => Effort;

    public override void Remember(PixelImage result, LearnedPictures learned) => learned.Add(result);

    public override ModelDescriptor FindModel(ModelCatalogue models) => models.Find(NetworkTask.Reduce, ModelKind.Learned, Scale);

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

/// <summary>Learned Upscale's options.</summary>
internal sealed record UpscaleOptions(int Scale, SourceKind Source, Cleanup Cleanup, Reading Reading, SelectionUse Selection, ProcessingDevice Device)
    : EffectOptions(Scale, Selection, Device)
{
    public override EffectOptions Resolve(Layer layer, LearnedPictures learned)
    {
        UpscaleOptions resolved = this;
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

    public override ModelDescriptor FindModel(ModelCatalogue models)
        => models.Find(NetworkTask.Enlarge, Source == SourceKind.Learned ? ModelKind.Learned : Cleanup == Cleanup.Off ? ModelKind.Photo : ModelKind.Cleanup, Scale);

    public override ModelDescriptor? FindMeanWith(ModelCatalogue models)
        => Source == SourceKind.Ordinary && Cleanup == Cleanup.Low ? models.Find(NetworkTask.Enlarge, ModelKind.Photo, Scale) : null;

    public override LayerSource Read(Layer layer)
    {
        if (Reading == Reading.TopLeftPart)
        {
            return new LayerSource(layer.Read(Geometry.TopLeftPart(layer.Bounds, Scale), WholeBounds));
        }

        NearestEnlargement enlargement = NearestEnlargement.Undo(layer.Read(layer.Bounds, WholeBounds), Scale);
        return new LayerSource(enlargement.Small, enlargement.FitTo(Scale));
    }

    public override PlacedPicture Place(Layer layer, PixelImage resized) => new(resized, layer.Bounds.X, layer.Bounds.Y, KeepRest: true);

    // The corner enlarged is what the layer shows already; a larger document needs the whole layer enlarged.
    public override PixelImage? ReadForClipboard(Layer layer) => Reading == Reading.TopLeftPart ? layer.Read(layer.Bounds, WholeBounds) : null;
}
