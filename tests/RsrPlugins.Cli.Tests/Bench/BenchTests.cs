// The benchmark's figures depend on the machine; its form, its arithmetic and its errors do not.
using System.Text.Json;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.Bench;

public class BenchTests
{
    [Fact]
    public void Json_has_the_fields_other_tools_read()
    {
        using TestFolder folder = new TestFolder();
        RsrResult run = Rsr.Run(folder, "bench", "--scale", "2", "--size", "32", "--seconds", "0", "--device", "cpu", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        using JsonDocument json = JsonDocument.Parse(run.Output);
        JsonElement root = json.RootElement;
        Assert.True(root.GetProperty("peakGflops").GetDouble() > 0);

        JsonElement[] results = [.. root.GetProperty("results").EnumerateArray()];
        Assert.Contains(
            results,
            row => row.GetProperty("network").GetString() == "SRNet" && row.GetProperty("kind").GetString() == "learned"
        );
        Assert.Contains(
            results,
            row => row.GetProperty("network").GetString() == "SRNet" && row.GetProperty("kind").GetString() == "photo"
        );
        Assert.Contains(results, row => row.GetProperty("network").GetString() == "RRNet");
        Assert.Contains(results, row => row.GetProperty("network").GetString() == "SRNetGradient");
        foreach (string name in (string[])["SRNet", "RRNet", "SRNetGradient"])
        {
            // Both engines by default, ours with its ratio.
            JsonElement[] both =
            [
                .. results.Where(row =>
                    row.GetProperty("network").GetString() == name
                    && row.GetProperty("kind").GetString() == "learned"
                    && row.GetProperty("threads").GetInt32() == 1
                ),
            ];
            Assert.Equal(["own", "onnxruntime"], both.Select(row => row.GetProperty("engine").GetString()));
            double ratio =
                both[0].GetProperty("outputMegapixelsPerSecond").GetDouble() / both[1].GetProperty("outputMegapixelsPerSecond").GetDouble();
            Assert.Equal(ratio, both[0].GetProperty("timesOnnxRuntime").GetDouble(), 0.01 * ratio);
            Assert.Equal(JsonValueKind.Null, both[1].GetProperty("timesOnnxRuntime").ValueKind);
        }

        Assert.All(
            results,
            row =>
            {
                Assert.Equal((2, "cpu"), (row.GetProperty("scale").GetInt32(), row.GetProperty("device").GetString()));
                Assert.InRange(row.GetProperty("threads").GetInt32(), 1, Environment.ProcessorCount);
                Assert.True(row.GetProperty("outputMegapixelsPerSecond").GetDouble() > 0);

                // A picture of one tile has no halo: all arithmetic is useful.
                Assert.Equal(row.GetProperty("usefulGflops").GetDouble(), row.GetProperty("gflops").GetDouble(), 0.01);
                // The pair keeps the paper's three dense units, clean-up has eight at x2 and the networks for ordinary pictures six: unit n
                // reads n * 64 channels.
                const int PaperUnits = 3;
                int units = row.GetProperty("kind").GetString() switch
                {
                    "learned" => PaperUnits,
                    "cleanup" => 8,
                    _ => 6,
                };
                double operations = row.GetProperty("network").GetString() switch
                {
                    "SRNet" => 2 * (Trunk(units) + (((64 * (units + 1)) + 1) * 4)) / 4.0,
                    "SRNetGradient" => 2 * ((2 * Trunk(PaperUnits)) + 5 + ((261 + 256 + 9) * 4)) / 4.0,
                    _ => 2 * (576 + 73728 + 65),
                };
                double counted = row.GetProperty("outputMegapixelsPerSecond").GetDouble() * operations / 1000;
                Assert.Equal(row.GetProperty("usefulGflops").GetDouble(), counted, 0.001 * counted + 0.1);
            }
        );
        Assert.Equal(
            ["bicubic down", "bicubic up", "lanczos3 down", "lanczos3 up"],
            root.GetProperty("baselines")
                .EnumerateArray()
                .Select(row => $"{row.GetProperty("kernel").GetString()} {row.GetProperty("direction").GetString()}")
        );

        static int Trunk(int units) => 576 + (units * (units + 1) / 2 * 4096) + (units * 36864);
    }

    [Fact]
    public void Halos_are_counted_as_work_but_not_as_useful()
    {
        using TestFolder folder = new TestFolder();
        RsrResult run = Rsr.Run(
            folder,
            "bench",
            "--scale",
            "2",
            "--size",
            "40",
            "--tile",
            "16",
            "--threads",
            "1",
            "--engine",
            "onnxruntime",
            "--seconds",
            "0",
            "--device",
            "cpu",
            "--json"
        );
        using JsonDocument json = JsonDocument.Parse(run.Output);
        JsonElement row = json
            .RootElement.GetProperty("results")
            .EnumerateArray()
            .First(one => one.GetProperty("network").GetString() == "SRNet");

        // 40 pixels are 32 between halos of 4: two tiles of 16 along each axis, each reading 24.
        Assert.Equal(4 * 24 * 24 / (40.0 * 40), row.GetProperty("gflops").GetDouble() / row.GetProperty("usefulGflops").GetDouble(), 0.01);
        Assert.Equal(
            row.GetProperty("gflops").GetDouble() / json.RootElement.GetProperty("peakGflops").GetDouble(),
            row.GetProperty("fractionOfPeak").GetDouble(),
            0.001
        );
    }

    [Theory]
    [InlineData("--scale 7", 4, "No network for x7 is installed")]
    [InlineData("--size 0", 2, "1 to 8192; found 0")]
    [InlineData("--engine cuda", 2, "own, onnxruntime; found 'cuda'")]
    [InlineData("--device npu", 2, "auto, cpu, directml; found 'npu'")]
    public void A_wrong_request_is_one_line_and_a_code(string arguments, int code, string message)
    {
        using TestFolder folder = new TestFolder();
        RsrResult run = Rsr.Run(folder, ["bench", .. arguments.Split(' ')]);
        Assert.Equal(code, run.ExitCode);
        Assert.Contains(message, run.OnlyErrorLine, StringComparison.Ordinal);
    }
}
