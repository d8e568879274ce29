// The loop of one target in its own process.
using System.Diagnostics;
using System.Globalization;
using RsrPlugins.Core;

namespace RsrPlugins.Fuzz;

/// <summary>Runs inputs until the time is over.</summary>
internal sealed class Worker(IFuzzTarget target, int seed, string folder)
{
    /// <summary>The file that holds the input at work, for the case that the process does not survive it.</summary>
    public const string CurrentInput = "current.bin";

    private const int MaxFindings = 20;
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);

    // When the input at work began, as Stopwatch counts; 0 between inputs.
    private long _began;

    /// <returns>0, or 1 if something was found.</returns>
    public int Run(TimeSpan duration)
    {
        const int TooLong = 3;
        Thread watchdog = new Thread(() =>
        {
            while (true)
            {
                Thread.Sleep(200);
                long began = Interlocked.Read(ref _began);
                if (began != 0 && Stopwatch.GetElapsedTime(began) > _limit)
                {
                    Console.WriteLine($"{target.Name}: an input takes longer than {_limit.TotalSeconds} s");
                    Environment.Exit(TooLong);
                }
            }
        })
        {
            IsBackground = true,
        };
        watchdog.Start();

        Stopwatch watch = Stopwatch.StartNew();
        byte[][] corpus = [.. target.Corpus()];
        Mutator mutator = new Mutator(seed, corpus, target.Tokens);
        (int accepted, int refused, TimeSpan slowest) = (0, 0, TimeSpan.Zero);
        HashSet<string> findings = [];
        // Unbuffered: what is written stays, whatever becomes of the process.
        using FileStream current = new FileStream(
            Path.Combine(folder, CurrentInput),
            FileMode.Create,
            FileAccess.Write,
            FileShare.Read,
            bufferSize: 0
        );
        for (int n = 0; watch.Elapsed < duration && findings.Count < MaxFindings; n++)
        {
            // The corpus first, as it is.
            byte[] input = n < corpus.Length ? corpus[n] : target.Repair(mutator.Next(), mutator.Random);
            current.SetLength(0);
            current.Position = 0;
            current.Write(input);
            long began = Stopwatch.GetTimestamp();
            Interlocked.Exchange(ref _began, began);
            try
            {
                target.Run(input);
                accepted++;
            }
            catch (RsrException exception)
            {
                refused++;
                Check(exception, input, findings);
            }
#pragma warning disable CA1031 // Whatever it is, it is what is looked for.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Report(Where(exception), exception.ToString(), input, findings);
            }

            Interlocked.Exchange(ref _began, 0);
            TimeSpan took = Stopwatch.GetElapsedTime(began);
            slowest = took > slowest ? took : slowest;
        }

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{target.Name}: {accepted + refused:N0} inputs, {accepted:N0} accepted, {refused:N0} refused, slowest {slowest.TotalSeconds:0.00} s, {findings.Count} findings (seed {seed})"
            )
        );
        return findings.Count == 0 ? 0 : 1;
    }

    /// <summary>An error is for a person: it is no wall of text, and brings no terminal sequences out of the file.</summary>
    private void Check(RsrException exception, byte[] input, HashSet<string> findings)
    {
        const int Longest = 2000;
        if (exception.Message.Length > Longest)
        {
            Report("message too long", exception.Message[..Longest], input, findings);
        }
    }

    private void Report(string kind, string text, byte[] input, HashSet<string> findings)
    {
        if (!findings.Add(kind))
        {
            return;
        }

        string file = Path.Combine(folder, $"finding-{findings.Count}-seed{seed}.bin");
        File.WriteAllBytes(file, input);
        Console.WriteLine($"{target.Name}: {kind}\n  {file}\n{text}");
    }

    /// <summary>Kind and place: the same fault is told once.</summary>
    private static string Where(Exception exception) =>
        $"{exception.GetType().Name} {exception.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("RsrPlugins", StringComparison.Ordinal))?.Trim()}";
}
