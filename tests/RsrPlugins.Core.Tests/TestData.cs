// The published test sets are not ours to ship. Tests that need them read the folder named by RSR_DATA and are skipped,
// saying so, where it is not set.
using NetVips;
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Core.Tests;

internal static class TestData
{
    /// <summary>The pictures of a set such as "test/set5", by name; skips the test where the data is not there.</summary>
    public static IReadOnlyList<(string Name, PixelImage Image)> Load(string set)
    {
        string? root = Environment.GetEnvironmentVariable("RSR_DATA");
        Assert.SkipWhen(
            string.IsNullOrEmpty(root),
            "RSR_DATA is not set: point it at a folder that holds test/set5 and test/set14 as PNG files."
        );
        string folder = Path.Combine(root!, set);
        Assert.SkipUnless(Directory.Exists(folder), $"RSR_DATA has no folder {set}.");
        return
        [
            .. Directory
                .GetFiles(folder, "*.png")
                .Order(StringComparer.Ordinal)
                .Select(file => (Path.GetFileNameWithoutExtension(file), Read(file))),
        ];
    }

    public static PixelImage Read(string file)
    {
        using Image image = Image.NewFromFile(file);
        PixelImage result = PixelImage.Create(image.Width, image.Height, (PixelLayout)image.Bands, 8);
        image.WriteToMemory<byte>().CopyTo(result.Samples8);
        return result;
    }

    public static void Write(PixelImage image, string file)
    {
        using Image written = Image.NewFromMemoryCopy(
            image.Samples8.ToArray(),
            image.Width,
            image.Height,
            image.Channels,
            Enums.BandFormat.Uchar
        );
        using Image tagged = written.Copy(interpretation: image.HasColour ? Enums.Interpretation.Srgb : Enums.Interpretation.Bw);
        tagged.WriteToFile(file);
    }

    /// <summary>A reproducible picture of noise over a gradient, with alpha (where the layout has it) from 0 to full.</summary>
    public static PixelImage Noise(int width, int height, PixelLayout layout, int bits, int seed = 1)
    {
        PixelImage image = PixelImage.Create(width, height, layout, bits);
        Random random = new Random(seed);
        for (int i = 0; i < width * height * image.Channels; i++)
        {
            int value = random.Next(image.MaxValue + 1);
            bool alpha = image.HasAlpha && i % image.Channels == image.Channels - 1;
            if (alpha && random.Next(3) != 0)
            {
                value = random.Next(2) * image.MaxValue;
            }

            if (bits == 8)
            {
                image.Samples8[i] = (byte)value;
            }
            else
            {
                image.Samples16[i] = (ushort)value;
            }
        }

        return image;
    }
}
