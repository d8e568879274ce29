using RsrPlugins.Core.Refinement;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Refinement;

public sealed class LocalBrightnessTests
{
    private const int Side = 2 * LocalBrightness.Reach;
    private const int Window = (2 * LocalBrightness.Reach) + 1;

    [Fact]
    public void One_brighter_pixel_raises_the_mean_of_the_square_around_it()
    {
        const int Width = 3 * Window;
        float[] large = new float[4 * Width * Width];
        Array.Fill(large, 0.25f);
        float[] small = new float[Width * Width];
        Array.Fill(small, 0.25f);
        (int x, int y) = (Width / 2, (Width / 2) + 1);
        small[(y * Width) + x] += 0.5f;

        float[] values = new float[small.Length];
        new LocalBrightness(large, Width, Width, 2).AddDifference(small, 3, values, new TileRect(0, 0, Width, Width));

        for (int i = 0; i < values.Length; i++)
        {
            bool isNear = Math.Abs((i % Width) - x) <= LocalBrightness.Reach && Math.Abs((i / Width) - y) <= LocalBrightness.Reach;
            Assert.Equal(isNear ? 3 * 0.5f / (Window * Window) : 0, values[i], 1e-6f);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void The_means_of_the_blocks_are_what_the_small_picture_is_compared_with(int scale)
    {
        float[] large = [.. Enumerable.Range(0, Side * Side * scale * scale).Select(i => i * 7919 % 256 / 255f)];
        float[] small = new float[Side * Side];
        for (int i = 0; i < large.Length; i++)
        {
            (int x, int y) = (i % (Side * scale) / scale, i / (Side * scale) / scale);
            small[(y * Side) + x] += large[i] / (scale * scale);
        }

        float[] values = new float[small.Length];
        new LocalBrightness(large, Side, Side, scale).AddDifference(small, 1, values, new TileRect(0, 0, Side, Side));

        Assert.All(values, value => Assert.Equal(0, value, 1e-6f));
    }

    /// <summary>Bits, not only values: a window of an editor must get what the whole picture gets.</summary>
    [Fact]
    public void A_part_has_the_values_of_the_whole_and_its_surroundings_keep_theirs()
    {
        const int Width = 31;
        float[] large = [.. Enumerable.Range(0, 4 * Width * Width).Select(i => i * 613 % 251 / 255f)];
        float[] small = [.. Enumerable.Range(0, Width * Width).Select(i => i * 811 % 241 / 255f)];
        LocalBrightness brightness = new LocalBrightness(large, Width, Width, 2);
        float[] whole = new float[small.Length];
        brightness.AddDifference(small, 1, whole, new TileRect(0, 0, Width, Width));
        TileRect part = new TileRect(5, 9, 17, 13);
        float[] values = new float[small.Length];

        brightness.AddDifference(small, 1, values, part);

        for (int i = 0; i < values.Length; i++)
        {
            bool isInside = i % Width >= part.X && i % Width < part.Right && i / Width >= part.Y && i / Width < part.Bottom;
            Assert.Equal(isInside ? whole[i] : 0, values[i]);
        }
    }
}
