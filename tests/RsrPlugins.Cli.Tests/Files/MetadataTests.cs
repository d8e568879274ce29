// What a file says beside its pixels, from every format to every format: kept, brought up to date, or named in a note. The inputs are
// built byte by byte and the outputs taken apart the same way; nothing here is read by what wrote it.
using System.Buffers.Binary;
using System.Text;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Files;

public class MetadataTests
{
    private const int Artist = 315,
        Copyright = 33432,
        Make = 271,
        Orientation = 274,
        ExifDirectory = 34665,
        GpsDirectory = 34853;
    private const int DateTimeOriginal = 0x9003,
        MakerNote = 0x927C,
        PixelX = 0xA002,
        PixelY = 0xA003,
        Latitude = 2;
    private const int Ascii = 2,
        Short = 3,
        Long = 4,
        Rational = 5,
        Undefined = 7;

    private static readonly uint[] _vienna = [48, 1, 12, 1, 2952, 100];
    private static readonly byte[] _note = [.. "Maker\0"u8, .. Enumerable.Range(0, 60).Select(value => (byte)value)];

    // Record 1:90 UTF-8, 2:25 two keywords, 2:120 a caption, 2:231 which has no property in XMP.
    private static readonly byte[] _iptc =
    [
        .. Dataset(1, 90, [0x1B, (byte)'%', (byte)'G']),
        .. Dataset(2, 25, "Hafen"u8),
        .. Dataset(2, 25, "Schiff"u8),
        .. Dataset(2, 120, Encoding.UTF8.GetBytes("Beschreibung Ü")),
        .. Dataset(2, 55, "20240506"u8),
        .. Dataset(2, 60, "070809+0200"u8),
    ];

    public static TheoryData<string, string> Pairs
    {
        get
        {
            TheoryData<string, string> pairs = [];
            foreach (string from in (string[])["jpg", "png", "webp", "tif"])
            {
                foreach (string to in (string[])["jpg", "png", "webp", "tif", "avif"])
                {
                    pairs.Add(from, to);
                }
            }

            return pairs;
        }
    }

    private static byte[] Dataset(byte record, byte number, ReadOnlySpan<byte> data) =>
        [0x1C, record, number, (byte)(data.Length >> 8), (byte)data.Length, .. data];

