using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Data;

/// <summary>Random square crops in one of the eight orientations, from folders in the shares a configuration gives.</summary>
internal sealed class CropSampler
{
    /// <summary>Pixels of the small picture around a crop that its reduction sees.</summary>
    private const int Margin = 4;

    /// <summary>The margin is wider by up to this many, so that JPEG's blocks fall anywhere.</summary>
    private const int BlockPhases = 8;

    /// <summary>One level squared: a picture that bicubic enlargement restores better than that has nothing to teach.</summary>
    private const double LeastSquaredError = 1 / (255.0 * 255.0);

    private readonly List<LumaImage> _images = [];
    private readonly List<double> _cumulative = [];
    private readonly LumaImage[]? _smallImages;
    private float[]? _lossWeights;
    private readonly ReductionMethod? _reduction;
    private readonly ResamplingKernel? _interpolation;
    private readonly int _candidates;
    private readonly int _regionSide;

    /// <param name="folders">Pictures of each folder with the folder's share (null: what is left, by number of pixels).</param>
    /// <param name="patch">Side of a crop.</param>
    /// <param name="scale">Scale factor of the reduction.</param>
    /// <param name="reduction">Makes the small crops; null if nobody asks for them.</param>
    /// <param name="interpolation">Brings the small crops back to full size; null leaves them small.</param>
    /// <param name="candidates">Places drawn for a crop, of which the one with the most detail is taken.</param>
    /// <remarks>Pictures that are too small for a crop with its margin are left out.</remarks>
    internal CropSampler(IEnumerable<(IReadOnlyList<LumaImage> Images, double? Share)> folders, int patch, int scale, ReductionMethod? reduction, ResamplingKernel? interpolation = null, int candidates = 1)
    {
        Patch = patch;
        Scale = scale;
        _reduction = reduction;
        _interpolation = interpolation;
        _candidates = candidates;
        _regionSide = reduction is null ? patch : patch + (scale * ((2 * Margin) + BlockPhases));
        var usable = folders.Select(folder => (Images: folder.Images.Where(image => Math.Min(image.Width, image.Height) >= _regionSide).ToArray(), folder.Share)).ToArray();
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
            throw new TrainerException($"No training picture is at least {_regionSide} x {_regionSide} pixels, which a \"patch\" of {patch} needs.");
        }

