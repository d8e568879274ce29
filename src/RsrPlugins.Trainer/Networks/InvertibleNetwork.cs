// A pair that is one network. Xiao et al., "Invertible Image Rescaling" (ECCV 2020): a Haar transform splits the picture into a small one
// and its detail; coupling blocks, exact to invert whatever their inner networks compute, move what the detail needs into the values of the
// small picture. The detail left over is thrown away, and the way back starts from zeros in its place. Ours works on luma alone and has the
// layers Muon knows: 64 channels, 3 x 3.
//
// A block changes the small picture by the detail, then the detail by the small picture (scale and shift from one inner network, which
// halves its weights against the paper's two). At x4 the transform and its blocks stand twice, the second time on the four channels of the
// first.
using RsrPlugins.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Networks;

/// <summary>Luma [N, 1, H, W] of Y/255 to luma [N, 1, H/d, W/d] and back by the same weights; d is 2 or 4, H and W are multiples of
/// d.</summary>
internal sealed class InvertibleNetwork : IReducingNetwork, IEnlargingNetwork
{
    /// <summary>Blocks after each Haar transform: as many as 0.5 million weights allow.</summary>
    private static readonly Dictionary<int, int[]> _blocks = new Dictionary<int, int[]> { [2] = [6], [4] = [2, 3] };

    private readonly Level[] _levels;

    /// <param name="scale">2 or 4.</param>
    /// <param name="parameters">Of <see cref="Layers"/>.</param>
    internal InvertibleNetwork(int scale, ParameterViews parameters)
    {
        Queue<Convolution> layers = new Queue<Convolution>(Layers(scale).Select(parameters.Bind));
        _levels =
        [
            .. _blocks[scale]
                .Select(
                    (count, level) =>
                        new Level(1 << (2 * level), Enumerable.Range(0, count).Select(_ => new Coupling(Inner(), Inner())).ToArray())
                ),
        ];

        Convolution[] Inner() => [layers.Dequeue(), layers.Dequeue(), layers.Dequeue()];
    }

    /// <summary>True for the scale factors it is built for.</summary>
    internal static bool Supports(int scale) => _blocks.ContainsKey(scale);

    /// <summary>Number of blocks after each Haar transform.</summary>
    internal static IReadOnlyList<int> Blocks(int scale) => _blocks[scale];

    /// <summary>Six layers for each block, in the order of the blocks.</summary>
    internal static IReadOnlyList<ConvolutionSpec> Layers(int scale)
    {
        List<ConvolutionSpec> layers = new List<ConvolutionSpec>();
        for (int level = 0; level < _blocks[scale].Length; level++)
        {
            int detail = (1 << (2 * (level + 1))) - 1;
            for (int block = 1; block <= _blocks[scale][level]; block++)
            {
                string name = FormattableString.Invariant($"inv.level{level + 1}.block{block}");
                layers.AddRange(Inner(name + ".small", detail, 1));
                layers.AddRange(Inner(name + ".detail", 1, 2 * detail));
            }
        }

        return layers;

        static IEnumerable<ConvolutionSpec> Inner(string name, int inputs, int outputs) =>
            [
                new(name + ".conv1", inputs, NetworkTable.Width, 3, 1, LayerRole.First),
                new(name + ".conv2", NetworkTable.Width, NetworkTable.Width, 3, 1, LayerRole.Hidden),
                new(name + ".last", NetworkTable.Width, outputs, 3, 1, LayerRole.Last),
            ];
    }

