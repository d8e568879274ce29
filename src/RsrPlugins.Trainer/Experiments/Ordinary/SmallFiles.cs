// How people's small pictures come about: a way of making a picture small, and what is done to the file afterwards. Written for the
// benchmark alone and independent of what networks are trained on (Data/Reduction.cs), so that a mistake there does not hide itself here.
// Everything is 8-bit R, G, B, as files hold it.
using NetVips;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Data;

namespace RsrPlugins.Trainer.Experiments.Ordinary;

/// <summary>A way of making a picture small.</summary>
/// <param name="Name">As the tables call it.</param>
/// <param name="Apply">From width x height 8-bit R, G, B to a scale-th of both sides; null where the picture is drawn small
/// instead.</param>
internal sealed record SmallReduction(string Name, Func<byte[], int, int, int, byte[]>? Apply);

/// <summary>What happens to the small file.</summary>
/// <param name="Name">As the tables call it.</param>
/// <param name="Extension">Of the file.</param>
/// <param name="Encode">Writes the picture's bytes; the number makes noise another for every case.</param>
internal sealed record SmallDamage(string Name, string Extension, Func<byte[], int, int, int, byte[]> Encode);

/// <summary>The ways.</summary>
internal static class SmallFiles
{
    // Bicubic as OpenCV has it (Keys, a = -0.75), which widens no kernel when reducing.
    private const double NarrowCubic = -0.75;

    // What web sites and Photoshop's "bicubic sharper" do after reducing: Gaussian of this sigma in small pixels, its difference added.
    private const double SharpeningSigma = 0.7;
    private const float SharpeningAmount = 0.7f;

    internal static readonly IReadOnlyList<SmallReduction> Reductions =
    [
        new("bicubic", By(ResamplingKernel.Bicubic)),
        new("area", By(ResamplingKernel.Area)),
        new("Lanczos", By(ResamplingKernel.Lanczos3)),
        new("triangle", By(ResamplingKernel.Bilinear)),
        new("nearest", By(ResamplingKernel.Nearest)),
        new(
            "linear, no antialiasing",
            (rgb, width, height, scale) => EachPlane(rgb, width, height, plane => Narrow(plane, width, height, scale, 2))
        ),
        new(
            "cubic, no antialiasing",
            (rgb, width, height, scale) => EachPlane(rgb, width, height, plane => Narrow(plane, width, height, scale, 4))
        ),
        new("sharpened", Sharpened),
        new("blurred 0.5, every Nth", Blurred(0.5)),
        new("blurred 1, every Nth", Blurred(1)),
        new("blurred 1.5, every Nth", Blurred(1.5)),
        new("linear light", LinearLight),
        new("twice resampled", Twice),
        new("drawn small", null),
    ];

    internal static readonly IReadOnlyList<SmallDamage> Damages =
    [
        new("none", ".png", (rgb, width, height, _) => Png(rgb, width, height)),
        Jpeg(90),
        Jpeg(75),
        Jpeg(50),
        Jpeg(30),
        new("WebP 75", ".webp", (rgb, width, height, _) => WithImage(rgb, width, height, image => image.WebpsaveBuffer(q: 75))),
        Noise(5),
        Noise(10),
        Noise(15),
    ];

    private static SmallDamage Jpeg(int quality) =>
        new(
            $"JPEG {quality}",
            ".jpg",
            (rgb, width, height, _) =>
                WithImage(rgb, width, height, image => image.JpegsaveBuffer(q: quality, subsampleMode: Enums.ForeignSubsample.On))
        );

