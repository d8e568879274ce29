// The arguments `downscale` and `upscale` have in common, and what is checked of them before any file is looked at.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RsrPlugins.Cli.Batch;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Terminal;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Cli.Commands;

internal sealed class ResizeArguments
{
    /// <summary>Help text both commands end with.</summary>
    public const string CommonDetails = """
        Inputs and outputs:
          An input is a file, a folder (the pictures in it; with --recursive, those in its subfolders too), a pattern such as
          "photos/**/*.jpg", or - for standard input. In folders, hidden files and results of earlier runs (a-x2.png beside
          a.png) are skipped, and the report lists what was skipped.
          Without -o, the result is written beside the input with the size in its name. With -o FOLDER it keeps the input's
          name. The format follows the extension of -o (.png, .jpg, .webp, .tif, .avif), then --format, then the input. -o -
          writes to standard output. An output file appears only when it is complete. Names, sizes, folders and disk space are
          checked for all inputs before the first one is processed.
          PNG and TIFF keep 16 bits. --quality applies to JPEG, WebP and AVIF. Without it, a JPEG keeps the quality and chroma
          subsampling of its input and lossless WebP stays lossless; otherwise the defaults are JPEG 92 (full-resolution colour
          from 90), WebP 90 (100 is lossless) and AVIF 75. PNGs with a palette get a palette again if the colours allow it.
          Profile, EXIF, XMP, IPTC, text and resolution are kept, and pictures are rotated upright. A note lists what the
          output format cannot hold. Files with missing pixels are refused unless --salvage is given. Details: docs/files.md.
        """;

