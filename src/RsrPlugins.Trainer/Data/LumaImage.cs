// Pictures are kept as 8-bit luma: it is what the protocol measures, and 200 megapixels of it fit in memory. Drawings keep their colour
// too, because their small pictures are clipped colour by colour (OrdinaryReductions.cs).
using NetVips;
using RsrPlugins.Core.Resampling;

namespace RsrPlugins.Trainer.Data;

/// <summary>BT.601 studio luma (16 to 235) of a picture, rounded to 8 bits, row by row.</summary>
internal sealed record LumaImage(string Name, int Width, int Height, byte[] Luma)
{
    /// <summary>R, G and B of each pixel, 8 bits, where they are kept.</summary>
    internal byte[]? Colour { get; init; }

    private static readonly string[] _extensions = [".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"];

    /// <summary>Whether a file's name says it is a picture.</summary>
    internal static bool IsPicture(string path) => _extensions.Contains(Path.GetExtension(path).ToLowerInvariant());

    /// <summary>All pictures of a folder in the order of their names.</summary>
    /// <exception cref="TrainerException">The folder is missing or has no pictures.</exception>
    /// <param name="folder">The folder.</param>
    /// <param name="inColour">True keeps the colours.</param>
    internal static IReadOnlyList<LumaImage> LoadFolder(string folder, bool inColour = false)
    {
        if (!Directory.Exists(folder))
        {
            throw new TrainerException($"{folder}: no such folder of pictures. Give the data folder with --data or in RSR_DATA.");
        }

        string[] files = Directory.GetFiles(folder).Where(IsPicture).Order(StringComparer.Ordinal).ToArray();
        LumaImage[] images = new LumaImage[files.Length];
        Parallel.For(0, files.Length, i => images[i] = Load(files[i], inColour));
        return images.Length > 0
            ? images
            : throw new TrainerException($"{folder}: no pictures ({string.Join(" ", _extensions)}) in this folder.");
    }

    /// <exception cref="TrainerException">Not a readable picture.</exception>
    internal static LumaImage Load(string path, bool inColour = false)
    {
        try
        {
            using Image file = Image.NewFromFile(path, access: Enums.Access.Sequential);
            using Image image =
                file.Format == Enums.BandFormat.Uchar
                    ? file.Copy()
                    : file.Colourspace(file.Bands < 3 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb).Cast(Enums.BandFormat.Uchar);
            byte[] samples = image.WriteToMemory<byte>();
            int bands = image.Bands;
            byte[] luma = new byte[samples.Length / bands];
            byte[]? colour = inColour ? new byte[3 * luma.Length] : null;
            for (int i = 0; i < luma.Length; i++)
            {
                // Grey, or red, green, blue; alpha behind either is not looked at.
                int first = i * bands;
                (byte green, byte blue) = bands < 3 ? (samples[first], samples[first]) : (samples[first + 1], samples[first + 2]);
                luma[i] = (byte)MathF.Round(Core.Imaging.Luma.Bt601Studio(samples[first], green, blue));
                if (colour is not null)
                {
                    (colour[3 * i], colour[(3 * i) + 1], colour[(3 * i) + 2]) = (samples[first], green, blue);
                }
            }

            return new LumaImage(Path.GetFileNameWithoutExtension(path), image.Width, image.Height, luma) { Colour = colour };
        }
        catch (VipsException error)
        {
            throw new TrainerException($"{path}: not a readable picture ({error.Message.Trim()}).", error);
        }
    }

    /// <summary>The centre, at most side x side, with sides that are multiples of the scale factor; side 0 means no limit.</summary>
    internal LumaImage CentralCrop(int side, int scale)
    {
        int width = (side == 0 ? Width : Math.Min(side, Width)) / scale * scale;
        int height = (side == 0 ? Height : Math.Min(side, Height)) / scale * scale;
        // Whole pictures are cropped at the right and bottom, as the protocol says.
        int left = side == 0 ? 0 : (Width - width) / 2;
        int top = side == 0 ? 0 : (Height - height) / 2;
        byte[] luma = new byte[width * height];
        byte[]? colour = Colour is null ? null : new byte[3 * luma.Length];
        for (int y = 0; y < height; y++)
        {
            int start = ((top + y) * Width) + left;
            Luma.AsSpan(start, width).CopyTo(luma.AsSpan(y * width));
            Colour?.AsSpan(3 * start, 3 * width).CopyTo(colour.AsSpan(3 * y * width));
        }

        return new LumaImage(Name, width, height, luma) { Colour = colour };
    }

