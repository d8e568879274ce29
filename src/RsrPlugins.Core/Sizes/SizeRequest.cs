// The size as the user gave it. Decimal, not double: --scale 2.1 of 1000 pixels is 2100 pixels and not 2101.
namespace RsrPlugins.Core.Sizes;

/// <summary>Either a scale factor, or a width, a height, or both.</summary>
/// <param name="Scale">Above 1, at most <see cref="MaxScale"/>; the direction is in the verb.</param>
/// <param name="Width">Pixels; alone it keeps the aspect ratio.</param>
/// <param name="Height">Pixels; alone it keeps the aspect ratio.</param>
public sealed record SizeRequest(decimal? Scale, int? Width, int? Height)
{
    /// <summary>The largest factor.</summary>
    public const int MaxScale = 16;

    /// <summary>Nothing was asked for.</summary>
    public bool IsEmpty => Scale is null && Width is null && Height is null;

    /// <summary>Above 0 where the size asked for is above the picture's, 0 where it is the same, below 0 where it is below, null where one
    /// side grows and the other shrinks.</summary>
    public int? Direction(int width, int height)
    {
        (int targetWidth, int targetHeight) = Scale is null ? FromSides(width, height) : (width, height);
        return (targetWidth.CompareTo(width), targetHeight.CompareTo(height)) switch
        {
            (0, 0) => 0,
            ( >= 0, >= 0) => 1,
            ( <= 0, <= 0) => -1,
            _ => null,
        };
    }

    /// <summary>The exact size of an enlargement; sizes that do not come out whole are rounded up.</summary>
    public (int Width, int Height) LargerThan(int width, int height)
    {
        (int Width, int Height) target = Scale is { } scale
            ? (Whole(Math.Ceiling(width * scale)), Whole(Math.Ceiling(height * scale)))
            : FromSides(width, height);
        if (target.Width < width || target.Height < height || target == (width, height))
        {
            throw new ImageSizeException(
                $"expected a size above {width} x {height}, found {target.Width} x {target.Height}; 'rsr downscale' makes pictures smaller"
            );
        }

        if (target.Width > (long)width * MaxScale || target.Height > (long)height * MaxScale)
        {
            throw new ImageSizeException($"expected at most {MaxScale} times {width} x {height}, found {target.Width} x {target.Height}");
        }

        return target;
    }

    /// <summary>The exact size of a reduction; sizes that do not come out whole are rounded up, as the networks do.</summary>
    public (int Width, int Height) SmallerThan(int width, int height)
    {
        (int Width, int Height) target = Scale is { } scale
            ? (Whole(Math.Ceiling(width / scale)), Whole(Math.Ceiling(height / scale)))
            : FromSides(width, height);
        if (target.Width > width || target.Height > height || target == (width, height))
        {
            throw new ImageSizeException(
                $"expected a size below {width} x {height}, found {target.Width} x {target.Height}; 'rsr upscale' makes pictures larger"
            );
        }

        if ((long)target.Width * MaxScale < width - MaxScale || (long)target.Height * MaxScale < height - MaxScale)
        {
            throw new ImageSizeException(
                $"expected at least 1/{MaxScale} of {width} x {height}, found {target.Width} x {target.Height}; reduce it in two runs"
            );
        }

        return target;
    }

    private (int Width, int Height) FromSides(int width, int height) =>
        (
            Width ?? Whole(Math.Max(1, Math.Round((decimal)width * Height!.Value / height, MidpointRounding.AwayFromZero))),
            Height ?? Whole(Math.Max(1, Math.Round((decimal)height * Width!.Value / width, MidpointRounding.AwayFromZero)))
        );

    private static int Whole(decimal pixels) =>
        pixels <= int.MaxValue ? (int)pixels : throw new ImageSizeException($"{pixels:F0} pixels per side exceed the limit of a picture");
}
