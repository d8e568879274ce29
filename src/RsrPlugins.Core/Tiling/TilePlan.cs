// Cuts a picture into tiles so that the tiled result equals the whole one. Pure arithmetic, no pixels.
//
// Everything is counted in LR pixels first: SRNet's input pixels, RRNet's d x d blocks. That makes both networks the same
// problem, keeps RRNet's sources on the d grid, and the halo is the descriptor's, rounded up to that grid.
//
// All sources of a plan have one shape: the last one of a row starts early instead of ending short, and tiles at a true
// border own their halo as well. One shape means one set of buffers on the CPU and one compiled graph on a GPU.
using RsrPlugins.Core.Models;

namespace RsrPlugins.Core.Tiling;

/// <summary>One unit of work: run the network on <paramref name="Source"/>, keep <paramref name="Tile"/> of what comes out.</summary>
/// <param name="Tile">Output pixels this tile owns; the tiles of a plan cover its region exactly once.</param>
/// <param name="Source">
/// Input pixels the network reads. Never outside the picture on the left or at the top; for RRNet it may exceed the picture by up to
/// d - 1 pixels on the right and at the bottom, where the picture's last column and row are repeated.
/// </param>
/// <param name="Result">Output pixels the network computes for the source: contains the tile.</param>
public readonly record struct PlannedTile(TileRect Tile, TileRect Source, TileRect Result);

/// <summary>The tiles of one picture, or of one rectangle of its result.</summary>
public sealed class TilePlan
{
    private TilePlan(int inputWidth, int inputHeight, TileRect region, int sourceWidth, int sourceHeight, int resultWidth, int resultHeight, PlannedTile[] tiles)
    {
        InputWidth = inputWidth;
        InputHeight = inputHeight;
        Region = region;
        SourceWidth = sourceWidth;
        SourceHeight = sourceHeight;
        ResultWidth = resultWidth;
        ResultHeight = resultHeight;
        Tiles = tiles;
    }

    /// <summary>Width of the picture the plan was made for.</summary>
    public int InputWidth { get; }

    /// <summary>Height of the picture the plan was made for.</summary>
    public int InputHeight { get; }

    /// <summary>The output pixels the plan covers.</summary>
    public TileRect Region { get; }

    /// <summary>Width of every tile's source, in input pixels.</summary>
    public int SourceWidth { get; }

    /// <summary>Height of every tile's source, in input pixels.</summary>
    public int SourceHeight { get; }

    /// <summary>Width of every tile's result, in output pixels.</summary>
    public int ResultWidth { get; }

    /// <summary>Height of every tile's result, in output pixels.</summary>
    public int ResultHeight { get; }

    /// <summary>Values a worker's input buffer holds.</summary>
    public int SourceLength => SourceWidth * SourceHeight;

    /// <summary>Values a worker's output buffer holds.</summary>
    public int ResultLength => ResultWidth * ResultHeight;

    /// <summary>Row by row.</summary>
    public IReadOnlyList<PlannedTile> Tiles { get; }

    /// <summary>
    /// Size of the result for an input of any size. SRNet: exactly d times. RRNet: rounded up, ceil(w / d) x ceil(h / d). SRNet's
    /// gradient: that of the small picture.
    /// </summary>
    /// <exception cref="ImageSizeException">A side is below 1, or the result's sides exceed what an int can count.</exception>
    public static (int Width, int Height) OutputSize(ModelDescriptor model, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (width < 1 || height < 1)
        {
            throw new ImageSizeException($"{model.Id} needs a picture of at least 1 x 1 pixels; found {width} x {height}.");
        }

        if (model.Network == NetworkKind.RRNet)
        {
            return (DivideUp(width, model.Scale), DivideUp(height, model.Scale));
        }

        if (model.Network == NetworkKind.SRNetGradient)
        {
            return (width, height);
        }

        if ((long)Math.Max(width, height) * model.Scale > int.MaxValue)
        {
            throw new ImageSizeException($"{width} x {height} pixels enlarged x{model.Scale} have sides beyond {int.MaxValue:N0} pixels. Enlarge a part of the picture.");
        }

        return (width * model.Scale, height * model.Scale);
    }

