// EXIF orientation, applied to the pixels once while they are read, so that no second copy of the picture is made. The tag
// is written back as 1; a picture turned by both its pixels and its tag would show turned twice.
namespace RsrPlugins.Cli.Files;

/// <summary>Where stored pixels belong in the picture as it is meant to be seen (EXIF 2.32, tag 0x0112, values 1 to 8).</summary>
internal readonly struct Orientation
{
    private readonly int _tag;
    private readonly long _origin;
    private readonly long _stepX;
    private readonly long _stepY;

    /// <param name="tag">1 to 8; anything else counts as 1, as viewers do.</param>
    /// <param name="storedWidth">Pixels per stored row.</param>
    /// <param name="storedHeight">Stored rows.</param>
    public Orientation(int tag, int storedWidth, int storedHeight)
    {
        _tag = tag;
        SwapsSides = tag is >= 5 and <= 8;
        Width = SwapsSides ? storedHeight : storedWidth;
        Height = SwapsSides ? storedWidth : storedHeight;
        long row = Width;
        long right = Width - 1;
        long bottom = (Height - 1) * row;
        (_origin, _stepX, _stepY) = tag switch
        {
            2 => (right, -1, row),
            3 => (bottom + right, -1, -row),
            4 => (bottom, 1, -row),
            5 => (0, row, 1),
            6 => (right, row, -1),
            7 => (bottom + right, -row, -1),
            8 => (bottom, -row, 1),
            _ => (0L, 1L, row),
        };
        Turns = tag is >= 2 and <= 8;
    }

    /// <summary>Width as seen.</summary>
    public int Width { get; }

    /// <summary>Height as seen.</summary>
    public int Height { get; }

    /// <summary>The picture is turned by a quarter, so width and height (and their resolutions) change places.</summary>
    public bool SwapsSides { get; }

    /// <summary>Anything at all has to be done.</summary>
    public bool Turns { get; }

    /// <summary>Where a place of the stored picture lies in the picture as seen, both in pixels from the top left.</summary>
    public (double X, double Y) PlaceOf(double x, double y)
    {
        (double storedWidth, double storedHeight) = SwapsSides ? (Height, Width) : (Width, Height);
        (double fractionX, double fractionY) = PlaceOfFraction(x / storedWidth, y / storedHeight);
        return (fractionX * Width, fractionY * Height);
    }

    /// <summary>The same in fractions of the picture's sides.</summary>
    public (double X, double Y) PlaceOfFraction(double x, double y) =>
        _tag switch
        {
            2 => (1 - x, y),
            3 => (1 - x, 1 - y),
            4 => (x, 1 - y),
            5 => (y, x),
            6 => (1 - y, x),
            7 => (1 - y, 1 - x),
            8 => (y, 1 - x),
            _ => (x, y),
        };

    /// <summary>Copies whole stored rows, starting with row <paramref name="y"/>, to their places; sizes in samples of T.</summary>
    public void CopyRows<T>(ReadOnlySpan<T> rows, int y, int storedWidth, int channels, Span<T> picture)
        where T : unmanaged
    {
        if (!Turns)
        {
            rows.CopyTo(picture[(int)((long)y * storedWidth * channels)..]);
            return;
        }

        int rowCount = rows.Length / (storedWidth * channels);
        for (int row = 0; row < rowCount; row++)
        {
            ReadOnlySpan<T> stored = rows.Slice(row * storedWidth * channels, storedWidth * channels);
            long place = (_origin + ((y + row) * _stepY)) * channels;
            for (int x = 0; x < storedWidth; x++, place += _stepX * channels)
            {
                stored.Slice(x * channels, channels).CopyTo(picture[(int)place..]);
            }
        }
    }
}
