// The entry point: a picture in, a resized picture out. Every host (tool, effects, evaluation) comes through here, so that
// colour, alpha, tiling and rounding are done once and the same everywhere. The steps of a tile are in PictureTiler.
using RsrPlugins.Core.Colour;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Refinement;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Resizing;

/// <summary>
/// Resizes pictures by one network's factor: a network like RRNet reduces, one like SRNet enlarges. Thread-safe. Grey stays grey to the
/// bit; pixels of the result whose alpha is 0 are 0 in every channel; areas of one luma keep it exactly.
/// </summary>
public sealed class LearnedResizer
{
    private readonly INetwork _network;
    private readonly ResizeSettings _settings;
    private readonly ColourOptions _options;
    private readonly LumaRefiner? _refiner;
    private TilerPool? _lastPool;

    /// <param name="network">Stays the engine's; must live as long as this.</param>
    /// <param name="settings">Threads and tile size; null for the defaults of the device.</param>
    /// <param name="refiner">For a reducing network: corrects the luma of whole pictures it makes; null leaves it as it is.</param>
    public LearnedResizer(INetwork network, ResizeSettings? settings = null, LumaRefiner? refiner = null)
        : this(network, settings, ColourOptions.Default, refiner) { }

    internal LearnedResizer(INetwork network, ResizeSettings? settings, ColourOptions options, LumaRefiner? refiner = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (!network.Shape.MakesPictures)
        {
            throw new ArgumentException($"A network that makes pictures was expected; found {network.Model.Id}.", nameof(network));
        }

        if (refiner is not null && (network.Shape.Reduces, network.Shape.Factor) != (true, refiner.Scale))
        {
            throw new ArgumentException($"The gradient is for reductions by {refiner.Scale}; found {network.Model.Id}.", nameof(refiner));
        }

        _network = network;
        _refiner = refiner;
        _settings = settings ?? new ResizeSettings();
        _options = options;
    }

    /// <summary>Tables and idle workers of the last picture's size, kept for the next of that size; for the tests of memory.</summary>
    internal TilerPool? LastPool => Volatile.Read(ref _lastPool);

    /// <summary>Whether <see cref="ResizeRegion"/> takes such a network; others make whole pictures.</summary>
    public static bool MakesRegions(NetworkShape shape) => !ForeignResizer.IsFor(shape);

    /// <summary>Resizes the whole picture, same layout and depth.</summary>
    /// <param name="progress">Fraction of the work done, 0 to 1.</param>
    /// <exception cref="RsrException">Any failure of the engine.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; stops within a tile.</exception>
    public PixelImage Resize(PixelImage source, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (ForeignResizer.IsFor(_network.Model.Shape))
        {
            return new ForeignResizer(_network, _settings).Resize(source, progress, cancellationToken);
        }

        (int width, int height) = _network.Shape.OutputSize(source.Width, source.Height);
        PixelImage result = PixelImage.Create(width, height, source.Layout, source.BitsPerSample);
        TilePlan plan = TilePlan.Create(_network.Shape, source.Width, source.Height, TileDefaults.TileSize(_network, _settings));
        bool opaque = Samples.IsOpaque(source);
        int workers = TileDefaults.Workers(_network, _settings);
        if (_refiner is null)
        {
            Run(source, plan, opaque, result, workers, null, progress, cancellationToken);
            return result;
        }

        // Luma of the whole picture first, then its correction, then the tiles with the corrected luma; the last costs little.
        RefinedLuma refined = RefinedLuma.Create(new TileRect(0, 0, width, height), _network.Shape.Factor);
        const double LastShare = 0.05;
        double firstShare = (1 - LastShare) / (1 + _refiner.WorkAgainst(_network.Shape));
        TileScheduler.Run(
            plan.Tiles,
            workers,
            PoolOf(source).Rent,
            (lease, planned, token) => lease.Worker.Collect(source, plan, planned, opaque, refined, token),
            PartOfProgress.Of(progress, 0, firstShare),
            cancellationToken
        );
        _refiner.Refine(
            refined.Small,
            refined.Large,
            width,
            height,
            refined.IsFixed,
            PartOfProgress.Of(progress, firstShare, 1 - LastShare),
            cancellationToken
        );
        Run(source, plan, opaque, result, workers, refined, PartOfProgress.Of(progress, 1 - LastShare, 1), cancellationToken);
        return result;
    }

