// That the networks of Figure 1 are the published ones, and that the pieces that time and draw them do what they say.
using System.Globalization;
using RsrPlugins.Core.Models;
using RsrPlugins.Trainer.Experiments;
using RsrPlugins.Trainer.Experiments.Figure1;
using RsrPlugins.Trainer.Export;
using RsrPlugins.Trainer.Export.Onnx;
using RsrPlugins.Trainer.Networks;

namespace RsrPlugins.Trainer.Tests.Experiments;

public class Figure1Tests
{
    /// <summary>
    /// Thousands of weights, and multiply-adds in thousands per HR pixel. Weights as their papers and MemNet's and DRRN's give
    /// them, in whole thousands; FSRCNN's paper and DRCN's say 12,464 and 1,774 k. ESPCN's 24.6 k is that of x4. Multiply-adds
    /// are what the literature counts for a 1280 x 720 picture (SRCNN 52.7 G, VDSR 612.6 G, DRCN 17,974 G, DRRN 6,797 G, MemNet
    /// 2,662 G), over 921,600 pixels.
    /// </summary>
    public static TheoryData<string, int, double, double?> Published =>
        new()
        {
            { "SRCNN", 3, 57.2, 57.2 },
            { "FSRCNN", 3, 12.464, null },
            { "ESPCN", 3, 22.6, null },
            { "ESPCN", 4, 24.6, null },
            { "VDSR", 3, 665, 664.7 },
            { "DRCN", 3, 1774, 19_503.4 },
            { "DRRN", 3, 297, 7_375.1 },
            { "MemNet", 3, 677, 2_888.9 },
        };

    [Theory]
    [MemberData(nameof(Published))]
    public void Networks_have_the_published_size_and_cost(string name, int scale, double thousands, double? thousandMultiplyAdds)
    {
        GraphArithmetic arithmetic = GraphArithmetic.Of(Network(name).Build(scale));
        Assert.InRange(arithmetic.Weights / (1000 * thousands), 0.998, 1.002);
        if (thousandMultiplyAdds is { } expected)
        {
            // MemNet's count knows one reconstruction of 0.576 k, not six.
            Assert.InRange(arithmetic.MultiplyAddsPerHRPixel / (1000 * expected), 0.999, 1.0015);
        }
    }

    [Fact]
    public void Recursions_share_their_weights()
    {
        GraphProto graph = ModelProto.Parser.ParseFrom(Network("DRCN").Build(3)).Graph;
        Assert.Equal(16, graph.Node.Count(node => node.OpType == "Conv" && node.Input[1] == "recursion.weight"));
        Assert.Equal(16, graph.Node.Count(node => node.OpType == "Conv" && node.Input[1] == "reconstruction1.weight"));
        graph = ModelProto.Parser.ParseFrom(Network("DRRN").Build(3)).Graph;
        Assert.Equal(25, graph.Node.Count(node => node.OpType == "Conv" && node.Input[1] == "unit.b.weight"));
        Assert.Equal(52, graph.Node.Count(node => node.OpType == "Conv"));
        Assert.Equal(52, graph.Node.Where(node => node.OpType == "BatchNormalization").Select(node => node.Input[1]).Distinct().Count());
        graph = ModelProto.Parser.ParseFrom(Network("MemNet").Build(3)).Graph;
        Assert.Equal(6, graph.Node.Count(node => node.OpType == "Conv" && node.Input[1] == "block3.a.weight"));
        Assert.Equal([12 * 64L], graph.Initializer.Single(constant => constant.Name == "block6.gate.weight").Dims.Skip(1).Take(1));
    }

