// A layer, group, mask or the selection as properties. libgimp owns what is behind the handle, so it is nothing but a name for it.
using RsrPlugins.Gimp.Interop;

namespace RsrPlugins.Gimp.Editor;

/// <summary>Something of a document that has pixels, or a group of such.</summary>
internal readonly unsafe record struct Item(nint Handle)
{
    public string Name => GLib.TakeText(LibGimp.gimp_item_get_name(Handle));

    /// <summary>Not a channel, a mask or a path.</summary>
    public bool IsLayer => LibGimp.gimp_item_id_is_layer(LibGimp.gimp_item_get_id(Handle)) != 0;

    public bool IsGroup => LibGimp.gimp_item_is_group(Handle) != 0;

    /// <summary>A text layer whose pixels are still GIMP's own drawing of the text.</summary>
    public bool IsText => LibGimp.gimp_item_is_text_layer(Handle) != 0;

    public int Width => LibGimp.gimp_drawable_get_width(Handle);

    public int Height => LibGimp.gimp_drawable_get_height(Handle);

    public bool HasAlpha => LibGimp.gimp_drawable_has_alpha(Handle) != 0;

    public bool IsGrey => LibGimp.gimp_drawable_is_gray(Handle) != 0;

    /// <summary>Children of a group, the topmost first.</summary>
    public IReadOnlyList<Item> Children => [.. GLib.TakeArray(LibGimp.gimp_item_get_children(Handle)).Select(handle => new Item(handle))];

    public Item? Mask => LibGimp.gimp_layer_get_mask(Handle) is not 0 and nint mask ? new Item(mask) : null;

    /// <summary>Place of the top left pixel in the image; may be negative.</summary>
    public (int X, int Y) Offset
    {
        get
        {
            EditorException.Check(LibGimp.gimp_drawable_get_offsets(Handle, out int x, out int y), "tell where a layer is");
            return (x, y);
        }
        set => EditorException.Check(LibGimp.gimp_layer_set_offsets(Handle, value.X, value.Y), $"move the layer '{Name}'");
    }

    /// <summary>Locks pixels against change; GIMP ends a plug-in that writes to locked ones.</summary>
    public bool LockContent
    {
        get => LibGimp.gimp_item_get_lock_content(Handle) != 0;
        set => EditorException.Check(LibGimp.gimp_item_set_lock_content(Handle, value ? 1 : 0), $"change the lock of '{Name}'");
    }

    /// <summary>Locks position and size.</summary>
    public bool LockPosition
    {
        get => LibGimp.gimp_item_get_lock_position(Handle) != 0;
        set => EditorException.Check(LibGimp.gimp_item_set_lock_position(Handle, value ? 1 : 0), $"change the lock of '{Name}'");
    }

    /// <summary>The group it is in.</summary>
    public Item? Parent => LibGimp.gimp_item_get_parent(Handle) is not 0 and nint parent ? new Item(parent) : null;

    /// <summary>The layers with pixels of their own in or at this item, the topmost first.</summary>
    public IEnumerable<Item> Leaves() => IsGroup ? Children.SelectMany(child => child.Leaves()) : [this];

    /// <summary>This item and all in it, a group before its children.</summary>
    public IEnumerable<Item> WithDescendants() => IsGroup ? Children.SelectMany(child => child.WithDescendants()).Prepend(this) : [this];

    /// <summary>Scales pixels and mask by GIMP's own interpolation, keeping the top left corner.</summary>
    public void Scale(int width, int height) =>
        EditorException.Check(LibGimp.gimp_layer_scale(Handle, width, height, 0), $"scale the layer '{Name}'");

    /// <summary>Changes the layer's bounds without scaling, keeping the top left corner.</summary>
    public void Resize(int width, int height) =>
        EditorException.Check(LibGimp.gimp_layer_resize(Handle, width, height, 0, 0), $"resize the layer '{Name}'");

    /// <summary>Data stored with the item under a name; null where there is none.</summary>
    public byte[]? GetParasite(string name) => Parasites.Take(LibGimp.gimp_item_get_parasite(Handle, name));

    public void AttachParasite(string name, byte[] data)
    {
        nint handle = Handle;
        Parasites.With(
            name,
            data,
            parasite => EditorException.Check(LibGimp.gimp_item_attach_parasite(handle, parasite), "store data with a layer")
        );
    }

    public void DetachParasite(string name) =>
        EditorException.Check(LibGimp.gimp_item_detach_parasite(Handle, name), "remove data from a layer");
}
