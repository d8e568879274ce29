namespace PaintDotNet.Imaging;

public static class BitmapLockExtensions
{
    public static unsafe RegionPtr<TPixel> AsRegionPtr<TPixel>(this IBitmapLock<TPixel> bitmapLock)
        where TPixel : unmanaged, INaturalPixelInfo
    {
        ArgumentNullException.ThrowIfNull(bitmapLock);
        return new RegionPtr<TPixel>(bitmapLock.Buffer, bitmapLock.Size.Width, bitmapLock.Size.Height, bitmapLock.BufferStride);
    }
}
