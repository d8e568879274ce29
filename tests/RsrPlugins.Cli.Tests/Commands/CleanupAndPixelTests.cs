// What `rsr upscale` takes a picture for, and says: clean-up by the file's own coarseness, pixel art by its pixels.
using System.Text.Json;
using System.Text.Json.Nodes;
using NetVips;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Commands;

public class CleanupAndPixelTests
{
    [Theory]
    [InlineData(60, "auto", "high", "clean-up x2", "about quality 60")]
    [InlineData(85, "auto", "low", "half clean-up x2", "about quality 85")]
    [InlineData(95, "auto", "off", "photo x2", null)]
    [InlineData(60, "off", "off", "photo x2", null)]
    [InlineData(95, "low", "low", "half clean-up x2", null)]
    [InlineData(95, "high", "high", "clean-up x2", null)]
    public void Clean_up_follows_the_wish_or_the_tables(int quality, string asked, string done, string steps, string? note)
    {
        using TestFolder folder = new TestFolder();
        Pictures.Drawing(40, 32).Save(folder["a.jpg"], new VOption { { "Q", quality } });
        JsonElement result = Upscale(folder, WithCleanup(folder), "a.jpg", "-s", "2", "--cleanup", asked, "-o", "b.png");
        Assert.Equal(done, result.GetProperty("cleanup").GetString());
        Assert.StartsWith(steps, result.GetProperty("steps").GetString(), StringComparison.Ordinal);
        Assert.Equal("photo", result.GetProperty("source").GetString());
        Assert.Equal(
            done switch
            {
                "off" => ["srnet-x2-photo"],
                "low" => ["test-x2-cleanup", "srnet-x2-photo"],
                _ => (string[])["test-x2-cleanup"],
            },
            Strings(result, "models")
        );
        Assert.Equal(note is not null, Strings(result, "notes").Any(line => line.Contains("cleaned up", StringComparison.Ordinal)));
        Assert.True(note is null || Strings(result, "notes").Any(line => line.Contains(note, StringComparison.Ordinal)));
    }

    [Fact]
    public void Strength_is_a_share_of_the_network_s_picture()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Drawing(40, 32).Save(folder["a.png"]);
        foreach (
            (string strength, string steps) in new[]
            {
                ("100", "photo x2"),
                ("0", "photo x2, strength 0 %"),
                ("40", "photo x2, strength 40 %"),
            }
        )
        {
            JsonElement result = Upscale(folder, WithCleanup(folder), "a.png", "-s", "2", "--strength", strength, "-o", $"{strength}.png");
            Assert.Equal(steps, result.GetProperty("steps").GetString());
        }

        JsonElement plain = Upscale(folder, WithCleanup(folder), "a.png", "-s", "2", "-o", "plain.png");
        int taken = plain.GetProperty("strength").GetInt32();
        string? rest = plain.GetProperty("rest").GetString();
        Assert.True(taken == 100 ? rest is null : rest is "bilinear" or "bicubic" or "lanczos3", rest);
        Assert.Equal(
            taken == 100 ? "photo x2" : $"photo x2, estimated strength {taken} %, the rest {rest}",
            plain.GetProperty("steps").GetString()
        );
        Upscale(folder, WithCleanup(folder), "a.png", "-s", "2", "--strength", $"{taken}", "-o", "same.png");
        Upscale(folder, WithCleanup(folder), "a.png", "-s", "2", "--strength", "AUTO", "-o", "auto.png");
        bool isSame = File.ReadAllBytes(folder["plain.png"]).SequenceEqual(File.ReadAllBytes(folder["same.png"]));
        Assert.Equal(rest is null or "bicubic", isSame);
        Assert.Equal(File.ReadAllBytes(folder["plain.png"]), File.ReadAllBytes(folder["auto.png"]));
        using Image all = Image.NewFromFile(folder["100.png"]),
            none = Image.NewFromFile(folder["0.png"]),
            some = Image.NewFromFile(folder["40.png"]);
        Assert.True((all - none).Abs().Max() > 0);
        Assert.InRange((some - ((all * 0.4) + (none * 0.6))).Abs().Max(), 0, 0.5);

