// The icon of the installer, drawn: one disc, coarse pixels on its left, smooth on its right. A program draws each size from
// the geometry, so that small sizes are no blurred large one and no picture file has to be kept.
using System.Buffers.Binary;

namespace RsrPlugins.Release;

/// <summary>A Windows icon file with 32-bit images.</summary>
internal static class SetupIcon
{
    private static readonly int[] _sizes = [16, 20, 24, 32, 40, 48, 64, 256];

    private const int Samples = 8;
    private const double CornerRadius = 0.19;
    private const double DiscRadius = 0.34;

    /// <summary>Side of the coarse pixels: three to the radius, so that they meet the smooth half in the middle.</summary>
    private const double CoarsePixel = DiscRadius / 3;

    /// <summary>The .ico file.</summary>
    public static byte[] Draw()
    {
        byte[][] images = [.. _sizes.Select(DrawImage)];
        MemoryStream file = new MemoryStream();
        using BinaryWriter writer = new BinaryWriter(file);
        writer.Write((ushort)0);
        writer.Write((ushort)1); // An icon, not a cursor.
        writer.Write((ushort)images.Length);
        int offset = 6 + 16 * images.Length;
        for (int i = 0; i < images.Length; i++)
        {
            byte side = (byte)(_sizes[i] % 256); // 256 is written as 0.
            writer.Write([side, side, 0, 0]);
            writer.Write((ushort)1);
            writer.Write((ushort)32);
            writer.Write(images[i].Length);
            writer.Write(offset);
            offset += images[i].Length;
        }

        foreach (byte[] image in images)
        {
            writer.Write(image);
        }

        return file.ToArray();
    }

    /// <summary>A bitmap as icons have it: header with twice the height, pixels from the bottom, then an empty mask.</summary>
    private static byte[] DrawImage(int size)
    {
        const int header = 40;
        int maskStride = (size + 31) / 32 * 4;
        byte[] image = new byte[header + 4 * size * size + maskStride * size];
        BinaryPrimitives.WriteInt32LittleEndian(image, header);
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(4), size);
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(8), 2 * size);
        BinaryPrimitives.WriteInt16LittleEndian(image.AsSpan(12), 1);
        BinaryPrimitives.WriteInt16LittleEndian(image.AsSpan(14), 32);
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                DrawPixel(x, y, size, image.AsSpan(header + 4 * (x + size * (size - 1 - y)), 4));
            }
        }

        return image;
    }

    /// <summary>Mean of <see cref="Samples"/> squared points; BGRA, alpha not premultiplied.</summary>
    private static void DrawPixel(int x, int y, int size, Span<byte> pixel)
    {
        double red = 0,
            green = 0,
            blue = 0;
        int covered = 0;
        for (int i = 0; i < Samples * Samples; i++)
        {
            double u = (x + (i % Samples + 0.5) / Samples) / size;
            double v = (y + (i / Samples + 0.5) / Samples) / size;
            if (!InRoundedSquare(u, v))
            {
                continue;
            }

            covered++;
            bool disc = u < 0.5 ? InDisc(CoarseCentre(u), CoarseCentre(v)) : InDisc(u, v);
            red += disc ? 244 : 16;
            green += disc ? 247 : 52 + 66 * v;
            blue += disc ? 250 : 92 + 24 * v;
        }

        if (covered == 0)
        {
            return;
        }

        pixel[0] = (byte)Math.Round(blue / covered);
        pixel[1] = (byte)Math.Round(green / covered);
        pixel[2] = (byte)Math.Round(red / covered);
        pixel[3] = (byte)Math.Round(255.0 * covered / (Samples * Samples));
    }

    private static bool InDisc(double u, double v) => double.Hypot(u - 0.5, v - 0.5) < DiscRadius;

    /// <summary>Centre of the coarse pixel a coordinate lies in; the grid starts in the middle of the icon.</summary>
    private static double CoarseCentre(double coordinate) => 0.5 + (Math.Floor((coordinate - 0.5) / CoarsePixel) + 0.5) * CoarsePixel;

    private static bool InRoundedSquare(double u, double v)
    {
        double beyondX = Math.Max(0, Math.Abs(u - 0.5) - (0.5 - CornerRadius));
        double beyondY = Math.Max(0, Math.Abs(v - 0.5) - (0.5 - CornerRadius));
        return double.Hypot(beyondX, beyondY) < CornerRadius;
    }
}