    [Fact]
    public void Every_network_enlarges_as_it_says_with_ordinary_values()
    {
        const int Width = 13,
            Height = 11;
        foreach (PublishedNetwork network in PublishedNetworks.All)
        {
            using StagedModels staged = new StagedModels();
            byte[] onnx = network.Build(3);
            int scale = network.OwnScale(3);
            Assert.Equal(scale, GraphArithmetic.Of(onnx).Scale);
            float[] output = new float[Width * Height * scale * scale];
            staged
                .OpenForeign(network.Name, onnx)
                .Run(TestSupport.Noise(Width * Height), Width, Height, output, TestContext.Current.CancellationToken);
            Assert.All(output, value => Assert.True(float.IsFinite(value)));

            // Neither vanished nor grown, after as many as 80 layers.
            Assert.InRange(MathF.Sqrt(output.Average(value => value * value)), 0.01f, 1000f);
            Assert.True(output.Distinct().Count() > output.Length / 2, network.Name);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Graphs_and_the_engine_count_the_same_for_the_products_networks(int scale)
    {
        foreach (
            ModelDescriptor? model in ModelCatalogue.Load(TestSupport.InRepository("models")).Models.Where(model => model.Scale == scale)
        )
        {
            GraphArithmetic arithmetic = GraphArithmetic.Of(File.ReadAllBytes(model.FilePath));
            if (model.Task == NetworkTask.Gradient)
            {
                Assert.Equal(
                    model.Shape.OperationsPerInputPixel / 2,
                    arithmetic.MultiplyAddsPerInputPixel,
                    1e-6 * arithmetic.MultiplyAddsPerInputPixel
                );
                Assert.Equal(1, arithmetic.Scale);
                continue;
            }

            bool reduces = model.Task == NetworkTask.Reduce;
            Assert.Equal(
                model.Shape.OperationsPerInputPixel / 2,
                arithmetic.MultiplyAddsPerInputPixel,
                1e-6 * arithmetic.MultiplyAddsPerInputPixel
            );
            Assert.Equal(reduces ? 1.0 / scale : scale, arithmetic.Scale, 1e-12);
            Assert.Equal(arithmetic.MultiplyAddsPerInputPixel / (reduces ? 1 : scale * scale), arithmetic.MultiplyAddsPerHRPixel, 1e-6);
            IReadOnlyList<ConvolutionSpec> layers = reduces ? NetworkTable.RRNet(scale) : NetworkTable.SRNet(scale, UnitsOf(model));
            // The folded shortcut is one more input channel of the last layer.
            Assert.Equal(layers.Sum(layer => layer.WeightCount) + (scale * scale), arithmetic.Weights);
        }
    }

    // The pair keeps the paper's three dense units; the networks for ordinary pictures have six, those for antialiased ones eight at x3 and
    // x4, and that for clean-up eight at x2 (docs/training.md).
    private static int UnitsOf(ModelDescriptor model) =>
        model.Kind == ModelKind.Learned ? NetworkTable.PaperUnits
        : model is { Kind: ModelKind.Antialiased, Scale: > 2 } or { Kind: ModelKind.Cleanup, Scale: 2 } ? 8
        : 6;

    [Fact]
    public void A_transposed_convolution_is_charged_for_the_pixels_it_reads()
    {
        GraphBuilder graph = new GraphBuilder("test");
        graph.TransposedConvolution("up", GraphBuilder.Input, [1, 1, 5, 5], new float[25], [0], stride: 3);
        Assert.Equal(new GraphArithmetic(25, 25, 3), GraphArithmetic.Of(graph.Build([])));
    }

    [Fact]
    public void An_unknown_operator_is_refused()
    {
        GraphBuilder graph = new GraphBuilder("test");
        graph.Relu("relu", GraphBuilder.Input);
        ModelProto model = ModelProto.Parser.ParseFrom(graph.Build([]));
        model.Graph.Node[0].OpType = "Resize";
        Assert.Contains(
            "Resize",
            Assert.Throws<TrainerException>(() => GraphArithmetic.Of(Google.Protobuf.MessageExtensions.ToByteArray(model))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_clock_repeats_quick_work_and_does_slow_work_once()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        Assert.Equal(7, new PictureClock(TimeSpan.FromHours(1), 7).Measure(() => { }, token).Count);
        Assert.Single(new PictureClock(TimeSpan.Zero, 7).Measure(() => { }, token));
        Assert.Equal(2, PictureClock.Median([9, 1, 2]));
        Assert.Equal(3, PictureClock.Median([9, 1, 2, 4]));
    }

    [Fact]
    public void Times_are_means_of_medians_after_a_warm_up_on_the_smallest_picture()
    {
        (Plane? small, Plane? large) = (new Plane(new float[4], 2, 2), new Plane(new float[6], 3, 2));
        List<Plane> seen = new List<Plane>();
        PictureTimes times = TimeAgainstQuality.Time(
            new PictureClock(TimeSpan.FromHours(1), 3),
            [large, small],
            plane => Output(plane, seen),
            TestContext.Current.CancellationToken
        );
        Assert.Equal([small, large, large, large, small, small, small], seen);
        Assert.Equal(6, times.Runs);
        Assert.Throws<TrainerException>(() =>
            TimeAgainstQuality.Time(new PictureClock(TimeSpan.Zero, 1), [small], _ => [1, float.NaN], TestContext.Current.CancellationToken)
        );

        static float[] Output(Plane plane, List<Plane> seen)
        {
            seen.Add(plane);
            return plane.Values;
        }
    }

    [Fact]
    public void A_cancelled_run_stops_between_pictures()
    {
        using CancellationTokenSource stop = new CancellationTokenSource();
        Plane plane = new Plane(new float[4], 2, 2);
        int runs = 0;
        Assert.Throws<OperationCanceledException>(() =>
            TimeAgainstQuality.Time(new PictureClock(TimeSpan.Zero, 1), [plane, plane, plane], Run, stop.Token)
        );
        Assert.Equal(2, runs);

        float[] Run(Plane given)
        {
            if (++runs == 2)
            {
                stop.Cancel();
            }

            return given.Values;
        }
    }

    [Theory]
    [InlineData(0.0123456, "0.0123")]
    [InlineData(1.5, "1.50")]
    [InlineData(12.345, "12.3")]
    [InlineData(1234.6, "1235")]
    [InlineData(0, "0")]
    public void Seconds_have_three_digits(double seconds, string expected) =>
        Assert.Equal(expected, TimeAgainstQuality.Significant(seconds));

    [Fact]
    public void Labels_stand_beside_their_dots_inside_the_picture_and_over_nothing()
    {
        // Two dots almost in one place, one in a corner, one whose right side is taken by a dot.
        (float X, float Y)[] dots = [(200, 100), (203, 104), (395, 5), (100, 250), (140, 250)];
        (float, float)[] sizes = [.. dots.Select(_ => (60f, 18f))];
        LabelBox area = new LabelBox(0, 0, 400, 300);
        IReadOnlyList<LabelBox> boxes = LabelPlaces.Find(dots, sizes, 14, area);
        for (int i = 0; i < boxes.Count; i++)
        {
            Assert.True(area.Holds(boxes[i]));
            Assert.DoesNotContain(boxes.Take(i), boxes[i].Overlaps);
            Assert.DoesNotContain(dots, dot => boxes[i].Overlaps(new LabelBox(dot.X - 7, dot.Y - 7, 14, 14)));
            Assert.InRange(boxes[i].Left, dots[i].X - 70, dots[i].X + 10);
        }

        Assert.Equal(new LabelBox(148, 241, 60, 18), boxes[4]);
    }

    [Fact]
    public void A_label_stands_on_the_right_where_nothing_is()
    {
        // Fractions, so that rounding may go either way.
        for (float x = 20f; x < 40; x += 0.37f)
        {
            LabelBox box = Assert.Single(LabelPlaces.Find([(x, 50.2f)], [(131.7f, 18.3f)], 15, new LabelBox(0, 0, 400, 100)));
            Assert.Equal(x + 7.5f, box.Left, 1.1f);
            Assert.Equal(50.2f, box.Top + (box.Height / 2), 0.01f);
        }
    }

    [Fact]
    public void The_section_has_every_network_and_marks_whose_PSNR_it_is()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        List<string> logged = new List<string>();
        ExperimentContext context = TestSupport.Experiment(folder, log: logged.Add);
        string section = new TimeAgainstQuality().Run(context);

        string[][] rows = section
            .Split('\n')
            .Where(line => line.StartsWith('|'))
            .Skip(2)
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))
            .ToArray();
        Assert.Equal(
            [.. PublishedNetworks.All.Select(network => network.Name), "**RSRNet** (SRNet)", "RSRNet (RRNet)"],
            rows.Select(row => row[0])
        );
        Assert.All(rows[..^2], row => Assert.EndsWith("(published)", row[^1], StringComparison.Ordinal));
        Assert.Contains("(ours), 34.29 (published)", rows[^2][^1], StringComparison.Ordinal);
        Assert.All(rows, row => Assert.True(double.Parse(row[5], CultureInfo.InvariantCulture) > 0));
        Assert.Contains("random weights", section, StringComparison.Ordinal);
        Assert.Equal(1 + rows.Length, logged.Count);

        // What takes a hundred times the arithmetic takes longer, on whatever machine.
        Assert.True(double.Parse(rows[6][5], CultureInfo.InvariantCulture) > double.Parse(rows[7][5], CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Without_the_models_it_says_what_is_missing()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        ExperimentContext context = TestSupport.Experiment(folder) with { Models = folder.Root };
        Assert.Contains(
            "rrnet-x3-learned",
            Assert.Throws<TrainerException>(() => new TimeAgainstQuality().Run(context)).Message,
            StringComparison.Ordinal
        );
    }

    private static PublishedNetwork Network(string name) => PublishedNetworks.All.Single(network => network.Name == name);
}
