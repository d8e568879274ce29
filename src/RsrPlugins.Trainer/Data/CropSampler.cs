// Crops at random places, turned and mirrored, drawn from a generator that depends on seed and step alone: a resumed run sees the same
// crops.
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

    /// <summary>The length of a crop's gradient goes about with this power of its squared error: for a linear model it is 1, for a gradient
    /// that only the residual makes long 1/2.</summary>
    private const double GradientPower = 0.75;

    /// <summary>Part of a picture's mean squared error below which a place is not thought to be easier: keeps weights below about
    /// 10.</summary>
    private const double LeastErrorShare = 0.05;

    private readonly List<LumaImage> _images = [];
    private readonly List<double> _cumulative = [];
    private readonly LumaImage[]? _smallImages;
    private readonly BicubicError[]? _errors;
    private readonly bool _picturesCountAlike;
    private readonly ReductionMethod? _reduction;
    private readonly OrdinaryReductions? _ordinary;
    private readonly ClassicalError _classical;
    private readonly double _unusualWeight;
    private readonly ResamplingKernel? _interpolation;
    private readonly int _candidates;
    private readonly int _regionSide;

    /// <param name="folders">Pictures of each folder with the folder's share (null: what is left, by number of pixels).</param>
    /// <param name="patch">Side of a crop.</param>
    /// <param name="scale">Scale factor of the reduction.</param>
    /// <param name="reduction">Makes the small crops; null if nobody asks for them.</param>
    /// <param name="interpolation">Brings the small crops back to full size; null leaves them small.</param>
    /// <param name="candidates">Places drawn for a crop, of which one is taken, the likelier the larger its error will be; its weight makes
    /// up for that.</param>
    /// <param name="picturesCountAlike">Weighs a crop by 1 / (mean squared error of bicubic reduction and enlargement of its
    /// picture).</param>
    /// <param name="ordinary">Makes the small crops instead of a reduction, with all that happens to files.</param>
    /// <param name="unusualWeight">Factor on the weight of small crops that are not usual ones, above 0.</param>
    /// <remarks>Pictures that are too small for a crop with its margin are left out.</remarks>
    internal CropSampler(
        IEnumerable<(IReadOnlyList<LumaImage> Images, double? Share)> folders,
        int patch,
        int scale,
        ReductionMethod? reduction,
        ResamplingKernel? interpolation = null,
        int candidates = 1,
        bool picturesCountAlike = false,
        OrdinaryReductions? ordinary = null,
        double unusualWeight = 1
    )
    {
        Patch = patch;
        Scale = scale;
        _reduction = reduction;
        _ordinary = ordinary;
        _unusualWeight = unusualWeight;
        _classical = new ClassicalError(scale);
        _interpolation = interpolation;
        _candidates = candidates;
        _picturesCountAlike = picturesCountAlike;
        _regionSide = reduction is null && ordinary is null ? patch : patch + (scale * ((2 * Margin) + BlockPhases));
        (LumaImage[] Images, double? Share)[] usable = folders
            .Select(folder =>
                (Images: folder.Images.Where(image => Math.Min(image.Width, image.Height) >= _regionSide).ToArray(), folder.Share)
            )
            .ToArray();
        double sharedPixels = usable.Where(folder => folder.Share is null).Sum(folder => Pixels(folder.Images));
        double left = 1 - usable.Sum(folder => folder.Share ?? 0);
        double sum = 0.0;
        foreach ((LumaImage[]? images, double? share) in usable)
        {
            double perPixel = share is null ? left / sharedPixels : share.Value / Pixels(images);
            foreach (LumaImage? image in images)
            {
                sum += perPixel * image.Luma.Length;
                _images.Add(image);
                _cumulative.Add(sum);
            }
        }

        if (_images.Count == 0)
        {
            throw new TrainerException(
                $"No training picture is at least {_regionSide} x {_regionSide} pixels, which a \"patch\" of {patch} needs."
            );
        }

        _errors = Errors();

        static double Pixels(IEnumerable<LumaImage> images) => images.Sum(image => (double)image.Luma.Length);
    }

    private CropSampler(CropSampler other, IReadOnlyList<LumaImage> images, IEnumerable<double> cumulative, LumaImage[] smallImages)
    {
        (Patch, Scale, _candidates, _picturesCountAlike, _classical) = (
            other.Patch,
            other.Scale,
            other._candidates,
            other._picturesCountAlike,
            other._classical
        );
        _regionSide = other.Patch;
        _cumulative.AddRange(cumulative);
        _images.AddRange(images);
        _smallImages = smallImages;
        _errors = Errors();
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
        Dictionary<(string, bool), IReadOnlyList<LumaImage>> pictures = config
            .Data.Select(folder => (folder.Path, InColour(folder)))
            .Distinct()
            .ToDictionary(key => key, key => LumaImage.LoadFolder(DataFolders.Find(dataRoot, key.Path), key.Item2));
        return From(config, config.Data.Select(folder => (Of(folder), folder.Share)));

        IReadOnlyList<LumaImage> Of(DataFolder folder) =>
            folder.ReducedBy == 1
                ? pictures[(folder.Path, InColour(folder))]
                : [.. pictures[(folder.Path, InColour(folder))].AsParallel().AsOrdered().Select(image => image.Reduced(folder.ReducedBy))];

        bool InColour(DataFolder folder) => folder.Drawings && config.IsOrdinary;
    }

    /// <summary>Crops of given pictures as a configuration wants them.</summary>
    internal static CropSampler From(TrainingConfig config, IEnumerable<(IReadOnlyList<LumaImage> Images, double? Share)> folders)
    {
        return new CropSampler(
            folders,
            config.Patch,
            config.Scale,
            Reduction.Of(config),
            config.Kind == RunKind.Srcnn ? Reduction.Kernel(config.Interpolation) : null,
            config.Candidates,
            config.Loss == TrainingLoss.Psnr,
            config.IsOrdinary ? new OrdinaryReductions(config.Scale, config.Kind, config.CleanShare) : null,
            config.UnusualWeight
        );
    }

    /// <summary>
    /// The same pictures with their small pictures made once, not crop by crop. Each stands in one or more of the eight orientations from
    /// here on, since a network's small picture of a mirrored picture is not the mirrored small picture.
    /// </summary>
    /// <param name="seed">Draws the orientations.</param>
    /// <param name="orientations">How many a picture has from which crops are drawn most densely, 1 to 8; others have fewer in proportion,
    /// at least one.</param>
    /// <param name="reduceAll">Makes the small pictures, in the same order, of pictures whose sides are multiples of the scale
    /// factor.</param>
    internal CropSampler WithSmallPictures(long seed, int orientations, Func<IReadOnlyList<LumaImage>, LumaImage[]> reduceAll)
    {
        double[] shares = [.. _cumulative.Select((end, index) => end - (index > 0 ? _cumulative[index - 1] : 0))];
        double[] densities = [.. shares.Select((share, index) => share / _images[index].Luma.Length)];
        double densest = densities.Max();
        (List<LumaImage>? images, List<double>? cumulative) = (new List<LumaImage>(), new List<double>());
        for (int index = 0; index < _images.Count; index++)
        {
            LumaImage image = _images[index].CentralCrop(0, Scale);
            int first = new SampleRandom(seed, 0, index).NextInt(8);
            int count = Math.Max(1, (int)Math.Round(orientations * densities[index] / densest));
            for (int i = 0; i < count; i++)
            {
                images.Add(image.Oriented((first + i) % 8));
                cumulative.Add((cumulative.Count > 0 ? cumulative[^1] : 0) + (shares[index] / count));
            }
        }

        return new CropSampler(this, images, cumulative, reduceAll(images));
    }

    /// <summary>Draws one crop.</summary>
    /// <param name="random">Makes every choice.</param>
    /// <param name="high">Receives Patch x Patch values of Y/255.</param>
    /// <param name="low">Where there is a reduction, receives the reduced crop: (Patch / Scale) squared values, or Patch squared where it
    /// is interpolated.</param>
    /// <returns>The weight of the crop's loss.</returns>
    internal float Sample(SampleRandom random, Span<float> high, Span<float> low) => Sample(random, high, low, out float _, out float _);

    /// <inheritdoc cref="Sample(SampleRandom, Span{float}, Span{float})"/>
    /// <param name="classicalError">Receives the mean squared error of the better of bicubic and Lanczos enlargement; infinite where the
    /// small crop is not an ordinary one.</param>
    /// <param name="hingeFactor">Receives the weight of the hinge term over that of the loss.</param>
    internal float Sample(SampleRandom random, Span<float> high, Span<float> low, out float classicalError, out float hingeFactor)
    {
        (classicalError, hingeFactor) = (float.PositiveInfinity, 1);
        (Place place, float weight) = _candidates > 1 ? DrawByError(ref random) : (DrawPlace(ref random), 1f);
        (int index, int left, int top) = place;
        LumaImage image = _images[index];
        weight *= (float)PictureWeight(index);
        if (_smallImages is not null)
        {
            int side = Patch / Scale;
            Copy(new Plane(image.ToUnit(left, top, Patch), Patch), 0, 0, Patch, 0, high);
            Copy(new Plane(_smallImages[index].ToUnit(left / Scale, top / Scale, side), side), 0, 0, side, 0, low);
            return weight;
        }

        int orientation = random.NextInt(8);
        if (_ordinary is not null)
        {
            return weight * SampleOrdinary(place, orientation, ref random, high, low, out classicalError, out hingeFactor);
        }

        if (_reduction is null)
        {
            Copy(new Plane(image.ToUnit(left, top, Patch), Patch), 0, 0, Patch, orientation, high);
            return weight;
        }

        float[] region = image.ToUnit(left, top, _regionSide);
        float[] reduced = _reduction(region, _regionSide, _regionSide, Scale, ref random);
        int column = Margin + random.NextInt(BlockPhases);
        int row = Margin + random.NextInt(BlockPhases);
        Copy(new Plane(region, _regionSide), column * Scale, row * Scale, Patch, orientation, high);
        if (_interpolation is { } kernel)
        {
            float[] enlarged = Resampler.Resize(reduced, _regionSide / Scale, _regionSide / Scale, _regionSide, _regionSide, kernel);
            Copy(new Plane(enlarged, _regionSide), column * Scale, row * Scale, Patch, orientation, low);
        }
        else
        {
            Copy(new Plane(reduced, _regionSide / Scale), column, row, Patch / Scale, orientation, low);
        }

        return weight;
    }

    /// <summary>
    /// A crop of an ordinary small picture. What is unusual has a smaller weight, but not in the hinge term: it is to be no worse than
    /// classical enlargement, and what is usual is to be as good as it can be. The weight falls with what its damage adds to the error of
    /// classical enlargement: without that, crops whose noise no network can know would be most of the loss.
    /// </summary>
    private float SampleOrdinary(
        Place place,
        int orientation,
        ref SampleRandom random,
        Span<float> high,
        Span<float> low,
        out float classicalError,
        out float hingeFactor
    )
    {
        LumaImage image = _images[place.Image];
        (int smallSide, int smallPatch) = (_regionSide / Scale, Patch / Scale);
        FilePlanes file = image.ToFile(place.Left, place.Top, _regionSide, _regionSide);
        float[] region = file.Luma();
        float[] reduced = _ordinary!.Make(file, image.Colour is not null, ref random, out bool isUsual);
        int column = Margin + random.NextInt(BlockPhases);
        int row = Margin + random.NextInt(BlockPhases);
        Copy(new Plane(region, _regionSide), column * Scale, row * Scale, Patch, orientation, high);
        Copy(new Plane(reduced, smallSide), column, row, smallPatch, orientation, low);
        double error = _classical.Of(reduced, region, smallSide, column, row, smallPatch);
        classicalError = (float)error;
        double share = isUsual ? 1 : _unusualWeight;
        hingeFactor = (float)(1 / share);
        if (_errors is null)
        {
            return (float)share;
        }

        BicubicError clean = _errors[place.Image];
        double added = Math.Max(0, error - clean.At(place.Left + (column * Scale), place.Top + (row * Scale), Patch));
        return (float)(share * clean.Mean / (clean.Mean + added));
    }

    private Place DrawPlace(ref SampleRandom random)
    {
        int found = _cumulative.BinarySearch(random.NextDouble() * _cumulative[^1]);
        int index = Math.Min(found < 0 ? ~found : found, _images.Count - 1);
        int grid = _smallImages is null ? 1 : Scale;
        return new Place(index, DrawStart(_images[index].Width, ref random), DrawStart(_images[index].Height, ref random));

        int DrawStart(int length, ref SampleRandom random) => random.NextInt(((length - _regionSide) / grid) + 1) * grid;
    }

    /// <summary>
    /// Importance sampling: of several places one is taken with a probability that goes with the length its gradient is likely to have, and
    /// weighs the less for it. The mean gradient stays that of places drawn evenly, with less noise: few crops are spent on what is
    /// restored well anyway.
    /// </summary>
    private (Place Place, float Weight) DrawByError(ref SampleRandom random)
    {
        Span<double> ends = stackalloc double[_candidates];
        Place[] places = new Place[_candidates];
        double sum = 0.0;
        for (int i = 0; i < _candidates; i++)
        {
            places[i] = DrawPlace(ref random);
            (int index, int left, int top) = places[i];
            double error = _errors![index].At(left, top, _regionSide) + (LeastErrorShare * _errors[index].Mean);
            ends[i] = sum += Math.Pow(PictureWeight(index) * error, GradientPower);
        }

        double point = random.NextDouble() * sum;
        int taken = 0;
        while (taken < _candidates - 1 && ends[taken] <= point)
        {
            taken++;
        }

        double score = ends[taken] - (taken > 0 ? ends[taken - 1] : 0);
        return (places[taken], (float)(sum / _candidates / score));
    }

    private double PictureWeight(int index) => _picturesCountAlike ? 1 / _errors![index].Mean : 1;

    private BicubicError[]? Errors() =>
        _candidates > 1 || _picturesCountAlike
            ? [.. _images.AsParallel().AsOrdered().Select(image => new BicubicError(image, Scale))]
            : null;

    /// <summary>Copies a square; bit 0 of the orientation mirrors left-right, bit 1 top-bottom, bit 2 transposes.</summary>
    private static void Copy(Plane source, int left, int top, int side, int orientation, Span<float> target)
    {
        for (int y = 0; y < side; y++)
        {
            for (int x = 0; x < side; x++)
            {
                (int column, int row) = (orientation & 4) != 0 ? (y, x) : (x, y);
                column = (orientation & 1) != 0 ? side - 1 - column : column;
                row = (orientation & 2) != 0 ? side - 1 - row : row;
                target[(y * side) + x] = source.Values[((top + row) * source.Width) + left + column];
            }
        }
    }

    private readonly record struct Place(int Image, int Left, int Top);

    private readonly record struct Plane(float[] Values, int Width);
}
