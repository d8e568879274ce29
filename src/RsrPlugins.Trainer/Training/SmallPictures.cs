// A frozen RRNet makes the same small picture of a picture every time, so a run makes each once and SRNet's steps cost SRNet's
// arithmetic alone. Q-BReLU rounds to 8-bit levels, so nothing is lost by keeping bytes.
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Kernels;
using RsrPlugins.Trainer.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Training;

/// <summary>One worker's part in making RRNet's small pictures of whole training pictures.</summary>
internal sealed class SmallPictures : IDisposable
{
    /// <summary>Sides of the tiles in which a picture is made: RRNet keeps 64 values for every pixel of the large one.</summary>
    private const int TileSide = 32;

    private readonly int _scale;

    /// <summary>Pixels of the small picture that a tile sees beyond its own.</summary>
    private readonly int _margin;

    private readonly IReducingNetwork _rrNet;
    private readonly FirstUse _firstUse;
    private readonly Tensor _weights;
    private readonly FusedRRNet? _fused;

    /// <param name="config">A run of a pair with Q-BReLU.</param>
    /// <param name="layout">Where RRNet's layers stand.</param>
    /// <param name="weights">The flat vector.</param>
    /// <param name="rrNet">The network over it.</param>
    /// <param name="firstUse">Of the run.</param>
    internal SmallPictures(TrainingConfig config, ParameterLayout layout, Tensor weights, IReducingNetwork rrNet, FirstUse firstUse)
    {
        (_scale, _weights, _rrNet, _firstUse) = (config.Scale, weights, rrNet, firstUse);
        // pixels of the large picture beyond a small pixel's block
        int reach = NetworkTable.RRNet(config.Scale).SkipLast(1).Sum(layer => (layer.Kernel - 1) / 2);
        _margin = (reach + config.Scale - 1) / config.Scale;
        _fused = config.UsesOwnKernels ? new FusedRRNet(config.Scale, layout, 1, TileSide * config.Scale) : null;
    }

    /// <param name="image">Sides are multiples of the scale factor.</param>
    internal LumaImage Make(LumaImage image)
    {
        (int width, int height) = (image.Width / _scale, image.Height / _scale);
        LumaImage small = new LumaImage(image.Name, width, height, new byte[width * height]);
        foreach ((int top, int ownTop, int ownBottom, int rows) in Tiles(height))
        {
            foreach ((int left, int ownLeft, int ownRight, int columns) in Tiles(width))
            {
                float[] values = MakeTile(image, left * _scale, top * _scale, columns * _scale, rows * _scale);
                for (int y = ownTop; y < ownBottom; y++)
                {
                    for (int x = ownLeft; x < ownRight; x++)
                    {
                        float value = Math.Clamp(values[((y - top) * columns) + x - left], QBRelu.Minimum, QBRelu.Maximum);
                        small.Luma[(y * width) + x] = (byte)MathF.Round(value * 255f);
                    }
                }
            }
        }

        return small;
    }

    public void Dispose() => _fused?.Dispose();

    /// <summary>Tiles of one direction: what each sees, and which part of it is its own. A picture's own border must be the tile's, since
    /// there the network sees zeros.</summary>
    private IEnumerable<(int Start, int OwnStart, int OwnEnd, int Length)> Tiles(int length)
    {
        int side = Math.Min(TileSide, length);
        for (int own = 0; own < length;)
        {
            int start = Math.Clamp(own - _margin, 0, length - side);
            int end = start + side == length ? length : start + side - _margin;
            yield return (start, own, end, side);
            own = end;
        }
    }

    private float[] MakeTile(LumaImage image, int left, int top, int width, int height)
    {
        float[] values = new float[width * height];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                values[(y * width) + x] = image.Luma[((top + y) * image.Width) + left + x] / 255f;
            }
        }

        if (_fused is not null && width == height && width == TileSide * _scale)
        {
            float[] low = new float[TileSide * TileSide];
            _fused.Forward(TorchValues.Of(_weights), values, low);
            return low;
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return _firstUse.Run(
            ("tile", width, height),
            () => Checkpoint.ToArray(_rrNet.ForwardUnbounded(tensor(values, [1, 1, height, width]).to(_weights.device)))
        );
    }
}
