// What a reduced document remembers of itself: a parasite named "rsr" on the image and on each of its layers. So the way back leads to
// the exact size and place, with the partner of the network that reduced it, and a layer that was added meanwhile is known not to
// be one of the network's. It is JSON, in the words of the record that `rsr downscale` writes into pictures.
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RsrPlugins.Gimp.Document;

/// <summary>One learned reduction.</summary>
/// <param name="Scale">Scale factor of the step.</param>
/// <param name="Model">Id of the network that made it.</param>
/// <param name="Sha256">SHA-256 of that network's file, lower-case hex.</param>
internal sealed record RecordedStep(int Scale, string Model, string Sha256);

/// <summary>How an image or a layer became small.</summary>
/// <param name="Scale">Product of the steps' factors.</param>
/// <param name="Width">Width before the first step.</param>
/// <param name="Height">Height before the first step.</param>
/// <param name="Steps">In the order they were done.</param>
/// <param name="X">Of a layer: its place in the image before the first step.</param>
/// <param name="Y">See <paramref name="X"/>.</param>
internal sealed record DocumentRecord(int Scale, int Width, int Height, IReadOnlyList<RecordedStep> Steps, int X = 0, int Y = 0)
{
    /// <summary>Name of the parasites.</summary>
    public const string ParasiteName = "rsr";

    /// <summary>Size before the last step, which is where an enlargement by its factor leads.</summary>
    [JsonIgnore]
    public (int Width, int Height) SizeBeforeLastStep => (Reduced(Width, Steps.Count - 1), Reduced(Height, Steps.Count - 1));

    /// <summary>The same without its last step; null if that was the only one.</summary>
    [JsonIgnore]
    public DocumentRecord? WithoutLastStep => Steps.Count == 1 ? null : this with { Steps = [.. Steps.Take(Steps.Count - 1)], Scale = Scale / Steps[^1].Scale };

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, DocumentRecordJson.Default.DocumentRecord);

    /// <summary>Null for no data, and for anything that is not a whole record: another program's parasite is never an error.</summary>
    public static DocumentRecord? FromBytes(byte[]? data)
    {
        try
        {
            DocumentRecord? record = data is null ? null : JsonSerializer.Deserialize(data, DocumentRecordJson.Default.DocumentRecord);
            return record is { Width: >= 1, Height: >= 1, Steps.Count: >= 1 and <= 8 }
                && record.Steps.All(step => step is { Scale: >= 2 and <= 16, Model: not null, Sha256: not null })
                && record.Steps.Aggregate(1L, (product, step) => product * step.Scale) == record.Scale
                ? record
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The record of something that is reduced once more.</summary>
    public DocumentRecord With(RecordedStep step) => this with { Scale = checked(Scale * step.Scale), Steps = [.. Steps, step] };

    /// <summary>The size is still the one the steps lead to.</summary>
    public bool Fits(int width, int height) => (Reduced(Width, Steps.Count), Reduced(Height, Steps.Count)) == (width, height);

    /// <summary>A layer's place before the last step; where it has been moved since, the way back moves it as far.</summary>
    /// <param name="x">Where it is now.</param>
    /// <param name="y">See <paramref name="x"/>.</param>
    public (int X, int Y) PlaceBeforeLastStep(int x, int y)
    {
        int factor = Steps[^1].Scale;
        return (
            Moved(X, Steps.Count - 1) + ((x - Moved(X, Steps.Count)) * factor),
            Moved(Y, Steps.Count - 1) + ((y - Moved(Y, Steps.Count)) * factor));
    }

    private int Reduced(int side, int steps) => Steps.Take(steps).Aggregate(side, (size, step) => Geometry.DividedUp(size, step.Scale));

    private int Moved(int position, int steps) => Steps.Take(steps).Aggregate(position, (place, step) => Geometry.Scaled(place, step.Scale, 1));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DocumentRecord))]
internal sealed partial class DocumentRecordJson : JsonSerializerContext;