    /// <summary>Plans a picture.</summary>
    /// <param name="model">Gives direction, scale and halo.</param>
    /// <param name="width">Input pixels across.</param>
    /// <param name="height">Input pixels down.</param>
    /// <param name="tileSize">LR pixels; no source is longer than this plus the halo on both sides.</param>
    /// <param name="region">Output pixels wanted; null for all.</param>
    /// <exception cref="ImageSizeException">See <see cref="OutputSize"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Tile size below 1, or a region that is empty or outside the output.</exception>
    public static TilePlan Create(ModelDescriptor model, int width, int height, int tileSize, TileRect? region = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        int halo = model.Network == NetworkKind.RRNet ? DivideUp(model.Halo, model.Scale) : model.Halo;
        return Create(model, width, height, tileSize, region, halo);
    }

    /// <summary>As the public one, with the halo (LR pixels) given, so that a test can show that one less is not enough.</summary>
    internal static TilePlan Create(ModelDescriptor model, int width, int height, int tileSize, TileRect? region, int halo)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tileSize, 1);
        (int outputWidth, int outputHeight) = OutputSize(model, width, height);
        TileRect wanted = region ?? new TileRect(0, 0, outputWidth, outputHeight);
        if (wanted.Width < 1 || wanted.Height < 1 || wanted.X < 0 || wanted.Y < 0 || wanted.Right > outputWidth || wanted.Bottom > outputHeight)
        {
            throw new ArgumentOutOfRangeException(nameof(region), wanted, $"The region must be inside the {outputWidth} x {outputHeight} result.");
        }

        int inputStep = model.Network == NetworkKind.RRNet ? model.Scale : 1;
        int outputStep = model.Network == NetworkKind.SRNet ? model.Scale : 1;
        Span[] columns = CutAxis(DivideUp(width, inputStep), wanted.X, wanted.Right, outputStep, tileSize, halo);
        Span[] rows = CutAxis(DivideUp(height, inputStep), wanted.Y, wanted.Bottom, outputStep, tileSize, halo);

        PlannedTile[] tiles = new PlannedTile[columns.Length * rows.Length];
        int next = 0;
        foreach (Span row in rows)
        {
            foreach (Span column in columns)
            {
                tiles[next++] = new PlannedTile(
                    new TileRect(column.TileStart, row.TileStart, column.TileEnd - column.TileStart, row.TileEnd - row.TileStart),
                    new TileRect(column.SourceStart * inputStep, row.SourceStart * inputStep, column.SourceLength * inputStep, row.SourceLength * inputStep),
                    new TileRect(column.SourceStart * outputStep, row.SourceStart * outputStep, column.SourceLength * outputStep, row.SourceLength * outputStep));
            }
        }

        TileRect source = tiles[0].Source;
        TileRect result = tiles[0].Result;
        return new TilePlan(width, height, wanted, source.Width, source.Height, result.Width, result.Height, tiles);
    }

    /// <summary>
    /// Cuts one axis of <paramref name="length"/> LR pixels for the output pixels [outputStart, outputEnd). Inside the reach (the
    /// LR pixels read at all) every source yields <c>step</c> pixels between its halos; the first and the last tile also
    /// own what lies before and after, which is either beyond the wanted region or at a true border.
    /// </summary>
    private static Span[] CutAxis(int length, int outputStart, int outputEnd, int outputStep, int tileSize, int halo)
    {
        int reachStart = Math.Max(0, (outputStart / outputStep) - halo);
        int reachEnd = Math.Min(length, DivideUp(outputEnd, outputStep) + halo);
        int reach = reachEnd - reachStart;
        int between = reach - (2 * halo);
        if (between <= tileSize)
        {
            return [new Span(outputStart, outputEnd, reachStart, reach)];
        }

        int step = DivideUp(between, DivideUp(between, tileSize));
        int count = DivideUp(between, step);
        int sourceLength = step + (2 * halo);
        Span[] spans = new Span[count];
        for (int i = 0; i < count; i++)
        {
            int tileStart = i == 0 ? outputStart : (reachStart + halo + (i * step)) * outputStep;
            int tileEnd = i == count - 1 ? outputEnd : (reachStart + halo + ((i + 1) * step)) * outputStep;
            int sourceStart = reachStart + Math.Min(i * step, reach - sourceLength);
            spans[i] = new Span(tileStart, tileEnd, sourceStart, sourceLength);
        }

        return spans;
    }

    private static int DivideUp(int value, int by) => (value / by) + (value % by == 0 ? 0 : 1);

    /// <summary>One tile along one axis: what it owns in output pixels, what it reads in LR pixels.</summary>
    private readonly record struct Span(int TileStart, int TileEnd, int SourceStart, int SourceLength);
}
