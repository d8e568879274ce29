// A lasso, an ellipse or two rectangles have bounds, and pixels within them that nobody selected. Paint.NET cuts what an effect writes by
// the selection's mask; what an effect reads is its own affair. Here both are done by one rule: what is not selected is transparent to
// the network and stays as it is in the layer. A rectangular selection needs none of this and costs nothing.
using System.Runtime.CompilerServices;
using PaintDotNet;
using PaintDotNet.Effects;
using PaintDotNet.Imaging;
using PaintDotNet.Rendering;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.PaintDotNet;

/// <summary>The bounds of a selection and how far each pixel within them is selected.</summary>
internal sealed class SelectionShape
{
    private const byte Selected = 255;
    private const int StripRows = 128;

    private readonly byte[]? _coverage;

    private SelectionShape(TileRect bounds, byte[]? coverage)
    {
        Bounds = bounds;
        _coverage = coverage;
    }

    /// <summary>Of the whole layer where nothing is selected; pixels of the layer.</summary>
    public TileRect Bounds { get; }

    /// <summary>Every pixel within the bounds is selected.</summary>
    public bool FillsBounds => _coverage is null;

    /// <summary>Asks Paint.NET. Where it tells the bounds alone, they count as filled: it then cuts by its own mask.</summary>
    public static SelectionShape Read(IEffectSelectionInfo selection)
    {
        RectInt32 rect = selection.RenderBounds;
        TileRect bounds = new TileRect(rect.X, rect.Y, rect.Width, rect.Height);
        if (OptionalService.Get(() => FromScans(selection, bounds)) is not { } scans || Array.TrueForAll(scans, value => value == Selected))
        {
            return new SelectionShape(bounds, null);
        }

        return new SelectionShape(bounds, OptionalService.Get(() => FromMask(selection, bounds)) ?? scans);
    }

    /// <summary>How far the pixels of a row are selected, 0 to 255, from the left edge of the bounds.</summary>
    /// <param name="y">Row of the layer, within the bounds.</param>
    /// <exception cref="InvalidOperationException">The bounds are filled.</exception>
    public ReadOnlySpan<byte> Row(int y) =>
        (_coverage ?? throw new InvalidOperationException("A filled rectangle has no mask.")).AsSpan(
            (y - Bounds.Y) * Bounds.Width,
            Bounds.Width
        );

    /// <summary>Null where the rectangles fill the bounds anyway, so that a large rectangle needs no mask.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte[]? FromScans(IEffectSelectionInfo selection, TileRect bounds)
    {
        IReadOnlyList<RectInt32> scans = selection.RenderScans;
        if (scans.Sum(scan => (long)scan.Width * scan.Height) >= (long)bounds.Width * bounds.Height)
        {
            return null;
        }

        byte[] coverage = new byte[bounds.Width * bounds.Height];
        foreach (RectInt32 scan in scans)
        {
            TileRect inside = Geometry.Intersect(new TileRect(scan.X, scan.Y, scan.Width, scan.Height), bounds);
            for (int y = inside.Y; y < inside.Bottom; y++)
            {
                coverage.AsSpan(((y - bounds.Y) * bounds.Width) + inside.X - bounds.X, inside.Width).Fill(Selected);
            }
        }

        return coverage;
    }

    /// <summary>The mask has soft edges, the rectangles have not.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte[]? FromMask(IEffectSelectionInfo selection, TileRect bounds)
    {
        IEffectInputBitmap<ColorAlpha8> mask = selection.MaskBitmap;
        byte[] coverage = new byte[bounds.Width * bounds.Height];
        for (int y = 0; y < bounds.Height; y += StripRows)
        {
            int rows = Math.Min(StripRows, bounds.Height - y);
            using IBitmapLock<ColorAlpha8> locked = mask.Lock(new RectInt32(bounds.X, bounds.Y + y, bounds.Width, rows));
            RegionPtr<ColorAlpha8> source = locked.AsRegionPtr();
            for (int row = 0; row < rows; row++)
            {
                Layer.Row(source, row).CopyTo(coverage.AsSpan((y + row) * bounds.Width));
            }
        }

        return coverage;
    }
}
