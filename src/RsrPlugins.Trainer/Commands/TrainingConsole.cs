// What a person sees of a run: a progress bar on a terminal, plain lines in a file (a bar in a log is a mess).
using System.Globalization;
using RsrPlugins.Trainer.Training;
using Spectre.Console;

namespace RsrPlugins.Trainer.Commands;

/// <summary>Shows the reports of a run.</summary>
internal static class TrainingConsole
{
    private const int LinesEverySeconds = 60;
    private const double LinesEveryPart = 0.2;

    /// <summary>Calls the run with a place to report to.</summary>
    internal static void Show(string name, Action<Action<TrainingReport>> run)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            run(WriteLines());
            return;
        }

        AnsiConsole
            .Progress()
            .AutoClear(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 16 }, new PercentageColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(name), maxValue: 1);
                ValidationScore? score = null;
                run(report =>
                {
                    score = report.Validation ?? score;
                    task.Value = Math.Min(1, report.Progress);
                    task.Description = Markup.Escape(report.Preparation is { } made ? Prepare(made) : Summarise(report, score));
                });
            });
    }

    private static Action<TrainingReport> WriteLines()
    {
        double last = double.NegativeInfinity;
        double lastMade = 0.0;
        return report =>
        {
            if (report.Preparation is { } made)
            {
                if (made - lastMade >= LinesEveryPart)
                {
                    lastMade = made;
                    Console.WriteLine(Prepare(made));
                }
            }
            else if (report.Validation is not null || report.Seconds - last >= LinesEverySeconds)
            {
                last = report.Seconds;
                Console.WriteLine($"{TimeSpan.FromSeconds(report.Seconds):hh\\:mm\\:ss} {Describe(report, report.Validation)}");
            }
        };
    }

    private static string Prepare(double made) =>
        string.Create(CultureInfo.InvariantCulture, $"RRNet's small pictures are made first: {100 * made:0} %");

    /// <summary>Short enough to leave a terminal of 80 columns room for the bar.</summary>
    private static string Summarise(TrainingReport report, ValidationScore? score) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(score is null ? string.Empty : $"{score.Psnr:0.00} dB, ")}loss {report.Loss:0.00}, {report.KilopixelsPerSecond:0} kpx/s, {Left(report):hh\\:mm\\:ss} left"
        );

    private static TimeSpan Left(TrainingReport report) =>
        TimeSpan.FromSeconds(report.Progress > 0 ? report.Seconds * Math.Max(0, 1 - report.Progress) / report.Progress : 0);

    /// <summary>One line of a log.</summary>
    private static string Describe(TrainingReport report, ValidationScore? score)
    {
        string validation = string.Empty;
        if (score is not null)
        {
            validation = FormattableString.Invariant($", PSNR {score.Psnr:0.000} dB");
            validation += score.LowPsnr > 0 ? FormattableString.Invariant($", small {score.LowPsnr:0.0} dB") : string.Empty;
            validation += score.DrawingPsnr > 0 ? FormattableString.Invariant($", drawings {score.DrawingPsnr:0.000} dB") : string.Empty;
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"step {report.Step}, {report.Megapixels:0} MP, loss {report.Loss:0.000}, rate {report.Rate:0.00}, {report.KilopixelsPerSecond:0} kpx/s{validation}, {Left(report):hh\\:mm\\:ss} left"
        );
    }
}
