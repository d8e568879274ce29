// The forward pass and the inputs' gradients are made of the kernels that run the networks in the product (Core, Inference/Cpu). What only
// training needs is here: products along the pixels, which weights' gradients are made of.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RsrPlugins.Core.Inference.Cpu;

namespace RsrPlugins.Trainer.Kernels;

/// <summary>Products of matrices with 64 columns.</summary>
internal static unsafe class Products
{
    /// <summary>Values of a matrix of weights.</summary>
    internal const int Matrix = CpuKernels.Matrix;

    internal const int VectorLength = 16;

    private const int Channels = FeatureMap.Channels;

    /// <summary>True where vectors of 16 values are the machine's own; elsewhere Torch is faster.</summary>
    internal static bool AreFast => Vector512.IsHardwareAccelerated && CpuKernels.IsSupported;

    /// <summary>Core's kernels for vectors of 16 values. A row of 64 values is one panel of theirs, so a matrix is packed as it
    /// stands.</summary>
    internal static CpuKernels Kernels { get; } = CpuKernels.Of(VectorWidth.Bits512);

    /// <summary>64 zeros: no bias. Never freed.</summary>
    internal static float* Zeros { get; } = NativeFloats.Allocate(Channels);

    /// <summary>result [rows, 64] = left [rows, 64] x right [64, 64].</summary>
    internal static void Multiply(float* left, int rows, float* right, float* result) =>
        Kernels.Multiply(left, Channels, right, Channels, Zeros, 0, result, Channels, rows, 1);

    /// <summary>sums [64, 64] += left^T right of [count, 64] each.</summary>
    internal static void AddProducts(float* left, float* right, int count, float* sums) =>
        AddProducts(left, Channels, right, count, sums);

    /// <summary>sums [columns, 64] += left^T right of [count, columns] and [count, 64], four rows of sums at a time.</summary>
    /// <param name="left">[count, columns].</param>
    /// <param name="columns">A multiple of four.</param>
    /// <param name="right">[count, 64].</param>
    /// <param name="count">Any number.</param>
    /// <param name="sums">[columns, 64].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AddProducts(float* left, int columns, float* right, int count, float* sums)
    {
        for (int first = 0; first < columns; first += 4)
        {
            float* sum = sums + (first * Channels);
            (Vector512<float> s00, Vector512<float> s01, Vector512<float> s02, Vector512<float> s03) = (
                Vector512.Load(sum),
                Vector512.Load(sum + VectorLength),
                Vector512.Load(sum + (2 * VectorLength)),
                Vector512.Load(sum + (3 * VectorLength))
            );
            (Vector512<float> s10, Vector512<float> s11, Vector512<float> s12, Vector512<float> s13) = (
                Vector512.Load(sum + 64),
                Vector512.Load(sum + 80),
                Vector512.Load(sum + 96),
                Vector512.Load(sum + 112)
            );
            (Vector512<float> s20, Vector512<float> s21, Vector512<float> s22, Vector512<float> s23) = (
                Vector512.Load(sum + 128),
                Vector512.Load(sum + 144),
                Vector512.Load(sum + 160),
                Vector512.Load(sum + 176)
            );
            (Vector512<float> s30, Vector512<float> s31, Vector512<float> s32, Vector512<float> s33) = (
                Vector512.Load(sum + 192),
                Vector512.Load(sum + 208),
                Vector512.Load(sum + 224),
                Vector512.Load(sum + 240)
            );
            for (int t = 0; t < count; t++)
            {
                float* row = right + (t * Channels);
                float* column = left + (t * columns) + first;
                (Vector512<float> r0, Vector512<float> r1, Vector512<float> r2, Vector512<float> r3) = (
                    Vector512.Load(row),
                    Vector512.Load(row + VectorLength),
                    Vector512.Load(row + (2 * VectorLength)),
                    Vector512.Load(row + (3 * VectorLength))
                );
                Vector512<float> l0 = Vector512.Create(column[0]);
                s00 = Vector512.FusedMultiplyAdd(l0, r0, s00);
                s01 = Vector512.FusedMultiplyAdd(l0, r1, s01);
                s02 = Vector512.FusedMultiplyAdd(l0, r2, s02);
                s03 = Vector512.FusedMultiplyAdd(l0, r3, s03);
                Vector512<float> l1 = Vector512.Create(column[1]);
                s10 = Vector512.FusedMultiplyAdd(l1, r0, s10);
                s11 = Vector512.FusedMultiplyAdd(l1, r1, s11);
                s12 = Vector512.FusedMultiplyAdd(l1, r2, s12);
                s13 = Vector512.FusedMultiplyAdd(l1, r3, s13);
                Vector512<float> l2 = Vector512.Create(column[2]);
                s20 = Vector512.FusedMultiplyAdd(l2, r0, s20);
                s21 = Vector512.FusedMultiplyAdd(l2, r1, s21);
                s22 = Vector512.FusedMultiplyAdd(l2, r2, s22);
                s23 = Vector512.FusedMultiplyAdd(l2, r3, s23);
                Vector512<float> l3 = Vector512.Create(column[3]);
                s30 = Vector512.FusedMultiplyAdd(l3, r0, s30);
                s31 = Vector512.FusedMultiplyAdd(l3, r1, s31);
                s32 = Vector512.FusedMultiplyAdd(l3, r2, s32);
                s33 = Vector512.FusedMultiplyAdd(l3, r3, s33);
            }

            StoreRow(sum, s00, s01, s02, s03);
            StoreRow(sum + Channels, s10, s11, s12, s13);
            StoreRow(sum + (2 * Channels), s20, s21, s22, s23);
            StoreRow(sum + (3 * Channels), s30, s31, s32, s33);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow(float* target, Vector512<float> v0, Vector512<float> v1, Vector512<float> v2, Vector512<float> v3)
    {
        v0.Store(target);
        v1.Store(target + VectorLength);
        v2.Store(target + (2 * VectorLength));
        v3.Store(target + (3 * VectorLength));
    }
}
