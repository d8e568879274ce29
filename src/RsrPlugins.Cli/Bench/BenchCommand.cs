// rsr bench: how fast this machine is, and how much of it the networks use.
using System.CommandLine;
using RsrPlugins.Cli.Commands;
using RsrPlugins.Cli.Terminal;
using RsrPlugins.Core;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;

namespace RsrPlugins.Cli.Bench;

internal static class BenchCommand
{
    private const string Details = """
        Examples:
          rsr bench                             every installed network, on the CPU and on a GPU if one answers
          rsr bench --scale 2 --threads 1       one scale, one thread
          rsr bench --device directml --json    the GPU alone, for a script
          rsr bench --engine own                rsr's own CPU engine alone

        What the figures are:
          Mpx/s     megapixels of the large picture per second: SRNet's output, RRNet's input. Luma alone, without files and colour.
          GFLOP/s   arithmetic done per second, a multiply-add counting two: the convolutions of every tile, with ONNX Runtime of its halo
                    too. 'of peak'
                    is its share of the peak, which is measured in the same run with fused multiply-adds on as many threads.
                    It may exceed 100 %: rsr's own engine makes a 3 x 3 convolution with a quarter of the multiplications, and
                    is counted as if it did not.
          ratio     pixels per second over those of ONNX Runtime on the CPU, the two measured one after the other.
          useful    the same without the halos: the arithmetic the picture itself needs. Smaller tiles raise 'of peak' and waste
                    more on halos; the tile sizes of the product (tile, in pixels of the small picture) balance both.
          SRNetGradient is one pass of 'rsr downscale --effort'; the passes come on top of RRNet.
          bicubic and lanczos3 resize the same luma plane on one thread.
          Every figure is the fastest of the repetitions, the peak's too. Nothing else should run meanwhile.

        """;

