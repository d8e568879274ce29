// The part of libgimp 3.0 that the plug-in calls, by its C names. Images, items and procedures are handles that libgimp owns.
// Functions that go to GIMP answer 0 on failure, which Editor/ turns into an exception with GIMP's own words; where nothing could be
// done about a failure (progress, clean-up) the answer is left out of the signature.
using System.Runtime.InteropServices;

namespace RsrPlugins.Gimp.Interop;

internal static unsafe partial class LibGimp
{
    // Enumerations of libgimp 3.0 (libgimpbase/gimpbaseenums.h).
    public const int RunInteractive = 0;
    public const int PdbPlugIn = 1;
    public const int StatusExecutionError = 0;
    public const int StatusCallingError = 1;
    public const int StatusSuccess = 3;
    public const int StatusCancel = 4;
    public const int InterpolationCubic = 2;
    public const int SensitiveToAnyDrawables = 1 | 4 | 8;
    public const int ErrorsToPlugIn = 1;
    public const int BaseTypeIndexed = 2;
    public const int ParasitePersistentUndoable = 3;
    public const int ReadWrite = 3;

    /// <summary>GIMP_MAX_IMAGE_SIZE: pixels a side.</summary>
    public const int MaxImageSize = 524288;

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial nuint gimp_plug_in_get_type();

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_main(nuint type, int count, byte** arguments);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial void gimp_plug_in_set_pdb_error_handler(nint plugIn, int handler);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial nint gimp_get_pdb();

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial nint gimp_pdb_get_last_error(nint pdb);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial uint gimp_plug_in_error_quark();

