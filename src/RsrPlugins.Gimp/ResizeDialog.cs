// The dialog is GIMP's own for procedures: one control per argument, in GIMP's look and language. Ours is what it says above them - which
// size comes out, and what is known of the image - and that choices which fit the image stand there when it opens.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RsrPlugins.Core;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Sizes;
using RsrPlugins.Gimp.Document;
using RsrPlugins.Gimp.Editor;
using RsrPlugins.Gimp.Interop;

namespace RsrPlugins.Gimp;

internal static unsafe class ResizeDialog
{
    private const string NoteId = "note";

    /// <summary>Shows it and waits.</summary>
    /// <returns>True for OK; the config then holds the choices. The dialog is gone from the screen before this returns.</returns>
    public static bool Run(nint procedure, nint config, bool enlarge, EditorImage image)
    {
        LibGimp.gimp_ui_init("rsr-gimp");
        Preselect(config, enlarge, image);
        nint dialog = LibGimp.gimp_procedure_dialog_new(procedure, config, enlarge ? "Learned Upscale" : "Learned Downscale");
        LibGimp.gimp_procedure_dialog_set_ok_label(dialog, enlarge ? "_Upscale" : "_Downscale");

        nint label = LibGimp.gimp_procedure_dialog_get_label(dialog, NoteId, Note(config, enlarge, image), 0, 0);
        Gtk.SetLabelAlignment(label, 0);
        Gtk.SetLabelWrap(label, 1);
        Gtk.SetLabelWidth(label, 48);
        LibGimp.gimp_procedure_dialog_get_scale_entry(dialog, enlarge ? ArgumentNames.Strength : ArgumentNames.Effort, 1);

        nint[] sides =
        [
            LibGimp.gimp_procedure_dialog_get_widget(dialog, ArgumentNames.Width, GObject.TypeNone),
            LibGimp.gimp_procedure_dialog_get_widget(dialog, ArgumentNames.Height, GObject.TypeNone),
        ];
        nint list = 0;
        foreach (
            string name in (string[])
                [
                    NoteId,
                    ArgumentNames.Part,
                    ArgumentNames.Scale,
                    ArgumentNames.Width,
                    ArgumentNames.Height,
                    .. (string[])(
                        enlarge
                            ?
                            [
                                ArgumentNames.Source,
                                ArgumentNames.Cleanup,
                                ArgumentNames.Strength,
                                ArgumentNames.StrengthUse,
                                .. (string[])(HasAddedModels() ? [ArgumentNames.Model] : []),
                            ]
                            : [ArgumentNames.Effort]
                    ),
                    ArgumentNames.Device,
                ]
        )
        {
            list = GLib.Append(list, GLib.Duplicate(name));
        }

        LibGimp.gimp_procedure_dialog_fill_list(dialog, list);

        Shown shown = new Shown(label, sides, config, enlarge, image);
        Update(shown);
        GCHandle handle = GCHandle.Alloc(shown);
        CULong connection = GObject.Connect(config, "notify", &ConfigChanged, GCHandle.ToIntPtr(handle), 0, 0);
        try
        {
            return LibGimp.gimp_procedure_dialog_run(dialog) != 0;
        }
        finally
        {
            GObject.Disconnect(config, connection);
            handle.Free();
            // While the networks work the dialog would only be in the way, and it would keep the config alive.
            Gtk.Destroy(dialog);
            while (Gtk.EventsPending() != 0)
            {
                Gtk.Iterate();
            }
        }
    }

