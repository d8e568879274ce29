// Sound files of every kind, made here so that the repository needs none, and a few that once did harm.
using System.Text;
using NetVips;
using RsrPlugins.Cli.Files;
using RsrPlugins.Core.Sizes;
using RsrPlugins.Core.Tests.Inference;

namespace RsrPlugins.Fuzz;

internal static class FuzzCorpus
{
    private const string Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

    /// <summary>models.json beside the program.</summary>
    public static string ShippedModels => Path.Combine(AppContext.BaseDirectory, "models", "models.json");

    /// <summary>A small drawing in every format, depth and layout that is read, with metadata of every kind.</summary>
    public static IEnumerable<byte[]> Pictures()
    {
        VipsLibrary.EnsureReady();
        foreach (string layout in new[] { "grey", "grey-alpha", "rgb", "rgba", "cmyk" })
        {
            foreach (bool sixteen in new[] { false, true })
            {
                using Image drawn = Drawn(layout, sixteen);
                using Image image = WithMetadata(drawn);
                foreach (string ending in EndingsFor(layout, sixteen))
                {
                    yield return image.WriteToBuffer(ending);
                }
            }
        }
    }

    public static IEnumerable<byte[]> XmpPackets()
    {
        yield return Xmp(string.Empty);
        yield return Xmp($"<r:Downscale xmlns:r=\"{DownscaleRecord.XmpNamespace}\">{Record(2).ToJson()}</r:Downscale>");
        yield return Xmp("<tiff:Orientation xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\">6</tiff:Orientation>");
        yield return Xmp(
            "<dc:title xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><rdf:Alt><rdf:li xml:lang=\"x-default\">A picture</rdf:li></rdf:Alt></dc:title>"
        );
        // Overflowed the stack of whoever walked the tree.
        yield return Xmp(string.Concat(Enumerable.Repeat("<a>", 40_000)) + string.Concat(Enumerable.Repeat("</a>", 40_000)));
    }

    public static IEnumerable<byte[]> Records()
    {
        yield return Encoding.UTF8.GetBytes(Record(2).ToJson());
        yield return Encoding.UTF8.GetBytes(Record(2, 3).ToJson());
        // Planned a picture of 65536 x 65536 pixels.
        yield return Encoding.UTF8.GetBytes(Record(4, 4, 4, 4, 4, 4, 4, 4).ToJson());
    }

    /// <summary>Networks of all operators whose effect on sizes is known; random weights.</summary>
    public static IEnumerable<byte[]> Graphs()
    {
        yield return Graph(
            (model, input) => model.Node("DepthToSpace", [Convolution(model, input, 1, 4, 3)], "output", ("blocksize", 2L), ("mode", "CRD"))
        );
        yield return Graph(
            (model, input) =>
                model.Node(
                    "Clip",
                    [Convolution(model, input, 1, 1, 2, stride: 2), model.Initializer([0f]), model.Initializer([1f])],
                    "output"
                )
        );
        yield return Graph(
            (model, input) => model.Node("Concat", [Pool(model, input), Convolution(model, input, 1, 1, 1)], "output", ("axis", 1L))
        );
        yield return Graph(
            (model, input) => model.Node("Resize", [input, "", model.Initializer([1f, 1f, 2f, 2f], 4)], "output", ("mode", "linear"))
        );
        yield return Graph(
            (model, input) =>
                model.Node(
                    "ConvTranspose",
                    [input, model.Initializer(new float[16], 1, 1, 4, 4)],
                    "output",
                    ("kernel_shape", new long[] { 4, 4 }),
                    ("strides", new long[] { 2, 2 }),
                    ("pads", new long[] { 1, 1, 1, 1 })
                )
        );
        yield return Graph(
            (model, input) => model.Node("Mul", [input, model.Node("Sigmoid", [model.Node("GlobalAveragePool", [input])])], "output")
        );
        yield return Graph(
            (model, input) =>
                model.Node("SpaceToDepth", [model.Node("LeakyRelu", [input], null, ("alpha", 0.1f))], "output", ("blocksize", 2L))
        );
    }

