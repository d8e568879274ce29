// What reads strangers' files in the product, each as the product calls it.
using System.Buffers.Binary;
using System.Text;
using RsrPlugins.Cli;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Files.Containers;
using RsrPlugins.Core.Inference.Cpu;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Fuzz;

/// <summary>One reader.</summary>
internal interface IFuzzTarget
{
    string Name { get; }

    /// <summary>Words of the format.</summary>
    IReadOnlyList<byte[]> Tokens { get; }

    /// <summary>Sound inputs, and unsound ones that once did harm.</summary>
    IEnumerable<byte[]> Corpus();

    /// <summary>Mends what would make a reader turn away at once, checksums for example; or leaves it.</summary>
    byte[] Repair(byte[] input, Random random) => input;

    /// <summary>Reads it; throws nothing but the product's own errors.</summary>
    void Run(byte[] input);
}

internal static class Targets
{
    public static IReadOnlyList<IFuzzTarget> All { get; } =
    [new PictureTarget(), new XmpTarget(), new RecordTarget(), new ModelListTarget(), new OnnxTarget(), new WeightsTarget()];

    /// <summary>Readers with a fault, which must be found.</summary>
    public static IReadOnlyList<IFuzzTarget> Broken { get; } =
    [
        new BrokenTarget("broken-exception", input => _ = input[Array.IndexOf(input, (byte)0xFF) + 100]),
        new BrokenTarget("broken-stack", input => Sink(input.Contains((byte)0xFF) ? int.MaxValue : 1)),
    ];

    public static IFuzzTarget? Find(string name) => All.Concat(Broken).FirstOrDefault(target => target.Name == name);

    private static int Sink(int levels) => levels == 0 ? 0 : Sink(levels - 1) + levels;

    public static byte[][] Words(params string[] words) => [.. words.Select(Encoding.UTF8.GetBytes)];
}

/// <summary>A reader with a fault that only damaged input shows.</summary>
internal sealed class BrokenTarget(string name, Action<byte[]> read) : IFuzzTarget
{
    public string Name => name;

    public IReadOnlyList<byte[]> Tokens => [];

    public IEnumerable<byte[]> Corpus() => [new byte[200]];

    public void Run(byte[] input) => read(input);
}

/// <summary>Header, metadata and pixels of a picture in every format.</summary>
internal sealed class PictureTarget : IFuzzTarget
{
    public string Name => "picture";

    public IReadOnlyList<byte[]> Tokens { get; } =
        Targets.Words(
            "IHDR",
            "PLTE",
            "IDAT",
            "IEND",
            "tRNS",
            "iCCP",
            "eXIf",
            "iTXt",
            "zTXt",
            "acTL",
            "cICP",
            "Exif\0\0",
            "II*\0",
            "MM\0*",
            "VP8L",
            "VP8X",
            "ICC_PROFILE\0",
            "http://ns.adobe.com/xap/1.0/\0"
        );

    public IEnumerable<byte[]> Corpus() => FuzzCorpus.Pictures();

    /// <summary>Chunks of a PNG get the checksums of their new content, in half of the cases.</summary>
    public byte[] Repair(byte[] input, Random random)
    {
        const int Signature = 8;
        const int Frame = 12;
        if (random.Next(2) == 0 || input.Length < Signature || input[1] != 'P')
        {
            return input;
        }

        for (int at = Signature; at + Frame <= input.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(input.AsSpan(at));
            if (length > input.Length - at - Frame)
            {
                break;
            }

            int end = at + (int)length + 8;
            BinaryPrimitives.WriteUInt32BigEndian(
                input.AsSpan(end),
                PngFile.Checksum(input.AsSpan(at + 4, 4), input.AsSpan(at + 8, (int)length))
            );
            at = end + 4;
        }

        return input;
    }

    public void Run(byte[] input)
    {
        PictureHeader header = PictureReader.ReadHeader(PictureSource.OfBytes("input", input));
        // Larger ones are refused by memory elsewhere, and would only be slow here.
        if ((long)header.Width * header.Height > 4_000_000)
        {
            return;
        }

        Picture picture;
        try
        {
            picture = PictureReader.Read(header, salvage: false);
        }
        catch (PictureFileException)
        {
            picture = PictureReader.Read(header, salvage: true);
        }

        // What a stranger's file says goes into results, too.
        PictureFormat[] outputs = [PictureFormat.Png, PictureFormat.Jpeg, PictureFormat.WebP, PictureFormat.Tiff];
        PictureFormat output = outputs[input.Length % outputs.Length];
        (int width, int height) = (Math.Min(picture.Pixels.Width, 64), Math.Min(picture.Pixels.Height, 64));
        using MemoryStream stream = new MemoryStream();
        PictureWriter.Encode(stream, "output", picture.Pixels, width, height, output, picture.Metadata, null, new WriteOptions());
    }
}

/// <summary>An XMP packet, read, and written again where it was sound.</summary>
internal sealed class XmpTarget : IFuzzTarget
{
    public string Name => "xmp";

    public IReadOnlyList<byte[]> Tokens { get; } =
        Targets.Words(
            "<rdf:RDF>",
            "</rdf:RDF>",
            "<rdf:Description/>",
            "<a>",
            "</a>",
            "<!DOCTYPE a [<!ENTITY b \"c\">]>",
            "&b;",
            "<![CDATA[",
            "<?xpacket end=\"w\"?>",
            "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"",
            "\0"
        );