    /// <summary>
    /// Computes one rectangle of the result into <paramref name="destination"/> (as large as the rectangle, same layout and depth
    /// as the source): the same bytes as that part of <see cref="Resize"/>. Thread-safe; works on the calling thread alone.
    /// </summary>
    /// <remarks>
    /// With a refiner the part is corrected from a window around it, by all threads of the settings, so small parts cost more than large
    /// ones. The bytes are those of the whole but for a level here and there (rounding), and where the picture repeats itself along a line
    /// that is longer than the window (RepeatedPixels).
    /// </remarks>
    /// <exception cref="NotSupportedException">The network makes whole pictures only (<see cref="MakesRegions"/>).</exception>
    /// <exception cref="ArgumentException">The destination is of another size, layout or depth.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rectangle is empty or not inside the result.</exception>
    public void ResizeRegion(PixelImage source, TileRect tile, PixelImage destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        if (ForeignResizer.IsFor(_network.Model.Shape))
        {
            throw new NotSupportedException($"{_network.Model.Id} makes pictures as a whole.");
        }

        if (
            (destination.Width, destination.Height, destination.Layout, destination.BitsPerSample)
            != (tile.Width, tile.Height, source.Layout, source.BitsPerSample)
        )
        {
            throw new ArgumentException(
                $"Expected a {tile.Width} x {tile.Height} {source.Layout} picture of {source.BitsPerSample} bits; found {destination.Width} x {destination.Height} {destination.Layout} of {destination.BitsPerSample} bits.",
                nameof(destination)
            );
        }

        int tileSize = TileDefaults.TileSize(_network, _settings);
        TilePlan plan = TilePlan.Create(_network.Shape, source.Width, source.Height, tileSize, tile);
        if (_refiner is null)
        {
            Run(source, plan, opaque: false, destination, workers: 1, refined: null, progress: null, cancellationToken);
            return;
        }

        (int width, int height) = _network.Shape.OutputSize(source.Width, source.Height);
        TileRect window = _refiner.Window(tile, width, height);
        RefinedLuma refined = RefinedLuma.Create(window, _network.Shape.Factor);
        TilePlan around = TilePlan.Create(_network.Shape, source.Width, source.Height, tileSize, window);
        int workers = TileDefaults.Workers(_network, _settings);
        TileScheduler.Run(
            around.Tiles,
            workers,
            PoolOf(source).Rent,
            (lease, planned, token) => lease.Worker.Collect(source, around, planned, false, refined, token),
            null,
            cancellationToken
        );
        TileRect part = new TileRect(tile.X - window.X, tile.Y - window.Y, tile.Width, tile.Height);
        _refiner.Refine(refined.Small, refined.Large, window.Width, window.Height, refined.IsFixed, part, null, cancellationToken);
        Run(source, plan, opaque: false, destination, workers, refined, progress: null, cancellationToken);
    }

    /// <summary>Side of the result's squares that one run of the network makes: the size of regions that costs least.</summary>
    public int ResultTileSide => TileDefaults.TileSize(_network, _settings) * _network.Shape.OutputStep;

    /// <summary>
    /// Size of the rectangles in which a result of this size is best asked for part by part. Without a refiner: squares of <see
    /// cref="ResultTileSide"/>. With one: equal parts so large that the windows around them cost at most half as much again as the whole,
    /// and the first of them is a tenth of it or less where the picture is large enough for both.
    /// </summary>
    public (int Width, int Height) RegionSize(int width, int height)
    {
        if (_refiner is null)
        {
            return (ResultTileSide, ResultTileSide);
        }

        // A window's margin shrinks from pass to pass, so on average a side is longer by one margin, not by two.
        const double MostSide = 4.45; // (1 + 1 / 4.45)^2 = 1.5
        const double FirstShare = 0.1;
        double grows = _refiner.Margin;
        double side = Math.Max(Math.Max(grows * MostSide, Math.Sqrt(FirstShare * width * height) - grows), ResultTileSide);
        return (Part(width), Part(height));

        int Part(int length) => (int)Math.Ceiling(length / Math.Ceiling(length / side));
    }

    /// <summary>Luma plane alone, for evaluation: values Y/255 in, Y/255 out, not rounded; the network's own result everywhere, or the
    /// refined one.</summary>
    /// <remarks>A refiner takes whole blocks only: both sides must be multiples of d.</remarks>
    public float[] ResizeLuma(ReadOnlySpan<float> luma, int width, int height, CancellationToken cancellationToken = default)
    {
        float[] resized = new LumaTiler(_network, _settings).Resize(luma, width, height, null, cancellationToken);
        _refiner?.Refine(
            resized,
            luma.ToArray(),
            width / _network.Shape.Factor,
            height / _network.Shape.Factor,
            [],
            null,
            cancellationToken
        );
        return resized;
    }

    private void Run(
        PixelImage source,
        TilePlan plan,
        bool opaque,
        PixelImage destination,
        int workers,
        RefinedLuma? refined,
        IProgress<double>? progress,
        CancellationToken cancellationToken
    )
    {
        TileScheduler.Run(
            plan.Tiles,
            workers,
            PoolOf(source).Rent,
            (lease, planned, token) => lease.Worker.Process(source, plan, planned, opaque, destination, refined, token),
            progress,
            cancellationToken
        );
    }

    // Hosts ask for many regions of one picture: the last size's tables and buffers are kept.
    private TilerPool PoolOf(PixelImage source)
    {
        TilerPool? last = LastPool;
        if (last is not null && last.Geometry.Width == source.Width && last.Geometry.Height == source.Height)
        {
            return last;
        }

        TilerPool made = new TilerPool(_network, source.Width, source.Height, _options);
        Volatile.Write(ref _lastPool, made);
        return made;
    }
}
