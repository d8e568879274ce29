// rsr upscale: SRNet enlarges. Two kinds of it exist, and the picture usually says itself which one it needs.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RsrPlugins.Cli.Batch;
using RsrPlugins.Cli.Files;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Cli.Commands;

internal static class UpscaleCommand
{
    private const string Details =
        """
            Examples:
              rsr upscale photo.jpg --scale 2                   photo-x2.jpg, twice as wide and high
              rsr upscale small.png                             restores the original size of a picture that 'rsr downscale' made
              rsr upscale icons/ --scale 4 -o large/            every picture of a folder
              rsr upscale photo.jpg --width 3000 -o poster.tif  exactly 3000 pixels wide
              rsr upscale old.jpg --scale 2 --cleanup high      without JPEG's blocks and ringing
              rsr upscale old.jpg --scale 1 --cleanup low       cleans up without enlarging
              rsr upscale old.jpg --scale 2 --strength 60       60 % the network's result, 40 % bicubic
              rsr upscale sprite.png --scale 4 --source pixel   hard edges

            How a size is reached:
              A scale that has an installed network ('rsr models list') takes one step. Larger scales chain such steps (x8 is x2, then x4).
              Any other size takes learned steps to the next larger size, then one bicubic reduction to the exact size (x2.5 is x3, then
              a reduction).

            What the picture is (--source):
              auto     a picture whose metadata says that 'rsr downscale' made it is restored by the partner networks to its exact
                       original size (--scale may be omitted); any other picture is enlarged as an ordinary one
              learned  made by 'rsr downscale' or Learned Downscale, whatever the metadata says
              photo    an ordinary picture
              drawing  the same: one set of weights serves photographs and drawings
              pixel    pixel art: every pixel becomes a block with hard edges (if the scale is not a whole number, block sizes differ by
                       one pixel)
              With auto and pixel, a picture that was enlarged by repeating every pixel a whole number of times is first reduced to its
              original pixels, and the report says so. With photo and drawing the repeated pixels are enlarged as they are.

            Removal of JPEG blocks, ringing and noise (--cleanup):
              auto     JPEG files by the quality found in their quantisation tables: none from about 92, low from 80, high below; other
                       files: low if their metadata says that they were JPEG files, otherwise none
              off      none
              low      half: the mean of the results with and without clean-up
              high     full effect of the weights for damaged pictures; some fine texture is removed with the damage
              Pictures made by 'rsr downscale' are never cleaned up. If the weights are not installed, auto skips this step and says so.

            Share of the network's result (--strength); the rest is a classical enlargement of the same input:
              auto     estimated from the picture: less if its pixels show that it was reduced without antialiasing, sharpened or blurred,
                       because the network's detail is less reliable there. The rest is bilinear, bicubic or Lanczos, estimated as well. The
                       report states both. At least 75 with clean-up, and 100 at the original size
              0-100    a fixed percentage, the rest bicubic; 0 is bicubic alone and runs no network. With --cleanup, the share of the clean-up

            --model selects one network by its id: an installed one, or your own ('rsr models add').


            """ + ResizeArguments.CommonDetails;

    /// <summary>The strength that "auto" stands for.</summary>
    private const int Estimated = -1;

    internal enum PictureSource
    {
        Auto,
        Learned,
        Photo,
        Drawing,
        Pixel,
    }

