namespace PaintDotNet.Clipboard;

public interface IClipboard { }

public interface IClipboardTransaction : IDisposable
{
    void Empty();

    uint RegisterNativeFormat(string formatName);
}
