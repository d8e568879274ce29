// Run by hand on a quiet machine; CI only builds it:
//   dotnet run -c Release --project tests/RsrPlugins.Benchmarks -- --filter '*TileSize*'
//   dotnet run -c Release --project tests/RsrPlugins.Benchmarks -- colour FOLDER... PICTURE...
// `rsr bench` is the user's measurement (throughput against the machine's peak); these are the developer's: what a tile size,
// a kernel or a change of code costs in time and in managed memory, each against bicubic; and what each choice of the colour
// pipeline is worth in dB.
using BenchmarkDotNet.Running;
using RsrPlugins.Benchmarks;

if (args is ["colour", .. var paths])
    return ColourChoices.Run(paths);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
