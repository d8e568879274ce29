// What a network of ours is made of, row by row: the only arithmetic of the CPU engine, and the trainer's forward pass. An order of
// operations is part of each function's contract (see the remarks), so that results depend neither on the width of the vectors nor on how a
// caller cuts his rows.
//
// Features lie pixel by pixel, 64 floats each: a pixel's channels fill whole vectors, a 1 x 1 convolution of a row is a matrix product as
// it stands, and a window of 6 x 6 pixels is 36 loads a channel vector with nothing to rearrange.
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace RsrPlugins.Core.Inference.Cpu;

/// <summary>Vectors that kernels exist for, by their bits.</summary>
internal enum VectorWidth
{
    /// <summary>No vectors.</summary>
    Scalar = 32,

    /// <summary>AdvSimd, or SSE beside FMA.</summary>
    Bits128 = 128,

    /// <summary>AVX2.</summary>
    Bits256 = 256,

    /// <summary>AVX-512.</summary>
    Bits512 = 512,
}

/// <summary>Kernels of one vector width. Stateless and thread-safe. All memory is the caller's; nothing is aligned but by chance.</summary>
internal abstract unsafe class CpuKernels
{
    /// <summary>Channels of every hidden layer.</summary>
    public const int Channels = 64;

    /// <summary>Values of a 64 x 64 matrix.</summary>
    public const int Matrix = Channels * Channels;

    /// <summary>Side of a cell: the 4 x 4 results that Winograd's F(4 x 4, 3 x 3) makes at a time.</summary>
    public const int CellSide = 4;

    /// <summary>Side of what a cell is made of.</summary>
    public const int WindowSide = CellSide + 2;

    /// <summary>Values of a transformed cell: as many matrix products.</summary>
    public const int Points = WindowSide * WindowSide;

    /// <summary>Floats of a cache line: what a distance of a power of two is lengthened by, lest all points fall into one set of the
    /// first-level cache.</summary>
    public const int CacheLine = 16;

    /// <summary>Floats from one point's matrix to the next of a transformed kernel.</summary>
    public const int KernelStride = Matrix + CacheLine;

    /// <summary>
    /// Whether this processor rounds a product and a sum once: FMA3 on x64 (Haswell, Piledriver and later), AdvSimd on ARM64. Without it
    /// the engine would be slow and is not used; ONNX Runtime does the work.
    /// </summary>
    public static bool IsSupported => Fma.IsSupported || AdvSimd.Arm64.IsSupported;

    /// <summary>The widest vectors that are fast here.</summary>
    public static VectorWidth BestWidth =>
        Vector512.IsHardwareAccelerated ? VectorWidth.Bits512
        : Vector256.IsHardwareAccelerated ? VectorWidth.Bits256
        : Vector128.IsHardwareAccelerated ? VectorWidth.Bits128
        : VectorWidth.Scalar;

    /// <summary>Kernels of a width; every width gives the same results everywhere, if not at the same speed.</summary>
    public static CpuKernels Of(VectorWidth width) =>
        width switch
        {
            VectorWidth.Bits512 => new CpuKernels<Vector512<float>, Lanes512>(),
            VectorWidth.Bits256 => new CpuKernels<Vector256<float>, Lanes256>(),
            VectorWidth.Bits128 => new CpuKernels<Vector128<float>, Lanes128>(),
            _ => new CpuKernels<float, Lanes32>(),
        };

    /// <summary>Lays a matrix out for <see cref="Multiply"/>.</summary>
    /// <param name="matrix">[depth, 64].</param>
    /// <param name="depth">Rows of it.</param>
    /// <param name="packed">Receives as many values.</param>
    public abstract void Pack(float* matrix, int depth, float* packed);

    /// <summary>result[r] = LReLU(start[r] + left[r] x right) for rows of 64 values.</summary>
    /// <remarks>Every value: products are added one after another, k ascending, each by one fused multiply-add, to the value of
    /// start.</remarks>
    /// <param name="left">[rows, depth].</param>
    /// <param name="leftStride">Floats from one row to the next.</param>
    /// <param name="right">[depth, 64], packed.</param>
    /// <param name="depth">Values of a left row.</param>
    /// <param name="start">64 values for each row; may be the result.</param>
    /// <param name="startStride">Floats from one row to the next; 0 for a bias.</param>
    /// <param name="result">[rows, 64].</param>
    /// <param name="resultStride">Floats from one row to the next.</param>
    /// <param name="rows">Any number.</param>
    /// <param name="slope">Of negative values, 0 to 1; 1 leaves them.</param>
    public abstract void Multiply(
        float* left,
        nint leftStride,
        float* right,
        int depth,
        float* start,
        nint startStride,
        float* result,
        nint resultStride,
        int rows,
        float slope
    );

    /// <summary>G g G^T for 64 x 64 kernels, packed for <see cref="MultiplyPoints"/>.</summary>
    /// <param name="taps">The first of 9 taps of 64 outputs for input 0; the other inputs follow at <paramref name="inputStride"/>.</param>
    /// <param name="inputStride">Floats from one input's taps to the next input's.</param>
    /// <param name="tapStride">Floats from one tap to the next; negative for the flipped kernel.</param>
    /// <param name="kernel">Receives [36, 64 inputs, 64 outputs] at <see cref="KernelStride"/>.</param>
    public abstract void TransformKernel(float* taps, nint inputStride, nint tapStride, float* kernel);

