// Run by hand on a quiet machine; CI only builds it:
//   dotnet run -c Release --project tests/RsrPlugins.Benchmarks -- --filter '*TileSize*'
// `rsr bench` is the user's measurement (throughput against the machine's peak); these are the developer's: what a tile size,
// a kernel or a change of code costs in time and in managed memory, each against bicubic.
using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
