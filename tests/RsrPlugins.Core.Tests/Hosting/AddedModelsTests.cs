// Networks as people bring them, built here: each must be measured as what it is, used with the right planes and values, or refused with
// the reason.
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Core.Tests.Inference;
using RsrPlugins.Core.Tests.Resizing;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Hosting;

public sealed class AddedModelsTests : IDisposable
{
    private static readonly ModelCatalogue _installed = ModelCatalogue.LoadDefault();

    private readonly string _folder = Directory.CreateTempSubdirectory("rsr-added-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private AddedModels Models => new(Path.Combine(_folder, "own"), _installed);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(3, 2, ValueUnit.One, 1)]
    [InlineData(3, 3, ValueUnit.Byte, 1)]
    [InlineData(1, 4, ValueUnit.One, 1)]
    [InlineData(3, 1, ValueUnit.One, 1)]
    [InlineData(3, 2, ValueUnit.One, 10)]
    public void A_network_is_found_to_be_what_it_is(int planes, int scale, ValueUnit unit, int elementType)
    {
        ModelDescriptor model = Models.Add(Write(Espcn(planes, scale, unit, elementType)), "mine", null, null, Token);
        NetworkPlanes expected = new NetworkPlanes(planes == 1 ? PlaneContent.Luma : PlaneContent.Rgb, planes, unit);
        // 5 x 5, then 3 x 3
        Assert.Equal((1, scale, 3, true), (model.Shape.InputStep, model.Shape.OutputStep, model.Shape.Halo, model.Shape.TilesAreExact));
        Assert.Equal((expected, expected), (model.Shape.Input, model.Shape.Output));

        ModelDescriptor read = Assert.Single(ModelCatalogue.Load(Path.Combine(_folder, "own")).Models);
        Assert.Equal(model.Shape, read.Shape);
        Assert.Equal(("mine", ModelKind.Added, scale), (read.Id, read.Kind, read.Scale));

        // Any tiling gives the same picture, and it is the source enlarged.
        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        foreach (PixelLayout layout in new[] { PixelLayout.Rgb, PixelLayout.Grey, PixelLayout.Rgba })
        {
            PixelImage source = LearnedResizerTests.Patchwork(53, 41, layout, 8);
            PixelImage tiled = new LearnedResizer(engine.Open(read), new ResizeSettings(2, 8)).Resize(source, null, Token);
            PixelImage whole = new LearnedResizer(engine.Open(read), new ResizeSettings(1, 1000)).Resize(source, null, Token);
            Assert.Equal((53 * scale, 41 * scale), (tiled.Width, tiled.Height));
            Assert.True(whole.Samples8.SequenceEqual(tiled.Samples8) || elementType == 10, layout.ToString());
            // With luma alone the colour is the kernel's, which blurs hard edges.
            if (planes == 3 || layout == PixelLayout.Grey)
            {
                AssertLike(source, whole, scale, 30);
            }
        }
    }

    [Fact]
    public void Sizes_that_must_be_multiples_are_found_and_any_picture_still_fits()
    {
        // Down by 4 and up by 8, with a way past it: x2 in blocks of 4.
        OnnxModelWriter writer = Picture(3);
        string down = writer.Node("SpaceToDepth", ["input"], null, ("blocksize", 4L));
        string mixed = Convolution(writer, down, 48, 48, 3, 0.002f, identity: true);
        string back = writer.Node("DepthToSpace", [mixed], null, ("blocksize", 4L));
        Output(writer, back, "input", 3, 2, 0.001f);
        ModelDescriptor model = Models.Add(Write(writer.ToArray()), null, null, null, Token);
        Assert.Equal((4, 8, true), (model.Shape.InputStep, model.Shape.OutputStep, model.Shape.TilesAreExact));

        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        PixelImage source = LearnedResizerTests.Patchwork(31, 22, PixelLayout.Rgb, 8);
        PixelImage tiled = new LearnedResizer(engine.Open(model), new ResizeSettings(2, 2)).Resize(source, null, Token);
        PixelImage whole = new LearnedResizer(engine.Open(model), new ResizeSettings(1, 1000)).Resize(source, null, Token);
        Assert.Equal((62, 44), (tiled.Width, tiled.Height));
        Assert.True(whole.Samples8.SequenceEqual(tiled.Samples8));
    }

    [Fact]
    public void A_network_that_looks_at_the_whole_picture_is_blended_and_leaves_no_seams()
    {
        ModelDescriptor model = Models.Add(Write(WithGlobalPooling()), "pooling", null, null, Token);
        Assert.False(model.Shape.TilesAreExact);
        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));

        // A slope, whose mean is another in every tile: a hard edge between tiles would be a step of many levels.
        PixelImage source = PixelImage.Create(200, 90, PixelLayout.Rgb, 8);
        for (int i = 0; i < source.Samples8.Length; i++)
        {
            source.Samples8[i] = (byte)(40 + (i / 3 % 200 / 2));
        }

