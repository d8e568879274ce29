// rsr compare: how far two pictures of one size are from each other, in the figures the field uses and as a picture.
using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using RsrPlugins.Cli.Batch;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Terminal;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Metrics;

namespace RsrPlugins.Cli.Commands;

/// <summary>The figures. PSNR in dB, null for equal pictures; SSIM null where a side has fewer than 11 pixels inside the border.</summary>
internal sealed record CompareReport(
    double? LumaPsnr,
    double? LumaSsim,
    double? RgbPsnr,
    double MaxDifference,
    bool Identical,
    int Width,
    int Height,
    int CropBorder
);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CompareReport))]
internal sealed partial class CompareReportJson : JsonSerializerContext;

internal static class CompareCommand
{
    private const string Details = """
        Examples:
          rsr compare original.png restored.png
          rsr compare original.png restored.png --difference what.png --gain 16
          rsr compare a.png b.png --json      {"lumaPsnr":38.1,"lumaSsim":0.96,"rgbPsnr":36.2,"maxDifference":31, ...}

        Luma is BT.601 studio-range luma rounded to 8 bits (for two grey pictures, their values). RGB covers all three channels. The
        largest difference is over all channels including alpha, on the 8-bit scale. Pictures with alpha are compared over black,
        so that invisible colours do not count. Published tables ignore as many pixels on every side as the scale factor: use
        --crop-border 2 for x2. Equal pictures have an infinite PSNR, null in JSON.
        """;

    public static Command Create(CliContext context)
    {
        DetailedCommand command = new DetailedCommand(
            "compare",
            "Computes PSNR and SSIM of two pictures and can write their difference as a picture.",
            Details
        );
        Argument<string> first = new Argument<string>("A") { Description = "The reference." };
        Argument<string> second = new Argument<string>("B") { Description = "The picture to compare with it, of the same size." };
        Option<int> border = new Option<int>("--crop-border")
        {
            Description = "Pixels to ignore on every side.",
            HelpName = "N",
            DefaultValueFactory = _ => 0,
        };
        Option<string?> difference = new Option<string?>("--difference", "-d")
        {
            Description = "Write the difference as a picture.",
            HelpName = "FILE",
        };
        Option<double> gain = new Option<double>("--gain")
        {
            Description = "Factor by which the difference is amplified in that picture.",
            HelpName = "X",
            DefaultValueFactory = _ => 8,
        };
        Option<bool> force = new Option<bool>("--force", "-f") { Description = "Replace an existing difference picture." };
        Option<bool> json = CommonOptions.Json();
        border.Validators.Add(result => CommonOptions.Range(result, 0, int.MaxValue));
        command.Add(first);
        command.Add(second);
        command.Options.Add(border);
        command.Options.Add(difference);
        command.Options.Add(gain);
        command.Options.Add(force);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            string pathA = parsed.GetRequiredValue(first),
                pathB = parsed.GetRequiredValue(second);
            PixelImage a = PictureReader.Read(pathA, null, context.CancellationToken).Pixels;
            PixelImage b = PictureReader.Read(pathB, null, context.CancellationToken).Pixels;
            if ((a.Width, a.Height) != (b.Width, b.Height))
            {
                throw new PictureFileException(pathB, $"expected {a.Width} x {a.Height} as in {pathA}, found {b.Width} x {b.Height}");
            }

            int crop = parsed.GetValue(border);
            if (Math.Min(a.Width, a.Height) <= 2 * crop)
            {
                throw new UsageException($"--crop-border {crop} leaves no pixels of {a.Width} x {a.Height}.");
            }

            CompareReport report = Compare(a, b, crop);
            if (parsed.GetValue(difference) is { } target)
            {
                WriteDifference(context, a, b, target, [pathA, pathB], parsed.GetValue(gain), parsed.GetValue(force));
            }

            if (parsed.GetValue(json))
            {
                context.Output.WriteLine(JsonSerializer.Serialize(report, CompareReportJson.Default.CompareReport));
            }
            else
            {
                WriteText(context.Output, report);
            }

            return ExitCode.Done;
        });
        return command;
    }

    internal static CompareReport Compare(PixelImage a, PixelImage b, int cropBorder)
    {
        PictureDifference found = ImageMetrics.Compare(a, b, cropBorder);
        return new CompareReport(
            JsonNumber.Of(found.LumaPsnr, 3),
            found.LumaSsim is { } ssim ? JsonNumber.Of(ssim, 5) : null,
            JsonNumber.Of(found.RgbPsnr, 3),
            Math.Round(found.MaxDifference, 3),
            found.MaxDifference == 0,
            a.Width,
            a.Height,
            cropBorder
        );
    }

    /// <summary>R, G or B (of a grey picture its grey) on the 8-bit scale.</summary>
    private static float[] Plane(PixelImage image, int colourChannel)
    {
        int channel = image.HasColour ? colourChannel : 0;
        float[] plane = new float[image.Width * image.Height];
        for (int index = 0; index < plane.Length; index++)
        {
            int sample = (index * image.Channels) + channel;
            plane[index] = image.BitsPerSample == 8 ? image.Samples8[sample] : image.Samples16[sample] * (255f / image.MaxValue);
        }

        return plane;
    }

    private static void WriteDifference(
        CliContext context,
        PixelImage a,
        PixelImage b,
        string target,
        string[] inputs,
        double gain,
        bool force
    )
    {
        PictureFormat format =
            PictureFormat.OfExtension(target)
            ?? throw new UsageException($"{target}: expected a name ending in .png, .jpg, .webp or .tif.");
        if (inputs.Any(input => SamePath.Comparer.Equals(SamePath.Resolve(input), SamePath.Resolve(target))))
        {
            throw new UsageException($"{target}: the difference would replace a picture that is compared.");
        }

        PixelImage picture = PixelImage.Create(a.Width, a.Height, PixelLayout.Rgb, 8);
        for (int channel = 0; channel < 3; channel++)
        {
            float[] planeA = Plane(a, channel),
                planeB = Plane(b, channel);
            for (int index = 0; index < planeA.Length; index++)
            {
                picture.Samples8[(index * 3) + channel] = (byte)
                    Math.Clamp(Math.Round(Math.Abs(planeA[index] - planeB[index]) * gain), 0, 255);
            }
        }

        new PictureWriter(context.TemporaryFiles).Write(
            target,
            picture,
            a.Width,
            a.Height,
            format,
            null,
            null,
            new WriteOptions(Overwrite: force),
            null,
            context.CancellationToken
        );
    }

    private static void WriteText(TextWriter output, CompareReport report)
    {
        if (report.Identical)
        {
            output.WriteLine("The pictures are equal.");
        }

        output.WriteLine(FormattableString.Invariant($"luma PSNR   {Decibel(report.LumaPsnr)}"));
        output.WriteLine(
            FormattableString.Invariant(
                $"luma SSIM   {(report.LumaSsim is { } ssim ? ssim.ToString("0.0000", System.Globalization.CultureInfo.InvariantCulture) : "(too small)")}"
            )
        );
        output.WriteLine(FormattableString.Invariant($"RGB PSNR    {Decibel(report.RgbPsnr)}"));
        output.WriteLine(FormattableString.Invariant($"largest     {report.MaxDifference} of 255"));

        static string Decibel(double? value) => value is { } known ? FormattableString.Invariant($"{known:0.00} dB") : "infinite";
    }
}
