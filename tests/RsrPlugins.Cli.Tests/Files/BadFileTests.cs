// Files that are not what they seem: each must be refused with words that say what was expected and what was found.
using System.Text;
using NetVips;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Files;

public class BadFileTests
{
    private static string ErrorOf(string path)
    {
        PictureFileException error = Assert.Throws<PictureFileException>(() => PictureReader.Read(path));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        return error.Problem;
    }

    [Theory]
    [InlineData("", "empty file")]
    [InlineData("Dear Sir,\nthis is a letter", "text")]
    [InlineData("8BPS\0\u0001", "Photoshop document")]
    [InlineData("<svg xmlns=", "SVG")]
    [InlineData("%PDF-1.7", "PDF")]
    [InlineData("\u0001\u0002\u0003", "bytes 010203")]
    public void What_is_no_picture_of_ours_is_named(string content, string found)
    {
        using TestFolder folder = new TestFolder();
        File.WriteAllText(folder["a.png"], content, new UTF8Encoding(false));
        string problem = ErrorOf(folder["a.png"]);
        Assert.Contains($"expected {PictureFormat.Supported}", problem, StringComparison.Ordinal);
        Assert.Contains(found, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_named()
    {
        using TestFolder folder = new TestFolder();
        Assert.Equal("no such file", ErrorOf(folder["a.png"]));
        Assert.Contains("folder", ErrorOf(folder.Root), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    [InlineData("webp")]
    [InlineData("tif")]
    public void A_file_cut_short_fails_wherever_it_is_cut(string extension)
    {
        using TestFolder folder = new TestFolder();
        string path = Pictures
            .Rgb(200, 150)
            .Save(
                folder[$"a.{extension}"],
                extension == "tif" ? new VOption { { "compression", Enums.ForeignTiffCompression.Deflate } } : null
            );
        byte[] whole = File.ReadAllBytes(path);
        foreach (double part in (double[])[0.05, 0.3, 0.6, 0.9])
        {
            File.WriteAllBytes(path, whole[..(int)(whole.Length * part)]);
            Assert.Contains("damaged or truncated", ErrorOf(path), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Damaged_pixels_of_a_png_fail()
    {
        using TestFolder folder = new TestFolder();
        string path = Pictures.Rgb(200, 150).Save(folder["a.png"]);
        byte[] bytes = File.ReadAllBytes(path);
        for (int index = bytes.Length / 2; index < (bytes.Length / 2) + 8; index++)
        {
            bytes[index] ^= 0x55;
        }

        File.WriteAllBytes(path, bytes);
        Assert.Contains("damaged", ErrorOf(path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("webp")]
    [InlineData("tif")]
    public void Several_pages_are_refused(string extension)
    {
        using TestFolder folder = new TestFolder();
        using (Image strip = Pictures.Rgb(20, 40).Mutate(mutable => mutable.Set(GValue.GIntType, "page-height", 20)))
        {
            strip.WriteToFile(folder[$"a.{extension}"]);
        }

        Assert.Contains("animated or multi-page", ErrorOf(folder[$"a.{extension}"]), StringComparison.Ordinal);
    }

    [Fact]
    public void An_animated_png_is_refused()
    {
        using TestFolder folder = new TestFolder();
        string path = Pictures.Rgb(8, 8).Save(folder["a.png"]);
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, Bytes.WithPngChunks(bytes, ("acTL", [0, 0, 0, 2, 0, 0, 0, 0]))); // 2 frames, endless.
        Assert.Contains("animated", ErrorOf(path), StringComparison.Ordinal);
        File.WriteAllBytes(path, Bytes.WithPngChunks(bytes, ("acTL", [0, 0, 0, 1, 0, 0, 0, 0])));
        Assert.Equal(8, PictureReader.Read(path).Pixels.Width); // One frame is a picture.
    }

    [Fact]
    public void Floating_point_samples_are_refused()
    {
        using TestFolder folder = new TestFolder();
        using (Image image = Pictures.Rgb(8, 8).Cast(Enums.BandFormat.Float))
        {
            image.WriteToFile(folder["a.tif"]);
        }

        Assert.Contains("found floating point", ErrorOf(folder["a.tif"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Brackets_in_a_name_are_part_of_the_name()
    {
        using TestFolder folder = new TestFolder();
        using (Image image = Pictures.Rgb(8, 8))
        {
            File.WriteAllBytes(folder["a[page=3].png"], image.WriteToBuffer(".png"));
        }

        Picture picture = PictureReader.Read(folder["a[page=3].png"]);
        using TemporaryFiles temporaryFiles = new TemporaryFiles();
        new PictureWriter(temporaryFiles).Write(
            folder["b[Q=1].png"],
            picture.Pixels,
            8,
            8,
            PictureFormat.Png,
            picture.Metadata,
            null,
            new WriteOptions()
        );
        Assert.Equal(["a[page=3].png", "b[Q=1].png"], folder.Files);
    }

    [Fact]
    public void A_failed_or_refused_write_leaves_nothing_and_the_old_file_alone()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(8, 8).Save(folder["a.png"]);
        File.WriteAllText(folder["b.png"], "precious");
        Picture picture = PictureReader.Read(folder["a.png"]);
        using TemporaryFiles temporaryFiles = new TemporaryFiles();
        PictureWriter writer = new PictureWriter(temporaryFiles);
        Write("b.png", new WriteOptions());
        Write(Path.Combine("a.png", "c.png"), new WriteOptions()); // A file where a folder is needed.
        using (CancellationTokenSource stopped = new CancellationTokenSource())
        {
            stopped.Cancel();
            Assert.ThrowsAny<OperationCanceledException>(() =>
                writer.Write(
                    folder["d.png"],
                    picture.Pixels,
                    8,
                    8,
                    PictureFormat.Png,
                    picture.Metadata,
                    null,
                    new WriteOptions(),
                    cancellationToken: stopped.Token
                )
            );
        }

        Assert.Equal("precious", File.ReadAllText(folder["b.png"]));
        Assert.Equal(["a.png", "b.png"], folder.Files);

        void Write(string name, WriteOptions options) =>
            Assert.Throws<PictureFileException>(() =>
                writer.Write(folder[name], picture.Pixels, 8, 8, PictureFormat.Png, picture.Metadata, null, options)
            );
    }
}
