using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Core.Tests.Sizes;

public sealed class NearestEnlargementTests
{
    public static TheoryData<int, int, int, int, int> Sizes()
    {
        TheoryData<int, int, int, int, int> data = new TheoryData<int, int, int, int, int>();
        foreach (int scale in (int[])[2, 3, 4])
        {
            // Exact multiples, and every size that still rounds to this factor from either side, the two axes unlike.
            foreach ((int width, int height) in ((int, int)[])[(7, 5), (1, 1), (16, 9)])
            {
                data.Add(width, height, width * scale, height * scale, scale);
                data.Add(width, height, (width * scale) + 1, height * scale, scale);
                data.Add(width, height, width * scale, (height * scale) + scale - 1, scale);
                if (width > 1)
                {
                    data.Add(width, height, (width * scale) - 1, (height * scale) - (scale - 1), scale);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_small_picture_comes_out_of_a_nearest_neighbour_enlargement_exactly(
        int width,
        int height,
        int largeWidth,
        int largeHeight,
        int scale
    )
    {
        PixelImage small = Noise(width, height, 1);
        NearestEnlargement undone = NearestEnlargement.Undo(Enlarge(small, largeWidth, largeHeight), scale);

        Assert.True(undone.Exact);
        Assert.Equal((width, height), (undone.Small.Width, undone.Small.Height));
        Assert.True(small.Samples8.SequenceEqual(undone.Small.Samples8));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void An_enlargement_that_was_cropped_afterwards_still_gives_its_pixels(int scale)
    {
        PixelImage small = Noise(6, 5, 2);
        PixelImage large = Crop(Enlarge(small, 6 * scale, 5 * scale), (6 * scale) - 1, (5 * scale) - (scale - 1));
        NearestEnlargement undone = NearestEnlargement.Undo(large, scale);

        Assert.True(undone.Exact);
        Assert.True(small.Samples8.SequenceEqual(undone.Small.Samples8));
        Assert.Null(undone.FitTo(scale));
    }

    [Fact]
    public void A_stretched_enlargement_is_brought_to_the_layers_size()
    {
        NearestEnlargement undone = NearestEnlargement.Undo(Enlarge(Noise(7, 5, 3), 15, 10), 2);
        Assert.True(undone.Exact);
        Assert.Equal((15, 10), undone.FitTo(2));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Anything_else_gives_block_means_and_says_so(int scale)
    {
        PixelImage picture = PixelImage.Create(scale * 2, scale, PixelLayout.Rgba, 8);
        for (int i = 0; i < picture.Samples8.Length; i += 4)
        {
            (picture.Samples8[i], picture.Samples8[i + 3]) = ((byte)(i / 4 % (scale * 2) * 10), 255);
        }

        NearestEnlargement undone = NearestEnlargement.Undo(picture, scale);

        Assert.False(undone.Exact);
        Assert.False(NearestEnlargement.IsLikely(picture, picture.Width, picture.Height, scale));
        // Columns 0, 10, 20 ...: the mean of the first block is 5 * (scale - 1), of the second 10 * scale more.
        Assert.Equal(5 * (scale - 1), undone.Small.Samples8[0]);
        Assert.Equal((5 * (scale - 1)) + (10 * scale), undone.Small.Samples8[4]);
    }

    [Fact]
    public void Invisible_pixels_do_not_tint_a_block()
    {
        PixelImage picture = PixelImage.Create(2, 2, PixelLayout.Rgba, 8);
        new byte[] { 200, 100, 50, 255, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0 }.CopyTo(picture.Samples8);
        Assert.Equal([200, 100, 50, 64], NearestEnlargement.Undo(picture, 2).Small.Samples8.ToArray());
    }

    /// <summary>Nearest neighbour as image editors do it: the source pixel under the middle of each output pixel.</summary>
    internal static PixelImage Enlarge(PixelImage small, int width, int height)
    {
        PixelImage large = PixelImage.Create(width, height, PixelLayout.Rgba, 8);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int fromX = (int)Math.Floor((x + 0.5) * small.Width / width),
                    fromY = (int)Math.Floor((y + 0.5) * small.Height / height);
                small.Samples8.Slice(((fromY * small.Width) + fromX) * 4, 4).CopyTo(large.Samples8.Slice(((y * width) + x) * 4, 4));
            }
        }

        return large;
    }

    private static PixelImage Noise(int width, int height, int seed)
    {
        PixelImage picture = PixelImage.Create(width, height, PixelLayout.Rgba, 8);
        new Random(seed).NextBytes(picture.Samples8);
        return picture;
    }

    private static PixelImage Crop(PixelImage picture, int width, int height)
    {
        PixelImage part = PixelImage.Create(width, height, PixelLayout.Rgba, 8);
        for (int y = 0; y < height; y++)
        {
            picture.Samples8.Slice(y * picture.Width * 4, width * 4).CopyTo(part.Samples8.Slice(y * width * 4, width * 4));
        }

        return part;
    }
}
