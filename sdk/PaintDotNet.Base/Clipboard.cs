namespace PaintDotNet.Clipboard;

public interface IClipboard
{
}
