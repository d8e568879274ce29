// The number that other tools give as a JPEG's quality must come back from its tables alone.
using NetVips;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Files;

public class JpegEncodingTests
{
    private static byte[] Encode(int quality, Enums.ForeignSubsample subsampling, bool grey = false, bool progressive = false)
    {
        using Image image = grey ? Pictures.Grey(40, 24) : Pictures.Rgb(40, 24);
        return image.JpegsaveBuffer(q: quality, subsampleMode: subsampling, interlace: progressive);
    }

    private static JpegEncoding? Of(byte[] bytes)
    {
        using MemoryStream stream = new MemoryStream(bytes);
        return JpegEncoding.Estimate(stream);
    }

    [Fact]
    public void Every_quality_libvips_writes_is_found()
    {
        for (int quality = 30; quality <= 98; quality++)
        {
            JpegEncoding encoding = Of(Encode(quality, Enums.ForeignSubsample.Auto))!;
            Assert.Equal(quality, encoding.Quality);
            Assert.True(encoding.StandardTables);
        }
    }

    [Theory]
    [InlineData(Enums.ForeignSubsample.Off, false, "4:4:4")]
    [InlineData(Enums.ForeignSubsample.On, false, "4:2:0")]
    [InlineData(Enums.ForeignSubsample.On, true, "4:4:4")]
    public void Subsampling_is_the_frame_headers(Enums.ForeignSubsample mode, bool grey, string expected)
    {
        foreach (bool progressive in (bool[])[false, true])
        {
            JpegEncoding encoding = Of(Encode(80, mode, grey, progressive))!;
            Assert.Equal(expected, encoding.Subsampling);
            Assert.Equal(expected == "4:4:4", encoding.FullChroma);
            Assert.Equal(80, encoding.Quality);
        }
    }

    [Theory]
    [InlineData(0x21, 0x11, "4:2:2")]
    [InlineData(0x12, 0x11, "4:4:0")]
    [InlineData(0x41, 0x11, "4:1:1")]
    [InlineData(0x22, 0x21, "4:4:0")]
    public void Other_sampling_factors_are_named(byte luma, byte chroma, string expected)
    {
        byte[] bytes = Encode(80, Enums.ForeignSubsample.Off);
        int frame = bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        (bytes[frame + 11], bytes[frame + 14], bytes[frame + 17]) = (luma, chroma, chroma);
        Assert.Equal(expected, Of(bytes)!.Subsampling);
    }

    // Flat tables, as some cameras and scanners write: no quality of libjpeg's has them, the nearest in coarseness is meant.
    [Theory]
    [InlineData(1, 99, 100)]
    [InlineData(4, 92, 98)]
    [InlineData(16, 75, 88)]
    [InlineData(60, 30, 60)]
    public void Tables_of_another_make_get_a_number_of_equal_coarseness(byte step, int min, int max)
    {
        byte[] bytes = Encode(80, Enums.ForeignSubsample.Off);
        int place = 0;
        while (bytes.AsSpan(place).IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDB]) is int found and >= 0)
        {
            place += found + 2;
            int length = (bytes[place] << 8) | bytes[place + 1];
            for (int table = 2; table < length; table += 65)
            {
                bytes.AsSpan(place + table + 1, 64).Fill(step);
            }
        }

        JpegEncoding encoding = Of(bytes)!;
        Assert.InRange(encoding.Quality, min, max);
        Assert.Equal(step == 1, encoding.StandardTables);
    }

    [Fact]
    public void Tables_of_sixteen_bits_and_below_quality_25_are_read()
    {
        // Quality 10 by hand, first coefficient of both tables in the 16-bit form: 16 * 5 = 80.
        byte[] bytes = Encode(10, Enums.ForeignSubsample.On);
        Assert.Equal(10, Of(bytes)!.Quality);

        int marker = bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDB]);
        int length = (bytes[marker + 2] << 8) | bytes[marker + 3];
        List<byte> wide = [];
        for (int table = 2; table < length; table += 65)
        {
            wide.Add((byte)(0x10 | bytes[marker + 2 + table]));
            foreach (byte value in bytes.AsSpan(marker + 2 + table + 1, 64))
            {
                wide.AddRange([0, value]);
            }
        }

        int wideLength = wide.Count + 2;
        byte[] rewritten =
        [
            .. bytes[..(marker + 2)],
            (byte)(wideLength >> 8),
            (byte)wideLength,
            .. wide,
            .. bytes[(marker + 2 + length)..],
        ];
        Assert.Equal(new JpegEncoding(10, true, 2, 2), Of(rewritten));
    }

    [Fact]
    public void What_is_no_jpeg_or_is_cut_before_its_tables_has_none()
    {
        byte[] bytes = Encode(80, Enums.ForeignSubsample.On);
        Assert.Null(Of([]));
        Assert.Null(Of("\u0089PNG"u8.ToArray()));
        for (int length = 0; length < 80; length++)
        {
            Assert.Null(Of(bytes[..length]));
        }
    }
}
