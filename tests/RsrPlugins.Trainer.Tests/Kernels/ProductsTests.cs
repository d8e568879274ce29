using RsrPlugins.Trainer.Kernels;

namespace RsrPlugins.Trainer.Tests.Kernels;

public unsafe class ProductsTests
{
    private const int Channels = FeatureMap.Channels;

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(23)]
    public void Rows_are_multiplied_with_a_matrix_as_it_stands(int rows)
    {
        float[] left = Reference.Noise(rows * Channels, 1),
            right = Reference.Noise(Products.Matrix, 2),
            found = new float[rows * Channels];
        fixed (
            float* l = left,
                r = right,
                f = found
        )
        {
            Products.Multiply(l, rows, r, f);
        }

        Reference.AssertNear(
            Enumerable
                .Range(0, found.Length)
                .Select(at =>
                    Enumerable
                        .Range(0, Channels)
                        .Sum(k => (double)left[(at / Channels * Channels) + k] * right[(k * Channels) + (at % Channels)])
                ),
            found,
            1e-6
        );
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    public void Sums_grow_by_the_product_of_the_transposed_with_the_other(int count)
    {
        float[] left = Reference.Noise(count * Channels, 3),
            right = Reference.Noise(count * Channels, 4),
            sums = Reference.Noise(Products.Matrix, 5);
        float[] before = [.. sums];
        fixed (
            float* l = left,
                r = right,
                s = sums
        )
        {
            Products.AddProducts(l, r, count, s);
        }

        Reference.AssertNear(
            Enumerable
                .Range(0, sums.Length)
                .Select(at =>
                    before[at]
                    + Enumerable
                        .Range(0, count)
                        .Sum(t => (double)left[(t * Channels) + (at / Channels)] * right[(t * Channels) + (at % Channels)])
                ),
            sums,
            1e-6
        );
    }
}
