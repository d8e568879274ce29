// What an estimate of the strength is fitted to: for many small pictures, their statistics, and how far the network's enlargement, the
// classical ones and the true picture are from one another. The error of every blend follows from these few numbers, so that a network
// runs once for each case, however often the estimate is fitted.
using RsrPlugins.Core;
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Core.Strength;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Strength;

/// <summary>What shows of a case.</summary>
/// <param name="Kernel">The classical enlargement, an index of <see cref="ResizeWay.RestKernels"/>.</param>
/// <param name="Network">The network, an index of <see cref="ClassicalSums.Networks"/>.</param>
/// <param name="Strength">Share of the network, 0 to 1.</param>
internal readonly record struct Blend(int Kernel, int Network, double Strength);

/// <summary>How far one network's enlargement is from a classical one, and how much of that leads to the true picture.</summary>
/// <param name="Network">Mean squared difference of the network's enlargement from the classical one, in 8-bit levels squared.</param>
/// <param name="Common">Mean product of that difference and the true picture's from the classical one.</param>
internal readonly record struct NetworkSums(double Network, double Common)
{
    /// <summary>The strengths of <see cref="SsimGains"/>.</summary>
    internal static IReadOnlyList<double> Strengths { get; } = [0, 0.25, 0.5, 0.75, 1];

    /// <summary>SSIM of the blends at <see cref="Strengths"/> less that of the better classical enlargement.</summary>
    internal IReadOnlyList<double> SsimGains { get; init; } = new double[Strengths.Count];

    /// <summary>Gain in SSIM over the better classical enlargement; between <see cref="Strengths"/> on straight lines.</summary>
    /// <param name="strength">Share of the network, 0 to 1.</param>
    internal double SsimGain(double strength)
    {
        double at = strength * (Strengths.Count - 1);
        int below = Math.Min((int)at, Strengths.Count - 2);
        return SsimGains[below] + ((at - below) * (SsimGains[below + 1] - SsimGains[below]));
    }

    /// <summary>The strength at which the error is smallest, 0 to 1.</summary>
    internal double BestStrength => Math.Clamp(Common / Math.Max(Network, 1e-6), 0, 1);

    /// <summary>Mean squared error of a blend.</summary>
    /// <param name="classical">Mean squared error of the classical enlargement.</param>
    /// <param name="strength">Share of the network, 0 to 1; the rest is the classical enlargement.</param>
    internal double Error(double classical, double strength) => classical - (2 * strength * Common) + (strength * strength * Network);
}

/// <summary>One classical enlargement of a small picture.</summary>
/// <param name="Error">Its mean squared error.</param>
/// <param name="Networks">The network for such pictures, and the one that may stand in for it, where there is one.</param>
internal sealed record ClassicalSums(double Error, IReadOnlyList<NetworkSums> Networks);

