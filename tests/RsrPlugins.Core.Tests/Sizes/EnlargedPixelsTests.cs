using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Core.Tests.Sizes;

public class EnlargedPixelsTests
{
    [Theory]
    [InlineData(2, PixelLayout.Rgb, 8)]
    [InlineData(3, PixelLayout.Rgba, 8)]
    [InlineData(4, PixelLayout.Grey, 8)]
    [InlineData(7, PixelLayout.GreyAlpha, 16)]
    [InlineData(5, PixelLayout.Rgb, 16)]
    public void Own_pixels_come_back_exactly(int factor, PixelLayout layout, int bits)
    {
        PixelImage own = TestData.Noise(11, 8, layout, bits);
        EnlargedPixels found = Assert.IsType<EnlargedPixels>(EnlargedPixels.Find(Enlarged(own, factor)));
        Assert.Equal(factor, found.Factor);
        Assert.Equal(
            (own.Width, own.Height, own.Layout, own.BitsPerSample),
            (found.Own.Width, found.Own.Height, found.Own.Layout, found.Own.BitsPerSample)
        );
        Assert.True(bits == 8 ? own.Samples8.SequenceEqual(found.Own.Samples8) : own.Samples16.SequenceEqual(found.Own.Samples16));
    }

    [Fact]
    public void A_sprite_of_few_colours_is_found()
    {
        // A face of 8 x 8 in three colours, much of it ground.
        string[] face = ["........", "..####..", ".#oooo#.", "#o#oo#o#", "#oooooo#", "#o#oo#o#", ".#o##o#.", "..####.."];
        PixelImage own = PixelImage.Create(8, 8, PixelLayout.Rgb, 8);
        for (int i = 0; i < 64; i++)
        {
            (byte red, byte green, byte blue) = face[i / 8][i % 8] switch
            {
                '#' => ((byte)20, (byte)20, (byte)40),
                'o' => ((byte)250, (byte)210, (byte)60),
                _ => ((byte)90, (byte)150, (byte)250),
            };
            (own.Samples8[3 * i], own.Samples8[(3 * i) + 1], own.Samples8[(3 * i) + 2]) = (red, green, blue);
        }

        Assert.Equal(6, EnlargedPixels.Find(Enlarged(own, 6))?.Factor);
    }

    [Fact]
    public void The_greatest_factor_is_taken() =>
        Assert.Equal(6, EnlargedPixels.Find(Enlarged(Enlarged(TestData.Noise(9, 9, PixelLayout.Rgb, 8), 2), 3))?.Factor);

    [Fact]
    public void Nothing_else_is_one()
    {
        Assert.Null(EnlargedPixels.Find(TestData.Noise(40, 40, PixelLayout.Rgb, 8)));

        // One pixel is off.
        PixelImage off = Enlarged(TestData.Noise(20, 20, PixelLayout.Rgb, 8), 2);
        off.Samples8[(((21 * 40) + 7) * 3) + 1] ^= 1;
        Assert.Null(EnlargedPixels.Find(off));

        // Stretched in one direction, by another number in the other, or not by a whole one.
        PixelImage own = TestData.Noise(20, 20, PixelLayout.Rgb, 8);
        Assert.Null(EnlargedPixels.Find(Resampler.Resize(own, 40, 20, ResamplingKernel.Nearest)));
        Assert.Null(EnlargedPixels.Find(Resampler.Resize(own, 40, 60, ResamplingKernel.Nearest)));
        Assert.Null(EnlargedPixels.Find(Resampler.Resize(own, 50, 50, ResamplingKernel.Nearest)));

        // Of one colour; rectangles whose places have a common divisor by chance; a chess board.
        Assert.Null(EnlargedPixels.Find(PixelImage.Create(64, 64, PixelLayout.Rgba, 8)));
        PixelImage drawing = PixelImage.Create(120, 120, PixelLayout.Grey, 8);
        PixelImage board = PixelImage.Create(64, 64, PixelLayout.Grey, 8);
        for (int i = 0; i < 120 * 120; i++)
        {
            (int x, int y) = (i % 120, i / 120);
            drawing.Samples8[i] = (byte)(
                x is >= 20 and < 80 && y is >= 10 and < 60 ? 200
                : x >= 100 && y >= 50 ? 90
                : 255
            );
        }

        for (int i = 0; i < 64 * 64; i++)
        {
            board.Samples8[i] = (byte)(((i % 64 / 8) + (i / 64 / 8)) % 2 * 255);
        }

        Assert.Null(EnlargedPixels.Find(drawing));
        Assert.Null(EnlargedPixels.Find(board));
    }

    private static PixelImage Enlarged(PixelImage own, int factor)
    {
        PixelImage large = PixelImage.Create(own.Width * factor, own.Height * factor, own.Layout, own.BitsPerSample);
        int channels = own.Channels;
        for (int i = 0; i < large.Width * large.Height * channels; i++)
        {
            int from =
                (((i / channels / large.Width / factor * own.Width) + (i / channels % large.Width / factor)) * channels) + (i % channels);
            if (own.BitsPerSample == 8)
            {
                large.Samples8[i] = own.Samples8[from];
            }
            else
            {
                large.Samples16[i] = own.Samples16[from];
            }
        }

        return large;
    }
}
