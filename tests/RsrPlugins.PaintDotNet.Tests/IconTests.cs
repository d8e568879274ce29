// The menu icons are drawn by this code and by nobody else, at every resolution; with RSR_REFRESH_GOLDENS=1 it writes them.
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class IconTests
{
    /// <summary>Units of a side: the size of Paint.NET's menus at 96 dots per inch.</summary>
    private const int Units = 16;

    private static readonly byte[] _frame = [0x8A, 0x6B, 0x4A, 255];
    private static readonly byte[] _large = [0xE8, 0xDC, 0xCF, 255];
    private static readonly byte[] _small = [0x1E, 0x82, 0xE6, 255];

    public static TheoryData<string, bool, int> Drawn
    {
        get
        {
            TheoryData<string, bool, int> drawn = new TheoryData<string, bool, int>();
            foreach (int resolution in Icons.Resolutions)
            {
                drawn.Add("LearnedDownscale", true, resolution);
                drawn.Add("LearnedUpscale", false, resolution);
            }

            return drawn;
        }
    }

    [Theory]
    [MemberData(nameof(Drawn))]
    public void The_embedded_icon_is_the_drawn_one(string name, bool inwards, int resolution)
    {
        string fileName = Icons.FileName(name, resolution);
        string path = Repository.File("src", "RsrPlugins.PaintDotNet", "Icons", fileName);
        Picture drawn = Draw(inwards, Units * resolution / 96);
        if (Repository.Refresh)
        {
            drawn.Save(path);
        }

        PictureAssert.SameBytes(drawn, Picture.Load(path), path);
        Assert.Contains(fileName, typeof(LearnedEffect).Assembly.GetManifestResourceNames());
    }

    [Theory]
    [InlineData(72, 96)]
    [InlineData(96, 96)]
    [InlineData(97, 120)]
    [InlineData(168, 192)]
    [InlineData(240, 384)]
    [InlineData(480, 384)]
    public void An_icon_is_made_smaller_rather_than_larger(int dpi, int resolution) => Assert.Equal(resolution, Icons.ResolutionFor(dpi));

    // The large picture, the small one in its corner, and an arrow from one to the other; every edge on a whole pixel.
    private static Picture Draw(bool inwards, int side)
    {
        Picture icon = new Picture(side, side);
        int line = Scaled(1, side);
        int corner = Scaled(7, side);
        Fill(icon, 0, 0, side, side, _frame);
        Fill(icon, line, line, side - (2 * line), side - (2 * line), _large);
        Fill(icon, 0, 0, corner, corner, _frame);
        Fill(icon, line, line, corner - (2 * line), corner - (2 * line), _small);

        // A diagonal from beside the small picture to inside the large one's corner, and a head of two bars at its tip.
        (int from, int to) = (corner + line, side - (3 * line));
        for (int i = from; i <= to; i++)
        {
            Fill(icon, i, i, line, line, _frame);
        }

        int head = Scaled(4, side);
        if (inwards)
        {
            Fill(icon, from, from, head, line, _frame);
            Fill(icon, from, from, line, head, _frame);
        }
        else
        {
            Fill(icon, to + line - head, to, head, line, _frame);
            Fill(icon, to, to + line - head, line, head, _frame);
        }

        return icon;
    }

    private static int Scaled(int units, int side) => (int)Math.Round((double)units * side / Units);

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