/// <summary>One small picture, and its enlargements.</summary>
/// <param name="Statistics"><see cref="PictureStatistics.Count"/> numbers.</param>
/// <param name="Classicals">One for each of <see cref="ResizeWay.RestKernels"/>.</param>
/// <param name="IsHeldBack">The case belongs to a picture no fit has seen.</param>
/// <param name="By">How the small picture was made.</param>
internal sealed record StrengthCase(
    float[] Statistics,
    IReadOnlyList<ClassicalSums> Classicals,
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
                writer.Write(one.Networks);
                foreach (ClassicalSums classical in one.Classicals)
                {
                    writer.Write(classical.Error);
                    foreach (NetworkSums sums in classical.Networks)
                    {
                        writer.Write(sums.Network);
                        writer.Write(sums.Common);
                        Array.ForEach([.. sums.SsimGains], writer.Write);
                    }
                }

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

                int networks = reader.ReadInt32();
                cases[i] = new StrengthCase(
                    statistics,
                    [.. ResizeWay.RestKernels.Select(_ => ReadClassical(reader, networks))],
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

    private static ClassicalSums ReadClassical(BinaryReader reader, int networks) =>
        new(reader.ReadDouble(), [.. Enumerable.Range(0, networks).Select(_ => ReadSums(reader))]);

    private static NetworkSums ReadSums(BinaryReader reader) =>
        new(reader.ReadDouble(), reader.ReadDouble()) { SsimGains = [.. NetworkSums.Strengths.Select(_ => reader.ReadDouble())] };

    private static string Header(string of) => $"4: {of}, {PictureStatistics.Count} statistics";

    /// <summary>Mean squared error of the better of bicubic and Lanczos enlargement, which a blend is measured against.</summary>
    internal double Reference =>
        Classicals.Where((_, kernel) => IsReference(ResizeWay.RestKernels[kernel])).Min(classical => classical.Error);

    /// <summary>Whether what a kernel makes is what blends are measured against.</summary>
    internal static bool IsReference(ResamplingKernel kernel) => kernel is ResamplingKernel.Bicubic or ResamplingKernel.Lanczos3;

    /// <summary>Number of networks.</summary>
    internal int Networks => Classicals[0].Networks.Count;

    /// <summary>The numbers of a blend.</summary>
    internal NetworkSums Sums(Blend blend) => Classicals[blend.Kernel].Networks[blend.Network];
}

/// <summary>Makes cases from the pictures of a configuration.</summary>
/// <param name="scale">Scale factor of the network.</param>
/// <param name="pictures">Where small pictures come from.</param>
/// <param name="resizers">The network, and the one that may stand in for it, where there is one.</param>
internal sealed class StrengthCases(int scale, OrdinaryPictures pictures, IReadOnlyList<LearnedResizer> resizers)
{
    // Cut off every side of the enlargements before they are compared, in small pixels.
    private const int Border = 4;

    // Crops of a picture, each made small in its own way: reading it takes longer than all that is done with a crop.
    private const int CropsOfOne = 2;

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
                SampleRandom random = pictures.Random(index);
                OrdinaryPicture picture = pictures.Draw(ref random);
                for (int i = CropsOfOne * index; i < Math.Min(count, CropsOfOne * (index + 1)); i++)
                {
                    cases[i] = pictures.MakeSmall(picture, ref random) is { } small ? Make(small, cancellationToken) : null;
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

    private StrengthCase? Make(OrdinarySmall made, CancellationToken cancellationToken)
    {
        (int side, int large) = (made.Side, made.Side * scale);
        if (PictureStatistics.Of(Array.ConvertAll(made.Small, value => 255 * value), side, side) is not { } statistics)
        {
            return null;
        }

        float[] small = made.Small;
        float[] target = Levels(made.Truth.Luma());
        float[][] classicals =
        [
            .. ResizeWay.RestKernels.Select(kernel =>
                Levels(Resampler.Resize(small, side, side, large, large, kernel, cancellationToken))
            ),
        ];
        float[][] networks = [.. resizers.Select(resizer => Levels(resizer.ResizeLuma(small, side, side, cancellationToken)))];
        int border = Border * scale;
        BlendSimilarity similarity = new BlendSimilarity(target, large, border);
        BlendSimilarity.Part[] parts = Array.ConvertAll(classicals, similarity.Filtered);
        double reference = parts.Where((_, i) => StrengthCase.IsReference(ResizeWay.RestKernels[i])).Max(similarity.Of);
        BlendSimilarity.Part[] networkParts = Array.ConvertAll(networks, similarity.Filtered);
        return new StrengthCase(statistics, [.. classicals.Select(Sums)], made.IsHeldBack, made.By);

        ClassicalSums Sums(float[] classical, int kernel) =>
            new(
                MeanProduct(target, classical, target, classical, large, border),
                [
                    .. networks.Select(
                        (network, k) =>
                            new NetworkSums(
                                MeanProduct(network, classical, network, classical, large, border),
                                MeanProduct(network, classical, target, classical, large, border)
                            )
                            {
                                SsimGains =
                                [
                                    .. similarity
                                        .Of(parts[kernel], networkParts[k], NetworkSums.Strengths)
                                        .Select(value => value - reference),
                                ],
                            }
                    ),
                ]
            );
    }

    // Mean product of two differences, inside a border.
    private static double MeanProduct(float[] first, float[] firstLess, float[] second, float[] secondLess, int side, int border)
    {
        double sum = 0;
        for (int y = border; y < side - border; y++)
        {
            for (int i = (y * side) + border; i < ((y + 1) * side) - border; i++)
            {
                sum += ((double)first[i] - firstLess[i]) * ((double)second[i] - secondLess[i]);
            }
        }

        return sum / ((double)(side - (2 * border)) * (side - (2 * border)));
    }

    private static float[] Levels(float[] plane) => Array.ConvertAll(plane, value => 255 * Clipped(value));

    // Black and white of studio luma: what an 8-bit R, G, B file can hold.
    private static float Clipped(float value) => Math.Clamp(value, 16 / 255f, 235 / 255f);
}
