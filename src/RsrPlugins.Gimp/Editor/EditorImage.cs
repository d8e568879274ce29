// The document as the plug-in sees it: its layers, and the changes that GIMP makes to a whole image.
using RsrPlugins.Gimp.Interop;

namespace RsrPlugins.Gimp.Editor;

/// <summary>An image that is open in GIMP.</summary>
internal readonly unsafe record struct EditorImage(nint Handle)
{
    private const string JpegSettings = "jpeg-settings";

    public int Width => LibGimp.gimp_image_get_width(Handle);

    public int Height => LibGimp.gimp_image_get_height(Handle);

    public bool IsIndexed => LibGimp.gimp_image_get_base_type(Handle) == LibGimp.BaseTypeIndexed;

    public bool HasFloatingSelection => LibGimp.gimp_image_get_floating_sel(Handle) != 0;

    /// <summary>It was read from a JPEG file: GIMP keeps that file's tables with it, also in XCF files.</summary>
    public bool WasJpeg => GetParasite(JpegSettings) is not null;

    /// <summary>Quality of that JPEG file, 1 to 100, as GIMP has found it from the tables; null where it found none, or the image is of
    /// another file.</summary>
    public int? JpegQuality => JpegQualityOf(GetParasite(JpegSettings));

    // What GIMP's JPEG loader keeps: colour space, quality (0: not the standard tables), components, tables, in one byte each, and more.
    internal static int? JpegQualityOf(byte[]? settings) => settings is [_, >= 1 and <= 100, ..] ? settings[1] : null;

    /// <summary>Layers and groups at the top level, the topmost first.</summary>
    public IReadOnlyList<Item> Layers => [.. GLib.TakeArray(LibGimp.gimp_image_get_layers(Handle)).Select(handle => new Item(handle))];

    /// <summary>The selection's mask, as large as the image.</summary>
    public Item Selection => new(LibGimp.gimp_image_get_selection(Handle));

    /// <summary>The smallest rectangle around what is selected; null if nothing is.</summary>
    public GeglRectangle? SelectionBounds
    {
        get
        {
            EditorException.Check(
                LibGimp.gimp_selection_bounds(Handle, out int nonEmpty, out int left, out int top, out int right, out int bottom),
                "tell what is selected"
            );
            return nonEmpty == 0 ? null : new GeglRectangle(left, top, right - left, bottom - top);
        }
    }

    /// <summary>
    /// Scales canvas, layers, masks, channels, selection, paths, guides and sample points by GIMP's cubic interpolation. A text layer
    /// becomes a layer of pixels; a layer whose rounded size is 0 is removed.
    /// </summary>
    public void Scale(int width, int height)
    {
        LibGimp.gimp_context_push();
        try
        {
            LibGimp.gimp_context_set_interpolation(LibGimp.InterpolationCubic);
            EditorException.Check(LibGimp.gimp_image_scale(Handle, width, height), $"scale the image to {width} x {height}");
        }
        finally
        {
            LibGimp.gimp_context_pop();
        }
    }

    public void ConvertToRgb() => EditorException.Check(LibGimp.gimp_image_convert_rgb(Handle), "convert the indexed image to RGB");

    /// <summary>Runs changes as one step of the undo history.</summary>
    public void AsOneStep(Action changes)
    {
        EditorException.Check(LibGimp.gimp_image_undo_group_start(Handle), "begin an undo step");
        try
        {
            changes();
        }
        finally
        {
            LibGimp.gimp_image_undo_group_end(Handle);
            LibGimp.gimp_displays_flush();
        }
    }

    /// <summary>Adds a layer with alpha of the image's own type, empty, normal mode, above another.</summary>
    public Item AddLayer(string name, int width, int height, Item above)
    {
        nint layer = LibGimp.gimp_layer_new(
            Handle,
            name,
            width,
            height,
            LibGimp.gimp_drawable_type_with_alpha(above.Handle),
            100,
            LibGimp.gimp_layer_get_mode(above.Handle)
        );
        EditorException.Check(layer == 0 ? 0 : 1, $"make a layer of {width} x {height}");
        int position = LibGimp.gimp_image_get_item_position(Handle, above.Handle);
        EditorException.Check(LibGimp.gimp_image_insert_layer(Handle, layer, above.Parent?.Handle ?? 0, position), "add a layer");
        return new Item(layer);
    }

    public byte[]? GetParasite(string name) => Parasites.Take(LibGimp.gimp_image_get_parasite(Handle, name));

    public void AttachParasite(string name, byte[] data)
    {
        nint handle = Handle;
        Parasites.With(
            name,
            data,
            parasite => EditorException.Check(LibGimp.gimp_image_attach_parasite(handle, parasite), "store data with the image")
        );
    }

    public void DetachParasite(string name) =>
        EditorException.Check(LibGimp.gimp_image_detach_parasite(Handle, name), "remove data from the image");
}
