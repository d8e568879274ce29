using PaintDotNet.ComponentModel;
using PaintDotNet.Rendering;

namespace PaintDotNet.Imaging;

[Flags]
public enum BitmapLockOptions
{
    Read = 1,
    Write = 2,
    ReadWrite = Read | Write,
}

public unsafe interface IBitmapLock : IObjectRef
{
    void* Buffer { get; }

    uint BufferSize { get; }

    int BufferStride { get; }

    SizeInt32 Size { get; }
}

public unsafe interface IBitmapLock<TPixel> : IBitmapLock
    where TPixel : unmanaged, INaturalPixelInfo
{
    new TPixel* Buffer { get; }
}

public interface IBitmapSource : IObjectRef
{
    SizeInt32 Size { get; }
}

public interface IBitmapSource<TPixel> : IBitmapSource
    where TPixel : unmanaged, INaturalPixelInfo
{ }

public interface IBitmap : IBitmapSource
{
    Vector2Double Resolution { get; set; }
}

public interface IBitmap<TPixel> : IBitmap, IBitmapSource<TPixel>
    where TPixel : unmanaged, INaturalPixelInfo
{
    IBitmapLock<TPixel> Lock(RectInt32 rect, BitmapLockOptions lockOptions);
}

public interface IColorContext : IObjectRef
{
    ReadOnlyMemory<byte> GetProfileBytes();
}

public interface IImagingFactory : IObjectRef { }
