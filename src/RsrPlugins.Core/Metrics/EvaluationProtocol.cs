// The protocol of every published table, in one place for the tool and the trainer: crop to a multiple of the scale, make
// the picture small and large again, round to 8 bits, shave `scale` pixels off each side, PSNR and SSIM of luma.
//
// Grey files: the field takes their values as they are (0 to 255) instead of bringing them to studio range. That is worth
// 1.3 dB on Set14's "bridge" and so 0.09 dB of the Set14 mean, and the published figures come out only this way.
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Refinement;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Metrics;

/// <summary>What makes the picture small and large again.</summary>
public enum EvaluationMethod
{
    /// <summary>MATLAB's imresize both ways; the small luma plane stays float.</summary>
    Bicubic,

    /// <summary>RRNet, its luma rounded to 8 bits, then SRNet.</summary>
    Learned,

    /// <summary>Bicubic reduction rounded to 8 bits, then an SRNet for ordinary images.</summary>
    Photo,

    /// <summary>As <see cref="Learned"/>, but through 8-bit R'G'B' files as the tool and the editor make them.</summary>
    LearnedEditor,

    /// <summary>As <see cref="Photo"/>, but through 8-bit R'G'B' files: what an ordinary picture gets, end to end.</summary>
    PhotoEditor,
}

/// <summary>Scores of one picture: PSNR in dB, SSIM.</summary>
public readonly record struct EvaluationScore(double Psnr, double Ssim);

/// <summary>The evaluation protocol of the super-resolution literature.</summary>
public static class EvaluationProtocol
{
    /// <summary>Cuts columns off the right and rows off the bottom so that both sides are multiples of the scale.</summary>
    /// <exception cref="ImageSizeException">A side is smaller than the scale.</exception>
    public static PixelImage CropToMultiple(PixelImage image, int scale)
    {
        ArgumentNullException.ThrowIfNull(image);
        int width = image.Width / scale * scale,
            height = image.Height / scale * scale;
        if (width == 0 || height == 0)
        {
            throw new ImageSizeException($"A {image.Width} x {image.Height} picture has no multiple of {scale} pixels to evaluate.");
        }

        if (width == image.Width && height == image.Height)
        {
            return image;
        }

        PixelImage cropped = PixelImage.Create(width, height, image.Layout, image.BitsPerSample);
        int channels = image.Channels;
        for (int y = 0; y < height; y++)
        {
            int from = y * image.Width * channels,
                to = y * width * channels,
                count = width * channels;
            if (image.BitsPerSample == 8)
            {
                image.Samples8.Slice(from, count).CopyTo(cropped.Samples8[to..]);
            }
            else
            {
                image.Samples16.Slice(from, count).CopyTo(cropped.Samples16[to..]);
            }
        }

        return cropped;
    }

    /// <summary>
    /// The plane that is measured, on the 8-bit scale and rounded: BT.601 studio luma of a colour picture, a grey picture's
    /// values as they are.
    /// </summary>
    public static float[] LumaPlane(PixelImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.HasColour)
        {
            return Luma.Bt601StudioRounded(image);
        }

        float[] plane = new float[image.Width * image.Height];
        float[] row = new float[image.Width * image.Channels];
        for (int y = 0; y < image.Height; y++)
        {
            Samples.Read(image, 0, y, image.Width, row);
            for (int x = 0; x < image.Width; x++)
            {
                plane[(y * image.Width) + x] = MathF.Floor((row[x * image.Channels] * (255f / image.MaxValue)) + 0.5f);
            }
        }

