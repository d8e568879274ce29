// Messages in Windows' own boxes: they need no toolkit.
using System.Runtime.InteropServices;

namespace RsrPlugins.Explorer;

/// <summary>Message boxes.</summary>
internal static partial class Message
{
    /// <summary>The title of every window of this program.</summary>
    public const string Title = "Enlarge with RsrPlugins";

    private const uint IconError = 0x10,
        IconInformation = 0x40,
        SetForeground = 0x10000;

    /// <summary>Says what went wrong, and waits until it is read.</summary>
    public static void Error(string text) => MessageBox(0, text, Title, IconError | SetForeground);

    /// <summary>Says something that is no failure, and waits until it is read.</summary>
    public static void Information(string text) => MessageBox(0, text, Title, IconInformation | SetForeground);

    [LibraryImport("user32", EntryPoint = "MessageBoxW", StringMarshalling = StringMarshalling.Utf16)]
    private static partial int MessageBox(nint owner, string text, string caption, uint type);
}
