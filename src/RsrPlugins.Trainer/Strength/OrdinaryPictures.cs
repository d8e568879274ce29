// Small pictures for what must hold for a picture however it was made small: the estimate of the strength, and the classifier of
// reductions. Unlike in training, every reduction is drawn about alike, so that none is neglected.
using System.Collections.Concurrent;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Strength;

/// <summary>A picture of a training folder.</summary>
/// <param name="Image">The picture.</param>
/// <param name="IsHeldBack">No fit may see it.</param>
internal sealed record OrdinaryPicture(LumaImage Image, bool IsHeldBack);

/// <summary>A square small picture.</summary>
/// <param name="Small">Luma, Y/255.</param>
/// <param name="Side">Its side in pixels.</param>
/// <param name="Truth">What it was made of.</param>
/// <param name="IsHeldBack">No fit may see it.</param>
/// <param name="By">How it was made small.</param>
/// <param name="Damage">What happened to it afterwards.</param>
internal sealed record OrdinarySmall(float[] Small, int Side, FilePlanes Truth, bool IsHeldBack, SmallBy By, Damage Damage);

/// <summary>Draws pictures of a configuration's folders and makes them small.</summary>
/// <param name="config">Scale, kind, folders, shares and seed.</param>
/// <param name="dataRoot">Folder of picture folders.</param>
/// <param name="kept">Pictures that were read, by file and by how much smaller they were made: each is drawn often. Sources of several
/// scale factors may have them together.</param>
internal sealed class OrdinaryPictures(
    TrainingConfig config,
    string dataRoot,
    ConcurrentDictionary<(string File, double ReducedBy), LumaImage> kept
)
{
    // Sides of the small pictures, in pixels; the upper one also follows from what they are made of, whatever the scale.
    private const int MinSide = 24;
    private const int MaxSide = 160;
    private const int MaxLargeSide = 360;

    // Smaller pictures are more often drawn than with 1: they take less time.
    private const double SizePower = 1.5;

    private const int DrawingsInAHundred = 50;

    // Thin lines and fine patterns are where an estimate errs most, and flat shapes are what most drawings are of: drawn so many times as
    // often as the other folders of drawings.
    private static readonly Dictionary<string, int> _drawingShares = new()
    {
        ["drawn/lines"] = 3,
        ["drawn/openclipart"] = 3,
        ["drawn/patterns"] = 2,
        ["drawn/engravings"] = 2,
    };

    // One drawing in so many becomes pixel art: one pixel of so many squared, whatever is between them.
    private const int PixelArt = 5;
    private const int PixelArtStep = 4;

    // One photograph in so many is made smaller first, by this factor: finer fences, facades and fabrics, which alias as those of sharp
    // cameras do.
    private const int Finer = 3;
    private const double FinerBy = 1.8;

    // One picture in so many is held back.
    private const int HeldBack = 8;

    // Every reduction about alike, so that none is neglected; those with a range of their own more often.
    private static readonly (SmallBy By, int Share)[] _reductions =
    [
        (SmallBy.Bicubic, 16),
        (SmallBy.Area, 12),
        (SmallBy.Lanczos, 8),
        (SmallBy.Triangle, 8),
        (SmallBy.Nearest, 10),
        (SmallBy.Linear, 8),
        (SmallBy.Cubic, 8),
        (SmallBy.Sharper, 8),
        (SmallBy.Unsharp, 8),
        (SmallBy.Blurred, 20),
        (SmallBy.LinearLight, 12),
        (SmallBy.Twice, 6),
    ];

    private readonly (DataFolder Folder, string[] Files)[] _folders =
    [
        .. config.Data.Select(folder =>
            (
                folder,
                Directory
                    .GetFiles(DataFolders.Find(dataRoot, folder.Path))
                    .Where(LumaImage.IsPicture)
                    .Order(StringComparer.Ordinal)
                    .ToArray()
            )
        ),
    ];

    private readonly OrdinaryReductions _makeSmall = new(config.Scale, config.Kind);

    /// <summary>The choices of one sample.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="step">Keeps samples of different uses apart.</param>
    internal SampleRandom Random(int index, long step = 0) => new(config.Seed, step, index);

    /// <summary>A small picture of a random side; null where the picture is too small for one.</summary>
    internal OrdinarySmall? MakeSmall(OrdinaryPicture picture, ref SampleRandom random)
    {
        SmallBy by = Pick(ref random);
        Damage damage = DrawDamage(ref random);
        int maxSide = Math.Min(MaxSide, MaxLargeSide / config.Scale);
        int side = MinSide + (int)(Math.Pow(random.NextDouble(), SizePower) * (maxSide - MinSide));
        side = Math.Min(side, Math.Min(picture.Image.Width, picture.Image.Height) / config.Scale);
        return side < MinSide ? null : MakeSmall(picture, side, by, damage, ref random);
    }

    /// <summary>A small picture of a given side; null where the picture is too small for it.</summary>
    internal OrdinarySmall? MakeSmall(OrdinaryPicture picture, int side, ref SampleRandom random)
    {
        SmallBy by = Pick(ref random);
        Damage damage = DrawDamage(ref random);
        return Math.Min(picture.Image.Width, picture.Image.Height) / config.Scale < side
            ? null
            : MakeSmall(picture, side, by, damage, ref random);
    }

    private OrdinarySmall MakeSmall(OrdinaryPicture picture, int side, SmallBy by, Damage damage, ref SampleRandom random)
    {
        (LumaImage image, int large) = (picture.Image, side * config.Scale);
        FilePlanes truth = image.ToFile(random.NextInt(image.Width - large + 1), random.NextInt(image.Height - large + 1), large, large);
        return new OrdinarySmall(_makeSmall.Make(truth, by, damage, ref random), side, truth, picture.IsHeldBack, by, damage);
    }

    /// <summary>A picture: photographs by the shares of the configuration, folders of drawings by their own.</summary>
    internal OrdinaryPicture Draw(ref SampleRandom random)
    {
        bool isDrawing = random.NextInt(100) < DrawingsInAHundred;
        (DataFolder Folder, string[] Files)[] folders = [.. _folders.Where(one => one.Folder.Drawings == isDrawing)];
        folders = folders.Length > 0 ? folders : _folders;
        double[] shares =
        [
            .. folders.Select(one =>
                isDrawing ? _drawingShares.GetValueOrDefault(one.Folder.Path, 1) : one.Folder.Share ?? 0
            ),
        ];
        double drawn = random.NextDouble() * shares.Sum();
        int index = 0;
        while (index < folders.Length - 1 && drawn >= shares[index])
        {
            drawn -= shares[index++];
        }

        (DataFolder folder, string[] files) = folders[index];
        int number = random.NextInt(files.Length);
        bool isPixelArt = folder.Drawings && random.NextInt(PixelArt) == 0;
        double reducedBy = folder.ReducedBy * (!folder.Drawings && random.NextInt(Finer) == 0 ? FinerBy : 1);
        LumaImage image = kept.GetOrAdd((files[number], reducedBy), _ => Load(folder, files[number], reducedBy));
        return new OrdinaryPicture(isPixelArt ? image.EveryNth(PixelArtStep) : image, number % HeldBack == 0);
    }

    private static LumaImage Load(DataFolder folder, string file, double reducedBy)
    {
        LumaImage image = LumaImage.Load(file, folder.Drawings);
        return folder.Drawings || reducedBy == 1 ? image : image.Reduced(reducedBy);
    }

    private static SmallBy Pick(ref SampleRandom random)
    {
        int drawn = random.NextInt(_reductions.Sum(entry => entry.Share)),
            index = 0;
        while (drawn >= _reductions[index].Share)
        {
            drawn -= _reductions[index++].Share;
        }

        return _reductions[index].By;
    }

    private Damage DrawDamage(ref SampleRandom random)
    {
        int drawn = random.NextInt(100);
        return config.Kind == RunKind.Cleanup
            ? drawn < 65
                ? Damage.Jpeg
                : drawn < 75
                    ? Damage.WebP
                    : drawn < 90
                        ? Damage.Noise
                        : drawn < 97
                            ? Damage.NoiseAndJpeg
                            : Damage.None
            : drawn < 55
                ? Damage.None
                : drawn < 66
                    ? Damage.Jpeg
                    : drawn < 76
                        ? Damage.WebP
                        : drawn < 98
                            ? Damage.Noise
                            : Damage.NoiseAndJpeg;
    }
}
