using PaintDotNet.Rendering;

namespace PaintDotNet.Imaging;

public static class ImagingFactoryExtensions
{
    public static IBitmap<TPixel> CreateBitmap<TPixel>(this IImagingFactory factory, int width, int height)
        where TPixel : unmanaged, INaturalPixelInfo
    {
        ArgumentNullException.ThrowIfNull(factory);
        return new MemoryBitmap<TPixel>(width, height);
    }

    /// <summary>Pinned memory is all a bitmap needs to be here.</summary>
    private sealed unsafe class MemoryBitmap<TPixel>(int width, int height) : IBitmap<TPixel>
        where TPixel : unmanaged, INaturalPixelInfo
    {
        private readonly TPixel[] _pixels = GC.AllocateArray<TPixel>(checked(width * height), pinned: true);

        public SizeInt32 Size => new(width, height);

        public Vector2Double Resolution { get; set; } = new(96, 96);

        public IBitmapLock<TPixel> Lock(RectInt32 rect, BitmapLockOptions lockOptions)
        {
            if (rect.X < 0 || rect.Y < 0 || rect.X + rect.Width > width || rect.Y + rect.Height > height)
            {
                throw new ArgumentOutOfRangeException(nameof(rect), "The rectangle lies outside the bitmap.");
            }

            fixed (TPixel* first = _pixels)
            {
                return new PixelLock(
                    this,
                    first + ((long)rect.Y * width) + rect.X,
                    new SizeInt32(rect.Width, rect.Height),
                    width * sizeof(TPixel)
                );
            }
        }

        public void Dispose() { }

        private sealed class PixelLock(MemoryBitmap<TPixel> owner, TPixel* buffer, SizeInt32 size, int stride) : IBitmapLock<TPixel>
        {
            public TPixel* Buffer => buffer;

            void* IBitmapLock.Buffer => buffer;

            public uint BufferSize => (uint)(((size.Height - 1) * stride) + (size.Width * sizeof(TPixel)));

            public int BufferStride => stride;

            public SizeInt32 Size => size;

            // The lock keeps the pinned array alive.
            public void Dispose() => GC.KeepAlive(owner);
        }
    }
}