    /// <summary>B^T d B of cells beside each other.</summary>
    /// <param name="rows">Six rows, each at the pixel left of the first cell.</param>
    /// <param name="cells">Cells, four pixels apart.</param>
    /// <param name="target">Receives [36, cells, 64].</param>
    /// <param name="pointStride">Floats from one point to the next.</param>
    public abstract void TransformInputs(float** rows, int cells, float* target, nint pointStride);

    /// <summary>The 36 matrix products.</summary>
    /// <param name="inputs">[36, cells, 64].</param>
    /// <param name="cells">Any number.</param>
    /// <param name="pointStride">Floats from one point to the next, of inputs and products.</param>
    /// <param name="kernel">From <see cref="TransformKernel"/>.</param>
    /// <param name="products">Receives [36, cells, 64].</param>
    public abstract void MultiplyPoints(float* inputs, int cells, nint pointStride, float* kernel, float* products);

    /// <summary>LReLU(A^T m A + bias) of cells beside each other.</summary>
    /// <param name="products">[36, cells, 64].</param>
    /// <param name="cells">Any number.</param>
    /// <param name="pointStride">Floats from one point to the next.</param>
    /// <param name="bias">64 values.</param>
    /// <param name="slope">Of negative values; 1 leaves them.</param>
    /// <param name="rows">Four rows, each at the first cell's first pixel; null for one that is not wanted.</param>
    /// <param name="columns">Pixels to be written of each row, up to four a cell.</param>
    public abstract void TransformResults(
        float* products,
        int cells,
        nint pointStride,
        float* bias,
        float slope,
        float** rows,
        int columns
    );

    /// <summary>1 x 1 convolution of some maps into few outputs: d x d sub-pixels.</summary>
    /// <remarks>Every value: four sums, of the channels 0, 4, 8 ..., 1, 5, 9 ... and so on through all maps, the first begun with the bias;
    /// then (s0 + s1) + (s2 + s3).</remarks>
    /// <param name="maps">Each at the first pixel.</param>
    /// <param name="mapCount">Maps of 64 channels.</param>
    /// <param name="weights">From <see cref="PackSubPixels"/>.</param>
    /// <param name="outputs">Outputs of a pixel.</param>
    /// <param name="pixels">Pixels beside each other.</param>
    /// <param name="scratch"><see cref="SubPixelRows"/> x <see cref="SubPixelLanes"/> floats.</param>
    /// <param name="result">Receives [pixels, outputs rounded up to 4].</param>
    public abstract void MultiplySubPixels(
        float** maps,
        int mapCount,
        float* weights,
        int outputs,
        int pixels,
        float* scratch,
        float* result
    );

    /// <summary>One value from windows of pixels: a convolution with a single output.</summary>
    /// <remarks>
    /// Every value: 64 sums, one a channel, over the window's pixels row by row; then the upper half of the sums is added to the lower half
    /// until one is left.
    /// </remarks>
    /// <param name="rows">The window's rows, each at the first window's first pixel.</param>
    /// <param name="height">Rows of a window.</param>
    /// <param name="width">Pixels of a window's row.</param>
    /// <param name="step">Pixels from one window to the next.</param>
    /// <param name="weights">[height, width, 64].</param>
    /// <param name="count">Windows beside each other.</param>
    /// <param name="sums">Receives one value for each.</param>
    public abstract void SumWindows(float** rows, int height, int width, int step, float* weights, int count, float* sums);

    /// <summary>Multiplies values by a slope where another map is not above 0: the gradient of LReLU, whose results have the signs of its
    /// arguments.</summary>
    public abstract void ApplySlopes(float* values, float* signs, float slope, int count);

    /// <summary>Pixels that <see cref="MultiplySubPixels"/> does at a time.</summary>
    public const int SubPixelRows = 8;

    /// <summary>Lanes of the sums of one pixel: four for each output, and whole vectors of the widest kind, so that the layout is one for
    /// all widths.</summary>
    public static int SubPixelLanes(int outputs) => ((4 * outputs) + 15) / 16 * 16;

    /// <summary>Lays weights out for <see cref="MultiplySubPixels"/>.</summary>
    /// <param name="weights">[outputs, inputStride], of which the first <paramref name="inputs"/> of each row count.</param>
    /// <param name="inputStride">Values of a row.</param>
    /// <param name="inputs">A multiple of 4.</param>
    /// <param name="bias">One value for each output.</param>
    /// <returns>The sums' beginnings, then [inputs / 4, lanes].</returns>
    public static float[] PackSubPixels(ReadOnlySpan<float> weights, int inputStride, int inputs, ReadOnlySpan<float> bias)
    {
        int lanes = SubPixelLanes(bias.Length);
        float[] packed = new float[lanes * (1 + (inputs / 4))];
        for (int output = 0; output < bias.Length; output++)
        {
            packed[4 * output] = bias[output];
            for (int input = 0; input < inputs; input++)
            {
                packed[(lanes * (1 + (input / 4))) + (4 * output) + (input % 4)] = weights[(output * inputStride) + input];
            }
        }

        return packed;
    }
}
