namespace RsrPlugins.Trainer.Kernels;

/// <summary>The training step of a network that makes small pictures, on crops of one size and one core.</summary>
internal interface IFusedReducing : IDisposable
{
    /// <summary>Small crops, neither bounded nor rounded.</summary>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="high">HR crops, [crops, side, side] of Y/255.</param>
    /// <param name="low">Receives [crops, side/d, side/d].</param>
    void Forward(ReadOnlySpan<float> parameters, ReadOnlySpan<float> high, Span<float> low);

    /// <summary>Adds the network's gradients of the crops last seen.</summary>
    /// <param name="lowGradient">Gradient of what <see cref="Forward"/> gave.</param>
    /// <param name="gradient">The flat gradient.</param>
    void Backward(ReadOnlySpan<float> lowGradient, Span<float> gradient);
}

/// <summary>The training step of a network that makes large pictures, on crops of one size and one core.</summary>
internal interface IFusedEnlarging : IDisposable
{
    /// <summary>Large crops, neither clamped nor rounded.</summary>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="low">Small crops, [crops, side, side] of Y/255.</param>
    /// <param name="restored">Receives [crops, d side, d side].</param>
    void Forward(ReadOnlySpan<float> parameters, ReadOnlySpan<float> low, Span<float> restored);

    /// <summary>Adds the network's gradients of the crops last seen.</summary>
    /// <param name="restoredGradient">Gradient of what <see cref="Forward"/> gave.</param>
    /// <param name="gradient">The flat gradient.</param>
    /// <param name="lowGradient">Is added the gradient of the small crops.</param>
    void Backward(ReadOnlySpan<float> restoredGradient, Span<float> gradient, Span<float> lowGradient);
}
