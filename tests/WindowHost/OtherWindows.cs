// Windows of other programs, as a person sees them: by their title, with the texts in them, and answered by a button.
using System.Drawing;
using System.Runtime.InteropServices;

namespace RsrPlugins.WindowHost;

/// <summary>Finds, reads and answers windows of other programs.</summary>
internal static unsafe partial class OtherWindows
{
    private const uint GetText = 0x000D,
        Command = 0x0111;

    /// <summary>A visible window with this title and a text that contains the other; 0 where there is none.</summary>
    public static nint Find(string title, string says) =>
        Collect(static (callback, state) => _ = EnumWindows(callback, state))
            .FirstOrDefault(window =>
                IsWindowVisible(window)
                && TextOf(window) == title
                && Texts(window).Any(text => text.Contains(says, StringComparison.Ordinal))
            );

    /// <summary>Whether it is there.</summary>
    public static bool Exists(nint window) => IsWindow(window);

    /// <summary>All texts in a window, its buttons' included.</summary>
    public static IReadOnlyList<string> Texts(nint window) =>
        [.. Collect((callback, state) => _ = EnumChildWindows(window, callback, state)).Select(TextOf).Where(text => text.Length > 0)];

    /// <summary>Where it is on the screen.</summary>
    public static Rectangle BoundsOf(nint window)
    {
        int* sides = stackalloc int[4];
        _ = GetWindowRect(window, (nint)sides);
        return Rectangle.FromLTRB(sides[0], sides[1], sides[2], sides[3]);
    }

    /// <summary>Presses a button by its number: 1 is OK, 2 is Cancel.</summary>
    public static void Press(nint window, int button) => _ = PostMessage(window, Command, button, 0);

    private static string TextOf(nint window)
    {
        char* text = stackalloc char[1024];
        int length = (int)SendMessage(window, GetText, 1024, (nint)text);
        return new string(text, 0, length);
    }

    private static List<nint> Collect(Action<nint, nint> enumerate)
    {
        List<nint> windows = new List<nint>();
        GCHandle handle = GCHandle.Alloc(windows);
        enumerate((nint)(delegate* unmanaged<nint, nint, int>)&Add, GCHandle.ToIntPtr(handle));
        handle.Free();
        return windows;
    }

    [UnmanagedCallersOnly]
    private static int Add(nint window, nint state)
    {
        ((List<nint>)GCHandle.FromIntPtr(state).Target!).Add(window);
        return 1;
    }

    [LibraryImport("user32")]
    private static partial int EnumWindows(nint callback, nint state);

    [LibraryImport("user32")]
    private static partial int EnumChildWindows(nint parent, nint callback, nint state);

    [LibraryImport("user32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool IsWindowVisible(nint window);

    [LibraryImport("user32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool IsWindow(nint window);

    [LibraryImport("user32")]
    private static partial int GetWindowRect(nint window, nint sides);

    [LibraryImport("user32", EntryPoint = "SendMessageW")]
    private static partial nint SendMessage(nint window, uint message, nint wParam, nint lParam);

    [LibraryImport("user32", EntryPoint = "PostMessageW")]
    private static partial int PostMessage(nint window, uint message, nint wParam, nint lParam);
}
