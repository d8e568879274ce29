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
            throw new EditorException("The image has a floating selection. Anchor it or make it a layer of its own first (in the Layer menu).");
        }

        DocumentPlan plan = options.Part switch
        {
            ResizedPart.Image => WholeImage(image, options, resizing),
            ResizedPart.Layer => SelectedLayers(image, selected, options, resizing),
            _ => SelectedPart(image, selected, options, resizing),
        };
        foreach ((int width, int height) in plan.Layers.Where(layer => layer.Resize is not null).Select(layer => (layer.Resize!.Width, layer.Resize.Height)).Append((plan.Width, plan.Height)))
        {
            if (width > LibGimp.MaxImageSize || height > LibGimp.MaxImageSize)
            {
                throw new EditorException($"The result would be {width} x {height} pixels; GIMP allows at most {LibGimp.MaxImageSize} a side. Choose a smaller scale.");
            }
        }

        return plan;
    }

    private static DocumentPlan WholeImage(EditorImage image, ResizeOptions options, Resizing resizing)
    {
        PlannedResize canvas = resizing.Plan(image.Width, image.Height, 0, 0, DocumentRecord.FromBytes(image.GetParasite(DocumentRecord.ParasiteName)));
        List<LayerPlan> layers = [];
        foreach (Item layer in image.Layers.SelectMany(item => item.Leaves()))
        {
            (int x, int y) = layer.Offset;
            DocumentRecord? record = DocumentRecord.FromBytes(layer.GetParasite(DocumentRecord.ParasiteName));
            PlannedResize? resize = layer.IsText ? null : resizing.Plan(layer.Width, layer.Height, x, y, record);
            // Only with the canvas' own way back is the recorded place the right one.
            bool undoes = canvas.Undoes && resize is { Undoes: true };
            (int X, int Y) place = undoes ? record!.PlaceBeforeLastStep(x, y)
                : options.Enlarge ? (x * options.Scale, y * options.Scale)
                : (Geometry.Scaled(x, options.Scale, 1), Geometry.Scaled(y, options.Scale, 1));
            layers.Add(new LayerPlan(layer, new GeglRectangle(0, 0, layer.Width, layer.Height), resize, place.X, place.Y));
        }

        if (layers.TrueForAll(layer => layer.Resize is null))
        {
            throw new EditorException("The image has no layer of pixels, so there is nothing for the network to do. GIMP's own Image > Scale Image is right for it.");
        }

        return new DocumentPlan(canvas.Width, canvas.Height, layers, canvas.Record);
    }

    private static DocumentPlan SelectedLayers(EditorImage image, IReadOnlyList<Item> selected, ResizeOptions options, Resizing resizing)
    {
        List<LayerPlan> layers = [];
        foreach (Item item in Roots(selected))
        {
            (int left, int top) = item.Offset;
            (int width, int height) = (item.Width, item.Height);
            foreach (Item layer in item.Leaves())
            {
                (int x, int y) = layer.Offset;
                PlannedResize resize = resizing.Plan(layer.Width, layer.Height, x, y, DocumentRecord.FromBytes(layer.GetParasite(DocumentRecord.ParasiteName)));
                (int newWidth, int newHeight) = !item.IsGroup ? (resize.Width, resize.Height) : options.Enlarge
                    ? (width * options.Scale, height * options.Scale)
                    : (Geometry.DividedUp(width, options.Scale), Geometry.DividedUp(height, options.Scale));
                layers.Add(new LayerPlan(
                    layer,
                    new GeglRectangle(0, 0, layer.Width, layer.Height),
                    resize,
                    Geometry.ScaledAboutCentre(x, left, width, newWidth),
                    Geometry.ScaledAboutCentre(y, top, height, newHeight)));
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
        GeglRectangle area = new GeglRectangle(left - x, top - y, Math.Min(bounds.X + bounds.Width, x + layer.Width) - left, Math.Min(bounds.Y + bounds.Height, y + layer.Height) - top);
        if (area.Width < 1 || area.Height < 1)
        {
            throw new EditorException($"The selection lies outside the layer '{layer.Name}'. Choose the layer that is under the selection.");
        }

        bool wholeLayer = (area.Width, area.Height) == (layer.Width, layer.Height);
        PlannedResize resize = resizing.Plan(area.Width, area.Height, left, top, wholeLayer ? DocumentRecord.FromBytes(layer.GetParasite(DocumentRecord.ParasiteName)) : null);
        return new DocumentPlan(
            image.Width,
            image.Height,
            [new LayerPlan(layer, area, resize, Geometry.ScaledAboutCentre(left, left, area.Width, resize.Width), Geometry.ScaledAboutCentre(top, top, area.Height, resize.Height))],
            DocumentRecord.FromBytes(image.GetParasite(DocumentRecord.ParasiteName)));
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
