// One tile of a picture from samples to samples: window -> luma -> network -> recombination. Everything here is a function of
// the source picture and the output position, never of the tile's shape, so any tiling gives the same bytes.
//
// Colour: the network makes luma; a classical kernel makes the colour differences, when enlarging sharpened by the network's
// luma (Imaging/ChromaGuide); Imaging/ColourRows puts them together.
// Alpha: transparent pixels first take the colour of their visible surroundings (Imaging/TransparentFill). Alpha itself goes
// through the same network as luma does, as edges of a logo are edges of its alpha, and is then held between the least and
// the largest alpha of the source pixels around, so that flat alpha is exact and nothing rings.
using System.Collections.Concurrent;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Refinement;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core;

/// <summary>The choices of the colour pipeline that were settled by measurement; the product uses the defaults.</summary>
internal sealed record ColourOptions
{
    public static ColourOptions Default { get; } = new();

    public ColourRounding Rounding { get; init; } = ColourRounding.NearestLuma;

    public ResamplingKernel EnlargingKernel { get; init; } = ResamplingKernel.Lanczos3;

    public ResamplingKernel ReducingKernel { get; init; } = ResamplingKernel.Bicubic;

    /// <summary>Alpha by the network; else by the classical kernel. Both are held between their neighbours.</summary>
    public bool AlphaByNetwork { get; init; } = true;

    public bool KeepFlatAreas { get; init; } = true;

    /// <summary>Added to the radius of the fill, so that a test can show that one less is not enough.</summary>
    public int FillRadiusChange { get; init; }

    /// <summary>Enlarged luma is held near flat surfaces (Imaging/OvershootBound).</summary>
    public bool BoundOvershoot { get; init; } = true;

    /// <summary>Enlarged colour follows the network's luma; else it is the kernel's alone.</summary>
    public bool GuideChroma { get; init; } = true;
}

/// <summary>What all tiles of pictures of one size share, and idle workers. Thread-safe.</summary>
internal sealed class PictureGeometry
{
    // A stack, not a ConcurrentBag: a bag keeps a queue per thread, and as workers refer back to their geometry, a thread that lives on
    // (the tool's, a host's pool) would keep the buffers of every picture it ever took part in.
    private readonly ConcurrentStack<PictureTiler> _idle = [];
    private readonly INetwork _network;
    private readonly ColourOptions _options;

    public PictureGeometry(INetwork network, int width, int height, ColourOptions options)
    {
        _network = network;
        _options = options;
        // The network's own shape: what its pixels depend on is the same on every engine.
        NetworkShape shape = network.Model.Shape;
        bool reducing = shape.Reduces;
        (Width, Height) = (width, height);
        (ExtendedWidth, ExtendedHeight) = (shape.Extended(width), shape.Extended(height));
        (int resultWidth, int resultHeight) = shape.OutputSize(ExtendedWidth, ExtendedHeight);
        ResamplingKernel kernel = reducing ? options.ReducingKernel : options.EnlargingKernel;
        Horizontal = AxisWeights.Create(ExtendedWidth, resultWidth, kernel);
        Phases = reducing ? null : PhaseWeights.Create(Horizontal, shape.Factor);
        Vertical = AxisWeights.Create(ExtendedHeight, resultHeight, kernel);

        // Output pixels are visible only where a source pixel of their own block, or of the 3 x 3 around their own source
        // pixel, is; the fill must reach from there to whatever the network, or the kernel and the fit beside it, read.
        int reachOfKernel = reducing ? 2 * shape.Factor : 4;
        FillRadius = Math.Max(shape.Halo, reachOfKernel) + (reducing ? shape.Factor - 1 : 1) + options.FillRadiusChange;
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Width with the repeated columns that make it whole blocks of the network.</summary>
    public int ExtendedWidth { get; }

    /// <summary>Height with the repeated rows that make it whole blocks of the network.</summary>
    public int ExtendedHeight { get; }

    public AxisWeights Horizontal { get; }

    public AxisWeights Vertical { get; }

    /// <summary>Null when reducing.</summary>
    public PhaseWeights? Phases { get; }

    public int FillRadius { get; }

    public Lease Rent() => new(this, _idle.TryPop(out PictureTiler? worker) ? worker : new PictureTiler(_network, this, _options));

    /// <summary>A worker for the time of one run.</summary>
    public sealed class Lease(PictureGeometry owner, PictureTiler worker) : IDisposable
    {
        public PictureTiler Worker => worker;

        public void Dispose() => owner._idle.Push(worker);
    }
}

/// <summary>Buffers and steps of one worker; not thread-safe.</summary>
internal sealed class PictureTiler
{
    private readonly INetwork _network;
    private readonly PictureGeometry _geometry;
    private readonly ColourOptions _options;
    private readonly bool _reducing;
    private readonly int _scale;
    private readonly SourceWindow _window = new();
    private readonly TransparentFill _fill;
    private readonly FlatAreas _flatAreas;
    private readonly OvershootBound? _overshoot;
    private readonly PlaneResampler _resampler;
    private readonly ColourRows _rows = new();
    private readonly ChromaGuide _guide = new();
    private float[] _input = [];
    private float[] _result = [];
    private float[] _flat = [];
    private float[] _red = [];
    private float[] _blue = [];
    private float[] _alpha = [];
    private float[] _luma = [];
    private float[] _kernelLuma = [];
    private float[] _redSlope = [];
    private float[] _blueSlope = [];

