// What the passes of a refinement bring, by the length of their steps: the figures of docs/refinement.md.
using System.Globalization;
using NetVips;
using RsrPlugins.Core;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Refinement;
using RsrPlugins.Core.Resizing;

namespace RsrPlugins.Benchmarks;

/// <summary>Corrects small pictures with one choice changed at a time.</summary>
internal static class RefinementChoices
{
    private static readonly int[] _marks = [1, 2, 5, 10, 20];

    private static readonly DescentOptions[] _variants =
    [
        new(),
        new(KeepRepetition: false),
        new(MaxCorrection: 1),
        new(BrightnessWeight: 0),
        new(MaxCorrection: 16f / 255),
        new(StepSize: 0.0075f),
        new(StepSize: 0.03f),
        new(Momentum: 0.8f),
        new(StepSize: 0.02f, Momentum: 0.8f, Growth: 1, Shrinkage: 1),
    ];

    /// <summary>Prints a Markdown table: rows are choices, columns passes, mean PSNR in dB by the protocol and the least a picture
    /// gains.</summary>
    internal static int Run(string[] arguments)
    {
        if (
            arguments is not [var folder, var scaleText]
            || !int.TryParse(scaleText, CultureInfo.InvariantCulture, out int scale)
            || scale is < 2 or > 4
            || !Directory.Exists(folder)
        )
        {
            Console.Error.WriteLine("refinement FOLDER SCALE: a folder of 8-bit PNG pictures; 2, 3 or 4");
            return 2;
        }

        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        ModelCatalogue models = ModelCatalogue.LoadDefault();
        INetwork Open(NetworkTask task) => engine.Open(models.Find(task, ModelKind.Learned, scale));
        (INetwork rrNet, INetwork srNet, INetwork gradient) = (
            Open(NetworkTask.Reduce),
            Open(NetworkTask.Enlarge),
            Open(NetworkTask.Gradient)
        );
        PixelImage[] pictures =
        [
            .. Directory
                .GetFiles(folder, "*.png")
                .Order(StringComparer.Ordinal)
                .Select(path => EvaluationProtocol.CropToMultiple(ColourChoices.Read(path), scale)),
        ];

        Console.WriteLine(
            $"\n{Path.GetFileName(folder)} x{scale}, {pictures.Length} pictures\n\n| step | momentum | growth | shrinkage | bound | brightness | repetition | 0 |{string.Concat(_marks.Select(mark => $" {mark} |"))}\n|---|---|---|---|---|---|---|---|{string.Concat(_marks.Select(_ => "---|"))}"
        );
        foreach (DescentOptions options in _variants)
        {
            SortedDictionary<int, double> sums = new SortedDictionary<int, double>();
            SortedDictionary<int, double> worst = new SortedDictionary<int, double>();
            foreach (PixelImage picture in pictures)
            {
                int width = picture.Width / scale,
                    height = picture.Height / scale;
                float[] reference = EvaluationProtocol.LumaPlane(picture);
                float[] large = [.. reference.Select(value => value / 255)];
                float[] small = new LearnedResizer(rrNet).ResizeLuma(large, picture.Width, picture.Height);
                double before = Score(small);
                Add(0, before);
                LumaRefiner refiner = new LumaRefiner(gradient, _marks[^1], null, options)
                {
                    AfterPass = (pass, plane) =>
                    {
                        if (_marks.Contains(pass))
                        {
                            Add(pass, Score(plane));
                        }
                    },
                };
                refiner.Refine(small, large, width, height, []);

                void Add(int pass, double score)
                {
                    sums[pass] = sums.GetValueOrDefault(pass) + score;
                    worst[pass] = Math.Min(worst.GetValueOrDefault(pass, double.PositiveInfinity), score - before);
                }

                double Score(float[] plane)
                {
                    float[] stored =
                    [
                        .. EvaluationProtocol.RoundToEightBits([.. plane.Select(value => value * 255)]).Select(value => value / 255),
                    ];
                    float[] restored = [.. new LearnedResizer(srNet).ResizeLuma(stored, width, height).Select(value => value * 255)];
                    return EvaluationProtocol.Score(reference, restored, picture.Width, picture.Height, scale).Psnr;
                }
            }

            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {options.StepSize} | {options.Momentum} | {options.Growth} | {options.Shrinkage} | {options.MaxCorrection * 255:0} | {options.BrightnessWeight} | {options.KeepRepetition} |{string.Concat(sums.Select(sum => string.Create(CultureInfo.InvariantCulture, $" {sum.Value / pictures.Length:0.00}{(sum.Key == 0 ? string.Empty : $" ({worst[sum.Key]:+0.00;-0.00})")} |")))}"
                )
            );
        }

        return 0;
    }
}
