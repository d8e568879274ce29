// Small pictures as people have them. What counts was measured (docs/training-diary.md): which reductions the network has seen decides on
// which small pictures it is worse than bicubic enlargement, and a small picture is made of 8-bit R, G and B, each clipped to 0..255, not
// of luma that may leave
// 16..235. Photographs are kept as luma, so theirs are made in full-range grey; drawings are kept in colour, whose clipping is what makes
// letters darker. Everything is drawn anew for every crop. A crop is reduced together with a margin and the margin is cut off: the
// reduction then sees real neighbours, and since the margin's width is drawn too, JPEG's 8 x 8 blocks fall anywhere.
using NetVips;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Training;

namespace RsrPlugins.Trainer.Data;

/// <summary>How a picture is made smaller.</summary>
internal enum SmallBy
{
    /// <summary>The field's bicubic, antialiased.</summary>
    Bicubic,

    /// <summary>The mean of d x d pixels: also what librsvg and cairo draw at the small size.</summary>
    Area,

    Lanczos,

    /// <summary>Bilinear, antialiased.</summary>
    Triangle,

    /// <summary>One pixel of d x d.</summary>
    Nearest,

    /// <summary>Bilinear without antialiasing, as OpenCV and GPUs sample.</summary>
    Linear,

    /// <summary>Bicubic without antialiasing, as OpenCV samples (a = -0.75).</summary>
    Cubic,

    /// <summary>Antialiased cubic with a from -0.6 to -1.2: image editors' "sharper".</summary>
    Sharper,

    /// <summary>Bicubic, area or Lanczos, then an unsharp mask, as web sites and cameras do.</summary>
    Unsharp,

    /// <summary>A Gaussian blur of 0.4 to 2 large pixels, then decimation or a bicubic reduction.</summary>
    Blurred,

    /// <summary>Area or bicubic in linear light.</summary>
    LinearLight,

    /// <summary>First to a size between, rounded to 8 bits, then to the small one.</summary>
    Twice,
}

/// <summary>What happened to a small picture afterwards.</summary>
internal enum Damage
{
    None,
    Jpeg,
    WebP,
    Noise,
    NoiseAndJpeg,
}

/// <summary>A picture, or a part of one, in gamma-coded values of the 8-bit scale, 0 to 255: one plane of full-range grey, or R, G and
/// B.</summary>
/// <param name="Planes">One or three planes.</param>
/// <param name="Width">Of each.</param>
/// <param name="Height">Of each.</param>
internal sealed record FilePlanes(float[][] Planes, int Width, int Height)
{
    /// <summary>Luma as the networks see it: BT.601 studio, Y/255.</summary>
    internal float[] Luma()
    {
        float[] luma = new float[Planes[0].Length];
        for (int i = 0; i < luma.Length; i++)
        {
            luma[i] = Core.Imaging.Luma.Bt601Studio(Planes[0][i], Planes[Planes.Length / 2][i], Planes[^1][i]) / 255f;
        }

        return luma;
    }
}

/// <summary>Makes ordinary small pictures of one scale.</summary>
internal sealed class OrdinaryReductions
{
    private const int Levels = 256;

    /// <summary>sRGB's curve, from 8-bit values to linear light.</summary>
    private static readonly float[] _linear = [.. Enumerable.Range(0, Levels).Select(level => (float)ToLinear(level / 255.0))];

    // Shares of the reductions in a thousand. Photographs: half are the field's bicubic, because tables are measured on it; drawings are
    // mostly rendered small by the program that made them, which is the mean over each pixel.
    private static readonly (SmallBy By, int Share)[] _photographs =
    [
        (SmallBy.Bicubic, 380),
        (SmallBy.Area, 120),
        (SmallBy.Lanczos, 90),
        (SmallBy.Triangle, 60),
        (SmallBy.Nearest, 60),
        (SmallBy.Linear, 60),
        (SmallBy.Cubic, 50),
        (SmallBy.Sharper, 40),
        (SmallBy.Unsharp, 50),
        (SmallBy.Blurred, 50),
        (SmallBy.LinearLight, 20),
        (SmallBy.Twice, 20),
    ];

    private static readonly (SmallBy By, int Share)[] _drawings =
    [
        (SmallBy.Area, 470),
        (SmallBy.Bicubic, 100),
        (SmallBy.Lanczos, 70),
        (SmallBy.Triangle, 40),
        (SmallBy.Nearest, 65),
        (SmallBy.Linear, 60),
        (SmallBy.Cubic, 60),
        (SmallBy.Sharper, 25),
        (SmallBy.Unsharp, 30),
        (SmallBy.Blurred, 50),
        (SmallBy.LinearLight, 20),
        (SmallBy.Twice, 10),
    ];

