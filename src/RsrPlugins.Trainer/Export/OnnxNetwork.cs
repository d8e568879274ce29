using Microsoft.ML.OnnxRuntime;

namespace RsrPlugins.Trainer.Export;

/// <summary>Runs a model that is still in memory, before it is written and has a row in models.json.</summary>
internal static class OnnxNetwork
{
    /// <param name="model">The ONNX file.</param>
    /// <param name="plane">width x height values of Y/255.</param>
    /// <param name="width">Of the input.</param>
    /// <param name="height">Of the input.</param>
    /// <returns>The output, row by row.</returns>
    internal static float[] RunOnce(byte[] model, float[] plane, int width, int height)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = new InferenceSession(model, options);
        using var input = OrtValue.CreateTensorValueFromMemory(plane, [1, 1, height, width]);
        using var run = new RunOptions();
        using var outputs = session.Run(run, [GraphBuilder.Input], [input], [GraphBuilder.Output]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
