// All parameters of a run live in one flat vector, and a convolution's weights are a view of a part of it. Then a step of
// the optimiser, the moving average, a sum of two workers' gradients and a checkpoint are each a handful of operations on
// whole vectors instead of hundreds on small tensors, which is what small batches on a CPU need.
//
// Order: the hidden layers' weights first (Muon's part), then everything else (Adam's part). Weights are stored as
// [outputs, kernel, kernel, inputs] and viewed as [outputs, inputs, kernel, kernel]: that is channels-last, so the
// convolutions run channels-last without any copy.
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Networks;

/// <summary>Where each convolution's weights and bias stand in the flat vector.</summary>
internal sealed class ParameterLayout
{
    private readonly Dictionary<string, (int Weight, int Bias)> _offsets = [];

    internal ParameterLayout(IEnumerable<ConvolutionSpec> layers)
    {
        Layers = [.. layers];
        int next = 0;
        foreach (ConvolutionSpec layer in Hidden)
        {
            _offsets[layer.Name] = (next, 0);
            next += layer.WeightCount;
        }

        HiddenCount = next;
        foreach (ConvolutionSpec layer in Layers)
        {
            int weight = next;
            if (layer.Role == LayerRole.Hidden)
            {
                weight = _offsets[layer.Name].Weight;
            }
            else
            {
                next += layer.WeightCount;
            }

            _offsets[layer.Name] = (weight, next);
            next += layer.Outputs;
        }

        Count = next;
    }

    internal IReadOnlyList<ConvolutionSpec> Layers { get; }

    internal IEnumerable<ConvolutionSpec> Hidden => Layers.Where(layer => layer.Role == LayerRole.Hidden);

    /// <summary>Length of the flat vector.</summary>
    internal int Count { get; }

    /// <summary>Length of its first part, the weights of the hidden layers.</summary>
    internal int HiddenCount { get; }

    internal int WeightOffset(ConvolutionSpec layer) => _offsets[layer.Name].Weight;

    internal int BiasOffset(ConvolutionSpec layer) => _offsets[layer.Name].Bias;

    /// <summary>Weights of a layer in the flat vector: [outputs, kernel, kernel, inputs].</summary>
    internal Span<float> Weights(Span<float> flat, ConvolutionSpec layer) => flat.Slice(WeightOffset(layer), layer.WeightCount);

    /// <summary>Bias of a layer in the flat vector: [outputs].</summary>
    internal Span<float> Biases(Span<float> flat, ConvolutionSpec layer) => flat.Slice(BiasOffset(layer), layer.Outputs);

    /// <summary>Weights of a layer as a view of the flat vector: [outputs, inputs, kernel, kernel], channels-last.</summary>
    internal Tensor Weight(Tensor flat, ConvolutionSpec layer) =>
        flat.narrow(0, WeightOffset(layer), layer.WeightCount)
            .view(layer.Outputs, layer.Kernel, layer.Kernel, layer.Inputs)
            .permute(0, 3, 1, 2);

    /// <summary>Bias of a layer as a view of the flat vector: [outputs].</summary>
    internal Tensor Bias(Tensor flat, ConvolutionSpec layer) => flat.narrow(0, BiasOffset(layer), layer.Outputs);

    /// <summary>He initialisation; the last layer of each residual branch Gaussian with sigma 0.001; biases 0.</summary>
    internal Tensor Initialise(long seed)
    {
        using Generator generator = new Generator((ulong)seed);
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = zeros(Count);
        foreach (ConvolutionSpec layer in Layers)
        {
            // He et al. for max(x, a x): variance 2 / ((1 + a^2) fan-in).
            int fanIn = layer.Inputs * layer.Kernel * layer.Kernel;
            double sigma =
                layer.Role == LayerRole.Last ? 0.001 : Math.Sqrt(2 / ((1 + (NetworkTable.LeakySlope * NetworkTable.LeakySlope)) * fanIn));
            flat.narrow(0, WeightOffset(layer), layer.WeightCount).normal_(0, sigma, generator);
        }

        return flat.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Copies every layer that both layouts have with the same shape; returns the names of those that were left as they are. A 1 x 1 layer
    /// of the same name with fewer inputs gives what it has, and the other inputs' weights are set to 0: they read dense units which the
    /// other network has not.
    /// </summary>
    internal IReadOnlyList<string> CopyFrom(Tensor flat, ParameterLayout otherLayout, Tensor other)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        List<string> left = new List<string>();
        foreach (ConvolutionSpec layer in Layers)
        {
            ConvolutionSpec? source = otherLayout.Layers.FirstOrDefault(candidate =>
                candidate == layer
                || (layer.Kernel == 1 && candidate with { Inputs = layer.Inputs } == layer && candidate.Inputs < layer.Inputs)
            );
            if (source is null)
            {
                left.Add(layer.Name);
                continue;
            }

            Weight(flat, layer).zero_().narrow(1, 0, source.Inputs).copy_(otherLayout.Weight(other, source));
            Bias(flat, layer).copy_(otherLayout.Bias(other, source));
        }

        return left;
    }
}

