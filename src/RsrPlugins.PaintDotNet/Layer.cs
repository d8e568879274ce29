// Pixels between Paint.NET's BGRA buffers and the engine's RGBA pictures. The layer's own format is BGRA, 8 bits: asking Paint.NET
// for another one would make it convert the whole layer and back. Locks are taken a strip at a time because Paint.NET keeps
// layers in tiles and may have to put a locked rectangle together.
using System.Runtime.InteropServices;
using PaintDotNet;
using PaintDotNet.Effects;
using PaintDotNet.Imaging;
using PaintDotNet.Rendering;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Sizes;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.PaintDotNet;

/// <summary>The source layer, read only, and the bounds of the selection on it.</summary>
internal sealed class Layer(IEffectInputBitmap<ColorBgra32> bitmap, SelectionShape selection)
{
    private const int StripRows = 128;

    /// <summary>The bounds of the selection; of the whole layer where nothing is selected.</summary>
    public TileRect Bounds => Selection.Bounds;

    /// <summary>What is selected within the bounds.</summary>
    public SelectionShape Selection { get; } = selection;

    /// <summary>Copies a rectangle of the layer into an 8-bit RGBA picture.</summary>
    /// <param name="rect">Within the bounds.</param>
    /// <param name="wholeBounds">Also what is not selected; else it is transparent.</param>
    public PixelImage Read(TileRect rect, bool wholeBounds)
    {
        PixelImage picture = PixelImage.Create(rect.Width, rect.Height, PixelLayout.Rgba, 8);
        Span<byte> samples = picture.Samples8;
        for (int y = 0; y < rect.Height; y += StripRows)
        {
            int rows = Math.Min(StripRows, rect.Height - y);
            using IBitmapLock<ColorBgra32> locked = bitmap.Lock(new RectInt32(rect.X, rect.Y + y, rect.Width, rows));
            RegionPtr<ColorBgra32> source = locked.AsRegionPtr();
            for (int row = 0; row < rows; row++)
            {
                Span<byte> read = samples.Slice((y + row) * rect.Width * 4, rect.Width * 4);
                SwapRedAndBlue(Row(source, row), read);
                if (!wholeBounds && !Selection.FillsBounds)
                {
                    ClearUnselected(read, Selection.Row(rect.Y + y + row).Slice(rect.X - Bounds.X, rect.Width));
                }
            }
        }

        return picture;
    }

    /// <summary>What is visible within the bounds: the smallest rectangle around it.</summary>
    /// <param name="wholeBounds">See <see cref="Read"/>.</param>
    /// <exception cref="NothingToFitException">Nothing is, or it fills the bounds.</exception>
    public PixelImage ReadVisible(bool wholeBounds)
    {
        PixelImage whole = Read(Bounds, wholeBounds);
        ReadOnlySpan<int> pixels = MemoryMarshal.Cast<byte, int>(whole.Samples8);
        (int left, int top, int right, int bottom) = (whole.Width, whole.Height, 0, 0);
        for (int y = 0; y < whole.Height; y++)
        {
            // A pixel without alpha may still have a colour.
            ReadOnlySpan<int> row = pixels.Slice(y * whole.Width, whole.Width);
            (int first, int last) = (0, row.Length - 1);
            while (first < row.Length && (uint)row[first] >> 24 == 0)
            {
                first++;
            }

            if (first == row.Length)
            {
                continue;
            }

            while ((uint)row[last] >> 24 == 0)
            {
                last--;
            }

            (left, right) = (Math.Min(left, first), Math.Max(right, last + 1));
            (top, bottom) = (Math.Min(top, y), y + 1);
        }

        if (bottom == 0)
        {
            throw new NothingToFitException("nothing is visible in the selection. Choose the layer that has the small picture.");
        }

        if (right - left == whole.Width && bottom - top == whole.Height)
        {
            throw new NothingToFitException(
                "the visible part already fills the selection. Make the canvas larger (Image > Canvas Size) or select a larger part of it, or choose another way to read the image."
            );
        }

        return Read(new TileRect(Bounds.X + left, Bounds.Y + top, right - left, bottom - top), wholeBounds);
    }

    /// <summary>
    /// Whether a part of the layer is a nearest-neighbour enlargement by this factor, as far as it shows. One colour alone is an
    /// enlargement of anything, and so of nothing.
    /// </summary>
    /// <param name="rect">From the bounds' top left corner on.</param>
    /// <param name="scale">The factor.</param>
    /// <param name="wholeBounds">See <see cref="Read"/>.</param>
    public bool IsEnlargedBy(TileRect rect, int scale, bool wholeBounds)
    {
        PixelImage part = Read(rect, wholeBounds);
        return !IsUniform(part) && NearestEnlargement.IsLikely(part, Bounds.Width, Bounds.Height, scale);
    }

