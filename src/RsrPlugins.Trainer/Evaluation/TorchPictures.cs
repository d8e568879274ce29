// Networks that are not shipped run where they were trained, on whole pictures.
using RsrPlugins.Core.Resampling;
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Evaluation;

/// <summary>A checkpoint's networks on luma planes of the 8-bit scale (0 to 255, not rounded on return).</summary>
internal sealed class TorchPictures : IDisposable
{
    private const float Levels = 255f;

    private readonly TrainingConfig _config;
    private readonly Tensor _parameters;
    private readonly ParameterViews _views;
    private readonly NetworkPair _networks;

    internal TorchPictures(Checkpoint checkpoint)
    {
        _config = checkpoint.Config;
        _parameters = tensor(checkpoint.Vectors[Checkpoint.AverageName]);
        _views = new ParameterViews(checkpoint.Layout, _parameters, train: false);
        _networks = new NetworkPair(_config, _views);
    }

    /// <summary>RRNet's picture: bounded and rounded where the run has Q-BReLU, as it comes where it has not.</summary>
    internal float[] Reduce(TestPicture picture) => Run(RequireRRNet().Forward, picture.Plane, picture.Width, picture.Height);

    /// <summary>RRNet's values before Q-BReLU.</summary>
    internal float[] ReduceUnbounded(TestPicture picture) =>
        Run(RequireRRNet().ForwardUnbounded, picture.Plane, picture.Width, picture.Height);

    /// <summary>The large picture of a small one, which is interpolated first where the network wants that.</summary>
    internal float[] Enlarge(float[] small, TestPicture picture)
    {
        (int width, int height) = (picture.Width / _config.Scale, picture.Height / _config.Scale);
        return _config.Kind == RunKind.Srcnn && Reduction.Kernel(_config.Interpolation) is { } kernel
            ? Run(
                _networks.Enlarging.Forward,
                Resampler.Resize(small, width, height, picture.Width, picture.Height, kernel),
                picture.Width,
                picture.Height
            )
            : Run(_networks.Enlarging.Forward, small, width, height);
    }

    private IReducingNetwork RequireRRNet() =>
        _networks.Reducing ?? throw new TrainerException($"{_config.Name}: a learned pair expected, found a network that only enlarges.");

    private static float[] Run(Func<Tensor, Tensor> network, float[] plane, int width, int height)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor input = tensor(Array.ConvertAll(plane, value => value / Levels), [1, 1, height, width]);
        return Array.ConvertAll(Checkpoint.ToArray(network(input)), value => value * Levels);
    }

    public void Dispose()
    {
        _views.Dispose();
        _parameters.Dispose();
    }
}
