namespace System.Windows.Forms;

public interface IWin32Window
{
    nint Handle { get; }
}
