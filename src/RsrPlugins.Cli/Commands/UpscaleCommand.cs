// rsr upscale: SRNet enlarges. Two kinds of it exist, and the picture usually says itself which one it needs.
using System.CommandLine;
using RsrPlugins.Cli.Batch;
using RsrPlugins.Cli.Files;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Cli.Commands;

internal static class UpscaleCommand
{
    private const string Details =
        """
        Examples:
          rsr upscale photo.jpg --scale 2                   photo-x2.jpg, twice as wide and high
          rsr upscale small.png                             made by 'rsr downscale': back to its original size
          rsr upscale icons/ --scale 4 -o large/            every picture of a folder
          rsr upscale photo.jpg --width 3000 -o poster.tif  exactly 3000 pixels wide

        Which steps a size takes:
          x2, x3 and x4 are one network each. Larger sizes chain them (x8 is x2, then x4). Any other size takes learned steps to
          the nearest size beyond it, then one bicubic reduction to the exact size (x2.5 is x3, then smaller).

        What the picture is (--source):
          auto     a picture that records that 'rsr downscale' made it is restored by the partners of the networks that did, to
                   its exact original size (--scale may be left out); anything else is an ordinary picture
          learned  made by 'rsr downscale' or Learned Downscale, whatever its metadata says
          photo    an ordinary picture


        """ + ResizeArguments.CommonDetails;

    internal enum PictureSource
    {
        Auto,
        Learned,
        Photo,
    }

    public static Command Create(CliContext context)
    {
        DetailedCommand command = new DetailedCommand("upscale", "Makes pictures larger, or brings back what 'rsr downscale' made small.", Details);
        ResizeArguments arguments = new ResizeArguments(command, "How many times larger: 2, 3, 4, or any number above 1 up to 16.");
        Option<PictureSource> source = new Option<PictureSource>("--source")
        {
            Description = "What the picture is: auto (the default: its metadata says), learned (made by rsr downscale), photo (anything else).",
            HelpName = "auto|learned|photo",
            CustomParser = result => CommonOptions.Parse(result, ("auto", PictureSource.Auto), ("learned", PictureSource.Learned), ("photo", PictureSource.Photo)),
        };
        command.Options.Add(source);
        command.SetAction(parsed =>
        {
            using InstalledModels models = arguments.Models(parsed);
            SizeRequest size = arguments.Size(parsed);
            PictureSource what = parsed.GetValue(source);
            if (size.IsEmpty && what == PictureSource.Photo)
            {
                throw new UsageException("A size is missing: give --scale, --width or --height. Try 'rsr upscale --help'.");
            }

            return new ResizeBatch(context, models, arguments.Options(parsed), Decide).Run();

            ResizeDecision Decide(PictureHeader header) => arguments.EitherWay(parsed) && size.Direction(header.Width, header.Height) is <= 0 and int direction
                ? DecideSmaller(header, size, direction, models.Catalogue)
                : UpscaleCommand.Decide(header, size, what, models.Catalogue);
        });
        return command;
    }

    /// <summary>Undoes a recorded reduction; nothing else will do.</summary>
    internal static ResizeDecision DecideRestore(string path, PictureHeader header, ModelCatalogue catalogue) =>
        header.Record is { } record && record.Fits(header.Width, header.Height)
            ? Decide(header, new SizeRequest(null, null, null), PictureSource.Learned, catalogue)
            : throw new PictureFileException(path, "expected a picture made by 'rsr compress' or 'rsr downscale', found no record of it or another size; 'rsr upscale' enlarges any picture");

    /// <summary>What --either-way does where the size asked for is not above the picture's.</summary>
    private static ResizeDecision DecideSmaller(PictureHeader header, SizeRequest size, int direction, ModelCatalogue catalogue) => direction == 0
        ? DecideSame(header)
        : DownscaleCommand.Decide(header, size, catalogue, effort: 0);

    /// <summary>The picture has the size asked for: it is written as it is.</summary>
    internal static ResizeDecision DecideSame(PictureHeader header) => new(
        new ResizePlan(NetworkTask.Enlarge, [], header.Width, header.Height, ClassicalStep: false), $"-{header.Width}x{header.Height}", header.Record, [], Steps: "has this size already");

    internal static ResizeDecision Decide(PictureHeader header, SizeRequest size, PictureSource source, ModelCatalogue catalogue)
    {
        List<string> notes = new List<string>();
        DownscaleRecord? record = source == PictureSource.Photo ? null : header.Record;
        if (record is not null && !record.Fits(header.Width, header.Height))
        {
            notes.Add($"its record says {record.Width} x {record.Height} made 1/{record.Scale}, which is not its size now; the record is not used");
            record = null;
        }

        if (record is not null && record.Steps.FirstOrDefault(step => !catalogue.Scales(NetworkTask.Enlarge, ModelKind.Learned).Contains(step.Scale)) is { } unknown)
        {
            notes.Add($"its record says it was made 1/{unknown.Scale}, and no network for that is installed; the record is not used");
            record = null;
        }

        if (size.IsEmpty && record is null)
        {
            throw new UsageException($"A size is missing: give --scale, --width or --height (only pictures that 'rsr downscale' made know their own){(notes.Count > 0 ? $"; {notes[^1]}" : string.Empty)}.");
        }

        ModelKind kind = source == PictureSource.Learned ? ModelKind.Learned : ModelKind.Photo;
        if (record is null && size.Scale is 2 or 3 or 4)
        {
            catalogue.Find(NetworkTask.Enlarge, kind, (int)size.Scale); // That network or nothing.
        }

        ResizePlan plan = ResizePlan.Upscale(header.Width, header.Height, size, kind, catalogue.Scales(NetworkTask.Enlarge, kind), record);
        if (record is not null)
        {
            notes.AddRange(Explain(record, catalogue));
        }

        return new ResizeDecision(plan, OutputNames.Suffix("x", size, record?.Scale, plan.Width, plan.Height), null, notes);
    }

    private static IEnumerable<string> Explain(DownscaleRecord record, ModelCatalogue catalogue)
    {
        yield return $"made by rsr downscale from {record.Width} x {record.Height} with {string.Join(", ", record.Steps.Select(step => OneLine.Quote(step.Model)))}: restored by its partner";
        foreach (DownscaleRecordStep step in record.Steps)
        {
            ModelDescriptor? installed = catalogue.Models.FirstOrDefault(model => model.Id == step.Model);
            if (installed is null)
            {
                yield return $"{OneLine.Quote(step.Model)} is not installed; the partner that is may not be its own, and detail may come back less exactly";
            }
            else if (installed.Sha256 != step.Sha256)
            {
                yield return $"made by another version of {OneLine.Quote(step.Model)} ({Short(step.Sha256)}, installed is {Short(installed.Sha256)}); detail may come back less exactly";
            }
        }
    }

    private static string Short(string sha256) => OneLine.Of(sha256.Length > 12 ? sha256[..12] : sha256);
}
