using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Tiling;

public class TilePlanTests
{
    [Theory]
    [InlineData(NetworkKind.SRNet, 2, 1, 1, 2, 2)]
    [InlineData(NetworkKind.SRNet, 3, 7, 5, 21, 15)]
    [InlineData(NetworkKind.SRNet, 4, 100, 1, 400, 4)]
    [InlineData(NetworkKind.RRNet, 2, 1, 1, 1, 1)]
    [InlineData(NetworkKind.RRNet, 2, 8, 9, 4, 5)]
    [InlineData(NetworkKind.RRNet, 3, 3, 4, 1, 2)]
    [InlineData(NetworkKind.RRNet, 4, 401, 399, 101, 100)]
    public void Output_size_multiplies_or_divides_rounding_up(NetworkKind network, int scale, int width, int height, int expectedWidth, int expectedHeight) =>
        Assert.Equal((expectedWidth, expectedHeight), TilePlan.OutputSize(NeighbourhoodNetwork.Describe(network, scale), width, height));

    [Theory]
    [InlineData(0, 5)]
    [InlineData(5, -1)]
    [InlineData(int.MaxValue, 1)]
    public void Sizes_that_cannot_be_enlarged_are_named(int width, int height)
    {
        ImageSizeException error = Assert.Throws<ImageSizeException>(() => TilePlan.OutputSize(NeighbourhoodNetwork.Describe(NetworkKind.SRNet, 2), width, height));
        Assert.Contains($"{width} x {height}", error.Message, StringComparison.Ordinal);
    }

    // The halo of Section "networks": 4 LR pixels for SRNet, 3 HR pixels for RRNet, which its d x d grid rounds up.
    [Theory]
    [InlineData(NetworkKind.SRNet, 2, 4)]
    [InlineData(NetworkKind.SRNet, 4, 4)]
    [InlineData(NetworkKind.RRNet, 2, 4)]
    [InlineData(NetworkKind.RRNet, 3, 3)]
    [InlineData(NetworkKind.RRNet, 4, 4)]
    public void An_inner_source_is_its_tile_and_the_halo(NetworkKind network, int scale, int haloInInputPixels)
    {
        ModelDescriptor model = NeighbourhoodNetwork.Describe(network, scale);
        int unit = network == NetworkKind.RRNet ? scale : 1;
        TilePlan plan = TilePlan.Create(model, 100 * unit, 100 * unit, 10);
        int side = (int)Math.Sqrt(plan.Tiles.Count);
        PlannedTile inner = plan.Tiles[side + 1];
        int inputPerOutput = network == NetworkKind.RRNet ? scale : 1;
        int outputPerInput = network == NetworkKind.RRNet ? 1 : scale;
        Assert.Equal(haloInInputPixels, (inner.Tile.X * inputPerOutput / outputPerInput) - inner.Source.X);
        Assert.Equal(haloInInputPixels, inner.Source.Bottom - (inner.Tile.Bottom * inputPerOutput / outputPerInput));
    }

    [Fact]
    public void Random_plans_cover_their_region_once_with_sources_of_one_shape_inside_the_picture()
    {
        Random random = new Random(1);
        for (int round = 0; round < 400; round++)
        {
            NetworkKind network = round % 2 == 0 ? NetworkKind.RRNet : NetworkKind.SRNet;
            ModelDescriptor model = NeighbourhoodNetwork.Describe(network, random.Next(2, 5));
            int width = random.Next(1, 90), height = random.Next(1, 90), tileSize = random.Next(1, 40);
            (int outputWidth, int outputHeight) = TilePlan.OutputSize(model, width, height);
            int x = random.Next(outputWidth), y = random.Next(outputHeight);
            TileRect? region = round % 3 == 0 ? null : new TileRect(x, y, random.Next(1, outputWidth - x + 1), random.Next(1, outputHeight - y + 1));
            TilePlan plan = TilePlan.Create(model, width, height, tileSize, region);

            TileRect covered = region ?? new TileRect(0, 0, outputWidth, outputHeight);
            int[] owners = new int[outputWidth * outputHeight];
            int unit = network == NetworkKind.RRNet ? model.Scale : 1;
            int longest = (tileSize * unit) + (2 * ((model.Halo + unit - 1) / unit) * unit);
            foreach (PlannedTile tile in plan.Tiles)
            {
                Assert.Equal((plan.SourceWidth, plan.SourceHeight), (tile.Source.Width, tile.Source.Height));
                Assert.Equal((plan.ResultWidth, plan.ResultHeight), (tile.Result.Width, tile.Result.Height));
                Assert.True(tile.Source.Width <= longest && tile.Source.Height <= longest, $"{tile.Source} for tiles of {tileSize}");
                Assert.True(tile.Source is { X: >= 0, Y: >= 0 } && tile.Source.Right < width + unit && tile.Source.Bottom < height + unit, $"{tile.Source} of {width} x {height}");
                Assert.True(tile.Tile.X >= tile.Result.X && tile.Tile.Right <= tile.Result.Right && tile.Tile.Y >= tile.Result.Y && tile.Tile.Bottom <= tile.Result.Bottom, $"{tile}");
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
                bool inside = i % outputWidth >= covered.X && i % outputWidth < covered.Right && i / outputWidth >= covered.Y && i / outputWidth < covered.Bottom;
                Assert.Equal(inside ? 1 : 0, owners[i]);
            }
        }
    }

    [Theory]
    [InlineData(0, 0, 0, 5)]
    [InlineData(-1, 0, 5, 5)]
    [InlineData(16, 0, 5, 5)]
    public void A_region_outside_the_result_is_refused(int x, int y, int width, int height) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TilePlan.Create(NeighbourhoodNetwork.Describe(NetworkKind.SRNet, 2), 10, 10, 8, new TileRect(x, y, width, height)));
}
