// Pictures through networks that people bring (rsr models add): R'G'B' or luma, values to 1 or to 255, tiles exact or not. The product's
// own networks do not come here; their colour is made with more care (PictureTiler). What is the same: transparent pixels first take the
// colour of their visible surroundings, alpha is made by a classical kernel and held between its neighbours, grey stays grey.
//
// A network that looks at the whole picture gives every tile another answer. Its tiles overlap by their halo, and within the overlap one
// fades into the next: no seam, but not the picture the network would make of the whole, which is why the report says so.
using RsrPlugins.Core.Colour;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Resizing;

/// <summary>Resizes pictures by a network of any planes and units. Thread-safe.</summary>
internal sealed class ForeignResizer(INetwork network, ResizeSettings settings)
{
    private const float Red = 0.299f;
    private const float Blue = 0.114f;
    private const float Green = 1 - Red - Blue;

    private readonly NetworkShape _shape = network.Model.Shape;

    /// <summary>Whether a network needs this way of going about it.</summary>
    public static bool IsFor(NetworkShape shape) =>
        shape.MakesPictures && (shape.Input.Carries != PlaneContent.Luma || shape.Input.Unit != ValueUnit.Studio || !shape.TilesAreExact);

    public PixelImage Resize(PixelImage source, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        (int width, int height) = network.Shape.OutputSize(source.Width, source.Height);
        PixelImage result = PixelImage.Create(width, height, source.Layout, source.BitsPerSample);
        TilePlan plan = TilePlan.Create(network.Shape, source.Width, source.Height, TileDefaults.TileSize(network, settings));
        bool opaque = Samples.IsOpaque(source);
        Axes axes = new Axes(_shape, source.Width, source.Height);
        Blend? blend = _shape.TilesAreExact || plan.Tiles.Count == 1 ? null : new Blend(width, height, source.Channels);
        TileScheduler.Run(
            plan.Tiles,
            TileDefaults.Workers(network, settings),
            () => new Worker(network, axes),
            (worker, planned, token) => worker.Process(source, plan, planned, opaque, result, blend, token),
            progress,
            cancellationToken
        );
        blend?.WriteTo(result);
        return result;
    }

    /// <summary>Tables all workers share.</summary>
    private sealed class Axes
    {
        public Axes(NetworkShape shape, int width, int height)
        {
            (Width, Height) = (shape.Extended(width), shape.Extended(height));
            Kernel = new KernelTables(ResamplingKernel.Lanczos3, Width, Height, shape.Factor, shape.Reduces);
            AlphaBounds = new AlphaBounds(shape.Factor, shape.Reduces, Width, Height);

            // As in PictureGeometry; a block of the network is the larger cell.
            Reach needed = Reach.Max(new Reach(shape.Halo), Kernel.Reach) + AlphaBounds.Reach + new Reach(shape.InputStep - 1);
            Fill = new Reach(Math.Min(needed.Pixels, MaxFillRadius));
        }

        /// <summary>Weights of the fill halve with every pixel: beyond this nothing is left of them.</summary>
        private const int MaxFillRadius = 20;

        public int Width { get; }

        public int Height { get; }

        public KernelTables Kernel { get; }

        public AlphaBounds AlphaBounds { get; }

        public Reach Fill { get; }
    }

    /// <summary>Buffers of one worker.</summary>
    private sealed class Worker(INetwork network, Axes axes)
    {
        private readonly SourceWindow _window = new();
        private readonly TransparentFill _fill = new(axes.Fill);
        private readonly PlaneResampler _resampler = new(axes.Kernel);
        private readonly NetworkShape _shape = network.Model.Shape;
        private float[] _input = [];
        private float[] _made = [];
        private float[] _alpha = [];
        private float[] _redDifference = [];
        private float[] _blueDifference = [];
        private float[] _row = [];