    // What is saved as JPEG is mostly made by programs that reduce well.
    private static readonly (SmallBy By, int Share)[] _damagedPhotographs =
    [
        (SmallBy.Bicubic, 540),
        (SmallBy.Area, 150),
        (SmallBy.Lanczos, 110),
        (SmallBy.Triangle, 50),
        (SmallBy.Linear, 30),
        (SmallBy.Cubic, 30),
        (SmallBy.Sharper, 30),
        (SmallBy.Unsharp, 50),
        (SmallBy.LinearLight, 10),
    ];

    // With antialiasing and nothing else: what good programs do when nothing else is asked of them.
    private static readonly (SmallBy By, int Share)[] _antialiasedPhotographs =
    [
        (SmallBy.Bicubic, 400),
        (SmallBy.Lanczos, 250),
        (SmallBy.Area, 200),
        (SmallBy.Triangle, 50),
        (SmallBy.Sharper, 50),
        (SmallBy.Twice, 50),
    ];

    private static readonly (SmallBy By, int Share)[] _antialiasedDrawings =
    [
        (SmallBy.Area, 550),
        (SmallBy.Bicubic, 250),
        (SmallBy.Lanczos, 150),
        (SmallBy.Twice, 50),
    ];

    private readonly int _scale;
    private readonly RunKind _kind;
    private readonly double _cleanShare;
    private readonly Dictionary<SmallBy, SeparableTaps> _taps;

    /// <param name="scale">Scale factor d.</param>
    /// <param name="kind">For clean-up nearly all small pictures are damaged; for ordinary pictures few, and most of those lightly; for
    /// antialiased ones none.</param>
    /// <param name="cleanShare">Part of the photographs' crops that are clean bicubic reductions and nothing else, before the mix is drawn;
    /// 0 to 1.</param>
    internal OrdinaryReductions(int scale, RunKind kind, double cleanShare = 0)
    {
        (_scale, _kind, _cleanShare) = (scale, kind, cleanShare);
        _taps = new Dictionary<SmallBy, SeparableTaps>
        {
            [SmallBy.Bicubic] = SeparableTaps.Of(scale, x => SeparableTaps.Cubic(x, -0.5), 2),
            [SmallBy.Area] = SeparableTaps.Area(scale),
            [SmallBy.Lanczos] = SeparableTaps.Of(scale, SeparableTaps.Lanczos3, 3),
            [SmallBy.Triangle] = SeparableTaps.Of(scale, SeparableTaps.Triangle, 1),
            [SmallBy.Linear] = SeparableTaps.Of(scale, SeparableTaps.Triangle, 1, antialiased: false),
            [SmallBy.Cubic] = SeparableTaps.Of(scale, x => SeparableTaps.Cubic(x, -0.75), 2, antialiased: false),
        };
    }

    /// <summary>The mix in words, for a model's card.</summary>
    internal static string Describe(RunKind kind, double cleanShare)
    {
        string damage = kind switch
        {
            RunKind.Cleanup =>
                "Afterwards 76 % saved as JPEG at quality 20 to 95 (half of them at 60 to 92), 6 % as WebP, 8 % noisy (sigma 1 to 19), 5 % noisy and JPEG.",
            RunKind.Antialiased => "None is damaged.",
            _ =>
                "Afterwards of photographs 7 % saved as JPEG (three in four at quality 85 to 97, the rest at 25 to 84), 2.5 % as WebP, 6 % noisy; of drawings 5, 2 and 2 %.",
        };
        return FormattableString.Invariant(
            $"Small pictures are made of 8-bit grey or R, G, B, clipped as files are. Photographs: {cleanShare * 100:0} % clean bicubic reductions; of the others {Mix(Photographs(kind))}. Drawings: {Mix(Drawings(kind))}. {damage}"
        );

        static string Mix((SmallBy By, int Share)[] mix) =>
            string.Join(", ", mix.Select(entry => FormattableString.Invariant($"{entry.Share / 10.0:0.#} % {Name(entry.By)}")));

        static string Name(SmallBy by) =>
            by switch
            {
                SmallBy.Triangle => "bilinear",
                SmallBy.Linear => "bilinear without antialiasing",
                SmallBy.Cubic => "bicubic without antialiasing",
                SmallBy.Sharper => "sharper cubic",
                SmallBy.Unsharp => "with an unsharp mask",
                SmallBy.Blurred => "blurred before",
                SmallBy.LinearLight => "in linear light",
                SmallBy.Twice => "resampled twice",
                _ => by.ToString().ToLowerInvariant(),
            };
    }