    [LibraryImport(NativeLibraries.Gimp, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gimp_message(string message);

    // Procedures.
    [LibraryImport(NativeLibraries.Gimp, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint gimp_image_procedure_new(
        nint plugIn,
        string name,
        int type,
        delegate* unmanaged[Cdecl]<nint, int, nint, nint*, nint, nint, nint> run,
        nint data,
        nint destroyData
    );

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial nint gimp_procedure_get_name(nint procedure);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial nint gimp_procedure_get_plug_in(nint procedure);

    [LibraryImport(NativeLibraries.Gimp, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gimp_procedure_set_image_types(nint procedure, string types);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial void gimp_procedure_set_sensitivity_mask(nint procedure, int mask);

    [LibraryImport(NativeLibraries.Gimp, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gimp_procedure_set_menu_label(nint procedure, string label);

    [LibraryImport(NativeLibraries.Gimp, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gimp_procedure_add_menu_path(nint procedure, string path);

    [LibraryImport(NativeLibraries.Gimp, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gimp_procedure_set_documentation(nint procedure, string blurb, string? help, string? helpId);

    [LibraryImport(NativeLibraries.Gimp, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gimp_procedure_set_attribution(nint procedure, string authors, string copyright, string date);

    [LibraryImport(NativeLibraries.Gimp, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gimp_procedure_add_choice_argument(
        nint procedure,
        string name,
        string label,
        string blurb,
        nint choice,
        string value,
        int flags
    );

    [LibraryImport(NativeLibraries.Gimp, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gimp_procedure_add_int_argument(
        nint procedure,
        string name,
        string label,
        string blurb,
        int min,
        int max,
        int value,
        int flags
    );

    [LibraryImport(NativeLibraries.Gimp, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gimp_procedure_add_string_argument(
        nint procedure,
        string name,
        string label,
        string blurb,
        string value,
        int flags
    );

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial nint gimp_procedure_new_return_values(nint procedure, int status, nint error);

    [LibraryImport(NativeLibraries.GimpBase)]
    public static partial nint gimp_choice_new();

    [LibraryImport(NativeLibraries.GimpBase, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gimp_choice_add(nint choice, string nick, int id, string label, string help);

    // Progress.
    [LibraryImport(NativeLibraries.Gimp, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gimp_progress_init(string text);

    [LibraryImport(NativeLibraries.Gimp, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gimp_progress_set_text(string text);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial void gimp_progress_update(double share);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial void gimp_progress_end();

    // Images.
    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_image_get_width(nint image);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_image_get_height(nint image);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_image_get_base_type(nint image);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial nint* gimp_image_get_layers(nint image);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial nint gimp_image_get_floating_sel(nint image);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial nint gimp_image_get_selection(nint image);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_image_convert_rgb(nint image);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_image_scale(nint image, int width, int height);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_image_undo_group_start(nint image);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial void gimp_image_undo_group_end(nint image);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_image_insert_layer(nint image, nint layer, nint parent, int position);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_image_get_item_position(nint image, nint item);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_image_attach_parasite(nint image, nint parasite);

    [LibraryImport(NativeLibraries.Gimp, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int gimp_image_detach_parasite(nint image, string name);

    [LibraryImport(NativeLibraries.Gimp, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint gimp_image_get_parasite(nint image, string name);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_selection_bounds(nint image, out int nonEmpty, out int left, out int top, out int right, out int bottom);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial void gimp_context_push();

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial void gimp_context_pop();

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial void gimp_context_set_interpolation(int kind);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial void gimp_displays_flush();

    // Items: layers, groups, masks, channels.
    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_item_get_id(nint item);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_item_id_is_layer(int id);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_item_is_group(nint item);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_item_is_text_layer(nint item);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial nint* gimp_item_get_children(nint item);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial nint gimp_item_get_parent(nint item);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial nint gimp_item_get_name(nint item);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_item_get_lock_content(nint item);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_item_set_lock_content(nint item, int locked);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_item_get_lock_position(nint item);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_item_set_lock_position(nint item, int locked);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_item_attach_parasite(nint item, nint parasite);

    [LibraryImport(NativeLibraries.Gimp, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int gimp_item_detach_parasite(nint item, string name);

    [LibraryImport(NativeLibraries.Gimp, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint gimp_item_get_parasite(nint item, string name);

    [LibraryImport(NativeLibraries.Gimp, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint gimp_layer_new(nint image, string name, int width, int height, int type, double opacity, int mode);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial nint gimp_layer_get_mask(nint layer);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_layer_scale(nint layer, int width, int height, int localOrigin);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_layer_resize(nint layer, int width, int height, int x, int y);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_layer_set_offsets(nint layer, int x, int y);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_layer_get_mode(nint layer);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial double gimp_layer_get_opacity(nint layer);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_drawable_get_width(nint drawable);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_drawable_get_height(nint drawable);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_drawable_get_offsets(nint drawable, out int x, out int y);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_drawable_has_alpha(nint drawable);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_drawable_is_gray(nint drawable);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_drawable_is_indexed(nint drawable);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_drawable_type_with_alpha(nint drawable);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial nint gimp_drawable_get_buffer(nint drawable);

    [LibraryImport(NativeLibraries.Gimp)]
    public static partial int gimp_drawable_update(nint drawable, int x, int y, int width, int height);

    // Parasites: named data that images and items carry, also in XCF files.
    [LibraryImport(NativeLibraries.GimpBase, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint gimp_parasite_new(string name, uint flags, uint size, byte* data);

    [LibraryImport(NativeLibraries.GimpBase)]
    public static partial void gimp_parasite_free(nint parasite);

    [LibraryImport(NativeLibraries.GimpBase)]
    public static partial byte* gimp_parasite_get_data(nint parasite, out uint size);

    // Dialog.
    [LibraryImport(NativeLibraries.GimpUi, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gimp_ui_init(string program);

    [LibraryImport(NativeLibraries.GimpUi, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint gimp_procedure_dialog_new(nint procedure, nint config, string title);

    [LibraryImport(NativeLibraries.GimpUi, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void gimp_procedure_dialog_set_ok_label(nint dialog, string label);

    [LibraryImport(NativeLibraries.GimpUi, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint gimp_procedure_dialog_get_label(nint dialog, string labelId, string text, int isMarkup, int withMnemonic);

    [LibraryImport(NativeLibraries.GimpUi, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint gimp_procedure_dialog_get_scale_entry(nint dialog, string property, double factor);

    [LibraryImport(NativeLibraries.GimpUi, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint gimp_procedure_dialog_get_widget(nint dialog, string property, nuint widgetType);

    [LibraryImport(NativeLibraries.GimpUi)]
    public static partial void gimp_procedure_dialog_fill_list(nint dialog, nint properties);

    [LibraryImport(NativeLibraries.GimpUi)]
    public static partial int gimp_procedure_dialog_run(nint dialog);
}
