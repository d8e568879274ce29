// The baseline of the paper's Sections 2.1 and 2.2: three convolutions with ReLU between them, no shortcut. Published on an
// interpolated picture; with none before it, it works on the small picture and ends like SRNet, in a sub-pixel shuffle.
using RsrPlugins.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Networks;

/// <summary>SRCNN: luma of Y/255 [N, 1, H, W], interpolated to full size or (without interpolation) small, to HR luma.</summary>
internal sealed class Srcnn(int scale, Interpolation interpolation, ParameterViews parameters) : IEnlargingNetwork
{
    private readonly Convolution[] _layers =
    [
        .. NetworkTable.Srcnn(interpolation == Interpolation.None ? scale * scale : 1).Select(parameters.Bind),
    ];

    public Tensor Forward(Tensor low)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = low;
        foreach (Convolution layer in _layers[..^1])
        {
            x = layer.Forward(x).relu_();
        }

        Tensor last = _layers[^1].Forward(x);
        return (interpolation == Interpolation.None ? nn.functional.pixel_shuffle(last, scale) : last).MoveToOuterDisposeScope();
    }
}
