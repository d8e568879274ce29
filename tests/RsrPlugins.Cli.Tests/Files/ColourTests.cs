// What a file says of its colours outside a profile, and profiles that are of no use: carried, told as a profile, or said.
using System.Text;
using NetVips;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Files;

public class ColourTests
{
    private static readonly (string Type, byte[] Data) _linear = ("gAMA", [0, 1, 0x86, 0xA0]); // 1.0
    private static readonly (string Type, byte[] Data) _mastering = ("mDCV", new byte[24]);
    private static readonly (string Type, byte[] Data) _light = ("cLLI", new byte[8]);

    private static byte[] FlatPng(double level, params (string Type, byte[] Data)[] chunks)
    {
        using Image flat = (Image.Black(8, 8, bands: 3) + level)
            .Cast(Enums.BandFormat.Uchar)
            .Copy(interpretation: Enums.Interpretation.Srgb);
        return Bytes.WithPngChunks(FileCopy.WithoutPhysicalSize(flat.WriteToBuffer(".png")), chunks);
    }

    private static byte[] ProfileOf(byte[] file)
    {
        using Image image = Image.NewFromBuffer(file);
        return (byte[])image.Get("icc-profile-data");
    }

    /// <summary>What a viewer that honours the profile shows, in sRGB.</summary>
    private static double[] Shown(byte[] file)
    {
        using Image image = Image.NewFromBuffer(file);
        using Image shown = image.IccTransform("srgb", embedded: true);
        return shown.Getpoint(4, 4);
    }

