// A progress bar on stderr for people; nothing at all where stderr is a file or a pipe.
using Spectre.Console;

namespace RsrPlugins.Cli.Terminal;

internal sealed class ProgressDisplay(bool enabled)
{
    private readonly IAnsiConsole? _console = enabled && !Console.IsErrorRedirected
        ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) })
        : null;

    /// <summary>Runs work under a bar that goes from 0 to 1 and is cleared afterwards.</summary>
    public T Run<T>(string description, Func<IProgress<double>?, T> work)
    {
        if (_console is null)
        {
            return work(null);
        }

        return _console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(bars =>
            {
                ProgressTask bar = bars.AddTask(Markup.Escape(description), maxValue: 1);
                return work(new Direct(value => bar.Value = value));
            });
    }

    // System.Progress posts to the thread pool, where reports arrive late and out of order.
    private sealed class Direct(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
