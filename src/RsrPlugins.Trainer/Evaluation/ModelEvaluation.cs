// Every figure in a model card comes from here: small pictures of several kinds, enlarged by a network or bicubically, and
// scored by the engine's protocol. The networks run as in the product, 8-bit LR, ONNX, tiled.
using RsrPlugins.Core;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Refinement;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Trainer.Data;

namespace RsrPlugins.Trainer.Evaluation;

/// <summary>Where small pictures come from.</summary>
internal enum SmallPicture
{
    Learned,
    Bicubic,
    Area,
    Lanczos,
    Bilinear,
    Nearest,

    /// <summary>Bicubic, then JPEG at quality 75.</summary>
    Jpeg75,
}

/// <summary>Means over a set.</summary>
internal sealed record SetScore(double Psnr, double Ssim);

/// <summary>How far RRNet's pictures are from classical ones: mean and lowest PSNR in dB over a set, and the mean change of brightness in
/// 8-bit levels.</summary>
internal sealed record Naturalness(
    double PsnrToBicubic,
    double LowestPsnrToBicubic,
    string LowestName,
    double PsnrToArea,
    double BrightnessShift
);

/// <summary>Measures networks on a set of pictures.</summary>
/// <param name="pictures">The set, cropped for this scale.</param>
/// <param name="scale">Scale factor d.</param>
/// <param name="rrNet">Makes the learned small pictures; null where there are none.</param>
/// <param name="refiner">Corrects them; null leaves them as they are.</param>
internal sealed class ModelEvaluation(IReadOnlyList<TestPicture> pictures, int scale, INetwork? rrNet, LumaRefiner? refiner = null)
{
    private const float Levels = 255f;

    private readonly Dictionary<SmallPicture, float[][]> _small = [];

    /// <summary>Small pictures enlarged by a network (null: bicubically) and scored.</summary>
    internal SetScore Score(SmallPicture kind, INetwork? srNet)
    {
        EvaluationScore[] scores = ScoreEach(kind, srNet);
        return new SetScore(scores.Average(score => score.Psnr), scores.Average(score => score.Ssim));
    }

    /// <summary>The same, picture by picture.</summary>
    internal EvaluationScore[] ScoreEach(SmallPicture kind, INetwork? srNet)
    {
        float[][] small = Small(kind);
        return
        [
            .. pictures.Select(
                (picture, index) =>
                    EvaluationProtocol.Score(picture.Plane, Enlarge(small[index], picture, srNet), picture.Width, picture.Height, scale)
            ),
        ];
    }

    /// <summary>Compares the learned small pictures with bicubic and area-averaged ones.</summary>
    internal Naturalness LearnedAgainstClassical()
    {
        float[][] learned = Small(SmallPicture.Learned);
        double[] toBicubic = pictures
            .Select((picture, index) => Psnr(picture, learned[index], Small(SmallPicture.Bicubic)[index]))
            .ToArray();
        IEnumerable<double> toArea = pictures.Select((picture, index) => Psnr(picture, learned[index], Small(SmallPicture.Area)[index]));
        float shift = pictures
            .Select((_, index) => Math.Abs(learned[index].Average() - Small(SmallPicture.Area)[index].Average()))
            .Average();
        int lowest = Array.IndexOf(toBicubic, toBicubic.Min());
        return new Naturalness(toBicubic.Average(), toBicubic[lowest], pictures[lowest].Name, toArea.Average(), shift);

        double Psnr(TestPicture picture, float[] left, float[] right) =>
            ImageMetrics.Psnr(left, right, picture.Width / scale, picture.Height / scale, 0);
    }

    /// <summary>The small pictures of a kind: 8-bit scale, rounded.</summary>
    internal float[][] Small(SmallPicture kind)
    {
        if (!_small.TryGetValue(kind, out float[][]? planes))
        {
            planes = [.. pictures.Select(picture => EvaluationProtocol.RoundToEightBits(Reduce(kind, picture)))];
            _small[kind] = planes;
        }

        return planes;
    }

    private float[] Reduce(SmallPicture kind, TestPicture picture)
    {
        switch (kind)
        {
            case SmallPicture.Learned:
                INetwork network = rrNet ?? throw new InvalidOperationException("Learned small pictures need an RRNet.");
                return Run(network, picture.Plane, picture.Width, picture.Height, refiner);
            case SmallPicture.Jpeg75:
                float[] clean = EvaluationProtocol.RoundToEightBits(Classical(ResamplingKernel.Bicubic));
                return Scaled(Reduction.Jpeg(Scaled(clean, 1 / Levels), picture.Width / scale, picture.Height / scale, 75), Levels);
            case SmallPicture.Bicubic:
                return Classical(ResamplingKernel.Bicubic);
            case SmallPicture.Area:
                return Classical(ResamplingKernel.Area);
            case SmallPicture.Lanczos:
                return Classical(ResamplingKernel.Lanczos3);
            case SmallPicture.Nearest:
                return Classical(ResamplingKernel.Nearest);
            case SmallPicture.Bilinear:
                return Classical(ResamplingKernel.Bilinear);
            default:
                throw new ArgumentOutOfRangeException(nameof(kind));
        }

        float[] Classical(ResamplingKernel kernel) => Reduction.Reduce(picture.Plane, picture.Width, picture.Height, scale, kernel);
    }

    private float[] Enlarge(float[] small, TestPicture picture, INetwork? srNet) =>
        srNet is null
            ? Resampler.Resize(
                small,
                picture.Width / scale,
                picture.Height / scale,
                picture.Width,
                picture.Height,
                ResamplingKernel.Bicubic
            )
            : Run(srNet, small, picture.Width / scale, picture.Height / scale);

    private static float[] Run(INetwork network, float[] plane, int width, int height, LumaRefiner? refiner = null) =>
        Scaled(new LearnedResizer(network, null, refiner).ResizeLuma(Scaled(plane, 1 / Levels), width, height), Levels);

    private static float[] Scaled(float[] plane, float factor) => Array.ConvertAll(plane, value => value * factor);
}
