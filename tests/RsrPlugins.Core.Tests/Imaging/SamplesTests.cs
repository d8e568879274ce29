using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Core.Tests.Imaging;

public sealed class SamplesTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Every_value_comes_back_exactly(int bits)
    {
        PixelImage image = PixelImage.Create(bits == 8 ? 256 : 65536, 2, PixelLayout.GreyAlpha, bits),
            copy = PixelImage.Create(image.Width, 2, PixelLayout.GreyAlpha, bits);
        for (int x = 0; x < image.Width; x++)
        {
            if (bits == 8)
            {
                (image.Samples8[2 * (image.Width + x)], image.Samples8[(2 * (image.Width + x)) + 1]) = ((byte)x, (byte)(255 - x));
            }
            else
            {
                (image.Samples16[2 * (image.Width + x)], image.Samples16[(2 * (image.Width + x)) + 1]) = ((ushort)x, (ushort)(65535 - x));
            }
        }

        // From an odd place on, and of a length that is no whole number of vectors.
        float[] row = new float[2 * (image.Width - 3)];
        Samples.Read(image, 3, 1, image.Width - 3, row);
        Assert.Equal(Enumerable.Range(3, image.Width - 3).SelectMany(x => new[] { x, (float)(image.MaxValue - x) }), row);
        Samples.Write(copy, 3, 1, row);
        for (int x = 0; x < image.Width; x++)
        {
            Assert.Equal(x < 3 ? (0, 0, 0, 0) : DrawnPictures.Get(image, x, 1), DrawnPictures.Get(copy, x, 1));
            Assert.Equal((0, 0, 0, 0), DrawnPictures.Get(copy, x, 0));
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Writing_rounds_half_up_and_clamps(int bits)
    {
        PixelImage image = PixelImage.Create(6, 1, PixelLayout.Grey, bits);
        Samples.Write(image, 0, 0, [-3f, 0.49f, 0.5f, 1.5f, image.MaxValue - 0.25f, image.MaxValue + 9f]);
        int[] found = [.. Enumerable.Range(0, 6).Select(x => DrawnPictures.Get(image, x, 0).Red)];
        Assert.Equal([0, 0, 1, 2, image.MaxValue, image.MaxValue], found);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void One_pixel_that_is_not_quite_opaque_counts(int bits)
    {
        PixelImage image = PixelImage.Create(5, 3, PixelLayout.Rgba, bits);
        for (int i = 0; i < 15; i++)
        {
            DrawnPictures.Set(image, i % 5, i / 5, 1, 2, 3);
        }

        Assert.True(Samples.IsOpaque(image));
        DrawnPictures.Set(image, 4, 2, 1, 2, 3, 254);
        Assert.False(Samples.IsOpaque(image));
        Assert.True(Samples.IsOpaque(PixelImage.Create(2, 2, PixelLayout.Rgb, bits)));
    }
}
