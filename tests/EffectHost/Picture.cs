// The host's pictures have Paint.NET's own layout, BGRA with straight alpha, in memory that does not move: what a lock points to.
using PaintDotNet.Effects;
using PaintDotNet.Imaging;
using PaintDotNet.Rendering;
using RsrPlugins.Cli.Files.Containers;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.PixelFormats;

namespace RsrPlugins.EffectHost;

/// <summary>A picture of 8-bit BGRA pixels, straight alpha, row by row without gaps.</summary>
public sealed class Picture
{
    public Picture(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        Width = width;
        Height = height;
        Bytes = GC.AllocateArray<byte>(checked(width * height * 4), pinned: true);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Width * Height * 4 bytes: B, G, R, A.</summary>
    public byte[] Bytes { get; }

    /// <summary>ICC profile; null for none.</summary>
    public byte[]? Profile { get; set; }

    /// <summary>Dots per inch across.</summary>
    public double DpiX { get; set; } = 96;

    /// <summary>Dots per inch down.</summary>
    public double DpiY { get; set; } = 96;

    /// <summary>The four bytes of a pixel.</summary>
    public Span<byte> this[int x, int y] => Bytes.AsSpan(((y * Width) + x) * 4, 4);

    public static Picture Load(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return Load(file, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"{path}: not a picture that can be read ({exception.Message.ReplaceLineEndings(" ")}).");
        }
    }

    /// <summary>Reads a PNG.</summary>
    /// <param name="file">The PNG; can seek.</param>
    /// <param name="path">Its name, for errors.</param>
    public static Picture Load(Stream file, string path)
    {
        try
        {
            // The decoder shows what there is of a cut file; rsr refuses it, and so does this host.
            if (PngPixels.Problem(file) is { } problem)
            {
                throw new HostException($"{path}: expected a whole PNG, found {problem}.");
            }

            file.Position = 0;
            using Image<Bgra32> image = Image.Load<Bgra32>(file);
            Picture picture = new Picture(image.Width, image.Height);
            image.CopyPixelDataTo(picture.Bytes);
            picture.Profile = PngProfile.Read(file);
            (double across, double down) = (image.Metadata.HorizontalResolution, image.Metadata.VerticalResolution);
            double perInch = image.Metadata.ResolutionUnits switch
            {
                PixelResolutionUnit.PixelsPerInch => 1,
                PixelResolutionUnit.PixelsPerCentimeter => 2.54,
                PixelResolutionUnit.PixelsPerMeter => 0.0254,
                _ => 0,
            };
            if (perInch > 0 && across > 0 && down > 0)
            {
                (picture.DpiX, picture.DpiY) = (across * perInch, down * perInch);
            }

            return picture;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or ImageFormatException or ArgumentException)
        {
            throw new HostException($"{path}: not a picture that can be read ({exception.Message.ReplaceLineEndings(" ")}).");
        }
    }

    public void Save(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is string folder)
        {
            Directory.CreateDirectory(folder);
        }

        using Image<Bgra32> image = Image.LoadPixelData<Bgra32>(Bytes, Width, Height);
        string temporary = path + ".tmp";
        using (FileStream stream = File.Create(temporary))
        {
            // Always four channels of 8 bits: a golden picture keeps its kind whatever it shows.
            image.SaveAsPng(
                stream,
                new PngEncoder
                {
                    ColorType = PngColorType.RgbWithAlpha,
                    BitDepth = PngBitDepth.Bit8,
                    TransparentColorMode = PngTransparentColorMode.Preserve,
                }
            );
        }

        File.Move(temporary, path, overwrite: true);
    }

    public Picture Clone()
    {
        Picture copy = new Picture(Width, Height);
        Bytes.CopyTo(copy.Bytes, 0);
        return copy;
    }

    /// <summary>A rectangle of the picture as a picture of its own.</summary>
    public Picture Crop(int x, int y, int width, int height)
    {
        Picture part = new Picture(width, height);
        for (int row = 0; row < height; row++)
        {
            Bytes.AsSpan((((y + row) * Width) + x) * 4, width * 4).CopyTo(part.Bytes.AsSpan(row * width * 4));
        }

        return part;
    }
}

/// <summary>A locked rectangle of a picture.</summary>
internal sealed unsafe class PictureLock : IBitmapLock<ColorBgra32>
{
    private readonly Picture _picture;
    private readonly ColorBgra32* _buffer;

    public PictureLock(Picture picture, RectInt32 rect)
    {
        if (
            rect.X < 0
            || rect.Y < 0
            || rect.Width < 1
            || rect.Height < 1
            || rect.X + rect.Width > picture.Width
            || rect.Y + rect.Height > picture.Height
        )
        {
            throw new ArgumentOutOfRangeException(
                nameof(rect),
                $"{rect.X},{rect.Y},{rect.Width},{rect.Height} is not inside {picture.Width} x {picture.Height}."
            );
        }

        _picture = picture;
        Size = new SizeInt32(rect.Width, rect.Height);
        fixed (byte* first = picture.Bytes)
        {
            _buffer = (ColorBgra32*)first + ((long)rect.Y * picture.Width) + rect.X;
        }
    }

    public ColorBgra32* Buffer => _buffer;

    void* IBitmapLock.Buffer => _buffer;

    public uint BufferSize => (uint)(((Size.Height - 1) * BufferStride) + (Size.Width * 4));

    public int BufferStride => _picture.Width * 4;

    public SizeInt32 Size { get; }

    public void Dispose() { }
}

/// <summary>The source layer.</summary>
internal sealed class PictureSource(Picture picture) : IEffectInputBitmap<ColorBgra32>
{
    public SizeInt32 Size => new(picture.Width, picture.Height);

    public IBitmapLock<ColorBgra32> Lock(RectInt32 rect) => new PictureLock(picture, rect);

    public void Dispose() { }
}
