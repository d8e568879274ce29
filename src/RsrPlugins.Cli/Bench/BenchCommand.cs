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
          rsr bench                             all installed networks, on the CPU and on a GPU if available
          rsr bench --scale 2 --threads 1       one scale, one thread
          rsr bench --device directml --json    only the GPU, for a script
          rsr bench --engine own                only rsr's own CPU engine

        Figures:
          Mpx/s     megapixels of the large picture per second: output of SRNet, input of RRNet. Luma only, without files and colour.
          GFLOP/s   arithmetic per second, counting a multiply-add as two operations: the convolutions of all tiles, for ONNX Runtime
                    with their halos. 'of peak' is the share of the peak, which is measured in the same run with fused multiply-adds
                    on as many threads. It may exceed 100 %, because rsr's own engine computes a 3 x 3 convolution with a quarter of
                    the multiplications but is counted with all of them.
          useful    the same without halos: the arithmetic that the picture itself needs. Smaller tiles raise 'of peak' but spend
                    more on halos; the default tile size (tile, in pixels of the small picture) is a compromise.
          ratio     pixels per second relative to ONNX Runtime on the CPU, measured directly after each other.
          SRNetGradient is one pass of 'rsr downscale --effort', in addition to RRNet.
          bicubic and lanczos3 resize the same luma plane on one thread.
          Every figure, including the peak, is the best of several repetitions. Run nothing else at the same time.

        """;

    public static Command Create(CliContext context)
    {
        DetailedCommand command = new DetailedCommand(
            "bench",
            "Measures throughput on this machine: every network on each device and number of threads, beside bicubic and Lanczos.",
            Details
        );
        Option<DeviceChoice> device = CommonOptions.Device();
        device.Description = "What to measure: auto (the CPU, and DirectML if a GPU is available), cpu, directml.";
        Option<EngineKind?> engine = CommonOptions.Engine();
        engine.Description = "Engine for the CPU: own or onnxruntime. By default both are measured where both can run the network.";
        Option<int> threads = CommonOptions.Threads();
        threads.Description = "Number of CPU threads; 0 measures 1, 2, 4 ... up to one per core.";
        Option<int?> scale = new Option<int?>("--scale") { Description = "Only this scale.", HelpName = "N" };
        Option<int> side = Number(
            "--size",
            512,
            "Side of the small picture in pixels; reduced on slow devices.",
            1,
            8192
        );
        Option<int> tile = Number("--tile", 0, "Tile size in pixels of the small picture; 0 takes the default.", 0, 4096);
        Option<double> seconds = new Option<double>("--seconds")
        {
            Description = "Time in seconds for the repetitions of each row.",
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
