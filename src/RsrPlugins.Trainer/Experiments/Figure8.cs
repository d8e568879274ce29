// Section 4.3: the learned small picture has more detail than classical ones and stays a good picture. The paper shows it;
// here it is measured too.
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;
using RsrPlugins.Trainer.Evaluation;

namespace RsrPlugins.Trainer.Experiments;

/// <summary>Figures 8 and 9: learned small pictures beside nearest, bilinear and bicubic ones, every scale, Set14.</summary>
internal sealed class Figure8 : IExperiment
{
    /// <summary>The scale the sheet shows.</summary>
    private const int ShownScale = 3;

    private static readonly (string Caption, SmallPicture Kind)[] _columns =
    [
        ("nearest", SmallPicture.Nearest),
        ("bilinear", SmallPicture.Bilinear),
        ("bicubic", SmallPicture.Bicubic),
        ("learned", SmallPicture.Learned),
    ];

    public string Name => "figure8";

    public string Summary => "learned small pictures beside nearest, bilinear and bicubic ones (also Figure 9)";

    public string Run(ExperimentContext context)
    {
        ModelCatalogue models = ModelCatalogue.Load(context.Models);
        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        (List<string>? kept, List<string>? aliasing) = (new List<string>(), new List<string>());
        for (int scale = 2; scale <= 4; scale++)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            IReadOnlyList<TestPicture> pictures = context.TestSet("set14", scale);
            INetwork rrNet = engine.Open(models.Find(NetworkTask.Reduce, ModelKind.Learned, scale));
            ModelEvaluation evaluation = new ModelEvaluation(pictures, scale, rrNet);
            SmallPictureSpectrum[] spectra = _columns.Select(column => Mean(pictures, evaluation.Small(column.Kind), scale)).ToArray();
            kept.Add(Row(scale, spectra.Select(spectrum => spectrum.Kept)));
            aliasing.Add(Row(scale, spectra.Select(spectrum => spectrum.Aliasing)));
            if (scale == ShownScale)
            {
                Draw(
                    pictures.Where(picture => context.IsSmoke || Figure6.Shown.Contains(picture.Name)),
                    rrNet,
                    context.SheetPath("figure8-set14.png")
                );
                Draw(context.OwnPictures(scale), rrNet, context.PicturePath("figure8.png"));
            }

            context.Log($"x{scale}");
        }

        return string.Join(
            '\n',
            [
                "Set14, means. In the upper half of the small picture's spectrum, as shares of the large picture's energy at the same frequencies: *kept* is its own detail (1 is an ideal reduction, below is soft), *aliasing* is everything else: finer detail folded down, ringing, patterns. Their sum is all the energy the small picture has there.",
                string.Empty,
                $"| kept | {string.Join(" | ", _columns.Select(column => column.Caption))} |",
                $"|---|{string.Concat(_columns.Select(_ => "---|"))}",
                .. kept,
                string.Empty,
                $"| aliasing | {string.Join(" | ", _columns.Select(column => column.Caption))} |",
                $"|---|{string.Concat(_columns.Select(_ => "---|"))}",
                .. aliasing,
                string.Empty,
                "The sheet shows pictures the project draws; the same of Set14's baboon, lenna and comic, which do not belong in a repository, is written to `artifacts/paper/figure8-set14.png`.",
                string.Empty,
                context.ShowPicture("figure8.png", "HR, nearest, bilinear, bicubic and learned small pictures"),
            ]
        );
    }

    private static SmallPictureSpectrum Mean(IReadOnlyList<TestPicture> pictures, float[][] small, int scale)
    {
        SmallPictureSpectrum[] spectra = pictures
            .Select(
                (picture, index) =>
                    SmallPictureSpectrum.Measure(picture.Plane, small[index], picture.Width / scale, picture.Height / scale, scale)
            )
            .ToArray();
        return new SmallPictureSpectrum(spectra.Average(spectrum => spectrum.Kept), spectra.Average(spectrum => spectrum.Aliasing));
    }

    private static void Draw(IEnumerable<TestPicture> pictures, INetwork rrNet, string path)
    {
        TestPicture[] shown = [.. pictures];
        ModelEvaluation evaluation = new ModelEvaluation(shown, ShownScale, rrNet);
        ContactSheet.Draw([.. shown.Select(Row)], path);

        IReadOnlyList<SheetCell> Row(TestPicture picture, int index) =>
            [
                new SheetCell($"{picture.Name}: HR", picture.Plane, picture.Width, picture.Height),
                .. _columns.Select(column => new SheetCell(
                    column.Caption,
                    evaluation.Small(column.Kind)[index],
                    picture.Width / ShownScale,
                    picture.Height / ShownScale
                )),
            ];
    }

    private static string Row(int scale, IEnumerable<double> values) =>
        $"| x{scale} | {string.Join(" | ", values.Select(value => FormattableString.Invariant($"{value:0.00}")))} |";
}
