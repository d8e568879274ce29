// What an effect sees of the document and of its output.
using PaintDotNet.ComponentModel;
using PaintDotNet.Imaging;
using PaintDotNet.Rendering;

namespace PaintDotNet.Effects;

[Flags]
public enum BitmapEffectRenderingFlags : ulong
{
    None = 0,
    SingleThreaded = 1,
    DisableSelectionClipping = 2,
    ForceAliasedSelectionQuality = 4,
    FirstTileIsRenderedWithBarrier = 8,
    UninitializedOutputBuffer = 16,
}

public enum BitmapEffectRenderingSchedule : long
{
    None = 0,
    HorizontalStrips = 1,
    SquareTiles = 2,
}

public interface IBitmapEffectRenderInfo
{
    BitmapEffectRenderingFlags Flags { get; set; }

    BitmapEffectRenderingSchedule Schedule { get; set; }
}

public interface IBitmapEffectOutput
{
    RectInt32 Bounds { get; }
}

public static class BitmapEffectOutputExtensions
{
    public static IBitmapLock<ColorBgra32> LockBgra32(this IBitmapEffectOutput output) => ((IHostEffectOutput)output).LockBgra32();
}

public interface IEffectSelectionInfo : IObjectRef
{
    RectInt32 RenderBounds { get; }

    IReadOnlyList<RectInt32> RenderScans { get; }

    IEffectInputBitmap<ColorAlpha8> MaskBitmap { get; }
}

public interface IBitmapEffectSelectionInfo : IEffectSelectionInfo { }

public interface IEffectEnvironment : IObjectRef { }

public interface IEffectEnvironment2 : IEffectEnvironment { }

public interface IEffectDocumentInfo : IObjectRef
{
    IColorContext? ColorContext { get; }

    Resolution Resolution { get; }
}

public interface IBitmapEffectDocumentInfo : IEffectDocumentInfo { }

public interface IBitmapEffectEnvironment : IEffectEnvironment2
{
    IBitmapEffectDocumentInfo Document { get; }

    IImagingFactory ImagingFactory { get; }

    IBitmapEffectSelectionInfo Selection { get; }
}

public interface IEffectInputBitmap : IBitmapSource { }

public interface IEffectInputBitmap<TPixel> : IEffectInputBitmap, IBitmapSource<TPixel>
    where TPixel : unmanaged, INaturalPixelInfo
{
    IBitmapLock<TPixel> Lock(RectInt32 rect);
}

public static class EffectEnvironmentExtensions
{
    public static IEffectInputBitmap<ColorBgra32> GetSourceBitmapBgra32(this IEffectEnvironment environment) =>
        ((IHostEffectEnvironment)environment).SourceBgra32;
}

/// <summary>What a host's output has to give.</summary>
internal interface IHostEffectOutput : IBitmapEffectOutput
{
    IBitmapLock<ColorBgra32> LockBgra32();
}

/// <summary>What a host's environment has to give.</summary>
internal interface IHostEffectEnvironment : IBitmapEffectEnvironment
{
    IEffectInputBitmap<ColorBgra32> SourceBgra32 { get; }
}
