// Weights as the kernels want them, made once for a session from those of the file and then shared by all threads.
using System.Runtime.CompilerServices;

namespace RsrPlugins.Core.Inference.Cpu;

/// <summary>A first layer's.</summary>
/// <param name="Packed">[9 taps, 64], packed.</param>
/// <param name="Bias">64 values.</param>
internal sealed record LumaWeights(float[] Packed, float[] Bias)
{
    public static unsafe LumaWeights Create(CpuKernels kernels, ConvolutionValues layer)
    {
        const int Taps = 9;
        float[] matrix = new float[Taps * layer.Outputs],
            packed = new float[matrix.Length];
        for (int i = 0; i < matrix.Length; i++)
        {
            matrix[i] = layer.Weights[(i % layer.Outputs * Taps) + (i / layer.Outputs)];
        }

        fixed (
            float* from = matrix,
                to = packed
        )
        {
            kernels.Pack(from, Taps, to);
        }

        return new LumaWeights(packed, layer.Bias);
    }
}

/// <summary>A 1 x 1 convolution's from several maps to 64 channels.</summary>
/// <param name="Packed">One matrix after another, [depth, 64], packed.</param>
/// <param name="Depths">Channels of each map.</param>
/// <param name="Bias">64 values.</param>
internal sealed record PointwiseWeights(float[] Packed, int[] Depths, float[] Bias)
{
    /// <param name="kernels">Whose layout it is.</param>
    /// <param name="layer">The convolution.</param>
    /// <param name="depths">Channels of each map, in the order of the layer's inputs.</param>
    public static unsafe PointwiseWeights Create(CpuKernels kernels, ConvolutionValues layer, params int[] depths)
    {
        float[] transposed = new float[layer.Weights.Length],
            packed = new float[layer.Weights.Length];
        for (int i = 0; i < transposed.Length; i++)
        {
            transposed[i] = layer.Weights[(i % layer.Outputs * layer.Inputs) + (i / layer.Outputs)];
        }

        fixed (
            float* from = transposed,
                to = packed
        )
        {
            int first = 0;
            foreach (int depth in depths)
            {
                kernels.Pack(from + (first * layer.Outputs), depth, to + (first * layer.Outputs));
                first += depth;
            }
        }

        return new PointwiseWeights(packed, depths, layer.Bias);
    }
}

/// <summary>A 3 x 3 convolution's from 64 to 64 channels.</summary>
/// <param name="Kernel">[36, 64, 64], packed, at <see cref="CpuKernels.KernelStride"/>.</param>
/// <param name="Bias">64 values.</param>
internal sealed record CellWeights(float[] Kernel, float[] Bias)
{
    public static unsafe CellWeights Create(CpuKernels kernels, ConvolutionValues layer)
    {
        const int Taps = 9;
        float[] taps = new float[layer.Weights.Length],
            kernel = new float[CpuKernels.Points * CpuKernels.KernelStride];

        // From [output, input, tap] to [input, tap, output].
        for (int output = 0; output < layer.Outputs; output++)
        {
            for (int i = 0; i < layer.Inputs * Taps; i++)
            {
                taps[(i * layer.Outputs) + output] = layer.Weights[(output * layer.Inputs * Taps) + i];
            }
        }

        fixed (
            float* from = taps,
                to = kernel
        )
        {
            kernels.TransformKernel(from, Taps * layer.Outputs, layer.Outputs, to);
        }

        return new CellWeights(kernel, layer.Bias);
    }
}

/// <summary>SRNet's last layer's.</summary>
/// <param name="Scale">Scale factor d.</param>
/// <param name="Packed">Of the features, see <see cref="CpuKernels.PackSubPixels"/>.</param>
/// <param name="OfSmall">Of the small plane, one for each of d x d sub-pixels.</param>
/// <param name="OfLarge">Of the same sub-pixel of the large plane; empty where it is not read.</param>
internal sealed record SubPixelWeights(int Scale, float[] Packed, float[] OfSmall, float[] OfLarge)
{
    /// <param name="layer">From features, the small plane, and for an error the large one's sub-pixels.</param>
    /// <param name="scale">Scale factor d.</param>
    /// <param name="features">Channels of all maps together.</param>
    public static SubPixelWeights Create(ConvolutionValues layer, int scale, int features)
    {
        bool readsLarge = layer.Inputs > features + 1;
        return new SubPixelWeights(
            scale,
            CpuKernels.PackSubPixels(layer.Weights, layer.Inputs, features, layer.Bias),
            [.. Enumerable.Range(0, layer.Outputs).Select(output => layer.Weights[(output * layer.Inputs) + features])],
            readsLarge
                ? [.. Enumerable.Range(0, layer.Outputs).Select(output => layer.Weights[(output * layer.Inputs) + features + 1 + output])]
                : []
        );
    }
}

/// <summary>A convolution's to one value, from 64 channels and some other values.</summary>
/// <param name="Side">Of the window.</param>
/// <param name="Features">[side, side, 64].</param>
/// <param name="Others">Of the other values: RRNet's luma by tap, or the errors of the pixel itself.</param>
internal sealed record WindowWeights(int Side, float[] Features, float[] Others, float Bias)
{
    /// <param name="layer">One output; inputs are 64 channels and the others.</param>
    /// <param name="othersByTap">The other values are one plane, read at every tap; else planes read at the middle one.</param>
    public static WindowWeights Create(ConvolutionValues layer, bool othersByTap)
    {
        const int Channels = CpuKernels.Channels;
        int area = layer.Kernel * layer.Kernel;
        float[] features = new float[area * Channels];
        for (int i = 0; i < features.Length; i++)
        {
            features[i] = layer.Weights[(i % Channels * area) + (i / Channels)];
        }

        ReadOnlySpan<float> others = layer.Weights.AsSpan(Channels * area);
        float[] chosen = othersByTap ? others.ToArray() : new float[layer.Inputs - Channels];
        for (int i = 0; i < chosen.Length && !othersByTap; i++)
        {
            chosen[i] = others[(i * area) + (area / 2)];
        }

        return new WindowWeights(layer.Kernel, features, chosen, layer.Bias[0]);
    }
}
