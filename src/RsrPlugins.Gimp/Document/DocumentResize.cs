// The run: read and compute everything first, then change the document in one undo step. Until the last layer is computed nothing of
// the document has changed, so Cancel (for which GIMP ends this process), an error or a crash leaves it as it was.
//
// GIMP scales the image by its own means - canvas, channels, selection, paths, guides, text layers - and then the layers' pixels are
// replaced. Masks are replaced too, by the engine's classical kernel: GIMP's scaling would reach some of them twice.
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Sizes;
using RsrPlugins.Gimp.Editor;
using RsrPlugins.Gimp.Interop;

namespace RsrPlugins.Gimp.Document;

internal static class DocumentResize
{
    /// <summary>Resizes a document, or a part of it.</summary>
    /// <returns>What the user should be told beyond the result; null for nothing.</returns>
    /// <exception cref="RsrPlugins.Core.RsrException">Not done; the message says why.</exception>
    public static string? Run(EditorImage image, IReadOnlyList<Item> selected, ResizeOptions options)
    {
        using Resizing resizing = new Resizing(options, image.WasJpeg, image.JpegQuality);
        DocumentPlan plan = DocumentPlan.Create(image, selected, options, resizing);
        List<(LayerPlan Plan, StoredPixels Pixels)> results = [];
        try
        {
            Compute(image, plan, options, resizing, results);
            bool indexed = image.IsIndexed;
            image.AsOneStep(() =>
            {
                if (indexed)
                {
                    image.ConvertToRgb();
                }

                if (options.Part == ResizedPart.Selection)
                {
                    AddLayer(image, results[0].Plan, results[0].Pixels);
                }
                else
                {
                    Replace(image, plan, options, results);
                }
            });
            return indexed ? "The image was indexed and is RGB now, because a network's result has more colours than a palette." : null;
        }
        finally
        {
            results.ForEach(result => result.Pixels.Dispose());
        }
    }

    private static void Compute(
        EditorImage image,
        DocumentPlan plan,
        ResizeOptions options,
        Resizing resizing,
        List<(LayerPlan Plan, StoredPixels Pixels)> results
    )
    {
        LayerPlan[] layers = [.. plan.Layers.Where(layer => layer.Resize is not null)];
        double total = layers.Sum(layer => (double)layer.Area.Width * layer.Area.Height);
        double done = 0;
        LibGimp.gimp_progress_init(options.Title);
        foreach ((int index, LayerPlan layer) in layers.Index())
        {
            if (layers.Length > 1)
            {
                LibGimp.gimp_progress_set_text($"{options.Title}: {layer.Layer.Name} ({index + 1} of {layers.Length})");
            }

            LayerPixels pixels =
                options.Part == ResizedPart.Selection
                    ? LayerPixels.ReadSelected(layer.Layer, layer.Area, image.Selection)
                    : LayerPixels.Read(layer.Layer);
            double share = (double)layer.Area.Width * layer.Area.Height / total;
            PixelImage resized = Watch(report => resizing.Resize(pixels.Picture, layer.Resize!, report), done, share);
            results.Add((layer, pixels.Store(resized)));
            done += share;
        }

        // From here on nothing can be cancelled, and what follows takes no time that needs a bar.
        LibGimp.gimp_progress_end();
    }

    /// <summary>libgimp is for one thread: the engine works on others while this one reports, which also notices that GIMP has
    /// gone.</summary>
    private static PixelImage Watch(Func<IProgress<double>, PixelImage> work, double from, double share)
    {
        LatestValue latest = new LatestValue();
        Task<PixelImage> task = Task.Run(() => work(latest));
        while (!((IAsyncResult)task).AsyncWaitHandle.WaitOne(100))
        {
            LibGimp.gimp_progress_update(from + (share * latest.Value));
        }

        LibGimp.gimp_progress_update(from + share);
        return task.GetAwaiter().GetResult();
    }

