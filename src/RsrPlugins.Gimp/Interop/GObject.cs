// The few functions of GLib, GObject and GTK that the plug-in needs. Objects are handles (nint): a wrapper for each class would be
// more code than the plug-in itself.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RsrPlugins.Gimp.Interop;

/// <summary>A GValue: its type and two words.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Value
{
    public nuint Type;
    public ulong Data0;
    public ulong Data1;
}

/// <summary>What g_type_query says of a class.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TypeQuery
{
    public nuint Type;
    public nint Name;
    public uint ClassSize;
    public uint InstanceSize;
}

internal static unsafe partial class GObject
{
    /// <summary>Fundamental types: numbers of GObject's ABI, shifted as G_TYPE_MAKE_FUNDAMENTAL does.</summary>
    public const nuint TypeNone = 1 << 2;
    public const nuint TypeInt = 6 << 2;
    public const nuint TypeString = 16 << 2;
    public const nuint TypeObject = 20 << 2;

    [LibraryImport(NativeLibraries.GObject, EntryPoint = "g_type_query")]
    public static partial void QueryType(nuint type, out TypeQuery query);

    [LibraryImport(NativeLibraries.GObject, EntryPoint = "g_type_register_static_simple", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nuint RegisterType(
        nuint parent,
        string name,
        uint classSize,
        delegate* unmanaged[Cdecl]<nint, nint, void> initializeClass,
        uint instanceSize,
        nint initializeInstance,
        int flags
    );

    [LibraryImport(NativeLibraries.GObject, EntryPoint = "g_object_unref")]
    public static partial void Unref(nint instance);

    [LibraryImport(NativeLibraries.GObject, EntryPoint = "g_value_init")]
    public static partial Value* Initialize(ref Value value, nuint type);

    [LibraryImport(NativeLibraries.GObject, EntryPoint = "g_value_unset")]
    public static partial void Unset(ref Value value);

    [LibraryImport(NativeLibraries.GObject, EntryPoint = "g_value_get_string")]
    public static partial nint GetString(ref Value value);

    [LibraryImport(NativeLibraries.GObject, EntryPoint = "g_value_set_string", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetString(ref Value value, string text);

    [LibraryImport(NativeLibraries.GObject, EntryPoint = "g_value_get_int")]
    public static partial int GetInt(ref Value value);

    [LibraryImport(NativeLibraries.GObject, EntryPoint = "g_value_set_int")]
    public static partial void SetInt(ref Value value, int number);

    [LibraryImport(NativeLibraries.GObject, EntryPoint = "g_object_get_property", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void GetProperty(nint instance, string name, ref Value value);

    [LibraryImport(NativeLibraries.GObject, EntryPoint = "g_object_set_property", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetProperty(nint instance, string name, ref Value value);

    [LibraryImport(NativeLibraries.GObject, EntryPoint = "g_signal_connect_data", StringMarshalling = StringMarshalling.Utf8)]
    public static partial CULong Connect(
        nint instance,
        string signal,
        delegate* unmanaged[Cdecl]<nint, nint, nint, void> handler,
        nint data,
        nint destroyData,
        int flags
    );

    [LibraryImport(NativeLibraries.GObject, EntryPoint = "g_signal_handler_disconnect")]
    public static partial void Disconnect(nint instance, CULong handler);

    /// <summary>Reads a property that is a text.</summary>
    public static string GetText(nint instance, string name)
    {
        Value value = default;
        Initialize(ref value, TypeString);
        GetProperty(instance, name, ref value);
        string text = GLib.Text(GetString(ref value));
        Unset(ref value);
        return text;
    }

    public static void SetText(nint instance, string name, string text)
    {
        Value value = default;
        Initialize(ref value, TypeString);
        SetString(ref value, text);
        SetProperty(instance, name, ref value);
        Unset(ref value);
    }

    /// <summary>Reads a property that is a whole number.</summary>
    public static int GetNumber(nint instance, string name)
    {
        Value value = default;
        Initialize(ref value, TypeInt);
        GetProperty(instance, name, ref value);
        int number = GetInt(ref value);
        Unset(ref value);
        return number;
    }

    public static void SetNumber(nint instance, string name, int number)
    {
        Value value = default;
        Initialize(ref value, TypeInt);
        SetInt(ref value, number);
        SetProperty(instance, name, ref value);
        Unset(ref value);
    }
}

internal static unsafe partial class GLib
{
    [LibraryImport(NativeLibraries.GLib, EntryPoint = "g_free")]
    public static partial void Free(nint memory);

    [LibraryImport(NativeLibraries.GLib, EntryPoint = "g_strdup", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint Duplicate(string text);

    [LibraryImport(NativeLibraries.GLib, EntryPoint = "g_list_append")]
    public static partial nint Append(nint list, nint item);

    [LibraryImport(NativeLibraries.GLib, EntryPoint = "g_list_free")]
    public static partial void FreeList(nint list);

    [LibraryImport(NativeLibraries.GLib, EntryPoint = "g_error_new_literal", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint NewError(uint domain, int code, string message);

    /// <summary>The text at a pointer that stays GLib's; empty for null.</summary>
    public static string Text(nint utf8) => Marshal.PtrToStringUTF8(utf8) ?? string.Empty;

    /// <summary>The text at a pointer that is ours to free.</summary>
    public static string TakeText(nint utf8)
    {
        string text = Text(utf8);
        Free(utf8);
        return text;
    }

    /// <summary>The handles of an array that ends with null and is ours to free; its objects stay libgimp's.</summary>
    public static IReadOnlyList<nint> TakeArray(nint* array)
    {
        List<nint> handles = [];
        for (nint* item = array; item is not null && *item != 0; item++)
        {
            handles.Add(*item);
        }

        Free((nint)array);
        return handles;
    }
}

internal static partial class Gtk
{
    [LibraryImport(NativeLibraries.Gtk, EntryPoint = "gtk_widget_destroy")]
    public static partial void Destroy(nint widget);

    [LibraryImport(NativeLibraries.Gtk, EntryPoint = "gtk_label_set_text", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetLabelText(nint label, string text);

    [LibraryImport(NativeLibraries.Gtk, EntryPoint = "gtk_label_set_xalign")]
    public static partial void SetLabelAlignment(nint label, float position);

    [LibraryImport(NativeLibraries.Gtk, EntryPoint = "gtk_label_set_line_wrap")]
    public static partial void SetLabelWrap(nint label, int wrap);

    [LibraryImport(NativeLibraries.Gtk, EntryPoint = "gtk_label_set_max_width_chars")]
    public static partial void SetLabelWidth(nint label, int characters);

    [LibraryImport(NativeLibraries.Gtk, EntryPoint = "gtk_widget_set_sensitive")]
    public static partial void SetSensitive(nint widget, int sensitive);

    [LibraryImport(NativeLibraries.Gtk, EntryPoint = "gtk_events_pending")]
    public static partial int EventsPending();

    [LibraryImport(NativeLibraries.Gtk, EntryPoint = "gtk_main_iteration")]
    public static partial void Iterate();
}
