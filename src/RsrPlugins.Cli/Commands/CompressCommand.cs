// rsr compress and rsr restore: Section 4.4 of the paper for whole colour pictures. The small picture the networks make is
// stored by a lossless codec; any viewer shows it as a small picture, and its partner gives the full size back. So this is
// downscale and upscale with the choices made: lossless, packed as tightly as the codec can, and the bytes counted.
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using RsrPlugins.Cli.Batch;
using RsrPlugins.Cli.Files;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Cli.Commands;

/// <summary>What compressing gave. Bits per pixel count the whole file, headers and metadata too, over the original's pixels.</summary>
internal sealed record CompressReport(
    string Input,
    string Output,
    int Scale,
    int Width,
    int Height,
    long InputBytes,
    long Bytes,
    double BitsPerPixel
);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CompressReport))]
internal sealed partial class CompressReportJson : JsonSerializerContext;

internal static class CompressCommand
{
    private const int DefaultScale = 2;

    private const string CompressDetails = """
        Examples:
          rsr compress photo.png                          photo.rsr.png
          rsr compress photo.png photo.rsr.webp -s 3      a third as wide and high, in lossless WebP
          rsr compress photo.png --effort 10              slower; restores more detail, takes a few more bytes
          rsr restore photo.rsr.png photo.png             back to the full size

        The result is an ordinary picture in a lossless format (.png, .webp, .tif), a half, a third or a quarter as wide and high,
        in colour. It records how it was made, so that 'rsr restore' and 'rsr upscale' need no options. The restored picture is not
        identical to the original: 'rsr compare' measures the difference.
        """;

    private const string RestoreDetails = """
        Examples:
          rsr restore photo.rsr.png                       photo-restored.png, in the original size
          rsr restore photo.rsr.webp photo.tif
        """;