    public PictureTiler(INetwork network, PictureGeometry geometry, ColourOptions options)
    {
        _network = network;
        _geometry = geometry;
        _options = options;
        _reducing = network.Model.Shape.Reduces;
        _scale = network.Model.Shape.Factor;
        _fill = new TransparentFill(geometry.FillRadius);
        _flatAreas = new FlatAreas(_scale, network.Model.Shape.Halo, _reducing);
        _overshoot = !_reducing && _scale > 1 && options.BoundOvershoot && network.Model.Shape.Halo >= OvershootBound.Reach ? new OvershootBound(_scale) : null;
        _resampler = new PlaneResampler(geometry.Horizontal, geometry.Vertical, geometry.Phases);
    }

    /// <summary>Computes a planned tile.</summary>
    /// <param name="opaque">The picture is known to be opaque; its alpha is not looked at.</param>
    /// <param name="destination">Receives the tile; its pixel (0, 0) is the plan's region's first.</param>
    /// <param name="refined">Corrected already: gives the tile's luma instead of the network. Null: the network does.</param>
    public void Process(PixelImage source, TilePlan plan, PlannedTile planned, bool opaque, PixelImage destination, RefinedLuma? refined, CancellationToken cancellationToken)
    {
        TileRect tile = planned.Tile;
        bool mayBeTransparent = source.HasAlpha && !opaque;
        TileRect core = source.HasColour || mayBeTransparent ? Union(planned.Source, _resampler.SourceOf(tile)) : planned.Source;
        bool guided = source.HasColour && !_reducing && _options.GuideChroma;
        if (guided)
        {
            core = Union(core, Expand(_resampler.SourceOf(tile), 1));
        }

        if (!Load(source, core, mayBeTransparent, opaque))
        {
            Clear(destination, tile, plan.Region);
            return;
        }

        Grow(ref _input, plan.SourceLength);
        Grow(ref _result, plan.ResultLength);
        Span<float> alpha = default;
        if (_window.Opacity == WindowOpacity.Mixed)
        {
            Grow(ref _alpha, tile.Width * tile.Height);
            alpha = _alpha.AsSpan(0, tile.Width * tile.Height);
            ResizeAlpha(plan, planned, alpha, cancellationToken);
            _fill.Apply(_window, core);
        }

        if (refined is null)
        {
            RunNetwork(_window.FullRangeLuma, plan, planned, cancellationToken);
        }
        else
        {
            refined.Take(planned, _result);
        }

        Grow(ref _luma, tile.Width);
        if (_window.HasColour)
        {
            Grow(ref _red, tile.Width * tile.Height);
            Grow(ref _blue, tile.Width * tile.Height);
            _resampler.Run(_window.RedDifference, _window.Rect, tile, _red);
            _resampler.Run(_window.BlueDifference, _window.Rect, tile, _blue);
            if (guided)
            {
                FitGuides(tile);
            }
        }

        Span<float> luma = _luma.AsSpan(0, tile.Width);
        for (int y = 0; y < tile.Height; y++)
        {
            int at = y * tile.Width;
            ColourRows.ToFullRange(ResultRow(planned, tile.Y + y), luma);
            if (guided)
            {
                ReadOnlySpan<float> kernelLuma = _kernelLuma.AsSpan(at, tile.Width);
                _guide.Apply(tile.X, tile.Y + y, _scale, _redSlope.AsSpan(at, tile.Width), _blueSlope.AsSpan(at, tile.Width), luma, kernelLuma, _red.AsSpan(at, tile.Width), _blue.AsSpan(at, tile.Width));
            }

            _rows.Write(
                destination,
                tile.X - plan.Region.X,
                tile.Y + y - plan.Region.Y,
                luma,
                _window.HasColour ? _red.AsSpan(at, tile.Width) : default,
                _window.HasColour ? _blue.AsSpan(at, tile.Width) : default,
                alpha.IsEmpty ? default : alpha.Slice(at, tile.Width),
                _options.Rounding);
        }
    }