    [Fact]
    public void A_pngs_own_colour_chunks_stay_in_a_png()
    {
        (string Type, byte[] Data)[] chunks =
        [
            ("cICP", [9, 16, 0, 1]),
            _linear,
            ("cHRM", Chromaticities(0.68, 0.32)),
            _mastering,
            _light,
            ("sRGB", [1]),
        ];
        List<(string Type, byte[] Data)> written = Bytes.PngChunks(FileCopy.As(FlatPng(100, chunks), "png").Bytes);
        foreach ((string type, byte[] data) in chunks)
        {
            Assert.Equal(data, Assert.Single(written, chunk => chunk.Type == type).Data);
        }

        Assert.True(written.FindIndex(chunk => chunk.Type == "cICP") < written.FindIndex(chunk => chunk.Type == "IDAT"));
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("webp")]
    [InlineData("tif")]
    [InlineData("avif")]
    public void Gamma_is_told_as_a_profile_elsewhere(string extension)
    {
        CopiedFile copy = FileCopy.As(FlatPng(128, _linear), extension, options: new WriteOptions(extension == "tif" ? null : 100));
        // Half the light is sRGB's 188.
        Assert.All(Shown(copy.Bytes), value => Assert.InRange(value, 186, 190));
        Assert.Contains("gAMA 1 written as a colour profile", Assert.Single(copy.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Chromaticities_and_code_points_are_told_as_a_profile_elsewhere()
    {
        using Image p3 = Image.NewFromBuffer(FlatPng(128)).IccTransform("p3", inputProfile: "srgb");
        byte[] displayP3 = (byte[])p3.Get("icc-profile-data");
        byte[] red = Pure(250, 20, 20);
        double[] expected = ShownThrough(red, displayP3);
        (string Type, byte[] Data)[][] sayings =
        [
            [("cICP", [12, 13, 0, 1])],
            [("gAMA", [0, 0, 0xB1, 0x8F]), ("cHRM", Chromaticities(0.68, 0.32, 0.265, 0.69))],
        ];
        foreach ((string Type, byte[] Data)[] saying in sayings)
        {
            double[] shown = Shown(FileCopy.As(Bytes.WithPngChunks(red, saying), "tif").Bytes);
            Assert.All(expected.Zip(shown), pair => Assert.InRange(pair.Second, pair.First - 4, pair.First + 4));
        }

        static byte[] Pure(double r, double g, double b)
        {
            using Image black = Image.Black(8, 8, bands: 3);
            using Image colour = (black + new[] { r, g, b }).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
            return FileCopy.WithoutPhysicalSize(colour.WriteToBuffer(".png"));
        }

        static double[] ShownThrough(byte[] png, byte[] profile)
        {
            using Image image = Image.NewFromBuffer(png);
            using Image tagged = image.Mutate(mutable => mutable.Set(GValue.BlobType, "icc-profile-data", profile));
            using Image shown = tagged.IccTransform("srgb", embedded: true);
            return shown.Getpoint(4, 4);
        }
    }

    [Fact]
    public void What_everybody_takes_for_granted_makes_no_profile_and_no_note()
    {
        foreach (
            (string Type, byte[] Data)[] saying in ((string Type, byte[] Data)[][])
                [
                    [("sRGB", [0])],
                    [("gAMA", [0, 0, 0xB1, 0x8F])],
                    [("cICP", [1, 13, 0, 1])],
                ]
        )
        {
            CopiedFile copy = FileCopy.As(FlatPng(100, saying), "webp");
            Assert.Empty(copy.Notes);
            Assert.Single(Bytes.WebPChunks(copy.Bytes));
        }
    }

    [Fact]
    public void Pq_has_no_profile_and_that_is_said()
    {
        CopiedFile copy = FileCopy.As(FlatPng(100, ("cICP", [9, 16, 0, 1]), _mastering, _light), "jpg");
        Assert.Contains(
            copy.Notes,
            note => note.Contains("BT.2020, PQ", StringComparison.Ordinal) && note.Contains("dropped", StringComparison.Ordinal)
        );
        Assert.Contains(copy.Notes, note => note.Contains("mDCV, cLLI", StringComparison.Ordinal));
    }

    [Fact]
    public void Levels_of_video_have_no_profile_and_that_is_said()
    {
        byte[] narrow = FlatPng(100, ("cICP", [1, 1, 0, 0]));
        Assert.Contains("levels of video", Assert.Single(FileCopy.As(narrow, "jpg").Notes), StringComparison.Ordinal);
        Assert.Equal((byte[])[1, 1, 0, 0], Bytes.PngChunks(FileCopy.As(narrow, "png").Bytes).Single(chunk => chunk.Type == "cICP").Data);
        Assert.Empty(FileCopy.As(FlatPng(100, ("cICP", [1, 1, 0, 1])), "jpg").Notes);
    }

    [Fact]
    public void Useless_profiles_are_dropped_with_a_note()
    {
        byte[] cmyk = CmykProfile();
        foreach (
            (byte[] profile, string found) in (ReadOnlySpan<(byte[], string)>)
                [
                    (cmyk, "it is for CMYK"),
                    (
                        "no profile at all, but long enough to have a header of one hundred and twenty-eight bytes, which it has not, as these words show well"u8.ToArray(),
                        "damaged"
                    ),
                    (cmyk[..200], "damaged"),
                ]
        )
        {
            byte[] jpeg = Bytes.WithJpegSegments(FileCopy.Plain("jpg"), Parts(profile));
            CopiedFile copy = FileCopy.As(jpeg, "jpg");
            Assert.Contains(found, Assert.Single(copy.Notes), StringComparison.Ordinal);
            Assert.DoesNotContain(Bytes.JpegSegments(copy.Bytes), segment => segment.Marker == 0xE2);
        }

        static (byte Marker, byte[] Payload)[] Parts(byte[] profile)
        {
            const int most = 65_000;
            int count = (profile.Length + most - 1) / most;
            return
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(index =>
                        (
                            (byte)0xE2,
                            (byte[])
                                [
                                    .. "ICC_PROFILE\0"u8,
                                    (byte)(index + 1),
                                    (byte)count,
                                    .. profile[(index * most)..Math.Min(profile.Length, (index + 1) * most)],
                                ]
                        )
                    ),
            ];
        }

        static byte[] CmykProfile()
        {
            using Image image = Image.NewFromBuffer(FlatPng(100));
            using Image converted = image.IccTransform("cmyk", inputProfile: "srgb");
            return (byte[])converted.Get("icc-profile-data");
        }
    }

    // As Ultra HDR and Apple write them: the primary picture, an index of pictures (MPF), a second JPEG behind.
    [Theory]
    [InlineData("xmlns:hdrgm=\"http://ns.adobe.com/hdr-gain-map/1.0/\" hdrgm:Version=\"1.0\"", "http://ns.adobe.com/hdr-gain-map/1.0/")]
    [InlineData("", "urn:com:apple:photo:2020:aux:hdrgainmap")]
    [InlineData("", "urn:iso:std:iso:ts:21496:-1")]
    public void A_jpeg_with_a_gain_map_is_read_as_a_plain_one(string attribute, string mapSays)
    {
        byte[] iptc = [0x1C, 2, 25, 0, 5, .. "Hafen"u8];
        byte[] xmp = Encoding.UTF8.GetBytes(
            $"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:Container=\"http://ns.google.com/photos/1.0/container/\" xmp:Rating=\"4\" {attribute}>"
                + "<Container:Directory><rdf:Seq><rdf:li>GainMap</rdf:li></rdf:Seq></Container:Directory></rdf:Description></rdf:RDF></x:xmpmeta>"
        );
        byte[] plain = FileCopy.Plain("jpg", 96, 64);
        byte[] map = Bytes.WithJpegSegments(
            FileCopy.Plain("jpg", 48, 32),
            (0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Encoding.UTF8.GetBytes($"<x {mapSays}/>")])
        );
        byte[] jpeg =
        [
            .. Bytes.WithJpegSegments(
                plain,
                (0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. xmp]),
                (0xE2, [.. "MPF\0II*\0"u8, 8, 0, 0, 0, 0, 0]),
                (0xED, [.. "Photoshop 3.0\0"u8, .. "8BIM"u8, 4, 4, 0, 0, 0, 0, 0, (byte)iptc.Length, .. iptc])
            ),
            .. map,
        ];
        CopiedFile copy = FileCopy.As(jpeg, "jpg", options: new WriteOptions(92));
        Assert.Contains("gain map", Assert.Single(copy.Notes), StringComparison.Ordinal);
        string text = Encoding.Latin1.GetString(copy.Bytes);
        Assert.Contains("xmp:Rating=\"4\"", text, StringComparison.Ordinal);
        Assert.Contains("Hafen", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hdr-gain-map", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Directory", text, StringComparison.Ordinal);
        Assert.DoesNotContain("MPF\0", text, StringComparison.Ordinal);
        Assert.True(copy.Picture.Pixels.Samples8.SequenceEqual(FileCopy.As(plain, "png").Picture.Pixels.Samples8));
    }

    [Fact]
    public void A_motion_photos_video_is_named()
    {
        byte[] jpeg = [.. FileCopy.Plain("jpg"), 0, 0, 0, 24, .. "ftypmp42"u8, .. new byte[500]];
        Assert.Contains("video of a motion photo", Assert.Single(FileCopy.As(jpeg, "jpg").Notes), StringComparison.Ordinal);
    }

    // White as D65, blue as sRGB's.
    private static byte[] Chromaticities(double redX, double redY, double greenX = 0.3, double greenY = 0.6) =>
        [
            .. new[] { 0.3127, 0.329, redX, redY, greenX, greenY, 0.15, 0.06 }.SelectMany(value =>
                BitConverter.GetBytes((int)Math.Round(value * 100_000)).Reverse()
            ),
        ];

    [Fact]
    public void A_profile_made_from_gamma_is_one_that_lcms_takes()
    {
        byte[] profile = ProfileOf(FileCopy.As(FlatPng(128, _linear), "tif").Bytes);
        Assert.Equal("acsp"u8.ToArray(), profile[36..40]);
        Assert.Equal(profile.Length, (profile[0] << 24) | (profile[1] << 16) | (profile[2] << 8) | profile[3]);
    }
}
