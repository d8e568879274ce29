// What GIMP sees: a class derived from its GimpPlugIn, registered with GObject by hand, and two procedures in the Image menu that
// scripts can call too. GIMP starts this program for every call, and once after an installation to ask what it offers.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RsrPlugins.Core;
using RsrPlugins.Gimp.Document;
using RsrPlugins.Gimp.Editor;
using RsrPlugins.Gimp.Interop;

namespace RsrPlugins.Gimp;

internal static unsafe class PlugIn
{
    private const string Upscale = "plug-in-rsr-learned-upscale";
    private const string Downscale = "plug-in-rsr-learned-downscale";

    // Entries of GimpPlugInClass after those of GObject's class (libgimp/gimpplugin.h).
    private const int EntryQueryProcedures = 0;
    private const int EntryCreateProcedure = 2;
    private const int EntrySetTranslation = 4;

    private static uint _objectClassSize;

    /// <summary>Serves GIMP.</summary>
    /// <returns>The exit code of the program.</returns>
    public static int Serve(string[] arguments)
    {
        GObject.QueryType(LibGimp.gimp_plug_in_get_type(), out TypeQuery plugIn);
        GObject.QueryType(GObject.TypeObject, out TypeQuery basic);
        _objectClassSize = basic.ClassSize;
        nuint type = GObject.RegisterType(plugIn.Type, "RsrPlugin", plugIn.ClassSize, &InitializeClass, plugIn.InstanceSize, 0, 0);

        // Never freed: libgimp keeps them as long as the process lives.
        byte** texts = (byte**)NativeMemory.AllocZeroed((nuint)(arguments.Length + 2), (nuint)sizeof(byte*));
        texts[0] = (byte*)Marshal.StringToCoTaskMemUTF8(Environment.ProcessPath);
        for (int i = 0; i < arguments.Length; i++)
        {
            texts[i + 1] = (byte*)Marshal.StringToCoTaskMemUTF8(arguments[i]);
        }

        return LibGimp.gimp_main(type, arguments.Length + 1, texts);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void InitializeClass(nint type, nint data)
    {
        nint* entries = (nint*)(type + (int)_objectClassSize);
        entries[EntryQueryProcedures] = (nint)(delegate* unmanaged[Cdecl]<nint, nint>)&QueryProcedures;
        entries[EntryCreateProcedure] = (nint)(delegate* unmanaged[Cdecl]<nint, nint, nint>)&CreateProcedure;
        entries[EntrySetTranslation] = (nint)(delegate* unmanaged[Cdecl]<nint, nint, nint, nint, int>)&SetTranslation;
    }

    // English only, as the whole product.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SetTranslation(nint plugIn, nint procedure, nint domain, nint folder) => 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint QueryProcedures(nint plugIn) => GLib.Append(GLib.Append(0, GLib.Duplicate(Upscale)), GLib.Duplicate(Downscale));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint CreateProcedure(nint plugIn, nint nameUtf8)
    {
        string name = GLib.Text(nameUtf8);
        bool enlarge = name == Upscale;
        nint procedure = LibGimp.gimp_image_procedure_new(plugIn, name, LibGimp.PdbPlugIn, &Run, 0, 0);
        LibGimp.gimp_procedure_set_image_types(procedure, "*");
        LibGimp.gimp_procedure_set_sensitivity_mask(procedure, LibGimp.SensitiveToAnyDrawables);
        LibGimp.gimp_procedure_set_menu_label(procedure, enlarge ? "Learned _Upscale..." : "Learned _Downscale...");
        LibGimp.gimp_procedure_add_menu_path(procedure, "<Image>/Image");
        LibGimp.gimp_procedure_set_documentation(
            procedure,
            enlarge ? "Enlarge the image with a learned network" : "Reduce the image so that Learned Upscale can restore it",
            enlarge
                ? "Enlarges the whole image, the selected layers or what is selected of a layer. Layers keep their order, places, masks, opacity and modes. An image made by Learned Downscale is restored to its exact size."
                : "Reduces the whole image, the selected layers or what is selected of a layer, with the network whose partner enlarges it again. The image remembers its size and the network, also in XCF files.",
            // Without an identifier the dialog has no Help button: there is no page in GIMP's manual.
            null
        );
        LibGimp.gimp_procedure_set_attribution(procedure, "RsrPlugins", "The RsrPlugins authors, MIT licence", "2026");
        Arguments.Add(procedure, enlarge);
        return procedure;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Run(nint procedure, int mode, nint imageHandle, nint* drawables, nint config, nint data)
    {
        bool enlarge = GLib.Text(LibGimp.gimp_procedure_get_name(procedure)) == Upscale;
        EditorImage image = new EditorImage(imageHandle);
        try
        {
            // What GIMP refuses comes back with our words around it, and only once.
            LibGimp.gimp_plug_in_set_pdb_error_handler(LibGimp.gimp_procedure_get_plug_in(procedure), LibGimp.ErrorsToPlugIn);
            LibGegl.Initialize(0, 0);
            if (mode == LibGimp.RunInteractive && !ResizeDialog.Run(procedure, config, enlarge, image))
            {
                return LibGimp.gimp_procedure_new_return_values(procedure, LibGimp.StatusCancel, 0);
            }

            List<Item> selected = [];
            for (nint* drawable = drawables; drawable is not null && *drawable != 0; drawable++)
            {
                selected.Add(new Item(*drawable));
            }

            if (DocumentResize.Run(image, selected, ResizeOptions.Read(enlarge, config)) is { } remark)
            {
                LibGimp.gimp_message(remark);
            }

            return LibGimp.gimp_procedure_new_return_values(procedure, LibGimp.StatusSuccess, 0);
        }
#pragma warning disable CA1031 // No exception may pass through libgimp's frames: GIMP shows it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LibGimp.gimp_progress_end();
            return LibGimp.gimp_procedure_new_return_values(
                procedure,
                LibGimp.StatusExecutionError,
                GLib.NewError(LibGimp.gimp_plug_in_error_quark(), 0, InWords(exception))
            );
        }
    }

    private static string InWords(Exception exception) =>
        exception switch
        {
            RsrException => exception.Message,
            OutOfMemoryException =>
                "There is not enough memory for an image of this size. Close other images, choose a smaller scale, or resize one layer at a time.",
            _ => $"Unexpected error, please report it: {exception.GetType().Name}: {exception.Message}",
        };
}