        static double Pixels(IEnumerable<LumaImage> images) => images.Sum(image => (double)image.Luma.Length);
    }

    private CropSampler(CropSampler other, IReadOnlyList<LumaImage> images, LumaImage[] smallImages)
    {
        (Patch, Scale, _candidates, _cumulative, _regionSide) = (other.Patch, other.Scale, other._candidates, other._cumulative, other.Patch);
        _images.AddRange(images);
        _smallImages = smallImages;
        _lossWeights = other._lossWeights;
    }

    internal int Patch { get; }

    internal int Scale { get; }

    /// <summary>True if every picture's small picture has been made.</summary>
    internal bool HasSmallPictures => _smallImages is not null;

    internal int ImageCount => _images.Count;

    internal double Megapixels => _images.Sum(image => image.Luma.Length / 1e6);

    /// <summary>Loads the folders of a configuration.</summary>
    internal static CropSampler Load(TrainingConfig config, string dataRoot)
    {
        return From(config, config.Data.Select(folder => (LumaImage.LoadFolder(Path.Combine(dataRoot, folder.Path)), folder.Share)));
    }

    /// <summary>Crops of given pictures as a configuration wants them.</summary>
    internal static CropSampler From(TrainingConfig config, IEnumerable<(IReadOnlyList<LumaImage> Images, double? Share)> folders)
    {
        var crops = new CropSampler(folders, config.Patch, config.Scale, Reduction.Of(config), config.Kind == RunKind.Srcnn ? Reduction.Kernel(config.Interpolation) : null, config.Candidates);
        if (config.Loss == TrainingLoss.Psnr)
        {
            crops.WeighByDifficulty();
        }

        return crops;
    }

    /// <summary>Gives every picture the weight 1 / (mean squared error of bicubic reduction and enlargement), so that all pictures count the same.</summary>
    internal void WeighByDifficulty()
    {
        _lossWeights = new float[_images.Count];
        Parallel.For(0, _images.Count, i =>
        {
            var image = _images[i].CentralCrop(0, Scale);
            var plane = image.ToUnit();
            var small = Reduction.Reduce(plane, image.Width, image.Height, Scale, ResamplingKernel.Bicubic);
            var restored = Resampler.Resize(small, image.Width / Scale, image.Height / Scale, image.Width, image.Height, ResamplingKernel.Bicubic);
            var sum = 0.0;
            for (var pixel = 0; pixel < plane.Length; pixel++)
            {
                var error = plane[pixel] - restored[pixel];
                sum += error * error;
            }

            _lossWeights[i] = (float)(1 / ((sum / plane.Length) + LeastSquaredError));
        });
    }

    /// <summary>
    /// The same pictures with their small pictures made once, not crop by crop. Each stands in one of the eight orientations from here on, since a network's small
    /// picture of a mirrored picture is not the mirrored small picture.
    /// </summary>
    /// <param name="seed">Draws the orientations.</param>
    /// <param name="reduceAll">Makes the small pictures, in the same order, of pictures whose sides are multiples of the scale factor.</param>
    internal CropSampler WithSmallPictures(long seed, Func<IReadOnlyList<LumaImage>, LumaImage[]> reduceAll)
    {
        LumaImage[] images = [.. _images.Select((image, index) => image.CentralCrop(0, Scale).Oriented(new SampleRandom(seed, 0, index).NextInt(8)))];
        return new CropSampler(this, images, reduceAll(images));
    }

    /// <summary>Draws one crop.</summary>
    /// <param name="random">Makes every choice.</param>
    /// <param name="high">Receives Patch x Patch values of Y/255.</param>
    /// <param name="low">Where there is a reduction, receives the reduced crop: (Patch / Scale) squared values, or Patch squared where it is interpolated.</param>
    /// <returns>The weight of the crop's squared error, 1 unless <see cref="WeighByDifficulty"/> has been called.</returns>
    internal float Sample(SampleRandom random, Span<float> high, Span<float> low)
    {
        var place = DrawPlace(ref random);
        var detail = _candidates > 1 ? Detail(place) : 0;
        for (var i = 1; i < _candidates; i++)
        {
            var other = DrawPlace(ref random);
            var otherDetail = Detail(other);
            if (otherDetail > detail)
            {
                (place, detail) = (other, otherDetail);
            }
        }

        var (index, left, top) = place;
        var image = _images[index];
        var weight = _lossWeights?[index] ?? 1;
        if (_smallImages is not null)
        {
            var side = Patch / Scale;
            Copy(new Plane(image.ToUnit(left, top, Patch), Patch), 0, 0, Patch, 0, high);
            Copy(new Plane(_smallImages[index].ToUnit(left / Scale, top / Scale, side), side), 0, 0, side, 0, low);
            return weight;
        }

        var orientation = random.NextInt(8);
        if (_reduction is null)
        {
            Copy(new Plane(image.ToUnit(left, top, Patch), Patch), 0, 0, Patch, orientation, high);
            return weight;
        }

        var region = image.ToUnit(left, top, _regionSide);
        var reduced = _reduction(region, _regionSide, _regionSide, Scale, ref random);
        var column = Margin + random.NextInt(BlockPhases);
        var row = Margin + random.NextInt(BlockPhases);
        Copy(new Plane(region, _regionSide), column * Scale, row * Scale, Patch, orientation, high);
        if (_interpolation is { } kernel)
        {
            var enlarged = Resampler.Resize(reduced, _regionSide / Scale, _regionSide / Scale, _regionSide, _regionSide, kernel);
            Copy(new Plane(enlarged, _regionSide), column * Scale, row * Scale, Patch, orientation, low);
        }
        else
        {
            Copy(new Plane(reduced, _regionSide / Scale), column, row, Patch / Scale, orientation, low);
        }

        return weight;
    }

    private Place DrawPlace(ref SampleRandom random)
    {
        var found = _cumulative.BinarySearch(random.NextDouble() * _cumulative[^1]);
        var index = Math.Min(found < 0 ? ~found : found, _images.Count - 1);
        var grid = _smallImages is null ? 1 : Scale;
        return new Place(index, DrawStart(_images[index].Width, ref random), DrawStart(_images[index].Height, ref random));

        int DrawStart(int length, ref SampleRandom random) => random.NextInt(((length - _regionSide) / grid) + 1) * grid;
    }

    /// <summary>Sum of the absolute Laplacian on every second row and column of a place: what a reduction loses.</summary>
    private long Detail(Place place)
    {
        var (index, left, top) = place;
        var image = _images[index];
        var sum = 0L;
        for (var y = top + 1; y < top + _regionSide - 1; y += 2)
        {
            var row = image.Luma.AsSpan((y * image.Width) + left, _regionSide);
            var above = image.Luma.AsSpan(((y - 1) * image.Width) + left, _regionSide);
            var below = image.Luma.AsSpan(((y + 1) * image.Width) + left, _regionSide);
            for (var x = 1; x < _regionSide - 1; x += 2)
            {
                sum += Math.Abs(row[x - 1] + row[x + 1] + above[x] + below[x] - (4 * row[x]));
            }
        }

        return sum;
    }

    /// <summary>Copies a square; bit 0 of the orientation mirrors left-right, bit 1 top-bottom, bit 2 transposes.</summary>
    private static void Copy(Plane source, int left, int top, int side, int orientation, Span<float> target)
    {
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var (column, row) = (orientation & 4) != 0 ? (y, x) : (x, y);
                column = (orientation & 1) != 0 ? side - 1 - column : column;
                row = (orientation & 2) != 0 ? side - 1 - row : row;
                target[(y * side) + x] = source.Values[((top + row) * source.Width) + left + column];
            }
        }
    }

    private readonly record struct Place(int Image, int Left, int Top);

    private readonly record struct Plane(float[] Values, int Width);
}
