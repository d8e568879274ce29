// GIMP's libraries by the names they have on each system. GIMP starts plug-ins with its own libraries on the search path, so a name
// without a folder finds the ones of the GIMP that asks, however many are installed.
using System.Reflection;
using System.Runtime.InteropServices;

namespace RsrPlugins.Gimp.Interop;

/// <summary>Names for <c>LibraryImport</c>, and what they stand for.</summary>
internal static class NativeLibraries
{
    public const string Gimp = "gimp";
    public const string GimpBase = "gimpbase";
    public const string GimpUi = "gimpui";
    public const string Gegl = "gegl";
    public const string Babl = "babl";
    public const string GObject = "gobject";
    public const string GLib = "glib";
    public const string Gtk = "gtk";

    /// <summary>Makes the names above resolve; call it before anything else of Interop.</summary>
    public static void Register() => NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Load);

    private static nint Load(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        (string Stem, string Version) library = name switch
        {
            Gimp => ("gimp-3.0", "0"),
            GimpBase => ("gimpbase-3.0", "0"),
            GimpUi => ("gimpui-3.0", "0"),
            Gegl => ("gegl-0.4", "0"),
            Babl => ("babl-0.1", "0"),
            GObject => ("gobject-2.0", "0"),
            GLib => ("glib-2.0", "0"),
            Gtk => ("gtk-3", "0"),
            _ => (string.Empty, string.Empty),
        };
        if (library.Stem.Length == 0)
        {
            return 0;
        }

        string file = OperatingSystem.IsWindows() ? $"lib{library.Stem}-{library.Version}.dll"
            : OperatingSystem.IsMacOS() ? $"lib{library.Stem}.{library.Version}.dylib"
            : $"lib{library.Stem}.so.{library.Version}";
        return NativeLibrary.Load(file);
    }
}
