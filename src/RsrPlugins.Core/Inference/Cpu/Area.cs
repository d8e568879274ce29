// Which pixels a stage has to make for a tile: what the tile owns, grown by what the later stages read, so that nothing is computed for
// nobody.
namespace RsrPlugins.Core.Inference.Cpu;

/// <summary>Pixels of a tile's source, which may lie outside it; Right and Bottom are exclusive.</summary>
internal readonly record struct Area(int Left, int Top, int Right, int Bottom)
{
    public bool IsEmpty => Right <= Left || Bottom <= Top;

    public Area Expand(int by) => new(Left - by, Top - by, Right + by, Bottom + by);

    /// <summary>The smallest area around both.</summary>
    public Area With(Area other) =>
        IsEmpty
            ? other
            : new(Math.Min(Left, other.Left), Math.Min(Top, other.Top), Math.Max(Right, other.Right), Math.Max(Bottom, other.Bottom));
}

/// <summary>A tile as a run sees it: its source, and where the picture's 4 x 4 cells begin in it.</summary>
/// <param name="Width">Pixels of the source.</param>
/// <param name="Height">Pixels of the source.</param>
/// <param name="OriginX">The source's first column in the picture.</param>
/// <param name="OriginY">The source's first row in the picture.</param>
internal readonly record struct TileSource(int Width, int Height, int OriginX, int OriginY)
{
    private const int Cell = CpuKernels.CellSide;

    public Area Clip(Area area) =>
        new(Math.Max(area.Left, 0), Math.Max(area.Top, 0), Math.Min(area.Right, Width), Math.Min(area.Bottom, Height));

    /// <summary>The cells an area touches.</summary>
    public Area Cells(Area area) =>
        new(Down(area.Left, OriginX), Down(area.Top, OriginY), Down(area.Right + Cell - 1, OriginX), CellEnd(area.Bottom));

    /// <summary>The end of the row of cells that a row before <paramref name="bottom"/> lies in.</summary>
    public int CellEnd(int bottom) => Down(bottom + Cell - 1, OriginY);

    /// <summary>
    /// What the results in an area are made of. Not the whole windows of their cells: of a window's six columns (and rows alike) the first
    /// enters the cell's first result alone and the last its last; the results between are made of the four columns below them.
    /// </summary>
    public Area Windows(Area area)
    {
        Area cells = Cells(area);
        return new Area(
            cells.Left == area.Left ? area.Left - 1 : cells.Left,
            cells.Top == area.Top ? area.Top - 1 : cells.Top,
            cells.Right == area.Right ? area.Right + 1 : cells.Right,
            cells.Bottom == area.Bottom ? area.Bottom + 1 : cells.Bottom
        );
    }

    // Cell is a power of two, so this rounds negative places down as well.
    private static int Down(int place, int origin) => place - ((place + origin) & (Cell - 1));
}
