// Many pictures, one after the other (the engine keeps all cores busy inside one). A picture that fails is reported and the
// others are still done; everything that can be known from headers, names and disks is found out for all of them before the first
// one's work begins (BatchPlanner).
using System.Diagnostics;
using System.Text.Json;
using RsrPlugins.Cli.Commands;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Terminal;
using RsrPlugins.Cli.View;
using RsrPlugins.Core;
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Sizes;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Cli.Batch;

/// <summary>Options both resize commands have.</summary>
/// <param name="Inputs">Files, folders and patterns as typed.</param>
/// <param name="Output">The -o option.</param>
/// <param name="Write">Quality and overwriting.</param>
/// <param name="Salvage">Take damaged pictures with what there is of them.</param>
/// <param name="DryRun">Say what would be done, and do nothing.</param>
/// <param name="Json">Report as JSON.</param>
internal sealed record ResizeOptions(IReadOnlyList<string> Inputs, string? Output, WriteOptions Write, bool Salvage, bool DryRun, bool Json)
{
    /// <summary>Folders mean everything below them, and results keep their folders.</summary>
    public bool Recursive { get; init; }

    /// <summary>Pictures whose result exists are passed over.</summary>
    public bool SkipExisting { get; init; }

    /// <summary>Results of 'rsr downscale' in folders are inputs.</summary>
    public bool TakeReductions { get; init; }

    /// <summary>The part of the batch to do; null for all of it.</summary>
    public Shard? Shard { get; init; }

    /// <summary>The results' format; null for that of the name or the input.</summary>
    public PictureFormat? Format { get; init; }

    /// <summary>A page that shows inputs and results, or null.</summary>
    public string? Report { get; init; }

    /// <summary>How large pictures may be.</summary>
    public PixelLimit Limit { get; init; } = new(null);

    /// <summary>What shows progress.</summary>
    public ProgressMode Progress { get; init; }
}

internal sealed class ResizeBatch
{
    // Shares of the progress bar; the networks take nearly all the time.
    private const double ReadShare = 0.05;
    private const double WriteShare = 0.10;

    private readonly CliContext _context;
    private readonly InstalledModels _models;
    private readonly ResizeOptions _options;
    private readonly ResizeDecider _decide;
    private readonly PictureWriter _writer;
    private readonly ProgressDisplay _progress;
    private readonly List<ResizeResult> _results = [];
    private readonly List<ResizeFailure> _failures = [];
    private readonly List<PassedOver> _passedOver = [];
    private bool _isAlone;
    private bool _otherThanModels;

    public ResizeBatch(CliContext context, InstalledModels models, ResizeOptions options, ResizeDecider decide)
    {
        bool readsStandardInput = options.Inputs is [string only] && StandardInput.IsNamed(only);
        _options =
            options.Output is "/dev/stdout" or "/dev/fd/1" || (options.Output is null && readsStandardInput)
                ? options with
                {
                    Output = OutputFile.StandardOutput,
                }
                : options;

        // Where the picture goes nothing else may.
        _context = _options.Output == OutputFile.StandardOutput ? context with { Output = context.Error } : context;
        _models = models;
        _decide = decide;
        _writer = new PictureWriter(context.TemporaryFiles);
        _progress = new ProgressDisplay(
            options.Json && options.Progress == ProgressMode.Auto ? ProgressMode.None : options.Progress,
            context.Error
        );
    }

    public int Run()
    {
        FoundInputs found = InputFinder.Find(
            _options.Inputs,
            new InputSearch(_options.Recursive, _options.Output, _options.TakeReductions, StandardInput: true)
        );
        OutputNames names = new OutputNames(_options.Output, found.NamesOneFile, _options.Format);
        if (_options.Output == OutputFile.StandardOutput && !Console.IsOutputRedirected && !_options.DryRun)
        {
            throw new UsageException(
                "The picture would be written to the terminal; give -o FILE, or redirect standard output."
            );
        }

        if (_options.Report is { } page)
        {
            ViewCommand.CheckPageName(page, _options.Write.Overwrite);
            if (_options.Output == OutputFile.StandardOutput)
            {
                throw new UsageException("--report needs result files; give -o FILE or FOLDER.");
            }
        }

        _isAlone = found.Files.Count + found.Failures.Count == 1;
        if (_isAlone && found.Failures is [PictureFileException only])
        {
            throw only;
        }

        foreach (PictureFileException failure in found.Failures)
        {
            Fail(failure.Path, failure);
        }

        _passedOver.AddRange(found.PassedOver);
        List<PlannedPicture> pictures = Plan(found, names);
        foreach (string line in PassedOverReport.Lines(_passedOver))
        {
            _context.Error.WriteLine($"rsr: {OneLine.Of(line)}");
        }

        foreach (PlannedPicture picture in pictures)
        {
            _context.CancellationToken.ThrowIfCancellationRequested();
            Try(
                picture.Input,
                () =>
                    _options.DryRun
                        ? ResizeOne(picture, null)
                        : _progress.RunPicture(
                            picture.Input.Path,
                            picture.Number,
                            found.Files.Count,
                            picture.Output,
                            bar => ResizeOne(picture, bar)
                        )
            );
        }

        if (_options.Report is { } report && !_options.DryRun)
        {
            HashSet<string> done = [.. _results.Select(result => result.Output)];
            WriteReport(report, [.. pictures.Where(picture => done.Contains(picture.Output))]);
        }

        return Finish();
    }

