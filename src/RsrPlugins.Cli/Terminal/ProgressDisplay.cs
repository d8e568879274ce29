// Progress on stderr: a bar for people, nothing where stderr is a file or a pipe, and on request one JSON object per line for programs
// that show a bar of their own (--progress json).
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RsrPlugins.Cli.Terminal;

/// <summary>What shows progress.</summary>
internal enum ProgressMode
{
    /// <summary>A bar where stderr is a terminal.</summary>
    Auto,

    /// <summary>JSON lines.</summary>
    Json,

    /// <summary>Nothing.</summary>
    None,
}

/// <summary>One line of --progress json. Names and meaning do not change; more may be added.</summary>
/// <param name="Event">"start", "progress", "done" or "failed".</param>
/// <param name="Input">The picture.</param>
/// <param name="Index">Its number in the batch, from 1.</param>
/// <param name="Count">Pictures in the batch.</param>
/// <param name="Fraction">Done of this picture, 0 to 1.</param>
/// <param name="SecondsLeft">For this picture; null while nobody can know.</param>
/// <param name="Output">Its result.</param>
/// <param name="Error">Why it failed.</param>
internal sealed record ProgressLine(
    string Event,
    string Input,
    int Index,
    int Count,
    double? Fraction = null,
    double? SecondsLeft = null,
    string? Output = null,
    string? Error = null
);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ProgressLine))]
internal sealed partial class ProgressLineJson : JsonSerializerContext;

/// <param name="mode">What shows progress.</param>
/// <param name="error">Receives JSON lines.</param>
internal sealed class ProgressDisplay(ProgressMode mode, TextWriter? error = null)
{
    // A line for each of so many parts of a picture: as smooth as a bar is wide, and no flood.
    private const int LinesPerPicture = 100;

    private readonly IAnsiConsole? _console =
        mode == ProgressMode.Auto && !Console.IsErrorRedirected
            ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) })
            : null;

    public ProgressDisplay(bool enabled)
        : this(enabled ? ProgressMode.Auto : ProgressMode.None) { }

    /// <summary>Runs work under a bar that goes from 0 to 1 and is cleared afterwards.</summary>
    public T Run<T>(string description, Func<IProgress<double>?, T> work)
    {
        if (_console is null)
        {
            return work(null);
        }

        Stopwatch clock = Stopwatch.StartNew();
        RemainingTime remaining = new RemainingTime();
        return _console
            .Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new TimeLeftColumn(remaining, clock)
            )
            .Start(bars =>
            {
                ProgressTask bar = bars.AddTask(Markup.Escape(description), maxValue: 1);
                return work(
                    new Direct(value =>
                    {
                        bar.Value = value;
                        lock (remaining)
                        {
                            remaining.Add(clock.Elapsed, value);
                        }
                    })
                );
            });
    }

    /// <summary>The same for one picture of a batch.</summary>
    /// <param name="input">The picture.</param>
    /// <param name="index">Its number, from 1.</param>
    /// <param name="count">Pictures in the batch.</param>
    /// <param name="output">Its result.</param>
    /// <param name="work">Gets where to report.</param>
    public T RunPicture<T>(string input, int index, int count, string output, Func<IProgress<double>?, T> work)
    {
        if (mode != ProgressMode.Json)
        {
            return Run($"{OneLine.Quote(Path.GetFileName(input))}{(count > 1 ? $" ({index} of {count})" : string.Empty)}", work);
        }

        Stopwatch clock = Stopwatch.StartNew();
        RemainingTime remaining = new RemainingTime();
        Lock gate = new Lock();
        int lines = 0;
        Write(new ProgressLine("start", input, index, count, Output: output));
        try
        {
            T result = work(
                new Direct(value =>
                {
                    lock (gate)
                    {
                        remaining.Add(clock.Elapsed, value);
                        if ((int)(value * LinesPerPicture) > lines)
                        {
                            lines = (int)(value * LinesPerPicture);
                            double? left = remaining.At(clock.Elapsed) is { } time ? Math.Round(time.TotalSeconds, 1) : null;
                            Write(new ProgressLine("progress", input, index, count, Math.Round(value, 3), left));
                        }
                    }
                })
            );
            Write(new ProgressLine("done", input, index, count, 1, 0, output));
            return result;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Failed(input, index, count, failure is PictureFileException file ? file.Problem : failure.Message);
            throw;
        }
    }

    /// <summary>Says that a picture failed, where programs read it.</summary>
    public void Failed(string input, int index, int count, string problem)
    {
        if (mode == ProgressMode.Json)
        {
            Write(new ProgressLine("failed", input, index, count, Error: OneLine.Of(problem)));
        }
    }

    private void Write(ProgressLine line) => error?.WriteLine(JsonSerializer.Serialize(line, ProgressLineJson.Default.ProgressLine));

    // System.Progress posts to the thread pool, where reports arrive late and out of order.
    private sealed class Direct(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }

    private sealed class TimeLeftColumn(RemainingTime remaining, Stopwatch clock) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            lock (remaining)
            {
                return new Text(remaining.At(clock.Elapsed) is { } left ? $@"{left:h\:mm\:ss} left" : string.Empty);
            }
        }
    }
}
