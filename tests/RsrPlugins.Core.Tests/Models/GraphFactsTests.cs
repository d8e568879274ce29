// What graphs say of themselves, against what is known of the networks by hand.
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tests.Inference;

namespace RsrPlugins.Core.Tests.Models;

public class GraphFactsTests
{
    // Weights of the convolutions, added up layer by layer: every weight is used once per pixel of its layer.
    [Theory]
    [InlineData(NetworkTask.Reduce, 2, 3, 576 + 36864 + 36864 + 65)]
    [InlineData(NetworkTask.Reduce, 4, 3, 576 + 36864 + 36864 + 65)]
    [InlineData(NetworkTask.Enlarge, 2, 4, 576 + 4096 + 36864 + 8192 + 36864 + 12288 + 36864 + (257 * 4))]
    [InlineData(NetworkTask.Enlarge, 3, 4, 576 + 4096 + 36864 + 8192 + 36864 + 12288 + 36864 + (257 * 9))]
    public void The_products_networks_are_what_the_paper_says(NetworkTask task, int scale, int halo, double multiplyAdds)
    {
        GraphFacts facts = GraphFacts.Of(
            OnnxGraph.Parse(task == NetworkTask.Reduce ? RandomNetworks.RRNet(scale) : RandomNetworks.SRNet(scale), "test"),
            "test"
        );
        NetworkShape shape = facts.ToShape(PlaneContent.Luma, PlaneContent.Luma);
        Assert.Equal((task, scale, halo), (shape.Task, shape.Factor, shape.Halo));
        Assert.Equal((1, 1), (facts.InputPlanes, facts.OutputPlanes));
        Assert.Equal(multiplyAdds, facts.MultiplyAddsPerInputPixel, 1e-9);
        Assert.Equal(2 * multiplyAdds, shape.OperationsPerInputPixel, 1e-9);
        // RRNet: a layer's input and output, the picture twice (once in the last concatenation). SRNet: the stack, its copy, the picture
        // twice.
        Assert.Equal(4 * (task == NetworkTask.Reduce ? 130 : 514), facts.FeatureBytesPerInputPixel);
    }

    [Fact]
    public void Dense_units_are_counted_in_the_graph()
    {
        NetworkShape six = GraphFacts
            .Of(OnnxGraph.Parse(RandomNetworks.SRNet(2, units: 6), "test"), "test")
            .ToShape(PlaneContent.Luma, PlaneContent.Luma);
        Assert.Equal(2 * (576 + (21 * 4096) + (6 * 36864) + (449 * 4)), six.OperationsPerInputPixel);
        Assert.Equal(4 * 898, six.FeatureBytesPerInputPixel);
        Assert.Equal(7, six.Halo);
    }

    [Fact]
    public void The_installed_models_say_of_themselves_what_the_list_says()
    {
        ModelCatalogue catalogue = ModelCatalogue.LoadDefault();
        Assert.All(
            catalogue.Models,
            model =>
            {
                GraphFacts facts = GraphFacts.Of(OnnxGraph.Parse(ModelCatalogue.ReadVerified(model), model.Id), model.Id);
                Assert.Equal(model.Shape, facts.ToShape(model.Shape.Input.Carries, model.Shape.Output.Carries));
            }
        );
    }

    [Theory]
    [InlineData(1, 3, 1, 1)]
    [InlineData(1, 5, 2, 2)]
    [InlineData(2, 3, 2, 2)]
    public void A_convolution_reaches_as_far_as_its_kernel_with_its_holes(long dilation, int kernel, long padding, int expected)
    {
        OnnxModelWriter model = Model();
        Convolution(model, "input", "output", kernel, 1, padding, dilation);
        Assert.Equal(expected, Facts(model).Halo);
    }

    [Fact]
    public void A_convolution_padded_on_one_side_reaches_to_that_side_alone()
    {
        OnnxModelWriter model = Model();
        string weights = model.Initializer(new float[5], 1, 1, 1, 5);
        model.Node("Conv", ["input", weights], "output", ("kernel_shape", new long[] { 1, 5 }), ("pads", new long[] { 0, 4, 0, 0 }));
        Assert.Equal(4, Facts(model).Halo);
    }

    [Fact]
    public void Down_and_up_again_works_in_blocks()
    {
        // 4 x 4 blocks: two strides of 2, a 3 x 3 convolution over blocks, a shuffle back and twice as large as before.
        OnnxModelWriter model = Model();
        string half = Convolution(model, "input", null, 2, 2, 0);
        string quarter = Convolution(model, half, null, 2, 2, 0);
        string around = Convolution(model, quarter, null, 3, 1, 1, outputs: 64);
        model.Node("DepthToSpace", [around], "output", ("blocksize", 8L), ("mode", "CRD"));
        GraphFacts facts = Facts(model);
        Assert.Equal((4, 8, 4, 1), (facts.InputStep, facts.OutputStep, facts.Halo, facts.OutputPlanes));
        Assert.Equal(((4 / 4.0) + (4 / 16.0) + (9 * 64 / 16.0)), facts.MultiplyAddsPerInputPixel, 1e-9);
    }

