// The pictures all tests work on, drawn here from integers alone, so that they are the same bytes on every machine: what people
// make smaller and larger (text, thin lines, logos with transparency, photos) and what breaks resizers (a checker of single
// pixels, saturated colours, sizes that are no multiple, almost nothing at all).
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

internal static class TestPictures
{
    private const int Width = 56;
    private const int Height = 48;

    public static IReadOnlyDictionary<string, Func<Picture>> All { get; } =
        new Dictionary<string, Func<Picture>>
        {
            ["text"] = Text,
            ["lines"] = Lines,
            ["gradient"] = () =>
                Draw(Width, Height, (x, y) => Colour(x * 255 / (Width - 1), y * 255 / (Height - 1), (x + y) * 255 / (Width + Height - 2))),
            ["photo"] = () => Photo(Width, Height),
            ["logo"] = Logo,
            ["checker"] = () => Draw(Width, Height, (x, y) => ((x + y) & 1) == 0 ? Colour(255, 255, 255) : Colour(0, 0, 0)),
            ["saturated"] = () =>
                Draw(Width, Height, (x, y) => Colour((x / 7 % 2) * 255, (y / 6 % 2) * 255, ((x / 14) + (y / 12)) % 2 * 255)),
            ["tiny"] = () => Draw(3, 2, (x, y) => Colour(x * 100, y * 200, 60)),
            ["odd"] = () => Photo(37, 29),
        };

    /// <summary>Selections that are no rectangle, as large as most pictures: white is selected.</summary>
    public static IReadOnlyDictionary<string, Func<Picture>> Masks { get; } =
        new Dictionary<string, Func<Picture>>
        {
            ["ellipse"] = () => Mask((x, y) => (((x - 28) * (x - 28) * 400) + ((y - 24) * (y - 24) * 576)) < 576 * 400 ? 255 : 0),
            ["feather"] = () => Mask((x, y) => Math.Clamp((26 - Math.Max(Math.Abs(x - 28), Math.Abs(y - 24))) * 24, 0, 255)),
            ["two-rectangles"] = () =>
                Mask((x, y) => (x is >= 4 and < 24 && y is >= 6 and < 30) || (x is >= 30 and < 52 && y is >= 20 and < 44) ? 255 : 0),
        };

    /// <summary>Draws a picture by name.</summary>
    public static Picture Of(string name) => All[name]();

    /// <summary>Smooth hills with grain: what a photo is to a network.</summary>
    public static Picture Photo(int width, int height)
    {
        Dice random = new Dice(12345);
        int[] hills = [.. Enumerable.Range(0, 16 * 16).Select(_ => random.Next(200) + 28)];
        return Draw(
            width,
            height,
            (x, y) =>
            {
                int luma = Hill(hills, x, y) + random.Next(9) - 4;
                return Colour(Math.Clamp(luma + (x / 2) - 20, 0, 255), Math.Clamp(luma, 0, 255), Math.Clamp(luma - (y / 2) + 20, 0, 255));
            }
        );
    }

    /// <summary>Pixels of any kind, alpha included.</summary>
    public static Picture Noise(int width, int height, int seed)
    {
        Picture picture = new Picture(width, height);
        new Random(seed).NextBytes(picture.Bytes);
        return picture;
    }

    private static Picture Text()
    {
        string[] letters =
        [
            "####...####.####....####..#...#",
            "#...#.#.....#...#......#..#...#",
            "####...###..####....###...#####",
            "#..#......#.#..#...#..........#",
            "#...#.####..#...#..####.......#",
        ];
        return Draw(
            Width,
            Height,
            (x, y) =>
            {
                int row = (y - 6) / 2,
                    column = (x - 1) * 4 / 7;
                bool small = y is >= 28 and < 33 && x - 12 >= 0 && x - 12 < letters[0].Length && letters[y - 28][x - 12] == '#';
                bool large = row is >= 0 and < 5 && y >= 6 && column >= 0 && column < letters[0].Length && letters[row][column] == '#';
                return large || small ? Colour(20, 24, 40) : Colour(250, 248, 240);
            }
        );
    }

    private static Picture Lines() =>
        Draw(
            Width,
            Height,
            (x, y) => x % 9 == 4 || y % 11 == 5 || x == y || ((x * 3) + y == 120) ? Colour(180, 30, 30) : Colour(235, 238, 245)
        );

    private static Picture Logo() =>
        Draw(
            Width,
            Height,
            (x, y) =>
            {
                // A disc with a soft edge and a hole; what is outside is transparent but keeps a loud colour that must never show.
                // Off the middle, so that its edge crosses the corner that an enlargement by 4 reads.
                int squared = ((x - 21) * (x - 21)) + ((y - 18) * (y - 18));
                int alpha = Math.Clamp((324 - squared) * 4, 0, 255);
                if (squared < 49)
                {
                    alpha = 0;
                }

                return alpha == 0 ? [255, 0, 255, 0] : [(byte)(40 + (x * 3)), 120, (byte)(240 - (y * 3)), (byte)alpha];
            }
        );

    private static Picture Draw(int width, int height, Func<int, int, byte[]> pixel)
    {
        Picture picture = new Picture(width, height);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                pixel(x, y).CopyTo(picture[x, y]);
            }
        }

        return picture;
    }

    private static Picture Mask(Func<int, int, int> level) => Draw(Width, Height, (x, y) => Colour(level(x, y), level(x, y), level(x, y)));

    private static byte[] Colour(int red, int green, int blue) => [(byte)blue, (byte)green, (byte)red, 255];

    private static int Hill(int[] hills, int x, int y)
    {
        int cellX = x / 8,
            cellY = y / 8,
            insideX = x % 8,
            insideY = y % 8;
        int top = (hills[Cell(cellX, cellY)] * (8 - insideX)) + (hills[Cell(cellX + 1, cellY)] * insideX);
        int bottom = (hills[Cell(cellX, cellY + 1)] * (8 - insideX)) + (hills[Cell(cellX + 1, cellY + 1)] * insideX);
        return ((top * (8 - insideY)) + (bottom * insideY)) / 64;
    }

    private static int Cell(int x, int y) => (y % 16 * 16) + (x % 16);

    /// <summary>A linear congruential generator: the framework's own may change from version to version.</summary>
    private sealed class Dice(uint state)
    {
        public int Next(int limit)
        {
            state = (state * 1664525) + 1013904223;
            return (int)((state >> 16) % (uint)limit);
        }
    }
}