    /// <summary>The picture in one of the eight orientations: bit 0 mirrors left-right, bit 1 top-bottom, bit 2 transposes.</summary>
    internal LumaImage Oriented(int orientation)
    {
        (int width, int height) = (orientation & 4) != 0 ? (Height, Width) : (Width, Height);
        byte[] luma = new byte[Luma.Length];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                (int column, int row) = (orientation & 4) != 0 ? (y, x) : (x, y);
                column = (orientation & 1) != 0 ? Width - 1 - column : column;
                row = (orientation & 2) != 0 ? Height - 1 - row : row;
                luma[(y * width) + x] = Luma[(row * Width) + column];
            }
        }

        return new LumaImage(Name, width, height, luma);
    }

    /// <summary>The picture made smaller by the field's bicubic reduction (MATLAB imresize).</summary>
    /// <param name="factor">At least 1; sides are rounded to whole pixels.</param>
    internal LumaImage Reduced(double factor)
    {
        (int width, int height) = (Side(Width), Side(Height));
        float[] plane = Resampler.Resize(ToUnit(), Width, Height, width, height, ResamplingKernel.Bicubic);
        return new LumaImage(Name, width, height, Array.ConvertAll(plane, value => (byte)MathF.Round(255f * Math.Clamp(value, 0f, 1f))));

        int Side(int length) => Math.Max(1, (int)Math.Round(length / factor));
    }

    /// <summary>Every Nth pixel of every Nth row: flat forms become what is drawn pixel by pixel.</summary>
    /// <param name="step">At least 1.</param>
    internal LumaImage EveryNth(int step)
    {
        (int width, int height) = ((Width + step - 1) / step, (Height + step - 1) / step);
        byte[] luma = new byte[width * height];
        byte[]? colour = Colour is null ? null : new byte[3 * luma.Length];
        for (int i = 0; i < luma.Length; i++)
        {
            int from = (i / width * step * Width) + (i % width * step);
            luma[i] = Luma[from];
            Colour?.AsSpan(3 * from, 3).CopyTo(colour.AsSpan(3 * i));
        }

        return new LumaImage(Name, width, height, luma) { Colour = colour };
    }

    /// <summary>Values as the networks see them, Y/255.</summary>
    internal float[] ToUnit() => Array.ConvertAll(Luma, value => value / 255f);

    /// <summary>A rectangle as files have it: R, G and B where they are kept, else full-range grey.</summary>
    internal FilePlanes ToFile(int left, int top, int width, int height)
    {
        float[][] planes = [.. Enumerable.Range(0, Colour is null ? 1 : 3).Select(_ => new float[width * height])];
        for (int y = 0; y < height; y++)
        {
            int source = ((top + y) * Width) + left;
            for (int x = 0; x < width; x++)
            {
                int target = (y * width) + x;
                if (Colour is null)
                {
                    planes[0][target] = (Luma[source + x] - 16f) * (255f / 219f);
                }
                else
                {
                    int first = 3 * (source + x);
                    (planes[0][target], planes[1][target], planes[2][target]) = (Colour[first], Colour[first + 1], Colour[first + 2]);
                }
            }
        }

        return new FilePlanes(planes, width, height);
    }

    /// <summary>A square of values as the networks see them, Y/255.</summary>
    internal float[] ToUnit(int left, int top, int side)
    {
        float[] values = new float[side * side];
        for (int y = 0; y < side; y++)
        {
            for (int x = 0; x < side; x++)
            {
                values[(y * side) + x] = Luma[((top + y) * Width) + left + x] / 255f;
            }
        }

        return values;
    }
}