        return plane;
    }

    /// <summary>Scores a restored plane: rounds and clamps it to 8 bits, shaves <paramref name="scale"/> pixels off every side.</summary>
    /// <param name="reference">width x height values on the 8-bit scale, rounded.</param>
    /// <param name="restored">The same, not rounded yet.</param>
    public static EvaluationScore Score(ReadOnlySpan<float> reference, ReadOnlySpan<float> restored, int width, int height, int scale)
    {
        float[] rounded = RoundToEightBits(restored);
        return new EvaluationScore(
            ImageMetrics.Psnr(reference, rounded, width, height, scale),
            ImageMetrics.Ssim(reference, rounded, width, height, scale)
        );
    }

    /// <summary>Makes a picture small and large again and scores the result.</summary>
    /// <param name="rrNet">The reducing network; used by <see cref="EvaluationMethod.Learned"/> and <see
    /// cref="EvaluationMethod.LearnedEditor"/>.</param>
    /// <param name="srNet">The enlarging network; unused by <see cref="EvaluationMethod.Bicubic"/>.</param>
    /// <param name="standIn">For <see cref="EvaluationMethod.PhotoEditor"/>: enlarges instead of <paramref name="srNet"/> where the small
    /// picture shows that it may.</param>
    /// <param name="refiner">Corrects what the reducing network makes; null, as in the paper, leaves it as it is.</param>
    /// <exception cref="RsrException">The picture is too small for the protocol, or the engine fails.</exception>
    public static EvaluationScore Evaluate(
        PixelImage image,
        EvaluationMethod method,
        int scale,
        INetwork? rrNet,
        INetwork? srNet,
        ResizeSettings? settings = null,
        LumaRefiner? refiner = null,
        INetwork? standIn = null,
        CancellationToken cancellationToken = default
    )
    {
        PixelImage cropped = CropToMultiple(image, scale);
        int width = cropped.Width,
            height = cropped.Height;
        if (Math.Min(width, height) - (2 * scale) < 11)
        {
            throw new ImageSizeException(
                $"A {image.Width} x {image.Height} picture is too small to evaluate at scale {scale}: 11 x 11 pixels are needed inside a border of {scale}."
            );
        }

        float[] reference = LumaPlane(cropped);
        int smallWidth = width / scale,
            smallHeight = height / scale;
        float[] restored;
        switch (method)
        {
            case EvaluationMethod.Bicubic:
                float[] reduced = Resampler.Resize(
                    reference,
                    width,
                    height,
                    smallWidth,
                    smallHeight,
                    ResamplingKernel.Bicubic,
                    cancellationToken
                );
                restored = Resampler.Resize(reduced, smallWidth, smallHeight, width, height, ResamplingKernel.Bicubic, cancellationToken);
                break;
            case EvaluationMethod.Photo:
                float[] ordinary = RoundToEightBits(
                    Resampler.Resize(reference, width, height, smallWidth, smallHeight, ResamplingKernel.Bicubic, cancellationToken)
                );
                restored = Run(Demand(srNet, nameof(srNet)), ordinary, smallWidth, smallHeight, settings, cancellationToken);
                break;
            case EvaluationMethod.Learned:
                float[] small = RoundToEightBits(
                    Run(Demand(rrNet, nameof(rrNet)), reference, width, height, settings, cancellationToken, refiner)
                );
                restored = Run(Demand(srNet, nameof(srNet)), small, smallWidth, smallHeight, settings, cancellationToken);
                break;
            case EvaluationMethod.LearnedEditor:
                PixelImage file = new LearnedResizer(Demand(rrNet, nameof(rrNet)), settings, refiner).Resize(
                    cropped,
                    null,
                    cancellationToken
                );
                restored = LumaPlane(new LearnedResizer(Demand(srNet, nameof(srNet)), settings).Resize(file, null, cancellationToken));
                break;
            case EvaluationMethod.PhotoEditor:
                PixelImage reducedFile = Resampler.Resize(
                    cropped,
                    smallWidth,
                    smallHeight,
                    ResamplingKernel.Bicubic,
                    null,
                    cancellationToken
                );
                INetwork usual = Demand(srNet, nameof(srNet));
                ResizeWay way = ResizeWay.Of(usual.Model, smallWidth, smallHeight);
                way = (way with { Steps = [way.Steps[0] with { StandIn = standIn?.Model }] }).Adapted(reducedFile);
                INetwork enlarging = standIn is not null && way.Steps[0].Model == standIn.Model ? standIn : usual;
                PixelImage enlarged = new LearnedResizer(enlarging, settings).Resize(reducedFile, null, cancellationToken);
                if (way.Strength < PixelBlend.Whole)
                {
                    PixelImage rest = Resampler.Resize(reducedFile, width, height, way.RestKernel, null, cancellationToken);
                    PixelBlend.Into(enlarged, 0, 0, rest, way.Strength);
                }

                restored = LumaPlane(enlarged);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(method), method, "Not a method of the protocol.");
        }

        return Score(reference, restored, width, height, scale);
    }

    private static INetwork Demand(INetwork? network, string name) =>
        network ?? throw new ArgumentNullException(name, "The method needs this network.");

    // Values on the 8-bit scale in and out; networks work on Y/255.
    private static float[] Run(
        INetwork network,
        float[] plane,
        int width,
        int height,
        ResizeSettings? settings,
        CancellationToken cancellationToken,
        LumaRefiner? refiner = null
    )
    {
        float[] input = new float[plane.Length];
        for (int i = 0; i < plane.Length; i++)
        {
            input[i] = plane[i] / 255f;
        }

        float[] output = new LearnedResizer(network, settings, refiner).ResizeLuma(input, width, height, cancellationToken);
        for (int i = 0; i < output.Length; i++)
        {
            output[i] *= 255f;
        }

        return output;
    }

    /// <summary>Values on the 8-bit scale as a file of 8 bits holds them: clamped to 0 to 255, rounded half up.</summary>
    public static float[] RoundToEightBits(ReadOnlySpan<float> values)
    {
        float[] rounded = new float[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            rounded[i] = MathF.Floor(Math.Clamp(values[i], 0f, 255f) + 0.5f);
        }

        return rounded;
    }
}