    public static Command CreateCompress(CliContext context)
    {
        DetailedCommand command = new DetailedCommand(
            "compress",
            "Stores a picture as a reduced one, which 'rsr restore' brings back to full size.",
            CompressDetails
        );
        Argument<string> input = new Argument<string>("INPUT") { Description = "The picture." };
        Argument<string?> output = new Argument<string?>("OUTPUT")
        {
            Description = "A .png, .webp or .tif file; by default the input's name with .rsr.png.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<int?> scale = new Option<int?>("--scale", "-s")
        {
            Description = "2 (the default), or another installed scale: 3, 4.",
            HelpName = "N",
        };
        CommonArguments common = new CommonArguments(command, input, output);
        Option<int> effort = CommonOptions.Effort();
        command.Options.Add(scale);
        command.Options.Add(effort);
        command.SetAction(parsed =>
        {
            string from = OnePicture(parsed.GetRequiredValue(input), "downscale");
            string to = parsed.GetValue(output) ?? Path.ChangeExtension(from, ".rsr.png");
            if (PictureFormat.OfExtension(to) is not { IsLossless: true })
            {
                throw new UsageException(
                    $"{to}: expected a lossless format (.png, .webp or .tif), found '{Path.GetExtension(to)}'; detail that a lossy format drops cannot be restored."
                );
            }

            SizeRequest size = new SizeRequest(parsed.GetValue(scale) ?? DefaultScale, null, null);
            using InstalledModels models = common.Models(parsed);
            CommonOptions.CheckScale(models.Catalogue, (int)size.Scale!.Value);
            bool json = common.IsJson(parsed);
            PictureHeader? original = null;
            int code = new ResizeBatch(
                json ? context with { Output = TextWriter.Null } : context,
                models,
                common.Options(parsed, from, to),
                header => DownscaleCommand.Decide(original = header, size, models.Catalogue, parsed.GetValue(effort))
            ).Run();
            if (code == ExitCode.Done)
            {
                Report(context.Output, new FileInfo(from), new FileInfo(to), (int)size.Scale!.Value, from, to, original!, json);
            }

            return code;
        });
        return command;
    }

    public static Command CreateRestore(CliContext context)
    {
        DetailedCommand command = new DetailedCommand(
            "restore",
            "Restores a picture made by 'rsr compress' (or 'rsr downscale') to its full size.",
            RestoreDetails
        );
        Argument<string> input = new Argument<string>("INPUT") { Description = "The small picture." };
        Argument<string?> output = new Argument<string?>("OUTPUT")
        {
            Description = "By default the input's name with -restored instead of .rsr.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        CommonArguments common = new CommonArguments(command, input, output);
        command.SetAction(parsed =>
        {
            string from = OnePicture(parsed.GetRequiredValue(input), "upscale");
            string to = parsed.GetValue(output) ?? RestoredName(from);
            if (PictureFormat.OfExtension(to) is null)
            {
                throw new UsageException($"{to}: expected a name ending in .png, .jpg, .webp or .tif.");
            }

            using InstalledModels models = common.Models(parsed);
            return new ResizeBatch(
                context,
                models,
                common.Options(parsed, from, to),
                header => UpscaleCommand.DecideRestore(from, header, models.Catalogue)
            ).Run();
        });
        return command;
    }

    /// <summary>"photo.rsr.png" gives "photo-restored.png".</summary>
    internal static string RestoredName(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        if (name.EndsWith(".rsr", StringComparison.OrdinalIgnoreCase))
        {
            name = name[..^".rsr".Length];
        }

        return Path.Combine(Path.GetDirectoryName(path) ?? string.Empty, $"{name}-restored{Path.GetExtension(path)}");
    }

    // Output names are made from the input's, which a folder or a pattern does not give.
    private static string OnePicture(string path, string forMany) =>
        File.Exists(path) || !(Directory.Exists(path) || path.Contains('*', StringComparison.Ordinal))
            ? path
            : throw new UsageException($"{path}: expected one picture, found a folder or a pattern; 'rsr {forMany}' takes several.");

    private static void Report(
        TextWriter output,
        FileInfo before,
        FileInfo after,
        int scale,
        string from,
        string to,
        PictureHeader original,
        bool json
    )
    {
        double pixels = (double)original.Width * original.Height;
        CompressReport report = new CompressReport(
            from,
            to,
            scale,
            original.Width,
            original.Height,
            before.Length,
            after.Length,
            Math.Round(after.Length * 8 / pixels, 4)
        );
        output.WriteLine(
            json
                ? JsonSerializer.Serialize(report, CompressReportJson.Default.CompressReport)
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {report.Bytes:N0} bytes, {report.BitsPerPixel:0.00} bits per pixel of the original ({report.InputBytes:N0} bytes, {report.InputBytes * 8 / pixels:0.00})"
                )
        );
    }

    /// <summary>The options both commands have beside their files.</summary>
    private sealed class CommonArguments
    {
        private readonly Option<bool> _force = new("--force", "-f") { Description = "Replace an existing file." };
        private readonly Option<DeviceChoice> _device = CommonOptions.Device();
        private readonly Option<int> _threads = CommonOptions.Threads();
        private readonly Option<bool> _json = CommonOptions.Json();

        public CommonArguments(Command command, Argument<string> input, Argument<string?> output)
        {
            command.Add(input);
            command.Add(output);
            command.Options.Add(_force);
            command.Options.Add(_device);
            command.Options.Add(_threads);
            command.Options.Add(_json);
        }

        public bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

        public InstalledModels Models(ParseResult parsed) => new(parsed.GetValue(_device), parsed.GetValue(_threads));

        public ResizeOptions Options(ParseResult parsed, string from, string to) =>
            new(
                [from],
                to,
                new WriteOptions(
                    PictureFormat.OfExtension(to) == PictureFormat.WebP ? PictureWriter.LosslessWebPQuality : null,
                    parsed.GetValue(_force),
                    Smallest: true
                ),
                Salvage: false,
                DryRun: false,
                parsed.GetValue(_json)
            );
    }
}
