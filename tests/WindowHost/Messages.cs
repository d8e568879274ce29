// The checks sit at the keyboard: they post the messages that a key makes to the control that has the focus, and let Windows Forms
// work as its message loop would. Nothing is called past the window.
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Windows.Forms;

namespace RsrPlugins.WindowHost;

/// <summary>Keys, and waiting while the window works.</summary>
internal static partial class Messages
{
    private const uint KeyDown = 0x0100,
        KeyUp = 0x0101;

    /// <summary>Presses and releases a key in the control that has the focus.</summary>
    public static void Press(Keys key)
    {
        nint window = GetFocus();
        PostMessage(window, KeyDown, (nint)key, 1);
        // Bits 30 and 31: it was down, and goes up.
        PostMessage(window, KeyUp, (nint)key, unchecked((nint)0xC0000001));
        Application.DoEvents();
    }

    /// <summary>Works until something holds.</summary>
    /// <returns>False if it did not come to hold in time.</returns>
    public static bool Until(Func<bool> holds, TimeSpan patience)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!holds())
        {
            if (watch.Elapsed > patience)
            {
                return false;
            }

            Application.DoEvents();
            Thread.Sleep(5);
        }

        Application.DoEvents();
        return true;
    }

    /// <summary>Works for a while.</summary>
    public static void For(TimeSpan time) => Until(() => false, time);

    [LibraryImport("user32")]
    private static partial nint GetFocus();

    [LibraryImport("user32", EntryPoint = "PostMessageW")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool PostMessage(nint window, uint message, nint wParam, nint lParam);
}
