// A network as a host sees it: what goes in, what comes out, how far an output pixel looks, what it costs. These are facts of the
// graph, computed from it when a model is exported (GraphFacts) and read from models.json, so that no part of the engine asks for
// a network's name. Sizes follow from the two steps alone.
namespace RsrPlugins.Core.Models;

/// <summary>What the planes of a network's input or output are.</summary>
public enum PlaneContent
{
    /// <summary>One plane of luma.</summary>
    Luma,

    /// <summary>Three planes: R', G', B'.</summary>
    Rgb,

    /// <summary>
    /// Luma of a small picture, then the d^2 sub-pixel planes of the large one's: row i, column j of each d x d block in plane
    /// 1 + i d + j.
    /// </summary>
    LumaAndSubPixels,

    /// <summary>
    /// How an enlarging network's squared error changes with every pixel of its small picture, divided by d^2 and halved. Refinement/
    /// corrects small pictures with it.
    /// </summary>
    LumaGradient,
}

/// <summary>What the values of a plane are counted in.</summary>
public enum ValueUnit
{
    /// <summary>BT.601 studio luma of the 8-bit scale over 255: black is 16/255, white 235/255.</summary>
    Studio,

    /// <summary>Full range, gamma coded: black is 0, white 1.</summary>
    One,

    /// <summary>Full range, gamma coded: black is 0, white 255.</summary>
    Byte,
}

/// <summary>What a network does; follows from its shape.</summary>
public enum NetworkTask
{
    /// <summary>Makes a picture smaller (RRNet of Cai et al., Section 3.1).</summary>
    Reduce,

    /// <summary>Makes a picture larger (SRNet, Section 3.2).</summary>
    Enlarge,

    /// <summary>Says how an enlarging network's error changes with its small picture.</summary>
    Gradient,

    /// <summary>Gives a picture of the same size.</summary>
    Clean,
}

/// <summary>The planes of a network's input or output.</summary>
/// <param name="Carries">What they are.</param>
/// <param name="Count">How many.</param>
/// <param name="Unit">What their values are counted in.</param>
public sealed record NetworkPlanes(PlaneContent Carries, int Count, ValueUnit Unit = ValueUnit.Studio);

/// <summary>
/// A network works in blocks: <paramref name="InputStep"/> x <paramref name="InputStep"/> pixels of the input become
/// <paramref name="OutputStep"/> x <paramref name="OutputStep"/> of the output. RRNet: d and 1. SRNet: 1 and d. A network that enlarges
/// twice and takes multiples of 4 only: 4 and 8. One step divides the other.
/// </summary>
/// <param name="InputStep">Side of a block in input pixels; both sides of an input are multiples of it.</param>
/// <param name="OutputStep">Side of a block in output pixels.</param>
/// <param name="Halo">Input pixels on every side that a block of the output depends on, beyond its own.</param>
/// <param name="Alignment">
/// Sources of tiles begin at multiples of so many input pixels, counted from the picture's corner; 1 where every place gives the same
/// bits. An engine whose arithmetic works in blocks of its own needs more (<see cref="Inference.INetwork.Shape"/>).
/// </param>
/// <param name="Input">Planes of the input.</param>
/// <param name="Output">Planes of the output.</param>
/// <param name="OperationsPerInputPixel">Floating-point operations of the convolutions (a multiply-add is two); the border counts like the
/// middle.</param>
/// <param name="FeatureBytesPerInputPixel">Peak bytes of float feature maps alive at once.</param>
public sealed record NetworkShape(
    int InputStep,
    int OutputStep,
    int Halo,
    int Alignment,
    NetworkPlanes Input,
    NetworkPlanes Output,
    double OperationsPerInputPixel,
    double FeatureBytesPerInputPixel
)
{
    /// <summary>
    /// Whether tiles with the halo give the whole picture's values. False for a network that looks at the whole picture (a global pooling,
    /// attention): its tiles overlap by the halo and are blended.
    /// </summary>
    public bool TilesAreExact { get; init; } = true;

    /// <summary>Whether the output is smaller than the input.</summary>
    public bool Reduces => InputStep > OutputStep;

    /// <summary>How many times larger, or smaller, the output is: a whole number, 1 for the same size.</summary>
    public int Factor => Reduces ? InputStep / OutputStep : OutputStep / InputStep;

    /// <summary>Whether both input and output are pictures; false for a gradient.</summary>
    public bool MakesPictures => Output.Carries is PlaneContent.Luma or PlaneContent.Rgb;

    /// <summary>What the network is for.</summary>
    public NetworkTask Task =>
        !MakesPictures ? NetworkTask.Gradient
        : Factor == 1 ? NetworkTask.Clean
        : Reduces ? NetworkTask.Reduce
        : NetworkTask.Enlarge;

    /// <summary>A length extended to whole blocks, as the network takes it.</summary>
    public int Extended(int length) => checked((int)(DivideUp(length, InputStep) * InputStep));

    /// <summary>
    /// Size of the result for an input of any size: enlarging exactly <see cref="Factor"/> times, reducing rounded up, ceil(w / d) x ceil(h
    /// / d). The input is extended to whole blocks by repeating its last column and row, and what they make beyond the result is cut off.
    /// </summary>
    /// <exception cref="ImageSizeException">A side is below 1, or the result's sides exceed what an int can count.</exception>
    public (int Width, int Height) OutputSize(int width, int height)
    {
        if (width < 1 || height < 1)
        {
            throw new ImageSizeException($"A picture of at least 1 x 1 pixels was expected; found {width} x {height}.");
        }

        if (DivideUp(Math.Max(width, height), InputStep) * Math.Max(InputStep, OutputStep) > int.MaxValue)
        {
            throw new ImageSizeException(
                $"{width} x {height} pixels enlarged x{Factor} have sides beyond {int.MaxValue:N0} pixels. Enlarge a part of the picture."
            );
        }

        return Reduces ? ((int)DivideUp(width, Factor), (int)DivideUp(height, Factor)) : (width * Factor, height * Factor);
    }

    private static long DivideUp(long value, long by) => (value + by - 1) / by;
}
