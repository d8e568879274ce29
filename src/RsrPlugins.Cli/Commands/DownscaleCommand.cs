// rsr downscale: RRNet makes the small picture, and the picture says so, for upscale to know.
using System.CommandLine;
using RsrPlugins.Cli.Batch;
using RsrPlugins.Cli.Files;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Cli.Commands;

internal static class DownscaleCommand
{
    private const string Details =
        """
            Examples:
              rsr downscale photo.jpg --scale 2                  photo-down2.jpg, half as wide and high
              rsr downscale artwork.png --scale 3 -o small.png   a third; 'rsr upscale small.png' restores it
              rsr downscale photos/ --width 800 -o small/        every picture of a folder, 800 pixels wide
              rsr downscale big.tif --height 600 --dry-run       show the steps only
              rsr downscale photo.jpg --scale 2 --effort 10      slower; more detail is restored later

            How a size is reached:
              A scale that has an installed network ('rsr models list') takes one step. Smaller sizes chain such steps (1/6 is 1/3,
              then 1/2). Any other size takes learned steps to the next larger size, then one bicubic reduction to the exact size.
              Sizes above 1/2 use bicubic alone. Fractional sizes are rounded up; no row or column is dropped.
              A result of learned steps alone records its scale, networks and original size (in PNG text, otherwise in XMP). A
              lossless format (PNG, TIFF, WebP at quality 100) keeps everything that the enlarging network needs.

            What --effort does:
              The small picture is enlarged by its partner network, compared with the original and corrected, N times. 'rsr upscale'
              then restores more detail without any option. Ten passes give most of the possible gain, five give more than half. A
              pass takes two to three times as long as enlarging the small picture; together they need 5 to 8 bytes of memory per
              pixel. Flat areas do not change. A size that ends with a bicubic step takes no passes.


            """ + ResizeArguments.CommonDetails;

    public static Command Create(CliContext context)
    {
        DetailedCommand command = new DetailedCommand(
            "downscale",
            "Reduces pictures so that 'rsr upscale' can restore them.",
            Details
        );
        ResizeArguments arguments = new ResizeArguments(command, "Reduction factor: any number above 1, at most 16.");
        Option<int> effort = CommonOptions.Effort();
        command.Options.Add(effort);
        command.SetAction(parsed =>
        {
            SizeRequest size = arguments.Size(parsed);
            if (size.IsEmpty)
            {
                throw new UsageException("A size is missing: give --scale, --width or --height. Try 'rsr downscale --help'.");
            }

            using InstalledModels models = arguments.Models(parsed);
            return new ResizeBatch(context, models, arguments.Options(parsed), Decide).Run();

            ResizeDecision Decide(PictureHeader header) =>
                !arguments.EitherWay(parsed)
                    ? DownscaleCommand.Decide(header, size, models.Catalogue, parsed.GetValue(effort))
                    : size.Direction(header.Width, header.Height) switch
                    {
                        0 => UpscaleCommand.DecideSame(header),
                        > 0 => UpscaleCommand.Decide(header, size, UpscaleCommand.PictureSource.Auto, CleanupChoice.Auto, models.Catalogue),
                        _ => DownscaleCommand.Decide(header, size, models.Catalogue, parsed.GetValue(effort)),
                    };
        });
        return command;
    }

    internal static ResizeDecision Decide(PictureHeader header, SizeRequest size, ModelCatalogue catalogue, int effort)
    {
        // An exact scale is that network or nothing: quietly taking another way would not be what was asked for.
        if (size.Scale is { } scale && catalogue.Lists(NetworkTask.Reduce, ModelKind.Learned, scale))
        {
            catalogue.Find(NetworkTask.Reduce, ModelKind.Learned, (int)size.Scale);
        }

        ResizePlan plan = ResizePlan.Downscale(header.Width, header.Height, size, catalogue.Scales(NetworkTask.Reduce, ModelKind.Learned));

        // The passes prepare a picture for its partner; after a classical step no partner will see it.
        bool inVain = effort > 0 && plan.ClassicalStep;
        return new ResizeDecision(
            plan,
            OutputNames.Suffix("down", size, null, plan.Width, plan.Height),
            RecordOf(header, plan, catalogue),
            inVain ? ["no passes: this size ends with a bicubic step, which no network can undo"] : [],
            inVain ? 0 : effort
        );
    }

    // After a classical step the picture is no longer what a network made, and its partner would not know it.
    private static DownscaleRecord? RecordOf(PictureHeader header, ResizePlan plan, ModelCatalogue catalogue)
    {
        if (plan.ClassicalStep)
        {
            return null;
        }

        List<DownscaleRecordStep> steps = new List<DownscaleRecordStep>();
        foreach (ResizeStep step in plan.Steps)
        {
            ModelDescriptor model = catalogue.Find(NetworkTask.Reduce, ModelKind.Learned, step.Factor);
            steps.Add(new DownscaleRecordStep(step.Factor, model.Id, model.Sha256));
        }

        return new DownscaleRecord(steps.Aggregate(1, (product, step) => product * step.Scale), header.Width, header.Height, steps);
    }
}
