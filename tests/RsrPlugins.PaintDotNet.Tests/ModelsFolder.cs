using System.Text.Json.Nodes;

namespace RsrPlugins.PaintDotNet.Tests;

/// <summary>A copy of the shipped models that a test may damage.</summary>
internal sealed class ModelsFolder : IDisposable
{
    public ModelsFolder()
    {
        foreach (string file in Directory.EnumerateFiles(System.IO.Path.Combine(AppContext.BaseDirectory, "models")))
        {
            File.Copy(file, System.IO.Path.Combine(Path, System.IO.Path.GetFileName(file)));
        }
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("rsr-models-").FullName;

    public void Delete(string file) => File.Delete(System.IO.Path.Combine(Path, file));

    /// <summary>Adds a network of the user's: an installed one by another name, or (rgb) one of foreign planes.</summary>
    public void Add(string id, int scale, bool rgb)
    {
        string list = System.IO.Path.Combine(Path, "models.json");
        JsonNode root = JsonNode.Parse(File.ReadAllText(list))!;
        JsonArray models = root["models"]!.AsArray();
        JsonNode row = models.Single(model => (string)model!["id"]! == $"srnet-x{Math.Max(2, scale)}-photo")!.DeepClone();
        (row["id"], row["kind"], row["scale"]) = (id, "added", scale);
        row.AsObject().Remove("strength");
        row.AsObject().Remove("rest");
        row["shape"]!["outputStep"] = scale;
        if (rgb)
        {
            row["shape"]!["input"] = JsonNode.Parse("""{ "carries": "rgb", "count": 3, "unit": "one" }""");
            row["shape"]!["output"] = row["shape"]!["input"]!.DeepClone();
        }

        models.Add(row);
        File.WriteAllText(list, root.ToJsonString());
    }

    /// <summary>Adds a scale of which nothing in the source knows: the networks of x4 under other names and with another factor.</summary>
    public void AddScale(int scale)
    {
        string list = System.IO.Path.Combine(Path, "models.json");
        JsonNode root = JsonNode.Parse(File.ReadAllText(list))!;
        JsonArray models = root["models"]!.AsArray();
        foreach (JsonNode row in models.Where(model => (int)model!["scale"]! == 4).Select(model => model!.DeepClone()).ToArray())
        {
            row["scale"] = scale;
            foreach (string name in (string[])["id", "pair"])
            {
                row[name] = ((string?)row[name])?.Replace("-x4-", $"-x{scale}-", StringComparison.Ordinal);
            }

            foreach (string step in (string[])["inputStep", "outputStep"])
            {
                row["shape"]![step] = (int)row["shape"]![step]! == 4 ? scale : 1;
            }

            JsonNode input = row["shape"]!["input"]!;
            if ((string?)input["carries"] == "lumaAndSubPixels")
            {
                input["count"] = 1 + (scale * scale);
            }

            models.Add(row);
        }

        File.WriteAllText(list, root.ToJsonString());
    }

    public void Damage(string file)
    {
        using FileStream stream = File.OpenWrite(System.IO.Path.Combine(Path, file));
        stream.Position = stream.Length / 2;
        stream.Write([0xDE, 0xAD, 0xBE, 0xEF]);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