        RsrResult pixel = Rsr.Run(folder, "upscale", "a.png", "-s", "2", "--source", "pixel", "--strength", "40", "-o", "no.png");
        Assert.Equal(2, pixel.ExitCode);
        Assert.Contains("--strength cannot be combined with --source pixel", pixel.OnlyErrorLine, StringComparison.Ordinal);
        foreach (string wrong in new[] { "101", "-1", "much", "50.5", "" })
        {
            RsrResult refused = Rsr.Run(folder, "upscale", "a.png", "-s", "2", "--strength", wrong, "-o", "no.png");
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains("--strength", refused.OnlyErrorLine, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_was_cleaned_up_is_not_put_back_by_the_result_s_quality()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Drawing(40, 32).Save(folder["a.jpg"], new VOption { { "Q", 50 } });
        Assert.Equal(75, Upscale(folder, WithCleanup(folder), "a.jpg", "-s", "2").GetProperty("quality").GetInt32());
        Pictures.Drawing(40, 32).Save(folder["fine.jpg"], new VOption { { "Q", 85 } });
        Assert.Equal(85, Upscale(folder, WithCleanup(folder), "fine.jpg", "-s", "2").GetProperty("quality").GetInt32());
        Assert.Equal(
            70,
            Upscale(folder, WithCleanup(folder), "a.jpg", "-s", "2", "--quality", "70", "-o", "c.jpg").GetProperty("quality").GetInt32()
        );
        Assert.Equal(
            50,
            Upscale(folder, WithCleanup(folder), "a.jpg", "-s", "2", "--cleanup", "off", "-o", "d.jpg").GetProperty("quality").GetInt32()
        );
    }

    [Fact]
    public void Other_files_are_cleaned_up_where_they_say_they_were_jpeg()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Drawing(40, 32).Save(folder["a.png"]);
        using (Image plain = Image.NewFromFile(folder["a.png"]))
        using (
            Image said = plain.Mutate(image =>
                image.Set(
                    GValue.BlobType,
                    "xmp-data",
                    """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="image/jpeg"/></rdf:RDF></x:xmpmeta>"""u8.ToArray()
                )
            )
        )
        {
            said.WriteToFile(folder["b.png"]);
        }

        Assert.Equal("off", Upscale(folder, WithCleanup(folder), "a.png", "-s", "2").GetProperty("cleanup").GetString());
        Assert.Equal("low", Upscale(folder, WithCleanup(folder), "b.png", "-s", "2").GetProperty("cleanup").GetString());
    }

