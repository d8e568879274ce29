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
              rsr downscale artwork.png --scale 3 -o small.png   a third; 'rsr upscale small.png' brings it back
              rsr downscale photos/ --width 800 -o small/        every picture of a folder, 800 pixels wide
              rsr downscale big.tif --height 600 --dry-run       show the steps only
              rsr downscale photo.jpg --scale 2 --effort 10      slower, and more comes back

            Which steps a size takes:
              A scale whose network is installed ('rsr models list') is one step. Smaller sizes chain such steps (1/6 is 1/3, then
              1/2). Any other size takes learned steps to the nearest size that is not below it, then one bicubic reduction to the
              exact size. A size that no learned step fits (above 1/2) is bicubic alone. Sizes that do not come out whole are rounded
              up; no row or column is dropped.
              A result of learned steps alone records its scale, networks and original size (PNG text, XMP elsewhere). A lossless
              format (PNG, TIFF, WebP at quality 100) keeps all that the enlarging network needs.

            What --effort does:
              The small picture is enlarged by its partner network, compared with the original, and corrected, N times over.
              'rsr upscale' then restores more, without any option. Ten passes bring most of what can be gained, five
              more than half. A pass takes as long as enlarging the small picture two to three times, and all of them 5 to 8 bytes of
              memory per pixel. Flat areas stay as they are. A size that ends with a bicubic step takes no passes.


            """ + ResizeArguments.CommonDetails;

    public static Command Create(CliContext context)
    {
        DetailedCommand command = new DetailedCommand(
            "downscale",
            "Makes pictures smaller, keeping what 'rsr upscale' needs to bring them back.",
            Details
        );
        ResizeArguments arguments = new ResizeArguments(command, "How many times smaller: any number above 1 up to 16.");
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
            inVain ? ["no passes: this size ends with a bicubic step, after which no network can bring the picture back"] : [],
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