    public IEnumerable<byte[]> Corpus() => FuzzCorpus.XmpPackets();

    public void Run(byte[] input)
    {
        try
        {
            if (XmpPacket.Parse(input) is { } packet)
            {
                _ = packet.RecordText;
                _ = packet.Clone();
            }
        }
        catch (XmpLimitException)
        {
            // Refused in order: callers drop the packet and say so.
        }
    }
}

/// <summary>What `rsr downscale` writes about a picture, as a stranger may write it.</summary>
internal sealed class RecordTarget : IFuzzTarget
{
    public string Name => "record";

    public IReadOnlyList<byte[]> Tokens { get; } =
        Targets.Words("{", "}", "[", "]", "\"steps\":", "\"scale\":", "null", "-1", "1e999", "2147483648", "\\u0000", "\"\"");

    public IEnumerable<byte[]> Corpus() => FuzzCorpus.Records();

    public void Run(byte[] input)
    {
        if (DownscaleRecord.FromJson(Encoding.UTF8.GetString(input)) is { } record)
        {
            _ = record.Fits(100, 80);
            if (record.Scale > SizeRequest.MaxScale || record.Width < 1 || record.Height < 1)
            {
                throw new InvalidOperationException("A record that no reduction can have written was taken.");
            }
        }
    }
}

/// <summary>models.json of a folder of models.</summary>
internal sealed class ModelListTarget : IFuzzTarget
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rsr-fuzz-").FullName;

    ~ModelListTarget() => Directory.Delete(_folder, recursive: true);

    public string Name => "models.json";

    public IReadOnlyList<byte[]> Tokens { get; } =
        Targets.Words(
            "{",
            "}",
            "[",
            "]",
            "null",
            "-1",
            "1e999",
            "2147483648",
            "\"../x.onnx\"",
            "\"shape\":",
            "\"halo\": 1000000",
            "\"format\": 2"
        );

    public IEnumerable<byte[]> Corpus() => [File.ReadAllBytes(FuzzCorpus.ShippedModels)];

    public void Run(byte[] input)
    {
        File.WriteAllBytes(Path.Combine(_folder, "models.json"), input);
        foreach (ModelDescriptor model in ModelCatalogue.Load(_folder).Models)
        {
            if (Path.GetDirectoryName(model.FilePath) != _folder)
            {
                throw new InvalidOperationException($"{model.FilePath} is outside the folder.");
            }

            _ = model.Shape.OutputSize(100, 80);
        }
    }
}

/// <summary>The reader of ONNX files and what it concludes from a graph.</summary>
internal sealed class OnnxTarget : IFuzzTarget
{
    public string Name => "onnx";

    public IReadOnlyList<byte[]> Tokens { get; } =
        Targets.Words(
            "Conv",
            "ConvTranspose",
            "Resize",
            "DepthToSpace",
            "SpaceToDepth",
            "GlobalAveragePool",
            "Concat",
            "strides",
            "pads",
            "dilations",
            "group",
            "blocksize",
            "kernel_shape",
            "input",
            "output"
        );

    public IEnumerable<byte[]> Corpus() => FuzzCorpus.Graphs();

    public void Run(byte[] input) => GraphFacts.Of(OnnxGraph.Parse(input, "input"), "input").ToShape(PlaneContent.Luma, PlaneContent.Luma);
}

/// <summary>The CPU engine's reader of weights: what it takes for a network of ours must run.</summary>
internal sealed class WeightsTarget : IFuzzTarget
{
    private const int Side = 8;
    private const int Scale = 2;

    /// <summary>Nodes stand before the weights, which are nearly all of a file.</summary>
    private const int NodesEnd = 8192;

    private readonly ModelDescriptor[] _models =
    [
        .. ModelCatalogue
            .Load(Path.GetDirectoryName(FuzzCorpus.ShippedModels)!)
            .Models.Where(model => model.Scale == Scale)
            .GroupBy(model => model.Network)
            .Select(group => group.MinBy(model => model.ByteLength)!),
    ];

    public string Name => "weights";

    public IReadOnlyList<byte[]> Tokens { get; } =
        Targets.Words(
            "Conv",
            "LeakyRelu",
            "Concat",
            "DepthToSpace",
            "Clip",
            "alpha",
            "strides",
            "pads",
            "kernel_shape",
            "group",
            "input",
            "output"
        );

    public IEnumerable<byte[]> Corpus() => _models.Select(model => File.ReadAllBytes(model.FilePath));

    /// <summary>Damage that hit weights alone shows nothing, so in half of the cases the nodes get some.</summary>
    public byte[] Repair(byte[] input, Random random)
    {
        if (input.Length > NodesEnd && random.Next(2) == 0)
        {
            input[random.Next(NodesEnd)] = (byte)random.Next(256);
        }

        return input;
    }

    public unsafe void Run(byte[] input)
    {
        foreach (ModelDescriptor model in _models)
        {
            using CpuSession? session = CpuSession.TryCreate(model, input);
            if (session is null)
            {
                continue;
            }

            float[] source = new float[Side * Side * (1 + (Scale * Scale))],
                result = new float[Side * Side * Scale * Scale];
            (int width, int height) = model.Shape.OutputSize(Side, Side);
            fixed (
                float* from = source,
                    to = result
            )
            {
                session.Run((nint)from, Side, Side, (nint)to, width, height, CancellationToken.None);
            }
        }
    }
}
