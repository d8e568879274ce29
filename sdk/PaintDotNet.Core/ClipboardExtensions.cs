using PaintDotNet.Imaging;

namespace PaintDotNet.Clipboard;

public static class ClipboardExtensions
{
    public static void SetImage(this IClipboard clipboard, IBitmapSource bitmapSource) => ((IHostClipboard)clipboard).SetImage(bitmapSource);
}

/// <summary>What a host's clipboard does with a picture.</summary>
internal interface IHostClipboard : IClipboard
{
    void SetImage(IBitmapSource bitmapSource);
}
