// Codecs are compared at equal quality: each is given the setting whose SSIM is the nearest that is not below the one asked for.
namespace RsrPlugins.Trainer.Experiments.Compression;

/// <summary>A file and what came back out of it.</summary>
/// <param name="Bytes">Of the whole file; not whole in a mean.</param>
/// <param name="BitsPerPixel">Its bits over the pixels of the original.</param>
/// <param name="Psnr">In dB, of the picture that came back.</param>
/// <param name="Ssim">The same.</param>
internal sealed record Stored(double Bytes, double BitsPerPixel, double Psnr, double Ssim)
{
    /// <summary>Bits of a file, headers counted, over the pixels of the picture it stands for - not those of a reduced picture in
    /// it.</summary>
    internal static double Rate(long bytes, int originalWidth, int originalHeight) =>
        8.0 * bytes / ((double)originalWidth * originalHeight);

    /// <summary>Means over pictures, each figure for itself.</summary>
    internal static Stored Mean(IReadOnlyCollection<Stored> files) =>
        new(
            files.Average(file => file.Bytes),
            files.Average(file => file.BitsPerPixel),
            files.Average(file => file.Psnr),
            files.Average(file => file.Ssim)
        );
}

/// <summary>Finds a codec's setting for a quality.</summary>
internal static class QualitySearch
{
    // SSIM rises with the setting but for ripples of a step or two, so bisection lands beside the best one at worst.
    private const int Ripple = 2;

    /// <summary>Bisects settings, ordered from the smallest files to the best, and then tries the neighbours.</summary>
    /// <param name="settings">How many there are.</param>
    /// <param name="store">Stores the picture at one of them, 0 to settings - 1.</param>
    /// <param name="ssim">The SSIM asked for.</param>
    /// <returns>The smallest of the files tried that are not below; null where even the best setting is.</returns>
    internal static Stored? SmallestNotBelow(int settings, Func<int, Stored> store, double ssim)
    {
        Dictionary<int, Stored> tried = new Dictionary<int, Stored>();
        (int below, int enough) = (-1, settings);
        while (enough - below > 1)
        {
            int middle = (below + enough) / 2;
            (below, enough) = Try(middle).Ssim >= ssim ? (below, middle) : (middle, enough);
        }

        for (int index = Math.Max(0, enough - 1 - Ripple); index < Math.Min(settings, enough + Ripple); index++)
        {
            Try(index);
        }

        return tried.Values.Where(file => file.Ssim >= ssim).MinBy(file => file.Bytes);

        Stored Try(int index) => tried.TryGetValue(index, out Stored? file) ? file : tried[index] = store(index);
    }
}
