using Google.Protobuf.Collections;
using RsrPlugins.Core;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Core.Tiling;
using RsrPlugins.Trainer.Export;
using RsrPlugins.Trainer.Export.Onnx;
using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Tests.Export;

public class ExportTests
{
    private static readonly string[] _operators = ["Clip", "Concat", "Conv", "DepthToSpace", "LeakyRelu"];
    private static readonly string[] _operatorsOfGradients = [.. _operators, "HardSigmoid", "Neg", "PRelu"];

    [Theory]
    [InlineData(2, 3)]
    [InlineData(3, 3)]
    [InlineData(4, 3)]
    [InlineData(2, 6)]
    public void Torch_folded_unfolded_and_tiled_give_the_same(int scale, int units)
    {
        Checkpoint checkpoint = TestSupport.RandomCheckpoint(TestSupport.Config(scale) with { Patch = 24, Units = units });
        float[] parameters = checkpoint.Vectors[Checkpoint.AverageName];
        using StagedModels staged = new StagedModels();
        foreach (
            ExportedModel? model in ModelExporter
                .Build(checkpoint, "nowhere", null)
                .Where(model => model.Row.Network != ModelRow.SRNetGradient)
        )
        {
            ModelRow row = model.Row;
            byte[] unfolded =
                row.Network == ModelRow.RRNet
                    ? NetworkGraphs.RRNet(scale, checkpoint.Layout, parameters, [], folded: false)
                    : NetworkGraphs.SRNet(scale, checkpoint.Config.Units, checkpoint.Layout, parameters, [], folded: false);
            INetwork network = staged.Open(row, model.Onnx);
            Assert.InRange(ModelExporter.LargestDifference(checkpoint, row, network), 0, ModelExporter.ParityTolerance);
            Assert.InRange(ModelExporter.LargestDifference(checkpoint, row, staged.Open(row, unfolded)), 0, ModelExporter.ParityTolerance);

            (int width, int height) = (20 * scale, 17 * scale);
            float[] input = TestSupport.Noise(width * height);
            float[] whole = new float[row.Network == ModelRow.RRNet ? width * height / (scale * scale) : width * height * scale * scale];
            network.Run(input, width, height, whole, CancellationToken.None);
            float[] tiled = new LearnedResizer(network, new ResizeSettings(Threads: 1, TileSize: 8 * scale)).ResizeLuma(
                input,
                width,
                height,
                TestContext.Current.CancellationToken
            );
            Assert.All(whole.Zip(tiled), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_gradient_is_that_of_SRNets_error(int scale)
    {
        Checkpoint checkpoint = TestSupport.RandomCheckpoint(TestSupport.Config(scale));
        using StagedModels staged = new StagedModels();
        IReadOnlyList<ExportedModel> models = ModelExporter.Build(checkpoint, "nowhere", null); // compares with Torch's own way back
        (INetwork? gradient, INetwork? srNet) = (Open(ModelRow.SRNetGradient), Open(ModelRow.SRNet));
        Assert.Equal(8, gradient.Model.Shape.Halo);

        // And with the definition: what the error does when one small pixel is moved a little.
        const int Width = 12,
            Height = 10,
            At = (4 * Width) + 7;
        int area = Width * Height;
        (float[]? small, float[]? large) = (TestSupport.Noise(area), TestSupport.Noise(area * scale * scale));
        float[] input = new float[area * (1 + (scale * scale))];
        small.CopyTo(input, 0);
        for (int i = 0; i < large.Length; i++)
        {
            (int x, int y) = (i % (Width * scale), i / (Width * scale));
            input[((1 + (y % scale * scale) + (x % scale)) * area) + (y / scale * Width) + (x / scale)] = large[i];
        }

        float[] slopes = new float[area];
        gradient.Run(input, Width, Height, slopes, CancellationToken.None);
        const float Move = 1e-2f;
        double measured = (Error(Move) - Error(-Move)) / (2 * Move);
        Assert.Equal(measured, slopes[At], 0.02 * slopes.Max(MathF.Abs));

        double Error(float move)
        {
            float[] moved = (float[])small.Clone();
            moved[At] += move;
            float[] restored = new float[large.Length];
            srNet.Run(moved, Width, Height, restored, CancellationToken.None);
            return restored.Zip(large, (left, right) => Math.Pow(left - right, 2)).Sum() / (2 * scale * scale);
        }

        RsrPlugins.Core.Inference.INetwork Open(string network)
        {
            ExportedModel model = models.Single(model => model.Row.Network == network);
            return staged.Open(model.Row, model.Onnx);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void SRCNN_enlarges_by_itself_whole_or_tiled(int scale)
    {
        Checkpoint checkpoint = TestSupport.RandomCheckpoint(TestSupport.Config(scale, RunKind.Srcnn));
        using StagedModels staged = new StagedModels();
        ExportedModel model = Assert.Single(ModelExporter.Build(checkpoint, "nowhere", null)); // compares with Torch
        Assert.Equal(("srcnn-x" + scale, ModelRow.Baseline), (model.Row.Id, model.Row.Kind));
        INetwork network = staged.Open(model.Row, model.Onnx);
        const int Width = 40;
        const int Height = 37;
        float[] input = TestSupport.Noise(Width * Height);
        float[] whole = new float[Width * Height * scale * scale];
        network.Run(input, Width, Height, whole, CancellationToken.None);
        float[] tiled = new LearnedResizer(network, new ResizeSettings(Threads: 1, TileSize: 16)).ResizeLuma(
            input,
            Width,
            Height,
            TestContext.Current.CancellationToken
        );
        Assert.All(whole.Zip(tiled), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void SRCNN_for_another_reduction_is_not_exported()
    {
        Checkpoint checkpoint = TestSupport.RandomCheckpoint(
            TestSupport.Config(3, RunKind.Srcnn) with
            {
                Reduction = ResamplingKernel.Nearest,
            }
        );
        Assert.Throws<TrainerException>(() => ModelExporter.Build(checkpoint, "nowhere", null));
    }

    [Fact]
    public void The_graph_is_what_every_provider_runs()
    {
        foreach (ExportedModel model in ModelExporter.Build(TestSupport.RandomCheckpoint(TestSupport.Config(3)), "nowhere", null))
        {
            ModelProto onnx = ModelProto.Parser.ParseFrom(model.Onnx);
            Assert.Equal(7, onnx.IrVersion);
            Assert.Equal(13, Assert.Single(onnx.OpsetImport).Version);
            Assert.All(
                onnx.Graph.Node,
                node => Assert.Contains(node.OpType, model.Row.Network == ModelRow.SRNetGradient ? _operatorsOfGradients : _operators)
            );
            Assert.Equal("input", Assert.Single(onnx.Graph.Input).Name);
            Assert.Equal("output", Assert.Single(onnx.Graph.Output).Name);
            RepeatedField<TensorShapeProto.Types.Dimension> dimensions = onnx.Graph.Input[0].Type.TensorType.Shape.Dim;
            Assert.Equal([false, true, false, false], dimensions.Select(dimension => dimension.HasDimValue));
            Dictionary<string, string> metadata = onnx.MetadataProps.ToDictionary(entry => entry.Key, entry => entry.Value);
            Assert.Equal("3", metadata["scale"]);
            Assert.Equal(
                model.Row.Network switch
                {
                    ModelRow.RRNet => "3",
                    ModelRow.SRNet => "4",
                    _ => "8",
                },
                metadata["halo"]
            );
            Assert.Contains("BT.601", metadata["luma"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void RRNets_output_stays_in_studio_range_and_is_not_rounded()
    {
        Checkpoint checkpoint = TestSupport.RandomCheckpoint(TestSupport.Config());
        ExportedModel model = ModelExporter.Build(checkpoint, "nowhere", null).Single(model => model.Row.Network == ModelRow.RRNet);
        using StagedModels staged = new StagedModels();
        float[] output = new float[12 * 12];
        staged
            .Open(model.Row, model.Onnx)
            .Run([.. TestSupport.Noise(24 * 24).Select(value => (4 * value) - 2)], 24, 24, output, CancellationToken.None);
        Assert.Equal(QBRelu.Minimum, output.Min());
        Assert.Equal(QBRelu.Maximum, output.Max());
        Assert.Contains(output, value => MathF.Abs((value * 255) - MathF.Round(value * 255)) > 0.1f);
    }

    [Fact]
    public void The_engine_reads_the_folder_and_other_models_stay()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        ModelFolder.Write(folder.Root, ModelExporter.Build(TestSupport.RandomCheckpoint(TestSupport.Config(2)), folder.Root, null));
        ModelFolder.Write(
            folder.Root,
            ModelExporter.Build(TestSupport.RandomCheckpoint(TestSupport.Config(4, RunKind.Photo)), folder.Root, null)
        );
        ModelFolder.Write(
            folder.Root,
            ModelExporter.Build(TestSupport.RandomCheckpoint(TestSupport.Config(2), seed: 8), folder.Root, null)
        );

        ModelCatalogue catalogue = ModelCatalogue.Load(folder.Root);
        Assert.Equal(
            ["rrnet-x2-learned", "srnet-x2-learned", "srnet-x2-learned-gradient", "srnet-x4-photo"],
            catalogue.Models.Select(model => model.Id)
        );
        Assert.Equal([3, 4, 8, 4], catalogue.Models.Select(model => model.Shape.Halo));
        Assert.Equal("srnet-x2-learned", catalogue.Models[0].PairId);
        Assert.Equal("srnet-x2-learned", catalogue.Models[2].PairId);
        Assert.Null(catalogue.Models[3].PairId);
        Assert.All(catalogue.Models, model => Assert.NotEmpty(ModelCatalogue.ReadVerified(model)));
        Assert.All(
            catalogue.Models,
            model => Assert.StartsWith($"# {model.Id}\n", File.ReadAllText(model.CardPath), StringComparison.Ordinal)
        );
        Assert.Empty(Directory.GetFiles(folder.Root, "*.tmp"));
    }

    [Fact]
    public void A_pair_without_QBRelu_is_not_exported()
    {
        Checkpoint checkpoint = TestSupport.RandomCheckpoint(TestSupport.Config() with { QBRelu = false });
        Assert.Throws<TrainerException>(() => ModelExporter.Build(checkpoint, "nowhere", null));
    }
}
