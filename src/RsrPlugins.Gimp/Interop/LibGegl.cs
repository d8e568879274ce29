// GEGL's buffers and babl's formats: pixels go in and out as they are stored, in the layer's own colour space, so that no value is
// converted on the way where none has to be.
using System.Runtime.InteropServices;

namespace RsrPlugins.Gimp.Interop;

/// <summary>A GeglRectangle.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct GeglRectangle(int X, int Y, int Width, int Height);

internal static unsafe partial class LibGegl
{
    [LibraryImport(NativeLibraries.Gegl, EntryPoint = "gegl_init")]
    public static partial void Initialize(nint argumentCount, nint arguments);

    [LibraryImport(NativeLibraries.Gegl, EntryPoint = "gegl_buffer_new")]
    public static partial nint NewBuffer(in GeglRectangle extent, nint format);

    [LibraryImport(NativeLibraries.Gegl, EntryPoint = "gegl_buffer_get_format")]
    public static partial nint GetFormat(nint buffer);

    [LibraryImport(NativeLibraries.Gegl, EntryPoint = "gegl_buffer_get")]
    public static partial void Get(
        nint buffer,
        in GeglRectangle area,
        double scale,
        nint format,
        void* destination,
        int rowStride,
        int outside
    );

    [LibraryImport(NativeLibraries.Gegl, EntryPoint = "gegl_buffer_set")]
    public static partial void Set(nint buffer, in GeglRectangle area, int level, nint format, void* source, int rowStride);

    [LibraryImport(NativeLibraries.Gegl, EntryPoint = "gegl_buffer_copy")]
    public static partial void Copy(
        nint source,
        in GeglRectangle sourceArea,
        int outside,
        nint destination,
        in GeglRectangle destinationArea
    );

    [LibraryImport(NativeLibraries.Gegl, EntryPoint = "gegl_buffer_flush")]
    public static partial void Flush(nint buffer);

    [LibraryImport(NativeLibraries.Babl, EntryPoint = "babl_format_with_space", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint FormatWithSpace(string encoding, nint space);

    [LibraryImport(NativeLibraries.Babl, EntryPoint = "babl_format_get_encoding")]
    private static partial nint GetEncoding(nint format);

    /// <summary>For example "R'G'B'A u8": components and type, without the space.</summary>
    public static string EncodingOf(nint format) => GLib.Text(GetEncoding(format));
}