    public static Command Create(CliContext context)
    {
        DetailedCommand command = new DetailedCommand(
            "bench",
            "Measures throughput here: networks per device and thread count, against bicubic and Lanczos.",
            Details
        );
        Option<DeviceChoice> device = CommonOptions.Device();
        device.Description = "What to measure: auto (the CPU, and DirectML where a GPU answers), cpu, directml.";
        Option<EngineKind?> engine = CommonOptions.Engine();
        engine.Description = "What runs networks on the CPU: own, onnxruntime; without it both are measured where both can.";
        Option<int> threads = CommonOptions.Threads();
        threads.Description = "Threads on the CPU; 0 measures 1, 2, 4 ... up to one per core.";
        Option<int?> scale = new Option<int?>("--scale") { Description = "Only this scale.", HelpName = "N" };
        Option<int> side = Number(
            "--size",
            512,
            "Side of the small picture in pixels; less is taken on a device too slow for it.",
            1,
            8192
        );
        Option<int> tile = Number("--tile", 0, "Tile size in pixels of the small picture; 0 takes the product's.", 0, 4096);
        Option<double> seconds = new Option<double>("--seconds")
        {
            Description = "Time for the repetitions of each row.",
            HelpName = "S",
            DefaultValueFactory = _ => 1,
        };
        Option<bool> json = CommonOptions.Json();
        foreach (Option option in new Option[] { device, engine, threads, scale, side, tile, seconds, json })
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            BenchSettings settings = new BenchSettings(
                parsed.GetValue(side),
                parsed.GetValue(seconds),
                parsed.GetValue(threads),
                parsed.GetValue(tile)
            );
            bool asJson = parsed.GetValue(json);
            BenchReport report = new ProgressDisplay(!asJson).Run(
                "Measuring",
                progress =>
                    Run(
                        parsed.GetValue(device),
                        parsed.GetValue(engine),
                        parsed.GetValue(scale),
                        new Benchmark(settings, context.CancellationToken),
                        progress
                    )
            );
            if (asJson)
            {
                context.Output.WriteLine(report.ToJson());
            }
            else
            {
                report.WriteTable(context.Output);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static BenchReport Run(DeviceChoice choice, EngineKind? engine, int? scale, Benchmark benchmark, IProgress<double>? progress)
    {
        ModelCatalogue catalogue = ModelCatalogue.LoadDefault();
        ModelDescriptor[] models =
        [
            .. catalogue
                .Models.Where(model => scale is null || model.Scale == scale)
                .OrderBy(model => model.Task)
                .ThenBy(model => model.Kind)
                .ThenBy(model => model.Scale),
        ];
        if (models.Length == 0)
        {
            throw new ModelException(
                scale is null
                    ? $"{catalogue.Folder} holds no models. Reinstall the models."
                    : $"No network for x{scale} is installed in {catalogue.Folder}. Choose another scale or install this one."
            );
        }

        // Asked first: a demand for DirectML that cannot be met fails before anything is measured.
        using InferenceEngine? gpu = choice == DeviceChoice.Cpu ? null : new InferenceEngine(new InferenceOptions(choice));
        bool measureGpu = gpu?.Decision.Device == DeviceKind.DirectML;
        using InferenceEngine? own = Cpu(EngineKind.Own);
        using InferenceEngine? runtime = Cpu(EngineKind.OnnxRuntime);

        InferenceEngine? Cpu(EngineKind kind) =>
            choice == DeviceChoice.DirectML || (engine ?? kind) != kind
                ? null
                : new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu, CpuEngine: kind));

        Dictionary<int, double> peaks = benchmark.Peaks();
        List<Action> work = new List<Action>();
        List<NetworkResult> results = new List<NetworkResult>();
        List<BaselineResult> baselines = new List<BaselineResult>();
        int max = benchmark.ThreadCounts[^1];
        foreach (ModelDescriptor model in models)
        {
            work.AddRange(benchmark.ThreadCounts.Select(threads => (Action)(() => results.AddRange(MeasureOnCpu(model, threads)))));

            if (measureGpu)
            {
                work.Add(() => results.Add(benchmark.Measure(gpu!.Open(model), max, peaks[max])));
            }
        }

        foreach (int one in models.Select(model => model.Scale).Distinct().Order())
        {
            foreach (ResamplingKernel kernel in new[] { ResamplingKernel.Bicubic, ResamplingKernel.Lanczos3 })
            {
                work.Add(() => baselines.Add(benchmark.Measure(kernel, reduces: true, one)));
                work.Add(() => baselines.Add(benchmark.Measure(kernel, reduces: false, one)));
            }
        }

        for (int i = 0; i < work.Count; i++)
        {
            work[i]();
            progress?.Report((i + 1.0) / work.Count);
        }

        // Asked last: a GPU that failed in between says so here, and its rows say "cpu".
        InferenceEngine? cpu = runtime ?? own;
        string[] devices = [(gpu ?? cpu)!.Decision.Reason, .. measureGpu && cpu is not null ? new[] { "And the CPU." } : []];
        return new BenchReport((cpu ?? gpu)!.RuntimeVersion, devices, peaks[max], peaks, results, baselines);

        // Ours and ONNX Runtime's one right after the other; once, where ours leaves the network to ONNX Runtime.
        IEnumerable<NetworkResult> MeasureOnCpu(ModelDescriptor model, int threads)
        {
            NetworkResult? reference = runtime is null ? null : benchmark.Measure(runtime.Open(model), threads, peaks[threads]);
            if (own?.Open(model) is { } network && (network.Engine == EngineKind.Own || reference is null))
            {
                NetworkResult measured = benchmark.Measure(network, threads, peaks[threads]);
                yield return measured with
                {
                    TimesOnnxRuntime = measured.OutputMegapixelsPerSecond / reference?.OutputMegapixelsPerSecond,
                };
            }

            if (reference is not null)
            {
                yield return reference;
            }
        }
    }

    private static Option<int> Number(string name, int standard, string description, int min, int max)
    {
        Option<int> option = new Option<int>(name)
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => standard,
        };
        option.Validators.Add(result => CommonOptions.Range(result, min, max));
        return option;
    }
}
