// A contact sheet for eyes, not for figures: per row one picture, per column a way it was made; all parts at the same size on
// the sheet, small pixels drawn as squares.
using SkiaSharp;

namespace RsrPlugins.Trainer.Evaluation;

/// <summary>A luma plane on the 8-bit scale (studio) under a caption.</summary>
internal sealed record SheetCell(string Caption, float[] Plane, int Width, int Height);

/// <summary>Draws rows of luma planes.</summary>
internal static class ContactSheet
{
    /// <summary>Side of a cell in pixels of the sheet: a multiple of 2, 3 and 4, so that small pixels stay square.</summary>
    private const int Part = 240;
    private const int Gap = 8;
    private const int Caption = 24;

    /// <summary>Draws the centre of every cell; the cells of a row show the same part.</summary>
    /// <param name="rows">Cells; a cell whose picture is 1 / scale as wide as the row's first is shown scale times larger.</param>
    /// <param name="path">The PNG, written anew by renaming.</param>
    internal static void Draw(IReadOnlyList<IReadOnlyList<SheetCell>> rows, string path)
    {
        int columns = rows.Max(row => row.Count);
        using SKBitmap sheet = new SKBitmap((columns * (Part + Gap)) + Gap, (rows.Count * (Part + Gap + Caption)) + Gap);
        using SKCanvas canvas = new SKCanvas(sheet);
        using SKFont font = new SKFont(SKTypeface.Default, 15);
        using SKPaint black = new SKPaint { Color = SKColors.Black, IsAntialias = true };
        canvas.Clear(SKColors.White);
        for (int row = 0; row < rows.Count; row++)
        {
            for (int column = 0; column < rows[row].Count; column++)
            {
                SheetCell cell = rows[row][column];
                using SKBitmap bitmap = ToBitmap(cell);
                int scale = (int)Math.Round((double)rows[row][0].Width / cell.Width);
                int side = Math.Min(Part / scale, Math.Min(cell.Width, cell.Height));
                (int left, int top) = ((cell.Width - side) / 2, (cell.Height - side) / 2);
                SKRect target = SKRect.Create(Gap + (column * (Part + Gap)), Gap + Caption + (row * (Part + Gap + Caption)), Part, Part);
                using SKImage image = SKImage.FromBitmap(bitmap);
                canvas.DrawText(cell.Caption, target.Left, target.Top - 6, font, black);
                canvas.DrawImage(image, SKRect.Create(left, top, side, side), target, new SKSamplingOptions(SKFilterMode.Nearest));
            }
        }

        using SKData data = sheet.Encode(SKEncodedImageFormat.Png, 100);
        using (FileStream file = File.Create(path + ".tmp"))
        {
            data.SaveTo(file);
        }

        File.Move(path + ".tmp", path, overwrite: true);
    }

    /// <summary>Studio luma as full-range grey.</summary>
    private static SKBitmap ToBitmap(SheetCell cell)
    {
        SKBitmap bitmap = new SKBitmap(cell.Width, cell.Height, SKColorType.Gray8, SKAlphaType.Opaque);
        Span<byte> pixels = bitmap.GetPixelSpan();
        for (int y = 0; y < cell.Height; y++)
        {
            for (int x = 0; x < cell.Width; x++)
            {
                pixels[(y * bitmap.RowBytes) + x] = (byte)
                    Math.Clamp(MathF.Round((cell.Plane[(y * cell.Width) + x] - 16f) * 255f / 219f), 0f, 255f);
            }
        }

        return bitmap;
    }
}
