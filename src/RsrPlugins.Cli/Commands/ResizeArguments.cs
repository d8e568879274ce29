// The arguments `downscale` and `upscale` have in common, and what is checked of them before any file is looked at.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RsrPlugins.Cli.Batch;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Sizes;
using RsrPlugins.Core.Inference;

namespace RsrPlugins.Cli.Commands;

internal sealed class ResizeArguments
{
    /// <summary>Help text both commands end with.</summary>
    public const string CommonDetails =
        """
        Inputs and outputs:
          An input is a file, a folder (the pictures directly in it) or a pattern such as "photos/**/*.jpg".
          Without -o the result lies beside its input with the size in its name. With -o FOLDER it keeps the input's name. The
          format is that of -o's extension (.png, .jpg, .webp, .tif), else the input's. A file appears only when it is whole.
          PNG and TIFF keep 16 bits; JPEG and WebP are written with --quality (JPEG 92, from 90 on with full-resolution colour;
          WebP 90, and 100 is lossless). Profile, EXIF, XMP and resolution are kept; pictures are turned upright.
        """;

    private readonly Argument<string[]> _inputs = CommonOptions.Inputs("INPUT", "Files, folders or quoted patterns: PNG, JPEG, WebP, TIFF.");
    private readonly Option<decimal?> _scale = new("--scale", "-s") { HelpName = "N", CustomParser = ParseScale };
    private readonly Option<int?> _width = Side("--width", "Exact width in pixels; alone it keeps the aspect ratio.");
    private readonly Option<int?> _height = Side("--height", "Exact height in pixels; alone it keeps the aspect ratio.");
    private readonly Option<string?> _output = new("--output", "-o") { Description = "A file's name for one input, else a folder (made if need be).", HelpName = "FILE|FOLDER" };
    private readonly Option<int?> _quality = new("--quality") { Description = "1 to 100 for JPEG and WebP.", HelpName = "Q" };
    private readonly Option<bool> _force = new("--force", "-f") { Description = "Replace existing files." };
    private readonly Option<bool> _salvage = new("--salvage") { Description = "Make what there is of damaged and cut-off pictures, instead of refusing them." };
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Show sizes, steps and names, and write nothing." };
    private readonly Option<DeviceChoice> _device = CommonOptions.Device();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <param name="command">Gets the arguments and options.</param>
    /// <param name="scaleDescription">What --scale means for it.</param>
    public ResizeArguments(Command command, string scaleDescription)
    {
        _scale.Description = scaleDescription;
        _quality.Validators.Add(result => CommonOptions.Range(result, 1, 100));
        command.Add(_inputs);
        command.Options.Add(_scale);
        command.Options.Add(_width);
        command.Options.Add(_height);
        command.Options.Add(_output);
        command.Options.Add(_quality);
        command.Options.Add(_force);
        command.Options.Add(_salvage);
        command.Options.Add(_dryRun);
        command.Options.Add(_device);
        command.Options.Add(_threads);
        command.Options.Add(_json);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_scale) is not null && (result.GetResult(_width) is not null || result.GetResult(_height) is not null))
            {
                result.AddError("Give --scale or --width/--height, not both.");
            }
        });
    }

    public SizeRequest Size(ParseResult parsed) => new(parsed.GetValue(_scale), parsed.GetValue(_width), parsed.GetValue(_height));

    public ResizeOptions Options(ParseResult parsed) => new(
        parsed.GetRequiredValue(_inputs),
        parsed.GetValue(_output),
        new WriteOptions(parsed.GetValue(_quality), parsed.GetValue(_force)),
        parsed.GetValue(_salvage),
        parsed.GetValue(_dryRun),
        parsed.GetValue(_json));

    public InstalledModels Models(ParseResult parsed) => new(parsed.GetValue(_device), parsed.GetValue(_threads));

    private static Option<int?> Side(string name, string description)
    {
        Option<int?> option = new Option<int?>(name) { Description = description, HelpName = "PIXELS" };
        option.Validators.Add(result => CommonOptions.Range(result, 1, int.MaxValue));
        return option;
    }

    private static decimal? ParseScale(ArgumentResult result)
    {
        string found = result.Tokens[0].Value;
        if (decimal.TryParse(found, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal scale) && scale is > 1 and <= SizeRequest.MaxScale)
        {
            return scale;
        }

        result.AddError($"--scale takes 2, 3, 4 or any number above 1 up to {SizeRequest.MaxScale}; found '{found}'.");
        return null;
    }
}
