// One tile of a picture from samples to samples: window -> luma -> network -> recombination. Everything here is a function of
// the source picture and the output position, never of the tile's shape, so any tiling gives the same bytes.
//
// Colour: the network makes luma; a classical kernel makes the colour differences, when enlarging sharpened by the network's
// luma (ChromaGuide); ColourRows puts them together.
// Alpha: transparent pixels first take the colour of their visible surroundings (TransparentFill). Alpha itself goes
// through the same network as luma does, as edges of a logo are edges of its alpha, and is then held near the alpha of the source
// pixels around (AlphaBounds). Which source pixels a tile reads follows from the reach of the steps (PictureGeometry).
using RsrPlugins.Core.Colour;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Refinement;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Resizing;

/// <summary>Buffers and steps of one worker; not thread-safe.</summary>
internal sealed class PictureTiler
{
    private readonly INetwork _network;
    private readonly PictureGeometry _geometry;
    private readonly ColourOptions _options;
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
        _scale = network.Model.Shape.Factor;
        _fill = new TransparentFill(geometry.Fill);
        _flatAreas = new FlatAreas(_scale, new Reach(network.Model.Shape.Halo), network.Model.Shape.Reduces);
        _overshoot = geometry.BoundsOvershoot ? new OvershootBound(_scale) : null;
        _resampler = new PlaneResampler(geometry.Kernel);
    }

    /// <summary>Computes a planned tile.</summary>
    /// <param name="opaque">The picture is known to be opaque; its alpha is not looked at.</param>
    /// <param name="destination">Receives the tile; its pixel (0, 0) is the plan's region's first.</param>
    /// <param name="refined">Corrected already: gives the tile's luma instead of the network. Null: the network does.</param>
    public void Process(
        PixelImage source,
        TilePlan plan,
        PlannedTile planned,
        bool opaque,
        PixelImage destination,
        RefinedLuma? refined,
        CancellationToken cancellationToken
    )
    {
        TileRect tile = planned.Tile;
        bool mayBeTransparent = source.HasAlpha && !opaque;
        bool guided = source.HasColour && _geometry.GuidesChroma;
        TileRect core = _geometry.Core(planned, _resampler.SourceOf(tile), source.HasColour, mayBeTransparent);
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
                _guide.Apply(
                    tile.X,
                    tile.Y + y,
                    _scale,
                    _redSlope.AsSpan(at, tile.Width),
                    _blueSlope.AsSpan(at, tile.Width),
                    luma,
                    kernelLuma,
                    _red.AsSpan(at, tile.Width),
                    _blue.AsSpan(at, tile.Width)
                );
            }

            _rows.Write(
                destination,
                tile.X - plan.Region.X,
                tile.Y + y - plan.Region.Y,
                luma,
                _window.HasColour ? _red.AsSpan(at, tile.Width) : default,
                _window.HasColour ? _blue.AsSpan(at, tile.Width) : default,
                alpha.IsEmpty ? default : alpha.Slice(at, tile.Width),
                _options.Rounding
            );
        }
    }

    /// <summary>Computes a planned tile's luma alone, for a refinement of the whole picture's.</summary>
    public void Collect(
        PixelImage source,
        TilePlan plan,
        PlannedTile planned,
        bool opaque,
        RefinedLuma refined,
        CancellationToken cancellationToken
    )
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
        Span<float> input = _input.AsSpan(0, plan.SourceLength),
            flat = _flat.AsSpan(0, plan.ResultLength);
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
        _window.Load(source, _geometry.Window(core, mayBeTransparent), opaque);
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
        Span<float> input = _input.AsSpan(0, plan.SourceLength),
            result = _result.AsSpan(0, plan.ResultLength);
        for (int y = 0; y < source.Height; y++)
        {
            ColourRows.ToStudio(
                plane.AsSpan(_window.At(source.X, source.Y + y), source.Width),
                input.Slice(y * source.Width, source.Width)
            );
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

        _geometry.AlphaBounds.Hold(_window, tile, alpha);
    }

    private ReadOnlySpan<float> ResultRow(PlannedTile planned, int y) =>
        _result.AsSpan(((y - planned.Result.Y) * planned.Result.Width) + planned.Tile.X - planned.Result.X, planned.Tile.Width);

    private static void Clear(PixelImage destination, TileRect tile, TileRect region)
    {
        for (int y = tile.Y; y < tile.Bottom; y++)
        {
            int start = (((y - region.Y) * destination.Width) + tile.X - region.X) * destination.Channels,
                count = tile.Width * destination.Channels;
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
