// What a reduced document remembers of itself: a parasite named "rsr" on the image and on each of its layers. So the way back leads to
// the exact size and place, with the partner of the network that reduced it, and a layer that was added meanwhile is known not to
// be one of the network's. It is the JSON of the record that `rsr downscale` writes into pictures, and a layer's place beside it.
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Gimp.Document;

/// <summary>How an image or a layer became small.</summary>
/// <param name="Scale">Product of the steps' factors.</param>
/// <param name="Width">Width before the first step.</param>
/// <param name="Height">Height before the first step.</param>
/// <param name="Steps">In the order they were done.</param>
/// <param name="X">Of a layer: its place in the image before the first step.</param>
/// <param name="Y">See <paramref name="X"/>.</param>
internal sealed record DocumentRecord(int Scale, int Width, int Height, IReadOnlyList<DownscaleRecordStep> Steps, int X = 0, int Y = 0)
{
    /// <summary>Name of the parasites.</summary>
    public const string ParasiteName = "rsr";

    /// <summary>The largest number of steps that is remembered; beyond, a reduction begins a new record.</summary>
    public const int MaxSteps = 8;

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, DocumentRecordJson.Default.DocumentRecord);

    /// <summary>Null for no data, and for anything that is not a whole record: another program's parasite is never an error.</summary>
    public static DocumentRecord? FromBytes(byte[]? data)
    {
        if (data is null || DownscaleRecord.FromJson(Encoding.UTF8.GetString(data)) is null)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(data, DocumentRecordJson.Default.DocumentRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The size is still the one the steps lead to.</summary>
    public bool Fits(int width, int height) => SizeAfter(Steps.Count) == (width, height);

    /// <summary>The record of something that is reduced further.</summary>
    public DocumentRecord With(IEnumerable<DownscaleRecordStep> steps)
    {
        DownscaleRecordStep[] all = [.. Steps, .. steps];
        return this with { Scale = all.Aggregate(1, (product, step) => checked(product * step.Scale)), Steps = all };
    }

    /// <summary>
    /// The last steps whose factors make up a scale: what an enlargement by it takes back. Null where no last steps do.
    /// </summary>
    public RecordedReduction? Last(decimal scale)
    {
        int product = 1;
        for (int count = Steps.Count - 1; count >= 0 && product < scale; count--)
        {
            product *= Steps[count].Scale;
            if (product == scale)
            {
                return Between(count);
            }
        }

        return null;
    }

    /// <summary>All steps.</summary>
    [JsonIgnore]
    public RecordedReduction All => Between(0);

    /// <summary>A layer's place before the last steps; where it has been moved since, the way back moves it as far.</summary>
    /// <param name="x">Where it is now.</param>
    /// <param name="y">See <paramref name="x"/>.</param>
    /// <param name="steps">How many of the steps remain.</param>
    public (int X, int Y) PlaceBefore(int x, int y, int steps)
    {
        int factor = Steps.Skip(steps).Aggregate(1, (product, step) => product * step.Scale);
        return (Moved(X, steps) + ((x - Moved(X, Steps.Count)) * factor), Moved(Y, steps) + ((y - Moved(Y, Steps.Count)) * factor));
    }

    private RecordedReduction Between(int remaining)
    {
        (int width, int height) = SizeAfter(remaining);
        DownscaleRecordStep[] undone = [.. Steps.Skip(remaining)];
        DownscaleRecordStep[] kept = [.. Steps.Take(remaining)];
        return new RecordedReduction(
            new DownscaleRecord(undone.Aggregate(1, (product, step) => product * step.Scale), width, height, undone),
            remaining,
            remaining == 0 ? null : this with { Steps = kept, Scale = kept.Aggregate(1, (product, step) => product * step.Scale) }
        );
    }

    private (int Width, int Height) SizeAfter(int steps) =>
        (
            Steps.Take(steps).Aggregate(Width, (size, step) => ResizePlan.DividedUp(size, step.Scale)),
            Steps.Take(steps).Aggregate(Height, (size, step) => ResizePlan.DividedUp(size, step.Scale))
        );

    private int Moved(int position, int steps) =>
        Steps.Take(steps).Aggregate(position, (place, step) => Geometry.Scaled(place, step.Scale, 1));
}

/// <summary>The last steps of a record.</summary>
/// <param name="Reduction">Them, as the engine's plan takes them.</param>
/// <param name="StepsBefore">How many come before them.</param>
/// <param name="Before">The record without them; null if there is nothing left.</param>
internal sealed record RecordedReduction(DownscaleRecord Reduction, int StepsBefore, DocumentRecord? Before);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DocumentRecord))]
internal sealed partial class DocumentRecordJson : JsonSerializerContext;
