// The part of a picture one tile needs, as float planes. Colour is carried as full-range luma and two plain differences,
// Y', R' - G' and B' - G': linear, and exactly zero for grey, so that grey stays grey through every later step. (Cb and Cr
// would leave rounding crumbs.) The planes belong to one worker and are used again for its next tile.
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Colour;

/// <summary>What alpha is like over a window.</summary>
internal enum WindowOpacity
{
    /// <summary>Every pixel is fully opaque, or the picture has no alpha.</summary>
    Opaque,

    /// <summary>Every pixel is fully transparent.</summary>
    Transparent,

    /// <summary>Anything else.</summary>
    Mixed,
}

/// <summary>Planes of width x height values, row by row, each 0 to 1 (differences -1 to 1).</summary>
internal sealed class SourceWindow
{
    private float[] _samples = [];

    /// <summary>Where the window lies in the picture.</summary>
    public TileRect Rect { get; private set; }

    public bool HasColour { get; private set; }

    public WindowOpacity Opacity { get; private set; }

    /// <summary>Full-range BT.601 luma Y' = 0.299 R' + 0.587 G' + 0.114 B'.</summary>
    public float[] FullRangeLuma { get; private set; } = [];

    /// <summary>R' - G'; unused for grey pictures.</summary>
    public float[] RedDifference { get; private set; } = [];

    /// <summary>B' - G'; unused for grey pictures.</summary>
    public float[] BlueDifference { get; private set; } = [];

    /// <summary>Unused where <see cref="Opacity"/> is opaque.</summary>
    public float[] Alpha { get; private set; } = [];

    /// <summary>Index of a picture position in the planes.</summary>
    public int At(int x, int y) => ((y - Rect.Y) * Rect.Width) + x - Rect.X;

    /// <summary>
    /// Reads a rectangle, which may exceed the picture on the right and at the bottom: the last column and row are repeated.
    /// </summary>
    /// <param name="ignoreAlpha">The caller knows the picture to be opaque.</param>
    public void Load(PixelImage image, TileRect rect, bool ignoreAlpha)
    {
        Rect = rect;
        HasColour = image.HasColour;
        int count = rect.Width * rect.Height;
        bool readAlpha = image.HasAlpha && !ignoreAlpha;
        if (FullRangeLuma.Length < count)
        {
            FullRangeLuma = new float[count];
        }

        if (image.HasColour && RedDifference.Length < count)
        {
            (RedDifference, BlueDifference) = (new float[count], new float[count]);
        }

        if (readAlpha && Alpha.Length < count)
        {
            Alpha = new float[count];
        }

        if (_samples.Length < rect.Width * image.Channels)
        {
            _samples = new float[rect.Width * image.Channels];
        }

        int inside = Math.Min(rect.Right, image.Width) - rect.X;
        int insideRows = Math.Min(rect.Bottom, image.Height) - rect.Y;
        float min = 1,
            max = 0;
        for (int y = 0; y < rect.Height; y++)
        {
            int row = y * rect.Width;
            if (y >= insideRows)
            {
                RepeatRow(row - rect.Width, row, rect.Width, readAlpha);
                continue;
            }

            Samples.Read(image, rect.X, rect.Y + y, inside, _samples);
            Split(image, row, inside);
            if (readAlpha)
            {
                SplitAlpha(image, row, inside, ref min, ref max);
            }

            RepeatLastPixel(row + inside, rect.Width - inside, readAlpha);
        }

        Opacity =
            !readAlpha || min == 1 ? WindowOpacity.Opaque
            : max == 0 ? WindowOpacity.Transparent
            : WindowOpacity.Mixed;
    }

    /// <summary>Whether alpha is the same at every pixel of a rectangle inside a window that is not opaque.</summary>
    public bool IsAlphaConstant(TileRect rect)
    {
        float first = Alpha[At(rect.X, rect.Y)];
        for (int y = rect.Y; y < rect.Bottom; y++)
        {
            if (Alpha.AsSpan(At(rect.X, y), rect.Width).ContainsAnyExcept(first))
            {
                return false;
            }
        }

        return true;
    }

    private void Split(PixelImage image, int row, int count)
    {
        float scale = 1f / image.MaxValue;
        int channels = image.Channels;
        Span<float> luma = FullRangeLuma.AsSpan(row, count);
        if (!image.HasColour)
        {
            for (int x = 0, i = 0; x < count; x++, i += channels)
            {
                luma[x] = _samples[i] * scale;
            }

            return;
        }

        Span<float> red = RedDifference.AsSpan(row, count),
            blue = BlueDifference.AsSpan(row, count);
        for (int x = 0, i = 0; x < count; x++, i += channels)
        {
            float green = _samples[i + 1] * scale;
            red[x] = (_samples[i] - _samples[i + 1]) * scale;
            blue[x] = (_samples[i + 2] - _samples[i + 1]) * scale;

            // The inverse of ColourRows: the same sum with the other sign, exact for grey.
            luma[x] = green + ((0.299f * red[x]) + (0.114f * blue[x]));
        }
    }

    private void SplitAlpha(PixelImage image, int row, int count, ref float min, ref float max)
    {
        float full = image.MaxValue;
        int channels = image.Channels;
        Span<float> alpha = Alpha.AsSpan(row, count);
        for (int x = 0, i = channels - 1; x < count; x++, i += channels)
        {
            alpha[x] = _samples[i] / full;
            min = Math.Min(min, alpha[x]);
            max = Math.Max(max, alpha[x]);
        }
    }

    private void RepeatLastPixel(int from, int count, bool alpha)
    {
        if (count <= 0)
        {
            return;
        }

        FullRangeLuma.AsSpan(from, count).Fill(FullRangeLuma[from - 1]);
        if (HasColour)
        {
            RedDifference.AsSpan(from, count).Fill(RedDifference[from - 1]);
            BlueDifference.AsSpan(from, count).Fill(BlueDifference[from - 1]);
        }

        if (alpha)
        {
            Alpha.AsSpan(from, count).Fill(Alpha[from - 1]);
        }
    }

    private void RepeatRow(int from, int to, int count, bool alpha)
    {
        FullRangeLuma.AsSpan(from, count).CopyTo(FullRangeLuma.AsSpan(to));
        if (HasColour)
        {
            RedDifference.AsSpan(from, count).CopyTo(RedDifference.AsSpan(to));
            BlueDifference.AsSpan(from, count).CopyTo(BlueDifference.AsSpan(to));
        }

        if (alpha)
        {
            Alpha.AsSpan(from, count).CopyTo(Alpha.AsSpan(to));
        }
    }
}
