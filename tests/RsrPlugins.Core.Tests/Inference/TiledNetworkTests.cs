// Tiled == whole, byte for byte, with both CPU engines: with random weights and with the installed models.
using System.Runtime.InteropServices;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Inference;

public sealed class TiledNetworkTests : IDisposable
{
    private static readonly (int Width, int Height)[] _sizes = [(1, 1), (1, 9), (5, 2), (31, 47), (97, 83)];
    private static readonly int[] _tileSizes = [1, 7, 16, 31, 32, 48, 64];

    private readonly string _folder = Directory.CreateTempSubdirectory("rsr-tiled-").FullName;
    private readonly InferenceEngine _own = new(new InferenceOptions(DeviceChoice.Cpu));
    private readonly InferenceEngine _onnxRuntime = new(new InferenceOptions(DeviceChoice.Cpu, CpuEngine: EngineKind.OnnxRuntime));

    public static TheoryData<NetworkTask, int> Networks =>
        new()
        {
            { NetworkTask.Reduce, 2 },
            { NetworkTask.Reduce, 3 },
            { NetworkTask.Reduce, 4 },
            { NetworkTask.Enlarge, 2 },
            { NetworkTask.Enlarge, 3 },
            { NetworkTask.Enlarge, 4 },
        };

    public void Dispose()
    {
        _own.Dispose();
        _onnxRuntime.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Tiled_equals_whole_with_random_weights(NetworkTask kind, int scale)
    {
        ModelDescriptor model = RandomNetworks.Write(_folder, kind, scale, seed: scale);
        TiledEqualsWhole(_own.Open(model), EngineKind.Own);
        TiledEqualsWhole(_onnxRuntime.Open(model), EngineKind.OnnxRuntime);
    }

    [Fact]
    public void Tiled_equals_whole_with_the_installed_models()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "models");
        // Gradients: LumaRefinerTests.
        foreach (ModelDescriptor model in ModelCatalogue.Load(folder).Models.Where(model => model.Shape.Input.Count == 1))
        {
            TiledEqualsWhole(_own.Open(model), EngineKind.Own);
            TiledEqualsWhole(_onnxRuntime.Open(model), EngineKind.OnnxRuntime);
        }
    }

    // Of ONNX Runtime; our own engine's is in Cpu/CpuSessionTests, because its last column changes the last bits alone.
    [Theory]
    [MemberData(nameof(Networks))]
    public void A_halo_one_smaller_differs(NetworkTask kind, int scale)
    {
        INetwork network = _onnxRuntime.Open(RandomNetworks.Write(_folder, kind, scale));
        float[] plane = Plane(60, 60);
        float[] whole = Whole(network, plane, 60, 60);
        float[] With(int halo) =>
            new LumaTiler(network).Run(TilePlan.Create(network.Shape with { Halo = halo }, 60, 60, 5), plane, null, CancellationToken.None);
        AssertSameBytes(whole, With(network.Shape.Halo), "halo");
        Assert.NotEqual(whole, With(Math.Max(0, network.Shape.Halo - network.Shape.InputStep)));
    }

    private static void TiledEqualsWhole(INetwork network, EngineKind engine)
    {
        Assert.Equal(engine, network.Engine);
        foreach ((int width, int height) in _sizes)
        {
            float[] plane = Plane(width, height);
            float[] whole = Whole(network, plane, width, height);
            foreach (int tileSize in _tileSizes)
            {
                AssertSameBytes(
                    whole,
                    new LumaTiler(network, new ResizeSettings(2, tileSize)).Resize(plane, width, height),
                    $"{network.Model.Id}, {width} x {height}, tiles of {tileSize}"
                );
            }
        }
    }

    /// <summary>One run over the whole plane, extended to a multiple of d for RRNet, without tiling code.</summary>
    private static float[] Whole(INetwork network, float[] plane, int width, int height)
    {
        int step = network.Model.Task == NetworkTask.Reduce ? network.Model.Scale : 1;
        int extendedWidth = (width + step - 1) / step * step,
            extendedHeight = (height + step - 1) / step * step;
        float[] extended = new float[extendedWidth * extendedHeight];
        for (int i = 0; i < extended.Length; i++)
        {
            extended[i] = plane[(Math.Min(i / extendedWidth, height - 1) * width) + Math.Min(i % extendedWidth, width - 1)];
        }

        (int outputWidth, int outputHeight) = network.Shape.OutputSize(width, height);
        float[] output = new float[outputWidth * outputHeight];
        network.Run(extended, extendedWidth, extendedHeight, output, CancellationToken.None);
        return output;
    }

    private static void AssertSameBytes(float[] expected, float[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        if (MemoryMarshal.AsBytes(expected.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(actual.AsSpan())))
        {
            return;
        }

        int different = expected
            .Zip(actual)
            .Count(pair => BitConverter.SingleToInt32Bits(pair.First) != BitConverter.SingleToInt32Bits(pair.Second));
        float worst = expected.Zip(actual).Max(pair => Math.Abs(pair.First - pair.Second));
        Assert.Fail($"{what}: {different} of {expected.Length} values differ, by up to {worst:g3}.");
    }

    private static float[] Plane(int width, int height)
    {
        Random random = new Random((width * 1000) + height);
        return [.. Enumerable.Range(0, width * height).Select(_ => random.Next(256) / 255f)];
    }
}
