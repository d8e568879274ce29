// A selection of any shape, as Paint.NET gives it to an effect: rectangles that cover what is selected at all, and a mask that says how
// far. What an effect writes is cut by the mask, unless it has asked to do that itself.
using PaintDotNet.Effects;
using PaintDotNet.Imaging;
using PaintDotNet.Rendering;

namespace RsrPlugins.EffectHost;

/// <summary>How far each pixel of a layer is selected, 0 to 255.</summary>
internal sealed class SelectionMask : IEffectInputBitmap<ColorAlpha8>
{
    private readonly byte[] _coverage;

    private SelectionMask(int width, int height, byte[] coverage)
    {
        Size = new SizeInt32(width, height);
        _coverage = coverage;
    }

    public SizeInt32 Size { get; }

    /// <summary>The smallest rectangle around what is selected at all.</summary>
    public RectInt32 Bounds
    {
        get
        {
            int left = int.MaxValue,
                top = int.MaxValue,
                right = 0,
                bottom = 0;
            for (int i = 0; i < _coverage.Length; i++)
            {
                if (_coverage[i] != 0)
                {
                    (int x, int y) = (i % Size.Width, i / Size.Width);
                    (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x + 1), Math.Max(bottom, y + 1));
                }
            }

            return new RectInt32(left, top, right - left, bottom - top);
        }
    }

    /// <summary>A mask from a picture: its green channel says how far a pixel is selected.</summary>
    /// <exception cref="HostException">It is not as large as the layer, or selects nothing.</exception>
    public static SelectionMask Of(Picture layer, Picture mask)
    {
        if ((mask.Width, mask.Height) != (layer.Width, layer.Height))
        {
            throw new HostException(
                $"The selection mask is {mask.Width} x {mask.Height}, the layer {layer.Width} x {layer.Height}: the same size was expected."
            );
        }

        byte[] coverage = [.. Enumerable.Range(0, mask.Width * mask.Height).Select(i => mask.Bytes[(i * 4) + 1])];
        return Array.TrueForAll(coverage, value => value == 0)
            ? throw new HostException("The selection mask selects nothing: it is black all over.")
            : new SelectionMask(layer.Width, layer.Height, coverage);
    }

    /// <summary>A rectangle.</summary>
    public static SelectionMask Of(int width, int height, RectInt32 rect)
    {
        byte[] coverage = new byte[width * height];
        for (int y = rect.Y; y < rect.Y + rect.Height; y++)
        {
            coverage.AsSpan((y * width) + rect.X, rect.Width).Fill(255);
        }

        return new SelectionMask(width, height, coverage);
    }

    /// <summary>Runs of selected pixels, row by row.</summary>
    public IReadOnlyList<RectInt32> Scans(RectInt32 bounds)
    {
        List<RectInt32> scans = new List<RectInt32>();
        for (int y = bounds.Y; y < bounds.Y + bounds.Height; y++)
        {
            for (int x = bounds.X; x < bounds.X + bounds.Width; x++)
            {
                int start = x;
                while (x < bounds.X + bounds.Width && _coverage[(y * Size.Width) + x] != 0)
                {
                    x++;
                }

                if (x > start)
                {
                    scans.Add(new RectInt32(start, y, x - start, 1));
                }
            }
        }

        return scans;
    }

    /// <summary>Brings back what is not selected.</summary>
    /// <param name="tile">What the effect wrote.</param>
    /// <param name="left">Where it lies in the layer.</param>
    /// <param name="top">Where it lies in the layer.</param>
    /// <param name="layer">The layer before.</param>
    public void Apply(Picture tile, int left, int top, Picture layer)
    {
        for (int y = 0; y < tile.Height; y++)
        {
            for (int x = 0; x < tile.Width; x++)
            {
                double share = _coverage[((top + y) * Size.Width) + left + x] / 255.0;
                Span<byte> pixel = tile[x, y],
                    was = layer[left + x, top + y];
                double newWeight = pixel[3] * share,
                    oldWeight = was[3] * (1 - share),
                    sum = newWeight + oldWeight;
                for (int channel = 0; channel < 3 && sum > 0; channel++)
                {
                    pixel[channel] = (byte)Math.Round(((pixel[channel] * newWeight) + (was[channel] * oldWeight)) / sum);
                }

                pixel[3] = (byte)Math.Round(sum);
            }
        }
    }

    public IBitmapLock<ColorAlpha8> Lock(RectInt32 rect) => new MaskLock(this, rect);

    public void Dispose() { }

    private sealed unsafe class MaskLock : IBitmapLock<ColorAlpha8>
    {
        private readonly byte[] _rows;

        public MaskLock(SelectionMask mask, RectInt32 rect)
        {
            if (
                rect.X < 0
                || rect.Y < 0
                || rect.Width < 1
                || rect.Height < 1
                || rect.X + rect.Width > mask.Size.Width
                || rect.Y + rect.Height > mask.Size.Height
            )
            {
                throw new ArgumentOutOfRangeException(
                    nameof(rect),
                    $"{rect.X},{rect.Y},{rect.Width},{rect.Height} is not inside {mask.Size.Width} x {mask.Size.Height}."
                );
            }

            Size = new SizeInt32(rect.Width, rect.Height);
            // Rows are farther apart than they are long, as Paint.NET's may be.
            BufferStride = rect.Width + 5;
            _rows = GC.AllocateArray<byte>(rect.Height * BufferStride, pinned: true);
            for (int y = 0; y < rect.Height; y++)
            {
                mask._coverage.AsSpan(((rect.Y + y) * mask.Size.Width) + rect.X, rect.Width).CopyTo(_rows.AsSpan(y * BufferStride));
            }
        }

        public ColorAlpha8* Buffer
        {
            get
            {
                fixed (byte* first = _rows)
                {
                    return (ColorAlpha8*)first;
                }
            }
        }

        void* IBitmapLock.Buffer => Buffer;

        public uint BufferSize => (uint)_rows.Length;

        public int BufferStride { get; }

        public SizeInt32 Size { get; }

        public void Dispose() { }
    }
}
