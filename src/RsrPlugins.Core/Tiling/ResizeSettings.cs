// How the work is divided is no part of what is computed, so it is a record of its own.
namespace RsrPlugins.Core.Tiling;

/// <summary>How to go about a resize; never changes a single byte of the result.</summary>
/// <param name="Threads">Tiles at once on the CPU; 0 = one per core. A GPU takes one at a time.</param>
/// <param name="TileSize">Side of a tile in LR pixels; 0 = what suits the device.</param>
public sealed record ResizeSettings(int Threads = 0, int TileSize = 0);