    /// <summary>The small picture before it is bounded and rounded.</summary>
    public Tensor ForwardUnbounded(Tensor high)
    {
        using DisposeScope scope = NewDisposeScope();
        return Split(high).narrow(1, 0, 1).contiguous().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Bound(Tensor unbounded) => QBRelu.Forward(unbounded);

    /// <summary>The small picture. Said explicitly: the other direction has the same signature.</summary>
    Tensor IReducingNetwork.Forward(Tensor high) => Bound(ForwardUnbounded(high));

    /// <summary>The large picture of a small one, its detail unknown.</summary>
    public Tensor Forward(Tensor low)
    {
        using DisposeScope scope = NewDisposeScope();
        int channels = 1 << (2 * _levels.Length);
        Tensor detail = zeros([low.shape[0], channels - 1, low.shape[2], low.shape[3]], low.dtype, low.device);
        return Join(cat([low, detail], 1)).MoveToOuterDisposeScope();
    }

    /// <summary>Small picture and detail, [N, d * d, H/d, W/d]; the small picture is the first channel.</summary>
    internal Tensor Split(Tensor high)
    {
        Tensor x = high;
        foreach (Level level in _levels)
        {
            x = level.Split(x);
        }

        return x;
    }

    /// <summary>The inverse of <see cref="Split"/>.</summary>
    internal Tensor Join(Tensor channels)
    {
        Tensor x = channels;
        for (int i = _levels.Length - 1; i >= 0; i--)
        {
            x = _levels[i].Join(x);
        }

        return x;
    }

    /// <summary>A Haar transform of every channel, then blocks.</summary>
    private sealed class Level(int channels, Coupling[] blocks)
    {
        /// <summary>Rows: sum, horizontal, vertical and diagonal difference of four pixels. Its own inverse but for a factor of
        /// 4.</summary>
        private static readonly float[] _signs = [1, 1, 1, 1, 1, -1, 1, -1, 1, 1, -1, -1, 1, -1, -1, 1];

        internal Tensor Split(Tensor x)
        {
            Tensor y = Haar(nn.functional.pixel_unshuffle(x, 2), 0.25f);
            foreach (Coupling block in blocks)
            {
                y = block.Forward(y);
            }

            return y;
        }

        internal Tensor Join(Tensor y)
        {
            for (int i = blocks.Length - 1; i >= 0; i--)
            {
                y = blocks[i].Inverse(y);
            }

            return nn.functional.pixel_shuffle(Haar(y, 1), 2);
        }

        /// <summary>Mixes every four channels, which are four pixels or what they were made into.</summary>
        private Tensor Haar(Tensor x, float factor)
        {
            using Tensor matrix = tensor(Array.ConvertAll(_signs, sign => sign * factor), [4, 4]).to(x.dtype, x.device);
            long[] shape = x.shape;
            return matmul(matrix, x.reshape(shape[0] * channels, 4, shape[2] * shape[3])).view(shape);
        }
    }

    /// <summary>y1 = x1 + f(x2); y2 = x2 exp(s) + t with (s, t) = g(y1), s bounded to (-1, 1). x1 is the first channel.</summary>
    private sealed class Coupling(Convolution[] ofSmall, Convolution[] ofDetail)
    {
        internal Tensor Forward(Tensor x)
        {
            (Tensor small, Tensor detail) = Parts(x);
            Tensor newSmall = small.add(Run(ofSmall, detail), Constants.One);
            (Tensor factor, Tensor shift) = FactorAndShift(newSmall);
            return cat([newSmall, detail.mul(factor.exp()).add(shift, Constants.One)], 1);
        }

        internal Tensor Inverse(Tensor y)
        {
            (Tensor newSmall, Tensor newDetail) = Parts(y);
            (Tensor factor, Tensor shift) = FactorAndShift(newSmall);
            Tensor detail = newDetail.sub(shift).mul(factor.neg().exp());
            return cat([newSmall.sub(Run(ofSmall, detail)), detail], 1);
        }

        private static (Tensor Small, Tensor Detail) Parts(Tensor x) => (x.narrow(1, 0, 1), x.narrow(1, 1, x.shape[1] - 1));

        private (Tensor Factor, Tensor Shift) FactorAndShift(Tensor small)
        {
            Tensor both = Run(ofDetail, small);
            long detail = both.shape[1] / 2;
            return (both.narrow(1, 0, detail).tanh(), both.narrow(1, detail, detail));
        }

        private static Tensor Run(Convolution[] layers, Tensor x) =>
            layers[2].Forward(layers[1].ForwardActivated(layers[0].ForwardActivated(x)));
    }
}