    /// <summary>Computes a planned tile's luma alone, for a refinement of the whole picture's.</summary>
    public void Collect(PixelImage source, TilePlan plan, PlannedTile planned, bool opaque, RefinedLuma refined, CancellationToken cancellationToken)
    {
        if (!Load(source, planned.Source, source.HasAlpha && !opaque, opaque))
        {
            refined.PutInvisible(planned.Tile);
            return;
        }

        Grow(ref _input, plan.SourceLength);
        Grow(ref _result, plan.ResultLength);
        Grow(ref _flat, plan.ResultLength);
        if (_window.Opacity == WindowOpacity.Mixed)
        {
            _fill.Apply(_window, planned.Source);
        }

        RunNetwork(_window.FullRangeLuma, plan, planned, cancellationToken);
        Span<float> input = _input.AsSpan(0, plan.SourceLength), flat = _flat.AsSpan(0, plan.ResultLength);
        flat.Fill(float.NaN);
        if (_options.KeepFlatAreas)
        {
            _flatAreas.Apply(input, planned.Source.Width, planned.Source.Height, flat);
        }

        refined.Put(planned, input, _result, flat);
    }

    /// <summary>Loads the window for a core; false if nothing of it is visible.</summary>
    private bool Load(PixelImage source, TileRect core, bool mayBeTransparent, bool opaque)
    {
        _window.Load(source, mayBeTransparent ? Expand(core, _geometry.FillRadius) : core, opaque);
        return _window.Opacity != WindowOpacity.Transparent;
    }

    private void FitGuides(TileRect tile)
    {
        int count = tile.Width * tile.Height;
        Grow(ref _kernelLuma, count);
        Grow(ref _redSlope, count);
        Grow(ref _blueSlope, count);
        TileRect slopes = _resampler.SourceOf(tile);
        _guide.Fit(_window, slopes);
        _resampler.Run(_window.FullRangeLuma, _window.Rect, tile, _kernelLuma);
        _resampler.Run(_guide.RedSlope, slopes, tile, _redSlope);
        _resampler.Run(_guide.BlueSlope, slopes, tile, _blueSlope);
    }

