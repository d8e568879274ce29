// Limits of size: refused from the header alone, with figures, and the same by a dry run.
using System.Buffers.Binary;
using System.IO.Compression;
using RsrPlugins.Cli.Batch;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Tests.Support;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Cli.Tests.Batch;

public class PixelLimitTests
{
    /// <summary>A PNG whose header says what is asked for and whose pixels are a few zeros.</summary>
    private static void WritePng(string path, uint width, uint height, byte depth = 8, byte colourType = 2)
    {
        using FileStream file = File.Create(path);
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(header, width);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (depth, colourType);
        using MemoryStream pixels = new MemoryStream();
        using (ZLibStream zlib = new ZLibStream(pixels, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(new byte[1000]);
        }

        file.Write(Bytes.PngChunk("IHDR", header));
        file.Write(Bytes.PngChunk("IDAT", pixels.ToArray()));
        file.Write(Bytes.PngChunk("IEND", []));
    }

    [Theory]
    [InlineData(65536u, 65536u, 8, 2, "the limit for a picture with 3 channels, found 131072 x 131072")]
    [InlineData(65536u, 65536u, 8, 0, "the limit for a picture with 1 channels")]
    [InlineData(0u, 10u, 8, 2, "damaged file: its header says 0 x 10 pixels")]
    [InlineData(10u, 10u, 3, 2, "its header says 3 bits per sample")]
    [InlineData(10u, 10u, 8, 5, "the colour type 5, which does not exist")]
    public void Impossible_headers_are_refused_with_their_reason(uint width, uint height, byte depth, byte colourType, string expected)
    {
        using TestFolder folder = new TestFolder();
        WritePng(folder["a.png"], width, height, depth, colourType);
        foreach (
            string[] more in (string[][])
                [
                    [],
                    ["--dry-run"],
                ]
        )
        {
            RsrResult result = Rsr.Run(folder, ["upscale", "a.png", "-s", "2", .. more]);
            Assert.Equal(3, result.ExitCode);
            Assert.Contains(expected, result.OnlyErrorLine, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_limit_of_the_users_own()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(30, 20).Save(folder["a.png"]);
        RsrResult refused = Rsr.Run(folder, "upscale", "a.png", "-s", "2", "--max-pixels", "2399", "--dry-run");
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains(
            "a.png: expected at most 2399 pixels (--max-pixels), found 30 x 20 to be resized to 60 x 40, 2400",
            refused.OnlyErrorLine,
            StringComparison.Ordinal
        );
        Assert.Equal(0, Rsr.Run(folder, "upscale", "a.png", "-s", "2", "--max-pixels", "0.0024M").ExitCode);
        Assert.Equal(2, Rsr.Run(folder, "upscale", "a.png", "-s", "2", "--max-pixels", "0").ExitCode);
        Assert.Equal(3, Rsr.Run(folder, "downscale", "a.png", "-s", "2", "--max-pixels", "599").ExitCode); // The input counts, too.
    }

    [Fact]
    public void Memory_is_the_most_that_is_held_at_once()
    {
        ResizePlan plan = new ResizePlan(
            NetworkTask.Enlarge,
            [new ResizeStep(2, ModelKind.Photo, 2000, 2000), new ResizeStep(4, ModelKind.Photo, 8000, 8000)],
            7000,
            7000,
            ClassicalStep: true
        );
        const int bytes = 3;
        long most =
            PixelLimit.BytesFor(1000, 1000, bytes, plan, effort: 0)
            - PixelLimit.BytesFor(0, 0, bytes, plan with { Steps = [], Width = 0, Height = 0 }, effort: 0);
        Assert.Equal((64_000_000L + 49_000_000) * bytes, most);

        using TestFolder folder = new TestFolder();
        Pictures.Rgb(1000, 1000).Save(folder["a.png"]);
        PictureHeader header = PictureReader.ReadHeader(folder["a.png"]);
        new PixelLimit(null, memory: 600_000_000).Check("a.png", header, plan, 0);
        PictureFileException error = Assert.Throws<PictureFileException>(() =>
            new PixelLimit(null, memory: 400_000_000).Check("a.png", header, plan, 0)
        );
        Assert.Contains(
            "fits into the 0.4 GB of memory available, found 1000 x 1000 to be resized to 7000 x 7000, which takes 0.5 GB",
            error.Problem,
            StringComparison.Ordinal
        );
        new PixelLimit(100_000_000, memory: 1).Check("a.png", header, plan, 0); // The user's own figure decides.
    }
}