        PixelImage result = new LearnedResizer(engine.Open(model), new ResizeSettings(2, 24)).Resize(source, null, Token);
        Assert.Equal((400, 180), (result.Width, result.Height));
        int largest = 0;
        for (int i = 3; i < result.Samples8.Length; i++)
        {
            largest = i / 3 % 400 == 0 ? largest : Math.Max(largest, Math.Abs(result.Samples8[i] - result.Samples8[i - 3]));
        }

        Assert.InRange(largest, 0, 4);
    }

    [Fact]
    public void What_cannot_be_used_is_refused_with_the_reason_and_leaves_nothing()
    {
        Refused(
            "2 inputs (input, other)",
            writer =>
            {
                writer.Input("other", -1, 3, -1, -1);
                writer.Node("Add", ["input", "other"], "output");
            }
        );
        Refused("the operator com.example.Fancy", writer => writer.Node("com.example::Fancy", ["input"], "output"));
        Refused("of the range from black to white", writer => writer.Node("Neg", ["input"], "output"));
        Refused("NaN or infinite", writer => writer.Node("Log", [writer.Node("Neg", ["input"])], "output"));
        Refused("enlarges by a whole number", writer => writer.Node("Transpose", ["input"], "output", ("perm", new long[] { 0, 1, 3, 2 })));
        Refused("a variable number of channels", writer => writer.Node("Identity", ["input"], "output"), [-1, -1, -1, -1]);
        Refused("any height and width, found 64 x 64", writer => writer.Node("Identity", ["input"], "output"), [1, 3, 64, 64]);
        Refused("[?, 4, ?, ?]", writer => writer.Node("Identity", ["input"], "output"), [-1, 4, -1, -1]);
        Refused("does not enlarge 2 times", writer => writer.Node("Identity", ["input"], "output"), scale: 2);

        string junk = Path.Combine(_folder, "junk.onnx");
        File.WriteAllText(junk, "this is no model");
        Assert.Contains(
            "not a valid ONNX model",
            Assert.Throws<ModelException>(() => Models.Add(junk, null, null, null, Token)).Message,
            StringComparison.Ordinal
        );
        using (FileStream large = File.Create(Path.Combine(_folder, "large.onnx")))
        {
            large.SetLength((500L << 20) + 1);
        }

        Assert.Contains(
            "at most 500 MB",
            Assert.Throws<ModelException>(() => Models.Add(Path.Combine(_folder, "large.onnx"), null, null, null, Token)).Message,
            StringComparison.Ordinal
        );
        Assert.False(Directory.Exists(Path.Combine(_folder, "own")));
    }

    [Fact]
    public void Names_are_checked_and_models_removed()
    {
        string file = Write(Espcn(1, 2, ValueUnit.One, 1));
        Assert.Contains(
            "is taken",
            Assert.Throws<ModelException>(() => Models.Add(file, "srnet-x2-photo", null, null, Token)).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "cannot be used",
            Assert.Throws<ModelException>(() => Models.Add(file, "../x", null, null, Token)).Message,
            StringComparison.Ordinal
        );
        Models.Add(file, "one", null, null, Token);
        Models.Add(file, "two", null, null, Token);
        Models.Remove("one");
        string own = Path.Combine(_folder, "own");
        Assert.Equal(["models.json", "two.md", "two.onnx"], Directory.GetFiles(own).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("added: two", Assert.Throws<ModelException>(() => Models.Remove("one")).Message, StringComparison.Ordinal);
        Assert.Contains(
            "came with the program",
            Assert.Throws<ModelException>(() => Models.Remove("srnet-x2-photo")).Message,
            StringComparison.Ordinal
        );
    }

    private void Refused(string reason, Action<OnnxModelWriter> build, long[]? dimensions = null, int? scale = null)
    {
        OnnxModelWriter writer = new OnnxModelWriter();
        writer.Input("input", dimensions ?? [-1, 3, -1, -1]);
        writer.Output("output", dimensions ?? [-1, 3, -1, -1]);
        build(writer);
        Assert.Contains(
            reason,
            Assert.Throws<ModelException>(() => Models.Add(Write(writer.ToArray()), "refused", scale, null, Token)).Message,
            StringComparison.Ordinal
        );
    }

    private string Write(byte[] model)
    {
        string file = Path.Combine(_folder, $"{Guid.NewGuid():N}.onnx");
        File.WriteAllBytes(file, model);
        return file;
    }

    private static OnnxModelWriter Picture(int planes, int elementType = 1)
    {
        OnnxModelWriter writer = new OnnxModelWriter(elementType);
        writer.Input("input", -1, planes, -1, -1);
        writer.Output("output", -1, planes, -1, -1);
        return writer;
    }

    /// <summary>5 x 5, a rectifier, 3 x 3, sub-pixels; small random weights on top of the enlarged input.</summary>
    private static byte[] Espcn(int planes, int scale, ValueUnit unit, int elementType)
    {
        OnnxModelWriter writer = Picture(planes, elementType);
        string x = elementType == 10 ? writer.Node("Cast", ["input"], null, ("to", 1L)) : "input";
        x = unit == ValueUnit.Byte ? writer.Node("Mul", [x, writer.Initializer([1 / 255f])]) : x;
        string features = writer.Node("Relu", [Convolution(writer, x, planes, 16, 5, 0.05f, identity: false)]);
        bool ends = unit == ValueUnit.One && elementType == 1;
        string made = Output(writer, features, x, 16, scale, 0.003f, planes, ends ? "output" : null);
        if (unit == ValueUnit.Byte)
        {
            string clipped = writer.Node("Clip", [made, writer.Initializer([0f]), writer.Initializer([1f])]);
            writer.Node("Mul", [clipped, writer.Initializer([255f])], "output");
        }
        else if (!ends)
        {
            writer.Node("Cast", [made], "output", ("to", 10L));
        }

        return writer.ToArray();
    }

    /// <summary>Brightness follows the mean of all it is shown.</summary>
    private static byte[] WithGlobalPooling()
    {
        OnnxModelWriter writer = Picture(3);
        string mean = writer.Node("GlobalAveragePool", ["input"]);
        string shifted = writer.Node("Add", ["input", writer.Node("Mul", [mean, writer.Initializer([0.1f])])]);
        Output(writer, shifted, "input", 3, 2, 0.003f);
        return writer.ToArray();
    }

    /// <summary>3 x 3 from features, and the picture's own pixels in every sub-pixel.</summary>
    private static string Output(
        OnnxModelWriter writer,
        string features,
        string picture,
        int channels,
        int scale,
        float deviation,
        int planes = 3,
        string? name = "output"
    )
    {
        string all = writer.Node("Concat", [features, picture], null, ("axis", 1L));
        Random random = new Random(7);
        int inputs = channels + planes,
            outputs = planes * scale * scale;
        float[] weights = [.. Enumerable.Range(0, outputs * inputs * 9).Select(_ => (random.NextSingle() - 0.5f) * deviation)];
        for (int output = 0; output < outputs; output++)
        {
            weights[(((output * inputs) + channels + (output / (scale * scale))) * 9) + 4] += 1;
        }

        string w = writer.Initializer(weights, outputs, inputs, 3, 3);
        string last = writer.Node(
            "Conv",
            [all, w],
            scale == 1 ? name : null,
            ("kernel_shape", new long[] { 3, 3 }),
            ("pads", new long[] { 1, 1, 1, 1 })
        );
        return scale == 1 ? last : writer.Node("DepthToSpace", [last], name, ("blocksize", (long)scale), ("mode", "CRD"));
    }

    private static string Convolution(
        OnnxModelWriter writer,
        string input,
        int inputs,
        int outputs,
        int kernel,
        float deviation,
        bool identity
    )
    {
        Random random = new Random(5);
        float[] weights =
        [
            .. Enumerable.Range(0, outputs * inputs * kernel * kernel).Select(_ => (random.NextSingle() - 0.5f) * deviation),
        ];
        for (int i = 0; identity && i < outputs; i++)
        {
            weights[(((i * inputs) + i) * kernel * kernel) + (kernel * kernel / 2)] += 1;
        }

        string w = writer.Initializer(weights, outputs, inputs, kernel, kernel);
        string b = writer.Initializer([.. Enumerable.Range(0, outputs).Select(_ => (random.NextSingle() - 0.3f) * 0.1f)], outputs);
        long padding = kernel / 2;
        return writer.Node(
            "Conv",
            [input, w, b],
            null,
            ("kernel_shape", new long[] { kernel, kernel }),
            ("pads", new[] { padding, padding, padding, padding })
        );
    }

    private static void AssertLike(PixelImage source, PixelImage result, int scale, int tolerance)
    {
        for (int y = 2; y < source.Height - 2; y++)
        {
            for (int x = 2; x < source.Width - 2; x++)
            {
                ReadOnlySpan<byte> from = source.Samples8.Slice(((y * source.Width) + x) * source.Channels, source.Channels);
                ReadOnlySpan<byte> to = result.Samples8.Slice(
                    ((y * scale * result.Width) + (x * scale)) * source.Channels,
                    source.Channels
                );
                if (source.HasAlpha && from[^1] < 255)
                {
                    continue;
                }

                for (int c = 0; c < (source.HasColour ? 3 : 1); c++)
                {
                    Assert.InRange(to[c] - from[c], -tolerance, tolerance);
                }
            }
        }
    }
}
