// rsr view: two pictures, or two folders of them, as one HTML page to look at: what photographers judge by instead of numbers.
using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using RsrPlugins.Cli.Batch;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Terminal;
using RsrPlugins.Cli.View;

namespace RsrPlugins.Cli.Commands;

internal sealed record ViewReport(string Page, IReadOnlyList<ViewEntry> Pairs, IReadOnlyList<ResizeFailure> Failures);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ViewReport))]
internal sealed partial class ViewReportJson : JsonSerializerContext;

internal static class ViewCommand
{
    private const string Details = """
        Examples:
          rsr view photo.jpg photo-x2.jpg                 photo-vs-photo-x2.html
          rsr view originals/ restored/ -o look.html      pictures with the same name in both folders
          rsr upscale photos/ -s 2 -o large/ --report look.html

        The page is a single file that works offline. It has a slider between before and after, zoom to single pixels, the
        amplified difference, PSNR and SSIM as in 'rsr compare', and file sizes. Drag to move the picture, use the wheel to zoom,
        the arrow keys to move the slider, and Page Up and Page Down to change the picture. Pictures are embedded losslessly and
        without their metadata. If the sizes differ, the browser enlarges the smaller picture.
        """;

    public static Command Create(CliContext context)
    {
        DetailedCommand command = new DetailedCommand("view", "Writes an HTML page that compares pictures before and after.", Details);
        Argument<string> before = new Argument<string>("A") { Description = "Picture or folder of pictures: before." };
        Argument<string> after = new Argument<string>("B") { Description = "Picture or folder of pictures: after." };
        Option<string?> output = new Option<string?>("--output", "-o")
        {
            Description = "The page; by default A-vs-B.html in the current folder.",
            HelpName = "FILE.html",
        };
        Option<bool> force = new Option<bool>("--force", "-f") { Description = "Replace an existing page." };
        Option<bool> json = CommonOptions.Json();
        command.Add(before);
        command.Add(after);
        command.Options.Add(output);
        command.Options.Add(force);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            string a = parsed.GetRequiredValue(before),
                b = parsed.GetRequiredValue(after);
            string page = CheckPageName(parsed.GetValue(output) ?? $"{NameOf(a)}-vs-{NameOf(b)}.html", parsed.GetValue(force));
            List<ResizeFailure> failures = [];
            List<ViewPair> pairs = FindPairs(a, b, failures);
            bool asJson = parsed.GetValue(json);
            IReadOnlyList<ViewEntry> shown = new ProgressDisplay(!asJson).Run(
                Path.GetFileName(page),
                bar =>
                    ViewPage.Write(
                        context,
                        page,
                        parsed.GetValue(force),
                        pairs,
                        (pair, error) => failures.Add(new ResizeFailure(error.Path, OneLine.Of(error.Problem))),
                        bar
                    )
            );
            foreach (ResizeFailure failure in failures)
            {
                context.Error.WriteLine($"rsr: {failure.Input}: {failure.Error}");
            }

            if (asJson)
            {
                context.Output.WriteLine(
                    JsonSerializer.Serialize(new ViewReport(page, shown, failures), ViewReportJson.Default.ViewReport)
                );
            }
            else if (shown.Count > 0)
            {
                context.Output.WriteLine(
                    $"{page}: {(shown.Count == 1 ? "1 pair" : $"{shown.Count} pairs")} of pictures; open it in a browser"
                );
            }

            return failures.Count == 0 ? ExitCode.Done : ExitCode.InputsFailed;
        });
        return command;
    }

    /// <summary>Checks where a page shall be, before any picture's work.</summary>
    /// <exception cref="UsageException">It does not end in .html.</exception>
    /// <exception cref="PictureFileException">It exists, or is no file.</exception>
    public static string CheckPageName(string page, bool overwrite)
    {
        if (Path.GetExtension(page).ToLowerInvariant() is not (".html" or ".htm"))
        {
            throw new UsageException($"{page}: expected a name ending in .html.");
        }

        OutputFile.TargetOf(page);
        return OutputFile.Exists(page) && !overwrite ? throw new PictureFileException(page, "exists already; --force replaces it") : page;
    }

    private static string NameOf(string path) =>
        Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    private static List<ViewPair> FindPairs(string a, string b, List<ResizeFailure> failures)
    {
        if (Directory.Exists(a) != Directory.Exists(b))
        {
            throw new UsageException(
                $"Give two pictures or two folders; {(Directory.Exists(a) ? a : b)} is a folder and {(Directory.Exists(a) ? b : a)} is not."
            );
        }

        if (!Directory.Exists(a))
        {
            return [new ViewPair(Path.GetFileName(b), a, b)];
        }

        InputSearch search = new InputSearch(Recursive: true);
        FoundInputs before = InputFinder.Find([a], search),
            after = InputFinder.Find([b], search);
        failures.AddRange(
            before.Failures.Concat(after.Failures).Select(failure => new ResizeFailure(failure.Path, OneLine.Of(failure.Problem)))
        );
        Dictionary<string, InputFile> others = new(SamePath.Comparer);
        foreach (InputFile file in after.Files)
        {
            others.TryAdd(OutputNames.WithoutPictureExtension(file.RelativeName), file);
        }

        List<ViewPair> pairs = [];
        foreach (InputFile file in before.Files)
        {
            if (others.Remove(OutputNames.WithoutPictureExtension(file.RelativeName), out InputFile? other))
            {
                pairs.Add(new ViewPair(file.RelativeName, file.Path, other.Path));
            }
            else
            {
                failures.Add(new ResizeFailure(file.Path, $"no picture of this name in {b}"));
            }
        }

        failures.AddRange(others.Values.Select(other => new ResizeFailure(other.Path, $"no picture of this name in {a}")));
        return pairs;
    }
}
