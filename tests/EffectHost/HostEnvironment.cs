// What the effect sees of the document: one layer and a selection.
using PaintDotNet;
using PaintDotNet.Effects;
using PaintDotNet.Imaging;
using PaintDotNet.Rendering;

namespace RsrPlugins.EffectHost;

internal sealed class HostEnvironment(Picture layer, RectInt32 selection, SelectionMask? mask)
    : IHostEffectEnvironment,
        IBitmapEffectSelectionInfo,
        IBitmapEffectDocumentInfo,
        IColorContext,
        IImagingFactory
{
    public IBitmapEffectDocumentInfo Document => this;

    public IColorContext? ColorContext => layer.Profile is null ? null : this;

    public Resolution Resolution => new(layer.DpiX, layer.DpiY, MeasurementUnit.Inch);

    public ReadOnlyMemory<byte> GetProfileBytes() => layer.Profile;

    public IImagingFactory ImagingFactory => this;

    public IBitmapEffectSelectionInfo Selection => this;

    public RectInt32 RenderBounds => selection;

    public IReadOnlyList<RectInt32> RenderScans => mask?.Scans(selection) ?? [selection];

    public IEffectInputBitmap<ColorAlpha8> MaskBitmap { get; } = mask ?? SelectionMask.Of(layer.Width, layer.Height, selection);

    public IEffectInputBitmap<ColorBgra32> SourceBgra32 { get; } = new PictureSource(layer);

    public void Dispose() { }
}

internal sealed class HostRenderInfo : IBitmapEffectRenderInfo
{
    public BitmapEffectRenderingFlags Flags { get; set; }

    public BitmapEffectRenderingSchedule Schedule { get; set; } = BitmapEffectRenderingSchedule.SquareTiles;
}

/// <summary>One tile of output: a buffer of its own, as Paint.NET gives.</summary>
internal sealed class HostOutput(RectInt32 bounds) : IHostEffectOutput
{
    public RectInt32 Bounds => bounds;

    public Picture Tile { get; } = new(bounds.Width, bounds.Height);

    public IBitmapLock<ColorBgra32> LockBgra32() => new PictureLock(Tile, new RectInt32(0, 0, bounds.Width, bounds.Height));
}
