using RsrPlugins.Core;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Export;
using RsrPlugins.Trainer.Export.Onnx;
using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Tests.Export;

public class ExportTests
{
    private static readonly string[] _operators = ["Clip", "Concat", "Conv", "DepthToSpace", "LeakyRelu"];

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Torch_folded_unfolded_and_tiled_give_the_same(int scale)
    {
        var checkpoint = TestSupport.RandomCheckpoint(TestSupport.Config(scale) with { Patch = 24 });
        var parameters = checkpoint.Vectors[Checkpoint.AverageName];
        using var staged = new StagedModels();
        foreach (var model in ModelExporter.Build(checkpoint, "nowhere", null))
        {
            var row = model.Row;
            var unfolded = row.Network == ModelRow.RRNet
                ? NetworkGraphs.RRNet(scale, checkpoint.Layout, parameters, [], folded: false)
                : NetworkGraphs.SRNet(scale, checkpoint.Layout, parameters, [], folded: false);
            var network = staged.Open(row, model.Onnx);
            Assert.InRange(ModelExporter.LargestDifference(checkpoint, row, network), 0, ModelExporter.ParityTolerance);
            Assert.InRange(ModelExporter.LargestDifference(checkpoint, row, staged.Open(row, unfolded)), 0, ModelExporter.ParityTolerance);

            var (width, height) = (20 * scale, 17 * scale);
            var input = TestSupport.Noise(width * height);
            var whole = new float[row.Network == ModelRow.RRNet ? width * height / (scale * scale) : width * height * scale * scale];
            network.Run(input, width, height, whole, CancellationToken.None);
            var tiled = new LearnedResizer(network, new ResizeSettings(Threads: 1, TileSize: 8 * scale)).ResizeLuma(input, width, height, TestContext.Current.CancellationToken);
            Assert.All(whole.Zip(tiled), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void SRCNN_enlarges_by_itself_whole_or_tiled(int scale)
    {
        var checkpoint = TestSupport.RandomCheckpoint(TestSupport.Config(scale, RunKind.Srcnn));
        using var staged = new StagedModels();
        var model = Assert.Single(ModelExporter.Build(checkpoint, "nowhere", null)); // compares with Torch
        Assert.Equal(("srcnn-x" + scale, ModelRow.Baseline), (model.Row.Id, model.Row.Kind));
        var network = staged.Open(model.Row, model.Onnx);
        const int Width = 40;
        const int Height = 37;
        var input = TestSupport.Noise(Width * Height);
        var whole = new float[Width * Height * scale * scale];
        network.Run(input, Width, Height, whole, CancellationToken.None);
        var tiled = new LearnedResizer(network, new ResizeSettings(Threads: 1, TileSize: 16)).ResizeLuma(input, Width, Height, TestContext.Current.CancellationToken);
        Assert.All(whole.Zip(tiled), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void SRCNN_for_another_reduction_is_not_exported()
    {
        var checkpoint = TestSupport.RandomCheckpoint(TestSupport.Config(3, RunKind.Srcnn) with { Reduction = ResamplingKernel.Nearest });
        Assert.Throws<TrainerException>(() => ModelExporter.Build(checkpoint, "nowhere", null));
    }

    [Fact]
    public void The_graph_is_what_every_provider_runs()
    {
        foreach (var model in ModelExporter.Build(TestSupport.RandomCheckpoint(TestSupport.Config(3)), "nowhere", null))
        {
            var onnx = ModelProto.Parser.ParseFrom(model.Onnx);
            Assert.Equal(7, onnx.IrVersion);
            Assert.Equal(13, Assert.Single(onnx.OpsetImport).Version);
            Assert.All(onnx.Graph.Node, node => Assert.Contains(node.OpType, _operators));
            Assert.Equal("input", Assert.Single(onnx.Graph.Input).Name);
            Assert.Equal("output", Assert.Single(onnx.Graph.Output).Name);
            var dimensions = onnx.Graph.Input[0].Type.TensorType.Shape.Dim;
            Assert.Equal([false, true, false, false], dimensions.Select(dimension => dimension.HasDimValue));
            var metadata = onnx.MetadataProps.ToDictionary(entry => entry.Key, entry => entry.Value);
            Assert.Equal("3", metadata["scale"]);
            Assert.Equal(model.Row.Network == ModelRow.RRNet ? "3" : "4", metadata["halo"]);
            Assert.Contains("BT.601", metadata["luma"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void RRNets_output_stays_in_studio_range_and_is_not_rounded()
    {
        var checkpoint = TestSupport.RandomCheckpoint(TestSupport.Config());
        var model = ModelExporter.Build(checkpoint, "nowhere", null).Single(model => model.Row.Network == ModelRow.RRNet);
        using var staged = new StagedModels();
        var output = new float[12 * 12];
        staged.Open(model.Row, model.Onnx).Run([.. TestSupport.Noise(24 * 24).Select(value => (4 * value) - 2)], 24, 24, output, CancellationToken.None);
        Assert.Equal(QBRelu.Minimum, output.Min());
        Assert.Equal(QBRelu.Maximum, output.Max());
        Assert.Contains(output, value => MathF.Abs((value * 255) - MathF.Round(value * 255)) > 0.1f);
    }

    [Fact]
    public void The_engine_reads_the_folder_and_other_models_stay()
    {
        using var folder = new TemporaryFolder();
        ModelFolder.Write(folder.Root, ModelExporter.Build(TestSupport.RandomCheckpoint(TestSupport.Config(2)), folder.Root, null));
        ModelFolder.Write(folder.Root, ModelExporter.Build(TestSupport.RandomCheckpoint(TestSupport.Config(4, RunKind.Photo)), folder.Root, null));
        ModelFolder.Write(folder.Root, ModelExporter.Build(TestSupport.RandomCheckpoint(TestSupport.Config(2), seed: 8), folder.Root, null));

        var catalogue = ModelCatalogue.Load(folder.Root);
        Assert.Equal(["rrnet-x2-learned", "srnet-x2-learned", "srnet-x4-photo"], catalogue.Models.Select(model => model.Id));
        Assert.Equal([3, 4, 4], catalogue.Models.Select(model => model.Halo));
        Assert.Equal("srnet-x2-learned", catalogue.Models[0].PairId);
        Assert.Null(catalogue.Models[2].PairId);
        Assert.All(catalogue.Models, model => Assert.NotEmpty(ModelCatalogue.ReadVerified(model)));
        Assert.All(catalogue.Models, model => Assert.StartsWith($"# {model.Id}\n", File.ReadAllText(model.CardPath), StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(folder.Root, "*.tmp"));
    }

    [Fact]
    public void A_pair_without_QBRelu_is_not_exported()
    {
        var checkpoint = TestSupport.RandomCheckpoint(TestSupport.Config() with { QBRelu = false });
        Assert.Throws<TrainerException>(() => ModelExporter.Build(checkpoint, "nowhere", null));
    }
}