/// <summary>
/// A worker's view of the parameters: leaf tensors over the shared flat vector, whose gradients are views of a flat
/// gradient vector of the worker's own.
/// </summary>
internal sealed class ParameterViews : IDisposable
{
    private readonly Dictionary<string, (Tensor Weight, Tensor Bias)> _views = [];

    /// <param name="layout">Shapes and places.</param>
    /// <param name="flat">The parameters, shared, not owned.</param>
    /// <param name="train">False makes views without gradients.</param>
    internal ParameterViews(ParameterLayout layout, Tensor flat, bool train)
    {
        using DisposeScope scope = NewDisposeScope();
        Gradient = train ? zeros_like(flat).DetachFromDisposeScope() : null;
        foreach (ConvolutionSpec layer in layout.Layers)
        {
            _views[layer.Name] = (Leaf(view => layout.Weight(view, layer)), Leaf(view => layout.Bias(view, layer)));
        }

        Tensor Leaf(Func<Tensor, Tensor> view)
        {
            Tensor leaf = view(flat).detach();
            if (Gradient is not null)
            {
                leaf.requires_grad = true;
                leaf.grad = view(Gradient);
            }

            return leaf.DetachFromDisposeScope();
        }
    }

    /// <summary>The flat gradient, into which backward passes add; null where nothing is trained.</summary>
    internal Tensor? Gradient { get; }

    internal Convolution Bind(ConvolutionSpec spec) => new(spec, _views[spec.Name].Weight, _views[spec.Name].Bias);

    public void Dispose()
    {
        foreach ((Tensor? weight, Tensor? bias) in _views.Values)
        {
            weight.Dispose();
            bias.Dispose();
        }

        Gradient?.Dispose();
    }
}

/// <summary>A convolution with its parameters.</summary>
internal sealed record Convolution(ConvolutionSpec Spec, Tensor Weight, Tensor Bias)
{
    /// <summary>With one thread Torch gives no fewer values than these and one to oneDNN.</summary>
    private const long LeastForOneDnn = 20480;

    internal Tensor Forward(Tensor input)
    {
        if (Spec.Kernel > 1 && input.shape[0] == 1 && (Spec.Inputs == 1 || input.numel() <= LeastForOneDnn))
        {
            // Torch tries NNPACK for one small picture, and where there is none says so on stderr every time.
            using Tensor twice = input.expand(2, -1, -1, -1);
            using Tensor both = nn.functional.conv2d(
                twice,
                Weight,
                Bias,
                strides: [Spec.Stride, Spec.Stride],
                padding: [Spec.Padding, Spec.Padding]
            );
            return both.narrow(0, 0, 1);
        }

        if (Spec.Kernel > 1)
        {
            return nn.functional.conv2d(input, Weight, Bias, strides: [Spec.Stride, Spec.Stride], padding: [Spec.Padding, Spec.Padding]);
        }

        // In channels-last layout a 1 x 1 convolution is a matrix product over the pixels, and no copy is needed to say so.
        // Torch would leave oneDNN for a slower path here when it has a single thread.
        using Tensor pixels = input.permute(0, 2, 3, 1);
        using Tensor matrix = Weight.view(Spec.Outputs, Spec.Inputs);
        using Tensor product = nn.functional.linear(pixels, matrix, Bias);
        return product.permute(0, 3, 1, 2);
    }

    /// <summary>Convolution and LReLU. In place: its gradient needs the sign alone, which the output has too.</summary>
    internal Tensor ForwardActivated(Tensor input) => Forward(input).leaky_relu_(Constants.LeakySlope);
}
