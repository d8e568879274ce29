// What GIMP refuses, in GIMP's own words, beside the engine's errors: the user sees both the same way.
using RsrPlugins.Core;
using RsrPlugins.Gimp.Interop;

namespace RsrPlugins.Gimp.Editor;

/// <summary>The document cannot be resized as asked, or GIMP refused a step; the message is fit to be shown.</summary>
internal sealed class EditorException(string message, Exception? inner = null) : RsrException(message, inner)
{
    /// <summary>Throws if a function of libgimp has answered FALSE.</summary>
    /// <param name="step">What was asked of GIMP, as in "GIMP could not scale the image".</param>
    public static void Check(int answer, string step)
    {
        if (answer == 0)
        {
            string reason = GLib.Text(LibGimp.gimp_pdb_get_last_error(LibGimp.gimp_get_pdb()));
            throw new EditorException($"GIMP could not {step}: {(reason.Length == 0 ? "it gave no reason" : reason)}.");
        }
    }
}
