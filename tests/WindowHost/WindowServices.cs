// Paint.NET's services where there are windows: the UI thread is the one of the dialog, and what an effect copies goes to Windows'
// clipboard as PNG and as a bitmap, as Paint.NET puts it there.
using System.Drawing;
using System.Drawing.Imaging;
using System.Runtime.InteropServices;
using System.Windows.Forms;
using PaintDotNet.AppModel;
using RsrPlugins.EffectHost;

namespace RsrPlugins.WindowHost;

/// <summary>The thread that made it is the UI thread.</summary>
internal sealed class WindowsUI : IUISynchronizationContext
{
    private readonly SynchronizationContext _context = new WindowsFormsSynchronizationContext();
    private readonly Thread _thread = Thread.CurrentThread;

    public bool IsOnUIThread => Thread.CurrentThread == _thread;

    public void Post(SendOrPostCallback d, object? state) => _context.Post(d, state);

    public void Send(SendOrPostCallback d, object? state)
    {
        if (IsOnUIThread)
        {
            d(state);
        }
        else
        {
            _context.Send(d, state);
        }
    }
}

/// <summary>Pictures and Windows' clipboard.</summary>
internal static class WindowsClipboard
{
    private const string Png = "PNG";

    /// <summary>Puts a picture there for good: it stays when this program has ended.</summary>
    public static void Write(Picture picture)
    {
        using Bitmap bitmap = ToBitmap(picture);
        using MemoryStream png = new MemoryStream();
        bitmap.Save(png, ImageFormat.Png);
        DataObject data = new DataObject();
        data.SetData(Png, autoConvert: false, png);
        data.SetImage(bitmap);
        Clipboard.SetDataObject(data, copy: true);
    }

    /// <summary>The PNG file another program has put there; null where there is none.</summary>
    public static byte[]? Read() => Clipboard.GetDataObject()?.GetData(Png, autoConvert: false) is MemoryStream png ? png.ToArray() : null;

    private static Bitmap ToBitmap(Picture picture)
    {
        Bitmap bitmap = new Bitmap(picture.Width, picture.Height, PixelFormat.Format32bppArgb);
        BitmapData data = bitmap.LockBits(
            new Rectangle(0, 0, picture.Width, picture.Height),
            ImageLockMode.WriteOnly,
            PixelFormat.Format32bppArgb
        );
        for (int y = 0; y < picture.Height; y++)
        {
            Marshal.Copy(picture.Bytes, y * picture.Width * 4, data.Scan0 + (y * data.Stride), picture.Width * 4);
        }

        bitmap.UnlockBits(data);
        return bitmap;
    }
}
