using RsrPlugins.Trainer.Kernels;

namespace RsrPlugins.Trainer.Tests.Kernels;

public unsafe class ProductsTests
{
    private const int Channels = FeatureMap.Channels;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Six_rows_are_the_sum_of_the_products(int count)
    {
        float[] left = Reference.Noise(count * Products.Rows * Channels, 1), right = Reference.Noise(count * Products.Matrix, 2), found = new float[Products.Rows * Channels];
        fixed (float* l = left, r = right, f = found)
        {
            float** lefts = stackalloc float*[count];
            for (int i = 0; i < count; i++)
            {
                lefts[i] = l + (i * Products.Rows * Channels);
            }

            Products.Multiply(lefts, count, r, f);
        }

        Reference.AssertNear(
            Enumerable.Range(0, found.Length).Select(at => Enumerable.Range(0, count * Channels).Sum(k =>
                (double)left[(((k / Channels * Products.Rows) + (at / Channels)) * Channels) + (k % Channels)] * right[(k * Channels) + (at % Channels)])),
            found,
            1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    public void Sums_grow_by_the_product_of_the_transposed_with_the_other(int count)
    {
        float[] left = Reference.Noise(count * Channels, 3), right = Reference.Noise(count * Channels, 4), sums = Reference.Noise(Products.Matrix, 5);
        float[] before = [.. sums];
        fixed (float* l = left, r = right, s = sums)
        {
            Products.AddProducts(l, r, count, s);
        }

        Reference.AssertNear(
            Enumerable.Range(0, sums.Length).Select(at => before[at] + Enumerable.Range(0, count).Sum(t => (double)left[(t * Channels) + (at / Channels)] * right[(t * Channels) + (at % Channels)])),
            sums,
            1e-6);
    }
}