    private static void Replace(
        EditorImage image,
        DocumentPlan plan,
        ResizeOptions options,
        List<(LayerPlan Plan, StoredPixels Pixels)> results
    )
    {
        bool wholeImage = options.Part == ResizedPart.Image;
        List<Item> items = [.. image.Layers.SelectMany(item => item.WithDescendants())];
        List<Item> lockedContents = [.. items.Where(item => item.LockContent)];
        List<Item> lockedPositions = [.. items.Where(item => item.LockPosition)];
        lockedContents.ForEach(item => item.LockContent = false);
        lockedPositions.ForEach(item => item.LockPosition = false);

        // Read before anything is scaled.
        HashSet<Item> scaled = [.. plan.Layers.Select(layer => layer.Layer)];
        List<(Item Mask, LayerPixels Pixels)> masks =
        [
            .. items
                .Where(item => item.Mask is not null && (wholeImage || item.Leaves().Any(scaled.Contains)))
                .Select(item => (item.Mask!.Value, LayerPixels.ReadMask(item.Mask.Value))),
        ];
        if (wholeImage)
        {
            KeepThinLayers(image, plan);
            image.Scale(plan.Width, plan.Height);
        }

        foreach ((LayerPlan layer, StoredPixels pixels) in results)
        {
            if ((layer.Layer.Width, layer.Layer.Height) != (pixels.Width, pixels.Height))
            {
                layer.Layer.Scale(pixels.Width, pixels.Height);
            }

            pixels.CopyTo(layer.Layer);
            Item item = layer.Layer;
            if (item.Offset != (layer.X, layer.Y))
            {
                item.Offset = (layer.X, layer.Y);
            }

            Remember(item.GetParasite, item.AttachParasite, item.DetachParasite, layer.Resize!.Record);
        }

        foreach ((Item mask, LayerPixels pixels) in masks)
        {
            using StoredPixels stored = pixels.Store(Resampler.Resize(pixels.Picture, mask.Width, mask.Height, ResamplingKernel.Bicubic));
            stored.CopyTo(mask);
        }

        Remember(image.GetParasite, image.AttachParasite, image.DetachParasite, plan.Record);
        lockedPositions.ForEach(item => item.LockPosition = true);
        lockedContents.ForEach(item => item.LockContent = true);
    }

    /// <summary>GIMP removes a layer whose rounded size is 0: a larger one, whose pixels are replaced anyway, stays.</summary>
    private static void KeepThinLayers(EditorImage image, DocumentPlan plan)
    {
        (int width, int height) = (image.Width, image.Height);
        foreach (Item layer in plan.Layers.Select(layer => layer.Layer))
        {
            (int x, int y) = layer.Offset;
            bool vanishes =
                Geometry.LengthByGimp(x, layer.Width, width, plan.Width) < 1
                || Geometry.LengthByGimp(y, layer.Height, height, plan.Height) < 1;
            if (vanishes)
            {
                layer.Resize(
                    layer.Width + ResizePlan.DividedUp(width, plan.Width),
                    layer.Height + ResizePlan.DividedUp(height, plan.Height)
                );
            }
        }
    }

    private static void AddLayer(EditorImage image, LayerPlan plan, StoredPixels pixels)
    {
        Item layer = image.AddLayer($"{plan.Layer.Name} part", pixels.Width, pixels.Height, plan.Layer);
        pixels.CopyTo(layer);
        layer.Offset = (plan.X, plan.Y);
        if (plan.Resize!.Record is not null)
        {
            layer.AttachParasite(DocumentRecord.ParasiteName, plan.Resize.Record.ToBytes());
        }
    }

    private static void Remember(Func<string, byte[]?> get, Action<string, byte[]> attach, Action<string> detach, DocumentRecord? record)
    {
        if (record is not null)
        {
            attach(DocumentRecord.ParasiteName, record.ToBytes());
        }
        else if (get(DocumentRecord.ParasiteName) is not null)
        {
            detach(DocumentRecord.ParasiteName);
        }
    }

    /// <summary>The last reported share, 0 to 1; written and read by different threads.</summary>
    private sealed class LatestValue : IProgress<double>
    {
        private double _value;

        public double Value => Volatile.Read(ref _value);

        public void Report(double value) => Volatile.Write(ref _value, value);
    }
}