    private void WriteReport(string page, IReadOnlyList<PlannedPicture> pictures)
    {
        if (pictures.Count == 0)
        {
            return;
        }

        List<ViewPair> pairs =
        [
            .. pictures.Select(picture => new ViewPair(picture.Input.RelativeName, picture.Input.ReadFrom, picture.Output)),
        ];
        ViewPage.Write(_context, page, _options.Write.Overwrite, pairs, (pair, error) => Fail(error.Path, error));
        if (!_options.Json)
        {
            _context.Output.WriteLine($"{page}: comparison page, open it in a browser");
        }
    }

    private List<PlannedPicture> Plan(FoundInputs found, OutputNames names)
    {
        List<PlannedPicture> pictures = [];
        HashSet<int> othersResults = _options.Shard is null ? [] : names.Collisions(found.Files);
        BatchPlanner planner = new BatchPlanner(_models, _options, _decide, names, found.Files);
        bool wrongDirection = false;
        for (int index = 0; index < found.Files.Count; index++)
        {
            if (_options.Shard?.Takes(index) == false)
            {
                continue;
            }

            _context.CancellationToken.ThrowIfCancellationRequested();
            InputFile input = found.Files[index];
            int number = index + 1;
            try
            {
                if (othersResults.Contains(index))
                {
                    throw new PictureFileException(
                        input.Path,
                        "its result would have the same name as that of an earlier input; process them in two runs"
                    );
                }

                if (StandardInput.IsNamed(input.Path) || StandardInput.IsOpenPipe(input.Path))
                {
                    string shown = StandardInput.IsNamed(input.Path) ? StandardInput.Shown : input.Path;
                    input = new InputFile(shown, "standard-input")
                    {
                        ReadFrom = StandardInput.Spool(input.Path, _context.TemporaryFiles, _context.CancellationToken),
                    };
                }

                if (planner.Plan(input, number, out string? existing) is { } picture)
                {
                    pictures.Add(picture);
                }
                else
                {
                    _passedOver.Add(new PassedOver(input.Path, "the result already exists", string.Empty));
                }
            }
            catch (Exception error) when (IsOfThePicture(error))
            {
                wrongDirection |= error is ImageSizeException;
                ThrowIfAlone(input, error);
                _progress.Failed(input.Path, number, found.Files.Count, WithoutName(error, input.ReadFrom));
                Fail(input.Path, error, input.ReadFrom);
            }
        }

        foreach (PlannedPicture picture in pictures.Where(picture => planner.IsResult(picture.Input)).ToList())
        {
            pictures.Remove(picture);
            _passedOver.Add(new PassedOver(picture.Input.Path, "a result of an earlier run of this command", string.Empty));
        }

        if (wrongDirection && !_options.Json)
        {
            _context.Error.WriteLine("rsr: with --width or --height, --either-way enlarges or reduces each picture as needed");
        }

        return pictures;
    }

    private void Try(InputFile input, Func<ResizeResult> work)
    {
        try
        {
            ResizeResult result = work();
            _results.Add(result);
            if (!_options.Json)
            {
                _context.Output.WriteLine(result.Describe());
            }
        }
        catch (Exception error) when (IsOfThePicture(error))
        {
            ThrowIfAlone(input, error);
            Fail(input.Path, error, input.ReadFrom);
        }
    }

    private static bool IsOfThePicture(Exception error) =>
        error is OutOfMemoryException || (error is RsrException and not (RuntimeLibraryException or ReaderGoneException));

    /// <summary>The only picture's error is the command's, with its own exit code.</summary>
    private void ThrowIfAlone(InputFile input, Exception error)
    {
        if (!_isAlone || error is OutOfMemoryException)
        {
            return;
        }

        bool named = error is UsageException or ModelException || (error is PictureFileException file && file.Path != input.ReadFrom);
        throw named || input.Path == input.ReadFrom && error is PictureFileException
            ? error
            : new PictureFileException(input.Path, WithoutName(error, input.ReadFrom), error);
    }