    [Theory]
    [InlineData(2, 2)] // taps at -2 .. 2 around a small pixel, as both halves of it are looked at
    [InlineData(3, 2)]
    public void Bicubic_enlargement_reaches_two_small_pixels(int scale, int expected)
    {
        OnnxModelWriter model = Model();
        string scales = model.Initializer([1, 1, scale, scale], 4);
        model.Node("Resize", ["input", "", scales], "output", ("mode", "cubic"), ("coordinate_transformation_mode", "half_pixel"));
        GraphFacts facts = Facts(model);
        Assert.Equal((1, scale, expected), (facts.InputStep, facts.OutputStep, facts.Halo));
    }

    [Theory]
    [InlineData(3, 9, 1)] // FSRCNN's: every small pixel is spread over 9 large ones
    [InlineData(2, 2, 0)]
    [InlineData(2, 8, 2)] // 3 large pixels on either side, which the next small one but one still covers
    public void A_transposed_convolution_reaches_as_far_as_it_spreads(int stride, int kernel, int expected)
    {
        OnnxModelWriter model = Model();
        string weights = model.Initializer(new float[kernel * kernel], 1, 1, kernel, kernel);
        long cut = (kernel - stride) / 2;
        model.Node(
            "ConvTranspose",
            ["input", weights],
            "output",
            ("strides", new long[] { stride, stride }),
            ("pads", new[] { cut, cut, cut, cut })
        );
        GraphFacts facts = Facts(model);
        Assert.Equal((1, stride, expected), (facts.InputStep, facts.OutputStep, facts.Halo));
    }

    [Fact]
    public void A_mean_over_the_picture_has_no_halo()
    {
        OnnxModelWriter model = Model();
        string mean = model.Node("GlobalAveragePool", ["input"]);
        model.Node("Mul", ["input", mean], "output");
        GraphFacts facts = Facts(model);
        Assert.Null(facts.Halo);
        Assert.Contains(
            "whole picture",
            Assert.Throws<ModelException>(() => facts.ToShape(PlaneContent.Luma, PlaneContent.Luma)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_loses_its_border_or_is_not_known_is_refused_by_name()
    {
        OnnxModelWriter valid = Model();
        Convolution(valid, "input", "output", 3, 1, 0);
        Assert.Contains("by a border", Assert.Throws<ModelException>(() => Facts(valid)).Message, StringComparison.Ordinal);

        OnnxModelWriter unknown = Model();
        unknown.Node("MatMul", ["input", "input"], "output");
        Assert.Contains("MatMul", Assert.Throws<ModelException>(() => Facts(unknown)).Message, StringComparison.Ordinal);

        OnnxModelWriter dangling = Model();
        dangling.Node("Relu", ["nothing"], "output");
        Assert.Contains("nothing is used before", Assert.Throws<ModelException>(() => Facts(dangling)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cut_or_scrambled_files_are_no_models_and_nothing_else()
    {
        byte[] bytes = RandomNetworks.SRNet(2);
        Random random = new Random(1);
        for (int round = 0; round < 300; round++)
        {
            byte[] damaged = bytes[..random.Next(round < 50 ? 300 : bytes.Length)];
            for (int i = 0; i < 4 && damaged.Length > 0; i++)
            {
                damaged[random.Next(Math.Min(damaged.Length, 2000))] = (byte)random.Next(256);
            }

            try
            {
                GraphFacts.Of(OnnxGraph.Parse(damaged, "damaged"), "damaged");
            }
            catch (ModelException exception)
            {
                Assert.StartsWith("damaged", exception.Message, StringComparison.Ordinal);
            }
        }
    }

    private static GraphFacts Facts(OnnxModelWriter model) => GraphFacts.Of(OnnxGraph.Parse(model.ToArray(), "test"), "test");

    private static OnnxModelWriter Model()
    {
        OnnxModelWriter model = new OnnxModelWriter();
        model.Input("input", -1, 1, -1, -1);
        model.Output("output", -1, 1, -1, -1);
        return model;
    }

    private static string Convolution(
        OnnxModelWriter model,
        string input,
        string? output,
        int kernel,
        long stride,
        long padding,
        long dilation = 1,
        int outputs = 1
    )
    {
        string weights = model.Initializer(new float[outputs * kernel * kernel], outputs, 1, kernel, kernel);
        return model.Node(
            "Conv",
            [input, weights],
            output,
            ("strides", new[] { stride, stride }),
            ("pads", new[] { padding, padding, padding, padding }),
            ("dilations", new[] { dilation, dilation })
        );
    }
}