    private readonly Argument<string[]> _inputs = CommonOptions.Inputs(
        "INPUT",
        "Files, folders or quoted patterns: PNG, JPEG, WebP, TIFF, AVIF, GIF."
    );
    private readonly Option<decimal?> _scale = new("--scale", "-s") { HelpName = "N" };
    private readonly Option<int?> _width = Side("--width", "Exact width in pixels. Without --height, the aspect ratio is kept.");
    private readonly Option<int?> _height = Side("--height", "Exact height in pixels. Without --width, the aspect ratio is kept.");
    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "File name for a single input, - for standard output, otherwise a folder, which is created if necessary.",
        HelpName = "FILE|FOLDER|-",
    };
    private readonly Option<int?> _quality = new("--quality") { Description = "1 to 100 for JPEG, WebP and AVIF.", HelpName = "Q" };
    private readonly Option<bool> _force = new("--force", "-f") { Description = "Replace existing files." };
    private readonly Option<bool> _salvage = new("--salvage")
    {
        Description = "Process damaged and truncated pictures as far as they can be read, instead of refusing them.",
    };
    private readonly Option<bool> _dryRun = new("--dry-run", "-n")
    {
        Description =
            "Show sizes, steps and names without writing anything. Only headers are read, so what depends on pixels (damage, repeated pixels, strength) is not known.",
    };
    private readonly Option<PictureFormat?> _format = new("--format")
    {
        Description = "Output format, where no file name determines it: png, jpeg, webp, tiff, avif.",
        HelpName = "png|jpeg|webp|tiff|avif",
        CustomParser = result =>
            CommonOptions.Parse<PictureFormat>(
                result,
                ("png", PictureFormat.Png),
                ("jpeg", PictureFormat.Jpeg),
                ("jpg", PictureFormat.Jpeg),
                ("webp", PictureFormat.WebP),
                ("tiff", PictureFormat.Tiff),
                ("tif", PictureFormat.Tiff),
                ("avif", PictureFormat.Avif)
            ),
    };
    private readonly Option<bool> _recursive = new("--recursive", "-r")
    {
        Description = "Include pictures in subfolders; -o FOLDER gets the same subfolders.",
    };
    private readonly Option<bool> _skipExisting = new("--skip-existing")
    {
        Description = "Skip pictures whose result already exists, so that a second run continues where the first one stopped.",
    };
    private readonly Option<Shard?> _shard = new("--shard")
    {
        Description = "Process only part K of N of the inputs, so that N machines can share a batch.",
        HelpName = "K/N",
        CustomParser = ParseShard,
    };
    private readonly Option<string?> _report = new("--report")
    {
        Description = "Write an HTML page that shows every picture before and after (see 'rsr view').",
        HelpName = "FILE.html",
    };
    private readonly Option<long?> _maxPixels = new("--max-pixels")
    {
        Description = "Refuse pictures that have, or would have, more pixels; 50M means 50 million. Default: what fits into memory.",
        HelpName = "N",
        CustomParser = ParsePixels,
    };
    private readonly Option<bool> _eitherWay = new("--either-way")
    {
        Description = "With --width or --height: enlarge or reduce each picture as needed.",
    };
    private readonly Option<ProgressMode> _progress = new("--progress")
    {
        Description = "auto (the default: a progress bar on a terminal), json (one line per step on standard error, for programs), none.",
        HelpName = "auto|json|none",
        CustomParser = result =>
            CommonOptions.Parse<ProgressMode>(
                result,
                ("auto", ProgressMode.Auto),
                ("json", ProgressMode.Json),
                ("none", ProgressMode.None)
            ),
    };
    private readonly Option<DeviceChoice> _device = CommonOptions.Device();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <param name="command">Gets the arguments and options.</param>
    /// <param name="scaleDescription">What --scale means for it.</param>
    /// <param name="takesOne">A scale of 1 means something.</param>
    public ResizeArguments(Command command, string scaleDescription, bool takesOne = false)
    {
        _scale.CustomParser = result => ParseScale(result, takesOne);
        _scale.Description = scaleDescription;
        _quality.Validators.Add(result => CommonOptions.Range(result, 1, 100));
        command.Add(_inputs);
        command.Options.Add(_scale);
        command.Options.Add(_width);
        command.Options.Add(_height);
        command.Options.Add(_output);
        command.Options.Add(_format);
        command.Options.Add(_quality);
        command.Options.Add(_recursive);
        command.Options.Add(_skipExisting);
        command.Options.Add(_shard);
        command.Options.Add(_eitherWay);
        command.Options.Add(_maxPixels);
        command.Options.Add(_force);
        command.Options.Add(_salvage);
        command.Options.Add(_dryRun);
        command.Options.Add(_device);
        command.Options.Add(_threads);
        command.Options.Add(_report);
        command.Options.Add(_progress);
        command.Options.Add(_json);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_scale) is not null && (result.GetResult(_width) is not null || result.GetResult(_height) is not null))
            {
                result.AddError("Give --scale or --width/--height, not both.");
            }

            if (result.GetResult(_eitherWay) is not null && result.GetResult(_width) is null && result.GetResult(_height) is null)
            {
                result.AddError("--either-way needs a size: give --width or --height.");
            }

            if (result.GetResult(_skipExisting) is not null && result.GetResult(_force) is not null)
            {
                result.AddError("Give --skip-existing or --force, not both.");
            }
        });
    }

    public SizeRequest Size(ParseResult parsed) => new(parsed.GetValue(_scale), parsed.GetValue(_width), parsed.GetValue(_height));

    public ResizeOptions Options(ParseResult parsed) =>
        new(
            parsed.GetRequiredValue(_inputs),
            parsed.GetValue(_output),
            new WriteOptions(parsed.GetValue(_quality), parsed.GetValue(_force)),
            parsed.GetValue(_salvage),
            parsed.GetValue(_dryRun),
            parsed.GetValue(_json)
        )
        {
            Recursive = parsed.GetValue(_recursive),
            SkipExisting = parsed.GetValue(_skipExisting),
            Shard = parsed.GetValue(_shard),
            Format = parsed.GetValue(_format),
            Progress = parsed.GetValue(_progress),
            Report = parsed.GetValue(_report),
            Limit = new PixelLimit(parsed.GetValue(_maxPixels)),
            TakeReductions = Size(parsed).IsEmpty,
        };

    /// <summary>Pictures may be made larger by 'downscale' and smaller by 'upscale'.</summary>
    public bool EitherWay(ParseResult parsed) => parsed.GetValue(_eitherWay);

    public InstalledModels Models(ParseResult parsed) => new(parsed.GetValue(_device), parsed.GetValue(_threads));

    private static Option<int?> Side(string name, string description)
    {
        Option<int?> option = new Option<int?>(name) { Description = description, HelpName = "PIXELS" };
        option.Validators.Add(result => CommonOptions.Range(result, 1, int.MaxValue));
        return option;
    }

    private static Shard? ParseShard(ArgumentResult result)
    {
        string found = result.Tokens[0].Value;
        if (Shard.Parse(found) is { } shard)
        {
            return shard;
        }

        result.AddError($"--shard takes K/N with K from 1 to N, for example 2/8; found '{found}'.");
        return null;
    }

    private static long? ParsePixels(ArgumentResult result)
    {
        string found = result.Tokens[0].Value;
        bool millions = found.EndsWith('M') || found.EndsWith('m');
        if (
            decimal.TryParse(
                millions ? found[..^1] : found,
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out decimal number
            ) && number * (millions ? 1_000_000 : 1) is >= 1 and <= long.MaxValue and decimal pixels
        )
        {
            return (long)pixels;
        }

        result.AddError($"--max-pixels takes a number of pixels of at least 1, such as 50000000 or 50M; found '{found}'.");
        return null;
    }

    private static decimal? ParseScale(ArgumentResult result, bool takesOne)
    {
        string found = result.Tokens[0].Value;
        if (
            decimal.TryParse(found, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal scale)
            && scale <= SizeRequest.MaxScale
            && (scale > 1 || (takesOne && scale == 1))
        )
        {
            return scale;
        }

        result.AddError($"--scale takes any number above 1 up to {SizeRequest.MaxScale}; found '{found}'.");
        return null;
    }
}