        public void Process(
            PixelImage source,
            TilePlan plan,
            PlannedTile planned,
            bool opaque,
            PixelImage result,
            Blend? blend,
            CancellationToken cancellationToken
        )
        {
            bool hasAlpha = source.HasAlpha && !opaque;

            // Blended tiles give what they know of their neighbours' pixels too.
            TileRect owned = blend is null ? planned.Tile : Within(planned.Result, result);
            TileRect core = planned.Source.Union(_resampler.SourceOf(owned)).Union(axes.AlphaBounds.SourceOf(owned));
            _window.Load(source, hasAlpha ? axes.Fill.Around(core, axes.Width, axes.Height) : core, opaque);
            Grow(ref _alpha, owned.Width * owned.Height);
            Span<float> alpha = _alpha.AsSpan(0, owned.Width * owned.Height);
            alpha.Fill(_window.Opacity == WindowOpacity.Transparent ? 0 : 1);
            if (_window.Opacity == WindowOpacity.Mixed)
            {
                _resampler.Run(_window.Alpha, _window.Rect, owned, alpha);
                axes.AlphaBounds.Hold(_window, owned, alpha);
                _fill.Apply(_window, core);
            }

            RunNetwork(plan, planned, cancellationToken);
            bool byKernel = _shape.Output.Count == 1 && _window.HasColour;
            if (byKernel)
            {
                Grow(ref _redDifference, owned.Width * owned.Height);
                Grow(ref _blueDifference, owned.Width * owned.Height);
                _resampler.Run(_window.RedDifference, _window.Rect, owned, _redDifference);
                _resampler.Run(_window.BlueDifference, _window.Rect, owned, _blueDifference);
            }

            Grow(ref _row, owned.Width * result.Channels);
            for (int y = 0; y < owned.Height; y++)
            {
                WriteRow(planned, owned, y, result, alpha.Slice(y * owned.Width, owned.Width), byKernel);
                if (blend is null)
                {
                    Samples.Write(result, owned.X, owned.Y + y, _row.AsSpan(0, owned.Width * result.Channels));
                }
                else
                {
                    blend.Add(planned, owned, y, 2 * _shape.Halo * _shape.OutputStep / _shape.InputStep, _row);
                }
            }
        }

        private void RunNetwork(TilePlan plan, PlannedTile planned, CancellationToken cancellationToken)
        {
            int area = plan.SourceLength,
                planes = _shape.Input.Count;
            Grow(ref _input, area * planes);
            Grow(ref _made, plan.ResultLength * _shape.Output.Count);
            TileRect source = planned.Source;
            float unit = _shape.Input.Unit == ValueUnit.Byte ? 255 : 1;
            for (int y = 0; y < source.Height; y++)
            {
                int at = _window.At(source.X, source.Y + y),
                    to = y * source.Width;
                for (int x = 0; x < source.Width; x++)
                {
                    float luma = _window.FullRangeLuma[at + x];
                    if (planes == 1)
                    {
                        _input[to + x] = _shape.Input.Unit == ValueUnit.Studio ? (16 + (219 * luma)) / 255 : luma * unit;
                        continue;
                    }

                    float red = _window.HasColour ? _window.RedDifference[at + x] : 0,
                        blue = _window.HasColour ? _window.BlueDifference[at + x] : 0;
                    float green = luma - ((Red * red) + (Blue * blue));
                    _input[to + x] = (green + red) * unit;
                    _input[area + to + x] = green * unit;
                    _input[(2 * area) + to + x] = (green + blue) * unit;
                }
            }

            network.Run(
                _input.AsSpan(0, area * planes),
                source.Width,
                source.Height,
                _made.AsSpan(0, plan.ResultLength * _shape.Output.Count),
                cancellationToken
            );
            if (_made.AsSpan(0, plan.ResultLength * _shape.Output.Count).ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            {
                throw new InferenceException(
                    $"{network.Model.Id} gave NaN or infinite values on {source.Width} x {source.Height} pixels. The model is damaged or not made for such pictures."
                );
            }
        }

        /// <summary>One row of the result's samples, 0 to the depth's largest value.</summary>
        private void WriteRow(PlannedTile planned, TileRect owned, int y, PixelImage result, ReadOnlySpan<float> alpha, bool byKernel)
        {
            int area = planned.Result.Width * planned.Result.Height,
                channels = result.Channels;
            int from = ((owned.Y + y - planned.Result.Y) * planned.Result.Width) + owned.X - planned.Result.X;
            float max = result.MaxValue;
            for (int x = 0; x < owned.Width; x++)
            {
                (float red, float green, float blue) =
                    _shape.Output.Count == 1
                        ? FromLuma(ToOne(_made[from + x]), byKernel, (y * owned.Width) + x)
                        : (ToOne(_made[from + x]), ToOne(_made[area + from + x]), ToOne(_made[(2 * area) + from + x]));
                bool visible = alpha[x] * max >= 0.5f;
                Span<float> pixel = _row.AsSpan(x * channels, channels);
                if (result.HasColour)
                {
                    (pixel[0], pixel[1], pixel[2]) = visible ? (red * max, green * max, blue * max) : (0, 0, 0);
                }
                else
                {
                    pixel[0] = visible ? ((Red * red) + (Green * green) + (Blue * blue)) * max : 0;
                }

                if (result.HasAlpha)
                {
                    pixel[channels - 1] = alpha[x] * max;
                }
            }
        }

        private float ToOne(float value) =>
            _shape.Output.Unit switch
            {
                ValueUnit.Byte => value / 255,
                ValueUnit.Studio => ((value * 255) - 16) / 219,
                _ => value,
            };

        private (float Red, float Green, float Blue) FromLuma(float luma, bool byKernel, int at)
        {
            float red = byKernel ? _redDifference[at] : 0,
                blue = byKernel ? _blueDifference[at] : 0;
            float green = luma - ((Red * red) + (Blue * blue));
            return (green + red, green, green + blue);
        }

        private static TileRect Within(TileRect tile, PixelImage picture) =>
            new(tile.X, tile.Y, Math.Min(tile.Right, picture.Width) - tile.X, Math.Min(tile.Bottom, picture.Height) - tile.Y);

        private static void Grow(ref float[] buffer, int length)
        {
            if (buffer.Length < length)
            {
                buffer = new float[length];
            }
        }
    }

