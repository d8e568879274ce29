// What the resize commands report, for people and as JSON.
using System.Text.Json.Serialization;

namespace RsrPlugins.Cli.Batch;

/// <summary>One picture that was done.</summary>
/// <param name="Coding">For people: "quality 85, 4:2:0", "lossless", "palette of 12"; null where there was no choice.</param>
/// <param name="Quality">The number, for formats that have one.</param>
/// <param name="Bytes">Length of the result's file.</param>
/// <param name="Source">What an enlarged picture was taken for: photo, learned, pixel.</param>
/// <param name="Cleanup">What was done about its damage: off, low, high.</param>
/// <param name="Strength">Per cent of the networks' picture in an enlarged one; null where no network ran or it is not known yet.</param>
/// <param name="Rest">What the rest is: bilinear, bicubic, lanczos3; null where there is none.</param>
internal sealed record ResizeResult(
    string Input,
    string Output,
    int SourceWidth,
    int SourceHeight,
    int Width,
    int Height,
    string Steps,
    IReadOnlyList<string> Models,
    string? Device,
    double Seconds,
    bool DryRun,
    string? Coding,
    int? Quality,
    long? Bytes,
    string? Source,
    string? Cleanup,
    int? Strength,
    string? Rest,
    IReadOnlyList<string> Notes
)
{
    public string Describe()
    {
        string how = DryRun
            ? "would be done"
            : FormattableString.Invariant(
                $"{(Device is null ? string.Empty : Device + ", ")}{Seconds:0.0} s{(Coding is null ? string.Empty : ", " + Coding)}, {Bytes:N0} bytes"
            );
        string line = $"{OneLine.Of(Input)} ({SourceWidth} x {SourceHeight}) -> {OneLine.Of(Output)} ({Width} x {Height}): {Steps} [{how}]";
        return string.Concat([line, .. Notes.Select(note => $"{Environment.NewLine}  note: {OneLine.Of(note)}")]);
    }
}

/// <summary>One input that failed and why.</summary>
internal sealed record ResizeFailure(string Input, string Error);

/// <summary>One file or folder that was found and not taken, and why.</summary>
internal sealed record PassedOverInput(string Input, string Reason);

internal sealed record ResizeReport(
    IReadOnlyList<ResizeResult> Results,
    IReadOnlyList<ResizeFailure> Failures,
    IReadOnlyList<PassedOverInput> PassedOver
);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ResizeReport))]
internal sealed partial class ResizeReportJson : JsonSerializerContext;