    [Fact]
    public void Scale_1_cleans_up_at_the_picture_s_own_size()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Drawing(40, 32).Save(folder["a.jpg"], new VOption { { "Q", 60 } });
        JsonElement result = Upscale(folder, WithCleanup(folder), "a.jpg", "-s", "1", "--cleanup", "high");
        Assert.Equal("clean-up x2, then bicubic to 40 x 32", result.GetProperty("steps").GetString());
        using Image clean = Image.NewFromFile(folder["a-clean.jpg"]);
        Assert.Equal((40, 32), (clean.Width, clean.Height));
        Assert.Contains("or 1 together with --cleanup", Fails(folder, 2, "upscale", "a.jpg", "-s", "1"), StringComparison.Ordinal);
        Assert.Contains("found '1'", Fails(folder, 2, "downscale", "a.jpg", "-s", "1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_weights_auto_says_so_and_a_wish_is_refused()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Drawing(40, 32).Save(folder["a.jpg"], new VOption { { "Q", 60 } });
        Dictionary<string, string> without = Models(folder, "without", []);
        JsonElement result = Upscale(folder, without, "a.jpg", "-s", "2", "--strength", "100");
        Assert.Equal(("off", "photo x2"), (result.GetProperty("cleanup").GetString(), result.GetProperty("steps").GetString()));
        Assert.Contains(Strings(result, "notes"), note => note.Contains("because the weights are not installed", StringComparison.Ordinal));
        RsrResult refused = Rsr.Run(folder, without, "upscale", "a.jpg", "-s", "2", "--cleanup", "low", "-o", "b.png");
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("clean-up are not installed", refused.OnlyErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void What_downscale_made_is_never_cleaned_up()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Drawing(80, 64).Save(folder["a.png"]);
        Assert.Equal(0, Rsr.Run(folder, "downscale", "a.png", "-s", "2", "-o", "small.jpg", "--quality", "70").ExitCode);
        JsonElement result = Upscale(folder, WithCleanup(folder), "small.jpg");
        Assert.Equal(("learned", "off"), (result.GetProperty("source").GetString(), result.GetProperty("cleanup").GetString()));
        Assert.Contains(
            "cannot be combined with --source learned",
            Fails(folder, 2, "upscale", "small.jpg", "--source", "learned", "--cleanup", "high"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Enlarged_pixels_are_made_own_pixels_again_first()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Drawing(24, 20).Save(folder["own.png"]);
        using (Image own = Image.NewFromFile(folder["own.png"]))
        {
            own.Zoom(3, 3).Save(folder["a.png"]);
        }

        JsonElement result = Upscale(folder, [], "a.png", "-s", "2", "-o", "b.png");
        Assert.StartsWith("photo x2, photo x3", result.GetProperty("steps").GetString(), StringComparison.Ordinal);
        Assert.Contains(
            Strings(result, "notes"),
            note => note.Contains("repeated 3 x 3 times: enlarged from its original 24 x 20 pixels", StringComparison.Ordinal)
        );
        Upscale(folder, [], "own.png", "-s", "6", "-o", "c.png");
        Assert.Equal(Samples(folder["c.png"]), Samples(folder["b.png"]));

        // Overruled, and where the own pixels would have to be enlarged too often.
        result = Upscale(folder, [], "a.png", "-s", "2", "--source", "photo", "--strength", "100", "-o", "d.png");
        Assert.Equal("photo x2", result.GetProperty("steps").GetString());
        Assert.Empty(Strings(result, "notes"));
        result = Upscale(folder, [], "a.png", "-s", "6", "-o", "e.png");
        Assert.Contains(Strings(result, "notes"), note => note.Contains("enlarged as it is", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a.png", "--scale", "2", 6)]
    [InlineData("own.png", "--scale", "4", 4)]
    [InlineData("a.png", "--width", "120", 5)] // no multiple of the 72 pixels it has, but of the 24 it is made of
    public void Pixel_art_gets_hard_edges(string input, string option, string value, int block)
    {
        using TestFolder folder = new TestFolder();
        Pictures.Drawing(24, 21).Save(folder["own.png"]);
        using Image own = Image.NewFromFile(folder["own.png"]);
        own.Zoom(3, 3).Save(folder["a.png"]);
        own.Zoom(block, block).Save(folder["expected.png"]);
        JsonElement result = Upscale(folder, [], input, option, value, "--source", "pixel", "-o", "b.png");
        Assert.Equal("pixel", result.GetProperty("source").GetString());
        Assert.Empty(Strings(result, "models"));
        Assert.Equal(Samples(folder["expected.png"]), Samples(folder["b.png"]));
    }

    private static Dictionary<string, string> WithCleanup(TestFolder folder) => Models(folder, "with", [2, 4]);

    /// <summary>The shipped models without those that clean up, and learned ones in their place: other pictures than photo's, whatever they
    /// are.</summary>
    private static Dictionary<string, string> Models(TestFolder folder, string name, int[] cleanupScales)
    {
        string models = folder[name],
            shipped = TestFolder.InRepository("models");
        if (!Directory.Exists(models))
        {
            Directory.CreateDirectory(models);
            JsonNode list = JsonNode.Parse(File.ReadAllText(Path.Combine(shipped, "models.json")))!;
            JsonArray rows = list["models"]!.AsArray();
            foreach (JsonNode row in rows.Where(row => row!["kind"]!.GetValue<string>() == "cleanup").ToArray()!)
            {
                rows.Remove(row);
            }

            foreach (int scale in cleanupScales)
            {
                JsonNode row = rows.Single(row => row!["id"]!.GetValue<string>() == $"srnet-x{scale}-learned")!.DeepClone();
                (row["id"], row["kind"], row["pair"]) = ($"test-x{scale}-cleanup", "cleanup", null);
                rows.Add(row);
            }

            foreach (
                string file in rows.SelectMany(row => new[] { row!["file"]!.GetValue<string>(), row["card"]!.GetValue<string>() })
                    .Distinct()
            )
            {
                File.Copy(Path.Combine(shipped, file), Path.Combine(models, file));
            }

            File.WriteAllText(Path.Combine(models, "models.json"), list.ToJsonString());
        }

        return new Dictionary<string, string> { ["RSR_MODELS"] = models };
    }

    private static JsonElement Upscale(TestFolder folder, Dictionary<string, string> environment, params string[] arguments)
    {
        RsrResult result = Rsr.Run(folder, environment, ["upscale", .. arguments, "--json", "--force"]);
        Assert.True(result.ExitCode == 0, result.Error);
        return JsonDocument.Parse(result.Output).RootElement.GetProperty("results")[0];
    }

    private static string Fails(TestFolder folder, int code, params string[] arguments)
    {
        RsrResult result = Rsr.Run(folder, arguments);
        Assert.Equal(code, result.ExitCode);
        return result.OnlyErrorLine;
    }

    private static string[] Strings(JsonElement result, string property) =>
        [.. result.GetProperty(property).EnumerateArray().Select(value => value.GetString()!)];

    private static byte[] Samples(string path)
    {
        using Image image = Image.NewFromFile(path);
        return image.WriteToMemory<byte>();
    }
}
