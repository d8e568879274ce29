// Paint.NET takes a System.Drawing.Image, which exists on Windows only; the effects are also loaded by the effect host elsewhere,
// where a menu icon is of no use.
using System.Drawing;
using System.Reflection;
using System.Runtime.InteropServices;

namespace RsrPlugins.PaintDotNet;

/// <summary>Menu icons, drawn by this project and embedded in the assembly.</summary>
internal static class Icons
{
    private const int StandardDpi = 96;

    /// <summary>Resolutions, in dots per inch, that icons are drawn for: 16 pixels at 96, 64 at 384.</summary>
    public static IReadOnlyList<int> Resolutions { get; } = [96, 120, 144, 192, 384];

    /// <summary>Loads the icon for the screen's resolution; null on systems without GDI+.</summary>
    /// <param name="name">Of the effect's icon, without resolution and ending.</param>
    public static Image? Load(string name)
    {
        if (!OperatingSystem.IsWindowsVersionAtLeast(6, 1))
        {
            return null;
        }

        try
        {
            string fileName = FileName(name, ResolutionFor(SystemDpi()));
            // GDI+ reads from the stream for as long as the image lives, so the stream is not closed.
            return new Bitmap(Assembly.GetExecutingAssembly().GetManifestResourceStream(fileName)!);
        }
        catch (Exception exception)
            when (exception
                    is TypeInitializationException
                        or DllNotFoundException
                        or PlatformNotSupportedException
                        or System.Runtime.InteropServices.ExternalException
            )
        {
            // A Windows without GDI+ (Server Core, Wine without its library) draws no menus either.
            return null;
        }
    }

    /// <summary>The smallest resolution that is enough, so that icons are made smaller rather than larger; else the largest there
    /// is.</summary>
    public static int ResolutionFor(int dpi) => Resolutions.FirstOrDefault(resolution => resolution >= dpi, Resolutions[^1]);

    /// <summary>Name of the embedded picture.</summary>
    public static string FileName(string name, int resolution) => $"{name}.{resolution}.png";

    private static int SystemDpi()
    {
        try
        {
            return GetDpiForSystem();
        }
        catch (EntryPointNotFoundException)
        {
            // Windows before 10.
            return StandardDpi;
        }
    }

    [DllImport("user32.dll", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int GetDpiForSystem();
}
