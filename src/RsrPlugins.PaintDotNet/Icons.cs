// Paint.NET takes a System.Drawing.Image, which exists on Windows only; the effects are also loaded by the effect host elsewhere,
// where a menu icon is of no use.
using System.Drawing;
using System.Reflection;

namespace RsrPlugins.PaintDotNet;

/// <summary>Menu icons, drawn by this project and embedded in the assembly.</summary>
internal static class Icons
{
    /// <summary>Loads an icon; null on systems without GDI+.</summary>
    public static Image? Load(string fileName)
    {
        if (!OperatingSystem.IsWindowsVersionAtLeast(6, 1))
        {
            return null;
        }

        try
        {
            // GDI+ reads from the stream for as long as the image lives, so the stream is not closed.
            return new Bitmap(Assembly.GetExecutingAssembly().GetManifestResourceStream(fileName)!);
        }
        catch (Exception exception) when (exception is TypeInitializationException or DllNotFoundException or PlatformNotSupportedException or System.Runtime.InteropServices.ExternalException)
        {
            // A Windows without GDI+ (Server Core, Wine without its library) draws no menus either.
            return null;
        }
    }
}