    /// <summary>
    /// Weighted sums of overlapping tiles: four bytes for each sample of the result and for each pixel. Tiles come in any order, and sums
    /// of floats depend on it in their last bits, which rounding to samples hides but for rare half-way cases.
    /// </summary>
    private sealed class Blend
    {
        private readonly int _width;
        private readonly int _channels;
        private readonly float[][] _rows;
        private readonly float[][] _weights;

        public Blend(int width, int height, int channels)
        {
            (_width, _channels) = (width, channels);
            _rows = [.. Enumerable.Range(0, height).Select(_ => new float[width * channels])];
            _weights = [.. Enumerable.Range(0, height).Select(_ => new float[width])];
        }

        /// <summary>Adds a tile's row, faded out over the overlap towards every side where the picture goes on.</summary>
        public void Add(PlannedTile planned, TileRect part, int y, int overlap, ReadOnlySpan<float> row)
        {
            int line = part.Y + y;
            float vertical = Fade(line, planned.Result.Y, part.Bottom, _rows.Length, overlap);
            lock (_rows[line])
            {
                for (int x = 0; x < part.Width; x++)
                {
                    float weight = vertical * Fade(part.X + x, part.X, part.Right, _width, overlap);
                    _weights[line][part.X + x] += weight;
                    for (int c = 0; c < _channels; c++)
                    {
                        _rows[line][((part.X + x) * _channels) + c] += weight * row[(x * _channels) + c];
                    }
                }
            }
        }

        public void WriteTo(PixelImage result)
        {
            for (int y = 0; y < _rows.Length; y++)
            {
                for (int x = 0; x < _width; x++)
                {
                    for (int c = 0; c < _channels; c++)
                    {
                        _rows[y][(x * _channels) + c] /= _weights[y][x];
                    }
                }

                Samples.Write(result, 0, y, _rows[y]);
            }
        }

        private static float Fade(int position, int from, int to, int length, int overlap)
        {
            float left = from == 0 ? 1 : (position - from + 0.5f) / overlap,
                right = to >= length ? 1 : (to - position - 0.5f) / overlap;
            return Math.Clamp(Math.Min(left, right), 1e-4f, 1);
        }
    }
}
