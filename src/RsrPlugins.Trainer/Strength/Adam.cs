// Adam for the small networks of this folder. Torch's own makes its numbers for every call (Networks/Constants.cs says what that does).
using RsrPlugins.Trainer.Networks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Strength;

/// <summary>Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019).</summary>
internal sealed class Adam : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;

    private static readonly Scalar _beta1 = Beta1;
    private static readonly Scalar _rest1 = 1 - Beta1;
    private static readonly Scalar _beta2 = Beta2;
    private static readonly Scalar _rest2 = 1 - Beta2;
    private static readonly Scalar _epsilon = 1e-8;

    private readonly (Parameter Weights, Tensor First, Tensor Second)[] _moments;
    private readonly double _weightDecay;
    private int _step;

    /// <param name="weights">What is trained.</param>
    /// <param name="weightDecay">Part of the weights that a step takes away, at a rate of 1.</param>
    internal Adam(IEnumerable<Parameter> weights, double weightDecay)
    {
        _weightDecay = weightDecay;
        _moments = [.. weights.Select(one => (one, Moment(one), Moment(one)))];

        static Tensor Moment(Parameter of) => zeros_like(of, requires_grad: false).DetachFromDisposeScope();
    }

    /// <summary>Follows the gradients, and clears them.</summary>
    internal void Step(double rate)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        _step++;
        using Scalar kept = 1 - (rate * _weightDecay);
        using Scalar scale = Math.Sqrt(1 - Math.Pow(Beta2, _step));
        using Scalar negativeRate = -rate / (1 - Math.Pow(Beta1, _step));
        foreach ((Parameter weights, Tensor first, Tensor second) in _moments)
        {
            Tensor gradient = weights.grad!;
            weights.mul_(kept);
            first.mul_(_beta1).add_(gradient, _rest1);
            second.mul_(_beta2).addcmul_(gradient, gradient, _rest2);
            weights.addcdiv_(first, second.sqrt().div_(scale).add_(_epsilon, Constants.One), negativeRate);
            gradient.zero_();
        }
    }

    public void Dispose()
    {
        foreach ((Parameter _, Tensor first, Tensor second) in _moments)
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
