// Many pictures, one after the other (the engine keeps all cores busy inside one). A picture that fails is reported and the
// others are still done; everything that can be known from headers and names is checked before a picture's work begins.
using System.Diagnostics;
using System.Text.Json;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Sizes;
using RsrPlugins.Cli.Terminal;
using RsrPlugins.Core;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Cli.Batch;

/// <summary>Options both resize commands have.</summary>
/// <param name="Inputs">Files, folders and patterns as typed.</param>
/// <param name="Output">The -o option.</param>
/// <param name="Write">Quality and overwriting.</param>
/// <param name="Salvage">Take damaged pictures with what there is of them.</param>
/// <param name="DryRun">Say what would be done, and do nothing.</param>
/// <param name="Json">Report as JSON.</param>
internal sealed record ResizeOptions(IReadOnlyList<string> Inputs, string? Output, WriteOptions Write, bool Salvage, bool DryRun, bool Json);

internal sealed class ResizeBatch(CliContext context, InstalledModels models, ResizeOptions options, ResizeDecider decide)
{
    // Shares of the progress bar; the networks take nearly all the time.
    private const double ReadShare = 0.05;
    private const double WriteShare = 0.10;

    private readonly PictureWriter _writer = new(context.TemporaryFiles);
    private readonly HashSet<string> _inputs = new(SamePath.Comparer);
    private readonly Dictionary<string, string> _outputs = new(SamePath.Comparer);

    public int Run()
    {
        FoundInputs found = InputFinder.Find(options.Inputs);
        OutputNames names = new OutputNames(options.Output, found.NamesOneFile);
        if (found.Files.Count + found.Failures.Count == 1 && found.Failures is [var only])
        {
            throw only;
        }

        _inputs.UnionWith(found.Files.Select(file => SamePath.Resolve(file.Path)));

        List<ResizeResult> results = new List<ResizeResult>();
        List<ResizeFailure> failures = new List<ResizeFailure>();
        bool otherThanModels = found.Failures.Count > 0;
        foreach (PictureFileException failure in found.Failures)
        {
            Report(failures, failure.Path, failure.Problem);
        }

        foreach (string line in PassedOverReport.Lines(found.PassedOver))
        {
            context.Error.WriteLine($"rsr: {line}");
        }

        ProgressDisplay progress = new ProgressDisplay(enabled: !options.Json);
        for (int index = 0; index < found.Files.Count; index++)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            InputFile input = found.Files[index];
            string counter = found.Files.Count > 1 ? $" ({index + 1} of {found.Files.Count})" : string.Empty;
            try
            {
                ResizeResult result = progress.Run($"{Path.GetFileName(input.Path)}{counter}", bar => ResizeOne(input, names, bar));
                results.Add(result);
                if (!options.Json)
                {
                    context.Output.WriteLine(result.Describe());
                }
            }
            catch (Exception error) when (error is OutOfMemoryException || (error is RsrException and not RuntimeLibraryException))
            {
                if (found.Files.Count + found.Failures.Count == 1 && error is RsrException)
                {
                    throw error is PictureFileException or UsageException or ModelException ? error : new PictureFileException(input.Path, error.Message, error);
                }

                otherThanModels |= error is not ModelException;
                Report(failures, input.Path, error is OutOfMemoryException ? "not enough memory for a picture of this size" : WithoutName(error, input.Path));
            }
        }

        if (options.Json)
        {
            context.Output.WriteLine(JsonSerializer.Serialize(new ResizeReport(results, failures, [.. found.PassedOver.Select(one => new PassedOverInput(one.Path, one.Reason))]), ResizeReportJson.Default.ResizeReport));
        }

        if (failures.Count == 0)
        {
            return ExitCode.Done;
        }

