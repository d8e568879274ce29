// Section 3.1 of the paper: the reduced-resolution network. Its super-pixel residual is the area average, so at the start
// of training (last layer near zero) it is area reduction, and it learns what to add to that.
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Networks;

/// <summary>RRNet: HR luma [N, 1, H, W] of Y/255 to LR luma [N, 1, H/d, W/d]; H and W are multiples of d.</summary>
internal sealed class RRNet(int scale, ParameterViews parameters, bool qBRelu = true) : IReducingNetwork
{
    private readonly Convolution[] _layers = [.. NetworkTable.RRNet(scale).Select(parameters.Bind)];

    /// <summary>Trunk + average pooling, before Q-BReLU.</summary>
    public Tensor ForwardUnbounded(Tensor high)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = high;
        foreach (Convolution layer in _layers[..^1])
        {
            x = layer.ForwardActivated(x);
        }

        Tensor superPixels = nn.functional.avg_pool2d(high, scale, scale);
        return _layers[^1].Forward(x).add(superPixels, Constants.One).MoveToOuterDisposeScope();
    }

    /// <summary>The small picture: bounded and rounded to 8 bits (Eq. 1 and 2), unless the network is without Q-BReLU.</summary>
    public Tensor Forward(Tensor high) => Bound(ForwardUnbounded(high));

    /// <summary>Q-BReLU, unless the network is without.</summary>
    public Tensor Bound(Tensor unbounded) => qBRelu ? QBRelu.Forward(unbounded) : unbounded;
}
