// What `rsr downscale` writes into a small picture about itself, so that `rsr upscale` knows which network restores it and to
// which exact size. One JSON text everywhere: in PNG it is a text chunk any viewer can show, in the others an XMP property.
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RsrPlugins.Core.Sizes;

/// <summary>One learned reduction.</summary>
/// <param name="Scale">Scale factor of the step.</param>
/// <param name="Model">Id of the RRNet that made it.</param>
/// <param name="Sha256">SHA-256 of that model's file, lower-case hex.</param>
public sealed record DownscaleRecordStep(int Scale, string Model, string Sha256);

/// <summary>How a small picture was made.</summary>
/// <param name="Scale">Product of the steps' scale factors.</param>
/// <param name="Width">Width before the first step.</param>
/// <param name="Height">Height before the first step.</param>
/// <param name="Steps">In the order they were done.</param>
public sealed record DownscaleRecord(int Scale, int Width, int Height, IReadOnlyList<DownscaleRecordStep> Steps)
{
    /// <summary>Keyword of the PNG text chunk.</summary>
    public const string PngKeyword = "RsrPlugins.Downscale";

    /// <summary>Namespace of the XMP property.</summary>
    public const string XmpNamespace = "urn:rsrplugins:downscale:1.0";

    /// <summary>Local name of the XMP property.</summary>
    public const string XmpProperty = "Downscale";

    private const int MaxJson = 10_000;
    private const int MaxSteps = 4;
    private const int MaxName = 200;

    /// <summary>The record as one JSON text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, DownscaleRecordJson.Default.DownscaleRecord);

    /// <summary>
    /// Null for anything that is not a whole record, or one no reduction of ours can have written: metadata of strangers is never an error,
    /// and never makes more than <see cref="SizeRequest.MaxScale"/> times the picture.
    /// </summary>
    public static DownscaleRecord? FromJson(string json)
    {
        if (json.Length > MaxJson)
        {
            return null;
        }

        try
        {
            DownscaleRecord? record = JsonSerializer.Deserialize(json, DownscaleRecordJson.Default.DownscaleRecord);
            return
                record is { Width: >= 1, Height: >= 1, Steps.Count: >= 1 and <= MaxSteps, Scale: <= SizeRequest.MaxScale }
                && record.Steps.All(step => step is { Scale: >= 2, Model.Length: <= MaxName, Sha256.Length: <= MaxName })
                && record.Steps.Aggregate(1L, (product, step) => product * step.Scale) == record.Scale
                ? record
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The picture still has the size it was made with, so restoring it leads back to the recorded size.</summary>
    public bool Fits(int width, int height) => ResizePlan.DividedUp(Width, Scale) == width && ResizePlan.DividedUp(Height, Scale) == height;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DownscaleRecord))]
internal sealed partial class DownscaleRecordJson : JsonSerializerContext;