        context.Error.WriteLine($"rsr: {failures.Count} of {results.Count + failures.Count} failed: {string.Join(", ", failures.Select(failure => failure.Input))}");
        return otherThanModels ? ExitCode.InputsFailed : ExitCode.ModelsOrRuntime;
    }

    private ResizeResult ResizeOne(InputFile input, OutputNames names, IProgress<double>? progress)
    {
        Stopwatch clock = Stopwatch.StartNew();
        PictureHeader header = PictureReader.ReadHeader(input.Path);
        ResizeDecision decision = decide(header);
        ResizePlan plan = decision.Plan;
        string output = names.For(input, header.Format.Output, decision.Suffix);
        PictureFormat format = PictureFormat.OfExtension(output)!;
        CheckOutput(input.Path, output);
        PictureWriter.CheckSize(output, format, plan.Width, plan.Height);

        List<ModelDescriptor> networks = plan.Steps.Select(step => models.Catalogue.Find(plan.Task, step.Kind, step.Factor)).ToList();
        List<string> gradients = decision.Effort == 0 ? [] : plan.Steps.Select(step => InstalledModels.Gradient(models.Catalogue, step.Factor).Id).ToList();
        string? device = null;
        WrittenPicture? written = null;
        List<string> notes = new List<string>(decision.Notes);
        if (options.Write.Quality is not null && !format.HasQuality)
        {
            notes.Add(_inputs.Count > 1
                ? $"--quality does not apply: {format.Name} is written without loss"
                : throw new UsageException($"--quality does not apply to {output}: {format.Name} is written without loss; leave it out, or choose .jpg, .webp or .avif with -o."));
        }

        if (!options.DryRun)
        {
            Picture picture = PictureReader.Read(header, options.Salvage, PartOfProgress.Of(progress, 0, ReadShare), context.CancellationToken);
            notes.AddRange(picture.Notes);
            PixelImage pixels = picture.Pixels;
            CarriedMetadata metadata = picture.Metadata;
            picture = null!; // So that the input is let go of while the result is written.
            (pixels, device) = RunSteps(pixels, plan, networks, decision.Effort, PartOfProgress.Of(progress, ReadShare, 1 - WriteShare));
            written = _writer.Write(output, pixels, plan.Width, plan.Height, format, metadata, decision.Record, options.Write, PartOfProgress.Of(progress, 1 - WriteShare, 1), context.CancellationToken);
            notes.AddRange(written.Notes);
        }

        return new ResizeResult(
            input.Path, output, header.Width, header.Height, plan.Width, plan.Height, plan.Describe(decision.Effort), [.. networks.Select(model => model.Id), .. gradients], device, Math.Round(clock.Elapsed.TotalSeconds, 2), options.DryRun, written?.Coding, written?.Quality, written?.Bytes, notes);
    }

    private (PixelImage Pixels, string? Device) RunSteps(PixelImage pixels, ResizePlan plan, List<ModelDescriptor> networks, int effort, IProgress<double>? progress)
    {
        // The work of a step grows with its larger picture.
        double[] work = [.. plan.Steps.Select((step, index) => (double)step.Width * step.Height * (plan.Task == NetworkTask.Reduce ? step.Factor * step.Factor : 1)), plan.ClassicalStep ? 1 : 0];
        double done = 0;
        double total = Math.Max(1, work.Sum());
        string? device = null;
        for (int index = 0; index < plan.Steps.Count; index++)
        {
            ResizeStep step = plan.Steps[index];
            pixels = models.Resizer(networks[index], effort).Resize(pixels, PartOfProgress.Of(progress, done / total, (done + work[index]) / total), context.CancellationToken);
            done += work[index];
            device = InstalledModels.NameOf(models.Engine.Decision.Device);
            bool last = index == plan.Steps.Count - 1 && !plan.ClassicalStep;
            if (!last) // The last crop costs nothing while writing.
            {
                pixels = Cropping.TopLeft(pixels, step.Width, step.Height);
            }
        }

        if (plan.ClassicalStep)
        {
            pixels = Resampler.Resize(pixels, plan.Width, plan.Height, ResamplingKernel.Bicubic, PartOfProgress.Of(progress, done / total, 1), context.CancellationToken);
        }

        return (pixels, device);
    }

    private void CheckOutput(string input, string output)
    {
        string resolved = SamePath.Resolve(output);
        if (SamePath.Comparer.Equals(resolved, SamePath.Resolve(input)))
        {
            throw new UsageException($"{output}: the output would replace its own input; choose another name or folder with -o.");
        }

        if (_inputs.Contains(resolved))
        {
            throw new PictureFileException(output, $"the output of {input} would replace another input; choose another folder with -o");
        }

        if (_outputs.TryGetValue(resolved, out string? other))
        {
            throw new PictureFileException(output, $"the outputs of {other} and {input} have the same name; do them in two runs");
        }

        if (Directory.Exists(output))
        {
            throw new PictureFileException(output, "expected a file's name, this is a folder");
        }

        if (!options.Write.Overwrite && File.Exists(output))
        {
            throw new PictureFileException(output, "exists already; --force replaces it");
        }

        _outputs[resolved] = input;
    }

    private void Report(List<ResizeFailure> failures, string input, string problem)
    {
        failures.Add(new ResizeFailure(input, OneLine.Of(problem)));
        context.Error.WriteLine($"rsr: {input}: {OneLine.Of(problem)}");
    }

    /// <summary>Errors of ours may start with the file they are about; it need not be said twice.</summary>
    private static string WithoutName(Exception error, string path) =>
        error is PictureFileException file && file.Path == path ? file.Problem : error.Message;
}