    /// <summary>A small picture with every choice drawn; luma, Y/255, not rounded (R, G and B are).</summary>
    /// <param name="large">The large picture.</param>
    /// <param name="isDrawing">Which mix.</param>
    /// <param name="random">Makes every choice.</param>
    /// <param name="isUsual">True for what programs do that reduce well, undamaged, and for everything but in a run for ordinary pictures.</param>
    internal float[] Make(FilePlanes large, bool isDrawing, ref SampleRandom random, out bool isUsual)
    {
        isUsual = true;
        if (!isDrawing && random.NextDouble() < _cleanShare)
        {
            return Make(large, SmallBy.Bicubic, Damage.None, ref random);
        }

        SmallBy by = Draw(isDrawing ? Drawings(_kind) : Photographs(_kind), ref random);
        Damage damage = DrawDamage(isDrawing, ref random);
        bool isAntialiased = by is SmallBy.Bicubic or SmallBy.Area or SmallBy.Lanczos or SmallBy.Triangle;
        isUsual = _kind != RunKind.Photo || (damage == Damage.None && isAntialiased);
        return Make(large, by, damage, ref random);
    }

    /// <summary>A small picture of one kind; what the kind leaves open is drawn.</summary>
    internal float[] Make(FilePlanes large, SmallBy by, Damage damage, ref SampleRandom random)
    {
        FilePlanes small = Reduce(large, by, ref random);
        Array.ForEach(small.Planes, RoundToEightBits);
        return (damage == Damage.None ? small : Damaged(small, damage, ref random)).Luma();
    }

    /// <summary>A small picture of one kind, saved as JPEG with chroma at half size.</summary>
    internal float[] MakeJpeg(FilePlanes large, SmallBy by, int quality)
    {
        SampleRandom random = default(SampleRandom);
        FilePlanes small = Reduce(large, by, ref random);
        Array.ForEach(small.Planes, RoundToEightBits);
        return Jpeg(small, quality, halfChroma: true).Luma();
    }

    /// <summary>Saves as JPEG and reads again.</summary>
    /// <param name="picture">Rounded to 8 bits.</param>
    /// <param name="quality">1 to 100.</param>
    /// <param name="halfChroma">4:2:0; else 4:4:4.</param>
    internal static FilePlanes Jpeg(FilePlanes picture, int quality, bool halfChroma)
    {
        using Image source = ToImage(picture);
        byte[] encoded = source.JpegsaveBuffer(
            q: quality,
            subsampleMode: halfChroma ? Enums.ForeignSubsample.On : Enums.ForeignSubsample.Off
        );
        using Image decoded = Image.JpegloadBuffer(encoded);
        return FromImage(decoded, picture);
    }

    /// <summary>Saves as lossy WebP, which always halves chroma, and reads again.</summary>
    internal static FilePlanes WebP(FilePlanes picture, int quality)
    {
        using Image source = ToImage(picture);
        byte[] encoded = source.WebpsaveBuffer(q: quality, effort: 1);
        using Image decoded = Image.WebploadBuffer(encoded);
        return FromImage(decoded, picture);
    }

