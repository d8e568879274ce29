// The folder of shipped models: ONNX files, a card for each, and models.json, which the engine reads. models.json is
// written last and every file by renaming, so that a reader never sees a row whose file is missing or half written.
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RsrPlugins.Core.Models;

namespace RsrPlugins.Trainer.Export;

/// <summary>One row of models.json.</summary>
/// <param name="Id">For example "srnet-x2-learned".</param>
/// <param name="Network">"RRNet", "SRNet", "SRNetGradient" or "SRCNN".</param>
/// <param name="Kind">"learned", "photo", "antialiased", "cleanup" or "baseline".</param>
/// <param name="Scale">Scale factor d.</param>
/// <param name="File">Name of the ONNX file in the same folder.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Its hash, lower-case hex.</param>
/// <param name="Card">Name of the model card.</param>
/// <param name="Shape">What the graph says of itself: steps, halo, planes, cost.</param>
/// <param name="Pair">The partner of a learned pair.</param>
/// <param name="TrainedOn">Training folders.</param>
/// <param name="Protocol">How the figures were measured.</param>
/// <param name="Psnr">Mean PSNR in dB per test set; empty where not measured.</param>
/// <param name="Ssim">Mean SSIM per test set.</param>
internal sealed record ModelRow(
    string Id,
    string Network,
    string Kind,
    int Scale,
    string File,
    long Bytes,
    string Sha256,
    string Card,
    NetworkShape Shape,
    string? Pair,
    IReadOnlyList<string> TrainedOn,
    string Protocol,
    IReadOnlyDictionary<string, double> Psnr,
    IReadOnlyDictionary<string, double> Ssim
)
{
    /// <summary>Weights of the estimate of the strength, Base64; null without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Strength { get; init; }

    /// <summary>Weights of the estimate of which classical enlargement the rest is, Base64; null without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Rest { get; init; }

    /// <summary>Weights of the estimate of whether this network is to stand in for that of ordinary pictures, Base64; null without
    /// one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Preference { get; init; }

    internal const string RRNet = "RRNet";
    internal const string SRNet = "SRNet";
    internal const string SRNetGradient = "SRNetGradient";
    internal const string Srcnn = "SRCNN";
    internal const string Learned = "learned";
    internal const string Photo = "photo";
    internal const string Antialiased = "antialiased";
    internal const string Cleanup = "cleanup";
    internal const string Baseline = "baseline";
}

/// <summary>A model to be written.</summary>
/// <param name="Row">Its row, whose file length and hash are filled in when it is written.</param>
/// <param name="Onnx">The ONNX file.</param>
/// <param name="Card">Text of the card.</param>
internal sealed record ExportedModel(ModelRow Row, byte[] Onnx, string Card);

/// <summary>Reads and writes the folder.</summary>
internal static class ModelFolder
{
    private const int Format = 2;
    private const string IndexFile = "models.json";

    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        IgnoreReadOnlyProperties = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Rows of models.json, none if there is no such file.</summary>
    /// <exception cref="TrainerException">models.json is of another format.</exception>
    internal static IReadOnlyList<ModelRow> Read(string folder)
    {
        string path = Path.Combine(folder, IndexFile);
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            string text = File.ReadAllText(path);
            int format = JsonNode.Parse(text)?["format"]?.GetValue<int>() ?? 0;
            return format == Format
                ? JsonSerializer.Deserialize<Index>(text, _json)!.Models
                : throw new TrainerException(
                    $"{path}: format {Format} expected, found {format}. Models of an older format are exported again from their checkpoints."
                );
        }
        catch (JsonException error)
        {
            throw new TrainerException($"{path}: {error.Message}", error);
        }
    }

    /// <summary>Writes models and replaces or adds their rows; other rows stay. Rows are ordered by kind, scale and network.</summary>
    internal static void Write(string folder, IReadOnlyList<ExportedModel> models)
    {
        Directory.CreateDirectory(folder);
        List<ModelRow> rows = Read(folder).Where(row => models.All(model => model.Row.Id != row.Id)).ToList();
        foreach (ExportedModel model in models)
        {
            WriteAtomically(Path.Combine(folder, model.Row.File), model.Onnx);
            WriteAtomically(Path.Combine(folder, model.Row.Card), System.Text.Encoding.UTF8.GetBytes(model.Card));
            rows.Add(model.Row with { Bytes = model.Onnx.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(model.Onnx)) });
        }

        WriteIndex(folder, rows);
    }

    /// <summary>Writes a network's estimates into its row.</summary>
    /// <param name="folder">Folder of models.</param>
    /// <param name="id">The network.</param>
    /// <param name="strength">Estimate of the strength.</param>
    /// <param name="rest">Estimate of which classical enlargement the rest is.</param>
    /// <param name="preference">Estimate of whether the network is to stand in for another; null for one that never does.</param>
    /// <exception cref="TrainerException">There is no such row.</exception>
    internal static void SetEstimates(string folder, string id, string strength, string rest, string? preference)
    {
        IReadOnlyList<ModelRow> rows = Read(folder);
        if (rows.All(row => row.Id != id))
        {
            throw new TrainerException($"{folder}: a model {id} expected, found none.");
        }

        WriteIndex(folder, rows.Select(row => row.Id == id ? row with { Strength = strength, Rest = rest, Preference = preference } : row));
    }

    private static void WriteIndex(string folder, IEnumerable<ModelRow> rows)
    {
        IOrderedEnumerable<ModelRow> ordered = rows.OrderBy(row => row.Kind, StringComparer.Ordinal)
            .ThenBy(row => row.Scale)
            .ThenBy(row => row.Network, StringComparer.Ordinal);
        WriteAtomically(
            Path.Combine(folder, IndexFile),
            [.. JsonSerializer.SerializeToUtf8Bytes(new Index(Format, [.. ordered]), _json), (byte)'\n']
        );
    }

    private static void WriteAtomically(string path, byte[] contents)
    {
        File.WriteAllBytes(path + ".tmp", contents);
        File.Move(path + ".tmp", path, overwrite: true);
    }

    private sealed record Index(int Format, IReadOnlyList<ModelRow> Models);
}