    private static byte[] ExifBytes(int orientation = 1, bool thumbnail = false)
    {
        byte[] block = Bytes.Tiff(
            [
                (Make, Ascii, "Example"),
                (Orientation, Short, (ushort)orientation),
                (Artist, Ascii, "Zoe"),
                (Copyright, Ascii, "(c) Zoe"),
                (ExifDirectory, Long, new DirectoryAt(1)),
                (GpsDirectory, Long, new DirectoryAt(2)),
            ],
            [
                (DateTimeOriginal, Ascii, "2024:05:06 07:08:09"),
                (MakerNote, Undefined, _note),
                (PixelX, Short, (ushort)24),
                (PixelY, Short, (ushort)16),
            ],
            [(1, Ascii, "N"), (Latitude, Rational, _vienna)],
            [(259, Short, (ushort)6), (513, Long, new uint[] { 40 }), (514, Long, new uint[] { 10 })]
        );
        if (thumbnail)
        {
            // The pointer behind the first directory leads to the last one, the thumbnail's.
            int last = block.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[3, 0, 3, 1, 3, 0]);
            BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(8 + 2 + (6 * 12)), last);
        }

        return block;
    }

    private static byte[] Xmp(string attributes, string elements = "") =>
        Encoding.UTF8.GetBytes(
            "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" "
                + "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\" xmlns:exif=\"http://ns.adobe.com/exif/1.0/\" xmlns:GPano=\"http://ns.google.com/photos/1.0/panorama/\" "
                + $"xmlns:xmpNote=\"http://ns.adobe.com/xmp/note/\" {attributes}>{elements}</rdf:Description></rdf:RDF></x:xmpmeta>"
        );

    /// <summary>A file of a format that says these things, put together without the tool's writer.</summary>
    private static byte[] Say(string extension, byte[]? exif = null, byte[]? xmp = null, byte[]? iptc = null)
    {
        byte[] plain = FileCopy.Plain(extension);
        switch (extension)
        {
            case "jpg":
                List<(byte Marker, byte[] Payload)> segments = [];
                if (exif is not null)
                {
                    segments.Add((0xE1, [.. "Exif\0\0"u8, .. exif]));
                }

                if (xmp is not null)
                {
                    segments.Add((0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. xmp]));
                }

                if (iptc is not null)
                {
                    segments.Add(
                        (
                            0xED,
                            [
                                .. "Photoshop 3.0\0"u8,
                                .. "8BIM"u8,
                                4,
                                4,
                                0,
                                0,
                                0,
                                0,
                                (byte)(iptc.Length >> 8),
                                (byte)iptc.Length,
                                .. iptc,
                                .. new byte[iptc.Length & 1],
                            ]
                        )
                    );
                }

                return Bytes.WithJpegSegments(plain, [.. segments]);
            case "png":
                List<(string Type, byte[] Data)> chunks = [];
                if (exif is not null)
                {
                    chunks.Add(("eXIf", exif));
                }

                if (xmp is not null)
                {
                    chunks.Add(("iTXt", [.. "XML:com.adobe.xmp\0\0\0\0\0"u8, .. xmp]));
                }

                return Bytes.WithPngChunks(plain, [.. chunks]);
            case "webp":
                List<byte> body =
                [
                    .. "WEBPVP8X"u8,
                    10,
                    0,
                    0,
                    0,
                    (byte)((exif is null ? 0 : 8) | (xmp is null ? 0 : 4)),
                    0,
                    0,
                    0,
                    23,
                    0,
                    0,
                    15,
                    0,
                    0,
                    .. plain[12..],
                ];
                foreach ((string type, byte[]? data) in (ReadOnlySpan<(string, byte[]?)>)[("EXIF", exif), ("XMP ", xmp)])
                {
                    if (data is not null)
                    {
                        body.AddRange([
                            .. Encoding.ASCII.GetBytes(type),
                            .. BitConverter.GetBytes(data.Length),
                            .. data,
                            .. new byte[data.Length & 1],
                        ]);
                    }
                }

                return [.. "RIFF"u8, .. BitConverter.GetBytes(body.Count), .. body];
            default:
                return TiffWith(exif, xmp, iptc);
        }
    }

    // An uncompressed TIFF of 24 x 16 with the directories of an EXIF block as its own.
    private static byte[] TiffWith(byte[]? exif, byte[]? xmp, byte[]? iptc)
    {
        byte[] pixels = new byte[24 * 16 * 3];
        List<(int Tag, int Type, object Value)> main =
        [
            (256, Short, (ushort)24),
            (257, Short, (ushort)16),
            (258, Short, new ushort[] { 8, 8, 8 }),
            (259, Short, (ushort)1),
            (262, Short, (ushort)2),
            (277, Short, (ushort)3),
            (278, Short, (ushort)16),
            (279, Long, new uint[] { (uint)pixels.Length }),
            (284, Short, (ushort)1),
            (273, Long, new uint[] { 0xAAAAAAAA }),
        ];
        if (xmp is not null)
        {
            main.Add((700, 1, xmp));
        }

        if (iptc is not null)
        {
            main.Add((33723, Undefined, iptc));
        }

        if (exif is not null)
        {
            main.AddRange([
                (Make, Ascii, "Example"),
                (Artist, Ascii, "Zoe"),
                (Copyright, Ascii, "(c) Zoe"),
                (ExifDirectory, Long, new DirectoryAt(1)),
                (GpsDirectory, Long, new DirectoryAt(2)),
            ]);
            ushort orientation = Bytes.TiffDirectory(exif)[Orientation].Data[0];
            main.Add((Orientation, Short, orientation));
        }

        byte[] tiff = Bytes.Tiff(
            [.. main],
            [
                (DateTimeOriginal, Ascii, "2024:05:06 07:08:09"),
                (MakerNote, Undefined, _note),
                (PixelX, Short, (ushort)24),
                (PixelY, Short, (ushort)16),
            ],
            [(1, Ascii, "N"), (Latitude, Rational, _vienna)]
        );
        int offset = tiff.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xAA, 0xAA, 0xAA, 0xAA]);
        BinaryPrimitives.WriteInt32LittleEndian(tiff.AsSpan(offset), tiff.Length);
        return [.. tiff, .. pixels];
    }

    private static byte[] Jfif(byte unit, int x, int y) =>
        [.. "JFIF\0"u8, 1, 1, unit, (byte)(x >> 8), (byte)x, (byte)(y >> 8), (byte)y, 0, 0];

    private static byte[]? ExifOf(byte[] file, string extension) =>
        extension switch
        {
            "jpg" => Bytes
                .JpegSegments(file)
                .Where(segment => segment.Marker == 0xE1 && segment.Payload.AsSpan().StartsWith("Exif\0\0"u8))
                .Select(segment => segment.Payload[6..])
                .SingleOrDefault(),
            "png" => Bytes.PngChunks(file).Where(chunk => chunk.Type == "eXIf").Select(chunk => chunk.Data).SingleOrDefault(),
            "webp" => Bytes.WebPChunks(file).Where(chunk => chunk.Type == "EXIF").Select(chunk => chunk.Data).SingleOrDefault(),
            "avif" => file.AsSpan().LastIndexOf("Exif\0\0"u8) is int place and >= 0 ? file[(place + 6)..] : null,
            _ => file,
        };

    private static string? XmpOf(byte[] file, string extension)
    {
        byte[]? bytes = extension switch
        {
            "jpg" => Bytes
                .JpegSegments(file)
                .Where(segment => segment.Payload.AsSpan().StartsWith("http://ns.adobe.com/xap/1.0/\0"u8))
                .Select(segment => segment.Payload[29..])
                .SingleOrDefault(),
            "png" => Bytes
                .PngChunks(file)
                .Where(chunk => chunk.Type == "iTXt" && chunk.Data.AsSpan().StartsWith("XML:com.adobe.xmp\0\0\0\0\0"u8))
                .Select(chunk => chunk.Data[22..])
                .SingleOrDefault(),
            "webp" => Bytes.WebPChunks(file).Where(chunk => chunk.Type == "XMP ").Select(chunk => chunk.Data).SingleOrDefault(),
            "avif" => file.AsSpan().IndexOf("<x:xmpmeta"u8) is int place and >= 0 ? file[place..] : null,
            _ => Bytes.TiffDirectory(file).TryGetValue(700, out (int Type, int Count, byte[] Data) entry) ? entry.Data : null,
        };
        return bytes is null ? null : Encoding.UTF8.GetString(bytes);
    }

    private static int Pointer((int Type, int Count, byte[] Data) entry, byte[] block) =>
        block[0] == 'I' ? BinaryPrimitives.ReadInt32LittleEndian(entry.Data) : BinaryPrimitives.ReadInt32BigEndian(entry.Data);

    private static long Number((int Type, int Count, byte[] Data) entry, byte[] block) =>
        (entry.Type, block[0]) switch
        {
            (Short, (byte)'I') => BinaryPrimitives.ReadUInt16LittleEndian(entry.Data),
            (Short, _) => BinaryPrimitives.ReadUInt16BigEndian(entry.Data),
            (_, (byte)'I') => BinaryPrimitives.ReadUInt32LittleEndian(entry.Data),
            _ => BinaryPrimitives.ReadUInt32BigEndian(entry.Data),
        };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Exif_goes_from_every_format_to_every_format(string from, string to)
    {
        CopiedFile copy = FileCopy.As(Say(from, ExifBytes(thumbnail: true)), to, enlarge: 2);
        byte[] block = ExifOf(copy.Bytes, to)!;
        Dictionary<int, (int Type, int Count, byte[] Data)> main = Bytes.TiffDirectory(block);
        Assert.Equal("Zoe\0"u8.ToArray(), main[Artist].Data);
        Assert.Equal("(c) Zoe\0"u8.ToArray(), main[Copyright].Data);
        Assert.Equal(1, main.TryGetValue(Orientation, out (int Type, int Count, byte[] Data) upright) ? Number(upright, block) : 1);
        Dictionary<int, (int Type, int Count, byte[] Data)> photo = Bytes.TiffDirectory(block, Pointer(main[ExifDirectory], block));
        Assert.Equal("2024:05:06 07:08:09\0"u8.ToArray(), photo[DateTimeOriginal].Data);
        Assert.Equal(_note, photo[MakerNote].Data);
        Assert.Equal(48, Number(photo[PixelX], block));
        Assert.Equal(32, Number(photo[PixelY], block));
        Dictionary<int, (int Type, int Count, byte[] Data)> gps = Bytes.TiffDirectory(block, Pointer(main[GpsDirectory], block));
        uint[] latitude =
        [
            .. Enumerable
                .Range(0, 6)
                .Select(index =>
                    block[0] == 'I'
                        ? BinaryPrimitives.ReadUInt32LittleEndian(gps[Latitude].Data.AsSpan(4 * index))
                        : BinaryPrimitives.ReadUInt32BigEndian(gps[Latitude].Data.AsSpan(4 * index))
                ),
        ];
        Assert.Equal(_vienna, latitude);
        if (to != "tif")
        {
            int entries = block[0] == 'I' ? block[8] : block[9];
            // No second directory: no thumbnail.
            Assert.Equal(0, BinaryPrimitives.ReadInt32LittleEndian(block.AsSpan(10 + (12 * entries))));
        }

        // Of a maker's note only its place may be lost, and that is said.
        Assert.Equal(from == "tif", copy.Notes.Any(note => note.Contains("maker note", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("png")]
    [InlineData("webp")]
    public void A_makers_note_stays_where_it_was_in_its_block(string extension)
    {
        byte[] before = ExifBytes(thumbnail: true);
        byte[] after = ExifOf(FileCopy.As(Say(extension, before), extension).Bytes, extension)!;
        Assert.Equal(before.AsSpan().IndexOf(_note), after.AsSpan().IndexOf(_note));
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("tif")]
    public void Nothing_is_invented_where_a_file_says_nothing(string extension)
    {
        foreach (string from in (string[])["png", "jpg", "webp", "tif"])
        {
            CopiedFile copy = FileCopy.As(Say(from), extension);
            Assert.Empty(copy.Notes);
            byte[] file = copy.Bytes;
            switch (extension)
            {
                case "jpg":
                    Assert.DoesNotContain(Bytes.JpegSegments(file), segment => segment.Marker is 0xE1 or 0xED or 0xFE);
                    byte[] jfif = Assert.Single(Bytes.JpegSegments(file), segment => segment.Marker == 0xE0).Payload;
                    Assert.Equal(Jfif(0, 1, 1), jfif); // A shape of 1 to 1, no unit.
                    break;
                case "png":
                    Assert.DoesNotContain(Bytes.PngChunks(file), chunk => chunk.Type is not ("IHDR" or "IDAT" or "IEND"));
                    break;
                case "webp":
                    Assert.Single(Bytes.WebPChunks(file));
                    break;
                default:
                    Assert.DoesNotContain(
                        Bytes.TiffDirectory(file).Keys,
                        tag => tag is 282 or 283 or 296 or ExifDirectory or 700 or 33723 or 34377
                    );
                    break;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Xmp_goes_from_every_format_to_every_format_with_its_sizes_up_to_date(string from, string to)
    {
        byte[] xmp = Xmp(
            "xmp:Rating=\"4\" tiff:ImageWidth=\"24\" exif:PixelYDimension=\"16\" GPano:FullPanoWidthPixels=\"240\" GPano:CroppedAreaTopPixels=\"5\"",
            "<GPano:FullPanoHeightPixels>120</GPano:FullPanoHeightPixels>"
        );
        string text = XmpOf(FileCopy.As(Say(from, xmp: xmp), to, enlarge: 2).Bytes, to)!;
        Assert.Contains("xmp:Rating=\"4\"", text, StringComparison.Ordinal);
        Assert.Contains("tiff:ImageWidth=\"48\"", text, StringComparison.Ordinal);
        Assert.Contains("exif:PixelYDimension=\"32\"", text, StringComparison.Ordinal);
        Assert.Contains("GPano:FullPanoWidthPixels=\"480\"", text, StringComparison.Ordinal);
        Assert.Contains("GPano:CroppedAreaTopPixels=\"10\"", text, StringComparison.Ordinal);
        Assert.Contains(">240</GPano:FullPanoHeightPixels>", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Xmp_with_nothing_to_bring_up_to_date_keeps_its_bytes()
    {
        byte[] xmp =
        [
            .. "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>\n"u8,
            .. Xmp("xmp:Rating='4'"),
            .. "   \n<?xpacket end='w'?>"u8,
        ];
        Assert.Equal(Encoding.UTF8.GetString(xmp), XmpOf(FileCopy.As(Say("png", xmp: xmp), "png", enlarge: 2).Bytes, "png"));
    }

    [Fact]
    public void A_turned_pictures_panorama_is_dropped_with_a_note_and_its_regions_turn_with_it()
    {
        const string region =
            "<mwg-rs:Regions xmlns:mwg-rs=\"http://www.metadataworkinggroup.com/schemas/regions/\" xmlns:stDim=\"http://ns.adobe.com/xap/1.0/sType/Dimensions#\" xmlns:stArea=\"http://ns.adobe.com/xmp/sType/Area#\" rdf:parseType=\"Resource\">"
            + "<mwg-rs:AppliedToDimensions stDim:w=\"24\" stDim:h=\"16\" stDim:unit=\"pixel\"/><mwg-rs:RegionList><rdf:Bag><rdf:li rdf:parseType=\"Resource\">"
            + "<mwg-rs:Area stArea:x=\"0.25\" stArea:y=\"0.1\" stArea:w=\"0.2\" stArea:h=\"0.05\"/></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>";
        CopiedFile copy = FileCopy.As(
            Say("jpg", ExifBytes(orientation: 6), Xmp("GPano:FullPanoWidthPixels=\"240\" tiff:Orientation=\"6\"", region)),
            "jpg",
            enlarge: 2
        );
        string text = XmpOf(copy.Bytes, "jpg")!;
        Assert.DoesNotContain("FullPanoWidthPixels", text, StringComparison.Ordinal);
        Assert.Contains("tiff:Orientation=\"1\"", text, StringComparison.Ordinal);
        Assert.Contains("stDim:w=\"32\" stDim:h=\"48\"", text, StringComparison.Ordinal);
        Assert.Contains("stArea:x=\"0.9\" stArea:y=\"0.25\" stArea:w=\"0.05\" stArea:h=\"0.2\"", text, StringComparison.Ordinal);
        Assert.Contains(copy.Notes, note => note.Contains("GPano", StringComparison.Ordinal));
        Assert.Equal((16, 24), (copy.Picture.Pixels.Width, copy.Picture.Pixels.Height));
    }

    [Theory]
    [InlineData("jpg", "jpg")]
    [InlineData("jpg", "tif")]
    [InlineData("tif", "tif")]
    [InlineData("tif", "jpg")]
    public void Iptc_is_bare_in_tiff_and_wrapped_in_jpeg(string from, string to)
    {
        CopiedFile copy = FileCopy.As(Say(from, iptc: _iptc), to);
        Assert.Empty(copy.Notes);
        if (to == "tif")
        {
            Assert.Equal(_iptc, Bytes.TiffDirectory(copy.Bytes)[33723].Data);
        }
        else
        {
            byte[] payload = Assert.Single(Bytes.JpegSegments(copy.Bytes), segment => segment.Marker == 0xED).Payload;
            Assert.Equal(
                (byte[])
                    [.. "Photoshop 3.0\0"u8, .. "8BIM"u8, 4, 4, 0, 0, 0, 0, 0, (byte)_iptc.Length, .. _iptc, .. new byte[_iptc.Length & 1]],
                payload
            );
        }
    }

    [Theory]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("avif")]
    public void Iptc_is_told_as_xmp_where_it_has_no_place_and_that_is_said(string to)
    {
        CopiedFile copy = FileCopy.As(Say("jpg", iptc: [.. _iptc, .. Dataset(2, 231, "x"u8)], xmp: Xmp("xmp:Rating=\"4\"")), to);
        string text = XmpOf(copy.Bytes, to)!;
        Assert.Contains("<dc:subject", text, StringComparison.Ordinal);
        Assert.Contains("<rdf:li>Hafen</rdf:li><rdf:li>Schiff</rdf:li>", text, StringComparison.Ordinal);
        Assert.Contains("Beschreibung Ü", text, StringComparison.Ordinal);
        Assert.Contains("2024-05-06T07:08:09+02:00", text, StringComparison.Ordinal);
        Assert.Contains("xmp:Rating=\"4\"", text, StringComparison.Ordinal);
        Assert.Contains(
            "1 rare entries dropped",
            Assert.Single(copy.Notes, note => note.Contains("IPTC", StringComparison.Ordinal)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Iptc_that_says_something_else_than_the_xmp_is_added_to_lists_and_counted_where_it_gives_way()
    {
        byte[] iptc =
        [
            .. Dataset(2, 25, "harbour"u8),
            .. Dataset(2, 25, "ship"u8),
            .. Dataset(2, 90, "Kiel"u8),
            .. Dataset(2, 105, "Same"u8),
        ];
        string xmp = Encoding.UTF8.GetString(
            Xmp("photoshop:City=\"Bremen\" photoshop:Headline=\"Same\" xmlns:photoshop=\"http://ns.adobe.com/photoshop/1.0/\"")
        );
        xmp = xmp.Replace(
            "</rdf:RDF>",
            "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:subject><rdf:Bag><rdf:li>ship</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF>",
            StringComparison.Ordinal
        );
        CopiedFile copy = FileCopy.As(Say("jpg", iptc: iptc, xmp: Encoding.UTF8.GetBytes(xmp)), "png");
        string text = XmpOf(copy.Bytes, "png")!;
        Assert.Contains("<rdf:li>ship</rdf:li><rdf:li>harbour</rdf:li>", text, StringComparison.Ordinal);
        Assert.Contains("Bremen", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Kiel", text, StringComparison.Ordinal);
        Assert.EndsWith("; 1 dropped that contradict the XMP there is", Assert.Single(copy.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Png_texts_keep_their_kind_character_set_and_bytes()
    {
        (string Type, byte[] Data)[] texts =
        [
            ("tEXt", [.. "Author\0J"u8, 0xFC, .. "rgen"u8]),
            ("iTXt", [.. "Title\0\0\0de\0"u8, .. Encoding.UTF8.GetBytes("Überschrift\0港 Hafen")]),
            ("zTXt", [.. "Comment\0\0"u8, .. Zlib("long text, long text, long text"u8)]),
            ("iTXt", [.. "parameters\0\u0001\0\0\0"u8, .. Zlib(Encoding.UTF8.GetBytes("東京"))]),
        ];
        byte[] png = Bytes.WithPngChunks(FileCopy.Plain("png"), texts);
        CopiedFile copy = FileCopy.As(png, "png");
        Assert.Empty(copy.Notes);
        Assert.Equal(texts, Bytes.PngChunks(copy.Bytes).Where(chunk => chunk.Type is "tEXt" or "iTXt" or "zTXt"), new ChunkComparer());

        // Elsewhere: what has a property or a place of its own is told there, the rest is named.
        CopiedFile jpeg = FileCopy.As(png, "jpg");
        Assert.Contains("Jürgen", XmpOf(jpeg.Bytes, "jpg")!, StringComparison.Ordinal);
        Assert.Contains("港 Hafen", XmpOf(jpeg.Bytes, "jpg")!, StringComparison.Ordinal);
        Assert.Equal(
            "long text, long text, long text"u8.ToArray(),
            Assert.Single(Bytes.JpegSegments(jpeg.Bytes), segment => segment.Marker == 0xFE).Payload
        );
        Assert.Contains(
            "parameters",
            Assert.Single(jpeg.Notes, note => note.Contains("dropped", StringComparison.Ordinal)),
            StringComparison.Ordinal
        );
    }

    private sealed class ChunkComparer : IEqualityComparer<(string Type, byte[] Data)>
    {
        public bool Equals((string Type, byte[] Data) x, (string Type, byte[] Data) y) =>
            x.Type == y.Type && x.Data.AsSpan().SequenceEqual(y.Data);

        public int GetHashCode((string Type, byte[] Data) obj) => obj.Type.GetHashCode(StringComparison.Ordinal);
    }

    private static byte[] Zlib(ReadOnlySpan<byte> text)
    {
        using MemoryStream output = new MemoryStream();
        using (
            System.IO.Compression.ZLibStream compressing = new System.IO.Compression.ZLibStream(
                output,
                System.IO.Compression.CompressionLevel.Optimal,
                leaveOpen: true
            )
        )
        {
            compressing.Write(text);
        }

        return output.ToArray();
    }

    [Fact]
    public void A_png_text_no_writer_may_write_is_dropped_with_a_note()
    {
        byte[] png = Bytes.WithPngChunks(
            FileCopy.Plain("png"),
            ("tEXt", [.. Enumerable.Repeat((byte)'k', 90), 0, (byte)'x']),
            ("tEXt", [.. " Lead\0x"u8]),
            ("tEXt", [.. "Bell\a\0x"u8]),
            ("tEXt", [.. "Good\0x"u8])
        );
        CopiedFile copy = FileCopy.As(png, "png");
        Assert.Single(Bytes.PngChunks(copy.Bytes), chunk => chunk.Type == "tEXt");
        Assert.Contains("3 damaged or overlong PNG chunks dropped", copy.Notes);
    }

    [Fact]
    public void Old_text_profiles_of_a_png_are_read_as_what_they_are()
    {
        string hex = Convert.ToHexString([.. "Exif\0\0"u8, .. ExifBytes()]).ToLowerInvariant();
        byte[] text =
        [
            .. "Raw profile type exif\0\0"u8,
            .. Zlib(
                Encoding.ASCII.GetBytes(
                    $"\nexif\n{hex.Length / 2, 8}\n{string.Join('\n', hex.Chunk(72).Select(line => new string(line)))}\n"
                )
            ),
        ];
        CopiedFile copy = FileCopy.As(Bytes.WithPngChunks(FileCopy.Plain("png"), ("zTXt", text)), "png", enlarge: 2);
        Assert.Equal("Zoe\0"u8.ToArray(), Bytes.TiffDirectory(ExifOf(copy.Bytes, "png")!)[Artist].Data);
        Assert.DoesNotContain(Bytes.PngChunks(copy.Bytes), chunk => chunk.Type == "zTXt");
    }

    [Fact]
    public void Jpeg_comments_are_kept_told_or_named()
    {
        byte[] jpeg = Bytes.WithJpegSegments(FileCopy.Plain("jpg"), (0xFE, "a comment"u8.ToArray()));
        Assert.Equal(
            "a comment"u8.ToArray(),
            Assert.Single(Bytes.JpegSegments(FileCopy.As(jpeg, "jpg").Bytes), segment => segment.Marker == 0xFE).Payload
        );
        Assert.Equal(
            "Comment\0a comment"u8.ToArray(),
            Assert.Single(Bytes.PngChunks(FileCopy.As(jpeg, "png").Bytes), chunk => chunk.Type == "tEXt").Data
        );
        Assert.Equal("a comment\0"u8.ToArray(), Bytes.TiffDirectory(FileCopy.As(jpeg, "tif").Bytes)[270].Data);
        Assert.Contains(FileCopy.As(jpeg, "webp").Notes, note => note.Contains("comment dropped", StringComparison.Ordinal));
    }

    [Fact]
    public void Extended_xmp_is_kept_whole_or_its_pointer_goes_with_a_note()
    {
        string guid = new string('A', 32);
        byte[] main = Xmp($"xmp:Rating=\"4\" xmpNote:HasExtendedXMP=\"{guid}\"");
        byte[] extension = Xmp("dc:source=\"" + new string('s', 70_000) + "\"");
        (byte Marker, byte[] Payload)[] parts =
        [
            .. new[] { 0, 40_000 }.Select(offset =>
                (
                    (byte)0xE1,
                    (byte[])
                        [
                            .. "http://ns.adobe.com/xmp/extension/\0"u8,
                            .. Encoding.ASCII.GetBytes(guid),
                            .. BigEndian(extension.Length),
                            .. BigEndian(offset),
                            .. extension[offset..Math.Min(extension.Length, offset + 40_000)],
                        ]
                )
            ),
        ];
        byte[] jpeg = Bytes.WithJpegSegments(FileCopy.Plain("jpg"), [(0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. main]), .. parts]);

        string png = XmpOf(FileCopy.As(jpeg, "png").Bytes, "png")!;
        Assert.Contains(new string('s', 70_000), png, StringComparison.Ordinal);
        Assert.DoesNotContain("HasExtendedXMP", png, StringComparison.Ordinal);

        // Back into a JPEG: split again, and the parts are what the pointer says.
        CopiedFile back = FileCopy.As(FileCopy.As(jpeg, "png").Bytes, "jpg");
        string packet = XmpOf(back.Bytes, "jpg")!;
        Assert.Contains("xmp:Rating=\"4\"", packet, StringComparison.Ordinal);
        string pointer = System.Text.RegularExpressions.Regex.Match(packet, "HasExtendedXMP=\"([0-9A-F]{32})\"").Groups[1].Value;
        byte[] whole =
        [
            .. Bytes
                .JpegSegments(back.Bytes)
                .Where(segment => segment.Payload.AsSpan().StartsWith("http://ns.adobe.com/xmp/extension/\0"u8))
                .SelectMany(segment => segment.Payload[75..]),
        ];
        Assert.Contains(new string('s', 70_000), Encoding.UTF8.GetString(whole), StringComparison.Ordinal);
#pragma warning disable CA5351 // XMP names MD5.
        Assert.Equal(Convert.ToHexString(System.Security.Cryptography.MD5.HashData(whole)), pointer);
#pragma warning restore CA5351

        CopiedFile cut = FileCopy.As(
            Bytes.WithJpegSegments(FileCopy.Plain("jpg"), [(0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. main]), parts[0]]),
            "jpg"
        );
        Assert.DoesNotContain("HasExtendedXMP", XmpOf(cut.Bytes, "jpg")!, StringComparison.Ordinal);
        Assert.Contains(cut.Notes, note => note.Contains("extended XMP dropped", StringComparison.Ordinal));

        static byte[] BigEndian(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
    }

    [Fact]
    public void Resolution_and_pixel_aspect_go_with_the_picture_and_turn_with_it()
    {
        byte[] dpi = Bytes.WithJpegSegments(FileCopy.Plain("jpg"), (0xE0, Jfif(1, 300, 150))); // 300 x 150 per inch.
        Assert.Equal(Jfif(1, 300, 150), Bytes.JpegSegments(FileCopy.As(dpi, "jpg").Bytes)[0].Payload);
        Assert.Equal(
            (byte[])[0, 0, 0x2E, 0x23, 0, 0, 0x17, 0x12, 1],
            Assert.Single(Bytes.PngChunks(FileCopy.As(dpi, "png").Bytes), chunk => chunk.Type == "pHYs").Data
        );
        Dictionary<int, (int Type, int Count, byte[] Data)> tiff = Bytes.TiffDirectory(FileCopy.As(dpi, "tif").Bytes);
        Assert.Equal(
            (300u, 1u, 2),
            (BitConverter.ToUInt32(tiff[282].Data), BitConverter.ToUInt32(tiff[282].Data, 4), BitConverter.ToUInt16(tiff[296].Data))
        );
        byte[] webp = ExifOf(FileCopy.As(dpi, "webp").Bytes, "webp")!;
        Assert.Equal(150u, BinaryPrimitives.ReadUInt32BigEndian(Bytes.TiffDirectory(webp)[283].Data));

        byte[] turned = Bytes.WithJpegSegments(dpi, (0xE1, [.. "Exif\0\0"u8, .. ExifBytes(orientation: 6)]));
        Assert.Equal(Jfif(1, 150, 300), Bytes.JpegSegments(FileCopy.As(turned, "jpg").Bytes)[0].Payload);

        byte[] aspect = Bytes.WithJpegSegments(FileCopy.Plain("jpg"), (0xE0, Jfif(0, 2, 1))); // 2 to 1, no unit.
        Assert.Equal(Jfif(0, 2, 1), Bytes.JpegSegments(FileCopy.As(aspect, "jpg").Bytes)[0].Payload);
        Assert.Equal(
            (byte[])[0, 0, 0, 2, 0, 0, 0, 1, 0],
            Assert.Single(Bytes.PngChunks(FileCopy.As(aspect, "png").Bytes), chunk => chunk.Type == "pHYs").Data
        );
        Assert.Equal(1, BitConverter.ToUInt16(Bytes.TiffDirectory(FileCopy.As(aspect, "tif").Bytes)[296].Data));
    }

    [Fact]
    public void Exif_that_leads_nowhere_or_in_circles_costs_its_entries_alone()
    {
        byte[] block = ExifBytes();
        // Copyright: its value is made to lie at 0, behind the end, and in itself.
        int entry = block.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x98, 0x82, 2, 0]);
        foreach (int place in (int[])[0, block.Length, -1, int.MaxValue])
        {
            byte[] damaged = [.. block];
            BitConverter.TryWriteBytes(damaged.AsSpan(entry + 8), place);
            CopiedFile copy = FileCopy.As(Say("jpg", damaged), "jpg");
            Assert.Equal("Zoe\0"u8.ToArray(), Bytes.TiffDirectory(ExifOf(copy.Bytes, "jpg")!)[Artist].Data);
            Assert.Equal(place == 0 ? 0 : 1, copy.Notes.Count(note => note.Contains("damaged EXIF entr", StringComparison.Ordinal)));
        }

        byte[] circle = [.. block];
        int pointer = circle.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x69, 0x87, 4, 0]);
        BitConverter.TryWriteBytes(circle.AsSpan(pointer + 8), 8); // EXIF's directory is the main one.
        Assert.Equal("Zoe\0"u8.ToArray(), Bytes.TiffDirectory(ExifOf(FileCopy.As(Say("jpg", circle), "jpg").Bytes, "jpg")!)[Artist].Data);
    }

    [Fact]
    public void What_has_no_place_and_no_use_is_named()
    {
        byte[] jpeg = Bytes.WithJpegSegments(FileCopy.Plain("jpg"), (0xEB, "JP\0\u0001"u8.ToArray()), (0xE4, "FooBar\0\u0001"u8.ToArray()));
        IReadOnlyList<string> notes = FileCopy.As(jpeg, "jpg").Notes;
        Assert.Contains(notes, note => note.Contains("C2PA", StringComparison.Ordinal));
        Assert.Contains(notes, note => note.Contains("APP4 (FooBar)", StringComparison.Ordinal));
        byte[] png = Bytes.WithPngChunks(FileCopy.Plain("png"), ("teSt", [1, 2]), ("teST", [3]));
        CopiedFile copy = FileCopy.As(png, "png");
        Assert.Equal(
            (byte[])[1, 2],
            Assert
                .Single(
                    Bytes.PngChunks(FileCopy.As(Bytes.WithPngChunks(FileCopy.Plain("png"), ("teSt", [1, 2])), "png").Bytes),
                    chunk => chunk.Type == "teSt"
                )
                .Data.AsSpan(0, 2)
                .ToArray()
        );
        Assert.Contains(copy.Notes, note => note.Contains("teST", StringComparison.Ordinal));
    }
}