    private FilePlanes Reduce(FilePlanes large, SmallBy by, ref SampleRandom random)
    {
        switch (by)
        {
            case SmallBy.Nearest:
                // Pixel centres, or the first pixel as OpenCV takes it. Orientations are drawn too, so the network cannot know the shift,
                // and learns to add none.
                return Apply(SeparableTaps.Nearest(_scale, random.NextInt(10) < 7 ? _scale / 2 : 0));
            case SmallBy.Sharper:
                double a = -0.6 - (0.6 * random.NextDouble());
                return Apply(SeparableTaps.Of(_scale, x => SeparableTaps.Cubic(x, a), 2));
            case SmallBy.Unsharp:
                FilePlanes reduced = Apply(
                    _taps[
                        random.NextInt(3) switch
                        {
                            0 => SmallBy.Bicubic,
                            1 => SmallBy.Area,
                            _ => SmallBy.Lanczos,
                        }
                    ]
                );
                (double sigma, float amount) = (0.4 + (0.8 * random.NextDouble()), 0.2f + (1.2f * (float)random.NextDouble()));
                foreach (float[] plane in reduced.Planes)
                {
                    Sharpen(plane, reduced.Width, reduced.Height, sigma, amount);
                }

                return reduced;
            case SmallBy.Blurred:
                double blur = 0.4 + ((_scale == 4 ? 2.1 : 1.6) * random.NextDouble());
                return Apply(
                    (
                        random.NextInt(3) == 0 ? _taps[SmallBy.Bicubic]
                        : random.NextInt(2) == 0 ? SeparableTaps.Nearest(_scale, _scale / 2)
                        : _taps[SmallBy.Linear]
                    ).Blurred(blur)
                );
            case SmallBy.LinearLight:
                SeparableTaps taps = _taps[random.NextInt(2) == 0 ? SmallBy.Area : SmallBy.Bicubic];
                FilePlanes inLinearLight = large with
                {
                    Planes = Array.ConvertAll(
                        large.Planes,
                        plane => Array.ConvertAll(plane, value => _linear[(int)Math.Clamp(value + 0.5f, 0, 255)])
                    ),
                };
                return Gamma(taps, inLinearLight);
            case SmallBy.Twice:
                return Twice(large, ref random);
            default:
                return Apply(_taps[by]);
        }

        FilePlanes Apply(SeparableTaps taps) =>
            new(
                Array.ConvertAll(large.Planes, plane => taps.Reduce(plane, large.Width, large.Height)),
                large.Width / _scale,
                large.Height / _scale
            );

        FilePlanes Gamma(SeparableTaps taps, FilePlanes linear) =>
            new(
                Array.ConvertAll(linear.Planes, plane => Array.ConvertAll(taps.Reduce(plane, large.Width, large.Height), FromLinear)),
                large.Width / _scale,
                large.Height / _scale
            );
    }

    private FilePlanes Twice(FilePlanes large, ref SampleRandom random)
    {
        (int width, int height) = (large.Width / _scale, large.Height / _scale);
        double between = 1.1 + ((_scale - 1.2) * random.NextDouble()); // as a multiple of the small size
        (int betweenWidth, int betweenHeight) = ((int)Math.Round(width * between), (int)Math.Round(height * between));
        (ResamplingKernel first, ResamplingKernel second) = (Kernel(random.NextInt(3)), Kernel(random.NextInt(3)));
        return new FilePlanes(
            Array.ConvertAll(
                large.Planes,
                plane =>
                {
                    float[] resized = Resampler.Resize(plane, large.Width, large.Height, betweenWidth, betweenHeight, first);
                    RoundToEightBits(resized);
                    return Resampler.Resize(resized, betweenWidth, betweenHeight, width, height, second);
                }
            ),
            width,
            height
        );

        static ResamplingKernel Kernel(int drawn) =>
            drawn switch
            {
                0 => ResamplingKernel.Bicubic,
                1 => ResamplingKernel.Bilinear,
                _ => ResamplingKernel.Lanczos3,
            };
    }

    private FilePlanes Damaged(FilePlanes small, Damage damage, ref SampleRandom random)
    {
        if (damage is Damage.Noise or Damage.NoiseAndJpeg)
        {
            // Little noise is commoner than much.
            double part = random.NextDouble();
            AddNoise(small, 1 + ((damage == Damage.Noise ? 18 : 8) * (_kind == RunKind.Cleanup ? part : part * part)), ref random);
        }

        return damage switch
        {
            Damage.Jpeg or Damage.NoiseAndJpeg => Jpeg(small, DrawQuality(ref random), random.NextInt(10) < 7),
            Damage.WebP => WebP(small, 40 + random.NextInt(56)),
            _ => small,
        };
    }

    /// <summary>With clean-up half of them are what programs use most, 60 to 92, the others of every quality alike; without, three in four
    /// are good ones.</summary>
    private int DrawQuality(ref SampleRandom random) =>
        _kind == RunKind.Cleanup
            ? random.NextInt(2) == 0
                ? 60 + random.NextInt(33)
                : 20 + random.NextInt(76)
        : random.NextInt(4) > 0 ? 85 + random.NextInt(13)
        : 25 + random.NextInt(60);

