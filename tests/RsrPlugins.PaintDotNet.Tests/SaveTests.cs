// Results on the clipboard and in files: whole, with colours and size of the document, and never in the place of anything.
using System.Buffers.Binary;
using RsrPlugins.Core.Imaging;
using RsrPlugins.EffectHost;
using RsrPlugins.PaintDotNet.Saving;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.PixelFormats;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class SaveTests : IDisposable
{
    // PNG has whole pixels per metre: half of one, in dots per inch.
    private const double DpiStep = 0.0254 / 2;

    private readonly string _folder = Directory.CreateTempSubdirectory("rsr-save-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("a.png", "logo")]
    [InlineData("a.png", "photo")]
    [InlineData("a.PNG", "tiny")]
    [InlineData("a", "odd")]
    [InlineData("a.tif", "logo")]
    [InlineData("a.tiff", "photo")]
    public void A_file_has_every_pixel_the_profile_and_the_resolution(string name, string picture)
    {
        Picture layer = TestPictures.Of(picture);
        (layer.Profile, layer.DpiX, layer.DpiY) = (Profile(), 300, 150);
        using HostServices services = new HostServices();
        using EffectSession session = Open(layer, services, name);
        session.Press("Save");
        Picture result = session.Render();
        Assert.Empty(services.ErrorDetails);

        string path = Path.Combine(_folder, name.Contains('.', StringComparison.Ordinal) ? name : name + ".png");
        Assert.Equal([path], Directory.GetFiles(_folder));
        Assert.Equal([path], services.ShownFiles);
        using Image<Bgra32> image = Image.Load<Bgra32>(path);
        Picture saved = new Picture(image.Width, image.Height);
        image.CopyPixelDataTo(saved.Bytes);
        PictureAssert.SameBytes(result.Crop(0, 0, saved.Width, saved.Height), saved, path);
        Assert.Equal(layer.Profile, ProfileOf(path));
        double perInch = image.Metadata.ResolutionUnits switch
        {
            PixelResolutionUnit.PixelsPerMeter => 0.0254,
            PixelResolutionUnit.PixelsPerCentimeter => 2.54,
            _ => 1,
        };
        Assert.Equal(300, image.Metadata.HorizontalResolution * perInch, DpiStep);
        Assert.Equal(150, image.Metadata.VerticalResolution * perInch, DpiStep);
        bool isOpaque = !layer.Bytes.Where((_, index) => index % 4 == 3).Any(alpha => alpha < 255);
        Assert.Equal(isOpaque ? 24 : 32, Image.Identify(path).PixelType.BitsPerPixel);
    }

    /// <summary>More than one chunk and more than one strip, noise that does not compress, and a picture of one colour that does.</summary>
    [Theory]
    [InlineData(701, 803, false)]
    [InlineData(1500, 900, true)]
    [InlineData(1, 5000, false)]
    public void Large_pictures_are_written_as_they_are(int width, int height, bool uniform)
    {
        PixelImage picture = PixelImage.Create(width, height, PixelLayout.Rgba, 8);
        if (!uniform)
        {
            new Random(7).NextBytes(picture.Samples8);
        }

        foreach (string name in (string[])["a.png", "a.tif"])
        {
            string path = ResultFile.PathOf(_folder, name);
            ResultFile.Save(path, picture, new DocumentFacts(default, 0, 0), Token);
            using Image<Rgba32> image = Image.Load<Rgba32>(path);
            byte[] read = new byte[width * height * 4];
            image.CopyPixelDataTo(read);
            Assert.Equal((width, height), (image.Width, image.Height));
            Assert.True(picture.Samples8.SequenceEqual(read), name);
            Assert.Null(ProfileOf(path));
        }
    }

    [Fact]
    public void Only_a_press_saves_and_nothing_is_replaced()
    {
        using HostServices services = new HostServices();
        using EffectSession session = Open(TestPictures.Of("photo"), services, "a.png");
        session.Set("Scale", "3");
        session.Render();
        Assert.Empty(Directory.GetFiles(_folder));
        session.Press("Save");
        session.Render();
        byte[] first = File.ReadAllBytes(Path.Combine(_folder, "a.png"));
        session.Set("Scale", "2");
        session.Render();
        Assert.Single(services.ShownFiles);

        session.Press("Save");
        session.Render();
        Assert.Contains("exists already", Assert.Single(services.ErrorMessages), StringComparison.Ordinal);
        Assert.Equal(first, File.ReadAllBytes(Path.Combine(_folder, "a.png")));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("", "choose a folder first")]
    [InlineData("nowhere/at/all", "does not exist")]
    [InlineData("/nowhere/at/all", "does not exist")]
    public void Folders_that_are_none_are_named(string folder, string expected) =>
        Assert.Contains(
            expected,
            Assert.Throws<ResultFileException>(() => ResultFile.PathOf(folder, "a.png")).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("", "give the file a name")]
    [InlineData("..", "not the name of a file")]
    [InlineData("../a.png", "not the name of a file")]
    [InlineData("a\\b.png", "not the name of a file")]
    [InlineData("C:a.png", "not the name of a file")]
    [InlineData("a\u0007.png", "not the name of a file")]
    [InlineData("a.jpg", "ends in .png, .tif or .tiff")]
    public void Names_that_are_none_are_named(string name, string expected) =>
        Assert.Contains(
            expected,
            Assert.Throws<ResultFileException>(() => ResultFile.PathOf(_folder, name)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_save_that_is_cancelled_or_fails_leaves_nothing_behind()
    {
        PixelImage picture = PixelImage.Create(50, 40, PixelLayout.Rgba, 8);
        DocumentFacts facts = new DocumentFacts(default, 0, 0);
        foreach (string name in (string[])["a.png", "a.tif"])
        {
            Assert.ThrowsAny<OperationCanceledException>(() =>
                ResultFile.Save(Path.Combine(_folder, name), picture, facts, new CancellationToken(true))
            );
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder));

        // What has come to exist while it was written stays.
        File.WriteAllText(Path.Combine(_folder, "b.png"), "somebody's");
        Assert.Contains(
            "exists already",
            Assert.Throws<ResultFileException>(() => ResultFile.Save(Path.Combine(_folder, "b.png"), picture, facts, Token)).Message,
            StringComparison.Ordinal
        );
        Assert.Equal("somebody's", File.ReadAllText(Path.Combine(_folder, "b.png")));
        Assert.Contains(
            "cannot be written",
            Assert
                .Throws<ResultFileException>(() => ResultFile.Save(Path.Combine(_folder, "gone", "b.png"), picture, facts, Token))
                .Message,
            StringComparison.Ordinal
        );
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    /// <summary>As a bitmap where it is small, as PNG made beforehand where it is large: the same picture, with profile and
    /// resolution.</summary>
    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(1)]
    public void The_clipboard_keeps_alpha_profile_and_resolution(long largePixels)
    {
        Picture layer = TestPictures.Of("logo");
        (layer.Profile, layer.DpiX, layer.DpiY) = (Profile(), 300, 150);
        PixelImage pixels = PixelImage.Create(layer.Width, layer.Height, PixelLayout.Rgba, 8);
        Layer.SwapRedAndBlue(layer.Bytes, pixels.Samples8);
        using HostServices services = new HostServices();
        ResultClipboard.Copy(
            services,
            new HostEnvironment(layer, new global::PaintDotNet.Rendering.RectInt32(0, 0, layer.Width, layer.Height), null),
            pixels,
            exception => Assert.Fail(exception.Message),
            Token,
            largePixels
        );
        Picture copied = services.ClipboardPicture!;
        PictureAssert.SameBytes(layer, copied, "the clipboard");
        Assert.Equal(layer.Profile, copied.Profile);
        Assert.Equal(300, copied.DpiX, DpiStep);
        Assert.Equal(150, copied.DpiY, DpiStep);
    }

    private EffectSession Open(Picture layer, HostServices services, string name)
    {
        EffectSession session = new EffectSession(Effects.Create(Effects.Downscale, Effects.Runtime(new FakeEngine())), layer, services);
        session.OpenDialog();
        session.Set("SaveFolder", _folder);
        session.Set("SaveName", name);
        session.Render();
        return session;
    }

    /// <summary>The profile of a PNG, or of a TIFF of this byte order: tag 34675.</summary>
    private static byte[]? ProfileOf(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        if (file[0] != (byte)'I')
        {
            return PngProfile.Read(new MemoryStream(file));
        }

        int directory = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(4));
        for (int i = 0; i < BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(directory)); i++)
        {
            ReadOnlySpan<byte> entry = file.AsSpan(directory + 2 + (i * 12), 12);
            if (BinaryPrimitives.ReadUInt16LittleEndian(entry) == 34675)
            {
                return file.AsSpan(BinaryPrimitives.ReadInt32LittleEndian(entry[8..]), BinaryPrimitives.ReadInt32LittleEndian(entry[4..]))
                    .ToArray();
            }
        }

        return null;
    }

    /// <summary>The header of an RGB display profile and no tags: the least that readers take for one.</summary>
    private static byte[] Profile()
    {
        byte[] profile = new byte[132];
        BinaryPrimitives.WriteInt32BigEndian(profile, profile.Length);
        "mntrRGB XYZ "u8.CopyTo(profile.AsSpan(12));
        "acsp"u8.CopyTo(profile.AsSpan(36));
        return profile;
    }
}
