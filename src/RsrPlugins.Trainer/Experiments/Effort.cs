// What a designer sees of a small picture: whether straight lines stay lines, whether it is as bright as what it was made from, and whether
// more comes back than from a bicubic picture enlarged by the network for ordinary ones. On screens, spokes and a facade, which are made
// of what reductions get wrong; the sheet shows the small pictures themselves, enlarged by nearest neighbour.
using System.Globalization;
using System.Text;
using RsrPlugins.Core;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Refinement;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Evaluation;
using RsrPlugins.Trainer.Experiments.Ordinary;

namespace RsrPlugins.Trainer.Experiments;

/// <summary>Small pictures of drawings with and without effort: lines, brightness, what comes back.</summary>
internal sealed class Effort : IExperiment
{
    /// <summary>Passes of the column with effort.</summary>
    private const int Passes = 10;

    /// <summary>The scale the sheet shows.</summary>
    private const int ShownScale = 2;

    public string Name => "effort";

    public string Summary => "small pictures of screens, spokes and a facade, with and without effort";

    public string Document => "docs/refinement.md";

    public string Run(ExperimentContext context)
    {
        ModelCatalogue models = ModelCatalogue.Load(context.Models);
        using InferenceEngine engine = new InferenceEngine(new InferenceOptions(DeviceChoice.Cpu));
        List<string> lines = new List<string>();
        foreach (int scale in context.IsSmoke ? [ShownScale] : models.Scales(NetworkTask.Reduce, ModelKind.Learned))
        {
            Networks networks = new Networks(
                engine.Open(models.Find(NetworkTask.Reduce, ModelKind.Learned, scale)),
                engine.Open(models.Find(NetworkTask.Enlarge, ModelKind.Learned, scale)),
                engine.Open(models.Find(NetworkTask.Enlarge, ModelKind.Photo, scale)),
                engine.Open(models.Find(NetworkTask.Gradient, ModelKind.Learned, scale))
            );
            List<IReadOnlyList<SheetCell>> rows = new List<IReadOnlyList<SheetCell>>();
            foreach (TestPicture picture in Pictures().Take(context.IsSmoke ? 1 : int.MaxValue))
            {
                context.CancellationToken.ThrowIfCancellationRequested();
                (string Caption, float[] Small)[] ways = Reduce(picture, networks, scale, context.CancellationToken);
                SmallPictureMeasure measure = new SmallPictureMeasure(picture, scale);
                lines.AddRange(
                    ways.Select(way =>
                        Row(
                            $"{picture.Name} x{scale}",
                            way.Caption,
                            measure.Of(way.Small, way.Caption == "bicubic" ? networks.Ordinary : networks.Enlarging)
                        )
                    )
                );
                rows.Add([
                    new SheetCell(picture.Name, picture.Plane, picture.Width, picture.Height),
                    .. ways.Where(way => way.Caption != Unbound)
                        .Select(way => new SheetCell(way.Caption, way.Small, picture.Width / scale, picture.Height / scale)),
                ]);
            }

            if (scale == ShownScale)
            {
                ContactSheet.Draw(rows, context.PicturePath("effort-drawings.png"));
            }

            context.Log($"x{scale}");
        }

        return string.Join(
            '\n',
            [
                FormattableString.Invariant(
                    $"Drawn screens, spokes and a facade; small pictures in 8 bits. *Along lines*: the largest difference of two small pixels, in levels, around which the large picture is the same (shifts along rows, columns, diagonals, slopes of 2). *Brightness*: mean of the small picture less that of the large one, in levels. *Comes back*: PSNR in dB of the enlargement, of the bicubic picture by the network for ordinary ones. Effort is {Passes} passes; *{Unbound}* is the same without the averaging along lines, the bound and the hold on brightness."
                ),
                string.Empty,
                "| picture | small picture | along lines | brightness | comes back |",
                "|---|---|---|---|---|",
                .. lines,
                string.Empty,
                context.ShowPicture("effort-drawings.png", "Screens, spokes and a facade: original, bicubic, learned, learned with effort"),
            ]
        );
    }

