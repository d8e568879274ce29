using RsrPlugins.Core.Colour;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Colour;

public sealed class AlphaBoundsTests
{
    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(4, true)]
    public void Alpha_stays_between_that_of_the_block_or_of_the_pixels_around(int factor, bool reduces)
    {
        (int width, int height) = reduces ? (6 * factor, 5 * factor) : (9, 7);
        PixelImage image = TestData.Noise(width, height, PixelLayout.GreyAlpha, 8);
        SourceWindow window = new SourceWindow();
        window.Load(image, new TileRect(0, 0, width, height), ignoreAlpha: false);
        AlphaBounds bounds = new AlphaBounds(factor, reduces, width, height);
        TileRect tile = reduces ? new TileRect(1, 0, 5, 4) : new TileRect(1, 2, (9 * factor) - 1, (7 * factor) - 3);
        Random random = new Random(1);
        float[] alpha = [.. Enumerable.Range(0, tile.Width * tile.Height).Select(_ => (3 * random.NextSingle()) - 1)];
        float[] held = [.. alpha];
        bounds.Hold(window, tile, held);
        TileRect read = bounds.SourceOf(tile);
        for (int i = 0; i < held.Length; i++)
        {
            (int x, int y) = (tile.X + (i % tile.Width), tile.Y + (i / tile.Width));
            (int left, int top) = reduces ? (x * factor, y * factor) : ((x / factor) - 1, (y / factor) - 1);
            int side = reduces ? factor : 3;
            List<float> around = [];
            for (int row = Math.Max(top, 0); row < Math.Min(top + side, height); row++)
            {
                for (int column = Math.Max(left, 0); column < Math.Min(left + side, width); column++)
                {
                    Assert.True(column >= read.X && column < read.Right && row >= read.Y && row < read.Bottom);
                    around.Add(image.Samples8[(((row * width) + column) * 2) + 1] / 255f);
                }
            }

            Assert.Equal(Math.Clamp(alpha[i], around.Min(), around.Max()), held[i], 1e-6f);
        }

        Assert.NotEqual(alpha, held);
    }
}
