// The list of golden pictures, read by the tests on Linux and by the host in the Windows rig, where no test runner is.
using System.Text.Json;

namespace RsrPlugins.EffectHost;

/// <summary>One golden picture: inputs/{Input}.png through the effect gives {Name}.png.</summary>
/// <param name="Settings">Controls, each Property=Value; those not named keep their preset.</param>
/// <param name="Selection">x, y, width, height; null for the whole layer.</param>
/// <param name="Mask">The selection's mask, inputs/{Mask}.png; null for a rectangle.</param>
/// <param name="Model">Id and SHA-256 of the model it was made with.</param>
public sealed record GoldenCase(
    string Name,
    string Effect,
    string Input,
    string[] Settings,
    int[]? Selection,
    string Model,
    string? Mask = null
)
{
    /// <summary>Equal in every part; records compare arrays by reference.</summary>
    public bool Same(GoldenCase other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return JsonSerializer.Serialize(this) == JsonSerializer.Serialize(other);
    }
}

/// <summary>goldens.json of a folder.</summary>
public static class GoldenList
{
    private const string FileName = "goldens.json";
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true };

    public static IReadOnlyList<GoldenCase> Load(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            return JsonSerializer.Deserialize<GoldenCase[]>(File.ReadAllText(path)) ?? [];
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            throw new HostException($"{path}: not a list of goldens ({exception.Message}).");
        }
    }

    public static void Save(string folder, IEnumerable<GoldenCase> cases)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(cases, _indented).ReplaceLineEndings("\n") + "\n");
    }
}
