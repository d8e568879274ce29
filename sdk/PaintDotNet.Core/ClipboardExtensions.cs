using PaintDotNet.Imaging;

namespace PaintDotNet.Clipboard;

public static class ClipboardExtensions
{
    public static IClipboardTransaction Open(this IClipboard clipboard) => ((IHostClipboard)clipboard).Open();

    public static void SetImage(this IClipboard clipboard, IBitmapSource bitmapSource) =>
        ((IHostClipboard)clipboard).SetImage(bitmapSource, null);

    public static void SetImage(this IClipboard clipboard, IBitmapSource bitmapSource, IColorContext? colorContext) =>
        ((IHostClipboard)clipboard).SetImage(bitmapSource, colorContext);
}

public static class ClipboardTransactionExtensions
{
    public static void AddNativeData(this IClipboardTransaction transaction, uint formatID, ReadOnlySpan<byte> data) =>
        ((IHostClipboardTransaction)transaction).Add(formatID, data.ToArray());
}

/// <summary>What a host's transaction does with bytes.</summary>
internal interface IHostClipboardTransaction : IClipboardTransaction
{
    void Add(uint format, byte[] data);
}

/// <summary>What a host's clipboard does with a picture.</summary>
internal interface IHostClipboard : IClipboard
{
    void SetImage(IBitmapSource bitmapSource, IColorContext? colorContext);

    IClipboardTransaction Open();
}
