// Pictures of what is on the screen, frames and all: what a person would see, not what a control would draw into a bitmap.
using System.Drawing;
using System.Drawing.Imaging;

namespace RsrPlugins.WindowHost;

/// <summary>Pictures of the screen.</summary>
internal static class ScreenPicture
{
    /// <summary>Writes a part of the screen to a PNG file.</summary>
    public static Bitmap Save(Rectangle part, string path)
    {
        Bitmap bitmap = new Bitmap(part.Width, part.Height, PixelFormat.Format24bppRgb);
        using (Graphics graphics = Graphics.FromImage(bitmap))
        {
            graphics.CopyFromScreen(part.Location, Point.Empty, part.Size);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        bitmap.Save(path, ImageFormat.Png);
        return bitmap;
    }
}
