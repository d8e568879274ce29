// What becomes of a document, decided before any pixel is touched: the size of the canvas, and for every layer its size, its place and
// its network. What cannot be done is found here, while the document is whole.
using RsrPlugins.Gimp.Editor;
using RsrPlugins.Gimp.Interop;

namespace RsrPlugins.Gimp.Document;

/// <summary>What becomes of one layer.</summary>
/// <param name="Layer">Where its pixels come from.</param>
/// <param name="Area">Of the layer, in its own coordinates: what is read.</param>
/// <param name="Resize">Null for a text layer, which GIMP scales itself.</param>
/// <param name="X">Its place afterwards.</param>
/// <param name="Y">See <paramref name="X"/>.</param>
internal sealed record LayerPlan(Item Layer, GeglRectangle Area, PlannedResize? Resize, int X, int Y);

/// <param name="Width">Of the canvas afterwards.</param>
/// <param name="Height">Of the canvas afterwards.</param>
/// <param name="Layers">Every layer that changes, the topmost first.</param>
/// <param name="Record">What the image remembers afterwards.</param>
internal sealed record DocumentPlan(int Width, int Height, IReadOnlyList<LayerPlan> Layers, DocumentRecord? Record)
{
    /// <summary>Decides.</summary>
    /// <param name="selected">What is selected in the layer list; for the whole image it does not matter.</param>
    /// <exception cref="RsrPlugins.Core.RsrException">It cannot be done; says why and what to do.</exception>
    public static DocumentPlan Create(EditorImage image, IReadOnlyList<Item> selected, ResizeOptions options, Resizing resizing)
    {
        if (image.HasFloatingSelection)
        {
            throw new EditorException(
                "The image has a floating selection. Anchor it or make it a layer of its own first (in the Layer menu)."
            );
        }

        DocumentPlan plan = options.Part switch
        {
            ResizedPart.Image => WholeImage(image, options, resizing),
            ResizedPart.Layer => SelectedLayers(image, selected, options, resizing),
            _ => SelectedPart(image, selected, options, resizing),
        };
        foreach (
            (int width, int height) in plan
                .Layers.Where(layer => layer.Resize is not null)
                .Select(layer => (layer.Resize!.Width, layer.Resize.Height))
                .Append((plan.Width, plan.Height))
        )
        {
            if (width > LibGimp.MaxImageSize || height > LibGimp.MaxImageSize)
            {
                throw new EditorException(
                    $"The result would be {width} x {height} pixels; GIMP allows at most {LibGimp.MaxImageSize} a side. Choose a smaller scale."
                );
            }
        }

        return plan;
    }

    private static DocumentPlan WholeImage(EditorImage image, ResizeOptions options, Resizing resizing)
    {
        (int Width, int Height) size = (image.Width, image.Height);
        (int Width, int Height) target = Resizing.Target(options, size.Width, size.Height);
        PlannedResize canvas = resizing.Plan(
            size.Width,
            size.Height,
            target,
            0,
            0,
            DocumentRecord.FromBytes(image.GetParasite(DocumentRecord.ParasiteName))
        );
        List<LayerPlan> layers = [];
        foreach (Item layer in image.Layers.SelectMany(item => item.Leaves()))
        {
            (int x, int y) = layer.Offset;
            DocumentRecord? record = DocumentRecord.FromBytes(layer.GetParasite(DocumentRecord.ParasiteName));
            PlannedResize? resize = layer.IsText
                ? null
                : resizing.Plan(layer.Width, layer.Height, Share(options, layer.Width, layer.Height, size, target), x, y, record);
            // Only with the canvas' own way back is the recorded place the right one.
            (int X, int Y) place =
                canvas.StepsLeft is not null && resize?.StepsLeft is int left ? record!.PlaceBefore(x, y, left)
                : options.Scale is not int scale
                    ? (Geometry.Scaled(x, size.Width, target.Width), Geometry.Scaled(y, size.Height, target.Height))
                : options.Enlarge ? (x * scale, y * scale)
                : (Geometry.Scaled(x, scale, 1), Geometry.Scaled(y, scale, 1));
            layers.Add(new LayerPlan(layer, new GeglRectangle(0, 0, layer.Width, layer.Height), resize, place.X, place.Y));
        }

        if (layers.TrueForAll(layer => layer.Resize is null))
        {
            throw new EditorException(
                "The image has no layer of pixels, so there is nothing for the network to do. Use GIMP's own Image > Scale Image."
            );
        }

        return new DocumentPlan(canvas.Width, canvas.Height, layers, canvas.Record);
    }

