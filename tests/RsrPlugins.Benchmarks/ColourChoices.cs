// What each choice of the colour pipeline is worth: the figures of docs/colour.md.
using System.Globalization;
using NetVips;
using RsrPlugins.Core;
using RsrPlugins.Core.Colour;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Resizing;

namespace RsrPlugins.Benchmarks;

/// <summary>Makes pictures small and large again with one choice changed at a time.</summary>
internal static class ColourChoices
{
    private static readonly (string Caption, ColourOptions Options)[] _variants =
    [
        ("as shipped", ColourOptions.Default),
        ("plain rounding", ColourOptions.Default with { Rounding = ColourRounding.Plain }),
        ("colour by the kernel alone", ColourOptions.Default with { GuideChroma = false }),
        ("bicubic instead of Lanczos when enlarging", ColourOptions.Default with { EnlargingKernel = ResamplingKernel.Bicubic }),
        ("area instead of bicubic when reducing", ColourOptions.Default with { ReducingKernel = ResamplingKernel.Area }),
        ("networks in flat areas too", ColourOptions.Default with { KeepFlatAreas = false }),
        ("overshoot not bounded", ColourOptions.Default with { BoundOvershoot = false }),
        ("bicubic alpha", ColourOptions.Default with { AlphaByNetwork = false }),
    ];

    /// <summary>Prints a Markdown table per folder (or picture) and scale.</summary>
    internal static int Run(string[] paths)
    {
        if (paths.Length == 0)
        {
            Console.Error.WriteLine("colour FOLDER...: folders of pictures, or pictures");
            return 2;
        }

        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        ModelCatalogue models = ModelCatalogue.LoadDefault();
        foreach (string path in paths)
        {
            PixelImage[] pictures =
            [
                .. (Directory.Exists(path) ? Directory.GetFiles(path, "*.png") : [path]).Order(StringComparer.Ordinal).Select(Read),
            ];
            foreach (int scale in models.Scales(NetworkTask.Reduce, ModelKind.Learned))
            {
                Print(
                    Path.GetFileNameWithoutExtension(path),
                    [.. pictures.Select(picture => EvaluationProtocol.CropToMultiple(picture, scale))],
                    scale,
                    engine,
                    models
                );
            }
        }

        return 0;
    }

    private static void Print(string name, PixelImage[] pictures, int scale, InferenceEngine engine, ModelCatalogue models)
    {
        INetwork rrNet = engine.Open(models.Find(NetworkTask.Reduce, ModelKind.Learned, scale));
        INetwork srNet = engine.Open(models.Find(NetworkTask.Enlarge, ModelKind.Learned, scale));
        bool hasAlpha = pictures.Any(picture => picture.HasAlpha);
        Console.WriteLine(
            $"\n{name} x{scale}, {pictures.Length} pictures\n\n| choice | luma PSNR | RGB PSNR |{(hasAlpha ? " alpha PSNR |" : string.Empty)}\n|---|---|---|{(hasAlpha ? "---|" : string.Empty)}"
        );
        foreach ((string caption, ColourOptions options) in _variants)
        {
            if (!hasAlpha && !options.AlphaByNetwork)
            {
                continue;
            }

            List<(double Luma, double Rgb, double Alpha)> rows = new List<(double Luma, double Rgb, double Alpha)>();
            foreach (PixelImage picture in pictures)
            {
                PixelImage small = new LearnedResizer(rrNet, null, options).Resize(picture);
                PixelImage restored = new LearnedResizer(srNet, null, options).Resize(small);
                PictureDifference difference = ImageMetrics.Compare(picture, restored, scale);
                rows.Add(
                    (
                        difference.LumaPsnr,
                        difference.RgbPsnr,
                        picture.HasAlpha ? ImageMetrics.Psnr(Alpha(picture), Alpha(restored), picture.Width, picture.Height, scale) : 0
                    )
                );
            }

            string alpha = hasAlpha
                ? string.Create(CultureInfo.InvariantCulture, $" {rows.Average(row => row.Alpha):0.00} |")
                : string.Empty;
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {caption} | {rows.Average(row => row.Luma):0.00} | {rows.Average(row => row.Rgb):0.00} |{alpha}"
                )
            );
        }
    }

    private static float[] Alpha(PixelImage image)
    {
        float[] plane = new float[image.Width * image.Height];
        for (int i = 0; i < plane.Length; i++)
        {
            plane[i] = image.Samples8[(i * image.Channels) + image.Channels - 1];
        }

        return plane;
    }

    internal static PixelImage Read(string path)
    {
        using Image file = Image.NewFromFile(path);
        using Image bytes = file.Cast(Enums.BandFormat.Uchar);
        PixelImage picture = PixelImage.Create(bytes.Width, bytes.Height, (PixelLayout)bytes.Bands, 8);
        bytes.WriteToMemory<byte>().CopyTo(picture.Samples8);
        return picture;
    }
}