    private int Finish()
    {
        if (_options.Json)
        {
            PassedOverInput[] passedOver = [.. _passedOver.Select(one => new PassedOverInput(one.Path, one.Reason))];
            _context.Output.WriteLine(
                JsonSerializer.Serialize(new ResizeReport(_results, _failures, passedOver), ResizeReportJson.Default.ResizeReport)
            );
        }

        if (_failures.Count == 0)
        {
            return ExitCode.Done;
        }

        _context.Error.WriteLine(
            $"rsr: {_failures.Count} of {_results.Count + _failures.Count} failed: {string.Join(", ", _failures.Select(failure => OneLine.Of(failure.Input)))}"
        );
        return _otherThanModels ? ExitCode.InputsFailed : ExitCode.ModelsOrRuntime;
    }

    private ResizeResult ResizeOne(PlannedPicture planned, IProgress<double>? progress)
    {
        Stopwatch clock = Stopwatch.StartNew();
        ResizeDecision decision = planned.Decision;
        ResizePlan plan = decision.Plan;
        ResizeWay way = planned.Way;
        string? device = null;
        WrittenPicture? written = null;
        List<string> notes = new List<string>(planned.Notes);
        if (!_options.DryRun)
        {
            Picture picture = PictureReader.Read(
                PictureReader.ReadHeader(planned.Input.ReadFrom),
                _options.Salvage,
                PartOfProgress.Of(progress, 0, ReadShare),
                _context.CancellationToken
            );
            notes.AddRange(picture.Notes);
            PixelImage pixels = picture.Pixels;
            CarriedMetadata metadata = picture.Metadata;
            picture = null!; // So that the input is let go of while the result is written.
            if (decision.WhenRead?.Invoke(pixels) is { } revised)
            {
                (pixels, plan) = (revised.Pixels, revised.Plan);
                way = decision.Way(plan, _models.Catalogue);
                notes.Add(revised.Note);
            }

            way = decision.AdaptsStrength ? way.Adapted(pixels) : way.Chosen(pixels);

            (pixels, DeviceKind? used) = _models.Resize(
                pixels,
                way,
                PartOfProgress.Of(progress, ReadShare, 1 - WriteShare),
                _context.CancellationToken
            );
            device = used is { } kind ? InstalledModels.NameOf(kind) : null;
            WriteOptions write =
                planned.Input.ReadFrom == planned.Input.Path
                    ? _options.Write with
                    {
                        PermissionsOf = planned.Input.ReadFrom,
                    }
                    : _options.Write;
            if (decision.Cleanup is "low" or "high")
            {
                metadata = metadata.CleanedUp(); // What was cleaned up is not put back.
            }

            written = _writer.Write(
                planned.Output,
                pixels,
                plan.Width,
                plan.Height,
                planned.Format,
                metadata,
                decision.Record,
                write,
                PartOfProgress.Of(progress, 1 - WriteShare, 1),
                _context.CancellationToken
            );
            notes.AddRange(written.Notes);
        }

        bool hasStrength = decision.Source is not null && way.Steps.Count > 0 && !(_options.DryRun && decision.AdaptsStrength);
        return new ResizeResult(
            planned.Input.Path,
            planned.Output,
            planned.Width,
            planned.Height,
            plan.Width,
            plan.Height,
            decision.Describe(plan, way),
            way.ModelIds(),
            device,
            Math.Round(clock.Elapsed.TotalSeconds, 2),
            _options.DryRun,
            written?.Coding,
            written?.Quality,
            written?.Bytes,
            decision.Source,
            decision.Cleanup,
            hasStrength ? way.Strength : null,
            hasStrength ? ResizeDecision.RestOf(way) : null,
            notes
        );
    }

    private void Fail(string input, Exception error, string? readFrom = null)
    {
        _otherThanModels |= error is not ModelException;
        string problem = OneLine.Of(WithoutName(error, readFrom ?? input));
        _failures.Add(new ResizeFailure(input, problem));
        _context.Error.WriteLine($"rsr: {OneLine.Of(input)}: {problem}");
    }

    /// <summary>Errors of ours may start with the file they are about; it need not be said twice.</summary>
    private static string WithoutName(Exception error, string path) =>
        error switch
        {
            OutOfMemoryException => "not enough memory for a picture of this size",
            PictureFileException file when file.Path == path => file.Problem,
            _ => error.Message,
        };
}