    /// <summary>Runs the network over a plane of the window; the result is in <see cref="_result"/>.</summary>
    private void RunNetwork(float[] plane, TilePlan plan, PlannedTile planned, CancellationToken cancellationToken)
    {
        TileRect source = planned.Source;
        Span<float> input = _input.AsSpan(0, plan.SourceLength), result = _result.AsSpan(0, plan.ResultLength);
        for (int y = 0; y < source.Height; y++)
        {
            ColourRows.ToStudio(plane.AsSpan(_window.At(source.X, source.Y + y), source.Width), input.Slice(y * source.Width, source.Width));
        }

        if (_options.KeepFlatAreas && FlatAreas.IsFlat(input))
        {
            result.Fill(input[0]);
            return;
        }

        _network.RunTile(input, planned, result, cancellationToken);
        if (_options.KeepFlatAreas)
        {
            _flatAreas.Apply(input, source.Width, source.Height, result);
        }

        _overshoot?.Apply(input, source.Width, source.Height, result);
    }

    private void ResizeAlpha(TilePlan plan, PlannedTile planned, Span<float> alpha, CancellationToken cancellationToken)
    {
        TileRect tile = planned.Tile;
        if (_window.IsAlphaConstant(planned.Source))
        {
            alpha.Fill(_window.Alpha[_window.At(planned.Source.X, planned.Source.Y)]);
            return;
        }

        if (_options.AlphaByNetwork)
        {
            RunNetwork(_window.Alpha, plan, planned, cancellationToken);
            for (int y = 0; y < tile.Height; y++)
            {
                ColourRows.ToFullRange(ResultRow(planned, tile.Y + y), alpha.Slice(y * tile.Width, tile.Width));
            }
        }
        else
        {
            _resampler.Run(_window.Alpha, _window.Rect, tile, alpha);
        }

        for (int y = 0; y < tile.Height; y++)
        {
            for (int x = 0; x < tile.Width; x++)
            {
                (float least, float most) = AlphaAround(planned.Source, tile.X + x, tile.Y + y);
                ref float value = ref alpha[(y * tile.Width) + x];
                value = Math.Clamp(value, least, most);
            }
        }
    }

    /// <summary>Least and largest alpha of the block an output pixel replaces, or of the 3 x 3 source pixels around it.</summary>
    private (float Least, float Most) AlphaAround(TileRect source, int x, int y)
    {
        (int left, int right) = Neighbours(x, source.X, source.Right);
        (int top, int bottom) = Neighbours(y, source.Y, source.Bottom);
        float least = 1, most = 0;
        for (int j = top; j < bottom; j++)
        {
            foreach (float value in _window.Alpha.AsSpan(_window.At(left, j), right - left))
            {
                least = Math.Min(least, value);
                most = Math.Max(most, value);
            }
        }

        return (least, most);
    }

    private (int From, int To) Neighbours(int position, int from, int to)
        => _reducing ? (position * _scale, (position + 1) * _scale) : (Math.Max((position / _scale) - 1, from), Math.Min((position / _scale) + 2, to));

    private ReadOnlySpan<float> ResultRow(PlannedTile planned, int y)
        => _result.AsSpan(((y - planned.Result.Y) * planned.Result.Width) + planned.Tile.X - planned.Result.X, planned.Tile.Width);

    private TileRect Expand(TileRect rect, int by)
    {
        int x = Math.Max(rect.X - by, 0), y = Math.Max(rect.Y - by, 0);
        return new TileRect(x, y, Math.Min(rect.Right + by, _geometry.ExtendedWidth) - x, Math.Min(rect.Bottom + by, _geometry.ExtendedHeight) - y);
    }

    private static TileRect Union(TileRect a, TileRect b)
    {
        int x = Math.Min(a.X, b.X), y = Math.Min(a.Y, b.Y);
        return new TileRect(x, y, Math.Max(a.Right, b.Right) - x, Math.Max(a.Bottom, b.Bottom) - y);
    }

    private static void Clear(PixelImage destination, TileRect tile, TileRect region)
    {
        for (int y = tile.Y; y < tile.Bottom; y++)
        {
            int start = (((y - region.Y) * destination.Width) + tile.X - region.X) * destination.Channels, count = tile.Width * destination.Channels;
            if (destination.BitsPerSample == 8)
            {
                destination.Samples8.Slice(start, count).Clear();
            }
            else
            {
                destination.Samples16.Slice(start, count).Clear();
            }
        }
    }

    private static void Grow(ref float[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = new float[length];
        }
    }
}