    /// <summary>Puts what fits the image in place of what the last image was resized with.</summary>
    private static void Preselect(nint config, bool enlarge, EditorImage image)
    {
        if (enlarge && !HasAddedModels())
        {
            // Not shown then, so nothing that was chosen earlier may stand in it.
            GObject.SetText(config, ArgumentNames.Model, string.Empty);
        }

        // An exact size is one image's: the next begins with its own.
        GObject.SetNumber(
            config,
            ArgumentNames.Width,
            Math.Min(LibGimp.MaxImageSize, enlarge ? image.Width * 2 : Math.Max(1, image.Width / 2))
        );
        GObject.SetNumber(config, ArgumentNames.Height, 0);
        if (!enlarge)
        {
            return;
        }

        DocumentRecord? record = FittingRecord(image);
        if (record is not null)
        {
            GObject.SetText(config, ArgumentNames.Part, "image");
            // All of it at once where there is a scale for that, else the last step.
            GObject.SetText(config, ArgumentNames.Scale, $"{(record.Scale <= 4 ? record.Scale : record.Steps[^1].Scale)}");
            GObject.SetText(config, ArgumentNames.Source, "learned");
        }
        else if (GObject.GetText(config, ArgumentNames.Source) == "learned")
        {
            GObject.SetText(config, ArgumentNames.Source, "auto");
        }
    }

    /// <summary>Whoever has added no network of their own is not asked for one.</summary>
    private static bool HasAddedModels()
    {
        try
        {
            return ModelCatalogue.LoadDefault().Models.Any(model => model.Kind == ModelKind.Added);
        }
        catch (ModelException)
        {
            // Said when it matters: after OK.
            return false;
        }
    }

    private static DocumentRecord? FittingRecord(EditorImage image) =>
        DocumentRecord.FromBytes(image.GetParasite(DocumentRecord.ParasiteName)) is { } record && record.Fits(image.Width, image.Height)
            ? record
            : null;

    private static string Note(nint config, bool enlarge, EditorImage image)
    {
        ResizeOptions options = ResizeOptions.Read(enlarge, config);
        DocumentRecord? record = enlarge ? FittingRecord(image) : null;
        if (options.Part != ResizedPart.Image)
        {
            return options.Part == ResizedPart.Layer ? "The size of the image stays as it is." : "The result becomes a layer of its own.";
        }

        try
        {
            RecordedReduction? undone =
                options.Model is null && options.Source is SourceChoice.Auto or SourceChoice.Learned && options.Scale is int scale
                    ? record?.Last(scale)
                    : null;
            (int width, int height) = undone is null
                ? Resizing.Target(options, image.Width, image.Height)
                : (undone.Reduction.Width, undone.Reduction.Height);
            string sizes = $"{image.Width} × {image.Height} pixels become {width} × {height}.";
            bool mayClean =
                options is
                {
                    Enlarge: true,
                    Model: null,
                    Cleanup: CleanupChoice.Auto,
                    Source: SourceChoice.Auto or SourceChoice.Photo or SourceChoice.Drawing
                };
            CleanupChoice level = mayClean
                ? CleanupDecision.For(CleanupChoice.Auto, image.JpegQuality, image.WasJpeg, isInstalled: true).Level
                : CleanupChoice.Off;
            string quality = image.JpegQuality is int found ? $" of about quality {found}" : string.Empty;
            return record is not null ? $"{sizes} The image was made by Learned Downscale (1/{record.Scale})."
                : level != CleanupChoice.Off
                    ? $"{sizes} The image comes from a JPEG file{quality}, so it is cleaned up{(level == CleanupChoice.Low ? " a little" : string.Empty)}."
                : sizes;
        }
        catch (RsrException exception)
        {
            return exception.Message;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ConfigChanged(nint config, nint property, nint data) => Update((Shown)GCHandle.FromIntPtr(data).Target!);

    /// <summary>What follows from the choices: the note, and whether width and height mean anything.</summary>
    private static void Update(Shown shown)
    {
        Gtk.SetLabelText(shown.Label, Note(shown.Config, shown.Enlarge, shown.Image));
        foreach (nint side in shown.Sides)
        {
            Gtk.SetSensitive(side, GObject.GetText(shown.Config, ArgumentNames.Scale) == ResizeOptions.ExactSize ? 1 : 0);
        }
    }

    private sealed record Shown(nint Label, nint[] Sides, nint Config, bool Enlarge, EditorImage Image);
}
