// A network of one's own through the tool: added, listed, used, verified, removed. The file is a copy of an installed one, of which the
// tool is told nothing; which kinds of networks are taken and refused, AddedModelsTests shows.
using NetVips;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Commands;

public sealed class OwnModelsTests
{
    [Fact]
    public void An_own_network_is_added_listed_used_and_removed()
    {
        using TestFolder folder = new TestFolder();
        Dictionary<string, string> environment = new Dictionary<string, string> { ["RSR_USER_MODELS"] = folder["own"] };
        File.Copy(Path.Combine(AppContext.BaseDirectory, "models", "srnet-x2-learned.onnx"), folder["My Network.onnx"]);
        Pictures.Rgb(21, 14).Save(folder["a.png"]);

        RsrResult added = Rsr.Run(folder, environment, "models", "add", "My Network.onnx");
        Assert.Equal((0, string.Empty), (added.ExitCode, added.Error));
        Assert.Contains(
            "my-network: luma of 0 to 1, x2; receptive field of 4 pixels around a pixel; tiles are exact",
            added.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("my-network", Rsr.Run(folder, environment, "models", "list").Output, StringComparison.Ordinal);

        Assert.Equal(0, Rsr.Run(folder, environment, "upscale", "a.png", "--model", "my-network").ExitCode);
        Assert.Equal((42, 28), SizeOf(folder["a-my-network.png"]));
        Assert.Equal(0, Rsr.Run(folder, environment, "upscale", "a.png", "--model", "my-network", "--scale", "3", "-o", "b.png").ExitCode);
        Assert.Equal((63, 42), SizeOf(folder["b.png"]));

        // By its name alone: nothing else takes it, and nothing takes the name of an installed one.
        Assert.DoesNotContain(
            "my-network",
            Rsr.Run(folder, environment, "upscale", "a.png", "--scale", "2", "--json").Output,
            StringComparison.Ordinal
        );
        RsrResult taken = Rsr.Run(folder, environment, "models", "add", "My Network.onnx", "--name", "srnet-x2-photo");
        Assert.Equal(4, taken.ExitCode);
        Assert.Contains("is taken", taken.OnlyErrorLine, StringComparison.Ordinal);

        Assert.Equal(0, Rsr.Run(folder, environment, "models", "remove", "my-network").ExitCode);
        RsrResult gone = Rsr.Run(folder, environment, "upscale", "a.png", "--model", "my-network", "-o", "c.png");
        Assert.Equal(4, gone.ExitCode);
        Assert.Contains("No model my-network is installed or added", gone.OnlyErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_list_of_own_models_takes_no_installed_one_with_it()
    {
        using TestFolder folder = new TestFolder();
        Directory.CreateDirectory(folder["own"]);
        File.WriteAllText(folder["own/models.json"], "{");
        Dictionary<string, string> environment = new Dictionary<string, string> { ["RSR_USER_MODELS"] = folder["own"] };
        Pictures.Rgb(8, 8).Save(folder["a.png"]);
        Assert.Equal(0, Rsr.Run(folder, environment, "upscale", "a.png", "--scale", "2").ExitCode);
        Assert.Contains("is not a list of models", Rsr.Run(folder, environment, "models", "list").OnlyErrorLine, StringComparison.Ordinal);
    }

    private static (int Width, int Height) SizeOf(string path)
    {
        using Image image = Image.NewFromFile(path);
        return (image.Width, image.Height);
    }
}
