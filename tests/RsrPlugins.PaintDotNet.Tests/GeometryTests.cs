using RsrPlugins.Core.Tiling;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class GeometryTests
{
    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(2, 2, 1)]
    [InlineData(3, 2, 2)]
    [InlineData(9, 3, 3)]
    [InlineData(10, 3, 4)]
    [InlineData(16, 4, 4)]
    [InlineData(17, 4, 5)]
    public void A_side_is_covered_by_as_many_blocks_as_it_takes(int length, int scale, int expected) =>
        Assert.Equal(expected, Geometry.Reduce(length, scale));

    [Theory]
    [InlineData(Placement.TopLeft, 10, 20)]
    [InlineData(Placement.Centre, 12, 23)]
    public void The_small_picture_lies_where_the_user_put_it(Placement placement, int x, int y) =>
        Assert.Equal((x, y), Geometry.Place(new TileRect(10, 20, 9, 13), 4, 7, placement));

    [Theory]
    [InlineData(9, 13, 2)]
    [InlineData(9, 13, 3)]
    [InlineData(9, 13, 4)]
    [InlineData(1, 1, 2)]
    public void What_the_upscale_reads_is_what_the_downscale_wrote(int width, int height, int scale)
    {
        TileRect bounds = new TileRect(5, 6, width, height);
        TileRect part = Geometry.TopLeftPart(bounds, scale);
        Assert.Equal((part.X, part.Y), Geometry.Place(bounds, part.Width, part.Height, Placement.TopLeft));
        Assert.True(part.Width * scale >= width && part.Height * scale >= height);
        Assert.True((part.Width - 1) * scale < width && (part.Height - 1) * scale < height);
    }

    [Fact]
    public void Rectangles_that_do_not_meet_have_no_common_area() =>
        Assert.Equal(0, Geometry.Intersect(new TileRect(0, 0, 4, 4), new TileRect(4, 0, 4, 4)).Width);
}
