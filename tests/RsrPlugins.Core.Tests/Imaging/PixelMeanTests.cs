using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Core.Tests.Imaging;

public sealed class PixelMeanTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void The_mean_is_rounded_up_and_written_into_the_first(int bits)
    {
        PixelImage first = TestData.Noise(7, 5, PixelLayout.Rgba, bits, 1),
            second = TestData.Noise(7, 5, PixelLayout.Rgba, bits, 2);
        int[] expected = [.. Values(first).Zip(Values(second), (a, b) => (int)Math.Ceiling((a + b) / 2.0))];
        Assert.Same(first, PixelMean.Of(first, second));
        Assert.Equal(expected, Values(first));

        static int[] Values(PixelImage image) =>
            image.BitsPerSample == 8
                ? [.. image.Samples8.ToArray().Select(value => (int)value)]
                : [.. image.Samples16.ToArray().Select(value => (int)value)];
    }

    [Fact]
    public void Pictures_of_two_kinds_are_refused()
    {
        PixelImage picture = PixelImage.Create(4, 4, PixelLayout.Rgb, 8);
        Assert.Throws<ArgumentException>(() => PixelMean.Of(picture, PixelImage.Create(4, 5, PixelLayout.Rgb, 8)));
        Assert.Throws<ArgumentException>(() => PixelMean.Of(picture, PixelImage.Create(4, 4, PixelLayout.Rgba, 8)));
        Assert.Throws<ArgumentException>(() => PixelMean.Of(picture, PixelImage.Create(4, 4, PixelLayout.Rgb, 16)));
    }
}
