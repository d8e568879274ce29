// The menu icons are drawn by this code and by nobody else; with RSR_REFRESH_GOLDENS=1 it writes them.
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class IconTests
{
    private static readonly byte[] _frame = [0x8A, 0x6B, 0x4A, 255];
    private static readonly byte[] _large = [0xE8, 0xDC, 0xCF, 255];
    private static readonly byte[] _small = [0x1E, 0x82, 0xE6, 255];

    [Theory]
    [InlineData("LearnedDownscale", true)]
    [InlineData("LearnedUpscale", false)]
    public void The_embedded_icon_is_the_drawn_one(string name, bool inwards)
    {
        string path = Repository.File("src", "RsrPlugins.PaintDotNet", "Icons", name + ".png");
        Picture drawn = Draw(inwards);
        if (Repository.Refresh)
        {
            drawn.Save(path);
        }

        PictureAssert.SameBytes(drawn, Picture.Load(path), path);
        Assert.Contains(name + ".png", typeof(LearnedEffect).Assembly.GetManifestResourceNames());
    }

    // 16 x 16, the size of Paint.NET's menus: the large picture, the small one in its corner, and an arrow from one to the other.
    private static Picture Draw(bool inwards)
    {
        Picture icon = new Picture(16, 16);
        Fill(icon, 0, 0, 16, 16, _frame);
        Fill(icon, 1, 1, 14, 14, _large);
        Fill(icon, 0, 0, 7, 7, _frame);
        Fill(icon, 1, 1, 5, 5, _small);
        for (int i = 8; i < 14; i++)
        {
            Fill(icon, i, i, 1, 1, _frame);
        }

        (int tip, int back) = inwards ? (8, 1) : (13, -1);
        for (int i = 1; i < 4; i++)
        {
            Fill(icon, tip + (i * back), tip, 1, 1, _frame);
            Fill(icon, tip, tip + (i * back), 1, 1, _frame);
        }

        return icon;
    }

    private static void Fill(Picture icon, int left, int top, int width, int height, byte[] colour)
    {
        for (int y = top; y < top + height; y++)
        {
            for (int x = left; x < left + width; x++)
            {
                colour.CopyTo(icon[x, y]);
            }
        }
    }
}
