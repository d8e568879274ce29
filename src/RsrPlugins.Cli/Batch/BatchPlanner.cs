// What will be done to each picture of a batch, found out for all of them before any network runs: names, sizes, and whether results
// have room. So whoever starts an hour of work learns at once which pictures it will not do; and --dry-run, which stops here, gives
// the same answers. What is kept of a picture is small, because a batch may have a hundred thousand.
using RsrPlugins.Cli.Files;
using RsrPlugins.Core.Hosting;

namespace RsrPlugins.Cli.Batch;

/// <summary>One picture whose work is known.</summary>
/// <param name="Input">The picture.</param>
/// <param name="Number">Its number in the batch, from 1.</param>
/// <param name="Width">Pixels across, as seen.</param>
/// <param name="Height">Pixels down, as seen.</param>
/// <param name="Decision">The steps.</param>
/// <param name="Way">The networks of the steps.</param>
/// <param name="Output">The result's file.</param>
/// <param name="Format">The result's format.</param>
/// <param name="Notes">What the user should know about the decision.</param>
internal sealed record PlannedPicture(
    InputFile Input,
    int Number,
    int Width,
    int Height,
    ResizeDecision Decision,
    ResizeWay Way,
    string Output,
    PictureFormat Format,
    IReadOnlyList<string> Notes
);

internal sealed class BatchPlanner(
    InstalledModels models,
    ResizeOptions options,
    ResizeDecider decide,
    OutputNames names,
    IEnumerable<InputFile> inputs
)
{
    private readonly HashSet<string> _inputs = new(inputs.Select(file => SamePath.Resolve(file.ReadFrom)), SamePath.Comparer);
    private readonly Dictionary<string, string> _outputs = new(SamePath.Comparer);
    private readonly OutputPlaces _places = new();
    private readonly HashSet<string> _resultsAmongInputs = new(SamePath.Comparer);

    /// <summary>Plans one picture.</summary>
    /// <param name="input">The picture.</param>
    /// <param name="number">Its number in the batch, from 1.</param>
    /// <param name="existing">The result that is there already, if that is why there is nothing to do.</param>
    /// <returns>Null where there is nothing to do.</returns>
    /// <exception cref="Core.RsrException">It cannot be done as asked.</exception>
    public PlannedPicture? Plan(InputFile input, int number, out string? existing)
    {
        existing = null;
        PictureHeader header = PictureReader.ReadHeader(input.ReadFrom);
        ResizeDecision decision = decide(header);
        string output = names.For(input, header.Format.Output, decision.Suffix);
        PictureFormat format = options.Format ?? PictureFormat.OfExtension(output) ?? header.Format.Output;
        if (output != OutputFile.StandardOutput)
        {
            CheckName(input, output);
            if (OutputFile.Exists(output) && !options.Write.Overwrite)
            {
                existing = options.SkipExisting ? output : throw new PictureFileException(output, "exists already; --force replaces it");
                return null;
            }
        }

        PictureWriter.CheckSize(output, format, decision.Plan.Width, decision.Plan.Height);
        options.Limit.Check(input.ReadFrom, header, decision.Plan, decision.Effort);
        ResizeWay way = decision.Way(decision.Plan, models.Catalogue);
        long pixels = (long)header.Width * header.Height,
            resultPixels = (long)decision.Plan.Width * decision.Plan.Height;
        _places.Check(output, OutputPlaces.LeastBytes(new FileInfo(input.ReadFrom).Length, pixels, resultPixels, format == header.Format));
        return new PlannedPicture(
            input,
            number,
            header.Width,
            header.Height,
            decision,
            way,
            output,
            format,
            [.. decision.Notes, .. NotesOfQuality(output, format)]
        );
    }

    /// <summary>The input is where another input's result belongs, so an earlier run of the same command made it; known when all are
    /// planned.</summary>
    public bool IsResult(InputFile input) => _resultsAmongInputs.Contains(SamePath.Resolve(input.ReadFrom));

    private IEnumerable<string> NotesOfQuality(string output, PictureFormat format)
    {
        if (options.Write.Quality is not null && !format.HasQuality)
        {
            yield return _inputs.Count > 1
                ? $"--quality does not apply: {format.Name} is lossless"
                : throw new UsageException(
                    $"--quality does not apply to {output}: {format.Name} is lossless; omit it, or choose .jpg, .webp or .avif with -o."
                );
        }
    }

    private void CheckName(InputFile input, string output)
    {
        string resolved = SamePath.Resolve(output);
        if (SamePath.Comparer.Equals(resolved, SamePath.Resolve(input.ReadFrom)))
        {
            throw new UsageException($"{output}: the output would replace its own input; choose another name or folder with -o.");
        }

        // "rsr upscale *.png -s 2" for the second time: the shell has put the first run's results among the inputs.
        if (_inputs.Contains(resolved) && !options.Write.Overwrite)
        {
            _resultsAmongInputs.Add(resolved);
        }
        else if (_inputs.Contains(resolved))
        {
            throw new PictureFileException(
                output,
                $"the output of {input.Path} would replace another input; choose another folder with -o"
            );
        }

        if (_outputs.TryGetValue(resolved, out string? other))
        {
            throw new PictureFileException(output, $"the outputs of {other} and {input.Path} would have the same name; process them in two runs");
        }

        OutputFile.TargetOf(output);
        _outputs[resolved] = input.Path;
    }
}