    public static Command Create(CliContext context)
    {
        DetailedCommand command = new DetailedCommand(
            "upscale",
            "Enlarges pictures, or restores those that 'rsr downscale' reduced.",
            Details
        );
        ResizeArguments arguments = new ResizeArguments(
            command,
            "Enlargement factor: any number above 1, at most 16; or 1 with --cleanup.",
            takesOne: true
        );
        Option<PictureSource> source = new Option<PictureSource>("--source")
        {
            Description =
                "Kind of picture: auto (the default: told from metadata and pixels), learned (made by rsr downscale), photo, drawing, pixel (pixel art).",
            HelpName = "auto|learned|photo|drawing|pixel",
            CustomParser = result =>
                CommonOptions.Parse(
                    result,
                    ("auto", PictureSource.Auto),
                    ("learned", PictureSource.Learned),
                    ("photo", PictureSource.Photo),
                    ("drawing", PictureSource.Drawing),
                    ("pixel", PictureSource.Pixel)
                ),
        };
        Option<CleanupChoice> cleanup = new Option<CleanupChoice>("--cleanup")
        {
            Description =
                "Removal of JPEG blocks, ringing and noise: auto (the default: by the quality of a JPEG), off, low, high.",
            HelpName = "auto|off|low|high",
            CustomParser = result =>
                CommonOptions.Parse(
                    result,
                    ("auto", CleanupChoice.Auto),
                    ("off", CleanupChoice.Off),
                    ("low", CleanupChoice.Low),
                    ("high", CleanupChoice.High)
                ),
        };
        command.Options.Add(source);
        command.Options.Add(cleanup);
        Option<string?> model = new Option<string?>("--model")
        {
            Description = "Use only this network, given by its id in 'rsr models list'. Without a size it runs once.",
            HelpName = "NAME",
        };
        command.Options.Add(model);
        Option<int?> strength = new Option<int?>("--strength")
        {
            Description =
                "Percentage of the network's result in the output, 0 to 100; the rest is bicubic. auto (the default) estimates both from the picture.",
            HelpName = "auto|0-100",
            CustomParser = ParseStrength,
        };
        command.Options.Add(strength);
        command.SetAction(parsed =>
        {
            int share = parsed.GetValue(strength) ?? Estimated;
            using InstalledModels models = arguments.Models(parsed);
            SizeRequest size = arguments.Size(parsed);
            if (parsed.GetValue(model) is { } name)
            {
                return new ResizeBatch(
                    context,
                    models,
                    arguments.Options(parsed),
                    header => WithStrength(DecideWith(header, size, models.Catalogue.Named(name)), share)
                ).Run();
            }

            PictureSource what = parsed.GetValue(source);
            CleanupChoice clean = parsed.GetValue(cleanup);
            CheckCleanup(parsed.GetResult(cleanup) is not null, clean, size, what);
            if (share is not Estimated and not PixelBlend.Whole && what == PictureSource.Pixel)
            {
                throw new UsageException("--strength cannot be combined with --source pixel, which uses no network; omit one of them.");
            }

            if (size.IsEmpty && what is PictureSource.Photo or PictureSource.Drawing or PictureSource.Pixel)
            {
                throw new UsageException("A size is missing: give --scale, --width or --height. Try 'rsr upscale --help'.");
            }

            return new ResizeBatch(context, models, arguments.Options(parsed), Decide).Run();

            ResizeDecision Decide(PictureHeader header) =>
                arguments.EitherWay(parsed) && size.Direction(header.Width, header.Height) is <= 0 and int direction
                    ? DecideSmaller(header, size, direction, models.Catalogue)
                    : WithStrength(UpscaleCommand.Decide(header, size, what, clean, models.Catalogue), share);
        });
        return command;
    }

    private static ResizeDecision WithStrength(ResizeDecision decision, int share) =>
        decision with
        {
            Strength = share == Estimated ? PixelBlend.Whole : share,
            AdaptsStrength = share == Estimated,
        };