    private static SmallDamage Noise(double sigma) =>
        new(
            FormattableString.Invariant($"noise {sigma}"),
            ".png",
            (rgb, width, height, number) =>
            {
                SampleRandom random = new SampleRandom(number, (long)sigma, 0);
                return Png(
                    Array.ConvertAll(
                        rgb,
                        value =>
                            Level(
                                value
                                    + (float)(
                                        sigma
                                        * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()))
                                        * Math.Cos(2 * Math.PI * random.NextDouble())
                                    )
                            )
                    ),
                    width,
                    height
                );
            }
        );

    private static byte[] Png(byte[] rgb, int width, int height) =>
        WithImage(rgb, width, height, image => image.PngsaveBuffer(compression: 1));

    private static byte[] WithImage(byte[] rgb, int width, int height, Func<Image, byte[]> write)
    {
        using Image memory = Image.NewFromMemory(rgb, width, height, 3, Enums.BandFormat.Uchar);
        using Image image = memory.Copy(interpretation: Enums.Interpretation.Srgb);
        return write(image);
    }

    private static Func<byte[], int, int, int, byte[]> By(ResamplingKernel kernel) =>
        (rgb, width, height, scale) =>
            EachPlane(rgb, width, height, plane => Resampler.Resize(plane, width, height, width / scale, height / scale, kernel));

    private static Func<byte[], int, int, int, byte[]> Blurred(double sigma) =>
        (rgb, width, height, scale) =>
            EachPlane(
                rgb,
                width,
                height,
                plane =>
                    Resampler.Resize(
                        Reduction.Blur(plane, width, height, sigma),
                        width,
                        height,
                        width / scale,
                        height / scale,
                        ResamplingKernel.Nearest
                    )
            );

    private static byte[] Sharpened(byte[] rgb, int width, int height, int scale) =>
        EachPlane(
            rgb,
            width,
            height,
            plane =>
            {
                float[] small = Resampler.Resize(plane, width, height, width / scale, height / scale, ResamplingKernel.Bicubic);
                float[] soft = Reduction.Blur(small, width / scale, height / scale, SharpeningSigma);
                return [.. small.Zip(soft, (value, blurred) => value + (SharpeningAmount * (value - blurred)))];
            }
        );

    private static byte[] LinearLight(byte[] rgb, int width, int height, int scale) =>
        EachPlane(
            rgb,
            width,
            height,
            plane =>
            {
                float[] light = Array.ConvertAll(
                    plane,
                    value => value <= 0.04045f * 255 ? value / (255 * 12.92f) : MathF.Pow(((value / 255) + 0.055f) / 1.055f, 2.4f)
                );
                float[] small = Resampler.Resize(light, width, height, width / scale, height / scale, ResamplingKernel.Bicubic);
                return Array.ConvertAll(
                    small,
                    value => 255 * (value <= 0.0031308f ? 12.92f * value : (1.055f * MathF.Pow(value, 1 / 2.4f)) - 0.055f)
                );
            }
        );

    // Bicubic to seven tenths, rounded as a file in between is, then bicubic to the size.
    private static byte[] Twice(byte[] rgb, int width, int height, int scale)
    {
        (int betweenWidth, int betweenHeight) = (width * 7 / 10, height * 7 / 10);
        byte[] between = EachPlane(
            rgb,
            width,
            height,
            plane => Resampler.Resize(plane, width, height, betweenWidth, betweenHeight, ResamplingKernel.Bicubic)
        );
        return EachPlane(
            between,
            betweenWidth,
            betweenHeight,
            plane => Resampler.Resize(plane, betweenWidth, betweenHeight, width / scale, height / scale, ResamplingKernel.Bicubic)
        );
    }

    /// <summary>Interpolation at the small pixels' centres by so many taps of the large picture, whatever the scale.</summary>
    private static float[] Narrow(float[] plane, int width, int height, int scale, int taps)
    {
        (int smallWidth, int smallHeight) = (width / scale, height / scale);
        float[] half = new float[height * smallWidth];
        for (int x = 0; x < smallWidth; x++)
        {
            (int first, double[] weights) = Taps(x, scale, taps);
            for (int y = 0; y < height; y++)
            {
                half[(y * smallWidth) + x] = Sum(weights, tap => plane[(y * width) + Math.Clamp(first + tap, 0, width - 1)]);
            }
        }

        float[] result = new float[smallHeight * smallWidth];
        for (int y = 0; y < smallHeight; y++)
        {
            (int first, double[] weights) = Taps(y, scale, taps);
            for (int x = 0; x < smallWidth; x++)
            {
                result[(y * smallWidth) + x] = Sum(weights, tap => half[(Math.Clamp(first + tap, 0, height - 1) * smallWidth) + x]);
            }
        }

        return result;
    }

    private static (int First, double[] Weights) Taps(int position, int scale, int taps)
    {
        double centre = ((position + 0.5) * scale) - 0.5;
        int first = (int)Math.Floor(centre) - (taps / 2) + 1;
        return (first, [.. Enumerable.Range(0, taps).Select(tap => Weight(Math.Abs(centre - first - tap), taps))]);
    }

    private static double Weight(double distance, int taps) =>
        (taps, distance) switch
        {
            (2, _) => 1 - distance,
            (_, <= 1) => (((NarrowCubic + 2) * distance) - (NarrowCubic + 3)) * distance * distance + 1,
            _ => NarrowCubic * ((((distance - 5) * distance) + 8) * distance - 4),
        };

    private static float Sum(double[] weights, Func<int, float> value)
    {
        double sum = 0;
        for (int tap = 0; tap < weights.Length; tap++)
        {
            sum += weights[tap] * value(tap);
        }

        return (float)sum;
    }

    /// <summary>Runs a function over each colour; its values are rounded as a file rounds them.</summary>
    private static byte[] EachPlane(byte[] rgb, int width, int height, Func<float[], float[]> apply)
    {
        byte[] result = [];
        float[] plane = new float[width * height];
        for (int channel = 0; channel < 3; channel++)
        {
            for (int i = 0; i < plane.Length; i++)
            {
                plane[i] = rgb[(3 * i) + channel];
            }

            float[] small = apply(plane);
            if (channel == 0)
            {
                result = new byte[small.Length * 3];
            }

            for (int i = 0; i < small.Length; i++)
            {
                result[(3 * i) + channel] = Level(small[i]);
            }
        }

        return result;
    }

    private static byte Level(float value) => (byte)(Math.Clamp(value, 0f, 255f) + 0.5f);
}
