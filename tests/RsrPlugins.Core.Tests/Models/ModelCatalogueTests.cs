using System.Security.Cryptography;
using RsrPlugins.Core.Models;

namespace RsrPlugins.Core.Tests.Models;

public sealed class ModelCatalogueTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rsr-models-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_row_is_read_whole_and_unknown_fields_are_ignored()
    {
        File.WriteAllBytes(Path.Combine(_folder, "rrnet-x2.onnx"), [1, 2, 3]);
        WriteList(
            """
            {"format":2,"writtenBy":"a later trainer","models":[
              {"id":"rrnet-x2-learned","network":"RRNet","kind":"learned","scale":2,"file":"rrnet-x2.onnx","bytes":3,
               "sha256":"039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81","card":"rrnet-x2.md",
               "pair":"srnet-x2-learned","trainedOn":["t91","bsds200"],
               "protocol":"8-bit LR","psnr":{"set5":37.5,"set14":33.5},"ssim":{"set5":0.957},"steps":12,
               "shape":{"inputStep":2,"outputStep":1,"halo":3,"alignment":4,"input":{"carries":"luma","count":1,"unit":"studio"},
                        "output":{"carries":"luma","count":1,"unit":"one"},"operationsPerInputPixel":148738,"featureBytesPerInputPixel":520.5,"later":1}}]}
            """
        );
        ModelDescriptor model = Assert.Single(ModelCatalogue.Load(_folder).Models);
        Assert.Equal(
            ("rrnet-x2-learned", "RRNet", NetworkTask.Reduce, ModelKind.Learned, 2, "srnet-x2-learned"),
            (model.Id, model.Network, model.Task, model.Kind, model.Scale, model.PairId)
        );
        Assert.Equal((Path.Combine(_folder, "rrnet-x2.onnx"), Path.Combine(_folder, "rrnet-x2.md")), (model.FilePath, model.CardPath));
        Assert.Equal(
            new NetworkShape(
                2,
                1,
                3,
                4,
                new NetworkPlanes(PlaneContent.Luma, 1),
                new NetworkPlanes(PlaneContent.Luma, 1, ValueUnit.One),
                148738,
                520.5
            ),
            model.Shape
        );
        Assert.Equal("8-bit LR", model.Protocol);
        Assert.Equal(["t91", "bsds200"], model.TrainedOn);
        Assert.Equal((37.5, 33.5, 0.957), (model.Psnr["set5"], model.Psnr["set14"], model.Ssim["set5"]));
        Assert.Equal([1, 2, 3], ModelCatalogue.ReadVerified(model));
    }

    [Fact]
    public void Only_rows_whose_file_is_there_are_installed()
    {
        WriteList(List(Row("srnet-x2", "SRNet", 2), Row("srnet-x3", "SRNet", 3), Row("srnet-x4", "SRNet", 4)));
        File.Delete(Path.Combine(_folder, "srnet-x3.onnx"));
        ModelCatalogue catalogue = ModelCatalogue.Load(_folder);
        Assert.Equal([2, 4], catalogue.Scales(NetworkTask.Enlarge, ModelKind.Learned));
        Assert.Empty(catalogue.Scales(NetworkTask.Enlarge, ModelKind.Photo));
        Assert.Equal("srnet-x4", catalogue.Find(NetworkTask.Enlarge, ModelKind.Learned, 4).Id);
        ModelException error = Assert.Throws<ModelException>(() => catalogue.Find(NetworkTask.Enlarge, ModelKind.Learned, 3));
        Assert.Contains("A network that enlarges x3 (learned) is not installed", error.Message, StringComparison.Ordinal);
        Assert.Contains("installed: x2, x4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_is_told_as_expected_and_found()
    {
        WriteList(List(Row("srnet-x2", "SRNet", 2)));
        ModelDescriptor model = ModelCatalogue.Load(_folder).Models[0];
        byte[] bytes = File.ReadAllBytes(model.FilePath);

        File.WriteAllBytes(model.FilePath, bytes[..^1]);
        Assert.Contains(
            $"expected {bytes.Length} bytes, found {bytes.Length - 1}",
            Assert.Throws<ModelException>(() => ModelCatalogue.ReadVerified(model)).Message,
            StringComparison.Ordinal
        );

        bytes[0] ^= 1;
        File.WriteAllBytes(model.FilePath, bytes);
        string found = Convert.ToHexStringLower(SHA256.HashData(bytes));
        Assert.Contains(
            $"expected SHA-256 {model.Sha256}, found {found}",
            Assert.Throws<ModelException>(() => ModelCatalogue.ReadVerified(model)).Message,
            StringComparison.Ordinal
        );

        File.Delete(model.FilePath);
        Assert.Contains(
            model.FilePath,
            Assert.Throws<ModelException>(() => ModelCatalogue.ReadVerified(model)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_folder_without_a_list_says_where_it_was_expected()
    {
        string missing = Path.Combine(_folder, "nowhere");
        Assert.Contains(
            Path.Combine(missing, "models.json"),
            Assert.Throws<ModelException>(() => ModelCatalogue.Load(missing)).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("", "not a list of models")]
    [InlineData("[]", "not a list of models")]
    [InlineData("""{"models":[]}""", "not a list of models")]
    [InlineData(
        """{"format":1,"models":[]}""",
        "format 1; this version reads format 2. The models are of an older release: install the models of this one."
    )]
    [InlineData(
        """{"format":3,"models":[]}""",
        "format 3; this version reads format 2. The models are of a newer release: install the program of that one."
    )]
    [InlineData("""{"format":2,"models":[{"id":"a"}]}""", "not a list of models")]
    [InlineData("""{"format":2,"models":[{"id":null}]}""", "not a list of models")]
    public void A_list_that_is_none_is_refused(string json, string expected)
    {
        WriteList(json);
        Assert.Contains(expected, Assert.Throws<ModelException>(() => ModelCatalogue.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "\"carries\":\"luma\"",
        "\"carries\":\"depth\"",
        "\"carries\" must be Luma or Rgb or LumaAndSubPixels or LumaGradient; found \"depth\""
    )]
    [InlineData("\"carries\":\"luma\"", "\"carries\":\"1\"", "\"carries\" must be Luma or Rgb")]
    [InlineData("\"carries\":\"luma\"", "\"carries\":\"rgb\"", "\"count\" must be 3 for Rgb; found 1")]
    [InlineData("\"unit\":\"studio\"", "\"unit\":\"percent\"", "\"unit\" must be Studio or One or Byte")]
    [InlineData("\"halo\":4", "\"halo\":-1", "\"halo\" must be 0 to 4096; found -1")]
    [InlineData("\"halo\":4", "\"halo\":5000", "\"halo\" must be 0 to 4096; found 5000")]
    [InlineData("\"alignment\":1", "\"alignment\":0", "\"alignment\" must be 1 to 4096; found 0")]
    [InlineData(
        "\"inputStep\":1,\"outputStep\":2",
        "\"inputStep\":2,\"outputStep\":3",
        "\"outputStep\" must be a multiple or a divisor of the input step 2; found 3"
    )]
    [InlineData(
        "\"inputStep\":1,\"outputStep\":2",
        "\"inputStep\":1,\"outputStep\":3",
        "\"scale\" must be the factor of its steps, 1 to 3; found 2"
    )]
    [InlineData(
        "\"operationsPerInputPixel\":1",
        "\"operationsPerInputPixel\":-1",
        "\"operationsPerInputPixel\" must be 0 or more; found -1"
    )]
    [InlineData("\"kind\":\"learned\"", "\"kind\":\"guessed\"", "\"kind\" must be Learned or Photo")]
    [InlineData("\"scale\":2", "\"scale\":17", "\"scale\" must be 1 to 16; found 17")]
    [InlineData("\"scale\":2", "\"scale\":2,\"ssim\":{\"set5\":0.957,\"set5\":0.9}", "\"ssim\" names set5 twice")]
    [InlineData("\"file\":\"srnet-x2.onnx\"", "\"file\":\"../srnet-x2.onnx\"", "\"file\" must be a file name without a path")]
    public void A_wrong_field_is_named_with_what_was_expected(string right, string wrong, string expected)
    {
        string list = List(Row("srnet-x2", "SRNet", 2));
        Assert.Contains(right, list, StringComparison.Ordinal);
        WriteList(list.Replace(right, wrong, StringComparison.Ordinal));
        Assert.Contains(expected, Assert.Throws<ModelException>(() => ModelCatalogue.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_twice_is_refused()
    {
        WriteList(List(Row("srnet-x2", "SRNet", 2), Row("srnet-x2", "SRNet", 2)));
        Assert.Contains(
            "lists srnet-x2 twice",
            Assert.Throws<ModelException>(() => ModelCatalogue.Load(_folder)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_installed_models_are_what_the_list_says()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "models");
        ModelCatalogue catalogue = ModelCatalogue.LoadDefault();
        Assert.Equal(folder, catalogue.Folder);
        Assert.NotEmpty(catalogue.Models);
        Assert.All(
            catalogue.Models,
            model =>
            {
                ModelCatalogue.ReadVerified(model);
                Assert.True(File.Exists(model.CardPath), model.CardPath);
                if (model.PairId is not { } pair)
                {
                    return;
                }

                ModelDescriptor partner = catalogue.Models.Single(other => other.Id == pair);
                if (model.Task == NetworkTask.Gradient)
                {
                    Assert.Equal((NetworkTask.Enlarge, model.Scale), (partner.Task, partner.Scale));
                }
                else
                {
                    Assert.Equal(model.Id, partner.PairId);
                }
            }
        );
    }

    [Theory]
    [InlineData("strength", "\"AAAA\"", "32-bit numbers")]
    [InlineData("strength", "\"AAAAAA==\"", "weights")]
    [InlineData("strength", "\"?\"", "strength")]
    [InlineData("strength", "7", "not a list of models")]
    [InlineData("rest", "\"?\"", "rest")]
    [InlineData("preference", "\"AAAAAA==\"", "preference")]
    public void An_estimate_that_is_none_is_refused(string field, string value, string expected)
    {
        WriteList(List(Row("srnet-x2", "SRNet", 2).Replace("\"card\"", $"\"{field}\":{value},\"card\"", StringComparison.Ordinal)));
        Assert.Contains(expected, Assert.Throws<ModelException>(() => ModelCatalogue.Load(_folder)).Message, StringComparison.Ordinal);
    }

    private static string List(params string[] rows) => $$"""{"format":2,"models":[{{string.Join(',', rows)}}]}""";

    private string Row(string id, string network, int scale)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(id);
        File.WriteAllBytes(Path.Combine(_folder, id + ".onnx"), bytes);
        return $$"""{"id":"{{id}}","network":"{{network}}","kind":"learned","scale":{{scale}},"file":"{{id}}.onnx","bytes":{{bytes.Length}},"sha256":"{{Convert.ToHexStringLower(SHA256.HashData(bytes))}}","card":"{{id}}.md","shape":{"inputStep":1,"outputStep":{{scale}},"halo":4,"alignment":1,"input":{"carries":"luma","count":1,"unit":"studio"},"output":{"carries":"luma","count":1,"unit":"studio"},"operationsPerInputPixel":1,"featureBytesPerInputPixel":1} }""";
    }

    private void WriteList(string json) => File.WriteAllText(Path.Combine(_folder, "models.json"), json);
}
