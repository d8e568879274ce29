// Plain references for the kernels: the definitions, in double precision, one value at a time.
using RsrPlugins.Trainer.Kernels;
using RsrPlugins.Trainer.Networks;

namespace RsrPlugins.Trainer.Tests.Kernels;

internal static unsafe class Reference
{
    internal const int Channels = FeatureMap.Channels;

    internal static double Slope => NetworkTable.LeakySlope;

    internal static double LeakyReLU(double value) => Math.Max(value, Slope * value);

    /// <summary>Values between -1 and 1.</summary>
    internal static float[] Noise(int count, int seed) => [.. TestSupport.Noise(count, seed).Select(value => (2 * value) - 1)];

    /// <summary>A map of noise.</summary>
    internal static FeatureMap Map(int side, int seed)
    {
        FeatureMap map = new FeatureMap(side);
        float[] values = Noise(side * side * Channels, seed);
        for (int i = 0; i < side * side; i++)
        {
            values.AsSpan(i * Channels, Channels).CopyTo(new Span<float>(map.At(i / side, i % side), Channels));
        }

        return map;
    }

    /// <summary>A value of a map; 0 beyond its sides, as a convolution's padding wants it.</summary>
    internal static double Get(FeatureMap map, int y, int x, int channel) =>
        y < 0 || x < 0 || y >= map.Side || x >= map.Side ? 0 : map.At(y, x)[channel];

    /// <summary>A plane of noise.</summary>
    internal static LumaPlane Plane(int side, int seed)
    {
        LumaPlane plane = new LumaPlane(side);
        plane.Set(Noise(side * side, seed));
        return plane;
    }

    /// <summary>Planes, one after the other.</summary>
    internal static PlaneStack Stack(float[] values, int side)
    {
        int pixels = side * side;
        PlaneStack stack = new PlaneStack(values.Length / pixels, side);
        for (int plane = 0; plane < stack.Planes; plane++)
        {
            stack.Set(plane, values.AsSpan(plane * pixels, pixels));
        }

        return stack;
    }

    /// <summary>All values of planes, one plane after the other.</summary>
    internal static float[] Values(PlaneStack stack)
    {
        int pixels = stack.Side * stack.Side;
        float[] values = new float[stack.Planes * pixels];
        for (int plane = 0; plane < stack.Planes; plane++)
        {
            stack.AddTo(plane, values.AsSpan(plane * pixels, pixels));
        }

        return values;
    }

    /// <summary>Compares vectors by the length of their difference: sums of many products round.</summary>
    internal static void AssertNear(IEnumerable<double> expected, IEnumerable<float> found, double tolerance = 1e-5)
    {
        (double[] wanted, float[] got) = ([.. expected], [.. found]);
        Assert.Equal(wanted.Length, got.Length);
        double size = Math.Sqrt(wanted.Sum(value => value * value)),
            error = Math.Sqrt(wanted.Zip(got).Sum(pair => Math.Pow(pair.Second - pair.First, 2)));
        Assert.True(size > 0, "nothing to compare with");
        Assert.True(error < tolerance * size, $"differ by {error / size:0.0e0} of their length");
    }

    /// <summary>All values of a map, pixel by pixel.</summary>
    internal static IEnumerable<float> Values(FeatureMap map)
    {
        float[] values = new float[map.Side * map.Side * Channels];
        for (int i = 0; i < map.Side * map.Side; i++)
        {
            new Span<float>(map.At(i / map.Side, i % map.Side), Channels).CopyTo(values.AsSpan(i * Channels));
        }

        return values;
    }

    /// <summary>What a function gives for every pixel and channel, in the order of <see cref="Values"/>.</summary>
    internal static IEnumerable<double> Each(int side, Func<int, int, int, double> value)
    {
        for (int i = 0; i < side * side * Channels; i++)
        {
            yield return value(i / Channels / side, i / Channels % side, i % Channels);
        }
    }
}
