// Cuts a picture into tiles so that the tiled result equals the whole one. Pure arithmetic, no pixels.
//
// Everything is counted in blocks first (NetworkShape): single pixels for SRNet, d x d for RRNet. That makes all networks the
// same problem, keeps sources on the grid of blocks, and the halo is the shape's, rounded up to that grid.
//
// All sources of a plan have one shape: the last one of a row starts early instead of ending short, and tiles at a true
// border own their halo as well. One shape means one set of buffers on the CPU and one compiled graph on a GPU.
using RsrPlugins.Core.Models;

namespace RsrPlugins.Core.Tiling;

/// <summary>One unit of work: run the network on <paramref name="Source"/>, keep <paramref name="Tile"/> of what comes out.</summary>
/// <param name="Tile">Output pixels this tile owns; the tiles of a plan cover its region exactly once.</param>
/// <param name="Source">
/// Input pixels the network reads. Never outside the picture on the left or at the top; it may exceed the picture by less than a
/// block on the right and at the bottom, where the picture's last column and row are repeated.
/// </param>
/// <param name="Result">Output pixels the network computes for the source: contains the tile.</param>
public readonly record struct PlannedTile(TileRect Tile, TileRect Source, TileRect Result);

/// <summary>The tiles of one picture, or of one rectangle of its result.</summary>
public sealed class TilePlan
{
    private TilePlan(
        int inputWidth,
        int inputHeight,
        TileRect region,
        int sourceWidth,
        int sourceHeight,
        int resultWidth,
        int resultHeight,
        PlannedTile[] tiles
    )
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

    /// <summary>Plans a picture.</summary>
    /// <param name="shape">Gives steps, halo and alignment: that of the open network, which may need more than its model says.</param>
    /// <param name="width">Input pixels across.</param>
    /// <param name="height">Input pixels down.</param>
    /// <param name="tileSize">Blocks; no source is longer than this plus the halo on both sides and what the alignment adds.</param>
    /// <param name="region">Output pixels wanted; null for all.</param>
    /// <exception cref="ImageSizeException">See <see cref="NetworkShape.OutputSize"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Tile size below 1, or a region that is empty or outside the output.</exception>
    public static TilePlan Create(NetworkShape shape, int width, int height, int tileSize, TileRect? region = null)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(tileSize, 1);
        (int outputWidth, int outputHeight) = shape.OutputSize(width, height);
        TileRect wanted = region ?? new TileRect(0, 0, outputWidth, outputHeight);
        if (
            wanted.Width < 1
            || wanted.Height < 1
            || wanted.X < 0
            || wanted.Y < 0
            || wanted.Right > outputWidth
            || wanted.Bottom > outputHeight
        )
        {
            throw new ArgumentOutOfRangeException(
                nameof(region),
                wanted,
                $"The region must be inside the {outputWidth} x {outputHeight} result."
            );
        }

        (int inputStep, int outputStep) = (shape.InputStep, shape.OutputStep);
        Cut cut = new Cut(outputStep, tileSize, DivideUp(shape.Halo, inputStep), AlignmentInBlocks(shape));
        Span[] columns = cut.Axis(DivideUp(width, inputStep), wanted.X, wanted.Right);
        Span[] rows = cut.Axis(DivideUp(height, inputStep), wanted.Y, wanted.Bottom);

        PlannedTile[] tiles = new PlannedTile[columns.Length * rows.Length];
        int next = 0;
        foreach (Span row in rows)
        {
            foreach (Span column in columns)
            {
                tiles[next++] = new PlannedTile(
                    new TileRect(column.TileStart, row.TileStart, column.TileEnd - column.TileStart, row.TileEnd - row.TileStart),
                    new TileRect(
                        column.SourceStart * inputStep,
                        row.SourceStart * inputStep,
                        column.SourceLength * inputStep,
                        row.SourceLength * inputStep
                    ),
                    new TileRect(
                        column.SourceStart * outputStep,
                        row.SourceStart * outputStep,
                        column.SourceLength * outputStep,
                        row.SourceLength * outputStep
                    )
                );
            }
        }

        TileRect source = tiles[0].Source;
        TileRect result = tiles[0].Result;
        return new TilePlan(width, height, wanted, source.Width, source.Height, result.Width, result.Height, tiles);
    }

    /// <summary>The smallest number of blocks after which a source may begin: whole blocks that are whole steps of the alignment
    /// too.</summary>
    private static int AlignmentInBlocks(NetworkShape shape)
    {
        (int a, int b) = (shape.InputStep, shape.Alignment);
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return shape.Alignment / a;
    }

    private static int DivideUp(int value, int by) => (value / by) + (value % by == 0 ? 0 : 1);

    /// <summary>How an axis is cut; everything but the output's pixels is counted in blocks.</summary>
    private readonly record struct Cut(int OutputStep, int TileSize, int Halo, int Alignment)
    {
        /// <summary>
        /// Cuts one axis of <paramref name="length"/> blocks for the output pixels [outputStart, outputEnd). Inside the reach (the
        /// blocks read at all) every source yields <c>step</c> blocks between its halos; the first and the last tile also
        /// own what lies before and after, which is either beyond the wanted region or at a true border. Sources begin on the
        /// alignment's grid, so their common length ends where the reach ends, counted on that grid.
        /// </summary>
        public Span[] Axis(int length, int outputStart, int outputEnd)
        {
            int reachStart = Math.Max(0, (outputStart / OutputStep) - Halo) / Alignment * Alignment;
            int reachEnd = Math.Min(length, DivideUp(outputEnd, OutputStep) + Halo);
            int reach = reachEnd - reachStart;
            int between = reach - (2 * Halo);
            int step = Math.Max(Alignment, TileSize / Alignment * Alignment);
            if (between > step)
            {
                step = DivideUp(DivideUp(between, DivideUp(between, step)), Alignment) * Alignment;
            }

            int sourceLength = step + (2 * Halo);
            sourceLength += (((reach - sourceLength) % Alignment) + Alignment) % Alignment;
            if (between <= step || sourceLength >= reach)
            {
                return [new Span(outputStart, outputEnd, reachStart, reach)];
            }

            Span[] spans = new Span[DivideUp(between, step)];
            for (int i = 0; i < spans.Length; i++)
            {
                int tileStart = i == 0 ? outputStart : (reachStart + Halo + (i * step)) * OutputStep;
                int tileEnd = i == spans.Length - 1 ? outputEnd : (reachStart + Halo + ((i + 1) * step)) * OutputStep;
                int sourceStart = reachStart + Math.Min(i * step, reach - sourceLength);
                spans[i] = new Span(tileStart, tileEnd, sourceStart, sourceLength);
            }

            return spans;
        }
    }

    /// <summary>One tile along one axis: what it owns in output pixels, what it reads in blocks.</summary>
    private readonly record struct Span(int TileStart, int TileEnd, int SourceStart, int SourceLength);
}
