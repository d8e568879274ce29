// Muon's step of one layer written out for one core. Optimiser.cs has the same step for Torch, to be read first. Between two batches one
// core would wait for the other, so the layers are shared out between them, and Torch's batched products of 64 x 64 matrices are several
// times slower than these.
using System.Runtime.Intrinsics;

namespace RsrPlugins.Trainer.Kernels;

/// <summary>Factors of an update of Muon.</summary>
/// <param name="Rate">Length of the step.</param>
/// <param name="Kept">What weight decay leaves of the weights.</param>
internal readonly record struct MuonStep(float Rate, float Kept);

/// <summary>One core's Muon for layers of 64 outputs and a multiple of 64 inputs and taps.</summary>
internal sealed unsafe class Muon : IDisposable
{
    private const int Channels = FeatureMap.Channels;
    private const int Matrix = Products.Matrix;
    private const int VectorLength = Products.VectorLength;

    private readonly int _columns;

    /// <summary>The update's matrix, a row per column of the weights, and what it is replaced by.</summary>
    private readonly float* _transposed;
    private readonly float* _orthogonal;

    private readonly float* _power;
    private readonly float* _factor;
    private readonly float* _product;
    private readonly float* _scratch;

    /// <param name="columns">Most columns of a layer's matrix: inputs times taps.</param>
    internal Muon(int columns)
    {
        _columns = columns;
        _transposed = Allocate(columns);
        _orthogonal = Allocate(columns);
        _power = Allocate(Channels);
        _factor = Allocate(Channels);
        _product = Allocate(Channels);
        _scratch = Allocate(Channels);
    }

    /// <summary>Updates a layer in place.</summary>
    /// <param name="weights">[64, columns].</param>
    /// <param name="momentum">The same shape.</param>
    /// <param name="gradient">The same shape.</param>
    /// <param name="momentumKept">Part of the momentum that stays.</param>
    /// <param name="coefficients">a, b and c of a Newton-Schulz step.</param>
    /// <param name="iterations">Newton-Schulz steps.</param>
    /// <param name="step">Factors.</param>
    internal void Update(
        Span<float> weights,
        Span<float> momentum,
        ReadOnlySpan<float> gradient,
        float momentumKept,
        (float A, float B, float C) coefficients,
        int iterations,
        MuonStep step
    )
    {
        int columns = weights.Length / Channels;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, _columns);
        for (int row = 0; row < Channels; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                int i = (row * columns) + column;
                float added = gradient[i] * (1 - momentumKept);
                momentum[i] = (momentum[i] * momentumKept) + added;
                _transposed[(column * Channels) + row] = added + (momentum[i] * momentumKept);
            }
        }

        Orthogonalise(columns, coefficients, iterations);
        for (int row = 0; row < Channels; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                int i = (row * columns) + column;
                weights[i] = (weights[i] * step.Kept) - (step.Rate * _orthogonal[(column * Channels) + row]);
            }
        }
    }

    public void Dispose()
    {
        foreach (
            nint memory in (ReadOnlySpan<nint>)
                [(nint)_transposed, (nint)_orthogonal, (nint)_power, (nint)_factor, (nint)_product, (nint)_scratch]
        )
        {
            NativeFloats.Free((float*)memory);
        }
    }

    /// <summary>A matrix with 64 columns.</summary>
    private static float* Allocate(int rows) => NativeFloats.Allocate(rows * Channels);

    /// <summary>All of it on the transposed matrix X^T: its Gram matrix A is [64, 64] and symmetric, and so is every polynomial in
    /// A.</summary>
    private void Orthogonalise(int columns, (float A, float B, float C) coefficients, int iterations)
    {
        new Span<float>(_power, Matrix).Clear();
        Products.AddProducts(_transposed, _transposed, columns, _power);
        float squaredNorm = 1e-20f;
        for (int i = 0; i < Channels; i++)
        {
            squaredNorm += _power[i * (Channels + 1)];
        }

        Scale(_power, 1 / squaredNorm);
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            // m = c q q + b q + a I; product = m product; q = m q m.
            Products.Multiply(_power, Channels, _power, _factor);
            (Vector512<float> b, Vector512<float> c) = (Vector512.Create(coefficients.B), Vector512.Create(coefficients.C));
            for (int i = 0; i < Matrix; i += VectorLength)
            {
                Vector512.FusedMultiplyAdd(c, Vector512.Load(_factor + i), b * Vector512.Load(_power + i)).Store(_factor + i);
            }

            for (int i = 0; i < Channels; i++)
            {
                _factor[i * (Channels + 1)] += coefficients.A;
            }

            if (iteration == 0)
            {
                Buffer.MemoryCopy(_factor, _product, Matrix * sizeof(float), Matrix * sizeof(float));
            }
            else
            {
                Products.Multiply(_factor, Channels, _product, _scratch);
                Buffer.MemoryCopy(_scratch, _product, Matrix * sizeof(float), Matrix * sizeof(float));
            }

            Products.Multiply(_factor, Channels, _power, _scratch);
            Products.Multiply(_scratch, Channels, _factor, _power);
        }

        Scale(_product, 1 / MathF.Sqrt(squaredNorm));
        Products.Multiply(_transposed, columns, _product, _orthogonal);
    }

    private static void Scale(float* matrix, float factor)
    {
        for (int i = 0; i < Matrix; i += VectorLength)
        {
            (Vector512.Load(matrix + i) * factor).Store(matrix + i);
        }
    }
}
