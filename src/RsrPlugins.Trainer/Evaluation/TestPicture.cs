// A picture of a test set, cropped to multiples of the scale as the protocol demands, with its luma.
using NetVips;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Metrics;

namespace RsrPlugins.Trainer.Evaluation;

/// <summary>A picture as the protocol measures it: luma on the 8-bit scale, sides that are multiples of the scale factor.</summary>
internal sealed record TestPicture(string Name, int Width, int Height, float[] Plane)
{
    /// <summary>All PNG pictures of a set such as "test/set5", in the order of their names.</summary>
    /// <exception cref="TrainerException">The folder is missing or has no PNG picture.</exception>
    internal static IReadOnlyList<TestPicture> LoadSet(string data, string set, int scale) =>
        [.. Files(data, set).Select(file => Load(file, scale))];

    /// <summary>Their files.</summary>
    /// <exception cref="TrainerException">The folder is missing or has no PNG picture.</exception>
    internal static IReadOnlyList<string> Files(string data, string set)
    {
        string folder = Path.Combine(data, set);
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.png") : [];
        return files.Length > 0
            ? [.. files.Order(StringComparer.Ordinal)]
            : throw new TrainerException(
                $"{folder}: PNG pictures of a test set expected, found none. Give the data folder with --data or in RSR_DATA."
            );
    }

    /// <summary>The plane as a grey picture, whose values the protocol takes as they are.</summary>
    internal PixelImage ToGrey()
    {
        PixelImage pixels = PixelImage.Create(Width, Height, PixelLayout.Grey, 8);
        for (int i = 0; i < Plane.Length; i++)
        {
            pixels.Samples8[i] = (byte)Plane[i];
        }

        return pixels;
    }

    internal static TestPicture Load(string file, int scale)
    {
        using Image image = Image.NewFromFile(file);
        if (image.Format != Enums.BandFormat.Uchar)
        {
            throw new TrainerException($"{file}: 8 bits per sample expected, found {image.Format}.");
        }

        PixelImage pixels = PixelImage.Create(image.Width, image.Height, (PixelLayout)image.Bands, 8);
        image.WriteToMemory<byte>().CopyTo(pixels.Samples8);
        PixelImage cropped = EvaluationProtocol.CropToMultiple(pixels, scale);
        return new TestPicture(
            Path.GetFileNameWithoutExtension(file),
            cropped.Width,
            cropped.Height,
            EvaluationProtocol.LumaPlane(cropped)
        );
    }
}
