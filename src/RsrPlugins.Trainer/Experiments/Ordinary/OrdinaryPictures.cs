// The large pictures of the ordinary benchmark: none of them is a training picture, none a test picture. Photographs are details of
// Kodak's pictures, on which models are chosen; drawings are some of our own and some of those held back from training.
using System.Text;
using NetVips;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Evaluation;

namespace RsrPlugins.Trainer.Experiments.Ordinary;

/// <summary>A large picture.</summary>
/// <param name="Kind">Of <see cref="OrdinaryPictures.Kinds"/>.</param>
/// <param name="Rgb">Side x Side 8-bit R, G, B of <see cref="DrawnScenes"/>.</param>
/// <param name="Svg">Where it is a drawing that can be drawn at any size, else null.</param>
internal sealed record OrdinaryPicture(string Kind, string Name, byte[] Rgb, byte[]? Svg);

/// <summary>The pictures by kind.</summary>
internal static class OrdinaryPictures
{
    internal static readonly string[] Kinds = ["photo", "city", "drawing", "screen", "line art", "pixel art"];

    // Where Debian's package openclipart-svg puts its drawings, in the system or unpacked into the cache.
    private const string PackageFolder = "usr/share/openclipart/svg";

    private const string HeldOutList = "held-out-drawings.txt";

    private static readonly string[] _photos = ["kodim04", "kodim07", "kodim23"];
    private static readonly string[] _cities = ["kodim01", "kodim08", "kodim19"];

    // Drawings held back from training before those of the project, of every so many in the list.
    private const int HeldOutDrawings = 2;
    private const int HeldOutStep = 13;

    /// <summary>Loads them; a smoke run and a folder without drawings do with what the project draws.</summary>
    /// <param name="perKind">At most so many of each kind.</param>
    internal static IReadOnlyList<OrdinaryPicture> Load(ExperimentContext context, int perKind)
    {
        List<OrdinaryPicture> pictures = new List<OrdinaryPicture>();
        if (!context.IsSmoke)
        {
            Add("photo", _photos.Select(name => Photograph(context, name)));
            Add("city", _cities.Select(name => Photograph(context, name)));
        }

        Add(
            "drawing",
            HeldOut(context, HeldOutStep)
                .Take(HeldOutDrawings)
                .Concat(DrawnScenes.Drawings().Select(scene => FromSvg(scene.Name, Encoding.UTF8.GetBytes(scene.Svg))))
        );
        Add("screen", DrawnScenes.Screens().Select(scene => FromSvg(scene.Name, Encoding.UTF8.GetBytes(scene.Svg))));
        Add("line art", DrawnScenes.LineArt().Select(scene => FromSvg(scene.Name, Encoding.UTF8.GetBytes(scene.Svg))));
        Add("pixel art", DrawnScenes.PixelArt().Select(scene => (scene.Name, scene.Rgb, (byte[]?)null)));
        return pictures;

        void Add(string kind, IEnumerable<(string Name, byte[] Rgb, byte[]? Svg)> found) =>
            pictures.AddRange(found.Take(perKind).Select(picture => new OrdinaryPicture(kind, picture.Name, picture.Rgb, picture.Svg)));
    }

    /// <summary>Luma, as the protocol measures it, of Side x Side 8-bit R, G, B.</summary>
    internal static TestPicture Luma(string name, byte[] rgb)
    {
        PixelImage pixels = PixelImage.Create(DrawnScenes.Side, DrawnScenes.Side, PixelLayout.Rgb, 8);
        rgb.CopyTo(pixels.Samples8);
        return new TestPicture(name, DrawnScenes.Side, DrawnScenes.Side, EvaluationProtocol.LumaPlane(pixels));
    }

    /// <summary>Every drawing held back from training, in the order of the list; none in a smoke run.</summary>
    /// <param name="context">Where they are.</param>
    /// <param name="kind">What their kind is called.</param>
    internal static IEnumerable<OrdinaryPicture> AllHeldOut(ExperimentContext context, string kind) =>
        HeldOut(context, 1).Select(drawing => new OrdinaryPicture(kind, drawing.Name, drawing.Rgb, drawing.Svg));

    // Drawings held back from training, of every so many in the list.
    private static IEnumerable<(string Name, byte[] Rgb, byte[]? Svg)> HeldOut(ExperimentContext context, int step)
    {
        if (context.IsSmoke)
        {
            yield break;
        }

        string[] folders =
        [
            .. new[] { DataFolders.Cache, Path.Combine(DataFolders.Cache, "openclipart"), "/" }.Select(root =>
                Path.Combine(root, PackageFolder)
            ),
        ];
        string folder =
            Array.Find(folders, Directory.Exists)
            ?? throw new TrainerException(
                $"The drawings of Debian's package openclipart-svg are expected in {string.Join(" or ", folders)}; docs/training.md says how to unpack them."
            );
        IEnumerable<string> names = File.ReadLines(Path.Combine(context.Training, HeldOutList))
            .Select(line => line.Split('#')[0].Trim())
            .Where(name => name.Length > 0);

        foreach (string name in names.Where((_, index) => index % step == 0))
        {
            yield return FromSvg(
                Path.GetFileNameWithoutExtension(name),
                DrawnScenes.Squared(File.ReadAllBytes(Path.Combine(folder, name)))
            );
        }
    }

    private static (string Name, byte[] Rgb, byte[]? Svg) FromSvg(string name, byte[] svg) =>
        (name, DrawnScenes.Render(svg, DrawnScenes.Side), svg);

    private static (string Name, byte[] Rgb, byte[]? Svg) Photograph(ExperimentContext context, string name)
    {
        string file = Path.Combine(context.RequireData(), "validation/kodak24", name + ".png");
        if (!File.Exists(file))
        {
            throw new TrainerException(
                $"{file}: a picture of Kodak's set expected, found no file. Give the data folder with --data or in RSR_DATA."
            );
        }

        using Image image = Image.NewFromFile(file);
        using Image detail = image.Crop(
            (image.Width - DrawnScenes.Side) / 2,
            (image.Height - DrawnScenes.Side) / 2,
            DrawnScenes.Side,
            DrawnScenes.Side
        );
        return (name, detail.WriteToMemory<byte>(), null);
    }
}
