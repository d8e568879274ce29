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
internal sealed record SmallPictureFigures(float AlongLines, double Brightness, double Psnr)
{
    /// <summary>Measures a small picture.</summary>
    /// <param name="picture">The large one; sides are multiples of the scale.</param>
    /// <param name="small">Luma on the 8-bit scale, rounded.</param>
    /// <param name="enlarging">The network that enlarges it.</param>
    /// <param name="scale">Scale factor d.</param>
    internal static SmallPictureFigures Of(TestPicture picture, float[] small, INetwork enlarging, int scale)
    {
        (int width, int height) = (picture.Width / scale, picture.Height / scale);
        RepeatedPixels repeated = RepeatedPixels.Find(
            Array.ConvertAll(picture.Plane, value => value / 255),
            width,
            height,
            scale,
            1,
            CancellationToken.None
        );
        float[] restored = new LearnedResizer(enlarging).ResizeLuma(Array.ConvertAll(small, value => value / 255), width, height);
        double psnr = EvaluationProtocol
            .Score(picture.Plane, Array.ConvertAll(restored, value => value * 255), picture.Width, picture.Height, scale)
            .Psnr;
        double brightness = small.Average(value => (double)value) - picture.Plane.Average(value => (double)value);
        // Two decimals are shown; without the sum a negative zero would be, too.
        return new SmallPictureFigures(repeated.LargestStep(small), Math.Round(brightness, 2) + 0.0, psnr);
    }
}
