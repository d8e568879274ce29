// XMP is text by strangers: whatever it is, reading it takes bounded time and stack, and the picture is made.
using System.Text;
using NetVips;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Files;

public class XmpPacketTests
{
    private static byte[] Nested(int depth)
    {
        StringBuilder text = new StringBuilder(
            "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description xmlns:a=\"urn:a\">"
        );
        for (int level = 0; level < depth; level++)
        {
            text.Append("<a:b>");
        }

        for (int level = 0; level < depth; level++)
        {
            text.Append("</a:b>");
        }

        return Encoding.UTF8.GetBytes(text.Append("</rdf:Description></rdf:RDF></x:xmpmeta>").ToString());
    }

    [Theory]
    [InlineData("webp")]
    [InlineData("png")]
    [InlineData("tif")]
    public void Deep_xmp_is_dropped_with_a_note_and_quickly(string extension)
    {
        using TestFolder folder = new TestFolder();
        using (Image image = Pictures.Rgb(16, 16).Mutate(mutable => mutable.Set(GValue.BlobType, "xmp-data", Nested(200_000))))
        {
            image.WriteToFile(folder[$"a.{extension}"]);
        }

        long start = Environment.TickCount64;
        Assert.Equal(16, PictureReader.ReadHeader(folder[$"a.{extension}"]).Width);
        Picture picture = PictureReader.Read(folder[$"a.{extension}"]);
        Assert.InRange(Environment.TickCount64 - start, 0, 5000);
        Assert.Contains("XMP dropped", Assert.Single(picture.Notes), StringComparison.Ordinal);
    }

    // Tens of thousands of entries happen (Photoshop's list of ancestors); a JPEG takes 64 kB in one piece.
    [Fact]
    public void A_long_packet_is_split_and_stripped_in_time_that_grows_with_it()
    {
        string many = string.Concat(
            Enumerable
                .Range(0, 60_000)
                .Select(index => $"<a:p{index}>x</a:p{index}><c:d xmlns:c=\"http://ns.google.com/photos/1.0/container/\"/>")
        );
        byte[] xmp = Encoding.UTF8.GetBytes(
            $"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" xmlns:a=\"urn:a\">{many}</rdf:Description></rdf:RDF></x:xmpmeta>"
        );
        byte[] png = Bytes.WithPngChunks(FileCopy.Plain("png"), ("iTXt", [.. "XML:com.adobe.xmp\0\0\0\0\0"u8, .. xmp]));
        long start = Environment.TickCount64;
        CopiedFile copy = FileCopy.As(png, "jpg");
        Assert.InRange(Environment.TickCount64 - start, 0, 60_000); // Seconds on a quiet machine; what grew with the square took minutes.
        string text = Encoding.Latin1.GetString(copy.Bytes);
        Assert.Contains("<a:p0", text, StringComparison.Ordinal);
        Assert.DoesNotContain("photos/1.0/container", text, StringComparison.Ordinal);
        Assert.All(Bytes.JpegSegments(copy.Bytes), segment => Assert.True(segment.Payload.Length <= 65_533));
    }

    [Fact]
    public void Depth_and_number_are_limited_and_what_editors_write_is_not()
    {
        Assert.NotNull(XmpPacket.Parse(Nested(60)));
        Assert.Throws<XmpLimitException>(() => XmpPacket.Parse(Nested(101)));
        string many = string.Concat(Enumerable.Repeat("<a/>", 600_000));
        Assert.Throws<XmpLimitException>(() => XmpPacket.Parse(Encoding.UTF8.GetBytes($"<r>{many}</r>")));
        Assert.Throws<XmpLimitException>(() => XmpPacket.Parse(new byte[33_000_000]));
        Assert.Null(XmpPacket.Parse("<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>"u8.ToArray()));
    }
}
