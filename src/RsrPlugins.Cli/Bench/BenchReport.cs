// What the benchmark found, as JSON that other tools read (field names are a promise) and as a table for people.
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RsrPlugins.Cli.Bench;

/// <summary>One network on one device with so many threads.</summary>
/// <param name="Network">SRNet, RRNet or SRNetGradient.</param>
/// <param name="Kind">learned or photo.</param>
/// <param name="Scale">Scale factor.</param>
/// <param name="Device">cpu or directml: what the run really used.</param>
/// <param name="Engine">own or onnxruntime: whose code ran it.</param>
/// <param name="Threads">Tiles at once.</param>
/// <param name="TileSize">In LR pixels.</param>
/// <param name="Size">Side of the small picture in pixels: the one asked for, or less on a device too slow for it.</param>
/// <param name="OutputMegapixelsPerSecond">SRNet: output pixels. RRNet: input pixels. SRNetGradient: pixels corrected for in one pass. So
/// always pixels of the large picture.</param>
/// <param name="Gflops">Arithmetic of plain convolutions in GFLOP/s, with ONNX Runtime the tiles' halos included. Our own engine does it
/// with fewer multiplications.</param>
/// <param name="UsefulGflops">The same without halos: what the picture itself needs.</param>
/// <param name="FractionOfPeak">Gflops over the peak of as many threads, so above 1 where multiplications are saved; null on a GPU.</param>
/// <param name="TimesOnnxRuntime">Pixels per second over those of ONNX Runtime on the CPU in the same run; null where that was not measured
/// too.</param>
internal sealed record NetworkResult(
    string Network,
    string Kind,
    int Scale,
    string Device,
    string Engine,
    int Threads,
    int TileSize,
    int Size,
    double OutputMegapixelsPerSecond,
    double Gflops,
    double UsefulGflops,
    double? FractionOfPeak,
    double? TimesOnnxRuntime = null
);

/// <summary>A classical kernel doing the same resize of the same luma plane on one thread.</summary>
/// <param name="Kernel">bicubic or lanczos3.</param>
/// <param name="Direction">up or down.</param>
/// <param name="Scale">Scale factor.</param>
/// <param name="Threads">Always 1.</param>
/// <param name="OutputMegapixelsPerSecond">Pixels of the large picture, as for the networks.</param>
internal sealed record BaselineResult(string Kernel, string Direction, int Scale, int Threads, double OutputMegapixelsPerSecond);

/// <param name="Runtime">Version of ONNX Runtime; null where it was not needed.</param>
/// <param name="Devices">What was measured and why.</param>
/// <param name="PeakGflops">Single-precision FMA peak of all threads.</param>
/// <param name="PeakGflopsByThreads">The peak by number of threads.</param>
/// <param name="Results">The networks.</param>
/// <param name="Baselines">The classical kernels.</param>
internal sealed record BenchReport(
    string? Runtime,
    IReadOnlyList<string> Devices,
    double PeakGflops,
    IReadOnlyDictionary<int, double> PeakGflopsByThreads,
    IReadOnlyList<NetworkResult> Results,
    IReadOnlyList<BaselineResult> Baselines
)
{
    /// <summary>One line, camel-case names, figures rounded to four digits after the point.</summary>
    public string ToJson() =>
        JsonSerializer.Serialize(
            this with
            {
                PeakGflops = Rounded(PeakGflops),
                PeakGflopsByThreads = PeakGflopsByThreads.ToDictionary(peak => peak.Key, peak => Rounded(peak.Value)),
                Results =
                [
                    .. Results.Select(row =>
                        row with
                        {
                            OutputMegapixelsPerSecond = Rounded(row.OutputMegapixelsPerSecond),
                            Gflops = Rounded(row.Gflops),
                            UsefulGflops = Rounded(row.UsefulGflops),
                            FractionOfPeak = row.FractionOfPeak is { } fraction ? Rounded(fraction) : null,
                            TimesOnnxRuntime = row.TimesOnnxRuntime is { } times ? Rounded(times) : null,
                        }
                    ),
                ],
                Baselines = [.. Baselines.Select(row => row with { OutputMegapixelsPerSecond = Rounded(row.OutputMegapixelsPerSecond) })],
            },
            BenchReportJson.Default.BenchReport
        );

    public void WriteTable(TextWriter output)
    {
        output.WriteLine($"{(Runtime is null ? "Without ONNX Runtime" : $"ONNX Runtime {Runtime}")}. {string.Join(" ", Devices)}");
        foreach ((int threads, double peak) in PeakGflopsByThreads)
        {
            output.WriteLine($"Peak of {threads} thread{(threads == 1 ? "" : "s")}: {peak:f0} GFLOP/s (fp32 fused multiply-add)");
        }

        output.WriteLine();
        output.WriteLine(
            $"{"network",-23}{"scale",-7}{"device",-10}{"engine",-13}{"threads",8}{"tile",6}{"Mpx/s",9}{"GFLOP/s",9}{"of peak",9}{"useful",9}{"ratio",7}"
        );
        foreach (NetworkResult row in Results)
        {
            string peak = row.FractionOfPeak is { } fraction ? $"{100 * fraction:f0} %" : "-";
            string ratio = row.TimesOnnxRuntime is { } times ? $"{times:f2}" : "-";
            output.WriteLine(
                $"{row.Network + " " + row.Kind,-23}{"x" + row.Scale,-7}{row.Device,-10}{row.Engine,-13}{row.Threads,8}{row.TileSize,6}{row.OutputMegapixelsPerSecond,9:f2}{row.Gflops,9:f0}{peak,9}{row.UsefulGflops,9:f0}{ratio,7}"
            );
        }

        foreach (BaselineResult row in Baselines)
        {
            output.WriteLine(
                $"{row.Kernel + " " + row.Direction,-23}{"x" + row.Scale,-7}{"cpu",-10}{"",-13}{row.Threads,8}{"",6}{row.OutputMegapixelsPerSecond,9:f2}"
            );
        }
    }

    private static double Rounded(double value) => Math.Round(value, 4);
}

/// <summary>How the report is written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(BenchReport))]
internal sealed partial class BenchReportJson : JsonSerializerContext;