    private static DocumentPlan SelectedLayers(EditorImage image, IReadOnlyList<Item> selected, ResizeOptions options, Resizing resizing)
    {
        List<LayerPlan> layers = [];
        foreach (Item item in Roots(selected))
        {
            (int left, int top) = item.Offset;
            (int Width, int Height) size = (item.Width, item.Height);
            (int Width, int Height) target = Resizing.Target(options, size.Width, size.Height);
            foreach (Item layer in item.Leaves())
            {
                (int x, int y) = layer.Offset;
                (int Width, int Height) share = Share(options, layer.Width, layer.Height, size, target);
                PlannedResize resize = resizing.Plan(
                    layer.Width,
                    layer.Height,
                    share,
                    x,
                    y,
                    DocumentRecord.FromBytes(layer.GetParasite(DocumentRecord.ParasiteName))
                );
                (int Width, int Height) whole = item.IsGroup ? target : (resize.Width, resize.Height);
                layers.Add(
                    new LayerPlan(
                        layer,
                        new GeglRectangle(0, 0, layer.Width, layer.Height),
                        resize,
                        Geometry.ScaledAboutCentre(x, left, size.Width, whole.Width),
                        Geometry.ScaledAboutCentre(y, top, size.Height, whole.Height)
                    )
                );
            }
        }

        return layers.Count > 0
            ? new DocumentPlan(image.Width, image.Height, layers, DocumentRecord.FromBytes(image.GetParasite(DocumentRecord.ParasiteName)))
            : throw new EditorException("The selected group has no layers, so there is nothing to resize.");
    }

    private static DocumentPlan SelectedPart(EditorImage image, IReadOnlyList<Item> selected, ResizeOptions options, Resizing resizing)
    {
        if (Roots(selected) is not [{ IsGroup: false } layer])
        {
            throw new EditorException("Choose one layer, not a group or several, for the selection's part.");
        }

        if (image.SelectionBounds is not GeglRectangle bounds)
        {
            throw new EditorException("Nothing is selected. Select a part of the layer first, or resize the image or the layer.");
        }

        (int x, int y) = layer.Offset;
        int left = Math.Max(bounds.X, x);
        int top = Math.Max(bounds.Y, y);
        GeglRectangle area = new GeglRectangle(
            left - x,
            top - y,
            Math.Min(bounds.X + bounds.Width, x + layer.Width) - left,
            Math.Min(bounds.Y + bounds.Height, y + layer.Height) - top
        );
        if (area.Width < 1 || area.Height < 1)
        {
            throw new EditorException(
                $"The selection lies outside the layer '{layer.Name}'. Choose the layer that is under the selection."
            );
        }

        bool wholeLayer = (area.Width, area.Height) == (layer.Width, layer.Height);
        PlannedResize resize = resizing.Plan(
            area.Width,
            area.Height,
            Resizing.Target(options, area.Width, area.Height),
            left,
            top,
            wholeLayer ? DocumentRecord.FromBytes(layer.GetParasite(DocumentRecord.ParasiteName)) : null
        );
        return new DocumentPlan(
            image.Width,
            image.Height,
            [
                new LayerPlan(
                    layer,
                    area,
                    resize,
                    Geometry.ScaledAboutCentre(left, left, area.Width, resize.Width),
                    Geometry.ScaledAboutCentre(top, top, area.Height, resize.Height)
                ),
            ],
            DocumentRecord.FromBytes(image.GetParasite(DocumentRecord.ParasiteName))
        );
    }

    /// <summary>The size that a layer gets of what is resized as a whole. For a whole scale it follows from the layer's own size.</summary>
    private static (int Width, int Height) Share(
        ResizeOptions options,
        int width,
        int height,
        (int Width, int Height) size,
        (int Width, int Height) target
    )
    {
        if (options.Scale is not null)
        {
            return Resizing.Target(options, width, height);
        }

        // Rounding never turns an enlargement into a reduction.
        (int Width, int Height) share = (
            Geometry.ScaledLength(width, size.Width, target.Width),
            Geometry.ScaledLength(height, size.Height, target.Height)
        );
        return options.Enlarge
            ? (Math.Max(share.Width, width), Math.Max(share.Height, height))
            : (Math.Min(share.Width, width), Math.Min(share.Height, height));
    }

    /// <summary>The selected layers and groups, without what lies in a group that is selected too.</summary>
    private static List<Item> Roots(IReadOnlyList<Item> selected)
    {
        foreach (Item item in selected)
        {
            if (!item.IsLayer)
            {
                throw new EditorException($"'{item.Name}' is not a layer. Choose a layer in the list of layers.");
            }
        }

        if (selected.Count == 0)
        {
            throw new EditorException("No layer is chosen. Choose one in the list of layers.");
        }

        return [.. selected.Where(item => !Ancestors(item).Any(selected.Contains))];
    }

    private static IEnumerable<Item> Ancestors(Item item)
    {
        for (Item? parent = item.Parent; parent is not null; parent = parent.Value.Parent)
        {
            yield return parent.Value;
        }
    }
}
