// What a model costs, read from its graph: the figures of a comparison come from the thing that is timed, not from what
// its paper says of it.
using RsrPlugins.Core;
using RsrPlugins.Core.Models;

namespace RsrPlugins.Trainer.Export;

/// <summary>Size and arithmetic of a model's convolutions; everything else is left out, as in the literature.</summary>
/// <param name="Weights">Weights of the convolutions without biases; weights that several convolutions share count once.</param>
/// <param name="MultiplyAddsPerInputPixel">Multiply-adds for one pixel of the input; pixels at the border count like any other.</param>
/// <param name="Scale">Side of the output over that of the input: d, 1, or 1/d.</param>
internal sealed record GraphArithmetic(long Weights, double MultiplyAddsPerInputPixel, double Scale)
{
    /// <summary>Multiply-adds for one HR pixel: of the output where the model enlarges, else of the input.</summary>
    internal double MultiplyAddsPerHRPixel => MultiplyAddsPerInputPixel / Math.Pow(Math.Max(1, Scale), 2);

    /// <summary>Reads a model with one input whose nodes stand in the order they run in, as ONNX demands.</summary>
    /// <exception cref="TrainerException">It holds an operator that changes the size of its input in a way not known here.</exception>
    internal static GraphArithmetic Of(byte[] onnx)
    {
        try
        {
            GraphFacts facts = GraphFacts.Of(OnnxGraph.Parse(onnx, "The model"), "The model");
            return new GraphArithmetic(facts.Weights, facts.MultiplyAddsPerInputPixel, (double)facts.OutputStep / facts.InputStep);
        }
        catch (ModelException exception)
        {
            throw new TrainerException(exception.Message, exception);
        }
    }
}
