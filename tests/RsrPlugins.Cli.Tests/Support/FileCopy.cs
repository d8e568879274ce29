// Reading and writing without the engine in between: what goes through must come out as it was, and what does not must be said.
using NetVips;
using RsrPlugins.Cli.Files;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Cli.Tests.Support;

/// <summary>What a copy gave.</summary>
internal sealed record CopiedFile(byte[] Bytes, Picture Picture, WrittenPicture Written)
{
    /// <summary>All notes, of reading and of writing.</summary>
    public IReadOnlyList<string> Notes { get; } = [.. Picture.Notes, .. Written.Notes];
}

internal static class FileCopy
{
    /// <summary>Reads a file's bytes and writes the picture in a format.</summary>
    /// <param name="bytes">A whole file.</param>
    /// <param name="extension">The output's, "png" for example.</param>
    /// <param name="enlarge">The result is so many times as large, by repeated pixels.</param>
    public static CopiedFile As(
        byte[] bytes,
        string extension,
        int enlarge = 1,
        WriteOptions? options = null,
        DownscaleRecord? record = null,
        bool salvage = false
    )
    {
        PictureHeader header = PictureReader.ReadHeader(PictureSource.OfBytes("input", bytes));
        Picture picture = PictureReader.Read(header, salvage);
        PixelImage pixels = enlarge == 1 ? picture.Pixels : Enlarged(picture.Pixels, enlarge);
        using MemoryStream stream = new MemoryStream();
        WrittenPicture written = PictureWriter.Encode(
            stream,
            "output",
            pixels,
            pixels.Width,
            pixels.Height,
            PictureFormat.OfName(extension)!,
            picture.Metadata,
            record,
            options ?? new WriteOptions()
        );
        Assert.Equal(stream.Length, written.Bytes);
        return new CopiedFile(stream.ToArray(), picture, written);
    }

    /// <summary>The error of reading a file's bytes, without its name.</summary>
    public static string ErrorOf(byte[] bytes, string name = "input")
    {
        PictureFileException error = Assert.Throws<PictureFileException>(() =>
            PictureReader.Read(PictureReader.ReadHeader(PictureSource.OfBytes(name, bytes)), salvage: false)
        );
        Assert.DoesNotContain('\n', error.Message);
        return error.Problem;
    }

    /// <summary>A picture's file, written by libvips alone, without any metadata.</summary>
    public static byte[] Plain(string extension, int width = 24, int height = 16, VOption? options = null)
    {
        using Image image = Pictures.Rgb(width, height);
        VOption all = options ?? [];
        all.Add("keep", Enums.ForeignKeep.None);
        byte[] file = image.WriteToBuffer("." + extension, all);
        return extension == "png" ? WithoutPhysicalSize(file) : file;
    }

    /// <summary>A PNG of libvips without the 25.4 dpi it says where nothing is known.</summary>
    public static byte[] WithoutPhysicalSize(byte[] png) =>
        [
            .. png[..8],
            .. Bytes
                .PngChunks(png)
                .Where(chunk => chunk.Type is not ("pHYs" or "eXIf"))
                .SelectMany(chunk => Bytes.PngChunk(chunk.Type, chunk.Data)),
        ];

    private static PixelImage Enlarged(PixelImage source, int factor)
    {
        PixelImage result = PixelImage.Create(source.Width * factor, source.Height * factor, source.Layout, source.BitsPerSample);
        for (int y = 0; y < result.Height; y++)
        {
            for (int x = 0; x < result.Width; x++)
            {
                int from = (((y / factor) * source.Width) + (x / factor)) * source.Channels;
                source.Samples8.Slice(from, source.Channels).CopyTo(result.Samples8[(((y * result.Width) + x) * source.Channels)..]);
            }
        }

        return result;
    }
}
