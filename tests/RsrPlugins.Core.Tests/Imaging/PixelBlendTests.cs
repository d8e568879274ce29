// Blends against values worked out by hand.
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Core.Tests.Imaging;

public sealed class PixelBlendTests
{
    [Theory]
    [InlineData(200, 100, 100, 200)]
    [InlineData(200, 100, 0, 100)]
    [InlineData(200, 100, 50, 150)]
    [InlineData(201, 100, 50, 151)] // 150.5, up
    [InlineData(0, 255, 99, 3)] // 2.55
    public void Opaque_samples_are_weighted_means(int learned, int classical, int strength, int expected)
    {
        PixelImage picture = Pixels(PixelLayout.Grey, learned);
        PixelBlend.Into(picture, 0, 0, Pixels(PixelLayout.Grey, classical), strength);
        Assert.Equal(expected, picture.Samples8[0]);
    }

    [Theory]
    [InlineData(new[] { 200, 255 }, new[] { 100, 0 }, 50, new[] { 200, 128 })] // what nobody sees does not tint
    [InlineData(new[] { 200, 100 }, new[] { 50, 200 }, 50, new[] { 100, 150 })] // (200 100 + 50 200) / 300
    [InlineData(new[] { 200, 1 }, new[] { 0, 0 }, 40, new[] { 0, 0 })] // alpha 0.4 is none, and then there is no colour either
    [InlineData(new[] { 200, 255 }, new[] { 100, 255 }, 0, new[] { 100, 255 })]
    public void Alpha_weighs_colour(int[] learned, int[] classical, int strength, int[] expected)
    {
        PixelImage picture = Pixels(PixelLayout.GreyAlpha, learned);
        PixelBlend.Into(picture, 0, 0, Pixels(PixelLayout.GreyAlpha, classical), strength);
        Assert.Equal(expected.Select(value => (byte)value), picture.Samples8.ToArray());
    }

    [Fact]
    public void Sixteen_bits_and_a_part_of_a_picture()
    {
        PixelImage picture = PixelImage.Create(3, 2, PixelLayout.Rgba, 16),
            part = PixelImage.Create(1, 1, PixelLayout.Rgba, 16);
        picture.Samples16.Fill(65535);
        ((ushort[])[1000, 2000, 3000, 65535]).CopyTo(part.Samples16);
        PixelBlend.Into(picture, 2, 1, part, 30);
        Assert.True(picture.Samples16[..20].ContainsAnyExcept((ushort)65535) is false);
        Assert.Equal([20361, 21061, 21761, 65535], picture.Samples16[20..].ToArray()); // 0.3 65535 + 0.7 1000 = 20360.5
        Assert.Throws<ArgumentException>(() => PixelBlend.Into(picture, 3, 1, part, 30));
        Assert.Throws<ArgumentOutOfRangeException>(() => PixelBlend.Into(picture, 2, 1, part, 101));
    }

    private static PixelImage Pixels(PixelLayout layout, params int[] samples)
    {
        PixelImage picture = PixelImage.Create(1, 1, layout, 8);
        samples.Select(value => (byte)value).ToArray().CopyTo(picture.Samples8);
        return picture;
    }
}
