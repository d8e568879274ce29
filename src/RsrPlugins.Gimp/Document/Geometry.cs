// Where layers go when a document changes its size. GIMP rounds a layer's edges on their own, so equal layers can come out unequal
// and thin ones can vanish; here a layer's size follows from its own size alone, as a picture's does, and places are rounded as
// GIMP rounds them.
namespace RsrPlugins.Gimp.Document;

internal static class Geometry
{
    /// <summary>A coordinate after scaling from one image side to another; halves away from zero.</summary>
    public static int Scaled(int position, int oldSide, int newSide) =>
        (int)Math.Round((decimal)position * newSide / oldSide, MidpointRounding.AwayFromZero);

    /// <summary>A length after scaling; at least 1, and the whole side for what fills the image.</summary>
    public static int ScaledLength(int length, int oldSide, int newSide) => Math.Max(1, Scaled(length, oldSide, newSide));

    /// <summary>GIMP's size of a layer in an image it scales: both edges rounded on their own. Below 1 it removes the layer.</summary>
    public static int LengthByGimp(int position, int length, int oldSide, int newSide) =>
        Scaled(position + length, oldSide, newSide) - Scaled(position, oldSide, newSide);

    /// <summary>The place of a layer scaled about a centre that stays where it is; halves away from zero.</summary>
    /// <param name="position">The layer's edge.</param>
    /// <param name="oldLength">Length of what is scaled: the layer, or the group around it.</param>
    /// <param name="newLength">Its length afterwards.</param>
    /// <param name="origin">Its edge.</param>
    public static int ScaledAboutCentre(int position, int origin, int oldLength, int newLength) =>
        (int)
            Math.Round(
                origin + (oldLength / 2m) + ((position - origin - (oldLength / 2m)) * newLength / oldLength),
                MidpointRounding.AwayFromZero
            );
}
