// One case of the ordinary benchmark: a small file, enlarged by `rsr upscale` with the options people give (none), by bicubic and
// by Lanczos. The tool's own command line is called, so that its reader, its choices, its pipeline and its writer are what is measured.
using RsrPlugins.Cli;
using RsrPlugins.Cli.Commands;
using RsrPlugins.Cli.Files;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Resampling;

namespace RsrPlugins.Trainer.Experiments.Ordinary;

/// <summary>PSNR in dB and SSIM of luma.</summary>
/// <param name="Scale">How many times smaller the file is than the picture.</param>
internal sealed record OrdinaryCase(
    int Scale,
    OrdinaryPicture Picture,
    SmallReduction Reduction,
    SmallDamage Damage,
    EvaluationScore Ours,
    EvaluationScore Bicubic,
    EvaluationScore Lanczos
)
{
    /// <summary>Levels by which a pixel may leave its range before it counts.</summary>
    internal const int CountedOvershoot = 6;

    /// <summary>Parts of the pixels outside their range (<see cref="OutsideRange"/>) where the file is undamaged: ours, the picture's own,
    /// bicubic's.</summary>
    internal (double Ours, double Picture, double Bicubic) Outside { get; init; }

    /// <summary>What we are above the better of bicubic and Lanczos, in dB; below 0 is a loss.</summary>
    internal double Gain => Ours.Psnr - Math.Max(Bicubic.Psnr, Lanczos.Psnr);

    /// <summary>The same in SSIM.</summary>
    internal double SsimGain => Ours.Ssim - Math.Max(Bicubic.Ssim, Lanczos.Ssim);

    /// <summary>"screen windows, x2, nearest, JPEG 75".</summary>
    internal string Name => $"{Picture.Kind} {Picture.Name}, x{Scale}, {Reduction.Name}, {Damage.Name}";

    /// <summary>The small picture, before anything happens to its file.</summary>
    internal static byte[] Reduce(OrdinaryPicture picture, SmallReduction reduction, int scale) =>
        reduction.Apply is { } apply
            ? apply(picture.Rgb, DrawnScenes.Side, DrawnScenes.Side, scale)
            : DrawnScenes.Render(picture.Svg!, DrawnScenes.Side / scale);

    /// <summary>Measures a case.</summary>
    /// <param name="small">What <see cref="Reduce"/> made.</param>
    /// <param name="number">Makes noise another for every case.</param>
    /// <param name="options">Of `rsr upscale`, beyond the scale.</param>
    /// <param name="folder">For the files, which are named after the number.</param>
    /// <exception cref="TrainerException">The tool failed; its message is in this one's.</exception>
    internal static OrdinaryCase Measure(
        OrdinaryPicture picture,
        SmallReduction reduction,
        SmallDamage damage,
        int scale,
        byte[] small,
        int number,
        IReadOnlyList<string> options,
        string folder,
        CancellationToken cancellationToken
    )
    {
        const int Side = DrawnScenes.Side;
        string input = Path.Combine(folder, $"{number}{damage.Extension}"),
            output = Path.Combine(folder, $"{number}-large.png");
        File.WriteAllBytes(input, damage.Encode(small, Side / scale, Side / scale, number));
        PixelImage decoded = PictureReader.Read(input, null, cancellationToken).Pixels;
        Enlarge(input, output, scale, options, cancellationToken);
        PixelImage picture8 = Picture8(picture.Rgb, Side, Side),
            ours = PictureReader.Read(output, null, cancellationToken).Pixels,
            bicubic = Resampler.Resize(decoded, Side, Side, ResamplingKernel.Bicubic, null, cancellationToken);
        float[] reference = Luma.Bt601StudioRounded(picture8);
        OrdinaryCase measured = new OrdinaryCase(
            scale,
            picture,
            reduction,
            damage,
            Score(ours),
            Score(bicubic),
            Score(Resampler.Resize(decoded, Side, Side, ResamplingKernel.Lanczos3, null, cancellationToken))
        )
        {
            // Only files that nothing else happened to are asked.
            Outside =
                damage == SmallFiles.Damages[0]
                    ? (OutsideRange(decoded, ours, scale), OutsideRange(decoded, picture8, scale), OutsideRange(decoded, bicubic, scale))
                    : default,
        };
        File.Delete(input);
        File.Delete(output);
        return measured;

        EvaluationScore Score(PixelImage large) => EvaluationProtocol.Score(reference, Luma.Bt601StudioRounded(large), Side, Side, scale);
    }

    /// <summary>Part of the large pixels of which a colour lies further than <see cref="CountedOvershoot"/> levels outside the range of the
    /// 3 x 3 small pixels around: rims, echoes, letters that turn darker - or thin lines that the small picture has lost.</summary>
    private static double OutsideRange(PixelImage small, PixelImage large, int scale)
    {
        int outside = 0,
            channels = small.Channels;
        for (int y = 0; y < large.Height; y++)
        {
            for (int x = 0; x < large.Width; x++)
            {
                bool isOutside = false;
                for (int channel = 0; channel < channels && !isOutside; channel++)
                {
                    (int min, int max) = (255, 0);
                    for (int row = Math.Max(0, (y / scale) - 1); row <= Math.Min(small.Height - 1, (y / scale) + 1); row++)
                    {
                        for (int column = Math.Max(0, (x / scale) - 1); column <= Math.Min(small.Width - 1, (x / scale) + 1); column++)
                        {
                            int value = small.Samples8[(((row * small.Width) + column) * channels) + channel];
                            (min, max) = (Math.Min(min, value), Math.Max(max, value));
                        }
                    }

                    int here = large.Samples8[(((y * large.Width) + x) * channels) + channel];
                    isOutside = here < min - CountedOvershoot || here > max + CountedOvershoot;
                }

                outside += isOutside ? 1 : 0;
            }
        }

        return outside / ((double)large.Width * large.Height);
    }

    private static void Enlarge(string input, string output, int scale, IReadOnlyList<string> options, CancellationToken cancellationToken)
    {
        using TemporaryFiles temporaryFiles = new TemporaryFiles();
        using StringWriter said = new StringWriter(),
            errors = new StringWriter();
        string[] arguments =
        [
            "upscale",
            input,
            "--scale",
            $"{scale}",
            "--device",
            "cpu",
            "--threads",
            "1",
            "--json",
            "--force",
            "-o",
            output,
            .. options,
        ];
        int code = RsrCommandLine
            .RunAsync(arguments, new CliContext(said, errors, temporaryFiles, cancellationToken))
            .GetAwaiter()
            .GetResult();
        if (code != ExitCode.Done)
        {
            throw new TrainerException($"rsr {string.Join(' ', arguments)} ended with {code}: {errors.ToString().Trim()}");
        }
    }

    private static PixelImage Picture8(byte[] rgb, int width, int height)
    {
        PixelImage picture = PixelImage.Create(width, height, PixelLayout.Rgb, 8);
        rgb.CopyTo(picture.Samples8);
        return picture;
    }
}
