using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Tiling;

public sealed class ReachTests
{
    [Fact]
    public void Steps_one_after_the_other_add_up_and_steps_beside_each_other_do_not()
    {
        Assert.Equal(new Reach(5), new Reach(2) + new Reach(3));
        Assert.Equal(new Reach(3), Reach.Max(new Reach(2), new Reach(3)));
        Assert.Equal(new Reach(2), Reach.None + new Reach(2));
    }

    [Fact]
    public void A_margin_ends_where_the_picture_does()
    {
        Assert.Equal(new TileRect(3, 4, 7, 8), new Reach(2).Around(new TileRect(5, 6, 3, 4), 20, 20));
        Assert.Equal(new TileRect(0, 0, 20, 9), new Reach(5).Around(new TileRect(1, 2, 18, 2), 20, 10));
        Assert.Equal(new TileRect(0, 0, 20, 10), new Reach(50).Around(new TileRect(1, 2, 1, 1), 20, 10));
    }

    [Fact]
    public void A_union_holds_both() => Assert.Equal(new TileRect(1, 2, 9, 8), new TileRect(1, 5, 2, 2).Union(new TileRect(4, 2, 6, 8)));
}
