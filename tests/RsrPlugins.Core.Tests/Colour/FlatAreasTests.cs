using RsrPlugins.Core.Colour;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Colour;

public sealed class FlatAreasTests
{
    [Theory]
    [InlineData(2, 4, false)]
    [InlineData(3, 4, false)]
    [InlineData(2, 3, true)]
    [InlineData(3, 3, true)]
    [InlineData(4, 3, true)]
    public void Exactly_the_pixels_with_a_flat_receptive_field_are_replaced(int scale, int halo, bool reducing)
    {
        int width = reducing ? 12 * scale : 31,
            height = reducing ? 9 * scale : 26;
        Random random = new Random(scale);
        for (int round = 0; round < 20; round++)
        {
            // A few odd pixels, and for some rounds a step, on a flat ground.
            float[] source = new float[width * height];
            if (round % 3 == 0)
            {
                source.AsSpan(source.Length / 2).Fill(0.5f);
            }

            for (int i = 0; i < round % 4; i++)
            {
                source[random.Next(source.Length)] = 1;
            }

            int units = reducing ? scale : 1,
                copies = reducing ? 1 : scale;
            int resultWidth = width / units * copies,
                resultHeight = height / units * copies;
            float[] result = new float[resultWidth * resultHeight];
            Array.Fill(result, -1);
            new FlatAreas(scale, new Reach(halo), reducing).Apply(source, width, height, result);
            for (int y = 0; y < resultHeight; y++)
            {
                for (int x = 0; x < resultWidth; x++)
                {
                    Assert.Equal(
                        Expected(source, width, height, x / copies * units, y / copies * units, units, halo),
                        result[(y * resultWidth) + x]
                    );
                }
            }
        }
    }

    private static float Expected(float[] source, int width, int height, int x0, int y0, int block, int halo)
    {
        float value = source[(y0 * width) + x0];
        for (int y = Math.Max(y0 - halo, 0); y < Math.Min(y0 + block + halo, height); y++)
        {
            for (int x = Math.Max(x0 - halo, 0); x < Math.Min(x0 + block + halo, width); x++)
            {
                if (source[(y * width) + x] != value)
                {
                    return -1;
                }
            }
        }

        return value;
    }
}
