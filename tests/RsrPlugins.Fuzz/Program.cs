// Everything in the product that reads a file of a stranger gets damaged ones here, and may answer in two ways: take it, or refuse it
// with one of the product's own errors. Any other exception, a crash, a stack overflow, an input that takes longer than ten seconds
// or more than a gigabyte is a finding.
//
//     dotnet run -c Release --project tests/RsrPlugins.Fuzz                          a minute over all targets, as in CI
//     ... -- --seconds 3600 --seed 7 --target xmp                                    longer, other inputs, one target
//     ... -- again TARGET FILE                                                       one input once more
//
// Each target runs in a process of its own, because a stack overflow cannot be caught; the input it died of is on disk. Damage
// is made by our own mutator from a corpus that Corpus.cs makes; the same seed makes the same inputs in the same order. Findings are
// written to artifacts/fuzz. The last line is "N passed, N failed, N skipped", counted in targets.
using System.Diagnostics;
using System.Globalization;
using RsrPlugins.Fuzz;

const int Found = 1;
const int BadUsage = 2;

switch (args)
{
    case ["again", string target, string file] when Targets.Find(target) is { } again:
        again.Run(File.ReadAllBytes(file));
        Console.WriteLine("accepted or refused in order");
        return 0;

    case ["worker", string target, string seconds, string seed, string folder]:
        return new Worker(Targets.Find(target)!, Number(seed), folder).Run(TimeSpan.FromSeconds(Number(seconds)));
}

(int seconds_, int seed_, string? only, string findings) = (60, 1, null, Path.Combine("artifacts", "fuzz"));
for (int i = 0; i < args.Length; i += 2)
{
    switch (args[i..Math.Min(i + 2, args.Length)])
    {
        case ["--seconds", string value] when int.TryParse(value, CultureInfo.InvariantCulture, out int number) && number > 0:
            seconds_ = number;
            break;
        case ["--seed", string value] when int.TryParse(value, CultureInfo.InvariantCulture, out int number):
            seed_ = number;
            break;
        case ["--target", string value] when Targets.Find(value) is not null:
            only = value;
            break;
        case ["--findings", string value]:
            findings = value;
            break;
        default:
            Console.Error.WriteLine(
                $"rsr-fuzz [--seconds N] [--seed N] [--target {string.Join('|', Targets.All.Select(target => target.Name))}] [--findings DIR] | again TARGET FILE"
            );
            return BadUsage;
    }
}

IFuzzTarget[] targets = [.. Targets.All.Where(target => only is null || target.Name == only)];

// A fuzzer that finds nothing in a broken reader shows nothing.
foreach (IFuzzTarget broken in Targets.Broken.Where(_ => only is null))
{
    if (Fuzz(broken, seconds: 3))
    {
        Console.Error.WriteLine($"{broken.Name}: the fault that is built in was not found; the fuzzer does not work.");
        return Found;
    }
}

int failed = targets.Count(target => !Fuzz(target, Math.Max(1, seconds_ / targets.Length)));
Console.WriteLine($"{targets.Length - failed} passed, {failed} failed, 0 skipped");
return failed == 0 ? 0 : Found;

bool Fuzz(IFuzzTarget target, int seconds)
{
    string folder = Path.GetFullPath(Path.Combine(findings, target.Name));
    Directory.CreateDirectory(folder);
    ProcessStartInfo start = new ProcessStartInfo(
        "dotnet",
        [typeof(Worker).Assembly.Location, "worker", target.Name, $"{seconds}", $"{seed_}", folder]
    );
    start.Environment["DOTNET_GCHeapHardLimit"] = "0x40000000";
    start.RedirectStandardError = Targets.Broken.Contains(target); // A stack overflow that is meant prints thousands of lines.
    using Process process = Process.Start(start)!;
    if (start.RedirectStandardError)
    {
        process.StandardError.ReadToEnd();
    }

    process.WaitForExit();
    string current = Path.Combine(folder, Worker.CurrentInput);
    if (process.ExitCode is not (0 or Found) && File.Exists(current))
    {
        string died = Path.Combine(folder, $"died-{process.ExitCode}-seed{seed_}.bin");
        File.Move(current, died, overwrite: true);
        Console.WriteLine($"{target.Name}: the process ended with {process.ExitCode} on {died}");
    }

    File.Delete(current);
    return process.ExitCode == 0;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