    private static bool IsUniform(PixelImage picture)
    {
        ReadOnlySpan<int> pixels = MemoryMarshal.Cast<byte, int>(picture.Samples8);
        return !pixels.ContainsAnyExcept(pixels[0]);
    }

    /// <summary>Writes one tile of the output: the placed picture where it lies, elsewhere the layer as it is or nothing.</summary>
    /// <param name="tile">The tile in pixels of the layer; the output's bounds.</param>
    /// <param name="placed">Null leaves the layer as it is.</param>
    /// <param name="wholeBounds">Also where nothing is selected; else that stays as it is.</param>
    public void Write(IBitmapEffectOutput output, TileRect tile, PlacedPicture? placed, bool wholeBounds)
    {
        bool isCut = placed is not null && !wholeBounds && !Selection.FillsBounds;
        using IBitmapLock<ColorBgra32> outputLock = output.LockBgra32();
        RegionPtr<ColorBgra32> target = outputLock.AsRegionPtr();
        TileRect covered = placed is null
            ? default
            : Geometry.Intersect(tile, new TileRect(placed.X, placed.Y, placed.Picture.Width, placed.Picture.Height));
        bool all = covered == tile;
        using IBitmapLock<ColorBgra32>? sourceLock =
            !isCut && (all || placed is { KeepRest: false }) ? null : bitmap.Lock(new RectInt32(tile.X, tile.Y, tile.Width, tile.Height));
        RegionPtr<ColorBgra32> source = sourceLock?.AsRegionPtr() ?? default;
        for (int y = 0; y < tile.Height; y++)
        {
            Span<byte> row = Row(target, y);
            if (sourceLock is not null && placed is not { KeepRest: false })
            {
                Row(source, y).CopyTo(row);
            }
            else if (!all)
            {
                row.Clear();
            }

            int layerY = tile.Y + y;
            if (placed is not null && covered.Width > 0 && layerY >= covered.Y && layerY < covered.Bottom)
            {
                int from = (((layerY - placed.Y) * placed.Picture.Width) + covered.X - placed.X) * 4;
                SwapRedAndBlue(
                    placed.Picture.Samples8.Slice(from, covered.Width * 4),
                    row.Slice((covered.X - tile.X) * 4, covered.Width * 4)
                );
            }

            if (isCut)
            {
                Cut(row, Row(source, y), Selection.Row(layerY).Slice(tile.X - Bounds.X, tile.Width));
            }
        }
    }

    private static void ClearUnselected(Span<byte> pixels, ReadOnlySpan<byte> coverage)
    {
        for (int x = 0; x < coverage.Length; x++)
        {
            if (coverage[x] == 0)
            {
                pixels.Slice(x * 4, 4).Clear();
            }
        }
    }

    /// <summary>What is not selected stays; what is half selected is half new. Colours are mixed by what shows of them.</summary>
    private static void Cut(Span<byte> pixels, ReadOnlySpan<byte> old, ReadOnlySpan<byte> coverage)
    {
        for (int x = 0; x < coverage.Length; x++)
        {
            int share = coverage[x];
            Span<byte> pixel = pixels.Slice(x * 4, 4);
            ReadOnlySpan<byte> was = old.Slice(x * 4, 4);
            if (share == 0)
            {
                was.CopyTo(pixel);
            }
            else if (share < 255)
            {
                int newWeight = pixel[3] * share,
                    oldWeight = was[3] * (255 - share),
                    sum = newWeight + oldWeight;
                for (int channel = 0; channel < 3; channel++)
                {
                    pixel[channel] =
                        sum == 0 ? (byte)0 : (byte)(((pixel[channel] * newWeight) + (was[channel] * oldWeight) + (sum / 2)) / sum);
                }

                pixel[3] = (byte)((sum + 127) / 255);
            }
        }
    }

    /// <summary>BGRA to RGBA and back: the same exchange both ways.</summary>
    public static void SwapRedAndBlue(ReadOnlySpan<byte> source, Span<byte> target)
    {
        for (int i = 0; i < source.Length; i += 4)
        {
            byte first = source[i];
            target[i] = source[i + 2];
            target[i + 1] = source[i + 1];
            target[i + 2] = first;
            target[i + 3] = source[i + 3];
        }
    }

    /// <summary>The bytes of one row of pixels.</summary>
    public static Span<byte> Row<TPixel>(RegionPtr<TPixel> region, int y)
        where TPixel : unmanaged => MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref region[0, y], region.Width));

    /// <summary>There is no small picture to be enlarged until it fits.</summary>
    internal sealed class NothingToFitException(string message) : Core.RsrException(message);
}
