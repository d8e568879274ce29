// A picture of at most 256 colours as a palette and indices, and the PNG of it: exactly these colours, which an encoder that chooses a
// palette by itself does not promise.
using System.Buffers.Binary;
using System.IO.Compression;
using NetVips;
using RsrPlugins.Cli.Files.Metadata;

namespace RsrPlugins.Cli.Files.Containers;

internal sealed class PaletteImage
{
    private const int MaxColours = 256;
    private const int StripRows = 64;

    private readonly int _width;
    private readonly int _height;
    private readonly byte[] _indices;
    private readonly List<uint> _colours;

    private PaletteImage(int width, int height, byte[] indices, List<uint> colours)
    {
        (_width, _height, _indices, _colours) = (width, height, indices, colours);
    }

    public int Colours => _colours.Count;

    /// <summary>Null for a picture of more than 256 colours, or of 16 bits.</summary>
    public static PaletteImage? Of(Image image)
    {
        if (image.Format != Enums.BandFormat.Uchar || (long)image.Width * image.Height > Array.MaxLength)
        {
            return null;
        }

        int bands = image.Bands;
        byte[] indices = new byte[image.Width * image.Height];
        List<uint> colours = [];
        Dictionary<uint, byte> known = [];
        using Region region = Region.New(image);
        for (int y = 0; y < image.Height; y += StripRows)
        {
            byte[] strip = region.Fetch(0, y, image.Width, Math.Min(StripRows, image.Height - y));
            for (int index = 0; index < strip.Length / bands; index++)
            {
                ReadOnlySpan<byte> pixel = strip.AsSpan(index * bands, bands);
                uint colour = bands switch
                {
                    1 => Packed(pixel[0], pixel[0], pixel[0], 255),
                    2 => Packed(pixel[0], pixel[0], pixel[0], pixel[1]),
                    3 => Packed(pixel[0], pixel[1], pixel[2], 255),
                    _ => Packed(pixel[0], pixel[1], pixel[2], pixel[3]),
                };
                if (!known.TryGetValue(colour, out byte place))
                {
                    if (colours.Count == MaxColours)
                    {
                        return null;
                    }

                    place = (byte)colours.Count;
                    known[colour] = place;
                    colours.Add(colour);
                }

                indices[(y * image.Width) + index] = place;
            }
        }

        return new PaletteImage(image.Width, image.Height, indices, colours);

        static uint Packed(byte red, byte green, byte blue, byte alpha) =>
            ((uint)alpha << 24) | ((uint)red << 16) | ((uint)green << 8) | blue;
    }

    /// <summary>Writes a whole PNG with 1, 2, 4 or 8 bits a pixel.</summary>
    public void WritePng(Stream stream, byte[]? icc, bool smallest)
    {
        // Colours that are not opaque first, so that the list of their opacities is short.
        uint[] ordered = [.. _colours.OrderBy(colour => colour >> 24 == 255)];
        byte[] places = [.. _colours.Select(colour => (byte)Array.IndexOf(ordered, colour))];
        int bits = ordered.Length switch
        {
            <= 2 => 1,
            <= 4 => 2,
            <= 16 => 4,
            _ => 8,
        };

        stream.Write(PngFile.Signature);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, _width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), _height);
        (header[8], header[9]) = ((byte)bits, 3);
        PngFile.Write(stream, new PngChunk("IHDR", header));
        if (icc is not null)
        {
            PngFile.Write(stream, new PngChunk("iCCP", [.. "icc\0\0"u8, .. Compressed(icc, CompressionLevel.Optimal)]));
        }

        PngFile.Write(
            stream,
            new PngChunk("PLTE", [.. ordered.SelectMany(colour => (byte[])[(byte)(colour >> 16), (byte)(colour >> 8), (byte)colour])])
        );
        byte[] opacities = [.. ordered.Select(colour => (byte)(colour >> 24)).TakeWhile(opacity => opacity != 255)];
        if (opacities.Length > 0)
        {
            PngFile.Write(stream, new PngChunk("tRNS", opacities));
        }

        // Unfiltered: indices are names, not amounts.
        int rowBytes = ((_width * bits) + 7) / 8;
        byte[] rows = new byte[(1 + rowBytes) * _height];
        for (int y = 0; y < _height; y++)
        {
            Span<byte> row = rows.AsSpan((y * (1 + rowBytes)) + 1, rowBytes);
            for (int x = 0; x < _width; x++)
            {
                int bit = x * bits;
                row[bit / 8] |= (byte)(places[_indices[(y * _width) + x]] << (8 - bits - (bit % 8)));
            }
        }

        PngFile.Write(stream, new PngChunk("IDAT", Compressed(rows, smallest ? CompressionLevel.SmallestSize : CompressionLevel.Optimal)));
        PngFile.Write(stream, new PngChunk("IEND", []));
    }

    private static byte[] Compressed(byte[] bytes, CompressionLevel level)
    {
        using MemoryStream output = new MemoryStream();
        using (ZLibStream compressing = new ZLibStream(output, level, leaveOpen: true))
        {
            compressing.Write(bytes);
        }

        return output.ToArray();
    }
}
