// GIMP's libraries by the names they have on each system. GIMP starts plug-ins with its own libraries on the search path, so a name
// without a folder finds the ones of the GIMP that asks, however many are installed.
using System.Runtime.InteropServices;

namespace RsrPlugins.Gimp.Interop;

/// <summary>Names for <c>LibraryImport</c>, and what they stand for.</summary>
internal static class NativeLibraries
{
    public const string Gimp = "gimp-3.0";
    public const string GimpBase = "gimpbase-3.0";
    public const string GimpUi = "gimpui-3.0";
    public const string Gegl = "gegl-0.4";
    public const string Babl = "babl-0.1";
    public const string GObject = "gobject-2.0";
    public const string GLib = "glib-2.0";
    public const string Gtk = "gtk-3";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [GLib, GObject, Babl, Gegl, GimpBase, Gimp, Gtk, GimpUi];

    /// <summary>Makes the names above resolve; call it before anything else of Interop.</summary>
    public static void Register() =>
        NativeLibrary.SetDllImportResolver(
            typeof(NativeLibraries).Assembly,
            (name, _, _) => All.Contains(name) ? NativeLibrary.Load(FileName(name)) : 0
        );

    /// <summary>For example "libgimp-3.0.so.0", "libgimp-3.0-0.dll".</summary>
    public static string FileName(string library) =>
        OperatingSystem.IsWindows() ? $"lib{library}-0.dll"
        : OperatingSystem.IsMacOS() ? $"lib{library}.0.dylib"
        : $"lib{library}.so.0";

    /// <summary>Whether a library can be loaded here.</summary>
    public static bool Loads(string library) => NativeLibrary.TryLoad(FileName(library), out _);
}
