// The kernels for one kind of vector. Each function says in CpuKernels.cs what it computes and in which order; here is how it is kept fast:
// accumulators stay in registers (24 of 32, or 12 of 16), a value of the left matrix is broadcast once for all columns, and what is read
// most often stays in the first-level cache.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace RsrPlugins.Core.Inference.Cpu;

/// <inheritdoc/>
/// <remarks>What is on the stack is written before it is read: clearing it first, kilobytes for every row of cells, would cost some
/// hundredths.</remarks>
[SkipLocalsInit]
internal sealed unsafe class CpuKernels<TVector, TLanes> : CpuKernels
    where TVector : unmanaged
    where TLanes : ILanes<TVector>
{
    /// <summary>Vectors beside each other in a block of results: four where there are 32 registers, else two.</summary>
    private static int BlockVectors
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Count == 16 || AdvSimd.Arm64.IsSupported ? 4 : 2;
    }

    /// <summary>Columns of a block of results.</summary>
    private static int PanelWidth
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => BlockVectors * TLanes.Count;
    }

    public override void Pack(float* matrix, int depth, float* packed)
    {
        for (int panel = 0; panel < Channels; panel += PanelWidth)
        {
            for (int k = 0; k < depth; k++)
            {
                for (int i = 0; i < PanelWidth; i++)
                {
                    *packed++ = matrix[(k * Channels) + panel + i];
                }
            }
        }
    }

    public override void Multiply(
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
    ) => Products(left, leftStride, right, depth, start, startStride, result, resultStride, rows, slope);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Products(
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
    )
    {
        // As many blocks of six rows as leave a number of rows that blocks of four make, and at most one row by itself.
        while (rows > 0)
        {
            int block =
                rows is 4 or 5 or 8 or 9 ? 4
                : rows >= 6 ? 6
                : 1;
            float* panel = right;
            for (int column = 0; column < Channels; column += PanelWidth, panel += PanelWidth * depth)
            {
                if (block == 6)
                {
                    if (BlockVectors == 4)
                    {
                        Multiply6By4(left, leftStride, panel, depth, start + column, startStride, result + column, resultStride, slope);
                    }
                    else
                    {
                        Multiply6By2(left, leftStride, panel, depth, start + column, startStride, result + column, resultStride, slope);
                    }
                }
                else if (block == 4)
                {
                    if (BlockVectors == 4)
                    {
                        Multiply4By2(left, leftStride, panel, 4, depth, start + column, startStride, result + column, resultStride, slope);
                        Multiply4By2(
                            left,
                            leftStride,
                            panel + (2 * TLanes.Count),
                            4,
                            depth,
                            start + column + (2 * TLanes.Count),
                            startStride,
                            result + column + (2 * TLanes.Count),
                            resultStride,
                            slope
                        );
                    }
                    else
                    {
                        Multiply4By2(left, leftStride, panel, 2, depth, start + column, startStride, result + column, resultStride, slope);
                    }
                }
                else
                {
                    MultiplyRow(left, panel, depth, start + column, result + column, slope);
                }
            }

            left += block * leftStride;
            start += block * startStride;
            result += block * resultStride;
            rows -= block;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply6By4(
        float* left,
        nint leftStride,
        float* right,
        nint depth,
        float* start,
        nint startStride,
        float* result,
        nint resultStride,
        float slope
    )
    {
        (TVector s00, TVector s01, TVector s02, TVector s03) = (
            TLanes.Load(start),
            TLanes.Load(start + TLanes.Count),
            TLanes.Load(start + (2 * TLanes.Count)),
            TLanes.Load(start + (3 * TLanes.Count))
        );
        start += startStride;
        (TVector s10, TVector s11, TVector s12, TVector s13) = (
            TLanes.Load(start),
            TLanes.Load(start + TLanes.Count),
            TLanes.Load(start + (2 * TLanes.Count)),
            TLanes.Load(start + (3 * TLanes.Count))
        );
        start += startStride;
        (TVector s20, TVector s21, TVector s22, TVector s23) = (
            TLanes.Load(start),
            TLanes.Load(start + TLanes.Count),
            TLanes.Load(start + (2 * TLanes.Count)),
            TLanes.Load(start + (3 * TLanes.Count))
        );
        start += startStride;
        (TVector s30, TVector s31, TVector s32, TVector s33) = (
            TLanes.Load(start),
            TLanes.Load(start + TLanes.Count),
            TLanes.Load(start + (2 * TLanes.Count)),
            TLanes.Load(start + (3 * TLanes.Count))
        );
        start += startStride;
        (TVector s40, TVector s41, TVector s42, TVector s43) = (
            TLanes.Load(start),
            TLanes.Load(start + TLanes.Count),
            TLanes.Load(start + (2 * TLanes.Count)),
            TLanes.Load(start + (3 * TLanes.Count))
        );
        start += startStride;
        (TVector s50, TVector s51, TVector s52, TVector s53) = (
            TLanes.Load(start),
            TLanes.Load(start + TLanes.Count),
            TLanes.Load(start + (2 * TLanes.Count)),
            TLanes.Load(start + (3 * TLanes.Count))
        );
        float* left1 = left + leftStride;
        float* left2 = left + (2 * leftStride);
        float* left3 = left + (3 * leftStride);
        float* left4 = left + (4 * leftStride);
        float* left5 = left + (5 * leftStride);
        for (nint k = 0; k < depth; k++)
        {
            (TVector r0, TVector r1, TVector r2, TVector r3) = (
                TLanes.Load(right),
                TLanes.Load(right + TLanes.Count),
                TLanes.Load(right + (2 * TLanes.Count)),
                TLanes.Load(right + (3 * TLanes.Count))
            );
            right += 4 * TLanes.Count;
            TVector value = TLanes.Create(left[k]);
            s00 = TLanes.FusedMultiplyAdd(value, r0, s00);
            s01 = TLanes.FusedMultiplyAdd(value, r1, s01);
            s02 = TLanes.FusedMultiplyAdd(value, r2, s02);
            s03 = TLanes.FusedMultiplyAdd(value, r3, s03);
            value = TLanes.Create(left1[k]);
            s10 = TLanes.FusedMultiplyAdd(value, r0, s10);
            s11 = TLanes.FusedMultiplyAdd(value, r1, s11);
            s12 = TLanes.FusedMultiplyAdd(value, r2, s12);
            s13 = TLanes.FusedMultiplyAdd(value, r3, s13);
            value = TLanes.Create(left2[k]);
            s20 = TLanes.FusedMultiplyAdd(value, r0, s20);
            s21 = TLanes.FusedMultiplyAdd(value, r1, s21);
            s22 = TLanes.FusedMultiplyAdd(value, r2, s22);
            s23 = TLanes.FusedMultiplyAdd(value, r3, s23);
            value = TLanes.Create(left3[k]);
            s30 = TLanes.FusedMultiplyAdd(value, r0, s30);
            s31 = TLanes.FusedMultiplyAdd(value, r1, s31);
            s32 = TLanes.FusedMultiplyAdd(value, r2, s32);
            s33 = TLanes.FusedMultiplyAdd(value, r3, s33);
            value = TLanes.Create(left4[k]);
            s40 = TLanes.FusedMultiplyAdd(value, r0, s40);
            s41 = TLanes.FusedMultiplyAdd(value, r1, s41);
            s42 = TLanes.FusedMultiplyAdd(value, r2, s42);
            s43 = TLanes.FusedMultiplyAdd(value, r3, s43);
            value = TLanes.Create(left5[k]);
            s50 = TLanes.FusedMultiplyAdd(value, r0, s50);
            s51 = TLanes.FusedMultiplyAdd(value, r1, s51);
            s52 = TLanes.FusedMultiplyAdd(value, r2, s52);
            s53 = TLanes.FusedMultiplyAdd(value, r3, s53);
        }

        Store(result, slope, s00, s01, s02, s03);
        Store(result + resultStride, slope, s10, s11, s12, s13);
        Store(result + (2 * resultStride), slope, s20, s21, s22, s23);
        Store(result + (3 * resultStride), slope, s30, s31, s32, s33);
        Store(result + (4 * resultStride), slope, s40, s41, s42, s43);
        Store(result + (5 * resultStride), slope, s50, s51, s52, s53);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply6By2(
        float* left,
        nint leftStride,
        float* right,
        nint depth,
        float* start,
        nint startStride,
        float* result,
        nint resultStride,
        float slope
    )
    {
        (TVector s00, TVector s01, TVector s10, TVector s11) = (
            TLanes.Load(start),
            TLanes.Load(start + TLanes.Count),
            TLanes.Load(start + startStride),
            TLanes.Load(start + startStride + TLanes.Count)
        );
        start += 2 * startStride;
        (TVector s20, TVector s21, TVector s30, TVector s31) = (
            TLanes.Load(start),
            TLanes.Load(start + TLanes.Count),
            TLanes.Load(start + startStride),
            TLanes.Load(start + startStride + TLanes.Count)
        );
        start += 2 * startStride;
        (TVector s40, TVector s41, TVector s50, TVector s51) = (
            TLanes.Load(start),
            TLanes.Load(start + TLanes.Count),
            TLanes.Load(start + startStride),
            TLanes.Load(start + startStride + TLanes.Count)
        );
        float* left1 = left + leftStride;
        float* left2 = left + (2 * leftStride);
        float* left3 = left + (3 * leftStride);
        float* left4 = left + (4 * leftStride);
        float* left5 = left + (5 * leftStride);
        for (nint k = 0; k < depth; k++)
        {
            (TVector r0, TVector r1) = (TLanes.Load(right), TLanes.Load(right + TLanes.Count));
            right += 2 * TLanes.Count;
            TVector value = TLanes.Create(left[k]);
            s00 = TLanes.FusedMultiplyAdd(value, r0, s00);
            s01 = TLanes.FusedMultiplyAdd(value, r1, s01);
            value = TLanes.Create(left1[k]);
            s10 = TLanes.FusedMultiplyAdd(value, r0, s10);
            s11 = TLanes.FusedMultiplyAdd(value, r1, s11);
            value = TLanes.Create(left2[k]);
            s20 = TLanes.FusedMultiplyAdd(value, r0, s20);
            s21 = TLanes.FusedMultiplyAdd(value, r1, s21);
            value = TLanes.Create(left3[k]);
            s30 = TLanes.FusedMultiplyAdd(value, r0, s30);
            s31 = TLanes.FusedMultiplyAdd(value, r1, s31);
            value = TLanes.Create(left4[k]);
            s40 = TLanes.FusedMultiplyAdd(value, r0, s40);
            s41 = TLanes.FusedMultiplyAdd(value, r1, s41);
            value = TLanes.Create(left5[k]);
            s50 = TLanes.FusedMultiplyAdd(value, r0, s50);
            s51 = TLanes.FusedMultiplyAdd(value, r1, s51);
        }

        Store(result, slope, s00, s01);
        Store(result + resultStride, slope, s10, s11);
        Store(result + (2 * resultStride), slope, s20, s21);
        Store(result + (3 * resultStride), slope, s30, s31);
        Store(result + (4 * resultStride), slope, s40, s41);
        Store(result + (5 * resultStride), slope, s50, s51);
    }

    /// <param name="panelVectors">Vectors of a row of the panel, of which two are multiplied.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply4By2(
        float* left,
        nint leftStride,
        float* right,
        nint panelVectors,
        nint depth,
        float* start,
        nint startStride,
        float* result,
        nint resultStride,
        float slope
    )
    {
        (TVector s00, TVector s01, TVector s10, TVector s11) = (
            TLanes.Load(start),
            TLanes.Load(start + TLanes.Count),
            TLanes.Load(start + startStride),
            TLanes.Load(start + startStride + TLanes.Count)
        );
        start += 2 * startStride;
        (TVector s20, TVector s21, TVector s30, TVector s31) = (
            TLanes.Load(start),
            TLanes.Load(start + TLanes.Count),
            TLanes.Load(start + startStride),
            TLanes.Load(start + startStride + TLanes.Count)
        );
        float* left1 = left + leftStride;
        float* left2 = left + (2 * leftStride);
        float* left3 = left + (3 * leftStride);
        for (nint k = 0; k < depth; k++)
        {
            (TVector r0, TVector r1) = (TLanes.Load(right), TLanes.Load(right + TLanes.Count));
            right += panelVectors * TLanes.Count;
            TVector value = TLanes.Create(left[k]);
            s00 = TLanes.FusedMultiplyAdd(value, r0, s00);
            s01 = TLanes.FusedMultiplyAdd(value, r1, s01);
            value = TLanes.Create(left1[k]);
            s10 = TLanes.FusedMultiplyAdd(value, r0, s10);
            s11 = TLanes.FusedMultiplyAdd(value, r1, s11);
            value = TLanes.Create(left2[k]);
            s20 = TLanes.FusedMultiplyAdd(value, r0, s20);
            s21 = TLanes.FusedMultiplyAdd(value, r1, s21);
            value = TLanes.Create(left3[k]);
            s30 = TLanes.FusedMultiplyAdd(value, r0, s30);
            s31 = TLanes.FusedMultiplyAdd(value, r1, s31);
        }

        Store(result, slope, s00, s01);
        Store(result + resultStride, slope, s10, s11);
        Store(result + (2 * resultStride), slope, s20, s21);
        Store(result + (3 * resultStride), slope, s30, s31);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyRow(float* left, float* right, nint depth, float* start, float* result, float slope)
    {
        (TVector s0, TVector s1) = (TLanes.Load(start), TLanes.Load(start + TLanes.Count));
        if (BlockVectors == 4)
        {
            (TVector s2, TVector s3) = (TLanes.Load(start + (2 * TLanes.Count)), TLanes.Load(start + (3 * TLanes.Count)));
            for (nint k = 0; k < depth; k++)
            {
                TVector value = TLanes.Create(left[k]);
                s0 = TLanes.FusedMultiplyAdd(value, TLanes.Load(right), s0);
                s1 = TLanes.FusedMultiplyAdd(value, TLanes.Load(right + TLanes.Count), s1);
                s2 = TLanes.FusedMultiplyAdd(value, TLanes.Load(right + (2 * TLanes.Count)), s2);
                s3 = TLanes.FusedMultiplyAdd(value, TLanes.Load(right + (3 * TLanes.Count)), s3);
                right += 4 * TLanes.Count;
            }

            Store(result, slope, s0, s1, s2, s3);
            return;
        }

        for (nint k = 0; k < depth; k++)
        {
            TVector value = TLanes.Create(left[k]);
            s0 = TLanes.FusedMultiplyAdd(value, TLanes.Load(right), s0);
            s1 = TLanes.FusedMultiplyAdd(value, TLanes.Load(right + TLanes.Count), s1);
            right += 2 * TLanes.Count;
        }

        Store(result, slope, s0, s1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* target, float slope, TVector v0, TVector v1, TVector v2, TVector v3)
    {
        if (slope != 1)
        {
            TVector factor = TLanes.Create(slope);
            (v0, v1) = (TLanes.Max(v0, TLanes.Multiply(v0, factor)), TLanes.Max(v1, TLanes.Multiply(v1, factor)));
            (v2, v3) = (TLanes.Max(v2, TLanes.Multiply(v2, factor)), TLanes.Max(v3, TLanes.Multiply(v3, factor)));
        }

        TLanes.Store(v0, target);
        TLanes.Store(v1, target + TLanes.Count);
        TLanes.Store(v2, target + (2 * TLanes.Count));
        TLanes.Store(v3, target + (3 * TLanes.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* target, float slope, TVector v0, TVector v1)
    {
        if (slope != 1)
        {
            TVector factor = TLanes.Create(slope);
            (v0, v1) = (TLanes.Max(v0, TLanes.Multiply(v0, factor)), TLanes.Max(v1, TLanes.Multiply(v1, factor)));
        }

        TLanes.Store(v0, target);
        TLanes.Store(v1, target + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformKernel(float* taps, nint inputStride, nint tapStride, float* kernel)
    {
        const int Taps = 3;
        TVector* columns = stackalloc TVector[WindowSide * Taps];
        TVector* points = stackalloc TVector[WindowSide];
        for (int input = 0; input < Channels; input++)
        {
            for (int output = 0; output < Channels; output += TLanes.Count)
            {
                float* tap = taps + (input * inputStride) + output;
                for (int column = 0; column < Taps; column++, tap += tapStride)
                {
                    KernelPoints(
                        TLanes.Load(tap),
                        TLanes.Load(tap + (Taps * tapStride)),
                        TLanes.Load(tap + (2 * Taps * tapStride)),
                        columns + column,
                        Taps
                    );
                }

                // Where the packed matrix has these outputs.
                float* target = kernel + (output / PanelWidth * PanelWidth * Channels) + (input * PanelWidth) + (output % PanelWidth);
                for (int row = 0; row < WindowSide; row++)
                {
                    KernelPoints(columns[row * Taps], columns[(row * Taps) + 1], columns[(row * Taps) + 2], points, 1);
                    for (int column = 0; column < WindowSide; column++, target += KernelStride)
                    {
                        TLanes.Store(points[column], target);
                    }
                }
            }
        }
    }

    /// <summary>G g.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void KernelPoints(TVector g0, TVector g1, TVector g2, TVector* target, nint stride)
    {
        TVector even = TLanes.Multiply(TLanes.Add(g0, g2), TLanes.Create(-1f / 6));
        TVector odd = TLanes.Multiply(g1, TLanes.Create(1f / 6));
        TVector even2 = TLanes.Multiply(TLanes.FusedMultiplyAdd(TLanes.Create(4f), g2, g0), TLanes.Create(1f / 24));
        TVector odd2 = TLanes.Multiply(g1, TLanes.Create(1f / 12));
        target[0] = TLanes.Multiply(g0, TLanes.Create(0.25f));
        target[stride] = TLanes.Subtract(even, odd);
        target[2 * stride] = TLanes.Add(even, odd);
        target[3 * stride] = TLanes.Add(even2, odd2);
        target[4 * stride] = TLanes.Subtract(even2, odd2);
        target[5 * stride] = g2;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformInputs(float** rows, int cells, float* target, nint pointStride)
    {
        // Transformed down the columns first: two of a cell's six columns are the last of the cell before, and are kept in a ring of eight.
        const int Ring = 8;
        TVector* columns = stackalloc TVector[Ring * WindowSide];
        for (int channel = 0; channel < Channels; channel += TLanes.Count)
        {
            float* row0 = rows[0] + channel;
            float* row1 = rows[1] + channel;
            float* row2 = rows[2] + channel;
            float* row3 = rows[3] + channel;
            float* row4 = rows[4] + channel;
            float* row5 = rows[5] + channel;
            int column = 0;
            float* cellTarget = target + channel;
            for (int cell = 0; cell < cells; cell++, cellTarget += Channels)
            {
                for (int end = (cell * CellSide) + WindowSide; column < end; column++)
                {
                    nint at = column * Channels;
                    InputPoints(
                        TLanes.Load(row0 + at),
                        TLanes.Load(row1 + at),
                        TLanes.Load(row2 + at),
                        TLanes.Load(row3 + at),
                        TLanes.Load(row4 + at),
                        TLanes.Load(row5 + at),
                        (float*)(columns + ((column % Ring) * WindowSide)),
                        TLanes.Count
                    );
                }

                // The window begins at place 0 or 4 of the ring.
                TVector* first = columns + (cell * CellSide % Ring * WindowSide);
                TVector* last = columns + (((cell * CellSide) + CellSide) % Ring * WindowSide);
                for (int row = 0; row < WindowSide; row++)
                {
                    InputPoints(
                        first[row],
                        first[row + WindowSide],
                        first[row + (2 * WindowSide)],
                        first[row + (3 * WindowSide)],
                        last[row],
                        last[row + WindowSide],
                        cellTarget + (row * WindowSide * pointStride),
                        pointStride
                    );
                }
            }
        }
    }

    /// <summary>B^T d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputPoints(TVector d0, TVector d1, TVector d2, TVector d3, TVector d4, TVector d5, float* target, nint stride)
    {
        (TVector four, TVector minusFour, TVector minusFive) = (TLanes.Create(4f), TLanes.Create(-4f), TLanes.Create(-5f));
        TVector even = TLanes.FusedMultiplyAdd(minusFour, d2, d4);
        TVector odd = TLanes.FusedMultiplyAdd(minusFour, d1, d3);
        TVector even2 = TLanes.Subtract(d4, d2);
        TVector odd2 = TLanes.Subtract(d3, d1);
        odd2 = TLanes.Add(odd2, odd2);
        TLanes.Store(TLanes.FusedMultiplyAdd(four, d0, TLanes.FusedMultiplyAdd(minusFive, d2, d4)), target);
        TLanes.Store(TLanes.Add(even, odd), target + stride);
        TLanes.Store(TLanes.Subtract(even, odd), target + (2 * stride));
        TLanes.Store(TLanes.Add(even2, odd2), target + (3 * stride));
        TLanes.Store(TLanes.Subtract(even2, odd2), target + (4 * stride));
        TLanes.Store(TLanes.FusedMultiplyAdd(four, d1, TLanes.FusedMultiplyAdd(minusFive, d3, d5)), target + (5 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MultiplyPoints(float* inputs, int cells, nint pointStride, float* kernel, float* products)
    {
        float* zeros = stackalloc float[Channels];
        new Span<float>(zeros, Channels).Clear();
        for (int point = 0; point < Points; point++)
        {
            Products(inputs, Channels, kernel, Channels, zeros, 0, products, Channels, cells, 1);
            inputs += pointStride;
            products += pointStride;
            kernel += KernelStride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformResults(float* products, int cells, nint pointStride, float* bias, float slope, float** rows, int columns)
    {
        TVector* values = stackalloc TVector[WindowSide * CellSide];
        TVector* results = stackalloc TVector[CellSide];
        TVector factor = TLanes.Create(slope);
        for (int channel = 0; channel < Channels; channel += TLanes.Count)
        {
            TVector added = TLanes.Load(bias + channel);
            float* cellProducts = products + channel;
            nint at = channel;
            for (int cell = 0; cell < cells; cell++, cellProducts += Channels, at += CellSide * Channels)
            {
                for (int column = 0; column < WindowSide; column++)
                {
                    float* m = cellProducts + (column * pointStride);
                    nint stride = WindowSide * pointStride;
                    ResultPoints(
                        TLanes.Load(m),
                        TLanes.Load(m + stride),
                        TLanes.Load(m + (2 * stride)),
                        TLanes.Load(m + (3 * stride)),
                        TLanes.Load(m + (4 * stride)),
                        TLanes.Load(m + (5 * stride)),
                        values + (column * CellSide)
                    );
                }

                int width = Math.Min(CellSide, columns - (cell * CellSide));
                for (int row = 0; row < CellSide; row++)
                {
                    if (rows[row] == null)
                    {
                        continue;
                    }

                    TVector* v = values + row;
                    ResultPoints(v[0], v[CellSide], v[2 * CellSide], v[3 * CellSide], v[4 * CellSide], v[5 * CellSide], results);
                    float* target = rows[row] + at;
                    for (int column = 0; column < width; column++)
                    {
                        TVector value = TLanes.Add(results[column], added);
                        TLanes.Store(TLanes.Max(value, TLanes.Multiply(value, factor)), target + (column * Channels));
                    }
                }
            }
        }
    }

    /// <summary>A^T m.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ResultPoints(TVector m0, TVector m1, TVector m2, TVector m3, TVector m4, TVector m5, TVector* target)
    {
        (TVector sum, TVector difference) = (TLanes.Add(m1, m2), TLanes.Subtract(m1, m2));
        (TVector sum2, TVector difference2) = (TLanes.Add(m3, m4), TLanes.Subtract(m3, m4));
        target[0] = TLanes.Add(TLanes.Add(m0, sum), sum2);
        target[1] = TLanes.FusedMultiplyAdd(TLanes.Create(2f), difference2, difference);
        target[2] = TLanes.FusedMultiplyAdd(TLanes.Create(4f), sum2, sum);
        target[3] = TLanes.Add(TLanes.FusedMultiplyAdd(TLanes.Create(8f), difference2, difference), m5);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MultiplySubPixels(
        float** maps,
        int mapCount,
        float* weights,
        int outputs,
        int pixels,
        float* scratch,
        float* result
    )
    {
        int lanes = SubPixelLanes(outputs);
        int resultStride = (outputs + 3) / 4 * 4;
        for (int start = 0; start < pixels; start += SubPixelRows)
        {
            // The last block reaches back over pixels that are done: they come out the same. A row too short for a block goes pixel by
            // pixel.
            int first = Math.Min(start, Math.Max(0, pixels - SubPixelRows));
            int rows = Math.Min(SubPixelRows, pixels);
            for (int lane = 0; lane < 4 * outputs; lane += TLanes.Count)
            {
                if (rows == SubPixelRows)
                {
                    SubPixels8(maps, mapCount, first, weights + lane, lane, lanes, scratch + lane);
                }
                else
                {
                    for (int pixel = 0; pixel < rows; pixel++)
                    {
                        SubPixels1(maps, mapCount, pixel, weights + lane, lane, lanes, scratch + (pixel * lanes) + lane);
                    }
                }
            }

            for (int pixel = 0; pixel < rows; pixel++)
            {
                AddQuads(scratch + (pixel * lanes), resultStride, result + ((first + pixel) * resultStride));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SubPixels8(float** maps, int mapCount, int pixel, float* weights, int lane, nint lanes, float* sums)
    {
        TVector s0 = TLanes.Load(weights);
        (TVector s1, TVector s2, TVector s3, TVector s4, TVector s5, TVector s6, TVector s7) = (s0, s0, s0, s0, s0, s0, s0);
        for (int map = 0; map < mapCount; map++)
        {
            float* left = maps[map] + (pixel * Channels);
            for (int k = 0; k < Channels; k += 4, left += 4)
            {
                weights += lanes;
                TVector weight = TLanes.Load(weights);
                s0 = TLanes.FusedMultiplyAdd(TLanes.LoadQuad(left, lane), weight, s0);
                s1 = TLanes.FusedMultiplyAdd(TLanes.LoadQuad(left + Channels, lane), weight, s1);
                s2 = TLanes.FusedMultiplyAdd(TLanes.LoadQuad(left + (2 * Channels), lane), weight, s2);
                s3 = TLanes.FusedMultiplyAdd(TLanes.LoadQuad(left + (3 * Channels), lane), weight, s3);
                s4 = TLanes.FusedMultiplyAdd(TLanes.LoadQuad(left + (4 * Channels), lane), weight, s4);
                s5 = TLanes.FusedMultiplyAdd(TLanes.LoadQuad(left + (5 * Channels), lane), weight, s5);
                s6 = TLanes.FusedMultiplyAdd(TLanes.LoadQuad(left + (6 * Channels), lane), weight, s6);
                s7 = TLanes.FusedMultiplyAdd(TLanes.LoadQuad(left + (7 * Channels), lane), weight, s7);
            }
        }

        TLanes.Store(s0, sums);
        TLanes.Store(s1, sums + lanes);
        TLanes.Store(s2, sums + (2 * lanes));
        TLanes.Store(s3, sums + (3 * lanes));
        TLanes.Store(s4, sums + (4 * lanes));
        TLanes.Store(s5, sums + (5 * lanes));
        TLanes.Store(s6, sums + (6 * lanes));
        TLanes.Store(s7, sums + (7 * lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SubPixels1(float** maps, int mapCount, int pixel, float* weights, int lane, nint lanes, float* sums)
    {
        TVector sum = TLanes.Load(weights);
        for (int map = 0; map < mapCount; map++)
        {
            float* left = maps[map] + (pixel * Channels);
            for (int k = 0; k < Channels; k += 4, left += 4)
            {
                weights += lanes;
                sum = TLanes.FusedMultiplyAdd(TLanes.LoadQuad(left, lane), TLanes.Load(weights), sum);
            }
        }

        TLanes.Store(sum, sums);
    }

    /// <summary>result[i] = (s0 + s1) + (s2 + s3) of every four sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddQuads(float* sums, int count, float* result)
    {
        for (int i = 0; i < count; i += 4, sums += 16)
        {
            if (TLanes.Count >= 4 && Sse3.IsSupported)
            {
                Vector128<float> low = Sse3.HorizontalAdd(Vector128.Load(sums), Vector128.Load(sums + 4));
                Vector128<float> high = Sse3.HorizontalAdd(Vector128.Load(sums + 8), Vector128.Load(sums + 12));
                Sse3.HorizontalAdd(low, high).Store(result + i);
            }
            else if (TLanes.Count >= 4 && AdvSimd.Arm64.IsSupported)
            {
                Vector128<float> low = AdvSimd.Arm64.AddPairwise(Vector128.Load(sums), Vector128.Load(sums + 4));
                Vector128<float> high = AdvSimd.Arm64.AddPairwise(Vector128.Load(sums + 8), Vector128.Load(sums + 12));
                AdvSimd.Arm64.AddPairwise(low, high).Store(result + i);
            }
            else
            {
                for (int j = 0; j < 4; j++)
                {
                    float* four = sums + (4 * j);
                    result[i + j] = (four[0] + four[1]) + (four[2] + four[3]);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SumWindows(float** rows, int height, int width, int step, float* weights, int count, float* sums)
    {
        float* channels = stackalloc float[Channels];
        for (int window = 0; window < count; window++)
        {
            nint first = window * step * Channels;
            for (int channel = 0; channel < Channels; channel += 4 * TLanes.Count)
            {
                TVector s0 = TLanes.Create(0);
                (TVector s1, TVector s2, TVector s3) = (s0, s0, s0);
                float* weight = weights + channel;
                for (int row = 0; row < height; row++)
                {
                    float* value = rows[row] + first + channel;
                    for (int column = 0; column < width; column++, value += Channels, weight += Channels)
                    {
                        s0 = TLanes.FusedMultiplyAdd(TLanes.Load(value), TLanes.Load(weight), s0);
                        s1 = TLanes.FusedMultiplyAdd(TLanes.Load(value + TLanes.Count), TLanes.Load(weight + TLanes.Count), s1);
                        s2 = TLanes.FusedMultiplyAdd(TLanes.Load(value + (2 * TLanes.Count)), TLanes.Load(weight + (2 * TLanes.Count)), s2);
                        s3 = TLanes.FusedMultiplyAdd(TLanes.Load(value + (3 * TLanes.Count)), TLanes.Load(weight + (3 * TLanes.Count)), s3);
                    }
                }

                TLanes.Store(s0, channels + channel);
                TLanes.Store(s1, channels + channel + TLanes.Count);
                TLanes.Store(s2, channels + channel + (2 * TLanes.Count));
                TLanes.Store(s3, channels + channel + (3 * TLanes.Count));
            }

            int half = Channels / 2;
            for (; half >= TLanes.Count; half /= 2)
            {
                for (int i = 0; i < half; i += TLanes.Count)
                {
                    TLanes.Store(TLanes.Add(TLanes.Load(channels + i), TLanes.Load(channels + half + i)), channels + i);
                }
            }

            for (; half >= 1; half /= 2)
            {
                for (int i = 0; i < half; i++)
                {
                    channels[i] += channels[half + i];
                }
            }

            sums[window] = channels[0];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void ApplySlopes(float* values, float* signs, float slope, int count)
    {
        TVector factor = TLanes.Create(slope);
        for (int i = 0; i < count; i += TLanes.Count)
        {
            TVector value = TLanes.Load(values + i);
            TLanes.Store(TLanes.WherePositive(TLanes.Load(signs + i), value, TLanes.Multiply(value, factor)), values + i);
        }
    }
}
