using System.Windows.Forms;
using PaintDotNet.Clipboard;
using PaintDotNet.Interop;

namespace PaintDotNet.AppModel;

public interface IClipboardService : IClipboard { }

public interface IDxgiAdapterService
{
    SafeComObject GetRenderingAdapter();
}

public interface IDxgiAdapterService2 : IDxgiAdapterService
{
    new SafeComObject GetRenderingAdapter();
}

public interface IExceptionDialogService
{
    void ShowErrorDialog(IWin32Window? owner, string? message, string detailsText);
}

public interface IShellService
{
    bool LaunchFolderAndSelectFile(IWin32Window? owner, string filePath);
}

public interface IUISynchronizationContext
{
    bool IsOnUIThread { get; }

    void Post(SendOrPostCallback d, object? state);

    void Send(SendOrPostCallback d, object? state);
}
