// What an estimate of the strength is fitted to: for many small pictures, their statistics, and how far the network's enlargement, the
// classical ones and the true picture are from one another. The error of every blend follows from these few numbers, so that a network
// runs once for each case, however often the estimate is fitted.
using RsrPlugins.Core;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Core.Strength;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Strength;

/// <summary>One small picture, and its enlargements.</summary>
/// <param name="Statistics"><see cref="PictureStatistics.Count"/> numbers.</param>
/// <param name="Network">Mean squared difference of the network's enlargement from the bicubic one, in 8-bit levels squared.</param>
/// <param name="Common">Mean product of that difference and the true picture's from the bicubic one.</param>
/// <param name="Bicubic">Mean squared error of bicubic enlargement.</param>
/// <param name="Lanczos">Mean squared error of Lanczos enlargement.</param>
/// <param name="IsHeldBack">The case belongs to a picture no fit has seen.</param>
/// <param name="By">How the small picture was made.</param>
internal sealed record StrengthCase(
    float[] Statistics,
    double Network,
    double Common,
    double Bicubic,
    double Lanczos,
    bool IsHeldBack,
    SmallBy By
)
{
    /// <summary>Writes cases, to be fitted again without a network.</summary>
    internal static void Save(string path, string of, IReadOnlyList<StrengthCase> cases)
    {
        using (BinaryWriter writer = new BinaryWriter(File.Create(path + ".tmp")))
        {
            writer.Write(Header(of));
            writer.Write(cases.Count);
            foreach (StrengthCase one in cases)
            {
                Array.ForEach(one.Statistics, writer.Write);
                Array.ForEach([one.Network, one.Common, one.Bicubic, one.Lanczos], writer.Write);
                writer.Write(one.IsHeldBack);
                writer.Write((int)one.By);
            }
        }

        File.Move(path + ".tmp", path, overwrite: true);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <param name="of">What the cases must be of: the same as when they were written.</param>
    /// <exception cref="TrainerException">Cases of something else, or no such file.</exception>
    internal static IReadOnlyList<StrengthCase> Load(string path, string of)
    {
        try
        {
            using BinaryReader reader = new BinaryReader(File.OpenRead(path));
            string found = reader.ReadString();
            if (found != Header(of))
            {
                throw new TrainerException($"{path}: cases of {Header(of)} expected, found {OneLine.Quote(found)}. Name another file.");
            }

            StrengthCase[] cases = new StrengthCase[reader.ReadInt32()];
            for (int i = 0; i < cases.Length; i++)
            {
                float[] statistics = new float[PictureStatistics.Count];
                for (int k = 0; k < statistics.Length; k++)
                {
                    statistics[k] = reader.ReadSingle();
                }

                cases[i] = new StrengthCase(
                    statistics,
                    reader.ReadDouble(),
                    reader.ReadDouble(),
                    reader.ReadDouble(),
                    reader.ReadDouble(),
                    reader.ReadBoolean(),
                    (SmallBy)reader.ReadInt32()
                );
            }

            return cases;
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or OutOfMemoryException or OverflowException)
        {
            throw new TrainerException($"{path}: not a file of cases: {exception.Message}", exception);
        }
    }

    private static string Header(string of) => $"{of}, {PictureStatistics.Count} statistics";

    /// <summary>Mean squared error of the better classical enlargement.</summary>
    internal double Classical => Math.Min(Bicubic, Lanczos);

    /// <summary>The strength at which the error is smallest, 0 to 1.</summary>
    internal double BestStrength => Math.Clamp(Common / Math.Max(Network, 1e-6), 0, 1);

    /// <summary>Mean squared error of a blend.</summary>
    /// <param name="strength">Share of the network, 0 to 1; the rest is bicubic.</param>
    internal double Error(double strength) => Bicubic - (2 * strength * Common) + (strength * strength * Network);
}

/// <summary>Makes cases from the pictures of a configuration.</summary>
/// <param name="config">Of the run that trained the network: scale, kind, folders and shares.</param>
/// <param name="dataRoot">Folder of picture folders.</param>
/// <param name="resizer">The network.</param>
internal sealed class StrengthCases(TrainingConfig config, string dataRoot, LearnedResizer resizer)
{
    // Sides of the small pictures, in pixels.
    private const int MinSide = 24;
    private const int MaxSide = 160;

    // Smaller pictures are more often drawn than with 1: they take less time.
    private const double SizePower = 1.5;

    private const int DrawingsInAHundred = 50;

    // Thin lines are where an estimate errs most: drawn so many times as often as the other folders of drawings.
    private const string ThinLines = "drawn/lines";
    private const int ThinLinesShare = 3;

    // One drawing in so many becomes pixel art: one pixel of so many squared, whatever is between them.
    private const int PixelArt = 5;
    private const int PixelArtStep = 4;

    // Cut off every side of the enlargements before they are compared, in small pixels.
    private const int Border = 4;

    // Crops of a picture, each made small in its own way: reading it takes longer than all that is done with a crop.
    private const int CropsOfOne = 4;

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
        (SmallBy.LinearLight, 6),
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

    private readonly OrdinaryReductions _makeSmall = new(config.Scale, config.Kind == RunKind.Cleanup);

    /// <summary>Makes cases.</summary>
    /// <param name="count">How many; the first of a longer list are those of a shorter one.</param>
    /// <param name="log">Receives a line now and then.</param>
    /// <param name="cancellationToken">Stops between cases.</param>
    internal IReadOnlyList<StrengthCase> Make(int count, Action<string> log, CancellationToken cancellationToken)
    {
        StrengthCase?[] cases = new StrengthCase?[count];
        int done = 0;
        Parallel.For(
            0,
            (count + CropsOfOne - 1) / CropsOfOne,
            new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount },
            index =>
            {
                SampleRandom random = new SampleRandom(config.Seed, 0, index);
                (LumaImage image, bool isHeldBack) = Draw(ref random);
                for (int i = CropsOfOne * index; i < Math.Min(count, CropsOfOne * (index + 1)); i++)
                {
                    cases[i] = Make(image, isHeldBack, ref random, cancellationToken);
                    int now = Interlocked.Increment(ref done);
                    if (now % 500 == 0)
                    {
                        log($"{now} of {count} cases");
                    }
                }
            }
        );
        return [.. cases.OfType<StrengthCase>()];
    }

    private StrengthCase? Make(LumaImage image, bool isHeldBack, ref SampleRandom random, CancellationToken cancellationToken)
    {
        SmallBy by = Pick(ref random);
        Damage damage = DrawDamage(ref random);
        int side = MinSide + (int)(Math.Pow(random.NextDouble(), SizePower) * (MaxSide - MinSide));
        side = Math.Min(side, Math.Min(image.Width, image.Height) / config.Scale);
        if (side < MinSide)
        {
            return null;
        }

        int large = side * config.Scale;
        FilePlanes truth = image.ToFile(random.NextInt(image.Width - large + 1), random.NextInt(image.Height - large + 1), large, large);
        float[] small = _makeSmall.Make(truth, by, damage, ref random);
        float[] levels = Array.ConvertAll(small, value => 255 * value);
        if (PictureStatistics.Of(levels, side, side) is not { } statistics)
        {
            return null;
        }

        float[] target = truth.Luma(),
            network = resizer.ResizeLuma(small, side, side, cancellationToken),
            bicubic = Resampler.Resize(small, side, side, large, large, ResamplingKernel.Bicubic, cancellationToken),
            lanczos = Resampler.Resize(small, side, side, large, large, ResamplingKernel.Lanczos3, cancellationToken);
        double networkSum = 0,
            common = 0,
            bicubicSum = 0,
            lanczosSum = 0;
        int border = Border * config.Scale;
        for (int y = border; y < large - border; y++)
        {
            for (int x = border; x < large - border; x++)
            {
                int i = (y * large) + x;
                double difference = Clipped(network[i]) - Clipped(bicubic[i]),
                    error = target[i] - Clipped(bicubic[i]),
                    lanczosError = target[i] - Clipped(lanczos[i]);
                networkSum += difference * difference;
                common += difference * error;
                bicubicSum += error * error;
                lanczosSum += lanczosError * lanczosError;
            }
        }

        double scale = 255.0 * 255 / ((double)(large - (2 * border)) * (large - (2 * border)));
        return new StrengthCase(
            statistics,
            networkSum * scale,
            common * scale,
            bicubicSum * scale,
            lanczosSum * scale,
            isHeldBack,
            by
        );
    }

    // Black and white of studio luma: what an 8-bit R, G, B file can hold.
    private static double Clipped(float value) => Math.Clamp(value, 16 / 255f, 235 / 255f);

    // Photographs by the shares of the configuration; folders of drawings alike but for thin lines.
    private (LumaImage Image, bool IsHeldBack) Draw(ref SampleRandom random)
    {
        bool isDrawing = random.NextInt(100) < DrawingsInAHundred;
        (DataFolder Folder, string[] Files)[] folders = [.. _folders.Where(one => one.Folder.Drawings == isDrawing)];
        folders = folders.Length > 0 ? folders : _folders;
        double[] shares =
        [
            .. folders.Select(one =>
                !isDrawing ? one.Folder.Share ?? 0
                : one.Folder.Path == ThinLines ? ThinLinesShare
                : 1
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
        LumaImage image = LumaImage.Load(files[number], folder.Drawings);
        image =
            folder.Drawings && random.NextInt(PixelArt) == 0 ? image.EveryNth(PixelArtStep)
            : folder.ReducedBy == 1 ? image
            : image.Reduced(folder.ReducedBy);
        return (image, number % HeldBack == 0);
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
