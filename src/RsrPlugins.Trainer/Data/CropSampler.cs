using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Data;

/// <summary>Random square crops in one of the eight orientations, from folders in the shares a configuration gives.</summary>
internal sealed class CropSampler
{
    private readonly List<LumaImage> _images = [];
    private readonly List<double> _cumulative = [];

    /// <param name="folders">Pictures of each folder with the folder's share (null: what is left, by number of pixels).</param>
    /// <param name="patch">Side of a crop; smaller pictures are left out.</param>
    internal CropSampler(IEnumerable<(IReadOnlyList<LumaImage> Images, double? Share)> folders, int patch)
    {
        Patch = patch;
        var usable = folders.Select(folder => (Images: folder.Images.Where(image => Math.Min(image.Width, image.Height) >= patch).ToArray(), folder.Share)).ToArray();
        var sharedPixels = usable.Where(folder => folder.Share is null).Sum(folder => Pixels(folder.Images));
        var left = 1 - usable.Sum(folder => folder.Share ?? 0);
        var sum = 0.0;
        foreach (var (images, share) in usable)
        {
            var perPixel = share is null ? left / sharedPixels : share.Value / Pixels(images);
            foreach (var image in images)
            {
                sum += perPixel * image.Luma.Length;
                _images.Add(image);
                _cumulative.Add(sum);
            }
        }

        if (_images.Count == 0)
        {
            throw new TrainerException($"No training picture is at least {patch} x {patch} pixels, the \"patch\" of the configuration.");
        }

        static double Pixels(IEnumerable<LumaImage> images) => images.Sum(image => (double)image.Luma.Length);
    }

    internal int Patch { get; }

    internal int ImageCount => _images.Count;

    internal double Megapixels => _images.Sum(image => image.Luma.Length / 1e6);

    /// <summary>Loads the folders of a configuration.</summary>
    internal static CropSampler Load(TrainingConfig config, string dataRoot) =>
        new(config.Data.Select(folder => (LumaImage.LoadFolder(Path.Combine(dataRoot, folder.Path)), folder.Share)), config.Patch);

    /// <summary>Writes one crop, Patch x Patch values of Y/255.</summary>
    internal void Sample(SampleRandom random, Span<float> target)
    {
        var place = _cumulative.BinarySearch(random.NextDouble() * _cumulative[^1]);
        var image = _images[Math.Min(place < 0 ? ~place : place, _images.Count - 1)];
        var left = random.NextInt(image.Width - Patch + 1);
        var top = random.NextInt(image.Height - Patch + 1);
        Copy(image, left, top, random.NextInt(8), target);
    }

    /// <param name="image">Source.</param>
    /// <param name="left">First column.</param>
    /// <param name="top">First row.</param>
    /// <param name="orientation">Bit 0 mirrors left-right, bit 1 top-bottom, bit 2 transposes.</param>
    /// <param name="target">Patch x Patch values.</param>
    private void Copy(LumaImage image, int left, int top, int orientation, Span<float> target)
    {
        for (var y = 0; y < Patch; y++)
        {
            for (var x = 0; x < Patch; x++)
            {
                var (column, row) = (orientation & 4) != 0 ? (y, x) : (x, y);
                column = (orientation & 1) != 0 ? Patch - 1 - column : column;
                row = (orientation & 2) != 0 ? Patch - 1 - row : row;
                target[(y * Patch) + x] = image.Luma[((top + row) * image.Width) + left + column] / 255f;
            }
        }
    }
}
