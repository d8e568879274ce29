// Section 3.2 of the paper: the super-resolution network. Its sub-pixel residual repeats each LR pixel d x d times, so at
// the start of training it is nearest-neighbour enlargement.
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Networks;

/// <summary>SRNet: LR luma [N, 1, h, w] of Y/255 to HR luma [N, 1, d h, d w], neither clamped nor rounded.</summary>
internal sealed class SRNet(int scale, int units, ParameterViews parameters) : IEnlargingNetwork
{
    private readonly Convolution[] _layers = [.. NetworkTable.SRNet(scale, units).Select(parameters.Bind)];

    public Tensor Forward(Tensor low)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = _layers[0].ForwardActivated(low);
        for (int unit = 0; unit < units; unit++)
        {
            // Dense connections: a unit reads the first layer's output and those of all units before it.
            Tensor bottleneck = _layers[1 + (2 * unit)].ForwardActivated(features);
            features = cat([features, _layers[2 + (2 * unit)].ForwardActivated(bottleneck)], 1);
        }

        // The shortcut is broadcast over the d * d channels, which is the same as tiling L d * d times.
        Tensor subPixels = _layers[^1].Forward(features).add(low, Constants.One);
        return nn.functional.pixel_shuffle(subPixels, scale).MoveToOuterDisposeScope();
    }
}
