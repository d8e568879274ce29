// Run by hand on a quiet machine; CI only builds it:
//   dotnet run -c Release --project tests/RsrPlugins.Benchmarks -- --filter '*TileSize*'
//   dotnet run -c Release --project tests/RsrPlugins.Benchmarks -- colour FOLDER... PICTURE...
//   dotnet run -c Release --project tests/RsrPlugins.Benchmarks -- refinement FOLDER SCALE
//   dotnet run -c Release --project tests/RsrPlugins.Benchmarks -- roofline [512|256|128]
//   dotnet run -c Release --project tests/RsrPlugins.Benchmarks -- trials [512|256|128]
// `rsr bench` is the user's measurement (throughput against the machine's peak); these are the developer's: what a tile size,
// a kernel or a change of code costs in time and in managed memory, each against bicubic; and what each choice of the colour
// pipeline is worth in dB, what the passes of a refinement bring, how near the CPU engine's kernels are to the processor's limits, and
// what other ways to do the same would cost.
using BenchmarkDotNet.Running;
using RsrPlugins.Benchmarks;

if (args is ["colour", .. var paths])
{
    return ColourChoices.Run(paths);
}

if (args is ["refinement", .. var arguments])
{
    return RefinementChoices.Run(arguments);
}

if (args is ["roofline", .. var width])
{
    return KernelRoofline.Run(width);
}

if (args is ["trials", .. var vectors])
{
    return KernelTrials.Run(vectors);
}

BenchmarkSwitcher.FromAssembly(typeof(TileSizeBenchmarks).Assembly).Run(args);
return 0;
