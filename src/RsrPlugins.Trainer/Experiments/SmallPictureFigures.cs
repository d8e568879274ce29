// What can be measured of a small picture that is looked at and enlarged again. Two experiments ask it: of drawings with and without
// effort, and of every picture of the ordinary benchmark.
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Core.Refinement;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Trainer.Evaluation;

namespace RsrPlugins.Trainer.Experiments;

/// <summary>Figures of a small picture.</summary>
/// <param name="AlongLines">Largest difference of two small pixels around which the large picture is the same, in 8-bit levels.</param>
/// <param name="Brightness">Its mean less that of the large picture, in levels, to two decimals.</param>
/// <param name="Psnr">Of its enlargement, in dB by the protocol.</param>
internal sealed record SmallPictureFigures(float AlongLines, double Brightness, double Psnr);

/// <summary>Measures small pictures of one large one.</summary>
/// <param name="picture">The large one; sides are multiples of the scale.</param>
/// <param name="scale">Scale factor d.</param>
internal sealed class SmallPictureMeasure(TestPicture picture, int scale)
{
    private readonly int _width = picture.Width / scale;
    private readonly int _height = picture.Height / scale;
    private readonly double _mean = picture.Plane.Average(value => (double)value);

    private readonly RepeatedPixels _repeated = RepeatedPixels.Find(
        Array.ConvertAll(picture.Plane, value => value / 255),
        picture.Width / scale,
        picture.Height / scale,
        scale,
        1,
        CancellationToken.None
    );

    /// <summary>All figures.</summary>
    /// <param name="small">Luma on the 8-bit scale, rounded.</param>
    /// <param name="enlarging">The network that enlarges it.</param>
    internal SmallPictureFigures Of(float[] small, INetwork enlarging) =>
        // Two decimals are shown; without the sum a negative zero would be, too.
        new(
            _repeated.LargestStep(small),
            Math.Round(small.Average(value => (double)value) - _mean, 2) + 0.0,
            Psnr(small, enlarging)
        );

    /// <summary>Of the enlargement alone, in dB.</summary>
    internal double Psnr(float[] small, INetwork enlarging)
    {
        float[] restored = new LearnedResizer(enlarging).ResizeLuma(Array.ConvertAll(small, value => value / 255), _width, _height);
        return EvaluationProtocol
            .Score(picture.Plane, Array.ConvertAll(restored, value => value * 255), picture.Width, picture.Height, scale)
            .Psnr;
    }
}
