// The one picture type of the engine: interleaved integer samples, as files and editors hold them. Whole pictures stay
// 8- or 16-bit integers so that memory grows with the picture's own bytes; floats exist per tile only.
namespace RsrPlugins.Core.Imaging;

/// <summary>What the interleaved channels of a <see cref="PixelImage"/> mean. Colour is gamma-coded R'G'B'; alpha is straight.</summary>
public enum PixelLayout
{
    /// <summary>One channel: full-range grey.</summary>
    Grey = 1,

    /// <summary>Two channels: grey, straight alpha.</summary>
    GreyAlpha = 2,

    /// <summary>Three channels: R, G, B.</summary>
    Rgb = 3,

    /// <summary>Four channels: R, G, B, straight alpha.</summary>
    Rgba = 4,
}

/// <summary>A picture of interleaved 8- or 16-bit samples, row by row without gaps.</summary>
public sealed class PixelImage
{
    private readonly byte[]? _samples8;
    private readonly ushort[]? _samples16;

    private PixelImage(int width, int height, PixelLayout layout, byte[]? samples8, ushort[]? samples16)
    {
        Width = width;
        Height = height;
        Layout = layout;
        _samples8 = samples8;
        _samples16 = samples16;
    }

    /// <summary>Pixels across; at least 1.</summary>
    public int Width { get; }

    /// <summary>Pixels down; at least 1.</summary>
    public int Height { get; }

    public PixelLayout Layout { get; }

    /// <summary>Samples per pixel, 1 to 4.</summary>
    public int Channels => (int)Layout;

    public bool HasAlpha => Layout is PixelLayout.GreyAlpha or PixelLayout.Rgba;

    public bool HasColour => Layout is PixelLayout.Rgb or PixelLayout.Rgba;

    /// <summary>8 or 16.</summary>
    public int BitsPerSample => _samples8 is not null ? 8 : 16;

    /// <summary>The largest sample value: 255 or 65535.</summary>
    public int MaxValue => _samples8 is not null ? byte.MaxValue : ushort.MaxValue;

    /// <summary>All samples of an 8-bit picture, length Width * Height * Channels.</summary>
    /// <exception cref="InvalidOperationException">The picture has 16-bit samples.</exception>
    public Span<byte> Samples8 => _samples8 ?? throw new InvalidOperationException("The picture has 16-bit samples.");

    /// <summary>All samples of a 16-bit picture, length Width * Height * Channels.</summary>
    /// <exception cref="InvalidOperationException">The picture has 8-bit samples.</exception>
    public Span<ushort> Samples16 => _samples16 ?? throw new InvalidOperationException("The picture has 8-bit samples.");

    /// <summary>Makes a picture with all samples 0.</summary>
    /// <exception cref="ImageSizeException">A side is below 1, or the samples do not fit one array.</exception>
    public static PixelImage Create(int width, int height, PixelLayout layout, int bitsPerSample)
    {
        if (width < 1 || height < 1)
        {
            throw new ImageSizeException($"A picture needs at least 1 x 1 pixels; {width} x {height} was asked for.");
        }

        if (bitsPerSample is not (8 or 16))
        {
            throw new ArgumentOutOfRangeException(nameof(bitsPerSample), bitsPerSample, "8 or 16 bits per sample.");
        }

        long count = (long)width * height * (int)layout;
        if (count > Array.MaxLength)
        {
            throw new ImageSizeException(
                $"{width} x {height} pixels with {(int)layout} channels are more than one picture can hold ({Array.MaxLength:N0} samples)."
            );
        }

        return bitsPerSample == 8
            ? new PixelImage(width, height, layout, new byte[count], null)
            : new PixelImage(width, height, layout, null, new ushort[count]);
    }
}
