using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tests.Models;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Tiling;

public class TilePlanTests
{
    // The halo of Section "networks": 4 LR pixels for SRNet, 3 HR pixels for RRNet, which its d x d grid rounds up.
    [Theory]
    [InlineData(NetworkTask.Enlarge, 2, 4)]
    [InlineData(NetworkTask.Enlarge, 4, 4)]
    [InlineData(NetworkTask.Reduce, 2, 4)]
    [InlineData(NetworkTask.Reduce, 3, 3)]
    [InlineData(NetworkTask.Reduce, 4, 4)]
    public void An_inner_source_is_its_tile_and_the_halo(NetworkTask network, int scale, int haloInInputPixels)
    {
        ModelDescriptor model = NeighbourhoodNetwork.Describe(network, scale);
        int unit = network == NetworkTask.Reduce ? scale : 1;
        TilePlan plan = TilePlan.Create(model.Shape, 100 * unit, 100 * unit, 10);
        int side = (int)Math.Sqrt(plan.Tiles.Count);
        PlannedTile inner = plan.Tiles[side + 1];
        int inputPerOutput = network == NetworkTask.Reduce ? scale : 1;
        int outputPerInput = network == NetworkTask.Reduce ? 1 : scale;
        Assert.Equal(haloInInputPixels, (inner.Tile.X * inputPerOutput / outputPerInput) - inner.Source.X);
        Assert.Equal(haloInInputPixels, inner.Source.Bottom - (inner.Tile.Bottom * inputPerOutput / outputPerInput));
    }

    [Fact]
    public void Random_plans_cover_their_region_once_with_sources_of_one_shape_inside_the_picture()
    {
        Random random = new Random(1);
        for (int round = 0; round < 400; round++)
        {
            NetworkTask network = round % 2 == 0 ? NetworkTask.Reduce : NetworkTask.Enlarge;
            NetworkShape shape = TestShapes.Of(network, random.Next(2, 5)) with
            {
                Alignment = round % 5 == 0 ? random.Next(1, 9) : 1,
                Halo = random.Next(9),
            };
            shape = round % 7 == 0 ? shape with { InputStep = 4, OutputStep = round % 14 == 0 ? 8 : 4 } : shape;
            int width = random.Next(1, 90),
                height = random.Next(1, 90),
                tileSize = random.Next(1, 40);
            (int outputWidth, int outputHeight) = shape.OutputSize(width, height);
            int x = random.Next(outputWidth),
                y = random.Next(outputHeight);
            TileRect? region =
                round % 3 == 0 ? null : new TileRect(x, y, random.Next(1, outputWidth - x + 1), random.Next(1, outputHeight - y + 1));
            TilePlan plan = TilePlan.Create(shape, width, height, tileSize, region);

            TileRect covered = region ?? new TileRect(0, 0, outputWidth, outputHeight);
            int[] owners = new int[outputWidth * outputHeight];
            int unit = shape.InputStep,
                halo = (shape.Halo + unit - 1) / unit;
            int grid = Lcm(unit, shape.Alignment);
            int longest = Math.Max(tileSize * unit, grid) + (2 * halo * unit) + (grid - unit);
            foreach (PlannedTile tile in plan.Tiles)
            {
                Assert.Equal((plan.SourceWidth, plan.SourceHeight), (tile.Source.Width, tile.Source.Height));
                Assert.Equal((plan.ResultWidth, plan.ResultHeight), (tile.Result.Width, tile.Result.Height));
                Assert.True(tile.Source.Width <= longest && tile.Source.Height <= longest, $"{tile.Source} for tiles of {tileSize}");
                Assert.True(
                    tile.Source is { X: >= 0, Y: >= 0 } && tile.Source.Right < width + unit && tile.Source.Bottom < height + unit,
                    $"{tile.Source} of {width} x {height}"
                );
                Assert.Equal((0, 0), (tile.Source.X % grid, tile.Source.Y % grid));
                AssertHalo(tile.Tile.X, tile.Result.X, outputWidth, halo * shape.OutputStep, before: true);
                AssertHalo(tile.Tile.Y, tile.Result.Y, outputHeight, halo * shape.OutputStep, before: true);
                AssertHalo(tile.Tile.Right, tile.Result.Right, outputWidth, halo * shape.OutputStep, before: false);
                AssertHalo(tile.Tile.Bottom, tile.Result.Bottom, outputHeight, halo * shape.OutputStep, before: false);
                Assert.True(
                    tile.Tile.X >= tile.Result.X
                        && tile.Tile.Right <= tile.Result.Right
                        && tile.Tile.Y >= tile.Result.Y
                        && tile.Tile.Bottom <= tile.Result.Bottom,
                    $"{tile}"
                );
                for (int row = tile.Tile.Y; row < tile.Tile.Bottom; row++)
                {
                    for (int column = tile.Tile.X; column < tile.Tile.Right; column++)
                    {
                        owners[(row * outputWidth) + column]++;
                    }
                }
            }

            for (int i = 0; i < owners.Length; i++)
            {
                bool inside =
                    i % outputWidth >= covered.X
                    && i % outputWidth < covered.Right
                    && i / outputWidth >= covered.Y
                    && i / outputWidth < covered.Bottom;
                Assert.Equal(inside ? 1 : 0, owners[i]);
            }
        }
    }

    [Theory]
    [InlineData(0, 0, 0, 5)]
    [InlineData(-1, 0, 5, 5)]
    [InlineData(16, 0, 5, 5)]
    public void A_region_outside_the_result_is_refused(int x, int y, int width, int height) =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            TilePlan.Create(NeighbourhoodNetwork.Describe(NetworkTask.Enlarge, 2).Shape, 10, 10, 8, new TileRect(x, y, width, height))
        );

    /// <summary>Between what a tile owns and the end of what is computed for it lies the halo, unless the picture ends there.</summary>
    private static void AssertHalo(int tile, int result, int length, int halo, bool before)
    {
        bool atBorder = before ? result == 0 : result >= length;
        Assert.True(
            atBorder || Math.Abs(tile - result) >= halo,
            $"{tile} {(before ? "after" : "before")} {result} of {length}, halo {halo}"
        );
    }

    private static int Lcm(int a, int b) => Enumerable.Range(1, b).Select(times => a * times).First(multiple => multiple % b == 0);
}