    private static IEnumerable<string> EndingsFor(string layout, bool sixteen)
    {
        if (layout != "cmyk")
        {
            yield return ".png";
            yield return ".png[interlace]";
        }

        yield return ".tif[compression=lzw]";
        yield return ".tif[compression=deflate,tile,tile-width=16,tile-height=16]";
        yield return ".tif[bigtiff]";
        if (!sixteen)
        {
            yield return layout.EndsWith("alpha", StringComparison.Ordinal) || layout == "rgba" ? ".webp[lossless]" : ".jpg[Q=70]";
            yield return layout == "cmyk" ? ".jpg[optimize-coding,interlace]" : ".webp[Q=60]";
            if (layout.StartsWith("rgb", StringComparison.Ordinal))
            {
                yield return ".png[palette]";
                yield return ".gif";
            }
        }
    }

    private static Image Drawn(string layout, bool sixteen)
    {
        const int Width = 24;
        const int Height = 18;
        int bands = layout switch
        {
            "grey" => 1,
            "grey-alpha" => 2,
            "rgb" => 3,
            _ => 4,
        };
        double max = sixteen ? 65535 : 255;
        using Image places = Image.Xyz(Width, Height);
        using Image ramp = places[0] * (max / Width);
        using Image other = places[1] * (max / Height);
        using Image joined =
            bands == 1 ? ramp.Copy() : ramp.Bandjoin([.. Enumerable.Range(1, bands - 1).Select(band => band % 2 == 1 ? other : ramp)]);
        Enums.Interpretation interpretation =
            layout == "cmyk" ? Enums.Interpretation.Cmyk
            : bands < 3
                ? sixteen ? Enums.Interpretation.Grey16
                    : Enums.Interpretation.Bw
            : sixteen ? Enums.Interpretation.Rgb16
            : Enums.Interpretation.Srgb;
        return joined.Cast(sixteen ? Enums.BandFormat.Ushort : Enums.BandFormat.Uchar).Copy(interpretation: interpretation).CopyMemory();
    }

    private static Image WithMetadata(Image image) =>
        image.Mutate(changed =>
        {
            changed.Set(
                GValue.BlobType,
                "xmp-data",
                Xmp($"<r:Downscale xmlns:r=\"{DownscaleRecord.XmpNamespace}\">{Record(2).ToJson()}</r:Downscale>")
            );
            changed.Set(GValue.GIntType, "orientation", 6);
            changed.Set(GValue.GStrType, "exif-ifd0-Artist", "A Name (A Name, ASCII, 7 components, 7 bytes)");
            changed.Set(GValue.GStrType, "png-comment-0-" + DownscaleRecord.PngKeyword, Record(2).ToJson());
        });

    private static byte[] Xmp(string inner) =>
        Encoding.UTF8.GetBytes(
            $"<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"{Rdf}\"><rdf:Description rdf:about=\"\">{inner}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>"
        );

    private static DownscaleRecord Record(params int[] scales)
    {
        int product = scales.Aggregate(1, (all, scale) => all * scale);
        return new DownscaleRecord(
            product,
            100,
            80,
            [.. scales.Select(scale => new DownscaleRecordStep(scale, $"rrnet-x{scale}-learned", new string('0', 64)))]
        );
    }

    private static byte[] Graph(Func<OnnxModelWriter, string, string> body)
    {
        OnnxModelWriter model = new OnnxModelWriter();
        model.Input("input", -1, 1, -1, -1);
        model.Output("output", -1, 1, -1, -1);
        body(model, "input");
        return model.ToArray();
    }

    private static string Convolution(OnnxModelWriter model, string input, int channelsIn, int channelsOut, int kernel, int stride = 1)
    {
        string weights = model.Initializer(new float[channelsOut * channelsIn * kernel * kernel], channelsOut, channelsIn, kernel, kernel);
        long padding = stride == 1 ? (kernel - 1) / 2 : 0;
        return model.Node(
            "Conv",
            [input, weights],
            null,
            ("kernel_shape", new long[] { kernel, kernel }),
            ("strides", new long[] { stride, stride }),
            ("pads", new[] { padding, padding, padding, padding })
        );
    }

    private static string Pool(OnnxModelWriter model, string input) =>
        model.Node(
            "MaxPool",
            [input],
            null,
            ("kernel_shape", new long[] { 3, 3 }),
            ("strides", new long[] { 1, 1 }),
            ("pads", new long[] { 1, 1, 1, 1 })
        );
}
