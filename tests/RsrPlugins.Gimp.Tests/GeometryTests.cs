using RsrPlugins.Gimp.Document;

namespace RsrPlugins.Gimp.Tests;

public sealed class GeometryTests
{
    [Theory]
    [InlineData(0, 100, 50, 0)]
    [InlineData(-11, 3, 1, -4)]
    [InlineData(5, 2, 1, 3)]
    [InlineData(-5, 2, 1, -3)]
    [InlineData(524287, 1, 4, 2097148)]
    public void Places_are_rounded_halves_away_from_zero(int position, int oldSide, int newSide, int expected) =>
        Assert.Equal(expected, Geometry.Scaled(position, oldSide, newSide));

    // Seen in GIMP 3.0.4: 100 x 70 scaled to 33 x 23, layers at -11,23 of 31 x 17 and at 5,5 of 1 x 1.
    [Theory]
    [InlineData(-11, 31, 100, 33, 11)]
    [InlineData(23, 17, 70, 23, 5)]
    [InlineData(5, 1, 100, 33, 0)]
    public void GIMP_rounds_both_edges_of_a_layer(int position, int length, int oldSide, int newSide, int expected) =>
        Assert.Equal(expected, Geometry.LengthByGimp(position, length, oldSide, newSide));

    [Theory]
    [InlineData(0, 0, 10, 20, -5)]
    [InlineData(-11, -11, 31, 62, -27)]
    [InlineData(4, 0, 10, 20, 3)]
    [InlineData(20, 20, 20, 10, 25)]
    public void What_is_scaled_about_its_centre_keeps_it(int position, int origin, int oldLength, int newLength, int expected) =>
        Assert.Equal(expected, Geometry.ScaledAboutCentre(position, origin, oldLength, newLength));
}