    private const string Unbound = "effort, free";

    /// <summary>Luma of the drawings, studio, 8 bits; sides are multiples of 2, 3 and 4.</summary>
    internal static IEnumerable<TestPicture> Pictures() =>
        DrawnScenes.Screens().Append(("spokes", Spokes())).Append(("facade", Facade())).Select(scene => Load(scene.Item1, scene.Item2));

    private static (string Caption, float[] Small)[] Reduce(
        TestPicture picture,
        Networks networks,
        int scale,
        CancellationToken cancellationToken
    )
    {
        float[] large = Array.ConvertAll(picture.Plane, value => value / 255);
        float[] made = new LearnedResizer(networks.Reducing).ResizeLuma(large, picture.Width, picture.Height, cancellationToken);
        return
        [
            (
                "bicubic",
                EvaluationProtocol.RoundToEightBits(
                    Reduction.Reduce(picture.Plane, picture.Width, picture.Height, scale, ResamplingKernel.Bicubic)
                )
            ),
            ("learned", Stored(made)),
            ("learned, effort", Refined(new DescentOptions())),
            (Unbound, Refined(new DescentOptions(MaxCorrection: 1, BrightnessWeight: 0, KeepRepetition: false))),
        ];

        float[] Refined(DescentOptions options)
        {
            float[] small = (float[])made.Clone();
            LumaRefiner refiner = new LumaRefiner(networks.Gradient, Passes, null, options);
            refiner.Refine(small, large, picture.Width / scale, picture.Height / scale, [], null, cancellationToken);
            return Stored(small);
        }

        static float[] Stored(float[] small) => EvaluationProtocol.RoundToEightBits(Array.ConvertAll(small, value => value * 255));
    }

    private static string Row(string picture, string caption, SmallPictureFigures figures) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {picture} | {caption} | {figures.AlongLines:0} | {figures.Brightness:+0.00;-0.00;0.00} | {figures.Psnr:0.00} |"
        );

    private static TestPicture Load(string name, string svg) =>
        OrdinaryPictures.Luma(name, DrawnScenes.Render(Encoding.UTF8.GetBytes(svg), DrawnScenes.Side));

    /// <summary>Lines at all angles, those along rows, columns and diagonals among them.</summary>
    private static string Spokes()
    {
        StringBuilder svg = new StringBuilder("""<rect width="288" height="288" fill="#f4f4f0"/>""");
        for (int spoke = 0; spoke < 48; spoke++)
        {
            double angle = Math.PI * spoke / 48;
            (double x, double y) = (140 * Math.Cos(angle), 140 * Math.Sin(angle));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<path d="M{144.5 - x:0.00},{144.5 - y:0.00} L{144.5 + x:0.00},{144.5 + y:0.00}" stroke="#14283c" stroke-width="1"/>"""
            );
        }

        return DrawnScenes.Whole(svg);
    }

    /// <summary>Rows of windows with frames of one pixel, and lines of brickwork.</summary>
    private static string Facade()
    {
        StringBuilder svg = new StringBuilder("""<g shape-rendering="crispEdges"><rect width="288" height="288" fill="#c8b8a0"/>""");
        for (int course = 0; course < 58; course++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<rect y="{course * 5}" width="288" height="1" fill="#a8947c"/>""");
        }

        for (int window = 0; window < 48; window++)
        {
            (int x, int y) = (7 + (window % 8 * 35), 9 + (window / 8 * 47));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<rect x="{x}" y="{y}" width="23" height="33" fill="#f8f4ec"/><rect x="{x + 2}" y="{y + 2}" width="19" height="29" fill="#34485c"/><rect x="{x + 11}" y="{y + 2}" width="1" height="29" fill="#f8f4ec"/><rect x="{x + 2}" y="{y + 11 + (window % 3)}" width="19" height="1" fill="#f8f4ec"/>"""
            );
        }

        return DrawnScenes.Whole(svg.Append("</g>"));
    }

    private sealed record Networks(INetwork Reducing, INetwork Enlarging, INetwork Ordinary, INetwork Gradient);
}
