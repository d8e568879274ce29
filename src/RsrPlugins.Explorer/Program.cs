// rsr-enlarge --scale N FILE: one picture, enlarged beside itself (photo-x2.jpg), with the file manager's own progress window and a message
// if it fails. Explorer starts it once for every selected file; they take turns. The work is done by rsr's own command in this process,
// whose progress lines (--progress json) move the bar and whose errors become the message.
using RsrPlugins.Cli;
using RsrPlugins.Cli.Commands;
using RsrPlugins.Core.Inference.OnnxRuntime;
using RsrPlugins.Explorer;

const int Nothing = 0;

RuntimeTelemetry.Forbid();
if (args is not ["--scale", "2" or "3" or "4", { Length: > 0 } path])
{
    Message.Error("This program is started by \"Enlarge with RsrPlugins\" in the menu of a picture file: rsr-enlarge --scale 2|3|4 FILE.");
    return ExitCode.Usage;
}

using Turn turn = Turn.Wait();
if (!turn.IsMine)
{
    return ExitCode.Cancelled;
}

using TemporaryFiles temporaryFiles = new TemporaryFiles();
using CancellationTokenSource cancellation = new CancellationTokenSource();
RsrReport report = new RsrReport();
CliContext context = new CliContext(TextWriter.Null, report, temporaryFiles, cancellation.Token);
string[] command = ["upscale", path, "--scale", args[1], "--skip-existing", "--progress", "json"];
int code = ExitCode.Unexpected;
Thread work = new Thread(() =>
    code = CommandRunner.RunAsync(() => RsrCommandLine.RunUpscaleAsync(command, context), context, () => { }).GetAwaiter().GetResult()
)
{
    Name = "Work",
    IsBackground = true,
};
work.Start();
using (ProgressWindow window = new ProgressWindow($"Enlarging {Path.GetFileName(path)} {args[1]} times"))
{
    while (!work.Join(100))
    {
        window.Show(report.Fraction);
        if (window.IsCancelled)
        {
            turn.CancelOthers();
            cancellation.Cancel();
            // A decoder that builds a whole picture before it answers cannot be asked to stop; then this process does.
            if (!work.Join(1000))
            {
                temporaryFiles.Dispose();
                Environment.Exit(ExitCode.Cancelled);
            }
        }
    }
}

if (code is not Nothing and not ExitCode.Cancelled)
{
    Message.Error(report.Errors.Length > 0 ? report.Errors : $"{path} was not enlarged: unexpected error (exit code {code}).");
}
else if (code == Nothing && !report.HasWorked)
{
    Message.Information($"The enlarged picture already exists beside {path}. It was not replaced.");
}

return code;
