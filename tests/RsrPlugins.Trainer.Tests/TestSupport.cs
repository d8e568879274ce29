using System.Runtime.CompilerServices;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Experiments;
using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Runtime;
using RsrPlugins.Trainer.Training;
using TorchSharp;

// Torch must not be used with the same new shape by two threads at once (Training/FirstUse.cs), and two test classes know nothing of each
// other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace RsrPlugins.Trainer.Tests;

internal static class TestSupport
{
    /// <summary>Every test of this assembly may call Torch: that it loads here at all is what is tested on old systems.</summary>
    [ModuleInitializer]
    internal static void PrepareTorch() => TorchRuntime.EnsureLoadable();

    /// <summary>A run of few steps on small crops.</summary>
    internal static TrainingConfig Config(int scale = 2, RunKind kind = RunKind.Learned, long steps = 4) =>
        new()
        {
            Name = "test",
            Scale = scale,
            Kind = kind,
            Data = [new DataFolder("drawn")],
            Batch = 2,
            Patch = 12,
            Workers = 2,
            Steps = steps,
            WarmupSteps = 2,
        };

    internal static CropSampler Crops(TrainingConfig config, ReductionMethod? reduction = null) =>
        new([([Drawn(160, 144)], null)], config.Patch, config.Scale, reduction);

    /// <summary>Waves and an edge, in studio range.</summary>
    internal static LumaImage Drawn(int width, int height)
    {
        byte[] luma = new byte[width * height];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                luma[(y * width) + x] = (byte)(126 + (40 * Math.Sin(x * 0.7)) + (40 * Math.Cos((y * 0.4) + (x * 0.1))) + (x > y ? 25 : 0));
            }
        }

        return new LumaImage("drawn", width, height, luma);
    }

    /// <summary>A checkpoint of networks whose last layers do something too, so that a wrong one shows.</summary>
    internal static Checkpoint RandomCheckpoint(TrainingConfig config, int seed = 3)
    {
        ParameterLayout layout = Checkpoint.LayoutOf(config);
        using torch.Tensor initial = layout.Initialise(seed);
        float[] parameters = Checkpoint.ToArray(initial);
        SampleRandom random = new SampleRandom(seed, 0, 0);
        for (int i = 0; i < parameters.Length; i++)
        {
            parameters[i] += (float)(0.02 * (random.NextDouble() - 0.5));
        }

        return new Checkpoint(
            config,
            new TrainingProgress(10, 1, 20, 10),
            new Dictionary<string, float[]> { [Checkpoint.AverageName] = parameters }
        );
    }

    /// <summary>A path of the repository these tests were built in.</summary>
    internal static string InRepository(string path)
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "RsrPlugins.sln")))
        {
            folder =
                Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("RsrPlugins.sln is in no folder above the tests.");
        }

        return Path.Combine(folder, path);
    }

    /// <summary>What an experiment gets in a test: the repository's models, a folder of the test's for everything it writes.</summary>
    internal static ExperimentContext Experiment(TemporaryFolder folder, bool isSmoke = true, Action<string>? log = null) =>
        new(
            Data: null,
            InRepository("models"),
            InRepository("training"),
            folder.File("pictures"),
            folder.File("sheets"),
            InRepository("samples"),
            PictureLink: "pictures",
            isSmoke,
            log ?? (_ => { }),
            TestContext.Current.CancellationToken
        );

    internal static float[] Noise(int count, int seed = 1)
    {
        SampleRandom random = new SampleRandom(seed, 1, 1);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble())];
    }
}

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rsr-train-tests-");

    internal string Root => _folder.FullName;

    internal string File(string name) => Path.Combine(Root, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
