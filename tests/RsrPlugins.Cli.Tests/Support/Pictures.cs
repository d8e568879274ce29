// Small pictures the tests draw themselves, written by libvips directly so that the tool's own writer is not its own judge.
using NetVips;

namespace RsrPlugins.Cli.Tests.Support;

internal static class Pictures
{
    /// <summary>A smooth colour gradient with a dark square: every pixel says where it is.</summary>
    public static Image Rgb(int width, int height, bool sixteenBit = false)
    {
        double max = sixteenBit ? 65535 : 255;
        using Image places = Image.Xyz(width, height);
        using Image x = places[0] * (max / Math.Max(1, width - 1));
        using Image y = places[1] * (max / Math.Max(1, height - 1));
        using Image blue = (x * -0.5) + (max * 0.75);
        using Image joined = x.Bandjoin(y, blue);
        return joined
            .Cast(sixteenBit ? Enums.BandFormat.Ushort : Enums.BandFormat.Uchar)
            .Copy(interpretation: sixteenBit ? Enums.Interpretation.Rgb16 : Enums.Interpretation.Srgb)
            .CopyMemory();
    }

    public static Image Grey(int width, int height, bool sixteenBit = false)
    {
        using Image rgb = Rgb(width, height, sixteenBit);
        return rgb.ExtractBand(0).Copy(interpretation: sixteenBit ? Enums.Interpretation.Grey16 : Enums.Interpretation.Bw).CopyMemory();
    }

    /// <summary>A part of the sample picture: edges of every kind.</summary>
    public static Image Drawing(int width, int height)
    {
        using Image sample = Image.NewFromFile(TestFolder.InRepository("samples/harbour.png"));
        using Image part = sample.Crop((sample.Width - width) / 2, (sample.Height - height) / 2, width, height);
        using Image opaque = part.ExtractBand(0, n: 3);
        return opaque.CopyMemory();
    }

    /// <summary>An opaque red disc on transparent green.</summary>
    public static Image Disc(int size)
    {
        using Image places = Image.Xyz(size, size);
        double centre = (size - 1) / 2.0;
        using Image distance = (((places[0] - centre) * (places[0] - centre)) + ((places[1] - centre) * (places[1] - centre))).Pow(0.5);
        using Image inside = distance < (size * 0.4);
        using Image red = inside.Ifthenelse(new double[] { 255, 0, 0, 255 }, new double[] { 0, 255, 0, 0 });
        return red.Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb).CopyMemory();
    }

    /// <summary>Writes a picture and disposes of it.</summary>
    public static string Save(this Image image, string path, VOption? options = null)
    {
        using (image)
        {
            image.WriteToFile(path, options);
        }

        return path;
    }
}