    private Damage DrawDamage(bool isDrawing, ref SampleRandom random)
    {
        int drawn = random.NextInt(1000);
        return (_kind, isDrawing) switch
        {
            (RunKind.Antialiased, _) => Damage.None,
            (RunKind.Cleanup, _) => drawn < 760 ? Damage.Jpeg
            : drawn < 820 ? Damage.WebP
            : drawn < 900 ? Damage.Noise
            : drawn < 950 ? Damage.NoiseAndJpeg
            : Damage.None,
            (_, false) => drawn < 70 ? Damage.Jpeg
            : drawn < 95 ? Damage.WebP
            : drawn < 155 ? Damage.Noise
            : Damage.None,
            _ => drawn < 50 ? Damage.Jpeg
            : drawn < 70 ? Damage.WebP
            : drawn < 90 ? Damage.Noise
            : Damage.None,
        };
    }

    private static (SmallBy By, int Share)[] Photographs(RunKind kind) =>
        kind switch
        {
            RunKind.Cleanup => _damagedPhotographs,
            RunKind.Antialiased => _antialiasedPhotographs,
            _ => _photographs,
        };

    private static (SmallBy By, int Share)[] Drawings(RunKind kind) => kind == RunKind.Antialiased ? _antialiasedDrawings : _drawings;

    private static SmallBy Draw((SmallBy By, int Share)[] mix, ref SampleRandom random)
    {
        int drawn = random.NextInt(mix.Sum(entry => entry.Share));
        int index = 0;
        while (drawn >= mix[index].Share)
        {
            drawn -= mix[index++].Share;
        }

        return mix[index].By;
    }

    /// <summary>Gaussian noise, of colour in half of the colour pictures, else of brightness; rounded.</summary>
    private static void AddNoise(FilePlanes picture, double sigma, ref SampleRandom random)
    {
        bool ofColour = random.NextInt(2) == 0;
        float[] values = new float[picture.Planes[0].Length];
        for (int plane = 0; plane < picture.Planes.Length; plane++)
        {
            if (plane == 0 || ofColour)
            {
                for (int i = 0; i < values.Length; i++)
                {
                    // The sum of four uniform numbers is as good as normal for this: variance 1/3.
                    values[i] = (float)(
                        sigma * Math.Sqrt(3) * (random.NextDouble() + random.NextDouble() + random.NextDouble() + random.NextDouble() - 2)
                    );
                }
            }

            float[] target = picture.Planes[plane];
            for (int i = 0; i < target.Length; i++)
            {
                target[i] += values[i];
            }

            RoundToEightBits(target);
        }
    }

    /// <summary>Unsharp mask, edges repeated.</summary>
    private static void Sharpen(float[] plane, int width, int height, double sigma, float amount)
    {
        float[] blurred = Reduction.Blur(plane, width, height, sigma);
        for (int i = 0; i < plane.Length; i++)
        {
            plane[i] += amount * (plane[i] - blurred[i]);
        }
    }

    private static void RoundToEightBits(float[] plane)
    {
        for (int i = 0; i < plane.Length; i++)
        {
            plane[i] = MathF.Round(Math.Clamp(plane[i], 0f, 255f));
        }
    }

    private static double ToLinear(double value) => value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);

    private static float FromLinear(float value) =>
        255f * (value <= 0.0031308f ? Math.Max(0, value) * 12.92f : (1.055f * MathF.Pow(value, 1 / 2.4f)) - 0.055f);

    private static Image ToImage(FilePlanes picture)
    {
        int bands = picture.Planes.Length;
        byte[] samples = new byte[picture.Planes[0].Length * bands];
        for (int band = 0; band < bands; band++)
        {
            for (int i = 0; i < picture.Planes[band].Length; i++)
            {
                samples[(i * bands) + band] = (byte)picture.Planes[band][i];
            }
        }

        using Image image = Image.NewFromMemory(samples, picture.Width, picture.Height, bands, Enums.BandFormat.Uchar);
        return image.Copy(interpretation: bands == 1 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
    }

    private static FilePlanes FromImage(Image image, FilePlanes like)
    {
        byte[] samples = image.WriteToMemory<byte>();
        int bands = image.Bands;
        return like with
        {
            Planes =
            [
                .. Enumerable
                    .Range(0, like.Planes.Length)
                    .Select(plane =>
                    {
                        // A grey picture may come back in colour (WebP has no grey); R, G and B are then the same but for rounding.
                        float[] values = new float[samples.Length / bands];
                        for (int i = 0; i < values.Length; i++)
                        {
                            values[i] = like.Planes.Length == 1 && bands >= 3 ? samples[(i * bands) + 1] : samples[(i * bands) + plane];
                        }

                        return values;
                    }),
            ],
        };
    }
}