    private static int? ParseStrength(ArgumentResult result)
    {
        string word = result.Tokens[0].Value;
        if (word.Equals("auto", StringComparison.OrdinalIgnoreCase))
        {
            return Estimated;
        }

        if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int share) && share <= PixelBlend.Whole)
        {
            return share;
        }

        result.AddError($"--strength takes auto or a whole number from 0 to {PixelBlend.Whole}; found '{OneLine.Of(word)}'.");
        return Estimated;
    }

    private static void CheckCleanup(bool isGiven, CleanupChoice choice, SizeRequest size, PictureSource source)
    {
        if (size.Scale == 1 && (!isGiven || choice == CleanupChoice.Off))
        {
            throw new UsageException(
                "--scale takes a number above 1, or 1 together with --cleanup low, high or auto; found '1'."
            );
        }

        if (choice is CleanupChoice.Low or CleanupChoice.High && source is PictureSource.Pixel or PictureSource.Learned)
        {
            throw new UsageException(
                $"--cleanup {(choice == CleanupChoice.Low ? "low" : "high")} cannot be combined with --source {(source == PictureSource.Pixel ? "pixel" : "learned")}, which is not for damaged pictures; omit one of them."
            );
        }
    }

    /// <summary>Enlarges by the network the user named.</summary>
    private static ResizeDecision DecideWith(PictureHeader header, SizeRequest size, ModelDescriptor model)
    {
        ResizePlan plan = ResizePlan.With(header.Width, header.Height, size, model);
        string suffix = size.IsEmpty ? $"-{model.Id}" : OutputNames.Suffix("x", size, null, plan.Width, plan.Height);
        return new ResizeDecision(
            plan,
            suffix,
            null,
            model.Shape.TilesAreExact ? [] : [$"the receptive field of {model.Id} is the whole picture: tiles are blended, not exact"]
        );
    }

    /// <summary>Undoes a recorded reduction; nothing else will do.</summary>
    internal static ResizeDecision DecideRestore(string path, PictureHeader header, ModelCatalogue catalogue) =>
        header.Record is { } record && record.Fits(header.Width, header.Height)
            ? Decide(header, new SizeRequest(null, null, null), PictureSource.Learned, CleanupChoice.Off, catalogue)
            : throw new PictureFileException(
                path,
                "expected a picture made by 'rsr compress' or 'rsr downscale', found no such record or a different size; 'rsr upscale' enlarges any picture"
            );

    /// <summary>What --either-way does where the size asked for is not above the picture's.</summary>
    private static ResizeDecision DecideSmaller(PictureHeader header, SizeRequest size, int direction, ModelCatalogue catalogue) =>
        direction == 0 ? DecideSame(header) : DownscaleCommand.Decide(header, size, catalogue, effort: 0);

    /// <summary>The picture has the size asked for: it is written as it is.</summary>
    internal static ResizeDecision DecideSame(PictureHeader header) =>
        new(
            new ResizePlan(NetworkTask.Enlarge, [], header.Width, header.Height, ClassicalStep: false),
            $"-{header.Width}x{header.Height}",
            header.Record,
            [],
            Steps: "already has this size"
        );

    internal static ResizeDecision Decide(
        PictureHeader header,
        SizeRequest size,
        PictureSource source,
        CleanupChoice clean,
        ModelCatalogue catalogue
    )
    {
        List<string> notes = new List<string>();
        DownscaleRecord? record = source is PictureSource.Auto or PictureSource.Learned && size.Scale != 1 ? header.Record : null;
        if (record is not null && !record.Fits(header.Width, header.Height))
        {
            notes.Add(
                $"its record says {record.Width} x {record.Height} reduced to 1/{record.Scale}, which does not match its size; the record is ignored"
            );
            record = null;
        }

        if (
            record is not null
            && record.Steps.FirstOrDefault(step => !catalogue.Scales(NetworkTask.Enlarge, ModelKind.Learned).Contains(step.Scale))
                is { } unknown
        )
        {
            notes.Add($"its record says it was reduced to 1/{unknown.Scale}, for which no network is installed; the record is ignored");
            record = null;
        }

        if (size.IsEmpty && record is null)
        {
            throw new UsageException(
                $"A size is missing: give --scale, --width or --height (only pictures made by 'rsr downscale' record their original size){(notes.Count > 0 ? $"; {notes[^1]}" : string.Empty)}."
            );
        }

        if (source == PictureSource.Pixel)
        {
            return DecidePixels(header, size);
        }

        ModelKind kind = source == PictureSource.Learned ? ModelKind.Learned : ModelKind.Photo;
        IReadOnlyList<int> cleanupScales = catalogue.Scales(NetworkTask.Enlarge, ModelKind.Cleanup);
        CleanupDecision cleanup =
            record is not null || source == PictureSource.Learned
                ? new CleanupDecision(
                    CleanupChoice.Off,
                    clean is CleanupChoice.Low or CleanupChoice.High ? "made by rsr downscale: not cleaned up" : null
                )
                : CleanupDecision.For(clean, header.Encoding.Jpeg?.Quality, header.Metadata.SaysItWasJpeg, cleanupScales.Count > 0);
        if (cleanup.Note is { } why)
        {
            notes.Add(why);
        }

        if (size.Scale == 1)
        {
            return DecideCleanUp(header, cleanup.Level, notes, cleanupScales);
        }

        if (
            record is null
            && cleanup.Level == CleanupChoice.Off
            && size.Scale is { } scale
            && catalogue.Lists(NetworkTask.Enlarge, kind, scale)
        )
        {
            catalogue.Find(NetworkTask.Enlarge, kind, (int)size.Scale); // That network or nothing.
        }

        ResizePlan plan = ResizePlan.Upscale(
            header.Width,
            header.Height,
            size,
            kind,
            catalogue.Scales(NetworkTask.Enlarge, kind),
            record,
            cleanup.Level,
            cleanupScales
        );
        if (record is not null)
        {
            notes.AddRange(Explain(record, catalogue));
        }

        return new ResizeDecision(plan, OutputNames.Suffix("x", size, record?.Scale, plan.Width, plan.Height), null, notes)
        {
            Source = record is not null || kind == ModelKind.Learned ? "learned" : "photo",
            Cleanup = Word(cleanup.Level),
            WhenRead = record is null && source == PictureSource.Auto ? pixels => Revise(pixels, plan, catalogue) : null,
        };
    }

    private static string Word(CleanupChoice level) =>
        level switch
        {
            CleanupChoice.Low => "low",
            CleanupChoice.High => "high",
            _ => "off",
        };

    private static ResizeDecision DecideCleanUp(
        PictureHeader header,
        CleanupChoice level,
        List<string> notes,
        IReadOnlyList<int> cleanupScales
    )
    {
        ResizePlan plan =
            level == CleanupChoice.Off
                ? new ResizePlan(NetworkTask.Enlarge, [], header.Width, header.Height, ClassicalStep: false)
                : ResizePlan.CleanUp(header.Width, header.Height, level, cleanupScales);
        return new ResizeDecision(plan, "-clean", header.Record, notes, Steps: level == CleanupChoice.Off ? "needs no clean-up" : null)
        {
            Source = "photo",
            Cleanup = Word(level),
        };
    }

    private static ResizeDecision DecidePixels(PictureHeader header, SizeRequest size)
    {
        (int width, int height) = size.LargerThan(header.Width, header.Height);
        ResizePlan plan = ResizePlan.Blocks(width, height);
        return new ResizeDecision(plan, OutputNames.Suffix("x", size, null, width, height), null, [])
        {
            Source = "pixel",
            Cleanup = "off",
            WhenRead = pixels =>
                EnlargedPixels.Find(pixels) is { } enlarged ? new RevisedPicture(enlarged.Own, plan, Describe(enlarged)) : null,
        };
    }

    /// <summary>Own pixels instead of blocks, where they can be brought to the same size.</summary>
    private static RevisedPicture? Revise(PixelImage pixels, ResizePlan plan, ModelCatalogue catalogue)
    {
        if (EnlargedPixels.Find(pixels) is not { } enlarged)
        {
            return null;
        }

        PixelImage own = enlarged.Own;
        return (long)own.Width * SizeRequest.MaxScale >= plan.Width && (long)own.Height * SizeRequest.MaxScale >= plan.Height
            ? new RevisedPicture(
                own,
                ResizePlan.Upscale(
                    own.Width,
                    own.Height,
                    new SizeRequest(null, plan.Width, plan.Height),
                    ModelKind.Photo,
                    catalogue.Scales(NetworkTask.Enlarge, ModelKind.Photo)
                ),
                Describe(enlarged) + "; use --source pixel for hard edges, --source photo to enlarge it as it is"
            )
            : new RevisedPicture(
                pixels,
                plan,
                $"every pixel is repeated {enlarged.Factor} x {enlarged.Factor} times, too often to reach this size from the original pixels: enlarged as it is; use --source pixel for hard edges"
            );
    }

    private static string Describe(EnlargedPixels enlarged) =>
        $"every pixel is repeated {enlarged.Factor} x {enlarged.Factor} times: enlarged from its original {enlarged.Own.Width} x {enlarged.Own.Height} pixels";

    private static IEnumerable<string> Explain(DownscaleRecord record, ModelCatalogue catalogue)
    {
        yield return $"made by rsr downscale from {record.Width} x {record.Height} with {string.Join(", ", record.Steps.Select(step => OneLine.Quote(step.Model)))}: restored by its partner";
        foreach (DownscaleRecordStep step in record.Steps)
        {
            ModelDescriptor? installed = catalogue.Models.FirstOrDefault(model => model.Id == step.Model);
            if (installed is null)
            {
                yield return $"{OneLine.Quote(step.Model)} is not installed; the installed partner may not match it, and detail may be restored less exactly";
            }
            else if (installed.Sha256 != step.Sha256)
            {
                yield return $"made by another version of {OneLine.Quote(step.Model)} ({Short(step.Sha256)}; installed: {Short(installed.Sha256)}); detail may be restored less exactly";
            }
        }
    }

    private static string Short(string sha256) => OneLine.Of(sha256.Length > 12 ? sha256[..12] : sha256);
}
